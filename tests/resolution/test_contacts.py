"""The contacts of a hub are what the resolver says of everything that was seen."""

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.ingest.conftest import Town
from tests.resolution.histories import attributed, history, resolved

from omnilink.identity.components import partition

pytestmark = pytest.mark.anyio
NOBODY = ("household", "rest", "place", "child", "unvouched-call")


async def check(town: Town) -> None:
    """Holds the contacts of a town against the resolver's people."""
    resolver, contacts = await resolved(town), await attributed(town)
    people: dict[str, set[str]] = {}
    told: dict[str, set[str]] = {}
    for id, contact in contacts.items():
        decided = resolver.decided(id)
        if decided.why in NOBODY:
            continue  # the store keeps them together under their handle
        people.setdefault(decided.contact, set()).add(contact)
        told.setdefault(contact, set()).add(decided.contact)
    assert all(len(found) == 1 for found in people.values())
    assert all(len(found) == 1 for found in told.values())
    await check_links(town)


async def check_links(town: Town) -> None:
    """The partition by the links in force is the one that is stored, and nothing is blocked."""
    links, groups = [], []
    for row in await town.hub.contacts(limit=10_000):
        component = await town.store.read_component(town.hub.scope, row.id)
        links += component.links
        groups.append(sorted(p.key for p in component.personas))
    found = partition([key for keys in groups for key in keys], {link.id: link for link in links}.values())
    assert sorted(found.members().values()) == sorted(groups)
    assert not found.conflicts
    assert not await town.store.check()


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 2**32), st.sampled_from([5, 20, 40]))
async def test_contacts_are_the_resolvers_people_after_any_history(make_town, seed, events):
    town = make_town()
    rng, todo = random.Random(seed), history(seed, events)
    while todo:
        size = rng.randint(1, 8)
        await town.send(*([e] for e in todo[:size]))
        todo = todo[size:]
        if rng.random() < 0.2:
            town.restart()
    await check(town)
    assert (await town.hub.ledger()).balanced


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 2**32), st.sampled_from([5, 15, 30]))
async def test_batch_borders_restarts_and_second_processes_make_no_difference(make_town, seed, events):
    found = []
    for way in range(3):
        town, rng = make_town(), random.Random(seed + way)
        todo = history(seed, events)
        while todo:
            size = len(todo) if way == 0 else rng.randint(1, 5)
            await town.send(*([e] for e in todo[:size]), process=False)
            if way == 2:
                town.swap()
            await town.hub.process()
            todo = todo[size:]
        found.append(await town.store.read_digest(town.hub.scope))
    assert found[0] == found[1] == found[2]
