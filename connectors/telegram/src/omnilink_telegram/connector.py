"""The Telegram connector: checks the secret token, reads updates."""

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
from omnilink_telegram import signature
from omnilink_telegram.body import read_updates
from omnilink_telegram.fields import id_at
from omnilink_telegram.inbound import parse_envelope
from omnilink_telegram.manifest import CAPABILITIES, MANIFEST
from omnilink_telegram.settings import SECRET_TOKEN, TelegramSettings


class TelegramConnector:
    """Receives what Telegram sends to one bot.

    Args:
        settings: the account's settings.
    """

    manifest: ClassVar[Manifest] = MANIFEST
    capabilities: ClassVar[Capabilities] = CAPABILITIES

    def __init__(self, settings: ConnectorSettings) -> None:
        self._settings = TelegramSettings.read(settings)

    def parse(self, envelope: Envelope) -> list[Event]:
        """The events of an envelope; see `inbound`."""
        return parse_envelope(envelope, self._settings)

    def handshake(self, request: RawRequest, secrets: Secrets, now: datetime) -> WebhookResponse | None:
        """Telegram asks nothing when a webhook is set."""
        return None

    def verify(self, request: RawRequest, secrets: Secrets, now: datetime, keys: Keys) -> Verified | Rejected:
        """Is this request Telegram's? See `signature`.

        The token is the same in every request and covers no body, so the delivery is named by its `update_id`; where
        a body has none, only the event keys tell a repetition.
        """
        values = [secret.reveal() for secret in secrets.get(SECRET_TOKEN, ())]
        if (reason := signature.refusal(request.header(signature.HEADER), values)) is not None:
            return Rejected(reason)
        if request.method != "POST":
            return Rejected("not_a_post")
        updates = read_updates(request.body)
        update_id = id_at(updates[0], "update_id") if updates is not None and len(updates) == 1 else None
        return Verified(f"update:{update_id}" if update_id else None)
