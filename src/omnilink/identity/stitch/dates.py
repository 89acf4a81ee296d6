"""Dates of birth as they stand in registers: many orders, typing errors kept, nonsense taken as not stated."""

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from functools import cache, lru_cache

from omnilink.identity.tables import read_table

YEARS = range(1000, 2101)
_NUMBERS = re.compile(r"\d+")
_WORD = re.compile(r"[^\W\d_]{3,}")
_LOOKALIKE = str.maketrans("OoQDlIiSsBZz", "000011155822")
"""Letters that scanning makes of digits."""


def read_dates(texts: Sequence[str | None], sources: Sequence[str]) -> list[str | None]:
    """Dates as eight digits `yyyymmdd`, `00` where a part is not stated; None where nothing can be read.

    Whether 05/06 is May or June is decided for each source by its own dates.

    Args:
        texts: as stated.
        sources: which system each is from.
    """
    orders = _orders(texts, sources)
    return [
        read_date(text, orders.get(source, "dmy")) if text else None
        for text, source in zip(texts, sources, strict=True)
    ]


def _orders(texts: Sequence[str | None], sources: Sequence[str]) -> dict[str, str]:
    """Source → `mdy` or `dmy`, by how often the first or the second number can only be a day."""
    votes: dict[str, Counter[str]] = {}
    for text, source in zip(texts, sources, strict=True):
        if not text or (parts := _three(text)) is None:
            continue
        first, second, _ = parts
        vote = "dmy" if 12 < first <= 31 and second <= 12 else "mdy" if 12 < second <= 31 and first <= 12 else None
        if vote:
            votes.setdefault(source, Counter())[vote] += 1
    return {source: counts.most_common(1)[0][0] for source, counts in votes.items()}


def _three(text: str) -> tuple[int, int, int] | None:
    """Three numbers with the year last."""
    numbers = _NUMBERS.findall(text)
    if len(numbers) == 1 and len(numbers[0]) == 8 and int(numbers[0][:4]) not in YEARS:
        numbers = [numbers[0][:2], numbers[0][2:4], numbers[0][4:]]
    if len(numbers) >= 3 and len(numbers[0]) <= 2 and len(numbers[1]) <= 2:
        return int(numbers[0]), int(numbers[1]), int(numbers[2][:4])
    return None


@lru_cache(maxsize=65_536)
def read_date(text: str, order: str = "dmy") -> str | None:
    """One date as `yyyymmdd`.

    Args:
        text: `1980-02-01`, `19800201`, `1/2/1980`, `1 Feb 1980`, `1980`.
        order: `dmy` or `mdy`, for numbers that leave it open.
    """
    text = unicodedata.normalize("NFKC", text).strip()[:40]
    if sum(c.isdigit() for c in text) >= 4 and not _WORD.search(text):
        text = text.translate(_LOOKALIKE)
    numbers = _NUMBERS.findall(text)
    if not numbers:
        return None
    word = _WORD.search(text)
    if word and (month := _month(word[0])):
        return _with_month(numbers, month)
    first = numbers[0]
    if len(first) == 8:
        year_first = int(first[:4]) in YEARS
        year_last = int(first[4:]) in YEARS
        if year_first or not year_last:
            return _told(first[:4], first[4:6], first[6:])
        return _ordered(first[:2], first[2:4], first[4:], order)
    if len(first) >= 4 and len(numbers) >= 3:
        return _told(first[:4], numbers[1], numbers[2])
    if len(numbers) >= 3:
        return _ordered(numbers[0], numbers[1], numbers[2], order)
    if len(numbers) == 2 and len(first) == 4:
        return _told(first, numbers[1], "0")
    if len(numbers) == 2 and len(numbers[1]) == 4:
        return _told(numbers[1], first, "0")
    return _told(first, "0", "0") if len(first) == 4 else None


def read_parts(year: str | None, month: str | None, day: str | None) -> str | None:
    """A date whose parts stand in columns of their own."""
    numbers = [(_NUMBERS.search((part or "").translate(_LOOKALIKE)) or [""])[0] for part in (year, month, day)]
    return _told(numbers[0] or "0", numbers[1] or "0", numbers[2] or "0") if any(numbers) else None


def _with_month(numbers: Sequence[str], month: int) -> str | None:
    year = next((n for n in numbers if len(n) == 4), numbers[-1] if len(numbers) > 1 else None)
    if year is None:
        return None
    day = next((n for n in numbers if n is not year and len(n) <= 2), "0")
    return _told(year, str(month), day)


def _ordered(a: str, b: str, year: str, order: str) -> str | None:
    day, month = (a, b) if order == "dmy" else (b, a)
    if int(month) > 12 and int(day) <= 12:
        day, month = month, day
    return _told(year, month, day)


def _told(year: str, month: str, day: str) -> str | None:
    if len(year) == 2:
        year = f"19{year}" if int(year) > 25 else f"20{year}"
    digits = f"{int(year) % 10000:04}{int(month) % 100:02}{int(day) % 100:02}"
    return None if digits == "00000000" else digits


def _month(word: str) -> int | None:
    word = word.casefold()
    return _months().get(word[:4]) or _months().get(word[:3])


@cache
def _months() -> dict[str, int]:
    months: dict[str, int] = read_table("stitch_columns")["months"]["names"]
    return months
