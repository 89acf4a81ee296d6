"""Total readers of untrusted JSON: whatever is there, they return a value of the type asked for."""

import hashlib
import json
import math
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

Json = dict[str, Any]

DEEPEST = 20
"""Levels of nesting kept of content we do not understand; the envelope keeps all of it."""
_CODE = re.compile(r"[A-Za-z][A-Za-z_.]{0,60}")
_LARGEST = 2**63
_MILLISECONDS_FROM = 100_000_000_000  # as seconds this is the year 5138


def clean(text: str) -> str:
    """The text without NUL, with lone surrogates replaced: what can be stored as UTF-8."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")


def record(value: object, *path: str) -> Json:
    """The object at that path, or an empty one."""
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def items(value: object, name: str) -> Iterator[object]:
    """The members of an array field, whatever they are; a lone object counts as an array of one."""
    found = value.get(name) if isinstance(value, dict) else None
    if isinstance(found, dict):
        yield found
    elif isinstance(found, list):
        yield from found


def text(value: object, *path: str) -> str | None:
    """The text at that path; numbers become text; None when absent, blank or of another type."""
    if path:
        value = record(value, *path[:-1]).get(path[-1])
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    if isinstance(value, str):
        value = clean(value)
        return value if value.strip() else None
    return _digits(value)


def _digits(value: int | float) -> str | None:
    try:
        return str(value)
    except ValueError:  # more digits than Python converts
        return None


def whole(value: object, *path: str) -> int | None:
    """The whole number at that path, also when written as text; None for anything else."""
    found = text(value, *path)
    if found is None or not found.isascii() or not found.isdigit() or len(found) > 18:
        return None
    return int(found)


def degrees(value: object, name: str, limit: float) -> float | None:
    """A coordinate within ±limit; None for anything else."""
    try:
        number = float(text(value, name) or "")
    except ValueError:
        return None
    return number if math.isfinite(number) and abs(number) <= limit else None


def moment(value: object, *path: str) -> datetime | None:
    """A Unix time in seconds (or milliseconds) as an aware UTC moment; None when it is no sensible time."""
    found = text(value, *path)
    try:
        seconds = float(found or "")
        if seconds >= _MILLISECONDS_FROM:
            seconds /= 1000
        return datetime.fromtimestamp(seconds, UTC) if seconds >= 0 else None
    except (ValueError, OverflowError, OSError):
        return None


def flag(value: object, name: str) -> bool:
    """A field that is true, and nothing else."""
    return isinstance(value, dict) and value.get(name) is True


def keep(value: object, depth: int = 0) -> Any:
    """Content as plain data that can be stored: clean texts, finite numbers, bounded depth."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, int) and abs(value) >= _LARGEST:
        return _digits(value)
    if depth >= DEEPEST and isinstance(value, dict | list):
        return None
    if isinstance(value, dict):
        return {clean(str(name)): keep(member, depth + 1) for name, member in value.items()}
    if isinstance(value, list):
        return [keep(member, depth + 1) for member in value]
    return value


def code(word: str | None, otherwise: str) -> str:
    """A vendor's word as a reason, if it looks like one: reasons are shown, and must hold nothing anybody wrote."""
    return word if word and _CODE.fullmatch(word) else otherwise


def digest(*values: object) -> str:
    """A stable name for items the vendor gave no id: sha256 of their canonical JSON, 32 hex digits."""
    try:
        canonical = json.dumps(values, sort_keys=True, separators=(",", ":"))
    except RecursionError:
        canonical = json.dumps(keep(list(values)), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()[:32]
