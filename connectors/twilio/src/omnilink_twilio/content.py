"""What a message says, as parts. https://www.twilio.com/docs/messaging/guides/webhook-request"""

import json
from collections.abc import Iterator
from typing import Literal

from omnilink.model import Choices, FormAnswers, Location, Media, Native, Part, Text
from omnilink_twilio.form import Form, clean

MediaKind = Literal["image", "audio", "video", "document", "sticker", "voice", "message", "other"]
MOST_MEDIA = 100
_BY_MIME: dict[str, MediaKind] = {
    "image": "image", "audio": "audio", "video": "video", "text": "document", "application": "document",
}  # fmt: skip
_PLAIN_TYPES = frozenset({
    "text", "image", "audio", "video", "document", "sticker", "location", "button", "interactive", "media", "voice",
})  # fmt: skip


def read_parts(form: Form) -> tuple[Part, ...]:
    """All the message holds."""
    return tuple(_read_parts(form))


def _read_parts(form: Form) -> Iterator[Part]:
    if body := form.get("Body"):
        yield Text(text=body)
    yield from _read_media(form)
    if form.has("Latitude", "Longitude"):
        yield _read_location(form)
    yield from _read_choice(form)
    yield from _read_flow(form)
    if referral := _with_prefix(form, "Referral"):
        yield Native(name="referral", data=dict(referral))
    if "true" in (form.get("Forwarded"), form.get("FrequentlyForwarded")):
        yield Native(name="forwarded", data={"frequently": form.get("FrequentlyForwarded") == "true"})
    kind = (form.get("MessageType") or "text").lower()
    if kind not in _PLAIN_TYPES:
        # `order`, `contacts`, `unsupported` and whatever comes: there was something, even where Twilio sends no more.
        yield Native(name=kind, data={})


def count_media(form: Form) -> int:
    """How many files came: `NumMedia`, or the files named where it is missing or too small."""
    told = min(form.whole("NumMedia") or 0, MOST_MEDIA)
    named = 0
    while named < MOST_MEDIA and form.get(f"MediaUrl{named}") is not None:
        named += 1
    return max(told, named)


def _read_media(form: Form) -> Iterator[Part]:
    kind = (form.get("MessageType") or "").lower()
    for n in range(count_media(form)):
        mime = form.get(f"MediaContentType{n}")
        found = _BY_MIME.get((mime or "").partition("/")[0].lower(), "other")
        if kind == "sticker" and found == "image":
            found = "sticker"
        yield Media(kind=found, ref=form.get(f"MediaUrl{n}"), mime_type=mime)


def _read_location(form: Form) -> Part:
    latitude, longitude = form.degrees("Latitude", 90), form.degrees("Longitude", 180)
    if latitude is None or longitude is None:
        return Native(name="location", data={n: form.get(n) for n in ("Latitude", "Longitude", "Label", "Address")})
    return Location(latitude=latitude, longitude=longitude, name=form.get("Label"), address=form.get("Address"))


def _read_choice(form: Form) -> Iterator[Part]:
    """A quick reply or list row of a WhatsApp or RCS message; the body repeats its label."""
    label = form.get("ButtonText", "ListTitle")
    value, row = form.get("ButtonPayload"), form.get("ListId")
    if label or value or row:
        yield Choices(action_id=row, value=value, label=label)


def _read_flow(form: Form) -> Iterator[Part]:
    """The answers of a WhatsApp Flow (`InteractiveData`, JSON in a text)."""
    written = form.get("InteractiveData", "FlowData")
    if written is None:
        return
    try:
        answers = json.loads(written)
    except (ValueError, RecursionError):
        answers = None
    if isinstance(answers, dict):
        yield FormAnswers(answers={clean(name): _answer(value) for name, value in answers.items()})
    else:
        yield Native(name="interactive", data={"InteractiveData": written})


def _answer(value: object) -> str:
    return clean(value) if isinstance(value, str) else clean(json.dumps(value, ensure_ascii=False))


def _with_prefix(form: Form, prefix: str) -> Iterator[tuple[str, str]] | list[tuple[str, str]]:
    return [(name, value) for name in form.values if name.startswith(prefix) and (value := form.get(name))]
