"""The webchat connector: admits visitors, reads what they say, writes what they are told."""

import json
from datetime import datetime, timedelta
from typing import Any, ClassVar

from omnilink.model import Envelope, Event, FeedEntry, Outgoing
from omnilink.plugin import (
    Accepted,
    Admitted,
    Answer,
    Capabilities,
    ConnectorSettings,
    Heard,
    Manifest,
    Outcome,
    Rejected,
    RenderPlan,
    Secrets,
    SendContext,
    Step,
    StoredFile,
    Visitor,
    VisitorSite,
    read_outcome,
)
from omnilink.plugin.credentials import every_secret, newest_secret
from omnilink_webchat.frames import read_frame
from omnilink_webchat.inbound import message_key, parse_envelope
from omnilink_webchat.manifest import CAPABILITIES, MANIFEST
from omnilink_webchat.outbound import render_message
from omnilink_webchat.sessions import Sessions
from omnilink_webchat.settings import SESSION_SECRET, WebchatSettings
from omnilink_webchat.tokens import seal, unseal

FILE, UPLOAD = "file", "upload"
FILE_S = 3600.0
"""How long the address of a file opens it; a client that asks again is given a new one."""

UPLOAD_S = 7 * 86_400.0
"""How long a message that waits to be sent may name its upload."""


class WebchatConnector:
    """One chat on the agency's site.

    Args:
        settings: the account's settings.
    """

    manifest: ClassVar[Manifest] = MANIFEST
    capabilities: ClassVar[Capabilities] = CAPABILITIES

    def __init__(self, settings: ConnectorSettings) -> None:
        self._settings = WebchatSettings.read(settings)
        self._own = settings.own_handles
        self._sessions = Sessions(self._settings)

    # --- in and out -----------------------------------------------------------------------------------------------

    def parse(self, envelope: Envelope) -> list[Event]:
        """The events of an envelope; see `inbound`."""
        return parse_envelope(envelope, self._own)

    def render(self, message: Outgoing, context: SendContext) -> RenderPlan:
        """The message as entries of the visitor's feed (see `outbound.render_message`).

        Raises:
            SendRefused: it cannot be said there.
        """
        return render_message(message, context, self._settings.account)

    def outcome(self, step: Step, answer: Answer) -> Outcome:
        """The entry is written with this very outcome: it is kept, and named as its receipts will name it."""
        keep = step.make({})
        named = message_key(self._settings.account, keep.feed, keep.key)
        return read_outcome(answer, lambda ok: Accepted((named,)))

    # --- visitors -------------------------------------------------------------------------------------------------

    @property
    def site(self) -> VisitorSite:
        """Whose pages may embed the chat, and its limits."""
        return self._settings.site

    def admit(self, hello: bytes, secrets: Secrets, now: datetime, fresh: str) -> Admitted | Rejected:
        """Opens a session (see `sessions`)."""
        return self._sessions.admit(hello, secrets, now, fresh)

    def recognise(self, token: str, secrets: Secrets, now: datetime) -> Visitor | Rejected:
        """Who holds a session's token."""
        return self._sessions.recognise(token, secrets, now)

    def hear(self, said: bytes, visitor: Visitor, secrets: Secrets, now: datetime) -> Heard | Rejected:
        """What a frame means (see `frames`)."""
        account = self._settings.account

        def open_file(token: str) -> StoredFile | Rejected:
            return self._unseal_file(token, f"{UPLOAD}:{visitor.feed}", secrets, now)

        return read_frame(said, visitor, account, open_file, now)

    def show(self, entry: FeedEntry, secrets: Secrets, now: datetime) -> str:
        """An entry with its number, and an address for each file that opens it for a while."""
        body = json.loads(entry.body)
        for part in body.get("parts", ()):
            if part.get("type") == "file" and "sha256" in part:
                size, mime = part.get("size") or 0, part.get("mime") or "application/octet-stream"
                file = StoredFile(part.pop("sha256"), size, mime, part.get("name") or "file")
                part["url"] = f"{self._settings.base_url}/files/{self._seal_file(file, FILE, secrets, now)}"
        return json.dumps({**body, "n": entry.n})

    def seal_file(self, file: StoredFile, visitor: Visitor, secrets: Secrets, now: datetime) -> str:
        """What the client names its upload by in a message; only this visitor may."""
        token = self._seal_file(file, f"{UPLOAD}:{visitor.feed}", secrets, now, UPLOAD_S)
        told = {"file": token, "name": file.filename, "mime": file.mime_type, "size": file.size}
        return json.dumps(told)

    def open_file(self, token: str, secrets: Secrets, now: datetime) -> StoredFile | Rejected:
        """The file an address opens."""
        return self._unseal_file(token, FILE, secrets, now)

    def _seal_file(
        self, file: StoredFile, purpose: str, secrets: Secrets, now: datetime, life_s: float = FILE_S
    ) -> str:
        # Whole hours, so that a client that fetches again keeps the address it has in its cache.
        ends = (now + timedelta(seconds=life_s + FILE_S)).timestamp() // FILE_S * FILE_S
        payload: dict[str, Any] = {
            "s": file.sha256, "z": file.size, "m": file.mime_type, "n": file.filename, "exp": int(ends),
        }  # fmt: skip
        secret = newest_secret(secrets, SESSION_SECRET, connector="webchat")
        return seal(payload, purpose, self._settings.account, secret)

    def _unseal_file(self, token: str, purpose: str, secrets: Secrets, now: datetime) -> StoredFile | Rejected:
        payload, reason = unseal(token, purpose, self._settings.account, every_secret(secrets, SESSION_SECRET), now)
        if payload is None:
            return Rejected(reason or "token-wrong", 403)
        return StoredFile(payload["s"], payload["z"], payload["m"], payload["n"])
