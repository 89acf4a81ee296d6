"""SMS, MMS, RCS, WhatsApp and Messenger messages, and their receipts.

https://www.twilio.com/docs/messaging/guides/webhook-request and .../guides/track-outbound-message-status
"""

from collections.abc import Iterator

from omnilink.model import (
    ConversationKind,
    DeliveryUpdated,
    Direction,
    Event,
    MessageReceived,
    NativeRefs,
    OptOutReceived,
    Participant,
    Role,
)
from omnilink_twilio.addresses import Address, is_own, make_citizen, make_own, read_address
from omnilink_twilio.content import count_media, read_parts
from omnilink_twilio.form import Form
from omnilink_twilio.settings import TwilioSettings

SIDS = ("MessageSid", "SmsMessageSid", "SmsSid")
_RECEIVED = frozenset({"received", "receiving"})
_RECEIPTS = frozenset({
    "accepted", "scheduled", "queued", "sending", "sent", "delivered", "undelivered", "failed", "read", "canceled",
})  # fmt: skip
_OPT_OUT = {"stop": False, "start": True}


def is_message(form: Form) -> bool:
    """Is the request about a message? A call that sent one names both; then the message is meant."""
    return form.get(*SIDS) is not None or (form.get("CallSid") is None and form.has("Body") and form.has("From"))


def parse_message(form: Form, settings: TwilioSettings, *, verified: bool) -> Iterator[Event]:
    """A message or a receipt.

    Args:
        form: the request's fields.
        settings: the account's.
        verified: Twilio's signature over the envelope was checked.
    """
    status = form.get("MessageStatus")
    has_content = form.get("Body") is not None or count_media(form) > 0
    if status is None:
        # Requests of before 2013 name a receipt in SmsStatus alone; `received` is the arrival itself.
        old = (form.get("SmsStatus") or "").lower()
        if old in _RECEIPTS and not has_content:
            status = form.get("SmsStatus")
    if status is not None:
        yield _read_receipt(form, status)
        if status.lower() not in _RECEIVED or not has_content:
            return
    yield from _read_message(form, settings, verified=verified)


def _refs(form: Form) -> NativeRefs:
    return NativeRefs(
        event_id=form.get("EventId"),
        message_id=form.get(*SIDS),
        reply_to=form.get("OriginalRepliedMessageSid"),
        conversation_id=form.get("ConversationSid"),
        account_id=form.get("AccountSid"),
        sender_id=form.get("From"),
        recipient_id=form.get("To"),
    )


def make_thread(theirs: Address | None, ours: Address | None, name: str) -> str:
    """The native key of the chat between two addresses; `name` where there are none."""
    if theirs is None and ours is None:
        return f"twilio:{name}"
    kind = {"whatsapp": "wa", "messenger": "messenger"}.get((theirs or ours or _NOBODY).channel, "sms")
    return f"{kind}:{theirs.value if theirs else ''}/{ours.value if ours else ''}"


_NOBODY = Address("", "tel", "")


def _read_receipt(form: Form, status: str) -> Event:
    sid = form.get(*SIDS) or form.digest()
    ours, theirs = read_address(form, "From"), read_address(form, "To")
    return DeliveryUpdated(
        event_key=f"status:{sid}:{status}",
        lane_key=make_thread(theirs, ours, sid),
        occurred_at=form.moment("Timestamp"),
        refs=_refs(form),
        target_key=f"twilio:{sid}",
        status=status,
        recipient=theirs.handle() if theirs else None,
        error_code=form.get("ErrorCode", "ChannelStatusCode"),
    )


def _read_message(form: Form, settings: TwilioSettings, *, verified: bool) -> Iterator[Event]:
    sid = form.get(*SIDS) or form.digest()
    sender, receiver = read_address(form, "From"), read_address(form, "To")
    # One own number may write to another; an arrival is inbound whatever number its sender shows.
    arrived = (form.get("SmsStatus") or "").lower() == "received"
    echo = not arrived and is_own(settings, sender) and not is_own(settings, receiver)
    theirs, ours = (receiver, sender) if echo else (sender, receiver)
    others = _read_others(form)
    threads = _find_threads(form, theirs, ours, others, sid)
    if echo:
        people = [make_own(ours, Role.AUTHOR),
                  make_citizen(form, settings, theirs, Role.TO, verified=verified, speaks=False)]  # fmt: skip
    else:
        people = [make_citizen(form, settings, theirs, Role.AUTHOR, verified=verified, speaks=True),
                  make_own(ours, Role.TO)]  # fmt: skip
    people += [Participant(role=Role.TO, handle=other.handle()) for other in others]
    reply_to = form.get("OriginalRepliedMessageSid")
    at = form.moment("Timestamp")
    yield MessageReceived(
        event_key=f"msg:{sid}",
        lane_key=threads[0],
        occurred_at=at,
        refs=_refs(form),
        message_key=f"twilio:{sid}",
        channel=(theirs or ours or _NOBODY).medium,
        conversation_keys=threads,
        conversation_kind=ConversationKind.GROUP if others else ConversationKind.DM,
        reply_to_key=f"twilio:{reply_to}" if reply_to else None,
        direction=Direction.ECHO if echo else Direction.INBOUND,
        participants=tuple(people),
        parts=read_parts(form),
    )
    yield from _read_opt_out(form, theirs, ours, threads[0], sid)


def _read_others(form: Form) -> list[Address]:
    """The further recipients of a group MMS (`OtherRecipients0`, `OtherRecipients1` ...)."""
    found = (read_address(form, f"OtherRecipients{n}") for n in range(20))
    return [address for address in found if address is not None and address.handle() is not None]


def _find_threads(
    form: Form, theirs: Address | None, ours: Address | None, others: list[Address], sid: str
) -> tuple[str, ...]:
    if others:
        everybody = sorted({a.value for a in (theirs, ours, *others) if a})
        threads = ["sms-group:" + "/".join(everybody)]
    else:
        threads = [make_thread(theirs, ours, sid)]
    if conversation := form.get("ConversationSid"):
        threads.append(f"twilio:{conversation}")
    return tuple(threads)


def _read_opt_out(form: Form, theirs: Address | None, ours: Address | None, lane: str, sid: str) -> Iterator[Event]:
    """What Twilio itself took for a stop or start word (https://www.twilio.com/docs/messaging/tutorials/advanced-opt-out)."""
    word = (form.get("OptOutType") or "").strip().lower()
    handle = theirs.handle() if theirs else None
    if handle is None or word not in _OPT_OUT:  # HELP asks, it decides nothing
        return
    yield OptOutReceived(
        event_key=f"optout:{sid}",
        lane_key=lane,
        occurred_at=form.moment("Timestamp"),
        refs=_refs(form),
        handle=handle,
        sender=ours.handle() if ours else None,
        opted_in=_OPT_OUT[word],
        keyword=form.get("Body"),
    )
