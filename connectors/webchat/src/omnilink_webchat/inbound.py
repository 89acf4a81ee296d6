"""From an envelope's bytes to events. The bytes are ours (`sessions.make_body`), and read as if they were anybody's."""

import json
from datetime import datetime
from typing import Any, Literal

from omnilink.model import (
    Attestation,
    ChoiceMade,
    Choices,
    DeliveryUpdated,
    Envelope,
    Event,
    Handle,
    HandleLearned,
    Ignored,
    Media,
    MessageReceived,
    Native,
    NativeRefs,
    Part,
    Participant,
    Role,
    StatedClaim,
    Text,
    Unparsed,
)
from omnilink.plugin.fields import count_at, digest, list_at, object_at, text_at
from omnilink_webchat.frames import CLIENT_ID, MESSAGE_ID, OUR_ID

_KINDS: dict[str, Literal["image", "audio", "video"]] = {"image": "image", "audio": "audio", "video": "video"}
_FIELDS = {"name": "name", "email": "email", "phone_number": "phone", "birthdate": "born"}
LONGEST_FEED = 160


def parse_envelope(envelope: Envelope, own: tuple[Handle, ...]) -> list[Event]:
    """The events of what one visitor said once."""
    try:
        body = json.loads(envelope.body.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        body = None
    feed = text_at(body, "visitor", "feed") or ""
    if "/" in feed or not feed or len(feed) > LONGEST_FEED or feed != feed.strip():
        return [_unparsed(envelope, "no-visitor")]
    line = Line(envelope.account, feed, body, own)
    said = object_at(body, "said")
    match text_at(said, "t"):
        case "say":
            return line.message(envelope, said)
        case "choose":
            return line.choice(envelope, said)
        case "seen":
            return line.receipts(envelope, said)
        case "login":
            return line.login(said)
    return [_unparsed(envelope, "unknown-kind")]


def message_key(account: str, feed: str, ident: str) -> str:
    """The name of a message in all that later refers to it."""
    return f"webchat:{account}/{feed}/{ident}"


def conversation_key(account: str, feed: str) -> str:
    """A visitor has one conversation with an account."""
    return f"webchat:{account}/{feed}"


class Line:
    """One visitor and what is known of them.

    Args:
        account, feed: who they are to us.
        body: the envelope's.
        own: our own addresses there.
    """

    def __init__(self, account: str, feed: str, body: Any, own: tuple[Handle, ...]) -> None:
        self._account, self._feed, self._body = account, feed, body
        self._key = conversation_key(account, feed)
        self._own = next((handle for handle in own if handle.scheme == "webchat"), None)
        self._at = _moment(text_at(body, "at"))

    @property
    def handle(self) -> Handle:
        """The visitor's address: what an answer is sent to."""
        return Handle.of("webchat", self._feed, scope=self._account, display=text_at(self._claims, "name"))

    @property
    def _claims(self) -> dict[str, Any]:
        return object_at(self._body, "visitor", "claims")

    def author(self) -> Participant:
        """The visitor: logged in by the agency's own site, or whoever holds the token we once gave."""
        identified = object_at(self._body, "visitor").get("identified") is True
        claims = tuple(
            StatedClaim(field=field, value=value[:200])
            for name, field in _FIELDS.items()
            if (value := text_at(self._claims, name)) is not None
        )
        attestation = Attestation.LOGIN if identified else Attestation.SIGNATURE
        return Participant(role=Role.AUTHOR, handle=self.handle, claims=claims, attestation=attestation)

    def message(self, envelope: Envelope, said: dict[str, Any]) -> list[Event]:
        """Words and files."""
        ident = text_at(said, "id") or ""
        parts = [*_text(said), *(_media(file) for file in list_at(said, "files") if _is_file(file))]
        if not CLIENT_ID.fullmatch(ident) or not parts:
            return [_unparsed(envelope, "no-content")]
        if page := text_at(said, "page"):
            parts.append(Native(name="page", data={"url": page[:500]}))
        to = text_at(said, "to") or ""
        return [MessageReceived(**self._spoken(ident), parts=tuple(parts), reply_to_key=self._named(to))]

    def choice(self, envelope: Envelope, said: dict[str, Any]) -> list[Event]:
        """One of the options of an offer of ours."""
        ident, of = text_at(said, "id") or "", text_at(said, "of") or ""
        value = text_at(said, "value")
        if not CLIENT_ID.fullmatch(ident) or value is None:
            return [_unparsed(envelope, "no-choice")]
        chosen = Choices(action_id=of or None, value=value, label=text_at(said, "label"))
        return [ChoiceMade(**self._spoken(ident), parts=(chosen,), reply_to_key=self._named(of))]

    def receipts(self, envelope: Envelope, said: dict[str, Any]) -> list[Event]:
        """What the visitor's client has got, and what was shown to the visitor."""
        events: list[Event] = []
        for status in ("delivered", "read"):
            ids = dict.fromkeys(i for i in list_at(said, status) if isinstance(i, str) and OUR_ID.fullmatch(i))
            events += [
                DeliveryUpdated(
                    event_key=f"{self._key}/{ident}:{status}",
                    lane_key=self._key,
                    occurred_at=self._at,
                    target_key=message_key(self._account, self._feed, ident),
                    status=status,
                    recipient=self.handle,
                    refs=NativeRefs(target_message_id=ident, sender_id=self._feed),
                )
                for ident in ids
            ]
        return events or [_unparsed(envelope, "no-receipt")]

    def login(self, said: dict[str, Any]) -> list[Event]:
        """The agency's site says who this is; addresses it has checked are the same person's."""
        verified = list_at(said, "verified")
        schemes = {"email": "mailto", "phone_number": "tel"}
        learned = [
            Handle.of(schemes[name], value)
            for name in ("email", "phone_number")
            if name in verified and (value := text_at(self._claims, name)) is not None
        ]
        key = f"{self._key}:login:{digest([self._claims, verified])[:32]}"
        if not learned:
            return [Ignored(event_key=key, lane_key=self._key, reason="login", what="profile")]
        handles = (self.handle, *learned)
        return [HandleLearned(event_key=key, lane_key=self._key, occurred_at=self._at, handles=handles)]

    def _spoken(self, ident: str) -> dict[str, Any]:
        named = message_key(self._account, self._feed, f"i.{ident}")
        return {
            "event_key": named, "lane_key": self._key, "occurred_at": self._at, "message_key": named,
            "conversation_keys": (self._key,),
            "participants": (self.author(), Participant(role=Role.TO, handle=self._own, own=True)),
            "refs": NativeRefs(message_id=f"i.{ident}", conversation_id=self._feed, sender_id=self._feed),
        }  # fmt: skip

    def _named(self, ident: str) -> str | None:
        return message_key(self._account, self._feed, ident) if MESSAGE_ID.fullmatch(ident) else None


def _text(said: dict[str, Any]) -> list[Part]:
    text = text_at(said, "text")
    return [Text(text=text)] if text is not None and text.strip() else []


def _is_file(file: object) -> bool:
    sha256 = text_at(file, "sha256") or ""
    return len(sha256) == 64 and all(c in "0123456789abcdef" for c in sha256)


def _media(file: object) -> Part:
    sha256, mime = text_at(file, "sha256"), text_at(file, "mime")
    return Media(
        kind=_KINDS.get((mime or "").partition("/")[0], "document"),
        ref=f"blob:{sha256}",
        mime_type=mime,
        filename=text_at(file, "name"),
        size=count_at(file, "size"),
        sha256=sha256,
    )


def _moment(text: str | None) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    # A year a calendar in another zone cannot hold is none of ours.
    return moment if moment.tzinfo is not None and 1970 <= moment.year <= 9000 else None


def _unparsed(envelope: Envelope, reason: str) -> Unparsed:
    key = f"webchat:unparsed:{envelope.sha256}"
    return Unparsed(event_key=key, lane_key=key, reason=reason)
