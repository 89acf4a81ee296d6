"""Reads a webhook's body into forms of texts, whatever it is: total."""

import hashlib
import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import parse_qsl

MOST_FIELDS = 5000
_CODE = re.compile(r"[A-Za-z][A-Za-z_./-]{0,60}")
_VOLATILE = frozenset({"ErrorCode", "ErrorUrl"})
"""What Twilio adds when it repeats a request to the fallback URL: not part of what happened."""


def clean(text: str) -> str:
    """The text without NUL, with lone surrogates replaced: what can be stored as UTF-8."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")


@dataclass(frozen=True, slots=True, repr=False)
class Form:
    """One request's fields by Twilio's names.

    Attributes:
        values: name → texts, in their order.
        told_at: when it happened, where the envelope around the fields says so.
    """

    values: Mapping[str, tuple[str, ...]]
    told_at: str | None = None

    def get(self, *names: str) -> str | None:
        """The first of these fields that is not blank, exactly as it was written."""
        for name in names:
            for value in self.values.get(name, ())[:1]:
                if value.strip():
                    return value
        return None

    def has(self, *names: str) -> bool:
        """Is one of these fields there, even blank?"""
        return any(name in self.values for name in names)

    def whole(self, name: str) -> int | None:
        """A whole number, or None."""
        value = (self.get(name) or "").strip()
        return int(value) if value.isascii() and value.isdigit() and len(value) <= 18 else None

    def degrees(self, name: str, limit: float) -> float | None:
        """A coordinate within ±limit, or None."""
        try:
            number = float(self.get(name) or "")
        except ValueError:
            return None
        return number if math.isfinite(number) and abs(number) <= limit else None

    def moment(self, *names: str) -> datetime | None:
        """A time in RFC 2822 or ISO 8601 (Twilio uses both) as an aware UTC moment; UTC where it names no zone."""
        return parse_moment(self.get(*names) or self.told_at)

    def code(self, *names: str, otherwise: str) -> str:
        """A word of Twilio's as a reason, if it looks like one: reasons are shown, so nothing anybody wrote."""
        word = self.get(*names)
        return word if word and _CODE.fullmatch(word) else otherwise

    def digest(self, *, without: frozenset[str] = _VOLATILE) -> str:
        """A stable name for what the form says: 32 hex digits."""
        kept = sorted((name, values) for name, values in self.values.items() if name not in without)
        return hashlib.sha256(json.dumps(kept).encode()).hexdigest()[:32]


def parse_moment(written: str | None) -> datetime | None:
    """The aware UTC moment of a written time, or None when it is none."""
    if written is None:
        return None
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            moment = read(written.strip())
            moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
        except (ValueError, OverflowError, TypeError, IndexError):
            continue
        return moment if moment.year >= 1970 else None
    return None


def make_form(pairs: Iterable[tuple[bytes, bytes]]) -> Form:
    """The form of a request's decoded pairs."""
    return _collect((name.decode("utf-8", "replace"), value.decode("utf-8", "replace")) for name, value in pairs)


def read_forms(body: bytes, content_type: str) -> Iterator[Form | None]:
    """The forms of a body; None stands for a member that is none.

    Args:
        body: the raw body.
        content_type: as the request said; "" = judge by the body.
    """
    # A form never begins with a bracket, JSON always does: the header is not signed, the bytes are.
    if body.lstrip()[:1] in (b"{", b"[") or "json" in content_type.lower():
        yield from _read_json(body)
        return
    yield _collect(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, errors="replace"))


def _collect(pairs: Iterable[tuple[str, str]]) -> Form:
    fields: dict[str, list[str]] = {}
    for name, value in pairs:
        if len(fields) < MOST_FIELDS or name in fields:
            fields.setdefault(clean(name), []).append(clean(value))
    return Form({name: tuple(values) for name, values in fields.items()})


def _read_json(body: bytes) -> Iterator[Form | None]:
    """A JSON body: the fields as an object, or an Event Streams batch (CloudEvents, https://www.twilio.com/docs/events)."""
    try:
        payload = json.loads(body)
    except (ValueError, RecursionError):
        yield None
        return
    for member in payload if isinstance(payload, list) else [payload]:
        yield _read_object(member) if isinstance(member, dict) else None


def _read_object(member: Mapping[str, object]) -> Form:
    told_at = None
    extra: dict[str, object] = {}
    data = member.get("data")
    if isinstance(data, dict) and "specversion" in member:
        kind, at, name = member.get("type"), member.get("time"), member.get("id")
        told_at = at if isinstance(at, str) else None
        extra = {"EventType": kind, "EventId": name}
        member = data
    fields = {name[:1].upper() + name[1:]: value for name, value in member.items()}
    texts = {clean(name): _as_text(value) for name, value in {**extra, **fields}.items()}
    return Form({name: (text,) for name, text in texts.items() if text is not None}, told_at)


def _as_text(value: object) -> str | None:
    if value is None:
        return None
    if isinstance(value, str):
        return clean(value)
    try:
        return clean(json.dumps(value))
    except (ValueError, RecursionError):
        return None
