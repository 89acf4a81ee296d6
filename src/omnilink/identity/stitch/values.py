"""The comparison form of single values: what is left when spelling habits are gone; typing errors stay."""

import re
from collections.abc import Sequence
from functools import cache

from omnilink.identity.name_letters import latin_words
from omnilink.identity.person_name import PersonName, parse_name
from omnilink.identity.tables import read_table

LONGEST = 120
_PLUS_TAG = re.compile(r"\+[^@]*(?=@)")
_OCR = str.maketrans("olisbzq", "0115829")
Texts = Sequence[str | None]


def read_names(
    given: Texts | None, family: Texts | None, full: Texts | None, size: int
) -> tuple[list[str | None], list[str | None], list[str | None]]:
    """Given names, surnames and generations of all rows; where a field is empty, from the whole name."""
    nothing: Texts = [None] * size
    known: dict[tuple[str | None, str | None, str | None], tuple[str | None, str | None, str | None]] = {}
    rows: list[tuple[str | None, str | None, str | None]] = []
    for row in zip(given or nothing, family or nothing, full or nothing, strict=True):
        if row not in known:
            name = parse_name(row[2] if not (row[0] or row[1]) else None, row[0], row[1])
            if row[2] and bool(name.given) != bool(name.family):
                name = _completed(name, parse_name(row[2]))
            known[row] = (" ".join(name.given) or None, " ".join(name.family) or None, name.generation or None)
        rows.append(known[row])
    return [row[0] for row in rows], [row[1] for row in rows], [row[2] for row in rows]


def _completed(name: PersonName, whole: PersonName) -> PersonName:
    """A name of which one part is missing, from the whole; only if the part that is there stands in it."""
    rest = [word for word in (*whole.given, *whole.family) if word not in (*name.given, *name.family)]
    if not rest or len(rest) == len(whole.given) + len(whole.family):
        return name
    generation = name.generation or whole.generation
    return PersonName(name.given or tuple(rest), name.family or tuple(rest), generation)


def read_generation(text: str) -> str | None:
    """`jr`, `sr`, `ii` …"""
    words = latin_words(text)
    generations: dict[str, str] = read_table("names")["generations"]["words"]
    return next((generations[word] for word in words if word in generations), None)


def read_sex(text: str) -> str | None:
    """`f` or `m`; other answers as they are."""
    word = text.strip().casefold().rstrip(".")
    return _sexes().get(word) or read_text(text)


def read_phone(text: str) -> str | None:
    """The last nine digits: country codes and trunk prefixes are written or not."""
    digits = "".join(c for c in text.partition("@")[0] if c.isdigit())
    return digits[-9:] if len(digits) >= 5 else None


def read_email(text: str) -> str | None:
    """Lower case, without a +tag."""
    found = _PLUS_TAG.sub("", text.strip().casefold())[:LONGEST]
    return found if len(found) > 2 else None


def read_digits(text: str) -> str | None:
    """Letters and digits only: an id or a postcode."""
    found = "".join(c for c in text.casefold() if c.isalnum())[:LONGEST]
    return None if not found or set(found) <= {"0"} or (len(found) > 4 and len(set(found)) == 1) else found


def read_number(text: str) -> str | None:
    """A house number; letters that scanning made of digits are digits again."""
    found = "".join(c for c in text.casefold() if c.isalnum())[:12]
    if any(c.isdigit() for c in found[:-1]):
        found = found[:-1].translate(_OCR) + found[-1]
    return found.lstrip("0") or None


def read_street(text: str) -> str | None:
    """Words of a street, its kind in short form."""
    short = _short_streets()
    return " ".join(short.get(word, word) for word in latin_words(text[:LONGEST])) or None


def read_text(text: str) -> str | None:
    """Words in comparison letters."""
    return " ".join(latin_words(text[:LONGEST])) or None


@cache
def _sexes() -> dict[str, str]:
    table = read_table("stitch_columns")["sex"]
    return {**dict.fromkeys(table["male"], "m"), **dict.fromkeys(table["female"], "f")}


@cache
def _short_streets() -> dict[str, str]:
    short: dict[str, str] = read_table("stitch_columns")["streets"]["short"]
    return short
