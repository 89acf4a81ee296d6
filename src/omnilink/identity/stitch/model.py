"""What was learned about a table, and what pairs weigh by it, in bits.

Fellegi and Sunter 1969. What differs from the textbook: an agreement on a rare value counts more, rarity counted in
people, not rows; places that go together in strangers too (a postcode and its town) are not added up; a surname and
an address lead to a household, and not yet to a person.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from omnilink.identity.stitch.candidates import distinct
from omnilink.identity.stitch.likeness import Level, compare_rows
from omnilink.identity.stitch.table import MISSING, Table

Array = np.ndarray[Any, np.dtype[Any]]

USUAL = {
    "given": 0.01, "family": 0.003, "middle": 0.05, "generation": 0.5, "birth": 1e-4, "birth_place": 0.02, "sex": 0.5,
    "city": 0.02, "postcode": 0.002, "state": 0.1, "street": 1e-3, "street_number": 0.01, "unit": 0.01,
    "occupation": 0.03, "maiden": 0.003,
}  # fmt: skip
"""How often two strangers agree exactly, before the table says more; on other fields as good as never."""
USUAL_ELSE = 1e-6
USUAL_PEOPLE = 100.0
"""How many people these expectations are worth."""
PLACES = ("street", "street_number", "unit", "city", "postcode", "state")
HOUSEHOLD = ("family", *PLACES)
HOUSEHOLD_BITS = -1.5
"""What a surname and an address can say at most, the prior included, until the table shows how many share one."""
AGREE: Array = np.array([False, False, False, True, True, True, False, True, True])
"""Which levels are agreement."""
AT_ONCE = 1_000_000
"""Pairs compared at once: what bounds the memory."""


@dataclass(slots=True, repr=False)
class Model:
    """What was learned.

    Attributes:
        names: the fields, in the order of the arrays.
        m: field × level: how often one person's rows show it.
        u: field × level: how often two strangers' rows do.
        prior: source × source: share of pairs that are one person's.
        lifts: (field, field, bits): what agreement on both counts too much.
        people_of_value: field → value → share of people that have it.
        household: bits that a surname and an address reach at most, the prior included.
    """

    names: tuple[str, ...]
    m: Array
    u: Array
    prior: Array
    lifts: list[tuple[int, int, float]] = field(default_factory=list)
    people_of_value: dict[str, Array] = field(default_factory=dict)
    household: float = HOUSEHOLD_BITS

    def weights(self) -> Array:
        """Field × level: bits."""
        bits: Array = np.log2(np.maximum(self.m, 1e-12) / self.u)
        bits[:, Level.MISSING] = 0.0
        return bits


def levels_of(table: Table, pairs: Array) -> Array:
    """Levels of pairs, pairs × fields."""
    left, right = pairs // table.size, pairs % table.size
    found = np.zeros((len(pairs), len(table.fields)), np.int8)
    for start in range(0, len(pairs), AT_ONCE):
        part = slice(start, start + AT_ONCE)
        for i, levels in enumerate(compare_rows(table.fields, left[part], right[part]).values()):
            found[part, i] = levels
    return found


def source_pairs(table: Table, pairs: Array) -> Array:
    """Which two sources each pair is from, as one number."""
    a, b = table.sources[pairs // table.size], table.sources[pairs % table.size]
    found: Array = np.minimum(a, b).astype(np.int64) * len(table.source_names) + np.maximum(a, b)
    return found


def prior_bits(model: Model) -> Array:
    """Bits before anything is compared, for each pair of sources (flattened)."""
    bits: Array = np.log2(model.prior / (1 - model.prior)).ravel()
    return bits


def total(model: Model, bits: list[Array], levels: Array, prior: Array) -> Array:
    """What the fields say together: no field is counted twice, and a household is not yet a person.

    Args:
        model: what was learned.
        bits: for each field, the bits of all pairs.
        levels: pairs × fields.
        prior: bits before anything is compared.
    """
    household = prior.copy()
    personal = np.zeros(len(prior))
    for name, of_field in zip(model.names, bits, strict=True):
        if name in HOUSEHOLD:
            household += of_field
        else:
            personal += of_field
    for a, b, lift in model.lifts:
        household -= lift * (AGREE[levels[:, a]] & AGREE[levels[:, b]])
    found: Array = np.minimum(household, model.household) + personal
    return found


def count_people(table: Table, person: Array) -> dict[str, Array]:
    """Field → value → share of people who have that value (half a person less, for the one it was found on).

    Args:
        table: the rows.
        person: row → the person it is taken for.
    """
    shares = {}
    for name, of_field in table.fields.items():
        rows = np.flatnonzero(of_field.codes != MISSING)
        both = distinct(of_field.codes[rows].astype(np.int64) * table.size + person[rows])
        counts = np.bincount(both // table.size, minlength=len(of_field.values))
        people = len(distinct(person[rows]))
        usual = USUAL_PEOPLE * USUAL.get(name, USUAL_ELSE)
        shares[name] = np.maximum(counts - 0.5 + usual, 0.5) / (people + USUAL_PEOPLE)
    return shares


def field_bits(model: Model, table: Table, pairs: Array, levels: Array) -> list[Array]:
    """For each field the bits of all pairs; agreement on a rare value counts more."""
    weights = model.weights()
    bits = []
    for i, name in enumerate(model.names):
        of_field = weights[i][levels[:, i]]
        exact = levels[:, i] == Level.EXACT
        codes, shares = table.fields[name].codes, model.people_of_value[name]
        # Where two texts agree without being equal (a second given name left out), the commoner one counts.
        share = np.maximum(shares[codes[pairs[exact] // table.size]], shares[codes[pairs[exact] % table.size]])
        of_field[exact] += np.log2(model.u[i, Level.EXACT] / share)
        bits.append(of_field)
    return bits


def score(model: Model, table: Table, pairs: Array, levels: Array) -> Array:
    """Bits for each pair: the prior, every field, rarity, and what was counted twice."""
    return total(model, field_bits(model, table, pairs, levels), levels, prior_bits(model)[source_pairs(table, pairs)])


def explain_pair(
    model: Model, table: Table, a: int, b: int
) -> tuple[list[tuple[str, int | None, float]], float, Array]:
    """The parts of one pair's sum.

    Returns:
        (what, level, bits) from the prior on, the sum, and the levels.
    """
    pair = np.array([min(a, b) * table.size + max(a, b)])
    levels = levels_of(table, pair)
    bits = field_bits(model, table, pair, levels)
    prior = prior_bits(model)[source_pairs(table, pair)]
    whole = float(total(model, bits, levels, prior)[0])
    steps: list[tuple[str, int | None, float]] = [("prior", None, float(prior[0]))]
    for name, level, of_field in zip(model.names, levels[0], bits, strict=True):
        if level != Level.MISSING:
            steps.append((name, int(level), float(of_field[0])))
    twice = sum(lift for x, y, lift in model.lifts if AGREE[levels[0, x]] and AGREE[levels[0, y]])
    if twice:
        steps.append(("together", None, -twice))
    rest = whole - sum(step[2] for step in steps)
    if abs(rest) > 0.005:
        steps.append(("household", None, rest))
    return steps, whole, levels[0]
