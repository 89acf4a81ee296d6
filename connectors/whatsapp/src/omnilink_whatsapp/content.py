"""What a message says, as parts. https://developers.facebook.com/docs/whatsapp/cloud-api/webhooks/components"""

import json
from collections.abc import Iterator
from typing import Literal

from omnilink.model import Choices, ContactCard, FormAnswers, Location, Media, Native, Part, Text
from omnilink_whatsapp.fields import Json, clean, degrees, flag, items, keep, record, text, whole

MediaKind = Literal["image", "audio", "video", "document", "sticker", "voice", "message", "other"]
MEDIA: dict[str, MediaKind] = {
    "image": "image", "audio": "audio", "video": "video", "document": "document", "sticker": "sticker",
    "voice": "voice",
}  # fmt: skip
CHOICES = frozenset({"button", "interactive"})
_ABOUT_THE_MESSAGE = frozenset({
    "from", "from_user_id", "from_parent_user_id", "to", "to_user_id", "to_parent_user_id", "id", "timestamp", "type",
    "context", "group_id", "referral", "identity", "history_context", "errors",
})  # fmt: skip


def find_type(item: object) -> str:
    """The message's type; where it is missing, that of the content it carries."""
    told = text(item, "type")
    if told is not None:
        return told
    known = ("text", *MEDIA, "location", "contacts", "order", *CHOICES, "reaction", "edit", "revoke", "system")
    return next((name for name in known if name in record(item)), "unknown")


def read_parts(kind: str, item: object) -> tuple[Part, ...]:
    """The content of a message of that type, then where it came from (an ad, a forward, a product)."""
    return (*_read_content(kind, item), *_read_surroundings(item))


def _read_content(kind: str, item: object) -> Iterator[Part]:
    content = record(item, kind)
    if kind == "text":
        body = text(content, "body")
        yield from [Text(text=body)] if body else _read_unknown(kind, item)
    elif kind in MEDIA:
        yield _media(MEDIA[kind], content)
    elif kind == "location":
        yield _location(content)
    elif kind == "contacts":
        cards = [_card(card) for card in items(item, "contacts")]
        yield from cards or _read_unknown(kind, item)
    elif kind == "button":
        label = text(content, "text")
        if label:
            yield Text(text=label)
        yield Choices(value=text(content, "payload"), label=label)
    elif kind == "interactive":
        yield from _interactive(content)
    elif kind == "order":
        if said := text(content, "text"):
            yield Text(text=said)
        yield Native(name="order", data=_native(content))
    else:
        yield from _read_unknown(kind, item)


def _read_unknown(kind: str, item: object) -> Iterator[Part]:
    """Content of a type we do not know (or not of the shape it should have), kept as data."""
    yield Native(name=kind, data={k: v for k, v in _native(record(item)).items() if k not in _ABOUT_THE_MESSAGE})


def _native(value: Json) -> Json:
    kept = keep(value)
    return kept if isinstance(kept, dict) else {}


def _media(kind: MediaKind, content: Json) -> Media:
    return Media(
        kind="voice" if kind == "audio" and flag(content, "voice") else kind,
        ref=text(content, "id") or text(content, "url") or text(content, "link"),
        mime_type=text(content, "mime_type"),
        filename=text(content, "filename"),
        size=whole(content, "file_size"),
        sha256=text(content, "sha256"),
        caption=text(content, "caption"),
    )


def _location(content: Json) -> Part:
    latitude, longitude = degrees(content, "latitude", 90), degrees(content, "longitude", 180)
    if latitude is None or longitude is None:
        return Native(name="location", data=_native(content))
    return Location(
        latitude=latitude, longitude=longitude, name=text(content, "name"), address=text(content, "address")
    )


def _card(card: object) -> ContactCard:
    names = record(card, "name")
    written = text(names, "formatted_name")
    if written is None:
        written = " ".join(n for n in (text(names, "first_name"), text(names, "last_name")) if n) or None
    phones = [text(p, "phone") or text(p, "wa_id") for p in items(card, "phones")]
    return ContactCard(
        name=written,
        phones=tuple(p for p in phones if p),
        emails=tuple(e for m in items(card, "emails") if (e := text(m, "email"))),
    )


def _interactive(content: Json) -> Iterator[Part]:
    kind = text(content, "type")
    if kind is None:  # Meta sends no content where it could not render the reply (errors instead)
        kind = next((k for k in ("button_reply", "list_reply", "nfm_reply") if k in content), None)
    reply = record(content, kind or "")
    if kind in ("button_reply", "list_reply"):
        yield Choices(action_id=text(reply, "id"), label=text(reply, "title"))
    elif kind == "nfm_reply":
        yield from _form(reply)
    elif kind == "call_permission_reply":
        yield Choices(action_id=kind, value=text(reply, "response"))
    elif kind is not None:
        yield Native(name=kind, data=_native(reply))


def _form(reply: Json) -> Iterator[Part]:
    """A completed Flow (or address form): `response_json` is JSON in a text."""
    written = reply.get("response_json")
    try:
        answers = json.loads(written) if isinstance(written, str) else written
    except (ValueError, RecursionError):
        answers = None
    form = text(reply, "name")
    if not isinstance(answers, dict):
        yield Native(name="nfm_reply", data=_native(reply))
        return
    yield FormAnswers(form=form, answers={clean(k): _answer(v) for k, v in answers.items() if k != "flow_token"})
    yield Choices(action_id=form, value=text(answers, "flow_token"), label=text(reply, "body"))


def _answer(value: object) -> str:
    if isinstance(value, str):
        return clean(value)
    return json.dumps(keep(value), ensure_ascii=False)


def _read_surroundings(item: object) -> Iterator[Part]:
    if referral := record(item, "referral"):
        yield Native(name="referral", data=_native(referral))
    context = record(item, "context")
    if product := record(context, "referred_product"):
        yield Native(name="referred_product", data=_native(product))
    often = flag(context, "frequently_forwarded")
    if often or flag(context, "forwarded"):
        yield Native(name="forwarded", data={"frequently": often})
