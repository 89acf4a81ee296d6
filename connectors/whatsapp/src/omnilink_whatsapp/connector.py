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
from omnilink.plugin.credentials import every_secret, newest_secret, require_api
from omnilink_whatsapp.answers import read_answer
from omnilink_whatsapp.inbound import parse_envelope
from omnilink_whatsapp.manifest import ACCESS_TOKEN, APP_SECRET, CAPABILITIES, MANIFEST, VERIFY_TOKEN
from omnilink_whatsapp.media import find_media
from omnilink_whatsapp.outbound import render_message
from omnilink_whatsapp.settings import WhatsAppSettings
from omnilink_whatsapp.signature import HEADER, OLD_HEADER, answer_challenge, is_signed, make_replay_key


class WhatsAppConnector:
    """Receives the WhatsApp Cloud API's webhooks, and sends.

    Args:
        settings: the account's.

    Raises:
        ConfigError: an option is no id.
    """

    manifest: ClassVar[Manifest] = MANIFEST
    capabilities: ClassVar[Capabilities] = CAPABILITIES

    def __init__(self, settings: ConnectorSettings) -> None:
        self._settings = WhatsAppSettings.of(settings)

    def parse(self, envelope: Envelope) -> list[Event]:
        """All events of the envelope; at least one."""
        return parse_envelope(envelope, self._settings)

    def handshake(self, request: RawRequest, secrets: Secrets, now: datetime) -> WebhookResponse | None:
        """Answers Meta's set-up question (GET with `hub.mode`); None for any other request."""
        if request.method != "GET":
            return None
        try:
            query = request.query
        except ValueError:  # more fields than anybody sends
            return WebhookResponse(status=403)
        if not any(name.startswith("hub.") for name, _ in query):
            return None
        answer = answer_challenge(query, every_secret(secrets, VERIFY_TOKEN))
        if answer is None:
            return WebhookResponse(status=403)
        return WebhookResponse(body=answer.encode(), headers={"x-content-type-options": "nosniff"})

    def verify(self, request: RawRequest, secrets: Secrets, now: datetime, keys: Keys) -> Verified | Rejected:
        """Is this request Meta's? Only by `X-Hub-Signature-256` over the raw body."""
        if request.method != "POST":
            return Rejected("method", status=405)
        values = every_secret(secrets, APP_SECRET)
        if not any(value.strip() for value in values):
            return Rejected("no_secret")
        header = request.header(HEADER)
        if not header:
            return Rejected("signature_sha1_only" if request.header(OLD_HEADER) else "signature_missing")
        if not is_signed(header, request.body, values):
            return Rejected("signature_wrong")
        return Verified(make_replay_key(header))

    def render(self, message: Outgoing, context: SendContext) -> RenderPlan:
        """The message as calls of the Cloud API (see `outbound.render_message`).

        Raises:
            SendRefused: it cannot be said on WhatsApp.
        """
        return render_message(message, context, self._settings)

    def authorise(self, request: HttpRequest, secrets: Secrets, now: datetime) -> HttpRequest:
        """The call with the newest access token.

        Raises:
            SecretMissing: none is configured.
            ConfigError: the call is for another place than the configured API.
        """
        require_api(request, self._settings.api_url, connector="whatsapp")
        token = newest_secret(secrets, ACCESS_TOKEN, connector="whatsapp")
        return replace(request, headers={**request.headers, "authorization": f"Bearer {token}"})

    def outcome(self, step: Step, answer: Answer) -> Outcome:
        """What Meta's answer means (see `answers.read_answer`)."""
        return read_answer(step, answer)

    def find_media(self, ref: str, told: bytes | None, secrets: Secrets) -> MediaStep:
        """Where a file is, in one step or two (see `media.find_media`).

        Raises:
            FetchRefused: it is no file of WhatsApp's, or it is there no more.
            SecretMissing: the token for it is not configured.
        """
        return find_media(ref, told, secrets, self._settings)
