"""Two tenants never see each other, whatever they have in common and whatever they ask."""

import dataclasses

import pytest
from anyio.from_thread import start_blocking_portal
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.store.town import Town, about, say

from omnilink.errors import NotFound
from omnilink.model import EnvelopeState
from omnilink.model.persona import Revocation
from omnilink.model.scope import Scope
from omnilink.store.base import Change, Lookup
from omnilink.store.memory import MemoryStore
from omnilink.store.sqlite import SqliteStore

KEYS = st.sampled_from("abc")
EVENTS = st.one_of(
    st.builds(say, KEYS, st.sampled_from(["tel:+34600000001", "tel:+34600000002"])),
    st.builds(about, KEYS.map("about {}".format), KEYS),
    KEYS.map(lambda key: {"ignore": f"ignore {key}"}),
    KEYS.map(lambda key: {"bad": key}),
)
DELIVERIES = st.lists(
    st.tuples(
        st.booleans(), st.sampled_from("xy"), st.lists(EVENTS, min_size=1, max_size=3), st.one_of(st.none(), KEYS)
    ),
    min_size=1, max_size=8,
)  # fmt: skip
EVERY_KEY = [*"abc", *(f"{kind} {key}" for kind in ("about", "ignore") for key in "abc")]
LOOKUP = Lookup(
    events=frozenset((account, key) for account in "xy" for key in EVERY_KEY),
    messages=frozenset("abc"),
    personas=frozenset(f"tel:+3460000000{n}" for n in (1, 2)),
    match_keys=frozenset(f"tel:+3460000000{n}" for n in (1, 2)),
    conversation_keys=frozenset(f"dm:tel:+3460000000{n}" for n in (1, 2)),
)


async def everything(store, scope: Scope) -> dict[str, object]:
    """All that can be read within a scope, every method once."""
    envelopes = await store.read_envelopes(scope, limit=1000)
    contacts = await store.read_contacts(scope)
    personas = await store.read_personas(scope, match_keys=list(LOOKUP.match_keys))
    rows = await store.read_timeline(scope, [p.id for p in personas])
    conversations = await store.read_conversations(scope)
    ids = [row.interaction.id for row in rows]
    whole = {} if scope.accounts else {
        "context": await store.read_context(scope, LOOKUP), "digest": await store.read_digest(scope),
    }  # fmt: skip
    return {
        **whole,
        "envelopes": envelopes,
        "by state": [await store.read_envelopes(scope, state=state) for state in EnvelopeState],
        "pending": await store.read_pending(scope, limit=1000),
        "cursors": {
            account: await store.read_cursor(scope, account)
            for account in "xy" if scope.accounts is None or account in scope.accounts
        },
        "contacts": contacts,
        "personas": personas,
        "components": [await store.read_component(scope, p.id) for p in personas],
        "rows": rows,
        "interactions": await store.read_interactions(scope, ids),
        "revisions": await store.read_revisions(scope, ids),
        "conversations": conversations,
        "items": [await store.read_conversation_items(scope, c.id) for c in conversations],
        "ledger": await store.read_ledger(scope),
    }  # fmt: skip


async def live(store, towns: list[Town], deliveries) -> None:
    for second, account, events, key in deliveries:
        town = towns[second]
        if town is not None:
            await town.deliver(store, *events, account=account, key=key)
            await store.commit_envelopes(town.scope, [], cursor=(account, f"{town.tenant} {key}"))
            await store.commit_refusal(town.scope, account, f"reason {key}")
            await town.settle(store)


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(deliveries=DELIVERIES)
def test_a_tenant_has_what_it_would_have_alone(tmp_path_factory, deliveries):
    """Both tenants make the same ids and the same keys: nothing but the tenant tells their records apart."""
    with start_blocking_portal() as portal:
        folder = tmp_path_factory.mktemp("tenants")
        for make in (MemoryStore, lambda: portal.call(SqliteStore.open, folder / "town.db")):
            shared, alone = make(), MemoryStore()
            portal.call(live, shared, [Town("first"), Town("second")], deliveries)
            portal.call(live, alone, [Town("first"), None], deliveries)
            for scope in (Scope("first"), Scope("first", frozenset("x"))):
                assert portal.call(everything, shared, scope) == portal.call(everything, alone, scope)
            nothing = portal.call(everything, shared, Scope("third"))
            assert nothing == portal.call(everything, MemoryStore(), Scope("third"))
            assert portal.call(shared.check) == []
            portal.call(shared.aclose)


@pytest.mark.anyio
async def test_ids_of_another_tenant_are_not_there(store, town):
    await town.deliver(store, say("1"), say("2", "tel:+34600000002"), {"bad": "3"})
    await town.settle(store)
    people = await store.read_personas(town.scope, match_keys=["tel:+34600000001", "tel:+34600000002"])
    link = town.link(*people)
    await store.commit_change(town.scope, Change(links=[link]))
    (envelope,) = await store.read_envelopes(town.scope)
    row, *_ = await store.read_timeline(town.scope, [people[0].id])
    before = await store.read_digest(town.scope)
    other = Scope("other")
    assert await store.read_envelopes(other, ids=[envelope.id]) == []
    assert await store.commit_replay(other, [envelope.id]) == 0
    assert await store.read_personas(other, ids=[p.id for p in people]) == []
    assert await store.read_timeline(other, [p.id for p in people]) == []
    assert await store.read_interactions(other, [row.interaction.id]) == []
    assert await store.read_revisions(other, [row.interaction.id]) == {}
    assert await store.read_conversations(other, ids=[row.conversation]) == []
    assert await store.read_conversation_items(other, row.conversation) == []
    assert (await store.read_context(other, Lookup(contacts=frozenset({people[0].id})))).members == {}
    with pytest.raises(NotFound):
        await store.read_component(other, people[0].id)
    with pytest.raises(NotFound):
        await store.read_link(other, link.id)
    for change in (
        Change(memberships={people[0].id: people[0].id}),
        Change(revoked=[Revocation(link.id, town.now(), "eva", "x")]),
        Change(conversation_keys={"x": row.conversation}),
        Change(attributions=[town.attribution(row.interaction.id, people[0].id)]),
    ):
        with pytest.raises(NotFound):
            await store.commit_change(other, dataclasses.replace(change))
    assert await store.read_digest(town.scope) == before
