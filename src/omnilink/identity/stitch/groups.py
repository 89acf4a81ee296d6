"""What `stitch` answers: who is one person, how sure that is, and what a human should look at first."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from omnilink.identity.stitch.likeness import Level
from omnilink.identity.stitch.model import Model, explain_pair
from omnilink.identity.stitch.table import Table
from omnilink.identity.stitch.vetoes import contradicted_bits, find_barred, find_contradictions

Array = np.ndarray[Any, np.dtype[Any]]


@dataclass(frozen=True, slots=True)
class Step:
    """One bar of a waterfall.

    Attributes:
        what: the field; `prior`, `together` (fields that say the same twice), `household` (an address is no person) or
            `contradiction` (a borrowed number, a twin).
        level: how alike the two values are; "" for the others.
        bits: what it adds.
    """

    what: str
    level: str
    bits: float


@dataclass(frozen=True, slots=True)
class Weight:
    """What was learned about one level of one field.

    Attributes:
        field: which field.
        level: how alike two values are.
        in_one_person: share of one person's pairs that show it.
        in_strangers: share of two strangers' pairs that do.
        bits: what it counts, before the rarity of the value.
    """

    field: str
    level: str
    in_one_person: float
    in_strangers: float
    bits: float


@dataclass(frozen=True, slots=True)
class Waterfall:
    """Why two rows are, or are not, taken for one person.

    Attributes:
        steps: from the prior to the sum.
        bits: the sum; 0 is even odds.
        barred: father and son, say: never in one group whatever agrees.
        together: whether the two ended in one group.
    """

    steps: tuple[Step, ...]
    bits: float
    barred: bool
    together: bool

    @property
    def probability(self) -> float:
        """Of being one person, from these two rows alone."""
        return float(1.0 / (1.0 + 2.0 ** -max(min(self.bits, 60.0), -60.0)))


@dataclass(frozen=True, slots=True)
class Doubt:
    """Something for a human to look at.

    Attributes:
        kind: `group`, a group whose weakest row hangs on little; `pair`, two groups that are nearly one.
        rows: the rows concerned.
        bits: how much speaks for them being one person.
    """

    kind: str
    rows: tuple[int, ...]
    bits: float


@dataclass(frozen=True, slots=True, repr=False)
class HotKey:
    """A value that many people share: it supports, and never links alone.

    Attributes:
        field: which field.
        value: the value in comparison form: personal data, never logged.
        people: how many people have it.
        rows: in how many rows it stands.
    """

    field: str
    value: str
    people: int
    rows: int

    @property
    def masked(self) -> str:
        """Its field and the end of its value."""
        return f"{self.field} •••{self.value[-3:]}"

    def __repr__(self) -> str:
        return f"HotKey(field={self.field!r}, people={self.people}, rows={self.rows})"


class Groups:
    """The rows, grouped into people.

    Attributes:
        labels: row → number of its group; groups are numbered in the order of their first row.
        groups: number → its rows.
        warnings: sentences about what was odd in the table; without personal data but the end of a hot key.
        hot_keys: values many people share, the hottest first.
    """

    def __init__(
        self,
        table: Table,
        model: Model,
        label: Array,
        pairs: Array,
        bits: Array,
        threshold: float,
        hot_keys: tuple[HotKey, ...],
        warnings: tuple[str, ...],
    ) -> None:
        _, first, inverse = np.unique(label, return_index=True, return_inverse=True)
        rank = np.argsort(np.argsort(first))
        self.labels: tuple[int, ...] = tuple(rank[inverse].tolist())
        grouped: list[list[int]] = [[] for _ in first]
        for row, group in enumerate(self.labels):
            grouped[group].append(row)
        self.groups: tuple[tuple[int, ...], ...] = tuple(map(tuple, grouped))
        self.hot_keys, self.warnings = hot_keys, warnings
        self.threshold = threshold
        self._table, self._model, self._pairs, self._bits = table, model, pairs, bits

    def __len__(self) -> int:
        return len(self.groups)

    def __iter__(self) -> Iterator[tuple[int, ...]]:
        return iter(self.groups)

    def __repr__(self) -> str:
        return f"Groups(rows={len(self.labels)}, people={len(self.groups)})"

    @property
    def columns(self) -> dict[str, tuple[str, ...]]:
        """Field → the columns it was read from."""
        return dict(self._table.columns.of_field)

    @property
    def unknown_columns(self) -> tuple[str, ...]:
        """Columns that were not compared."""
        return self._table.columns.unknown

    @property
    def pair_bits(self) -> Array:
        """The bits of all compared pairs, for a plot."""
        return self._bits

    @property
    def weights(self) -> tuple[Weight, ...]:
        """What was learned: for each field and level how much it counts."""
        bits = self._model.weights()
        return tuple(
            Weight(
                name,
                level.name.lower(),
                float(self._model.m[i, level]),
                float(self._model.u[i, level]),
                float(bits[i, level]),
            )
            for i, name in enumerate(self._model.names)
            for level in Level
            if level is not Level.MISSING and self._model.m[i, level] > 0.002
        )

    def group_of(self, row: int) -> int:
        """The number of the group a row is in."""
        return self.labels[row]

    def explain(self, a: int, b: int) -> Waterfall:
        """Why two rows are, or are not, taken for one person.

        Args:
            a: a row.
            b: another.
        """
        steps, bits, levels = explain_pair(self._model, self._table, a, b)
        named = tuple(
            Step(what, "" if level is None else Level(level).name.lower(), round(value, 2))
            for what, level, value in steps
        )
        if find_contradictions(self._model, levels[None, :])[0]:
            left = float(contradicted_bits(np.array([bits]))[0])
            named = (*named, Step("contradiction", "", round(left - bits, 2)))
            bits = left
        barred = bool(find_barred(self._model, levels[None, :])[0])
        return Waterfall(named, round(bits, 2), barred, self.labels[a] == self.labels[b])

    def doubtful(self, limit: int = 50) -> tuple[Doubt, ...]:
        """What to look at first: groups that hang together loosely and groups that are nearly one, least sure first.

        Args:
            limit: how many at most.
        """
        labels = np.array(self.labels)
        size = len(labels)
        low, high = self._pairs // size, self._pairs % size
        inside = labels[low] == labels[high]
        best = np.full(size, -np.inf)
        np.maximum.at(best, low[inside], self._bits[inside])
        np.maximum.at(best, high[inside], self._bits[inside])
        weakest = np.full(len(self.groups), np.inf)
        held = np.isfinite(best)
        np.minimum.at(weakest, labels[held], best[held])
        doubts = [
            Doubt("group", self.groups[i], round(float(weakest[i]), 2))
            for i in np.argsort(weakest)[:limit].tolist()
            if np.isfinite(weakest[i])
        ]
        near = np.flatnonzero(~inside & (self._bits > -3.0))
        seen: set[tuple[int, int]] = set()
        for i in near[np.argsort(-self._bits[near], kind="stable")].tolist():
            a, b = int(low[i]), int(high[i])
            both = (min(labels[a], labels[b]), max(labels[a], labels[b]))
            if both not in seen:
                seen.add(both)
                doubts.append(Doubt("pair", (a, b), round(float(self._bits[i]), 2)))
            if len(seen) >= limit:
                break
        return tuple(sorted(doubts, key=lambda doubt: abs(doubt.bits - self.threshold))[:limit])
