"""What a batch re-stitching would change: merges and splits as proposals, for a human or a rule to decide."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[Any]]


@dataclass(frozen=True, slots=True)
class Merge:
    """Contacts that look like one person.

    Attributes:
        contacts: their ids, the one with most rows first.
        rows: their rows.
        bits: of the strongest pair across them.
    """

    contacts: tuple[str, ...]
    rows: tuple[int, ...]
    bits: float


@dataclass(frozen=True, slots=True)
class Split:
    """A contact that looks like several people.

    Attributes:
        contact: its id.
        parts: its rows, part by part, the largest first.
    """

    contact: str
    parts: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class Proposal:
    """The difference between the contacts there are and the people the batch found.

    Attributes:
        merges: proposed merges, the surest first.
        splits: proposed splits, the largest contact first.
        rows, points, people: how many records, contact points and people there were.
        model: the trained model, to save and use again; plain JSON.
    """

    merges: tuple[Merge, ...]
    splits: tuple[Split, ...]
    rows: int
    points: int
    people: int
    model: dict[str, Any] = field(default_factory=dict, repr=False)


def compare_partitions(
    contacts: Sequence[str], people: Array, strongest: tuple[Array, Array, Array]
) -> tuple[tuple[Merge, ...], tuple[Split, ...]]:
    """The merges and splits that lead from one partition to another.

    Args:
        contacts: row → the contact it is in now.
        people: row → the person the batch found.
        strongest: row, row and bits of scored pairs; what lies within a contact or across people does not count.
    """
    number: dict[str, int] = {}
    contact = np.fromiter((number.setdefault(name, len(number)) for name in contacts), np.int64, len(contacts))
    names = list(number)
    best = _best(contact, people, strongest)
    merges = []
    for person, parts in _parted(people, contact):
        of = {names[contact[rows[0]]]: rows for rows in parts}
        in_order = sorted(of, key=lambda name: (-len(of[name]), name))
        together = sorted(row for rows in parts for row in rows)
        merges.append(Merge(tuple(in_order), tuple(together), round(best.get(person, 0.0), 2)))
    splits = [
        Split(names[of], tuple(sorted(map(tuple, parts), key=lambda rows: (-len(rows), rows))))
        for of, parts in _parted(contact, people)
    ]
    return (
        tuple(sorted(merges, key=lambda merge: (-merge.bits, merge.contacts))),
        tuple(sorted(splits, key=lambda split: (-sum(map(len, split.parts)), split.contact))),
    )


def _best(contact: Array, people: Array, strongest: tuple[Array, Array, Array]) -> dict[int, float]:
    """Person → bits of the strongest pair across contacts."""
    a, b, bits = strongest
    across = (people[a] == people[b]) & (contact[a] != contact[b])
    person, bits = people[a[across]], bits[across]
    order = np.lexsort((bits, person))
    last = np.concatenate((person[order][1:] != person[order][:-1], [True])) if len(order) else order
    kept = order[last]
    return dict(zip(person[kept].tolist(), bits[kept].tolist(), strict=True))


def _parted(whole: Array, part: Array) -> Iterator[tuple[int, list[list[int]]]]:
    """Those of one partition that the other cuts into several: the number of each, and its rows part by part."""
    order = np.lexsort((part, whole))
    of, inner = whole[order], part[order]
    is_new = np.concatenate(([True], of[1:] != of[:-1])) if len(order) else np.zeros(0, bool)
    is_cut = is_new.copy()
    is_cut[1:] |= inner[1:] != inner[:-1]
    cuts = np.flatnonzero(is_cut)
    group = np.cumsum(is_new)[cuts]  # which one each part is of
    several = np.bincount(group)[group] > 1
    ends = np.append(cuts, len(order))[1:]
    kept: list[list[int]] = []
    last = -1
    spans = (x[several].tolist() for x in (cuts, ends, of[cuts]))
    for start, end, whose in zip(*spans, strict=True):
        if kept and whose != last:
            yield last, kept
            kept = []
        kept.append(order[start:end].tolist())
        last = whose
    if kept:
        yield last, kept
