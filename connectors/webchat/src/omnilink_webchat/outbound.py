"""A message as entries of the visitor's feed. Nothing leaves: the visitor's client fetches them. Pure."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from omnilink.errors import SendRefused
from omnilink.model import Action, ContactCard, Location, Loss, Media, Offer, Outgoing, Quoted, Template, Text
from omnilink.plugin import Keep, RenderPlan, SendContext, Step, digest_of
from omnilink.plugin.fields import clean
from omnilink.plugin.formatting import parse_markdown, render_pieces, split_text
from omnilink_webchat.inbound import conversation_key, message_key
from omnilink_webchat.manifest import CAPABILITIES, TEXT_CHARS
from omnilink_webchat.style import MARKED, read_marks

LARGEST_BYTES = CAPABILITIES.limit("media_bytes")


def render_message(message: Outgoing, context: SendContext, account: str) -> RenderPlan:
    """The entries of a message.

    Raises:
        SendRefused: there is nothing to say, or no visitor to say it to.
    """
    feed = context.recipient.value if context.recipient is not None else ""
    if not feed or "/" in feed:
        raise SendRefused("that is no visitor's address", reason="unreachable", connector="webchat")
    writer = _Writer(context, account, feed)
    if message.action is Action.SEND:
        writer.write(message)
    else:
        writer.change(message)
    return writer.plan(message.action)


@dataclass(slots=True)
class _Writer:
    """Collects the entries of one message."""

    context: SendContext
    account: str
    feed: str
    shown: list[dict[str, Any]] = field(default_factory=list)
    files: list[bytes] = field(default_factory=list)
    losses: list[Loss] = field(default_factory=list)

    def write(self, message: Outgoing) -> None:
        """Something new."""
        entries: list[list[dict[str, Any]]] = [[]]
        for part in message.parts:
            for n, shown in enumerate(self._parts(part)):
                if n and isinstance(part, Text):
                    entries.append([])
                entries[-1].append(shown)
        if len(entries) > 1:
            self.losses.append(Loss(what="text", how="split", count=len(entries)))
        if not entries[0]:
            raise SendRefused("there is nothing to send", reason="empty", connector="webchat")
        for n, parts in enumerate(entries):
            entry = {"t": "message", "id": _id(self.context.item, n), "from": "agency", "parts": parts}
            if n == 0 and message.subject:
                entry["subject"] = clean(message.subject)
            if n == 0 and message.quoted is not None and (to := _ids(message.quoted)):
                entry["to"] = to[-1]
            self.shown.append(entry)

    def change(self, message: Outgoing) -> None:
        """An edit, a deletion or a reaction."""
        ids = _ids(message.target) if message.target is not None else []
        if not ids:
            raise SendRefused("that message is not in the chat", reason="not-supported", connector="webchat")
        if message.action is Action.DELETE:
            self.shown = [{"t": "delete", "of": ident} for ident in ids]
        elif message.action is Action.REACT:
            self.shown = [{"t": "reaction", "of": ids[-1], "reaction": clean(message.reaction or "")}]
        elif len(ids) > 1:
            raise SendRefused("a message that is shown in pieces cannot be edited", reason="not-supported",
                              connector="webchat", hint="delete it and send it anew")  # fmt: skip
        else:
            parts = [shown for part in message.parts for shown in self._parts(part)]
            if sum(part["type"] == "text" for part in parts) > 1 or not parts:
                raise SendRefused("an edit is one text", reason="too-large", connector="webchat")
            self.shown = [{"t": "edit", "of": ids[-1], "parts": parts}]

    def plan(self, action: Action) -> RenderPlan:
        """Everything collected, a step an entry."""
        at = self.context.now.isoformat()
        steps = []
        for n, entry in enumerate(self.shown):
            key = entry["id"] if action is Action.SEND else f"{action.value}.{_id(self.context.item, n)}"
            files = tuple(self.files) if n == len(self.shown) - 1 else ()
            keep = Keep(self.feed, key, json.dumps({**entry, "at": at}), files)
            steps.append(Step(f"entry-{n}", partial(_given, keep), repeatable=True))
        named = message_key(self.account, self.feed, _id(self.context.item, 0)) if action is Action.SEND else None
        thread = (conversation_key(self.account, self.feed),)
        return RenderPlan(tuple(steps), tuple(self.losses), message_key=named, conversation_keys=thread)

    def _parts(self, part: object) -> Iterator[dict[str, Any]]:
        match part:
            case Text():
                for piece in _pieces(part):
                    text, marks = read_marks(piece)
                    yield {"type": "text", "text": text, "marks": marks}
            case Media():
                yield self._media(part)
            case Location():
                yield {
                    "type": "location", "latitude": part.latitude, "longitude": part.longitude,
                    "name": part.name or "", "address": part.address or "",
                }  # fmt: skip
            case ContactCard():
                phones, emails = list(part.phones), list(part.emails)
                yield {"type": "card", "name": part.name or "", "phones": phones, "emails": emails}
            case Offer():
                options = [
                    {"value": o.value, "label": o.label, "description": o.description or ""} for o in part.options
                ]
                yield {"type": "offer", "title": part.title or "", "options": options}
            case Template():
                raise SendRefused("a chat of our own has no templates", reason="not-supported", connector="webchat")

    def _media(self, part: Media) -> dict[str, Any]:
        ref = part.ref or ""
        shown = {
            "type": "file", "name": part.filename or "", "mime": part.mime_type or "", "size": part.size,
            "caption": part.caption or "",
        }  # fmt: skip
        if (file := self.context.media.get(ref)) is not None:
            if len(file.content) > LARGEST_BYTES:
                raise SendRefused("a file is larger than the chat takes", reason="too-large", connector="webchat")
            self.files.append(file.content)
            return {**shown, "sha256": digest_of(ref), "size": len(file.content)}
        if not ref.startswith("https://"):
            raise SendRefused("a file to send has no bytes and no https address", reason="not-supported",
                              connector="webchat")  # fmt: skip
        return {**shown, "url": ref}


def _given(keep: Keep, done: Mapping[str, str]) -> Keep:
    return keep


def _id(item: str, n: int) -> str:
    return f"o.{item}.{n}" if n else f"o.{item}"


def _ids(quoted: Quoted) -> list[str]:
    """The ids under which the visitor's client has a message, in the order of its pieces."""
    keys = (key for key in quoted.message_keys if key.startswith("webchat:"))
    return list(dict.fromkeys(key.rpartition("/")[2] for key in keys))


def _pieces(part: Text) -> list[str]:
    if part.format == "markdown":
        return render_pieces(parse_markdown(part.text), MARKED, limit=TEXT_CHARS)
    text = MARKED.escape(part.text)
    return split_text(text, TEXT_CHARS) if text.strip() else []
