"""Fields as only X writes them; the common ones are in `omnilink.plugin.fields`."""

import re
from datetime import UTC, datetime, timedelta

from omnilink.plugin.fields import MAX_INTEGER, at, clean

MAX_ID_CHARS = 200

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


def id_at(node: object, *path: str | int) -> str | None:
    """The id at a path: text, or a number, which older forms write."""
    found = at(node, *path)
    if isinstance(found, int) and not isinstance(found, bool) and abs(found) <= MAX_INTEGER:
        return str(found)
    if not isinstance(found, str) or len(found) > MAX_ID_CHARS:
        return None
    return clean(found) or None


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
