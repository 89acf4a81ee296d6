"""Dates of mails: RFC 5322 with its obsolete zones, and what programs write instead. Never raises."""

import re
from datetime import UTC, datetime, timedelta

from omnilink_email.comments import strip_comments

LONGEST = 200
_MONTHS = {
    "jan": 1, "feb": 2, "mar": 3, "apr": 4, "may": 5, "jun": 6, "jul": 7, "aug": 8, "sep": 9,
    "oct": 10, "nov": 11, "dec": 12,
}  # fmt: skip
_ZONE = r"(?P<zone>[+-]\s?\d{2}:?\d{2}\b|[A-Za-z]{1,5}\b)?"
_CLOCK = r"(?P<hour>\d{1,2})\s*[:.]\s*(?P<minute>\d{2})(?:\s*[:.]\s*(?P<second>\d{2})(?:[.,]\d{1,9})?)?"
_RFC = re.compile(
    rf"[^\d]{{0,30}}?(?P<day>\d{{1,2}})[\s-]+(?P<month>[A-Za-z]{{3,9}})\.?[\s-]+(?P<year>\d{{2,5}})[\s,]+{_CLOCK}"
    rf"\s*(?P<half>[AaPp][Mm]\b)?\s*{_ZONE}"
)
_ASCTIME = re.compile(
    rf"[^\d]{{0,20}}?(?P<month>[A-Za-z]{{3}})\s+(?P<day>\d{{1,2}})\s+{_CLOCK}(?P<half>)"
    r"\s+(?:[A-Za-z]{1,5}\s+)?(?P<year>\d{4})\s*(?P<zone>[+-]\d{4})?"
)
# RFC 5322 §4.3; then names that are unambiguous in practice. Others count as UTC, as that section says.
_ZONE_MINUTES = {
    "ut": 0, "utc": 0, "gmt": 0, "z": 0, "edt": -240, "est": -300, "cdt": -300, "cst": -360, "mdt": -360,
    "mst": -420, "pdt": -420, "pst": -480, "akst": -540, "hst": -600, "wet": 0, "west": 60, "cet": 60, "cest": 120,
    "met": 60, "mest": 120, "eet": 120, "eest": 180, "msk": 180, "jst": 540, "kst": 540, "nzst": 720, "nzdt": 780,
}  # fmt: skip


def _offset_minutes(zone: str | None) -> int:
    if not zone:
        return 0
    if zone[0] in "+-":
        digits = re.sub(r"\D", "", zone)
        minutes = int(digits[:2]) * 60 + int(digits[2:])
        return -minutes if zone[0] == "-" else minutes
    return _ZONE_MINUTES.get(zone.lower(), 0)


def _full_year(text: str) -> int:
    year = int(text)
    if len(text) == 2:
        return year + (2000 if year < 50 else 1900)
    return year + 1900 if len(text) == 3 else year


def _to_moment(match: re.Match[str]) -> datetime | None:
    month = _MONTHS.get(match["month"][:3].lower())
    if month is None:
        return None
    hour = int(match["hour"])
    if match["half"]:
        hour = hour % 12 + (12 if match["half"].lower() == "pm" else 0)
    second = min(int(match["second"] or 0), 59)  # a leap second has no place in a datetime
    year, day, minute = _full_year(match["year"]), int(match["day"]), int(match["minute"])
    moment = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    return moment - timedelta(minutes=_offset_minutes(match["zone"]))


def parse_date(text: str | None) -> datetime | None:
    """Reads a Date field.

    Comments go, the weekday is not checked, a missing or unknown zone and `-0000` count as UTC.

    Returns:
        The moment in UTC; None for nonsense and for years before 1970 or after 9999.
    """
    if not text:
        return None
    text = strip_comments(text[:LONGEST]).strip()
    try:
        moment = None
        if (match := _RFC.match(text) or _ASCTIME.match(text)) is not None:
            moment = _to_moment(match)
        elif text[:4].isdigit():
            moment = datetime.fromisoformat(text)
            moment = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
    return moment if moment is not None and moment.year >= 1970 else None
