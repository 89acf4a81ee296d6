"""What goes together in strangers: places that imply each other, and households.

Counted on pairs drawn from rows that share a place, not on the candidates: those were chosen for agreeing.
"""

from typing import Any

import numpy as np

from omnilink.identity.stitch.likeness import Level
from omnilink.identity.stitch.model import AGREE, HOUSEHOLD, HOUSEHOLD_BITS, PLACES, Model, levels_of
from omnilink.identity.stitch.table import MISSING, Table

Array = np.ndarray[Any, np.dtype[Any]]

SHARING_PAIRS = 30_000
FEWEST_PAIRS = 50
OWN = ("given", "birth", "national_id", "email", "phone")
"""What two people of one household differ in."""


def find_lifts(model: Model, table: Table, seed: int) -> list[tuple[int, int, float]]:
    """Places that agree together in strangers (a postcode and its town), as a forest with the strongest bonds first.

    Counted on pairs drawn from rows of one place, not on the candidates: these were chosen for agreeing. Strangers are
    pairs that agree on nothing but places and conflict in two respects at least.
    """
    places = [i for i, name in enumerate(model.names) if name in PLACES]
    others = [i for i in range(len(model.names)) if i not in places and model.names[i] not in ("sex", "middle")]
    bonds: list[tuple[float, int, int]] = []
    if len(places) < 2 or len(others) < 2:
        return []
    for a in places:
        levels = levels_of(table, _pairs_sharing(table.fields[model.names[a]].codes, table.size, seed))
        strangers = ((levels[:, others] == Level.CONFLICT).sum(1) >= 2) & ~(levels[:, others] >= Level.NEAR).any(1)
        for b in places:
            both = levels[strangers & (levels[:, b] != 0), b]
            if a != b and len(both) >= FEWEST_PAIRS:
                lift = float(np.log2(AGREE[both].mean() / model.u[b, AGREE].sum() + 1e-9))
                if lift > 0.5:
                    bonds.append((lift, a, b))
    return _forest(len(model.names), bonds)


def household_bits(model: Model, table: Table, seed: int) -> float:
    """How far a surname and an address lead to one person: by how many pairs of one household are two people."""
    names = [name for name in model.names if name in HOUSEHOLD and name not in ("unit", "state")]
    own = [i for i, name in enumerate(model.names) if name in OWN]
    if len(names) < 2 or not own:
        return HOUSEHOLD_BITS
    codes = np.zeros(table.size, np.int64)
    for name in names:
        _, codes = np.unique(
            codes * (len(table.fields[name].values) + 1) + table.fields[name].codes, return_inverse=True
        )
    stated = np.all([table.fields[name].codes != MISSING for name in names], axis=0)
    codes = np.where(stated, codes, MISSING)
    levels = levels_of(table, _pairs_sharing(codes, table.size, seed))[:, own]
    levels = levels[(levels != 0).sum(1) >= min(2, len(own))]
    if len(levels) < FEWEST_PAIRS:
        return HOUSEHOLD_BITS
    two = ((levels == Level.CONFLICT).sum(1) >= min(2, len(own))) & ~AGREE[levels].any(1)
    share = (two.sum() + 1.0) / (len(two) + 2.0)
    return float(np.clip(np.log2((1 - share) / share), -3.0, 12.0))


def _pairs_sharing(codes: Array, size: int, seed: int) -> Array:
    """Random pairs of rows that have the same value."""
    rows = np.flatnonzero(codes != MISSING)
    rows = rows[np.random.default_rng(seed).permutation(len(rows))]
    rows = rows[np.argsort(codes[rows], kind="stable")]
    pairs = []
    for step in (1, 2, 3):
        a, b = rows[:-step], rows[step:]
        same = codes[a] == codes[b]
        pairs.append(np.minimum(a, b)[same].astype(np.int64) * size + np.maximum(a, b)[same])
    return np.random.default_rng(seed).permutation(np.concatenate(pairs))[:SHARING_PAIRS]


def _forest(count: int, bonds: list[tuple[float, int, int]]) -> list[tuple[int, int, float]]:
    root = list(range(count))

    def find(i: int) -> int:
        while root[i] != i:
            i = root[i]
        return i

    chosen = []
    for lift, a, b in sorted(bonds, reverse=True):
        if find(a) != find(b):
            root[find(a)] = find(b)
            chosen.append((a, b, lift))
    return chosen
