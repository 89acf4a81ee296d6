"""Outbound: a message as calls of the Bot API. Pure. https://core.telegram.org/bots/api#available-methods"""

import json
from dataclasses import dataclass, field
from typing import Any

from omnilink.errors import SendRefused
from omnilink.model import Action, ContactCard, Location, Loss, Media, Offer, Outgoing, Quoted, Template
from omnilink.plugin import HttpRequest, RenderPlan, SendContext, Step
from omnilink.plugin.formatting import say_caption, say_texts
from omnilink.plugin.multipart import encode_form
from omnilink_telegram.manifest import CAPABILITIES
from omnilink_telegram.place import Origin, place_of
from omnilink_telegram.settings import TelegramSettings
from omnilink_telegram.style import TELEGRAM

TEXT_CHARS, CAPTION_CHARS = CAPABILITIES.limit("text_chars"), CAPABILITIES.limit("caption_chars")
"""Telegram counts after its entities are parsed, so measuring with the tags is on the safe side."""
LARGEST_BYTES, LARGEST_IMAGE_BYTES = CAPABILITIES.limit("media_bytes"), CAPABILITIES.limit("image_bytes")
CALLBACK_BYTES = CAPABILITIES.limit("choice_value_bytes")
_METHODS = {
    "image": ("sendPhoto", "photo"), "video": ("sendVideo", "video"), "audio": ("sendAudio", "audio"),
    "voice": ("sendVoice", "voice"), "sticker": ("sendSticker", "sticker"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Target:
    """Where a call goes: a chat, within a business account's chats if `connection` is set, at a message."""

    chat: str
    message: str | None = None
    connection: str | None = None

    @property
    def fields(self) -> dict[str, Any]:
        """The chat as the API's fields."""
        more = {"business_connection_id": self.connection} if self.connection else {}
        return {"chat_id": int(self.chat) if self.chat.lstrip("-").isdigit() else self.chat, **more}


def find_target(quoted: Quoted) -> Target:
    """The chat and message an earlier interaction is.

    Raises:
        SendRefused: Telegram has not told its id (yet).
    """
    return find_targets(quoted)[-1]


def find_targets(quoted: Quoted) -> list[Target]:
    """Every message an earlier interaction is: a long one left in pieces.

    Raises:
        SendRefused: Telegram has not told an id (yet).
    """
    found = []
    for key in quoted.message_keys:
        parts = key.removeprefix("telegram:").split("/")
        if key.startswith("telegram:") and len(parts) >= 2 and parts[-1].isdigit():
            connection = parts[2] if len(parts) == 5 and parts[1] == "business" else None
            found.append(Target(parts[-2], parts[-1], connection))
    if not found:
        raise SendRefused("Telegram has given that message no id yet", reason="not-supported", connector="telegram")
    return found


def render_message(message: Outgoing, context: SendContext, settings: TelegramSettings) -> RenderPlan:
    """A message as calls.

    Raises:
        SendRefused: it cannot be said here.
    """
    if (context.recipient is None or context.recipient.scheme != "telegram") and message.target is None:
        raise SendRefused("that is no Telegram user or chat", reason="bad-address", connector="telegram")
    writer = _Writer(context, settings)
    if message.action is Action.SEND:
        writer.write(message)
    else:
        assert message.target is not None  # noqa: S101 - the planner checks it
        writer.change(message, find_targets(message.target))
    return writer.plan()


@dataclass(slots=True)
class _Writer:
    """Collects the calls of one message."""

    context: SendContext
    settings: TelegramSettings
    target: Target = Target("")
    steps: list[Step] = field(default_factory=list)
    losses: list[Loss] = field(default_factory=list)

    def change(self, message: Outgoing, targets: list[Target]) -> None:
        """An edit, a deletion or a reaction."""
        places = [{**target.fields, "message_id": int(target.message or 0)} for target in targets]
        at = places[-1]
        if message.action is Action.DELETE:
            for place in places:
                self._call("deleteMessage", place)
        elif message.action is Action.EDIT and len(places) > 1:
            raise SendRefused("a message that left in pieces cannot be edited", reason="not-supported",
                              connector="telegram", hint="delete it and send it anew")  # fmt: skip
        elif message.action is Action.REACT:
            reaction = [{"type": "emoji", "emoji": message.reaction}] if message.reaction else []
            self._call("setMessageReaction", {**at, "reaction": reaction})
        else:
            pieces = say_texts(message.parts, TELEGRAM, limit=TEXT_CHARS)
            if len(pieces) != 1:
                raise SendRefused("an edit is one text", reason="too-large", connector="telegram")
            self._call("editMessageText", {**at, "text": pieces[0], "parse_mode": "HTML"})

    def write(self, message: Outgoing) -> None:
        """Something new."""
        self.target = Target(self.context.recipient.value if self.context.recipient else "")
        if message.quoted is not None:
            try:
                self.target = find_target(message.quoted)
            except SendRefused:
                self.losses.append(Loss(what="reply", how="dropped", detail="the quoted message has no Telegram id"))
        if message.subject:
            self.losses.append(Loss(what="subject", how="dropped"))
        offer = next((p for p in message.parts if isinstance(p, Offer)), None)
        pieces = say_texts(message.parts, TELEGRAM, limit=TEXT_CHARS)
        if offer is not None:
            pieces = pieces or [TELEGRAM.escape(offer.title or "…")]
            if any(option.description for option in offer.options):
                self.losses.append(Loss(what="offer", how="degraded", detail="descriptions are not shown"))
        if len(pieces) > 1:
            self.losses.append(Loss(what="text", how="split", count=len(pieces)))
        for n, piece in enumerate(pieces):
            last = offer is not None and n == len(pieces) - 1
            self._send("sendMessage", {"text": piece, "parse_mode": "HTML", **(_keyboard(offer) if last else {})})
        for part in message.parts:
            if isinstance(part, Media):
                self._media(part)
            elif isinstance(part, Location):
                self._send("sendLocation", {"latitude": part.latitude, "longitude": part.longitude})
                if part.name or part.address:
                    self.losses.append(Loss(what="location", how="degraded", detail="the place's name is not shown"))
            elif isinstance(part, ContactCard):
                self._card(part)
            elif isinstance(part, Template):
                raise SendRefused("Telegram has no templates", reason="not-supported", connector="telegram")
        if not self.steps:
            raise SendRefused("there is nothing to send", reason="empty", connector="telegram")

    def plan(self) -> RenderPlan:
        """Everything collected, and the chat it will be in."""
        origin = Origin(home=self.settings.bot_id or self.settings.account)
        chat = {"chat": {"id": int(self.target.chat)}} if self.target.chat.lstrip("-").isdigit() else {}
        place = place_of(chat, origin)
        keys = (place.topic_key(None),) if place is not None and not self.target.connection else ()
        return RenderPlan(tuple(self.steps), tuple(self.losses), conversation_keys=keys)

    def _send(self, method: str, content: dict[str, Any]) -> None:
        self._call(method, {**self._where(), **content})

    def _where(self) -> dict[str, Any]:
        """The chat; the first call also shows what is answered."""
        where = self.target.fields
        if self.target.message is not None:
            quoted = {"message_id": int(self.target.message), "allow_sending_without_reply": True}
            where = {**where, "reply_parameters": quoted}
            self.target = Target(self.target.chat, None, self.target.connection)
        return where

    def _call(self, method: str, fields: dict[str, Any]) -> None:
        body = json.dumps(fields).encode()
        request = HttpRequest("POST", f"{self.settings.api_url}/{method}", {"content-type": "application/json"}, body)
        self.steps.append(Step(f"message-{len(self.steps)}", lambda done: request))

    def _media(self, part: Media) -> None:
        method, name = _METHODS.get(part.kind, ("sendDocument", "document"))
        file = self.context.media.get(part.ref or "")
        if method == "sendPhoto" and file is not None and len(file.content) > LARGEST_IMAGE_BYTES:
            method, name = "sendDocument", "document"
        caption, cut = say_caption(part.caption, TELEGRAM, limit=CAPTION_CHARS)
        content: dict[str, Any] = {"caption": caption, "parse_mode": "HTML"} if caption else {}
        self.losses += cut
        if file is None:
            if not (part.ref or "").startswith("https://"):
                raise SendRefused("a file to send has no bytes and no https address", reason="not-supported",
                                  connector="telegram")  # fmt: skip
            self._send(method, {**content, name: part.ref})
            return
        if len(file.content) > LARGEST_BYTES:
            raise SendRefused("Telegram takes no file of that size", reason="too-large", connector="telegram")
        fields = {k: v if isinstance(v, str) else json.dumps(v) for k, v in {**self._where(), **content}.items()}
        content_type, body = encode_form(
            fields, file, boundary=f"omnilink-{self.context.item}-{len(self.steps)}", name=name
        )
        request = HttpRequest("POST", f"{self.settings.api_url}/{method}", {"content-type": content_type}, body)
        self.steps.append(Step(f"message-{len(self.steps)}", lambda done: request))

    def _card(self, part: ContactCard) -> None:
        if not part.phones:
            raise SendRefused("a contact needs a number on Telegram", reason="not-supported", connector="telegram")
        self._send("sendContact", {"phone_number": part.phones[0], "first_name": part.name or part.phones[0]})
        if len(part.phones) + len(part.emails) > 1:
            self.losses.append(Loss(what="contact_card", how="degraded", detail="only one number is shown"))


def _keyboard(offer: Offer | None) -> dict[str, Any]:
    """Buttons below the text, one a row; their payload is short (InlineKeyboardButton.callback_data)."""
    if offer is None:
        return {}
    if any(len(option.value.encode()) > CALLBACK_BYTES for option in offer.options):
        raise SendRefused(
            f"a choice's value has more than {CALLBACK_BYTES} bytes", reason="too-large", connector="telegram"
        )
    rows = [[{"text": option.label, "callback_data": option.value}] for option in offer.options]
    return {"reply_markup": {"inline_keyboard": rows}}
