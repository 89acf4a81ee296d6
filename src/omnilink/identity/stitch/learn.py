"""Weights learned from the table itself, without any truth.

Expectation maximisation (Winkler 1988) over the distinct patterns of levels. `u` is counted on random pairs with
probable matches taken out; how many pairs match is learned for each pair of sources.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from omnilink.identity.stitch.dependence import find_lifts, household_bits
from omnilink.identity.stitch.likeness import LEVELS, ORDERED, Level
from omnilink.identity.stitch.model import (
    USUAL,
    USUAL_ELSE,
    USUAL_PEOPLE,
    Model,
    count_people,
    levels_of,
    prior_bits,
    source_pairs,
    total,
)
from omnilink.identity.stitch.table import MISSING, Table

Array = np.ndarray[Any, np.dtype[Any]]

RANDOM_PAIRS = 300_000
ROUNDS = 30
STRENGTH = 12.0
"""How many pairs the expectation of a field's agreement is worth before anything is seen."""
EXPECTED = {
    Level.CONFLICT: 0.05, Level.WEAK: 0.02, Level.NEAR: 0.06, Level.ALIAS: 0.03, Level.EXACT: 0.8,
    Level.INITIAL: 0.01, Level.PARTIAL: 0.02, Level.SWAPPED: 0.01,
}  # fmt: skip
USUAL_PAIRS = 200.0
"""How many pairs the usual agreement of strangers is worth."""
MOST_MATCHES = 0.3
"""The largest share of pairs that can be one person's."""


@dataclass(frozen=True, slots=True, repr=False)
class _Patterns:
    """The distinct rows of levels with their sources, and how often each occurs."""

    levels: Array
    source: Array
    counts: Array


def learn(table: Table, pairs: Array, seed: int = 7) -> tuple[Model, Array]:
    """Fits the model.

    Args:
        table: the rows.
        pairs: candidates.
        seed: of the sample of random pairs.

    Returns:
        The model, and the levels of all candidates (pairs × fields).
    """
    levels = levels_of(table, pairs)
    random_pairs = _random_pairs(table.size, seed)
    random = _patterns(table, random_pairs, levels_of(table, random_pairs))
    found = _patterns(table, pairs, levels)
    model = expected_model(table)
    model.u = _shares(model, random, random.counts, table)
    _maximise(model, table, found, random)
    model.lifts = find_lifts(model, table, seed)
    model.household = household_bits(model, table, seed)
    _maximise(model, table, found, random)
    model.people_of_value = count_people(table, np.arange(table.size))
    return model, levels


def _random_pairs(size: int, seed: int) -> Array:
    if size * (size - 1) // 2 <= RANDOM_PAIRS:
        low, high = np.triu_indices(size, 1)
        return low.astype(np.int64) * size + high
    drawn = np.random.default_rng(seed).integers(0, size, (2, RANDOM_PAIRS))
    low, high = drawn.min(0), drawn.max(0)
    pairs: Array = (low * size + high)[low != high]
    return pairs


def expected_model(table: Table) -> Model:
    """What is expected of any table, before anything is seen."""
    names = tuple(table.fields)
    expected = np.full(LEVELS, 1e-3)
    for level, share in EXPECTED.items():
        expected[level] = share
    m = np.tile(expected / expected[1:].sum(), (len(names), 1))
    sources = len(table.source_names)
    return Model(names, m, np.ones_like(m), np.full((sources, sources), 1.0 / max(table.size, 2)))


def _shares(model: Model, random: _Patterns, weight: Array, table: Table) -> Array:
    """How strangers' pairs spread over the levels of each field."""
    u = np.zeros((len(model.names), LEVELS))
    for i, name in enumerate(model.names):
        counts = np.bincount(random.levels[:, i], weight, LEVELS)
        counts[0] = 0.0
        people = table.fields[name]
        floor = 0.5 / ((people.codes != MISSING).sum() + USUAL_PEOPLE)
        usual = USUAL.get(name, USUAL_ELSE)
        for level, share in ((Level.EXACT, usual), (Level.NEAR, usual), (Level.CONFLICT, 1 - 2 * usual)):
            counts[level] += USUAL_PAIRS * share
        u[i] = np.maximum(counts / counts.sum(), floor)
        u[i] /= u[i, 1:].sum()
        u[i, 0] = 1.0
    return u


def _patterns(table: Table, pairs: Array, levels: Array) -> _Patterns:
    source = source_pairs(table, pairs)
    radix = LEVELS ** np.arange(levels.shape[1] + 1, dtype=np.int64)
    code = levels.astype(np.int64) @ radix[:-1] + source * radix[-1]
    _, first, counts = np.unique(code, return_index=True, return_counts=True)
    return _Patterns(levels[first], source[first], counts)


def _maximise(model: Model, table: Table, found: _Patterns, random: _Patterns) -> None:
    """Expectation maximisation over the distinct patterns of levels."""
    sources = len(table.source_names)
    base = np.array([EXPECTED.get(Level(level), 0.0) for level in range(LEVELS)])
    possible = _possible_pairs(table)
    for _ in range(ROUNDS):
        share = _posterior(model, found) * found.counts
        for i in range(len(model.names)):
            seen = np.bincount(found.levels[:, i], share, LEVELS)
            seen[0] = 0.0
            model.m[i] = (seen + STRENGTH * base) / (seen.sum() + STRENGTH * base.sum())
        for s in np.unique(found.source):
            a, b = divmod(int(s), sources)
            matches = share[found.source == s].sum()
            model.prior[a, b] = model.prior[b, a] = min((matches + 1.0) / (possible[a, b] + table.size), MOST_MATCHES)
        model.u = _shares(model, random, (1.0 - _posterior(model, random)) * random.counts, table)
        _make_monotone(model)


def _possible_pairs(table: Table) -> Array:
    count = np.bincount(table.sources, minlength=len(table.source_names)).astype(float)
    pairs = np.outer(count, count)
    np.fill_diagonal(pairs, count * (count - 1) / 2)
    return pairs


def _posterior(model: Model, found: _Patterns) -> Array:
    weights = model.weights()
    bits = total(
        model,
        [weights[i][found.levels[:, i]] for i in range(len(model.names))],
        found.levels,
        prior_bits(model)[found.source],
    )
    share: Array = 1.0 / (1.0 + np.exp2(-np.clip(bits, -60, 60)))
    return share


def _make_monotone(model: Model) -> None:
    """A closer agreement never weighs less than a looser one (pool adjacent violators, in m / u)."""
    order = [int(level) for level in ORDERED]
    for i in range(len(model.names)):
        blocks: list[list[int]] = []
        for level in order:
            blocks.append([level])
            while len(blocks) > 1 and _ratio(model, i, blocks[-2]) > _ratio(model, i, blocks[-1]):
                last = blocks.pop()
                blocks[-1] += last
        for block in blocks:
            if len(block) > 1:
                ratio = _ratio(model, i, block)
                model.m[i, block] = ratio * model.u[i, block]


def _ratio(model: Model, i: int, block: list[int]) -> float:
    return float(model.m[i, block].sum() / model.u[i, block].sum())
