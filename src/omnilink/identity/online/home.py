"""Homes: an address as far as two records of one household can be compared by it.

Only the house, the words of the street's name, the flat and the postcode count; kinds of street and their
abbreviations do not (`data/online_streets.toml`).
"""

import re
from functools import cache, lru_cache
from typing import NamedTuple

from rapidfuzz.distance import OSA, JaroWinkler

from omnilink.identity.normalise import normalise_name
from omnilink.identity.tables import read_table

MOST_WORDS = 4
ALIKE = 0.85
"""Jaro-Winkler similarity from which two names of a street are one with a slip."""

_WORDS = re.compile(r"#|[^\W_]+")
_ORDINAL = re.compile(r"(\d+)[ºª°](\w*)")


class Home(NamedTuple):
    """An address in comparison form; any part may be ""."""

    house: str
    street: str
    unit: str
    postcode: str


@lru_cache(maxsize=1 << 16)
def parse_home(street: str | None, postcode: str | None) -> Home | None:
    """Reads a written address.

    Args:
        street: `Calle de Toledo, 201, 7ºC`, `2860 Hill Blvd Apt 12`.
        postcode: as written.

    Returns:
        The home, or None where no street is left.
    """
    if not street:
        return None
    kinds, units = _kinds(), _units()
    words = _WORDS.findall(_folded(street[:200]))
    house = unit = ""
    name: list[str] = []
    after_unit = False
    for word in words:
        if word in units:
            after_unit = True
        elif after_unit or (house and word[0].isdigit()):
            unit, after_unit = unit + word, False
        elif word[0].isdigit():
            house = word
        elif house and name and len(word) == 1:
            unit += word
        elif word not in kinds:
            name.append(word)
    return Home(house, " ".join(name[:MOST_WORDS]), unit, "".join((postcode or "").split())) if name else None


def compare_homes(a: Home, b: Home) -> str:
    """`same`, `other_unit`, `near`, `postcode`, or "" where they have nothing in common."""
    if a.house == b.house and a.street == b.street:
        if a.postcode and b.postcode and a.postcode != b.postcode and OSA.distance(a.postcode, b.postcode) > 1:
            return ""
        return "other_unit" if a.unit and b.unit and a.unit != b.unit else "same"
    if not a.postcode or a.postcode != b.postcode:
        return ""
    if a.house == b.house and JaroWinkler.similarity(a.street, b.street) >= ALIKE:
        return "near"
    if a.street == b.street and a.house and b.house and OSA.distance(a.house, b.house) <= 1:
        return "near"
    return "postcode"


def home_keys(home: Home, sounds: tuple[str, ...]) -> list[str]:
    """Composite keys of a home with each surname's sound: exact, and two that forgive a slip."""
    keys = [f"home:{home.house}|{home.street}|{sound}" for sound in sounds]
    if home.postcode:
        for sound in sounds:
            keys.append(f"home:{home.postcode}|{home.house}|{sound}")
            keys.append(f"home:{home.postcode}|{home.street}|{sound}")
    return keys


def _folded(street: str) -> str:
    street = _ORDINAL.sub(r" \1 \2 ", street.casefold())
    return " ".join(_fold_word(word) for word in re.findall(r"#|[^\W_]+", street))


@lru_cache(maxsize=1 << 15)
def _fold_word(word: str) -> str:
    return word if word.isascii() else normalise_name(word) or word


@cache
def _kinds() -> frozenset[str]:
    table = read_table("online_streets")["kinds"]
    return frozenset([*table["words"], *table["joining"]])


@cache
def _units() -> frozenset[str]:
    return frozenset(read_table("online_streets")["units"]["words"])
