"""The digest is the same for the same input, whatever the batches, ids and clocks; and another for other input."""

import random
from datetime import timedelta

import pytest
from tests.store.town import Town, about, say

from omnilink.errors import ScopeDenied
from omnilink.model import Consent, Method, Verdict
from omnilink.model.persona import Revocation
from omnilink.model.scope import Scope
from omnilink.store.base import Change
from omnilink.store.memory import MemoryStore

pytestmark = pytest.mark.anyio
DAY = [
    [say("1", "tel:+34600000001", at=10)],
    [about("r1", "2"), {"ignore": "i1"}],
    [say("2", "tel:+34600000002", at=20), say("3", "tel:+34600000001", at=None)],
    [say("1", "tel:+34600000001", at=10)],
    [about("r2", "1"), about("r3", "never")],
    [{"bad": "b1"}, say("4", "tel:+34600000003", thread="dm:tel:+34600000001", at=40)],
    [say("5", message="1", at=10)],
]


async def digest_of(store, town: Town, *, limit: int, order: list[int] | None = None) -> str:
    for n in order or range(len(DAY)):
        await town.deliver(store, *DAY[n], key=str(n))
        await town.deliver(store, *DAY[n], key=str(n))  # a redelivery counts, but changes nothing
    await town.settle_all(store, limit=limit)
    return await store.read_digest(town.scope)


async def test_batch_borders_ids_and_clocks_make_no_difference(store):
    expected = await digest_of(MemoryStore(), Town(), limit=100)
    later = Town(seed=1)
    later._clock += timedelta(days=3)
    assert await digest_of(store, later, limit=2) == expected


@pytest.mark.parametrize("seed", range(3))
async def test_the_order_of_independent_deliveries_makes_no_difference(store, seed):
    order = [0, 1, 2, 4, 5]  # without those that repeat another's message
    random.Random(seed).shuffle(order)
    expected = await digest_of(MemoryStore(), Town(), limit=100, order=sorted(order))
    assert await digest_of(store, Town(seed=seed), limit=1 + seed, order=order) == expected


async def test_refusals_and_attempts_make_no_difference(store, town):
    expected = await digest_of(store, town, limit=100)
    await store.commit_refusal(town.scope, "sms", "signature")
    bad = [e.id for e in await store.read_envelopes(town.scope) if e.reason]
    assert await store.commit_replay(town.scope, bad) == 1
    assert await store.read_digest(town.scope) != expected
    await town.settle_all(store)
    assert await store.read_digest(town.scope) == expected


async def test_every_kind_of_difference_is_seen(store, town):
    await digest_of(store, town, limit=100)
    a, b, c = sorted(await store.read_personas(town.scope, match_keys=[f"tel:+3460000000{n}" for n in (1, 2, 3)]),
                     key=lambda p: p.key)  # fmt: skip
    (row, *_) = await store.read_timeline(town.scope, [a.id])
    threads = await store.read_conversations(town.scope)
    link, different = town.link(a, b), town.link(b, c, Verdict.DIFFERENT)
    other = town.persona("tel:+34699999999", "ana")
    consent = Consent(persona=a.id, state="withdrawn", evidence="1", at=town.now())
    claimed = other.model_copy(update={"key": "ext:1", "handle": None, "match_keys": (), "id": town.ids()})
    seen = {await store.read_digest(town.scope)}
    for change in (
        Change(personas=[other]),
        Change(personas=[claimed]),
        Change(links=[link], memberships={b.id: a.id}),
        Change(links=[different]),
        Change(revoked=[Revocation(link.id, town.now(), "ana", "x")]),
        Change(revoked=[Revocation(link.id, town.now(), "eva", "x")]),
        Change(memberships={b.id: b.id}),
        Change(attributions=[town.attribution(row.interaction.id, b.id)]),
        Change(attributions=[town.attribution(row.interaction.id, b.id, method=Method.OTP)]),
        Change(merges=[(threads[0].id, threads[1].id)]),
        Change(conversation_keys={"new": threads[0].id}),
        Change(consents=[consent]),
        Change(interactions=[town.interaction("9", threads[0].id)]),
        Change(interactions=[town.interaction("9", threads[0].id, content="c")]),
    ):
        await store.commit_change(town.scope, change)
        digest = await store.read_digest(town.scope)
        assert digest not in seen, change
        seen.add(digest)
    await town.deliver(store, {"ignore": "z"})
    for _ in range(2):
        digest = await store.read_digest(town.scope)
        assert digest not in seen
        seen.add(digest)
        await town.settle(store)


async def test_a_time_of_the_vendors_is_seen_and_one_of_ours_is_not(store):
    digests = []
    for at in (1, 2, None):
        town = Town(tenant=f"at {at}")
        await town.deliver(store, say("1", at=at))
        await town.settle(store)
        digests.append(await store.read_digest(town.scope))
    late = Town(tenant="late", seed=5)
    late._clock += timedelta(hours=1)
    await late.deliver(store, say("1", at=None))
    await late.settle(store)
    digests.append(await store.read_digest(late.scope))
    assert len(set(digests)) == 3
    assert digests[2] == digests[3]


async def test_a_digest_is_of_the_whole_tenant(store, town):
    with pytest.raises(ScopeDenied):
        await store.read_digest(Scope("town", frozenset({"sms"})))
    assert await store.read_digest(town.scope) == await store.read_digest(Scope("nobody yet"))
