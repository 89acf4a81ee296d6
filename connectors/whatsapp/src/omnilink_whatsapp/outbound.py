"""Outbound: a message as calls of the Cloud API's messages and media end points. Pure.

https://developers.facebook.com/docs/whatsapp/cloud-api/reference/messages
https://developers.facebook.com/docs/whatsapp/cloud-api/reference/media
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from omnilink.errors import SendRefused
from omnilink.model import Action, ContactCard, Handle, Location, Loss, Media, Offer, Outgoing, Quoted, Template, Text
from omnilink.plugin import HttpRequest, MediaFile, RenderPlan, SendContext, Step
from omnilink.plugin.formatting import PLAIN, say_caption, say_in_words, say_texts
from omnilink.plugin.limits import read_listed
from omnilink.plugin.multipart import encode_form
from omnilink_whatsapp.manifest import CAPABILITIES
from omnilink_whatsapp.offers import render_offer
from omnilink_whatsapp.settings import WhatsAppSettings
from omnilink_whatsapp.style import WHATSAPP

TEXT_CHARS, CAPTION_CHARS = CAPABILITIES.limit("text_chars"), CAPABILITIES.limit("caption_chars")
OFFER_CHARS = CAPABILITIES.limit("offer_text_chars")
KINDS = ("image", "audio", "video", "sticker")
LARGEST_BYTES = {kind: CAPABILITIES.limit(f"{kind}_bytes") for kind in (*KINDS, "document")}
TYPES = {kind: read_listed("omnilink_whatsapp", f"{kind}_types") for kind in KINDS}


def render_message(message: Outgoing, context: SendContext, settings: WhatsAppSettings) -> RenderPlan:
    """A message as steps: uploads, then one call for each piece.

    Raises:
        SendRefused: it cannot be said here.
    """
    if context.recipient is None or context.recipient.scheme not in CAPABILITIES.reaches:
        raise SendRefused("that is no WhatsApp address", reason="bad-address", connector="whatsapp")
    if not settings.phone_number_id:
        raise SendRefused(
            "sending needs phone_number_id", reason="no-account", connector="whatsapp",
            hint="write phone_number_id in the account's settings",
        )  # fmt: skip
    writer = _Writer(context, settings, context.recipient)
    if message.action is Action.REACT:
        writer.add("reaction", {"reaction": {"message_id": _native(message.target), "emoji": message.reaction or ""}})
    elif message.action is Action.SEND:
        writer.write(message)
    else:
        raise SendRefused("the Cloud API edits and deletes nothing", reason="not-supported", connector="whatsapp")
    return writer.plan()


def _native(quoted: Quoted | None) -> str:
    """The wamid of an earlier message.

    Raises:
        SendRefused: WhatsApp has not told it (yet).
    """
    keys = [key for key in (quoted.message_keys if quoted else ()) if key.startswith("wa:")]
    if not keys:
        raise SendRefused("WhatsApp has given that message no id yet", reason="not-supported", connector="whatsapp")
    return keys[-1].removeprefix("wa:")


@dataclass(slots=True)
class _Writer:
    """Collects the calls of one message."""

    context: SendContext
    settings: WhatsAppSettings
    recipient: Handle
    quoted: str | None = None
    steps: list[Step] = field(default_factory=list)
    losses: list[Loss] = field(default_factory=list)

    def write(self, message: Outgoing) -> None:
        if message.quoted is not None:
            try:
                self.quoted = _native(message.quoted)
            except SendRefused:
                self.losses.append(Loss(what="reply", how="dropped", detail="the quoted message has no WhatsApp id"))
        if message.subject:
            self.losses.append(Loss(what="subject", how="dropped"))
        offer = next((p for p in message.parts if isinstance(p, Offer)), None)
        body = say_texts(message.parts, WHATSAPP, limit=OFFER_CHARS if offer else TEXT_CHARS)
        if len(body) > 1:
            self.losses.append(Loss(what="text", how="split", count=len(body)))
        for piece in body[:-1] if offer else body:
            self.add("text", {"text": {"body": piece, "preview_url": False}})
        if offer is not None:
            self._offer(offer, body[-1] if body else (offer.title or "…"))
        for part in message.parts:
            if isinstance(part, Media):
                self._media(part)
            elif isinstance(part, Location):
                self._location(part)
            elif isinstance(part, ContactCard):
                self._card(part)
            elif isinstance(part, Template):
                self._template(part)
        if not self.steps:
            raise SendRefused("there is nothing to send", reason="empty", connector="whatsapp")

    def add(self, kind: str, content: Mapping[str, Any], upload: str | None = None) -> None:
        """One call; with `upload`, the media id that step gave goes into its object."""
        to = "recipient" if self.recipient.scheme == "wa_bsuid" else "to"
        address = self.recipient.raw if to == "recipient" else self.recipient.value.lstrip("+")
        body: dict[str, Any] = {
            "messaging_product": "whatsapp", "recipient_type": "individual", to: address, "type": kind, **content,
        }  # fmt: skip
        if self.quoted and kind != "reaction":
            body["context"] = {"message_id": self.quoted}
            self.quoted = None  # the first piece shows what is answered
        url = f"{self.settings.api_url}/{self.settings.phone_number_id}/messages"

        def make(done: Mapping[str, str]) -> HttpRequest:
            whole = {**body, kind: {**body[kind], "id": done[upload]}} if upload else body
            return HttpRequest("POST", url, {"content-type": "application/json"}, json.dumps(whole).encode())

        self.steps.append(Step(f"message-{len(self.steps)}", make))

    def plan(self) -> RenderPlan:
        thread = f"wa:{self.settings.phone_number_id}/{self.recipient.value.lstrip('+')}"
        if self.recipient.scheme == "wa_bsuid":
            thread = f"wa:{self.settings.phone_number_id}/{self.recipient.raw}"
        return RenderPlan(tuple(self.steps), tuple(self.losses), conversation_keys=(thread,))

    # --- content --------------------------------------------------------------------------------------------------

    def _media(self, part: Media) -> None:
        file = self.context.media.get(part.ref or "")
        kind = _kind_of(part, file)
        content: dict[str, Any] = {}
        if part.caption and kind in ("image", "video", "document"):
            caption, cut = say_caption(part.caption, WHATSAPP, limit=CAPTION_CHARS)
            content = {"caption": caption} if caption else {}
            self.losses += cut
        elif part.caption:
            self.losses.append(Loss(what="caption", how="dropped"))
        if kind == "document" and part.filename:
            content["filename"] = part.filename
        if file is not None:
            self.add(kind, {kind: content}, upload=self._upload(file, kind))
        elif (part.ref or "").startswith("https://"):
            self.add(kind, {kind: {**content, "link": part.ref}})
        else:
            raise SendRefused("a file to send has no bytes and no https address", reason="not-supported",
                              connector="whatsapp")  # fmt: skip

    def _upload(self, file: MediaFile, kind: str) -> str:
        if len(file.content) > LARGEST_BYTES[kind]:
            raise SendRefused(f"WhatsApp takes no {kind} of that size", reason="too-large", connector="whatsapp")
        name = f"upload-{len(self.steps)}"
        content_type, body = encode_form(
            {"messaging_product": "whatsapp", "type": file.mime_type}, file, boundary=f"omnilink-{self.context.item}"
        )
        url = f"{self.settings.api_url}/{self.settings.phone_number_id}/media"
        request = HttpRequest("POST", url, {"content-type": content_type}, body)
        self.steps.append(Step(name, lambda done: request, delivers=False, repeatable=True))
        return name

    def _location(self, part: Location) -> None:
        shown = {"name": part.name, "address": part.address}
        where = {"latitude": str(part.latitude), "longitude": str(part.longitude)}
        place = {**where, **{k: v for k, v in shown.items() if v}}
        self.add("location", {"location": place})

    def _card(self, part: ContactCard) -> None:
        name = part.name or next(iter((*part.phones, *part.emails)), "")
        card: dict[str, Any] = {"name": {"formatted_name": name, "first_name": name}}
        if part.phones:
            card["phones"] = [{"phone": phone, "type": "WORK"} for phone in part.phones]
        if part.emails:
            card["emails"] = [{"email": email, "type": "WORK"} for email in part.emails]
        self.add("contacts", {"contacts": [card]})

    def _template(self, part: Template) -> None:
        if not part.language:
            raise SendRefused("a WhatsApp template needs its language", reason="not-supported",
                              hint="for example --language en_US", connector="whatsapp")  # fmt: skip
        template: dict[str, Any] = {"name": part.name, "language": {"code": part.language, "policy": "deterministic"}}
        if part.parameters:
            values = [{"type": "text", "text": text} for text in part.parameters]
            template["components"] = [{"type": "body", "parameters": values}]
        self.add("template", {"template": template})

    def _offer(self, offer: Offer, body: str) -> None:
        if (shown := render_offer(offer)) is not None:
            self.losses += shown.losses
            self.add("interactive", {"interactive": {"body": {"text": body}, **shown.content}})
            return
        self.losses.append(Loss(what="offer", how="degraded", detail="shown as a numbered list"))
        words = Text(text=f"{body}\n{say_in_words(offer.model_copy(update={'title': None}))}")
        for piece in say_texts([words], PLAIN, limit=TEXT_CHARS):
            self.add("text", {"text": {"body": piece, "preview_url": False}})


def _kind_of(part: Media, file: MediaFile | None) -> str:
    """How a file is sent: what WhatsApp does not show in its own way goes as a document."""
    kind = "audio" if part.kind == "voice" else part.kind
    mime_type = part.mime_type or (file.mime_type if file else None)
    if mime_type is None:  # a link to something: WhatsApp will look, and is strictest with pictures
        return kind if kind in ("audio", "video", "sticker") else "document"
    return kind if kind in TYPES and mime_type.partition(";")[0] in TYPES[kind] else "document"
