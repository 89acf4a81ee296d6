"""The Slack connector: verifies requests, answers `url_verification`, reads events."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
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
from omnilink.plugin.credentials import every_secret, newest_secret, require_api
from omnilink.plugin.fields import text_at
from omnilink.plugin.http import HttpClient
from omnilink_slack import signature
from omnilink_slack.body import read_body
from omnilink_slack.inbound import parse_envelope
from omnilink_slack.manifest import CAPABILITIES, MANIFEST
from omnilink_slack.media import find_media
from omnilink_slack.outbound import render_message
from omnilink_slack.outcomes import read_answer
from omnilink_slack.session import SocketModeSession, open_session
from omnilink_slack.settings import BOT_TOKEN, SIGNING_SECRET, SlackSettings

MAX_HANDSHAKE_BYTES = 4096
# Slack's challenges are letters and digits. Nothing that could be markup or a script is sent back.
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{1,200}")


class SlackConnector:
    """Receives what Slack sends to one app, and sends as its bot.

    Args:
        settings: the account's settings.
    """

    manifest: ClassVar[Manifest] = MANIFEST
    capabilities: ClassVar[Capabilities] = CAPABILITIES

    def __init__(self, settings: ConnectorSettings) -> None:
        self._settings = SlackSettings.read(settings)

    def parse(self, envelope: Envelope) -> list[Event]:
        """The events of an envelope; see `inbound`."""
        return parse_envelope(envelope, self._settings)

    def handshake(self, request: RawRequest, secrets: Secrets, now: datetime) -> WebhookResponse | None:
        """Answers `url_verification` with its challenge, if the request is signed as any other.

        Source: https://docs.slack.dev/reference/events/url_verification

        Returns:
            The challenge as plain text; None for every other request, and for an unsigned one (`verify` refuses it).
        """
        if len(request.body) > MAX_HANDSHAKE_BYTES or b"url_verification" not in request.body:
            return None
        if isinstance(self.verify(request, secrets, now, {}), Rejected):
            return None
        payload = read_body(request.body).payload
        challenge = text_at(payload, "challenge")
        if text_at(payload, "type") != "url_verification" or challenge is None or not _CHALLENGE.fullmatch(challenge):
            return None
        return WebhookResponse(200, challenge.encode("ascii"), "text/plain; charset=utf-8")

    def verify(self, request: RawRequest, secrets: Secrets, now: datetime, keys: Keys) -> Verified | Rejected:
        """Is this request Slack's? See `signature`.

        `X-Slack-Retry-Num` plays no part: a retry is signed anew, and event keys tell what is known.
        """
        timestamp = request.header("x-slack-request-timestamp")
        signed = request.header("x-slack-signature")
        values = every_secret(secrets, SIGNING_SECRET)
        reason = signature.refusal(request.body, timestamp, signed, values, now.timestamp())
        seconds = signature.read_timestamp(timestamp)
        if reason is not None or seconds is None or signed is None:
            return Rejected(reason or "signature_missing")
        expires_at = datetime.fromtimestamp(seconds, UTC) + timedelta(seconds=signature.WINDOW_S)
        return Verified(signature.replay_key(signed), expires_at)

    def render(self, message: Outgoing, context: SendContext) -> RenderPlan:
        """The message as calls of the Web API (see `outbound.render_message`).

        Raises:
            SendRefused: it cannot be said on Slack.
        """
        return render_message(message, context, self._settings)

    def authorise(self, request: HttpRequest, secrets: Secrets, now: datetime) -> HttpRequest:
        """The call with the bot's token; an upload's address is itself the credential and gets none.

        Raises:
            SecretMissing: none is configured.
            ConfigError: the call is for another place than Slack.
        """
        if request.url.startswith("https://files.slack.com/"):
            return request
        require_api(request, self._settings.api_url, connector="slack")
        token = newest_secret(secrets, BOT_TOKEN, connector="slack")
        return replace(request, headers={**request.headers, "authorization": f"Bearer {token}"})

    def outcome(self, step: Step, answer: Answer) -> Outcome:
        """What Slack's answer means (see `outcomes.read_answer`)."""
        return read_answer(step, answer)

    @property
    def lines(self) -> int:
        """Socket Mode connections the account holds."""
        return self._settings.lines

    async def open_session(self, secrets: Secrets, http: HttpClient) -> SocketModeSession:
        """One Socket Mode connection (see `session.open_session`).

        Raises:
            TransientError: Slack cannot be reached now.
            ConfigError: the app-level token is absent, wrong or may not do this.
        """
        return await open_session(self._settings, secrets, http)

    def find_media(self, ref: str, told: bytes | None, secrets: Secrets) -> MediaStep:
        """Where a file is, in one step or two (see `media.find_media`).

        Raises:
            FetchRefused: it is no file of Slack's, or it is there no more.
            SecretMissing: the token for it is not configured.
        """
        return find_media(ref, told, secrets, self._settings)
