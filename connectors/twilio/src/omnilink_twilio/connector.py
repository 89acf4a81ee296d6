"""The connector: one object an account, all of its work in pure functions."""

from dataclasses import replace
from datetime import datetime
from typing import ClassVar

from omnilink.model import Envelope, Event, Outgoing
from omnilink.plugin import (
    Answer,
    Capabilities,
    ConnectorSettings,
    HttpRequest,
    Keys,
    Manifest,
    MediaStep,
    Outcome,
    RawRequest,
    Rejected,
    RenderPlan,
    Secrets,
    SendContext,
    Step,
    Verified,
    WebhookResponse,
)
from omnilink.plugin.answering import Directive, Turn
from omnilink.plugin.credentials import basic_login, every_secret, newest_secret, require_api
from omnilink_twilio.answers import read_answer
from omnilink_twilio.form import make_form
from omnilink_twilio.inbound import parse_envelope
from omnilink_twilio.manifest import AUTH_TOKEN, CAPABILITIES, MANIFEST
from omnilink_twilio.media import find_media
from omnilink_twilio.outbound import render_message
from omnilink_twilio.settings import TwilioSettings
from omnilink_twilio.signature import (
    FORM_TYPE,
    HEADER,
    Pairs,
    find_swallowed,
    is_body_covered,
    is_signed,
    make_replay_key,
    split_form,
)
from omnilink_twilio.turns import find_place, make_turn_key, mask_secret, read_turn
from omnilink_twilio.twiml import render_twiml

_TOKEN_HEADER = "i-twilio-idempotency-token"  # noqa: S105 - a header's name
_LONGEST_TOKEN = 200


class TwilioConnector:
    """Receives Twilio's webhooks, answers calls, and sends messages.

    Args:
        settings: the account's.

    Raises:
        ConfigError: `claims_from` is no table of texts.
    """

    manifest: ClassVar[Manifest] = MANIFEST
    capabilities: ClassVar[Capabilities] = CAPABILITIES

    def __init__(self, settings: ConnectorSettings) -> None:
        self._settings = TwilioSettings.of(settings)

    def parse(self, envelope: Envelope) -> list[Event]:
        """All events of the envelope; at least one."""
        return parse_envelope(envelope, self._settings)

    def handshake(self, request: RawRequest, secrets: Secrets, now: datetime) -> WebhookResponse | None:
        """Twilio asks no set-up question."""
        return None

    def verify(self, request: RawRequest, secrets: Secrets, now: datetime, keys: Keys) -> Verified | Rejected:
        """Is this request Twilio's? Everything that is read later must be covered by the signature."""
        if request.method != "POST":
            return Rejected("method", status=405)  # by GET the fields would be in the URL, which is not kept
        tokens = every_secret(secrets, AUTH_TOKEN)
        if not any(token.strip() for token in tokens):
            return Rejected("no_secret")
        header = request.header(HEADER)
        if not header:
            return Rejected("signature_missing")
        pairs = _read_covered(request)
        if isinstance(pairs, Rejected):
            return pairs
        if not is_signed(header, request.url, pairs, tokens):
            return Rejected("signature_wrong")
        if find_swallowed(pairs):
            return Rejected("fields_ambiguous")
        form = make_form(pairs)
        try:
            place = find_place(request.url, form)
        except ValueError:
            return Rejected("step")
        if place is None:
            key = _replay_key(request, header, pairs)
        else:  # not Twilio's idempotency token: it is not signed, and under another one it would be answered again
            key = make_turn_key(form.get("CallSid") or "", place.step)
        return Verified(key, kept_body=mask_secret(form, place))

    @property
    def fallback(self) -> Directive:
        """What a caller hears when nobody could say anything better in time."""
        return self._settings.fallback

    def find_turn(self, request: RawRequest) -> Turn | None:
        """The turn of a call that a request is (see `turns.read_turn`)."""
        return read_turn(request, self._settings)

    def render_directive(self, directive: Directive, turn: Turn) -> WebhookResponse:
        """The directive as TwiML (see `twiml.render_twiml`)."""
        return render_twiml(directive, turn, self._settings)

    def render(self, message: Outgoing, context: SendContext) -> RenderPlan:
        """The message as calls of the Messages resource (see `outbound.render_message`).

        Raises:
            SendRefused: it cannot be said here.
        """
        return render_message(message, context, self._settings)

    def authorise(self, request: HttpRequest, secrets: Secrets, now: datetime) -> HttpRequest:
        """The call with the account's credentials.

        Raises:
            SecretMissing: no auth token is configured.
            ConfigError: the call is for another place than the configured API.
        """
        require_api(request, self._settings.api_url, connector="twilio")
        token = newest_secret(secrets, AUTH_TOKEN, connector="twilio")
        login = basic_login(self._settings.account_sid, token)
        return replace(request, headers={**request.headers, "authorization": login})

    def outcome(self, step: Step, answer: Answer) -> Outcome:
        """What Twilio's answer means (see `answers.read_answer`)."""
        return read_answer(step, answer)

    def find_media(self, ref: str, told: bytes | None, secrets: Secrets) -> MediaStep:
        """Where a file is (see `media.find_media`).

        Raises:
            FetchRefused: it is no file of Twilio's, or it is there no more.
            SecretMissing: the token for it is not configured.
        """
        return find_media(ref, secrets, self._settings)


def _read_covered(request: RawRequest) -> Pairs | Rejected:
    """The pairs the signature must hold, once it is sure that nothing else of the body is read.

    A form is covered by its pairs, any other body by `bodySHA256` alone. Where a form has the hash too, it must fit:
    otherwise a signed URL of a JSON request would admit an empty form.
    """
    try:
        covered = is_body_covered(request.query, request.body)
    except ValueError:  # more query fields than anybody sends
        return Rejected("query")
    if covered is False:
        return Rejected("body_hash_wrong")
    content_type = (request.header("content-type") or "").partition(";")[0].strip().lower()
    if content_type == FORM_TYPE:
        try:
            return split_form(request.body)
        except ValueError:
            return Rejected("form")
    if covered is None and request.body:
        return Rejected("body_not_covered")
    return ()


def _replay_key(request: RawRequest, header: str, pairs: Pairs) -> str | None:
    """Names this delivery.

    A message's signature is its own, since its Sid is in it. Callbacks of a call may repeat themselves lawfully (the
    same digit pressed twice), so only Twilio's idempotency token tells; it is not signed, so it is bound to the
    signature: no foreign token can make one request pass for another.
    """
    signature = make_replay_key(header)
    names = {name for name, _ in pairs}
    if b"CallSid" not in names or b"MessageSid" in names:
        return signature
    token = request.header(_TOKEN_HEADER) or ""
    if 0 < len(token) <= _LONGEST_TOKEN and token.isascii() and token.isprintable():
        return f"idem:{token}:{signature.removeprefix('sig:')}"
    return None
