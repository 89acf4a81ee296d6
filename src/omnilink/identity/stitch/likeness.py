"""How alike two values of a field are: levels, computed once for every distinct pair of values.

Jaro-Winkler: W. E. Winkler 1990; OSA: Damerau 1964 without overlapping edits; both by rapidfuzz (MIT).
"""

from collections.abc import Sequence
from enum import IntEnum
from typing import Any

import numpy as np
from rapidfuzz.distance import OSA, JaroWinkler
from rapidfuzz.process import cpdist

from omnilink.identity.name_evidence import NameLevel, compare_family, compare_given, compare_words
from omnilink.identity.name_parts import known_given_names
from omnilink.identity.stitch.table import MISSING, Field

Array = np.ndarray[Any, np.dtype[Any]]


class Level(IntEnum):
    """How alike two values are. The order is that of the plain levels; the odd ones have weights of their own."""

    MISSING = 0
    CONFLICT = 1
    WEAK = 2
    NEAR = 3
    ALIAS = 4
    EXACT = 5
    INITIAL = 6
    PARTIAL = 7
    SWAPPED = 8


LEVELS = len(Level)
ORDERED = (Level.CONFLICT, Level.WEAK, Level.NEAR, Level.ALIAS, Level.EXACT)
NAMES = frozenset({"given", "family", "middle"})


def compare_rows(fields: dict[str, Field], left: Array, right: Array) -> dict[str, Array]:
    """Levels of all fields for pairs of rows.

    Args:
        fields: of the table.
        left: a row of each pair.
        right: its other row.
    """
    levels = {name: compare_codes(field, field.codes[left], field.codes[right]) for name, field in fields.items()}
    if "given" in levels and "family" in levels:
        _find_swapped(fields, levels, left, right)
    return levels


def compare_codes(field: Field, a: Array, b: Array, *, kind: str | None = None) -> Array:
    """Levels of pairs of values, given by their codes."""
    levels = np.zeros(len(a), np.int8)
    both = (a != MISSING) & (b != MISSING)
    levels[both & (a == b)] = Level.EXACT
    differing = np.flatnonzero(both & (a != b))
    if len(differing):
        low = np.minimum(a[differing], b[differing]).astype(np.int64)
        high = np.maximum(a[differing], b[differing]).astype(np.int64)
        keys, inverse = np.unique(low * len(field.values) + high, return_inverse=True)
        one = [field.values[i] for i in (keys // len(field.values)).tolist()]
        other = [field.values[i] for i in (keys % len(field.values)).tolist()]
        levels[differing] = _levels(kind or field.name, one, other)[inverse]
    return levels


def _levels(kind: str, one: list[str], other: list[str]) -> Array:
    if kind in NAMES:
        return _names(kind, one, other)
    if kind == "birth":
        return _dates(one, other)
    if kind in ("sex", "generation"):
        return np.full(len(one), Level.CONFLICT, np.int8)
    if kind in ("phone", "national_id", "postcode", "street_number"):
        return _numbers(kind, one, other)
    if kind == "email":
        return _emails(one, other)
    return _texts(one, other)


def _likeness(one: Sequence[str], other: Sequence[str]) -> Array:
    found: Array = cpdist(one, other, scorer=JaroWinkler.similarity, dtype=np.float32)
    return found


def _slips(one: Sequence[str], other: Sequence[str], at_most: int = 3) -> Array:
    found: Array = cpdist(one, other, scorer=OSA.distance, dtype=np.int32, score_cutoff=at_most)
    return found


def _letters_apart(one: Sequence[str], other: Sequence[str]) -> Array:
    """How many letters differ when their order does not count: Oscar and Osrac have the same."""
    sorted_one = ["".join(sorted(text)) for text in one]
    sorted_other = ["".join(sorted(text)) for text in other]
    return _slips(sorted_one, sorted_other, 2)


def _lengths(texts: Sequence[str]) -> Array:
    return np.fromiter(map(len, texts), np.int32, len(texts))


def _names(kind: str, one: list[str], other: list[str]) -> Array:
    likeness, slips = _likeness(one, other), _slips(one, other)
    shortest = np.minimum(_lengths(one), _lengths(other))
    levels = np.full(len(one), Level.CONFLICT, np.int8)
    levels[likeness >= 0.8] = Level.WEAK
    near = (slips == 1) & (shortest >= 3) | (slips == 2) & (shortest >= 7) | (likeness >= 0.92) & (shortest >= 4)
    levels[near] = Level.NEAR
    given = kind != "family"
    left_out = _letters_apart(one, other)
    levels[(left_out <= 1) & (shortest >= 3) & (levels < Level.WEAK)] = Level.WEAK
    levels[(left_out == 0) & (shortest >= 4)] = Level.NEAR
    known = known_given_names() if given else frozenset()
    for i in _worth_a_look(one, other, levels, shortest, known):
        a, b = one[i], other[i]
        if " " in a or " " in b:
            words_a, words_b = tuple(a.split()), tuple(b.split())
            found = compare_given(words_a, words_b)[0] if given else compare_family(words_a, words_b)
            levels[i] = max(_OF_NAME[found], levels[i] if levels[i] < _NEAR else 0)
        elif shortest[i] == 1 or a.isupper() or b.isupper():
            levels[i] = _OF_NAME[compare_words(a, b, given)]
        else:
            found = compare_words(a, b, given)
            if found is _NICKNAME or found is _ROMANISED:
                levels[i] = _ALIAS
            elif levels[i] == _NEAR and slips[i] > 1 and a in known and b in known:
                levels[i] = _WEAK
    return levels


_NEAR, _ALIAS, _WEAK = int(Level.NEAR), int(Level.ALIAS), int(Level.WEAK)
_NICKNAME, _ROMANISED = NameLevel.NICKNAME, NameLevel.ROMANISED


def _worth_a_look(one: list[str], other: list[str], levels: Array, shortest: Array, known: frozenset[str]) -> list[int]:
    """Pairs whose level letters alone do not settle: several words, initials, abjads, known names, like sounds."""
    return [
        i
        for i, (a, b, level, short) in enumerate(zip(one, other, levels.tolist(), shortest.tolist(), strict=True))
        if level > 1 or short == 1 or " " in a or " " in b or (a in known and b in known) or a.isupper() or b.isupper()
    ]


_OF_NAME = {
    NameLevel.CONFLICT: int(Level.CONFLICT),
    NameLevel.MISSING: int(Level.MISSING),
    NameLevel.PARTIAL: int(Level.PARTIAL),
    NameLevel.INITIAL: int(Level.INITIAL),
    NameLevel.NEAR: int(Level.NEAR),
    NameLevel.NICKNAME: int(Level.ALIAS),
    NameLevel.ROMANISED: int(Level.ALIAS),
    NameLevel.EXACT: int(Level.EXACT),
}


def _find_swapped(fields: dict[str, Field], levels: dict[str, Array], left: Array, right: Array) -> None:
    """Given name and surname that agree only crosswise, as a level of both."""
    given, family = levels["given"], levels["family"]
    low = (given <= Level.WEAK) & (family <= Level.WEAK) & ((given > 0) | (family > 0))
    rows = np.flatnonzero(low)
    if not len(rows):
        return
    names, surnames = fields["given"].codes, fields["family"].codes
    one = compare_codes(fields["given"], names[left[rows]], surnames[right[rows]], kind="family")
    other = compare_codes(fields["given"], surnames[left[rows]], names[right[rows]], kind="family")
    good_one, good_other = one >= Level.NEAR, other >= Level.NEAR
    good_one &= one <= Level.EXACT
    good_other &= other <= Level.EXACT
    both = good_one & good_other
    given[rows[both]] = Level.SWAPPED
    family[rows[both]] = Level.SWAPPED
    # One half is missing on a side: what is there sits in the other's field.
    half = (good_one & (other == 0)) | (good_other & (one == 0))
    family[rows[half]] = Level.SWAPPED
    given[rows[half]] = Level.MISSING


def _dates(one: list[str], other: list[str]) -> Array:
    a, b = np.array(one, np.int64), np.array(other, np.int64)
    year, month, day = a // 10000 == b // 10000, a // 100 % 100 == b // 100 % 100, a % 100 == b % 100
    no_month = (a // 100 % 100 == 0) | (b // 100 % 100 == 0)
    no_day = (a % 100 == 0) | (b % 100 == 0)
    levels = np.full(len(one), Level.CONFLICT, np.int8)
    years_apart = np.abs(a // 10000 - b // 10000)
    slips = _slips(one, other)
    levels[(year & (month | day)) | (month & day) | (slips == 2) | (year & ~no_month)] = Level.WEAK
    two = (year & month) | (year & day) | (month & day & (years_apart <= 10))
    levels[two] = Level.NEAR
    turned = year & (a // 100 % 100 == b % 100) & (a % 100 == b // 100 % 100)
    levels[(slips == 1) | turned] = Level.ALIAS
    levels[year & no_month] = Level.PARTIAL
    levels[year & month & no_day] = Level.PARTIAL
    levels[~year & (no_month | no_day)] = Level.CONFLICT
    levels[(years_apart == 1) & no_month] = Level.WEAK
    return levels


def _numbers(kind: str, one: list[str], other: list[str]) -> Array:
    slips = _slips(one, other)
    shortest = np.minimum(_lengths(one), _lengths(other))
    levels = np.full(len(one), Level.CONFLICT, np.int8)
    levels[(slips == 2) & (shortest >= (4 if kind == "postcode" else 6))] = Level.WEAK
    levels[(slips == 1) & (shortest >= (2 if kind == "street_number" else 3))] = Level.NEAR
    return levels


def _emails(one: list[str], other: list[str]) -> Array:
    likeness, slips = _likeness(one, other), _slips(one, other)
    local_one, local_other = [text.partition("@")[0] for text in one], [text.partition("@")[0] for text in other]
    levels = np.full(len(one), Level.CONFLICT, np.int8)
    levels[(likeness >= 0.9) | (_slips(local_one, local_other) == 1)] = Level.WEAK
    same_local = np.array([a == b and len(a) > 4 for a, b in zip(local_one, local_other, strict=True)], bool)
    levels[(slips <= 3) & (_lengths(one) >= 8) | same_local] = Level.NEAR
    levels[(slips <= 1) & (_lengths(one) >= 8)] = Level.ALIAS
    return levels


def _texts(one: list[str], other: list[str]) -> Array:
    likeness, slips = _likeness(one, other), _slips(one, other)
    shortest = np.minimum(_lengths(one), _lengths(other))
    levels = np.full(len(one), Level.CONFLICT, np.int8)
    within = np.array(
        [
            a.startswith(b) or b.startswith(a) or set(a.split()) == set(b.split())
            for a, b in zip(one, other, strict=True)
        ],
        bool,
    )
    levels[(likeness >= 0.85) | (within & (shortest >= 4))] = Level.WEAK
    near = (slips == 1) & (shortest >= 4) | (slips <= 2) & (shortest >= 7) | (likeness >= 0.94)
    levels[near] = Level.NEAR
    return levels
