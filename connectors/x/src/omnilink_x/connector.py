"""The X connector: answers the challenge, verifies requests, reads events."""

from datetime import datetime
from typing import ClassVar

from omnilink.model import Envelope, Event
from omnilink.plugin import (
    Capabilities,
    ConnectorSettings,
    Keys,
    Manifest,
    RawRequest,
    Rejected,
    Secrets,
    Verified,
    WebhookResponse,
)
from omnilink_x import signature
from omnilink_x.inbound import parse_envelope
from omnilink_x.manifest import CAPABILITIES, MANIFEST
from omnilink_x.settings import CONSUMER_SECRET, XSettings

MAX_URL_CHARS = 4096


class XConnector:
    """Receives what X sends to one app.

    Args:
        settings: the account's settings.
    """

    manifest: ClassVar[Manifest] = MANIFEST
    capabilities: ClassVar[Capabilities] = CAPABILITIES

    def __init__(self, settings: ConnectorSettings) -> None:
        self._settings = XSettings.read(settings)

    def parse(self, envelope: Envelope) -> list[Event]:
        """The events of an envelope; see `inbound`."""
        return parse_envelope(envelope, self._settings)

    def handshake(self, request: RawRequest, secrets: Secrets, now: datetime) -> WebhookResponse | None:
        """Answers the Challenge-Response Check, which X does when a webhook is made and every hour.

        Anybody can send a challenge; see `signature` for why an answer is of no use to them.

        Returns:
            The answer; None for every other request and for a token that is not plainly one (`verify` refuses those).
        """
        if request.method != "GET" or len(request.url) > MAX_URL_CHARS:
            return None
        try:
            tokens = [value for name, value in request.query if name == "crc_token"]
        except ValueError:
            return None
        if len(tokens) != 1:
            return None
        answer = signature.answer_challenge(tokens[0], _values(secrets))
        return None if answer is None else WebhookResponse(200, answer, "application/json")

    def verify(self, request: RawRequest, secrets: Secrets, now: datetime, keys: Keys) -> Verified | Rejected:
        """Is this request X's? See `signature`.

        The scheme has no time, so the same bytes are the same delivery for ever.
        """
        if request.method != "POST":
            return Rejected("not_a_post")
        signed = request.header(signature.HEADER)
        reason = signature.refusal(request.body, signed, _values(secrets))
        if reason is not None or signed is None:
            return Rejected(reason or "signature_missing")
        return Verified(signature.replay_key(signed))


def _values(secrets: Secrets) -> list[str]:
    return [secret.reveal() for secret in secrets.get(CONSUMER_SECRET, ())]
