"""What we write ourselves has arrived nowhere: it is in every history all the same, and belongs to its account."""

import pytest
from tests.store.town import say

from omnilink.model import Arrival
from omnilink.model.scope import Scope
from omnilink.store.base import Lookup
from omnilink.store.memory import MemoryStore

pytestmark = pytest.mark.anyio


async def test_it_is_in_the_history_and_in_its_conversation(desk, store, town):
    ours = await desk.say("out:1")
    (row,) = await store.read_timeline(town.scope, [desk.ana])
    assert (row.interaction, row.conversation) == (ours, desk.threads["t"])
    assert await store.read_conversation_items(town.scope, desk.threads["t"]) == [ours]
    assert await store.read_interactions(town.scope, [ours.id]) == [ours]
    (conversation,) = await store.read_conversations(town.scope)
    assert (conversation.interactions, conversation.last_at) == (1, ours.occurred_at)
    (contact,) = await store.read_contacts(town.scope)
    assert (contact.interactions, contact.last_at) == (1, ours.occurred_at)
    assert await store.check() == []
    assert (await store.read_ledger(town.scope)).balanced


async def test_it_is_seen_from_its_account_only(desk, store, town):
    ours = await desk.say("out:1", account="mail")
    for accounts, seen in (({"mail"}, [ours]), ({"sms", "mail"}, [ours]), ({"sms"}, []), (set(), [])):
        scope = Scope("town", frozenset(accounts))
        assert [row.interaction for row in await store.read_timeline(scope, [desk.ana])] == seen
        assert await store.read_interactions(scope, [ours.id]) == seen
        assert await store.read_conversation_items(scope, desk.threads["t"]) == seen
        assert len(await store.read_conversations(scope)) == len(seen)
        assert list(await store.read_revisions(scope, [ours.id])) == [i.id for i in seen]
        assert [row.interactions for row in await store.read_contacts(scope)] == [len(seen)]


async def test_copy_in_another_account_does_not_take_it_from_its_own(desk, store, town):
    ours = await desk.say("out:1", account="mail")
    copy = Arrival(account="archive", envelope="", event_key="copy")
    await desk.commit(arrivals=[(ours.id, copy)])
    views = {
        account: [i.arrivals for i in await store.read_interactions(Scope("town", frozenset({account})), [ours.id])]
        for account in ("mail", "archive", "sms")
    }
    assert views == {"mail": [()], "archive": [(copy,)], "sms": []}
    (read,) = await store.read_interactions(town.scope, [ours.id])
    assert read.arrivals == (copy,)


async def test_it_stands_among_what_arrived(desk, store, town):
    await town.deliver(store, say("1", thread="t"))
    await town.settle(store)
    desk.threads["t"] = (await store.read_context(town.scope, Lookup(conversation_keys=frozenset("t")))).conversations[
        "t"
    ]
    desk.ana = (await store.read_personas(town.scope, match_keys=["tel:+34600000001"]))[0].id
    ours = await desk.say("out:1")
    await town.deliver(store, say("2", thread="t"))
    await town.settle(store)
    rows = await store.read_timeline(town.scope, [desk.ana])
    assert [row.interaction.message_key for row in rows] == ["2", "out:1", "1"]
    (page,) = await store.read_timeline(
        town.scope, [desk.ana], before=(rows[0].interaction.occurred_at, ours.id), limit=1
    )
    assert page.interaction == ours


async def test_it_is_in_the_digest_by_what_it_says(desk, store, town):
    before = await store.read_digest(town.scope)
    await desk.say("out:1")
    one = await store.read_digest(town.scope)
    twin = type(desk)(type(town)(seed=9), MemoryStore())
    await twin.say("out:1")
    assert one == await twin.store.read_digest(town.scope) != before
    await twin.say("out:2")
    assert await twin.store.read_digest(town.scope) != one
