"""The Telegram connector: checks the secret token, reads updates."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import replace
from datetime import datetime
from typing import ClassVar

from omnilink.model import Envelope, Event, Outgoing, Received
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
from omnilink.plugin.credentials import every_secret, newest_secret, require_api
from omnilink.plugin.http import HttpClient
from omnilink_telegram import signature
from omnilink_telegram.answers import read_answer
from omnilink_telegram.body import read_updates
from omnilink_telegram.fields import id_at
from omnilink_telegram.inbound import parse_envelope
from omnilink_telegram.manifest import CAPABILITIES, MANIFEST
from omnilink_telegram.media import find_media
from omnilink_telegram.outbound import render_message
from omnilink_telegram.polling import poll_updates
from omnilink_telegram.settings import BOT_TOKEN, SECRET_TOKEN, TelegramSettings


class TelegramConnector:
    """Receives what Telegram sends to one bot, and sends as that bot.

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
        values = every_secret(secrets, SECRET_TOKEN)
        if (reason := signature.refusal(request.header(signature.HEADER), values)) is not None:
            return Rejected(reason)
        if request.method != "POST":
            return Rejected("not_a_post")
        updates = read_updates(request.body)
        update_id = id_at(updates[0], "update_id") if updates is not None and len(updates) == 1 else None
        return Verified(f"update:{update_id}" if update_id else None)

    def render(self, message: Outgoing, context: SendContext) -> RenderPlan:
        """The message as calls of the Bot API (see `outbound.render_message`).

        Raises:
            SendRefused: it cannot be said on Telegram.
        """
        return render_message(message, context, self._settings)

    def authorise(self, request: HttpRequest, secrets: Secrets, now: datetime) -> HttpRequest:
        """The call with the bot's token, which Telegram wants in the path.

        Raises:
            SecretMissing: none is configured.
            ConfigError: the call is for another place than the configured API.
        """
        base = self._settings.api_url + "/"
        require_api(request, self._settings.api_url, connector="telegram")
        token = newest_secret(secrets, BOT_TOKEN, connector="telegram")
        return replace(request, url=f"{base}bot{token}/{request.url.removeprefix(base)}")

    def outcome(self, step: Step, answer: Answer) -> Outcome:
        """What Telegram's answer means (see `answers.read_answer`)."""
        return read_answer(step, answer, self._settings)

    def find_media(self, ref: str, told: bytes | None, secrets: Secrets) -> MediaStep:
        """Where a file is, in one step or two (see `media.find_media`).

        Raises:
            FetchRefused: it is no file of Telegram's, or it is there no more.
            SecretMissing: the token for it is not configured.
        """
        return find_media(ref, told, secrets, self._settings)

    @property
    def is_polled(self) -> bool:
        """The account asks for its updates."""
        return self._settings.polls

    async def poll(self, cursor: str | None, secrets: Secrets, http: HttpClient) -> AsyncGenerator[Sequence[Received]]:
        """Updates, where the account is set to ask for them (see `polling.poll_updates`).

        Raises:
            ConfigError: it is not; or the token is wrong, or a webhook is set.
            TransientError: Telegram cannot be reached.
        """
        if not self._settings.polls:
            return  # its updates come by webhook
        api = f"{self._settings.api_url}/bot{newest_secret(secrets, BOT_TOKEN, connector='telegram')}"
        async with aclosing(poll_updates(api, cursor, http)) as lots:
            async for lot in lots:
                yield lot
