"""From the bytes of a webhook to events: tells the kinds of request apart."""

from collections.abc import Iterator

from omnilink.model import Authenticity, Envelope, Event, Ignored, NativeRefs, Unparsed
from omnilink_twilio.calls import is_call, parse_call
from omnilink_twilio.conversations import is_conversation, parse_conversation
from omnilink_twilio.form import Form, read_forms
from omnilink_twilio.messages import is_message, parse_message
from omnilink_twilio.settings import TwilioSettings
from omnilink_twilio.turns import read_step


def parse_envelope(envelope: Envelope, settings: TwilioSettings) -> list[Event]:
    """All events of a request. Total: any bytes give at least one event.

    Args:
        envelope: the stored arrival.
        settings: the account's own settings.
    """
    if not envelope.body.strip():
        return [_quiet(f"body:{envelope.sha256}", "empty")]
    verified = envelope.authenticity is Authenticity.VERIFIED
    token = envelope.headers.get("i-twilio-idempotency-token", "")[:200]
    events: list[Event] = []
    spoilt = False
    for form in read_forms(envelope.body, envelope.headers.get("content-type", "")):
        if form is None:
            spoilt = True
            continue
        try:
            events += _parse_form(form, settings, verified=verified, token=token, delivery_key=envelope.delivery_key)
        except (ValueError, TypeError, RecursionError):  # pydantic's ValidationError is a ValueError
            events.append(_unread(f"form:{form.digest()}", "form_unreadable"))
    if spoilt:  # once, however many: they have nothing that could name them
        events.append(_unread(f"body:{envelope.sha256}", "not_a_form"))
    return events or [_quiet(f"body:{envelope.sha256}", "empty")]


def _parse_form(
    form: Form, settings: TwilioSettings, *, verified: bool, token: str, delivery_key: str | None
) -> Iterator[Event]:
    if is_conversation(form):
        yield parse_conversation(form, settings, verified=verified)
    elif is_message(form):
        yield from parse_message(form, settings, verified=verified)
    elif is_call(form):
        step = read_step(delivery_key, form.get("CallSid") or "")
        yield parse_call(form, settings, verified=verified, token=token, step=step)
    elif form.has("AccountSid"):
        # A conference as a whole, a task, a verification, the debugger: Twilio's, and nobody's words.
        reason = form.code("EventType", "StatusCallbackEvent", "PayloadType", otherwise="not_a_contact")
        refs = NativeRefs(event_id=form.get("EventId"), account_id=form.get("AccountSid"))
        yield _quiet(f"system:{form.digest()}", reason, refs)
    else:
        yield _unread(f"form:{form.digest()}", "not_twilio")


def _quiet(key: str, reason: str, refs: NativeRefs | None = None) -> Ignored:
    return Ignored(event_key=key, lane_key="system", reason=reason, what="system", refs=refs or NativeRefs())


def _unread(key: str, reason: str) -> Unparsed:
    return Unparsed(event_key=key, lane_key="unparsed", reason=reason)
