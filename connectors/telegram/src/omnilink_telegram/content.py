"""Content of a message as parts: text, files, places, cards, and what only Telegram has.

Source: https://core.telegram.org/bots/api#message
"""

from collections.abc import Sequence
from typing import Any, Literal

from omnilink.model import ContactCard, Location, Media, Native, Part, Text
from omnilink.plugin.fields import at, count_at, degrees_at, list_at, object_at, plain, text_at
from omnilink_telegram.rich import rich_words

MediaKind = Literal["image", "audio", "video", "document", "sticker", "voice"]

_FILES: tuple[tuple[str, MediaKind, str | None], ...] = (
    ("animation", "video", None),  # a document twin is sent beside it
    ("audio", "audio", None),
    ("voice", "voice", None),
    ("video", "video", None),
    ("video_note", "video", None),
    ("document", "document", None),
    ("sticker", "sticker", None),
)

DATA = (
    "dice", "poll", "checklist", "game", "story", "invoice", "giveaway", "giveaway_winners", "rich_message",
    "paid_media", "live_photo",
)  # fmt: skip
"""Content kept as data under its own name."""

CONTEXT = ("forward_origin", "external_reply", "quote", "reply_to_story", "suggested_post_info")
"""What a message says of where it comes from or what it answers; kept as data beside the content."""

_HIDDEN = frozenset({"text_link", "text_mention", "custom_emoji", "pre", "date_time"})
"""Entities that say something the text does not show."""

CONTENT = frozenset({"text", "photo", "location", "venue", "contact", *DATA, *(name for name, _, _ in _FILES)})
"""Fields that hold somebody's content."""


def message_parts(message: object) -> tuple[Part, ...]:
    """All content of a message object, in a fixed order."""
    parts: list[Part] = []
    caption = text_at(message, "caption")
    media = _media(message, caption)
    if text := text_at(message, "text"):
        parts.append(Text(text=text))
    elif caption and not media:
        parts.append(Text(text=caption))
    elif words := rich_words(at(message, "rich_message")):
        parts.append(Text(text=words))
    parts.extend(media)
    parts.extend(_sticker(message))
    parts.extend(_place(message))
    parts.extend(_card(message))
    parts.extend(_data(name, at(message, name)) for name in DATA if object_at(message, name))
    parts.extend(_data(name, at(message, name)) for name in CONTEXT if object_at(message, name))
    entities = [e for e in list_at(message, "entities") + list_at(message, "caption_entities")
                if text_at(e, "type") in _HIDDEN]  # fmt: skip
    if entities:
        parts.append(Native(name="entities", data={"entities": plain(entities)}))
    return tuple(parts)


def _data(name: str, value: object) -> Native:
    return Native(name=name, data=plain(value))


def _media(message: object, caption: str | None) -> list[Media]:
    """The one file a message can hold; a photo in all its sizes is one."""
    if sizes := [size for size in list_at(message, "photo") if isinstance(size, dict)]:
        largest = max(sizes, key=lambda size: (count_at(size, "width") or 0) * (count_at(size, "height") or 0))
        return [_file(largest, "image", caption)]
    for name, kind, _ in _FILES:
        if found := object_at(message, name):
            return [_file(found, kind, caption)]
    return []


def _file(node: object, kind: MediaKind, caption: str | None) -> Media:
    return Media(
        kind=kind,
        ref=text_at(node, "file_id"),
        mime_type=text_at(node, "mime_type"),
        filename=text_at(node, "file_name"),
        size=count_at(node, "file_size"),
        caption=caption,
    )


def _sticker(message: object) -> list[Native]:
    found = {name: text for name in ("emoji", "set_name") if (text := text_at(message, "sticker", name))}
    return [Native(name="sticker", data=found)] if found else []


def _place(message: object) -> Sequence[Part]:
    venue = object_at(message, "venue")
    spot = object_at(venue, "location") or object_at(message, "location")
    latitude, longitude = degrees_at(spot, 90, "latitude"), degrees_at(spot, 180, "longitude")
    if latitude is None or longitude is None:
        # A place that cannot be one is still what somebody sent.
        return [_data(name, at(message, name)) for name in ("venue", "location") if object_at(message, name)][:1]
    return [
        Location(
            latitude=latitude, longitude=longitude, name=text_at(venue, "title"), address=text_at(venue, "address")
        )
    ]


def _card(message: object) -> list[Part]:
    contact = object_at(message, "contact")
    if not contact:
        return []
    names = [name for field in ("first_name", "last_name") if (name := text_at(contact, field))]
    number = text_at(contact, "phone_number")
    card: list[Part] = [ContactCard(name=" ".join(names) or None, phones=(number,) if number else ())]
    if vcard := text_at(contact, "vcard"):
        card.append(Native(name="vcard", data={"vcard": vcard}))
    return card


def unknown_fields(message: dict[str, Any], known: frozenset[str]) -> tuple[Native, ...]:
    """Fields of a message that this version does not know, kept as data so that nothing said is lost."""
    extra = {name: value for name, value in message.items() if name not in known and value is not None}
    return (Native(name="unknown", data=plain(extra)),) if extra else ()
