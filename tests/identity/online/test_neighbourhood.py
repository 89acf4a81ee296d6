"""What is decided in a neighbourhood is what would be decided in a directory of everything."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.identity.online.shelves import Shelves
from tests.identity.online.sightings import TIGHT, sighting

from omnilink.identity.online.neighbourhood import Known, Neighbourhood
from omnilink.identity.online.resolver import OnlineResolver
from omnilink.identity.online.weights import Weights, default_weights

SEEDS = st.integers(0, 2**32)
WEIGHTS = st.sampled_from([default_weights(), TIGHT])


def compare(seed: int, weights: Weights, steps: int, *, decisions: int = 0, batch: int = 3) -> None:
    rng = random.Random(seed)
    whole, shelves = OnlineResolver(weights=weights), Shelves()
    stored = [sighting(rng, n) for n in range(steps)]
    for o in stored:
        whole.observe(o)
        shelves.put(o)
    for _ in range(decisions):
        a, b = rng.sample([o.id for o in stored], 2)
        (whole.confirm if rng.random() < 0.5 else whole.reject)(a, b, by="ana", at=1)
    near = Neighbourhood(weights)
    near.enforce(whole.directory.decisions.values())
    for turn in range(2):  # the second time over what is loaded already
        new = [sighting(rng, steps + turn * batch + n) for n in range(batch)]
        shelves.fill(near, near.needs(new))
        region = near.begin()
        for o in new:
            near.enter(Known(o, ""))
            whole.observe(o)
        while wanted := near.missing(region):
            shelves.fill(near, wanted)
        check(near, region, whole)
        near.keep(0, {})
        for o in new:
            shelves.put(o)


def check(near: Neighbourhood, region, whole: OnlineResolver) -> None:
    d, everything = near.directory, whole.directory
    components = near.components(region)
    for component in components:
        for number, p in component.members.items():
            twin = everything.personas[p.signature]
            assert d.slots.keys() >= p.seen.keys()
            assert p.seen == twin.seen
            here = {q.signature for q in d.person[number].members}
            there = {q.signature for q in everything.person[twin.number].members}
            assert here == there
            mine = {d.by_number[n].signature: w for n, w in d.links[number].items() if w.tie}
            theirs = {everything.by_number[n].signature: w for n, w in everything.links[twin.number].items() if w.tie}
            assert mine == theirs
    for key in near.asked(region, components):
        hot = near.is_hot(key)
        for bare in d.nameless.get(key, ()):
            if not hot or bare.id in region.moved:
                assert whole.decided(bare.id) == near.resolver.decided(bare.id)
    for id in region.moved & d.slots.keys():
        assert d.slots[id] == everything.slots[id]


@settings(max_examples=40)
@given(SEEDS, WEIGHTS, st.sampled_from([10, 40, 80]), st.sampled_from([0, 3]))
def test_a_neighbourhood_decides_as_a_directory_of_everything(seed, weights, steps, decisions):
    compare(seed, weights, steps, decisions=decisions)


@pytest.mark.long
@settings(max_examples=10_000)
@given(SEEDS, WEIGHTS, st.sampled_from([10, 40, 80, 150]), st.sampled_from([0, 3, 8]), st.integers(1, 8))
def test_a_neighbourhood_is_exact_after_ten_thousand_histories(seed, weights, steps, decisions, batch):
    compare(seed, weights, steps, decisions=decisions, batch=batch)
