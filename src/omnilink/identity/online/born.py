"""Birth dates: reading them, and how two of them agree."""

from datetime import UTC, date, datetime
from functools import lru_cache

from rapidfuzz.distance import OSA

OLDEST_YEAR = 1890


@lru_cache(maxsize=1 << 16)
def parse_born(text: str | None) -> str:
    """A birth date in ISO form; "" where the text is none, or no living person's (`31/02/1980`, `0001-01-01`)."""
    if not text:
        return ""
    try:
        found = date.fromisoformat(text.strip()[:10])
    except ValueError:
        return ""
    return found.isoformat() if found.year >= OLDEST_YEAR else ""


@lru_cache(maxsize=1 << 18)
def compare_born(a: str, b: str) -> str:
    """`same`, `swapped`, `near`, `year`, `differs`; "" where one of them is not stated.

    1 January often stands for "only the year is known", so it does not contradict another day of that year.
    """
    if not a or not b:
        return ""
    if a == b:
        return "same"
    if a[:4] == b[:4]:
        if a[5:7] == b[8:] and a[8:] == b[5:7]:
            return "swapped"
        if "-01-01" in (a[4:], b[4:]):
            return "year"
    return "near" if OSA.distance(a, b) == 1 else "differs"


def age_years(born: str, at: int) -> int:
    """Full years between a birth date and a moment in seconds since 1970; 0 before the birth."""
    then = datetime.fromtimestamp(at, UTC)
    years = then.year - int(born[:4]) - ((then.month, then.day) < (int(born[5:7]), int(born[8:])))
    return max(years, 0)
