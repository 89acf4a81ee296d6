"""Levels, candidates and clustering, each alone."""

import random
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnilink.identity.stitch.candidates import PAIRS_A_ROW, WINDOW, block_keys, distinct, find_candidates
from omnilink.identity.stitch.cluster import UNSEEN_BITS, cluster, unseen_pairs
from omnilink.identity.stitch.likeness import Level, compare_rows
from omnilink.identity.stitch.table import read_table_of


def levels(one, other):
    table = read_table_of([one, other])
    found = compare_rows(table.fields, np.array([0]), np.array([1]))
    return {name: Level(int(level[0])) for name, level in found.items()}


@pytest.mark.parametrize(
    ("field", "one", "other", "level"),
    [
        ("first_name", "Robert", "robert", Level.EXACT), ("first_name", "Bob", "Robert", Level.ALIAS),
        ("first_name", "R", "Robert", Level.INITIAL),
        ("first_name", "Rboert", "Robert", Level.NEAR), ("first_name", "Osrac", "Oscar", Level.NEAR),
        ("first_name", "Ada", "Hugo", Level.CONFLICT),
        ("first_name", "Мария", "Mariya", Level.EXACT), ("surname", "Müller", "Mueller", Level.ALIAS),
        ("surname", "García López", "García", Level.PARTIAL), ("surname", "Bergmann", "Steiner", Level.CONFLICT),
        ("dob", "1980-02-01", "1980-01-02", Level.ALIAS), ("dob", "1980-02-01", "1980-02-03", Level.ALIAS),
        ("dob", "1980-02-01", "1980-02-27", Level.NEAR),
        ("dob", "1980", "1980-02-01", Level.PARTIAL), ("dob", "1980-02-01", "1951-11-28", Level.CONFLICT),
        ("phone", "0170 1234567", "+49 170 1234567", Level.EXACT),
        ("phone", "0170 1234567", "0170 1234568", Level.NEAR),
        ("ssn", "123-45-6789", "123456789", Level.EXACT), ("ssn", "123456789", "123456788", Level.NEAR),
        ("ssn", "123456789", "987654321", Level.CONFLICT),
        ("email", "ana.b@x.example", "anab@x.example", Level.ALIAS), ("city", "Altdorf", "Altdrof", Level.NEAR),
        ("sex", "F", "male", Level.CONFLICT),
    ],
)  # fmt: skip
def test_each_field_has_its_levels(field, one, other, level):
    extra = {} if field in ("first_name", "surname") else {"surname": "Berg"}
    name = {"first_name": "given", "surname": "family", "dob": "birth", "ssn": "national_id"}.get(field, field)
    assert levels({field: one, **extra}, {field: other, **extra})[name] is level


def test_swapped_names_are_a_level_of_their_own():
    found = levels({"first_name": "Ada", "surname": "Berg"}, {"first_name": "Berg", "surname": "Ada"})
    assert found == {"given": Level.SWAPPED, "family": Level.SWAPPED}
    half = levels({"first_name": "", "surname": "Ada"}, {"first_name": "Ada", "surname": "Berg"})
    assert half == {"given": Level.MISSING, "family": Level.SWAPPED}


def test_what_is_not_stated_is_missing():
    assert levels({"surname": "Berg", "dob": ""}, {"surname": "Berg", "dob": "1980"})["birth"] is Level.MISSING


def test_a_key_that_all_share_costs_a_bounded_number_of_pairs():
    rows = [{"surname": f"Name{i}", "phone": "0170 1111111"} for i in range(3000)]
    table = read_table_of(rows)
    kinds = sum(1 for _ in block_keys(table))
    assert len(find_candidates(table)) <= kinds * PAIRS_A_ROW * 3000
    assert WINDOW < PAIRS_A_ROW


def test_rows_one_slip_apart_are_candidates(register):
    rows, truth = register.make_register(people=900, seed=3)
    pairs = set(find_candidates(read_table_of(rows)).tolist())
    true = {b * len(rows) + a for a in range(len(rows)) for b in range(a) if truth[a] == truth[b]}
    assert len(true & pairs) / len(true) > 0.99
    assert len(pairs) < len(rows) * len(rows) / 8


@given(st.lists(st.integers(0, 40)))
def test_distinct_is_the_sorted_set(numbers):
    assert distinct(np.array(numbers, np.int64)).tolist() == sorted(set(numbers))


def grouped(size, weights, **limits):
    pairs = sorted((min(pair) * size + max(pair), bits) for pair, bits in weights.items())
    numbers, bits = np.array([p for p, _ in pairs]), np.array([b for _, b in pairs], float)
    return cluster(size, numbers, bits, threshold=1.0, average=-1.0, **limits).tolist()


def test_a_chain_does_not_close_over_a_conflict():
    assert grouped(3, {(0, 1): 9.0, (1, 2): 8.0, (0, 2): -20.0}) == [0, 0, 2]


def test_a_bad_row_may_be_outweighed():
    assert grouped(4, {(0, 1): 9.0, (0, 2): 9.0, (1, 2): 9.0, (0, 3): 6.0, (1, 3): 6.0, (2, 3): -6.0}) == [0, 0, 0, 0]


def test_a_barred_pair_is_never_together():
    barred = np.array([False, True, False])
    assert grouped(3, {(0, 1): 9.0, (0, 2): 30.0, (1, 2): 8.0}, barred=barred) == [0, 0, 2]


@given(
    st.dictionaries(
        st.tuples(st.integers(0, 7), st.integers(0, 7)).filter(lambda p: p[0] < p[1]), st.floats(-20, 20), min_size=1
    )
)
def test_groups_do_not_depend_on_the_order_of_pairs_and_respect_bars(weights):
    size = 8
    pairs = sorted(weights)
    numbers = np.array([a * size + b for a, b in pairs])
    bits = np.array([weights[pair] for pair in pairs])
    barred = bits < -15
    found = cluster(size, numbers, bits, threshold=1.0, barred=barred)
    for (a, b), no in zip(pairs, barred, strict=True):
        assert not (no and found[a] == found[b])
    assert found.tolist() == cluster(size, numbers.copy(), bits.copy(), threshold=1.0, barred=barred.copy()).tolist()


def test_pairs_of_a_component_that_were_not_compared_are_found():
    pairs = np.array([0 * 4 + 1, 1 * 4 + 2])
    assert unseen_pairs(4, pairs, np.array([5.0, 5.0]), threshold=1.0).tolist() == [0 * 4 + 2]


@given(
    st.integers(2, 40).flatmap(
        lambda size: st.tuples(
            st.just(size),
            st.lists(st.tuples(st.integers(0, size - 1), st.integers(0, size - 1), st.floats(-8, 8)), max_size=60),
        )
    )
)
def test_without_a_mean_to_reach_groups_are_what_hangs_together_over_strong_pairs(graph):
    size, edges = graph
    weight = {min(a, b) * size + max(a, b): w for a, b, w in edges if a != b}
    pairs = np.array(sorted(weight), np.int64)
    label = cluster(size, pairs, np.array([weight[p] for p in sorted(weight)]), threshold=1.0, average=-100.0)
    group = list(range(size))
    for pair in sorted(weight):
        if weight[pair] >= 1.0:
            one, other = group[pair // size], group[pair % size]
            group = [min(one, other) if at in (one, other) else at for at in group]
    assert label.tolist() == group


def joined_step_by_step(size, weight, barred, threshold, average):
    """Row → first row of its group: always the two groups whose pairs weigh most on average become one."""
    groups = [[row] for row in range(size)]
    while True:
        best = None
        for one, other in combinations(groups, 2):
            between = [(min(a, b), max(a, b)) for a in one for b in other]
            if any(pair in barred for pair in between) or max(weight.get(pair, -30.0) for pair in between) < threshold:
                continue
            mean = sum(weight.get(pair, UNSEEN_BITS) for pair in between) / len(between)
            if mean >= average and (best is None or mean > best[0]):
                best = mean, one, other
        if best is None:
            return [next(min(group) for group in groups if row in group) for row in range(size)]
        groups = [group for group in groups if group not in best[1:]] + [best[1] + best[2]]


@given(
    st.integers(0, 2**32), st.integers(2, 9), st.sampled_from([0.2, 0.7, 1.0]), st.sampled_from([-8.0, -2.0, 2.0]),
    st.sampled_from([(1.0, 0.0), (1.0, -1.0), (-1.0, 0.0)]),
)  # fmt: skip
def test_groups_are_those_of_always_joining_the_two_that_fit_best(seed, size, share, least, limits):
    rng = random.Random(seed)
    weight = {pair: rng.uniform(least, 9) for pair in combinations(range(size), 2) if rng.random() < share}
    barred = {pair for pair in weight if rng.random() < 0.1}
    numbers = np.array([a * size + b for a, b in weight], np.int64)
    bits, cannot = np.array(list(weight.values()), float), np.array([pair in barred for pair in weight], bool)
    found = cluster(size, numbers, bits, threshold=limits[0], average=limits[1], barred=cannot)
    assert found.tolist() == joined_step_by_step(size, weight, barred, *limits)


def test_a_single_pair_that_is_barred_stays_apart():
    assert cluster(2, np.array([1]), np.array([9.0]), threshold=1.0, barred=np.array([True])).tolist() == [0, 1]
