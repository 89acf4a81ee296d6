"""The partition is a function of what was seen and what humans said: of no order, and without a trace of what went."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.identity.online.histories import anew, state, wander
from tests.identity.online.sightings import TIGHT, seen

from omnilink.identity.online.weights import Weights, default_weights

SEEDS = st.integers(0, 2**32)
WEIGHTS = st.sampled_from([default_weights(), TIGHT])


def check(seed: int, weights: Weights, steps: int) -> None:
    history = wander(seed, weights, steps)
    fresh = anew(history, seed + 1)
    assert dict(history.resolver.partition()) == dict(fresh.partition())
    assert state(history.resolver) == state(fresh)


@settings(max_examples=150)
@given(SEEDS, WEIGHTS, st.sampled_from([15, 30, 60]))
def test_state_after_any_history_is_the_state_of_what_is_left_in_any_order(seed, weights, steps):
    check(seed, weights, steps)


@pytest.mark.long
@settings(max_examples=10_000)
@given(SEEDS, WEIGHTS, st.sampled_from([15, 30, 60, 90]))
def test_state_is_exact_after_ten_thousand_histories(seed, weights, steps):
    check(seed, weights, steps)


@settings(max_examples=60)
@given(SEEDS, WEIGHTS)
def test_what_was_seen_and_forgotten_leaves_nothing_behind(seed, weights):
    history = wander(seed, weights, 30, humans=False)
    before = state(history.resolver)
    extra = seen("extra", 400, keys=["tel:+34600110000"], full_name="Ana Ruiz", born="1980-02-01", case="c1")
    history.resolver.observe(extra)
    history.resolver.forget("extra")
    assert state(history.resolver) == before


@settings(max_examples=60)
@given(SEEDS, WEIGHTS)
def test_an_emptied_directory_holds_nothing(seed, weights):
    history = wander(seed, weights, 30)
    for number in list(history.decided):
        history.resolver.revoke(number)
    for id in list(history.seen):
        history.resolver.forget(id)
    d = history.resolver.directory
    kept = {name: value for name, value in vars(d).items() if name != "numbers" and value}
    assert kept == {}


@settings(max_examples=60)
@given(SEEDS, WEIGHTS)
def test_a_revoked_decision_leaves_the_partition_as_if_never_made(seed, weights):
    history = wander(seed, weights, 30)
    if len(history.seen) < 2:
        return
    before = state(history.resolver)
    a, *_, b = sorted(history.seen)
    for decide in (history.resolver.confirm, history.resolver.reject):
        history.resolver.revoke(decide(a, b, by="ana", at=1).number)
        assert state(history.resolver) == before


@settings(max_examples=80)
@given(SEEDS, WEIGHTS)
def test_explanations_and_members_say_what_the_partition_says(seed, weights):
    history = wander(seed, weights, 30)
    resolver = history.resolver
    contact = dict(resolver.partition())
    for a in list(history.seen)[:8]:
        assert contact[a] == resolver.contact(a)
        assert set(resolver.members(a)) == {id for id, found in contact.items() if found == contact[a]}
        for b in list(history.seen)[:8]:
            waterfall = resolver.explain(a, b)
            assert waterfall.together is (contact[a] == contact[b])
            assert waterfall.together or waterfall.why
