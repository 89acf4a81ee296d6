"""Which pairs of rows are worth comparing: those that share one of many keys, each with a capped fan-out.

A key that very many rows share (a kiosk's phone) is not paired off; its rows are paired with their neighbours in
alphabetical order only.
"""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from omnilink.identity.name_letters import consonants
from omnilink.identity.stitch.table import MISSING, Table

Array = np.ndarray[Any, np.dtype[Any]]
Keys = tuple[Array, Array]
"""Rows and the key each has (a row may have several)."""

PAIRS_A_ROW = 24
"""Pairs per row that one kind of key may cost, in tables of up to `FULL_BUDGET_ROWS`; less per row in larger ones."""
FULL_BUDGET_ROWS = 50_000
MOST_PAIRS = 20_000_000
LARGEST_BLOCK = 200
ALL_PAIRS_UP_TO = 1200
WINDOW = 6
"""Neighbours paired in a block that is too large."""


def find_candidates(table: Table) -> Array:
    """All pairs to compare.

    Returns:
        `low * size + high` for each pair of rows, sorted, each once.
    """
    if table.size < 2:
        return np.zeros(0, np.int64)
    if table.size <= ALL_PAIRS_UP_TO:
        low, high = np.triu_indices(table.size, 1)
        return low.astype(np.int64) * table.size + high
    order = _alphabet(table)
    found = np.zeros(0, np.int64)
    for rows, keys in block_keys(table):
        pairs = _pairs(rows, keys, order, table.size)
        found = distinct(np.concatenate([found, pairs]))
        if len(found) > MOST_PAIRS:
            break
    return found


def _alphabet(table: Table) -> Array:
    """Rank of each row by name and date, for neighbourhoods in blocks that are too large."""
    columns = []
    for name in ("birth", "family", "given", "street"):
        if field := table.fields.get(name):
            rank = np.empty(len(field.values) + 1, np.int64)
            rank[np.argsort(np.array(field.values, dtype=object), kind="stable")] = np.arange(len(field.values))
            rank[-1] = len(field.values)
            columns.append(rank[field.codes])
    found: Array = np.argsort(np.lexsort(columns)) if columns else np.arange(table.size)
    return found


def _pairs(rows: Array, keys: Array, rank: Array, size: int) -> Array:
    """Pairs within each block of equal keys, within the budget."""
    order = np.lexsort((rank[rows], keys))
    rows, keys = rows[order], keys[order]
    starts = np.flatnonzero(np.concatenate(([True], keys[1:] != keys[:-1])))
    sizes = np.diff(np.append(starts, len(keys)))
    cap = _cap(sizes, PAIRS_A_ROW * min(size, FULL_BUDGET_ROWS))
    parts = []
    for count in np.unique(sizes):
        if count < 2:
            continue
        blocks = starts[sizes == count]
        if count <= cap:
            i, j = np.triu_indices(count, 1)
            a, b = rows[blocks[:, None] + i].ravel(), rows[blocks[:, None] + j].ravel()
        else:
            members = rows[blocks[:, None] + np.arange(count)]
            a = np.concatenate([members[:, :-step].ravel() for step in range(1, WINDOW + 1)])
            b = np.concatenate([members[:, step:].ravel() for step in range(1, WINDOW + 1)])
        parts.append(np.minimum(a, b).astype(np.int64) * size + np.maximum(a, b))
    found: Array = distinct(np.concatenate(parts)) if parts else np.zeros(0, np.int64)
    proper: Array = found[found // size != found % size]
    return proper


def distinct(numbers: Array) -> Array:
    """Each number once, sorted. By sorting: the hash table of `numpy.unique` is slow on numbers as regular as pairs."""
    numbers = np.sort(numbers, kind="stable")
    return numbers[np.concatenate(([True], numbers[1:] != numbers[:-1]))] if len(numbers) else numbers


def _cap(sizes: Array, budget: int) -> int:
    """The largest block that is paired off so that all together stay within the budget."""
    ordered = np.sort(sizes)
    cost = np.cumsum(ordered.astype(np.int64) * (ordered - 1) // 2)
    affordable = int(np.searchsorted(cost, budget, side="right"))
    return min(int(ordered[affordable - 1]) if affordable else 2, LARGEST_BLOCK)


# --- keys --------------------------------------------------------------------------------------------------


def block_keys(table: Table) -> Iterator[Keys]:
    """Every kind of key in turn."""
    read = _Parts(table)
    names = [name for name in ("given", "family") if name in table.fields]
    for name in ("national_id", "email", "phone"):
        if name in table.fields:
            yield read.of(name)
    if "national_id" in table.fields:
        yield read.of("national_id", lambda v: [v[: len(v) // 2 + 1]])
        yield read.of("national_id", lambda v: [v[-(len(v) // 2 + 1) :]])
    if "email" in table.fields:
        yield read.of("email", lambda v: [local] if len(local := v.partition("@")[0]) > 3 else [])
        yield read.of("email", lambda v: _deletions(v) if len(v) > 8 else [])
    if "phone" in table.fields:
        yield read.of("phone", lambda v: _deletions(v) if len(v) > 6 else [])
    if "birth" in table.fields:
        yield read.of("birth", lambda v: [v] if not v.endswith("00") else [])
        yield read.of("birth", lambda v: _date_masks(v) if not v.endswith("00") else [])
        for mask in _DATE_MASKS:
            yield read.joined(read.some("birth", mask), read.names(_initial))
            yield read.joined(read.some("birth", mask), read.names(_sound))
    if len(names) == 2:
        yield read.joined(read.some("given", _sound), read.some("family", _sound))
        yield read.crosswise(_sound)
        yield read.joined(read.some("given", _sound), read.some("family", _head))
        yield read.joined(read.some("given", _head), read.some("family", _sound))
        yield read.joined(read.some("family", _deletions), read.some("given", _initial))
        yield read.joined(read.some("given", _deletions), read.some("family", _initial))
    for name in names:
        yield read.of(name)
        if "birth" in table.fields:
            yield read.joined(read.some(name, _deletions), read.some("birth", _year))
    places = [
        name for name in ("street", "postcode", "city", "birth_place", "occupation", "unit") if name in table.fields
    ]
    if "street" in table.fields:
        yield read.of("street")
        if "street_number" in table.fields:
            yield read.joined(read.some("street", _head), read.some("street_number", _whole))
    for place in places:
        yield read.joined(read.some(place, _whole), read.names(_sound))
        if "birth" in table.fields:
            yield read.joined(read.some(place, _whole), read.some("birth", _year))
    if "street_number" in table.fields and "postcode" in table.fields:
        yield read.joined(read.some("postcode", _whole), read.some("street_number", _whole))


Make = Callable[[str], list[str]]


class _Parts:
    """Makes keys out of parts of fields; each part is worked out once for every distinct value."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def some(self, name: str, make: Make) -> list[list[int]]:
        """Row → its keys from one field."""
        field = self._table.fields[name]
        of_value = [[hash(key) for key in make(value)] for value in field.values]
        of_value.append([])
        return [of_value[code] for code in field.codes.tolist()]

    def names(self, make: Make) -> list[list[int]]:
        """Row → keys from given name and surname alike, so that swapped ones meet."""
        found = [self.some(name, make) for name in ("given", "family") if name in self._table.fields]
        if not found:
            return [[] for _ in range(self._table.size)]
        return [list({*a, *b}) for a, b in zip(found[0], found[-1], strict=True)]

    def of(self, name: str, make: Make | None = None) -> Keys:
        """Keys of one field alone."""
        if make is None:
            codes = self._table.fields[name].codes
            rows = np.flatnonzero(codes != MISSING)
            return rows, codes[rows].astype(np.int64)
        return _flat(self.some(name, make))

    def joined(self, one: list[list[int]], other: list[list[int]]) -> Keys:
        """Keys of two parts together."""
        return _flat([[hash((a, b)) for a in x for b in y] if x and y else [] for x, y in zip(one, other, strict=True)])

    def crosswise(self, make: Make) -> Keys:
        """Given name and surname in alphabetical order."""
        one, other = self.some("given", make), self.some("family", make)
        return _flat([[hash((min(a, b), max(a, b))) for a in x for b in y] for x, y in zip(one, other, strict=True)])


def _flat(keys: list[list[int]]) -> Keys:
    counts = np.fromiter(map(len, keys), np.int64, len(keys))
    rows = np.repeat(np.arange(len(keys)), counts)
    return rows, np.fromiter((key for row in keys for key in row), np.int64, int(counts.sum()))


def _whole(value: str) -> list[str]:
    return [value]


def _initial(value: str) -> list[str]:
    return [value[0].lower()]


def _head(value: str) -> list[str]:
    return [value[:4].lower()]


def _sound(value: str) -> list[str]:
    """First letter and consonants of the first word, and of the second: one of two surnames may be left out."""
    return [f"{word[0].lower()}{consonants(word)[:4]}" for word in value.split()[:2] if len(word) > 1]


def _deletions(value: str) -> list[str]:
    """The word and all forms with one letter less: two words one slip apart share one of them."""
    word = value.replace(" ", "")[:24]
    return [word, *{word[:i] + word[i + 1 :] for i in range(len(word))}] if len(word) > 3 else [word]


def _year(value: str) -> list[str]:
    return [value[:4]]


_DATE_MASKS: tuple[Make, ...] = (
    lambda v: [v[:6]] if v[4:6] != "00" else [v[:4]],
    lambda v: [v[:4] + v[6:]],
    lambda v: [v[4:]] if v[4:] != "0000" else [],
)


def _date_masks(value: str) -> list[str]:
    """One digit left out, and day and month exchanged."""
    return [*(f"{value[:i]}_{value[i + 1 :]}" for i in range(8)), value[:4] + "".join(sorted((value[4:6], value[6:])))]
