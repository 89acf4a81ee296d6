"""The X connector: answers the challenge, verifies requests, reads events."""

from collections.abc import AsyncGenerator, Mapping, Sequence
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
    Tariff,
    Verified,
    WebhookResponse,
)
from omnilink.plugin.credentials import every_secret, newest_secret, require_api
from omnilink.plugin.http import HttpClient
from omnilink_x import signature
from omnilink_x.charges import charge_received
from omnilink_x.inbound import parse_envelope
from omnilink_x.manifest import CAPABILITIES, MANIFEST
from omnilink_x.media import find_media
from omnilink_x.outbound import render_message
from omnilink_x.outcomes import read_answer
from omnilink_x.polling import poll_mentions
from omnilink_x.settings import ACCESS_TOKEN, CONSUMER_SECRET, XSettings

MAX_URL_CHARS = 4096


class XConnector:
    """Receives what X sends to one app, and sends as one account.

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
        answer = signature.answer_challenge(tokens[0], every_secret(secrets, CONSUMER_SECRET))
        return None if answer is None else WebhookResponse(200, answer, "application/json")

    def verify(self, request: RawRequest, secrets: Secrets, now: datetime, keys: Keys) -> Verified | Rejected:
        """Is this request X's? See `signature`.

        The scheme has no time, so the same bytes are the same delivery for ever.
        """
        if request.method != "POST":
            return Rejected("not_a_post")
        signed = request.header(signature.HEADER)
        reason = signature.refusal(request.body, signed, every_secret(secrets, CONSUMER_SECRET))
        if reason is not None or signed is None:
            return Rejected(reason or "signature_missing")
        return Verified(signature.replay_key(signed))

    def render(self, message: Outgoing, context: SendContext) -> RenderPlan:
        """The message as calls of the API (see `outbound.render_message`).

        Raises:
            PolicyRefused: X allows no reply to that post.
            SendRefused: it cannot be said on X.
        """
        return render_message(message, context, self._settings)

    def authorise(self, request: HttpRequest, secrets: Secrets, now: datetime) -> HttpRequest:
        """The call with the user's access token.

        Raises:
            SecretMissing: none is configured.
            ConfigError: the call is for another place than the configured API.
        """
        require_api(request, self._settings.api_url, connector="x")
        token = newest_secret(secrets, ACCESS_TOKEN, connector="x")
        return replace(request, headers={**request.headers, "authorization": f"Bearer {token}"})

    def outcome(self, step: Step, answer: Answer) -> Outcome:
        """What X's answer means (see `outcomes.read_answer`)."""
        return read_answer(step, answer)

    @property
    def is_polled(self) -> bool:
        """The account asks for its mentions."""
        return self._settings.user_id is not None

    async def poll(self, cursor: str | None, secrets: Secrets, http: HttpClient) -> AsyncGenerator[Sequence[Received]]:
        """Mentions, where the account is set to ask for them (see `polling.poll_mentions`).

        Raises:
            ConfigError: the token is absent, wrong or may not do this.
            TransientError: X cannot be reached, or asks for a pause.
        """
        if self._settings.user_id is None:
            return  # X calls our webhook
        token = newest_secret(secrets, ACCESS_TOKEN, connector="x")
        url = f"{self._settings.api_url}/2/users/{self._settings.user_id}/mentions"
        async with aclosing(poll_mentions(url, token, cursor, http, self._settings.poll_every_s)) as lots:
            async for lot in lots:
                yield lot

    @property
    def tariff(self) -> Tariff:
        """Prices and the month's budget."""
        return self._settings.tariff

    def charge_read(self, received: Received) -> Mapping[str, int]:
        """What X bills for handing this over (see `charges.charge_received`)."""
        return charge_received(received)

    def find_media(self, ref: str, told: bytes | None, secrets: Secrets) -> MediaStep:
        """Where a file is, in one step or two (see `media.find_media`).

        Raises:
            FetchRefused: it is no file of X's, or it is there no more.
            SecretMissing: the token for it is not configured.
        """
        return find_media(ref, told, secrets, self._settings)
