"""Reading fields of a payload that may hold anything: every function here takes any value and never raises."""

import hashlib
import json
import math
import re
from datetime import UTC, datetime, timedelta
from typing import Any

MAX_ID_CHARS = 200
MAX_DEPTH = 24
"""Levels kept of a structure stored as data; deeper ones are cut, as a stored record must be written out again."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DIGITS = re.compile(r"[0-9]{1,15}")
_ISO_TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?(?:Z|[+-][0-9]{2}:?[0-9]{2})?"
)
_OLD_TIME = re.compile(
    r"[A-Z][a-z]{2} ([A-Z][a-z]{2}) ([0-9]{2}) ([0-9]{2}:[0-9]{2}:[0-9]{2}) ([+-][0-9]{4}) ([0-9]{4})"
)
_MONTHS = "JanFebMarAprMayJunJulAugSepOctNovDec"
_MAX_TIME_CHARS = 40
_MAX_INTEGER = 2**63 - 1


def clean(text: str) -> str:
    """The text without NUL and with lone surrogates replaced; otherwise untouched."""
    text = text.replace("\x00", "")
    if text.isascii():
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def at(node: object, *path: str | int) -> object:
    """What lies at a path of keys and positions, or None."""
    for step in path:
        if isinstance(node, dict) and isinstance(step, str):
            node = node.get(step)
        elif isinstance(node, list) and isinstance(step, int) and -len(node) <= step < len(node):
            node = node[step]
        else:
            return None
    return node


def text_at(node: object, *path: str | int) -> str | None:
    """The text at a path, cleaned; None where there is none or it is empty."""
    found = at(node, *path)
    return (clean(found) or None) if isinstance(found, str) else None


def id_at(node: object, *path: str | int) -> str | None:
    """The id at a path: text, or a number, which older forms write."""
    found = at(node, *path)
    if isinstance(found, int) and not isinstance(found, bool) and abs(found) <= _MAX_INTEGER:
        return str(found)
    if not isinstance(found, str) or len(found) > MAX_ID_CHARS:
        return None
    return clean(found) or None


def object_at(node: object, *path: str | int) -> dict[str, Any]:
    """The object at a path, or an empty one."""
    found = at(node, *path)
    return found if isinstance(found, dict) else {}


def list_at(node: object, *path: str | int) -> list[Any]:
    """The list at a path, or an empty one."""
    found = at(node, *path)
    return found if isinstance(found, list) else []


def flag_at(node: object, *path: str | int) -> bool:
    """Whether a flag is set."""
    return at(node, *path) is True


def count_at(node: object, *path: str | int) -> int | None:
    """The number of things (bytes, pixels) at a path, if it is a sensible one."""
    found = at(node, *path)
    return found if isinstance(found, int) and not isinstance(found, bool) and 0 <= found <= _MAX_INTEGER else None


def degrees_at(node: object, limit: float, *path: str | int) -> float | None:
    """The latitude or longitude at a path.

    Args:
        limit: degrees it may be away from zero.
    """
    found = at(node, *path)
    if isinstance(found, bool) or not isinstance(found, int | float) or not -limit <= found <= limit:
        return None
    return float(found)


def moment_at(node: object, *path: str | int) -> datetime | None:
    """The time at a path, in UTC: ISO 8601, the old form (`Fri Dec 05 15:55:44 +0000 2014`) or milliseconds."""
    found = at(node, *path)
    if isinstance(found, int) and not isinstance(found, bool) and 0 <= found < 10**15:
        return _from_milliseconds(found)
    if not isinstance(found, str) or len(found) > _MAX_TIME_CHARS:
        return None
    if _DIGITS.fullmatch(found):
        return _from_milliseconds(int(found))
    if old := _OLD_TIME.fullmatch(found):
        month = _MONTHS.find(old[1]) // 3 + 1
        found = f"{old[5]}-{month:02}-{old[2]}T{old[3]}{old[4][:3]}:{old[4][3:]}" if month else ""
    elif not _ISO_TIME.fullmatch(found):
        return None
    try:
        told = datetime.fromisoformat(found)
        told = told.replace(tzinfo=UTC) if told.tzinfo is None else told.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return told if told >= _EPOCH else None


def _from_milliseconds(value: int) -> datetime | None:
    try:
        return _EPOCH + timedelta(milliseconds=value)
    except OverflowError:
        return None


def plain(value: object, depth: int = MAX_DEPTH) -> Any:
    """A copy that can be stored and written as JSON again, whatever was in it."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, int) and not isinstance(value, bool):
        return value if abs(value) <= _MAX_INTEGER else None
    if isinstance(value, dict | list) and depth <= 0:
        return None
    if isinstance(value, dict):
        return {clean(str(key)): plain(item, depth - 1) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item, depth - 1) for item in value]
    return value if isinstance(value, bool) else None


def digest(value: object) -> str:
    """Hex sha256 of a value's canonical JSON: the key of what has no id of its own."""
    try:
        canonical = json.dumps(value, sort_keys=True, separators=(",", ":"))
    except (RecursionError, TypeError, ValueError):
        canonical = json.dumps(plain(value), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode("ascii")).hexdigest()
