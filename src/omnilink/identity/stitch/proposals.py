"""What a batch re-stitching would change: merges and splits as proposals, for a human or a rule to decide."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any


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
    contacts: Sequence[str], people: Sequence[int], strongest: dict[tuple[int, int], float]
) -> tuple[tuple[Merge, ...], tuple[Split, ...]]:
    """The merges and splits that lead from one partition to another.

    Args:
        contacts: row → the contact it is in now.
        people: row → the person the batch found.
        strongest: (row, row) → bits, for pairs across contacts.
    """
    of_person: dict[int, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    of_contact: dict[str, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    for row, (contact, person) in enumerate(zip(contacts, people, strict=True)):
        of_person[person][contact].append(row)
        of_contact[contact][person].append(row)
    best: dict[int, float] = {}
    for (a, b), bits in strongest.items():
        if people[a] == people[b] and contacts[a] != contacts[b]:
            best[people[a]] = max(best.get(people[a], bits), bits)
    merges = [
        Merge(
            tuple(sorted(parts, key=lambda contact: (-len(parts[contact]), contact))),
            tuple(sorted(row for rows in parts.values() for row in rows)),
            round(best.get(person, 0.0), 2),
        )
        for person, parts in of_person.items()
        if len(parts) > 1
    ]
    splits = [
        Split(contact, tuple(sorted(map(tuple, parts.values()), key=lambda rows: (-len(rows), rows))))
        for contact, parts in of_contact.items()
        if len(parts) > 1
    ]
    return (
        tuple(sorted(merges, key=lambda merge: (-merge.bits, merge.contacts))),
        tuple(sorted(splits, key=lambda split: (-sum(map(len, split.parts)), split.contact))),
    )
