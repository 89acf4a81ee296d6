"""Records in, groups out: candidates, weights learned from the table, constrained clustering, twice.

The second round counts how many people share a value, which is known only after the first.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

from omnilink.identity.stitch.candidates import distinct, find_candidates
from omnilink.identity.stitch.cluster import cluster, unseen_pairs
from omnilink.identity.stitch.groups import Groups, HotKey
from omnilink.identity.stitch.learn import learn
from omnilink.identity.stitch.model import Model, count_people, levels_of, score
from omnilink.identity.stitch.table import MISSING, Table, read_table_of
from omnilink.identity.stitch.vetoes import contradicted_bits, find_barred, find_contradictions

Array = np.ndarray[Any, np.dtype[Any]]

THRESHOLD_BITS = 1.0
AVERAGE_BITS = -0.5
"""What all pairs between two groups have to weigh on average: a bad row may be outweighed, not overruled."""
ALIKE_ROWS = 12
"""Identical rows that are compared; the others follow them."""
HOT_FROM = 5
HOT_FIELDS = ("national_id", "email", "phone")
TELLING = ("given", "family", "birth", "national_id", "email")
STAGES = ("read", "find candidates", "learn weights", "group", "count people", "group again")


def run(
    records: Iterable[Any],
    columns: Mapping[str, str | Iterable[str]] | None,
    threshold_bits: float,
    progress: Callable[[str, int, int], None] | None,
) -> Groups:
    """See `omnilink.identity.stitch.stitch`."""

    def say(stage: int) -> None:
        if progress is not None:
            progress(STAGES[stage], stage, len(STAGES))

    say(0)
    whole = read_table_of(records, columns)
    table, kept, follows = _without_repeats(whole)
    say(1)
    pairs = find_candidates(table)
    say(2)
    model, levels = learn(table, pairs)
    say(3)
    label, pairs, levels, _ = _grouped(model, table, pairs, levels, threshold_bits)
    say(4)
    model.people_of_value = count_people(table, label)
    say(5)
    label, pairs, levels, bits = _grouped(model, table, pairs, levels, threshold_bits)
    labels, repeats = _with_repeats(label, kept, follows, _says_enough(whole))
    hot = _hot_keys(whole, labels)
    warnings = _warnings(whole, hot, repeats)
    low, high = kept[pairs // table.size], kept[pairs % table.size]
    return Groups(whole, model, labels, low * whole.size + high, bits, threshold_bits, hot, warnings)


def _grouped(
    model: Model, table: Table, pairs: Array, levels: Array, threshold: float
) -> tuple[Array, Array, Array, Array]:
    bits = _bits(model, table, pairs, levels)
    more = unseen_pairs(table.size, pairs, bits, threshold=threshold)
    if len(more):
        pairs = np.concatenate([pairs, more])
        levels = np.concatenate([levels, levels_of(table, more)])
        order = np.argsort(pairs, kind="stable")
        pairs, levels = pairs[order], levels[order]
        bits = _bits(model, table, pairs, levels)
    barred = find_barred(model, levels)
    label = cluster(table.size, pairs, bits, threshold=threshold, average=AVERAGE_BITS, barred=barred)
    return label, pairs, levels, bits


def _bits(model: Model, table: Table, pairs: Array, levels: Array) -> Array:
    bits = score(model, table, pairs, levels)
    return np.where(find_contradictions(model, levels), contradicted_bits(bits), bits)


def _without_repeats(table: Table) -> tuple[Table, Array, Array]:
    """The table with at most so many identical rows, the rows kept, and for every row the first of its kind."""
    codes = np.stack([field.codes for field in table.fields.values()] + [table.sources], axis=1)
    _, inverse, counts = np.unique(codes, axis=0, return_inverse=True, return_counts=True)
    inverse = inverse.ravel()
    order = np.argsort(inverse, kind="stable")
    starts = np.cumsum(counts) - counts
    place = np.empty(table.size, np.int64)
    place[order] = np.arange(table.size) - np.repeat(starts, counts)
    kept = np.flatnonzero(place < ALIKE_ROWS)
    follows = order[starts][inverse]
    if len(kept) == table.size:
        return table, kept, follows
    fields = {name: type(field)(field.name, field.values, field.codes[kept]) for name, field in table.fields.items()}
    smaller = Table(len(kept), fields, table.sources[kept], table.source_names, table.columns)
    return smaller, kept, follows


def _says_enough(table: Table) -> Array:
    """Which rows state two things of a person at least; a telephone number alone may be anybody's."""
    stated = [table.fields[name].codes != MISSING for name in TELLING if name in table.fields]
    enough: Array = np.sum(stated, axis=0) >= 2 if stated else np.zeros(table.size, bool)
    return enough


def _with_repeats(label: Array, kept: Array, follows: Array, enough: Array) -> tuple[Array, int]:
    """Labels of all rows: a repeat joins its kind where that became one person and says enough, else it stays alone.

    Returns:
        The labels and how many repeats stayed alone.
    """
    labels = np.arange(len(follows))
    labels[kept] = kept[label]
    rest = np.setdiff1d(np.arange(len(follows)), kept)
    if not len(rest):
        return labels, 0
    one = enough.copy()
    np.logical_and.at(one, follows[kept], labels[kept] == labels[follows[kept]])
    joins = one[follows[rest]]
    vague = kept[np.isin(follows[kept], follows[rest]) & ~enough[kept]]
    labels[vague] = vague
    labels[rest[joins]] = labels[follows[rest[joins]]]
    return labels, int((~joins).sum())


def _hot_keys(table: Table, labels: Array) -> tuple[HotKey, ...]:
    found: list[HotKey] = []
    for name in HOT_FIELDS:
        if name not in table.fields:
            continue
        of_field = table.fields[name]
        rows = np.flatnonzero(of_field.codes != MISSING)
        of_value = np.bincount(of_field.codes[rows], minlength=len(of_field.values))
        both = distinct(of_field.codes[rows].astype(np.int64) * table.size + labels[rows])
        people = np.bincount(both // table.size, minlength=len(of_field.values))
        for code in np.flatnonzero(people >= HOT_FROM).tolist():
            found.append(HotKey(name, of_field.values[code], int(people[code]), int(of_value[code])))
    return tuple(sorted(found, key=lambda hot: (-hot.people, hot.field, hot.value)))


def _warnings(table: Table, hot: tuple[HotKey, ...], repeats: int) -> tuple[str, ...]:
    told = [
        f"{key.masked} stands in {key.rows:,} rows of {key.people:,} people: it supports, it links nobody"
        for key in hot[:5]
    ]
    if len(hot) > 5:
        told.append(f"{len(hot) - 5:,} more values are shared by {HOT_FROM} people or more")
    if repeats:
        told.append(f"{repeats:,} rows are alike and say too little to be one person: each stays alone")
    if table.columns.unknown:
        told.append(f"not compared, their columns are not known: {', '.join(table.columns.unknown[:20])}")
    if "given" not in table.fields and "family" not in table.fields:
        told.append("no column of names was found")
    return tuple(told)
