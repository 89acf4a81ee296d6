"""Constrained clustering: the strongest pair first, and then group against group; never the plain closure."""

import heapq
from typing import Any

import numpy as np

from omnilink.identity.stitch.candidates import distinct

Array = np.ndarray[Any, np.dtype[Any]]

UNSEEN_BITS = -6.0
"""What a pair is taken for that shares no key at all."""


def cluster(
    size: int, pairs: Array, bits: Array, *, threshold: float, average: float = 0.0, barred: Array | None = None
) -> Array:
    """Groups rows.

    Two groups become one if their pairs weigh at least `average` bits on average, unseen pairs included, and none of
    them is barred.

    Args:
        size: number of rows.
        pairs: compared pairs, `low * size + high`.
        bits: their weights.
        threshold: a pair has to weigh so much to bring two groups together.
        average: what all pairs between the groups have to weigh on average.
        barred: pairs that must not be together.

    Returns:
        row → its group, named by its first row.
    """
    low, high = pairs // size, pairs % size
    component = _components(size, low[bits >= threshold], high[bits >= threshold])
    inside = component[low] == component[high]
    low, high, weight = low[inside], high[inside], np.clip(bits[inside], -30.0, 30.0)
    cannot = barred[inside] if barred is not None else np.zeros(len(low), bool)
    label: Array = np.arange(size)
    # Most components are a single pair, and what becomes of it needs no working out.
    single = np.bincount(component, minlength=size)[component[low]] == 2
    joined = single & (weight >= threshold) & ~cannot
    label[high[joined]] = low[joined]
    rows, at = np.unique(np.concatenate([low[~single], high[~single]]), return_inverse=True)
    low, high, weight, cannot = (*np.split(at, 2), weight[~single], cannot[~single])
    grown = _agglomerate(len(rows), low.tolist(), high.tolist(), weight.tolist(), cannot.tolist(), threshold, average)
    label[rows] = rows[grown]
    return label


def unseen_pairs(size: int, pairs: Array, bits: Array, *, threshold: float, largest: int = 64) -> Array:
    """Pairs not compared yet whose rows hang together over strong pairs: their comparison decides whether they should.

    Args:
        size: number of rows.
        pairs: compared pairs, sorted.
        bits: their weights.
        threshold: what makes a strong pair.
        largest: rows of a component that is still worked out in full.
    """
    strong = bits >= threshold
    component = _components(size, pairs[strong] // size, pairs[strong] % size)
    order = np.argsort(component, kind="stable")
    starts = np.flatnonzero(np.concatenate(([True], component[order][1:] != component[order][:-1])))
    counts = np.diff(np.append(starts, size))
    found = [np.zeros(0, np.int64)]
    for count in np.unique(counts[(counts > 2) & (counts <= largest)]):
        i, j = np.triu_indices(count, 1)
        blocks = starts[counts == count]
        a, b = order[blocks[:, None] + i].ravel(), order[blocks[:, None] + j].ravel()
        found.append(np.minimum(a, b).astype(np.int64) * size + np.maximum(a, b))
    wanted = distinct(np.concatenate(found))
    at = np.searchsorted(pairs, wanted)
    known = (at < len(pairs)) & (pairs[np.minimum(at, len(pairs) - 1)] == wanted)
    unseen: Array = wanted[~known]
    return unseen


def _components(size: int, low: Array, high: Array) -> Array:
    """Row → the first row it hangs together with, by hooking roots and jumping pointers until nothing changes."""
    root: Array = np.arange(size)
    while True:
        a, b = root[low], root[high]
        apart = a != b
        if not apart.any():
            return root
        low, high, a, b = low[apart], high[apart], a[apart], b[apart]
        np.minimum.at(root, np.maximum(a, b), np.minimum(a, b))
        while (root[root] != root).any():
            root = root[root]


def _agglomerate(
    size: int,
    low: list[int],
    high: list[int],
    weight: list[float],
    cannot: list[bool],
    threshold: float,
    average: float,
) -> Array:
    near: dict[int, dict[int, list[float]]] = {}
    for a, b, w, no in zip(low, high, weight, cannot, strict=True):
        bond = [w, 1.0, w, float(no)]
        near.setdefault(a, {})[b] = bond
        near.setdefault(b, {})[a] = bond
    members = dict.fromkeys(near, 1)
    heap = [
        (-w, a, b, 1, 1) for a, b, w, no in zip(low, high, weight, cannot, strict=True) if w >= threshold and not no
    ]
    heapq.heapify(heap)
    group = list(range(size))
    gone: dict[int, int] = {}
    while heap:
        _, a, b, size_a, size_b = heapq.heappop(heap)
        if a in gone or b in gone or members[a] != size_a or members[b] != size_b:
            continue
        if members[a] < members[b]:
            a, b = b, a
        gone[b] = a
        members[a] += members[b]
        del near[a][b]
        for c, bond in near.pop(b).items():
            if c == a:
                continue
            del near[c][b]
            kept = near[a].get(c)
            if kept is None:
                near[a][c] = near[c][a] = bond
                kept = bond
            else:
                kept[0] += bond[0]
                kept[1] += bond[1]
                kept[2] = max(kept[2], bond[2])
                kept[3] += bond[3]
        for c, bond in near[a].items():
            if bond[2] >= threshold and not bond[3]:
                all_pairs = members[a] * members[c]
                mean = (bond[0] + UNSEEN_BITS * (all_pairs - bond[1])) / all_pairs
                if mean >= average:
                    heapq.heappush(heap, (-mean, a, c, members[a], members[c]))
    for i in range(size):
        at = i
        while at in gone:
            at = gone[at]
        group[i] = at
    first: dict[int, int] = {}
    return np.array([first.setdefault(at, i) for i, at in enumerate(group)], np.int64)
