"""Constrained clustering: the strongest pair first, and then group against group; never the plain closure."""

import heapq
from collections.abc import Iterable, Iterator
from itertools import pairwise
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
    bits = np.clip(bits, -30.0, 30.0)
    component = _components(size, low[bits >= threshold], high[bits >= threshold])
    inside = component[low] == component[high]
    low, high, weight = low[inside], high[inside], bits[inside]
    cannot = barred[inside] if barred is not None else np.zeros(len(low), bool)
    label: Array = np.arange(size)
    whole = _become_one(component, low[~cannot], weight[~cannot], threshold, average)
    rows = np.flatnonzero(whole[component])
    label[rows] = component[rows]
    low, high, weight, cannot, of = (x[~whole[component[low]]] for x in (low, high, weight, cannot, component[low]))
    order = np.argsort(of, kind="stable")
    low, high, weight, cannot, of = (x[order] for x in (low, high, weight, cannot, of))
    offers = _first_offers(low, high, weight, cannot, of, threshold, average)
    starts = np.flatnonzero(np.concatenate(([True], of[1:] != of[:-1]))) if len(of) else np.zeros(0, np.int64)
    offered = np.searchsorted(offers[0], of[starts]).tolist()
    borders = [*starts.tolist(), len(of)]
    for place, (start, end) in enumerate(pairwise(borders)):
        ends = low[start:end].tolist(), high[start:end].tolist()
        part = slice(offered[place], offered[place + 1] if place + 1 < len(offered) else None)
        first = zip(*(x[part].tolist() for x in offers[1:]), strict=True)
        groups = _Groups(
            ends, weight[start:end].tolist(), cannot[start:end].astype(int).tolist(), first, (threshold, average)
        )
        _join(label, list(_agglomerate(groups)))
    return label


def _become_one(component: Array, low: Array, weight: Array, threshold: float, average: float) -> Array:
    """Which components become one group whatever comes first: all their pairs were compared, and none is too weak.

    Strong pairs hang such a component together, so until it is one group some strong pair lies between two groups,
    and no average of its pairs is less than the least of them.

    Args:
        component: row → component.
        low: a row of each pair that is not barred, within components.
        weight: of those pairs.
    """
    size = len(component)
    members = np.bincount(component, minlength=size)
    agreeing = np.bincount(component[low[weight >= min(average, threshold)]], minlength=size)
    found: Array = (members > 1) & (agreeing == members * (members - 1) // 2) & (average <= threshold)
    return found


def _first_offers(
    low: Array, high: Array, weight: Array, cannot: Array, of: Array, threshold: float, average: float
) -> tuple[Array, Array, Array, Array]:
    """The best that each row can become one with at first, by component.

    Returns:
        Component, minus the pair's weight, row, the other row.
    """
    fit = (weight >= max(threshold, average)) & ~cannot
    a, b = np.concatenate([low[fit], high[fit]]), np.concatenate([high[fit], low[fit]])
    minus, of = np.tile(-weight[fit], 2), np.tile(of[fit], 2)
    order = np.lexsort((b, minus, a, of))
    kept = order[np.concatenate(([True], a[order][1:] != a[order][:-1]))] if len(order) else order
    return of[kept], minus[kept], a[kept], b[kept]


def _join(label: Array, joins: list[tuple[int, int]]) -> None:
    """Writes the joins of one component down: each group is named by its first row."""
    members: dict[int, list[int]] = {}
    for gone, kept in joins:
        members.setdefault(kept, [kept]).extend(members.pop(gone, [gone]))
    for rows in members.values():
        label[rows] = min(rows)


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


class _Groups:
    """Groups of one component that become fewer; each knows the best one to become one with.

    A bond is a number, and what is known of it stands in four lists: millions of small objects would keep the garbage
    collector busy.

    Attributes:
        near: group → other group → bond.
        sum, count, best, barred: bond → sum of its pairs' bits, their number, the strongest, how many are barred.
    """

    def __init__(
        self,
        ends: tuple[list[int], list[int]],
        weights: list[float],
        barred: list[int],
        offers: Iterable[tuple[float, int, int]],
        limits: tuple[float, float],
    ) -> None:
        self._threshold, self._average = limits
        self.near: dict[int, dict[int, int]] = {row: {} for side in ends for row in side}
        for bond, (a, b) in enumerate(zip(*ends, strict=True)):
            self.near[a][b] = self.near[b][a] = bond
        self.sum, self.best, self.barred = weights, weights.copy(), barred
        self.count = [1] * len(weights)
        self.members = dict.fromkeys(self.near, 1)
        self.heap = [(minus, a, b, 0) for minus, a, b in offers]
        heapq.heapify(self.heap)
        self.asked = dict.fromkeys(self.near, 0)

    def mean(self, a: int, b: int, bond: int) -> float:
        """What all pairs between two groups weigh on average, those included that were never compared."""
        all_pairs = self.members[a] * self.members[b]
        return (self.sum[bond] + UNSEEN_BITS * (all_pairs - self.count[bond])) / all_pairs

    def ask(self, a: int) -> None:
        """Puts the best that a group can become one with on the heap; what it said before counts no more."""
        self.asked[a] += 1
        best: tuple[float, int] | None = None
        strongest, barred, threshold = self.best, self.barred, self._threshold
        for c, bond in self.near[a].items():
            if strongest[bond] >= threshold and not barred[bond]:
                mean = self.mean(a, c, bond)
                if mean >= self._average and (best is None or (-mean, c) < best):
                    best = (-mean, c)
        if best is not None:
            heapq.heappush(self.heap, (best[0], a, best[1], self.asked[a]))

    def join(self, a: int, b: int) -> None:
        """Makes b a part of a."""
        of_a = self.near[a]
        del of_a[b]
        for c, bond in self.near.pop(b).items():
            if c == a:
                continue
            of_c = self.near[c]
            del of_c[b]
            kept = of_a.get(c)
            if kept is None:
                of_a[c] = of_c[a] = bond
            else:
                self.sum[kept] += self.sum[bond]
                self.count[kept] += self.count[bond]
                self.best[kept] = max(self.best[kept], self.best[bond])
                self.barred[kept] += self.barred[bond]
        self.members[a] += self.members.pop(b)


def _agglomerate(groups: _Groups) -> Iterator[tuple[int, int]]:
    """The joins, strongest first: a group, and the one it becomes a part of.

    A bond changes only when one of its groups grows, and then that group is asked anew. So what the heap holds of a
    group is never less than what it can do, and looking at a group again when its turn comes is enough.
    """
    while groups.heap:
        minus_mean, a, b, asked = heapq.heappop(groups.heap)
        if a not in groups.near or groups.asked[a] != asked:
            continue
        bond = groups.near[a].get(b)
        if bond is None or groups.barred[bond] or groups.mean(a, b, bond) != -minus_mean:
            groups.ask(a)
            continue
        if groups.members[a] < groups.members[b]:
            a, b = b, a
        groups.join(a, b)
        groups.ask(a)
        yield b, a
