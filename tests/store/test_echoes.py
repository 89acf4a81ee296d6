"""An echo that came before its message's names were known is the message: nothing of it is lost or there twice."""

import pytest
from tests.store.desk import Desk
from tests.store.town import Town, about, say

from omnilink.errors import Conflict, NotFound
from omnilink.model import Arrival, Revision, RevisionAction
from omnilink.model.scope import Scope
from omnilink.store.base import Change, EventState, Lookup, SettledEvent
from omnilink.store.memory import MemoryStore

pytestmark = pytest.mark.anyio
ANA = "tel:+34600000001"


async def echo_of(desk: Desk, *, thread: str = "t", key: str = "p:1", **more) -> str:
    """The echo as the platform tells it, with a receipt; returns its id."""
    await desk.town.deliver(desk.store, say(key, ANA, thread=thread, **more), about(f"read {key}", key))
    await desk.town.settle(desk.store)
    if not desk.ana:
        desk.ana = (await desk.store.read_personas(desk.town.scope, match_keys=[ANA]))[0].id
    return (await desk.context(key)).messages[key][0].id


@pytest.fixture
async def both(desk):
    """Ours, and its echo."""
    ours = await desk.say("out:1")
    return ours, await echo_of(desk)


async def test_what_was_said_of_the_echo_is_said_of_ours(desk, store, town, both):
    ours, echo = both
    (arrived,) = (await store.read_interactions(town.scope, [echo]))[0].arrivals
    (receipt,) = (await store.read_revisions(town.scope, [echo]))[echo]
    await desk.commit(shadowed=[(echo, ours.id)])
    (read,) = await store.read_interactions(town.scope, [ours.id])
    assert read == ours.model_copy(update={"arrivals": (arrived,)})
    assert await store.read_revisions(town.scope, [ours.id]) == {
        ours.id: [receipt.model_copy(update={"interaction": ours.id})]
    }
    lookup = Lookup(events=frozenset({("sms", "p:1"), ("sms", "read p:1")}))
    assert set((await store.read_context(town.scope, lookup)).events.values()) == {ours.id}
    assert await store.check() == []
    assert (await store.read_ledger(town.scope)).balanced


async def test_the_echo_leaves_history_conversation_and_counts(desk, store, town, both):
    ours, echo = both
    for scope in (town.scope, Scope("town", frozenset({"sms"}))):
        assert len(await store.read_timeline(scope, [desk.ana])) == 2
    await desk.commit(shadowed=[(echo, ours.id)])
    for scope in (town.scope, Scope("town", frozenset({"sms"}))):
        assert [row.interaction.id for row in await store.read_timeline(scope, [desk.ana])] == [ours.id]
        (contact,) = await store.read_contacts(scope)
        assert (contact.interactions, contact.last_at) == (1, ours.occurred_at)
        (conversation,) = await store.read_conversations(scope)
        assert (conversation.interactions, conversation.first_at, conversation.last_at) == (
            1,
            ours.occurred_at,
            ours.occurred_at,
        )
        assert [i.id for i in await store.read_conversation_items(scope, conversation.id)] == [ours.id]
        assert await store.read_revisions(scope, [echo]) == {echo: []}


async def test_every_name_of_the_echo_is_a_name_of_ours(desk, store, town, both):
    ours, echo = both
    await desk.commit(message_keys={"p:alt": echo})
    await desk.commit(shadowed=[(echo, ours.id)], message_keys={"p:1": ours.id, "p:more": ours.id})
    messages = (await desk.context("out:1", "p:1", "p:alt", "p:more")).messages
    names = ("out:1", "p:1", "p:alt", "p:more")
    assert {key: [ref.id for ref in refs] for key, refs in messages.items()} == {key: [ours.id] for key in names}
    await town.deliver(store, about("later", "p:1"), say("again", ANA, message="p:1", thread="t"))
    await town.settle(store)
    assert [r.event_key for r in (await store.read_revisions(town.scope, [ours.id]))[ours.id]] == ["read p:1", "later"]
    assert await store.check() == []


async def test_a_decision_made_before_it_is_refused(desk, both):
    ours, echo = both
    contexts = [await desk.context("p:1"), await desk.context("out:1")]
    await desk.commit(shadowed=[(echo, ours.id)])
    for context in contexts:
        with pytest.raises(Conflict):
            await desk.commit(seq=context.seq, versions=context.versions)


async def test_nothing_more_is_said_of_an_echo(desk, store, town, both):
    ours, echo = both
    await desk.commit(shadowed=[(echo, ours.id)])
    await town.deliver(store, {"ignore": "x"})
    envelope = (await store.read_envelopes(town.scope))[-1].id
    before = await store.read_digest(town.scope)
    event = SettledEvent(envelope, 0, "sms", "x", "say", EventState.RECORDED, interaction=echo)
    revision = Revision(
        id=town.ids(), interaction=echo, action=RevisionAction.RECEIPT, account="sms", event_key="x", at=town.now()
    )
    for change in (
        Change(arrivals=[(echo, Arrival(account="sms", envelope="", event_key="x"))]),
        Change(revisions=[revision]),
        Change(attributions=[town.attribution(echo, desk.ana)]),
        Change(events=[event]),
        Change(outbox=[desk.item(echo)]),
        Change(message_keys={"p:9": echo}),
        Change(shadowed=[(echo, ours.id)]),
        Change(shadowed=[(ours.id, echo)]),
        Change(shadowed=[(ours.id, ours.id)]),
    ):
        with pytest.raises(Conflict):
            await store.commit_change(town.scope, change)
        assert await store.read_digest(town.scope) == before
    for pair in ((town.ids(), ours.id), (ours.id, town.ids())):
        with pytest.raises(NotFound):
            await desk.commit(shadowed=[pair])


async def test_what_the_same_change_says_of_an_echo_goes_with_it(desk, store, town, both):
    ours, echo = both
    await town.deliver(store, {"ignore": "x"})
    envelope = (await store.read_envelopes(town.scope))[-1].id
    arrival = Arrival(account="sms", envelope=envelope, event_key="x")
    await desk.commit(
        arrivals=[(echo, arrival)], attributions=[town.attribution(echo, desk.ana, 5)], outbox=[desk.item(echo)],
        shadowed=[(echo, ours.id)],
    )  # fmt: skip
    (read,) = await store.read_interactions(town.scope, [ours.id])
    assert arrival in read.arrivals
    assert [row.interaction.id for row in await store.read_timeline(town.scope, [desk.ana])] == [ours.id]
    (item,) = await store.read_outbox(town.scope, interactions=[ours.id])
    assert item.interaction == ours.id
    assert await store.read_outbox(town.scope, interactions=[echo]) == []
    assert await store.check() == []


async def test_an_echo_of_an_echo_is_one_of_ours(desk, store, town, both):
    ours, echo = both
    second = await echo_of(desk, key="p:2")
    await desk.commit(shadowed=[(second, echo)])
    await desk.commit(shadowed=[(echo, ours.id)])
    assert [ref.id for ref in (await desk.context("p:2")).messages["p:2"]] == [ours.id]
    third = await echo_of(desk, key="p:3")
    await desk.commit(shadowed=[(third, ours.id)])
    (read,) = await store.read_interactions(town.scope, [ours.id])
    assert {arrival.event_key for arrival in read.arrivals} == {"p:1", "p:2", "p:3"}
    assert (await store.read_conversations(town.scope))[0].interactions == 1
    assert await store.check() == []


async def test_two_echoes_of_one_name_go_together_or_not_at_all(desk, store, both):
    ours, echo = both
    other = await desk.say("p:1", content="other")
    with pytest.raises(Conflict):
        await desk.commit(shadowed=[(echo, ours.id)])  # the key would have two owners
    with pytest.raises(Conflict):
        await desk.commit(message_keys={"p:1": ours.id}, shadowed=[(echo, ours.id)])
    third = await desk.say("out:3")
    with pytest.raises(Conflict):
        await desk.commit(shadowed=[(echo, ours.id), (other.id, third.id)])
    await desk.commit(shadowed=[(echo, ours.id), (other.id, ours.id)], message_keys={"p:1": ours.id})
    assert [ref.id for ref in (await desk.context("p:1")).messages["p:1"]] == [ours.id]
    assert await store.check() == []


async def test_an_echo_of_the_same_name_needs_no_further_one(desk, store):
    """A mail keeps its Message-ID: the copy that came back is told apart by what it says only."""
    ours = await desk.say("mail:1")
    copy = await desk.say("mail:1", content="as sent")
    await desk.commit(shadowed=[(copy.id, ours.id)])
    assert [ref.id for ref in (await desk.context("mail:1")).messages["mail:1"]] == [ours.id]
    # The echo's place is free: another copy can be recorded, and go the same way.
    again = await desk.say("mail:1", content="as sent")
    assert len((await desk.context("mail:1")).messages["mail:1"]) == 2
    await desk.commit(shadowed=[(again.id, ours.id)])
    assert await store.check() == []


async def test_a_further_name_that_becomes_the_own_one_is_counted_once(desk, store):
    ours = await desk.say("out:1")
    echo = await desk.say("p:1")
    await desk.commit(message_keys={"n": echo.id})
    named = await desk.say("n", content="ours")
    await desk.commit(shadowed=[(echo.id, named.id)])
    context = await desk.context("n", "p:1")
    assert {key: [ref.id for ref in refs] for key, refs in context.messages.items()} == {
        "n": [named.id],
        "p:1": [named.id],
    }
    assert ours.id
    assert await store.check() == []


async def test_times_of_a_merged_conversation_are_those_of_what_is_left(desk, store, town):
    first = await desk.say("out:1", thread="a")
    ours = await desk.say("out:2", thread="b")
    echo = await desk.say("p:2", thread="a")
    await desk.commit(merges=[(desk.threads["a"], desk.threads["b"])])
    await desk.commit(shadowed=[(echo.id, ours.id)])
    (conversation,) = await store.read_conversations(town.scope)
    assert (conversation.interactions, conversation.first_at) == (2, first.occurred_at)
    assert conversation.last_at == ours.occurred_at
    await desk.commit(shadowed=[(first.id, ours.id)])
    (conversation,) = await store.read_conversations(town.scope)
    assert (conversation.interactions, conversation.first_at) == (1, ours.occurred_at)
    assert await store.check() == []


async def test_a_conversation_of_nothing_but_an_echo_is_empty(desk, store, town):
    ours, echo = await desk.say("out:1", thread="a"), await desk.say("p:1", thread="b", account="other")
    await desk.commit(shadowed=[(echo.id, ours.id)])
    assert [c.id for c in await store.read_conversations(town.scope)] == [desk.threads["a"]]
    (empty,) = await store.read_conversations(town.scope, ids=[desk.threads["b"]])
    assert (empty.interactions, empty.first_at, empty.last_at) == (0, None, None)
    assert await store.read_conversation_items(town.scope, desk.threads["b"]) == []
    assert await store.check() == []


async def test_an_echo_shows_nobody_its_conversation(desk, store, town):
    ours = await desk.say("out:1")
    await town.deliver(store, say("p:1", ANA, thread="t"), account="other")
    await town.settle(store)
    other = Scope("town", frozenset({"other"}))
    (echo,) = await store.read_conversation_items(other, desk.threads["t"])
    await desk.commit(shadowed=[(echo.id, ours.id)])
    # It has gone, but what it told has arrived there.
    assert [i.id for i in await store.read_conversation_items(other, desk.threads["t"])] == [ours.id]
    # Its own account still sees what it sent.
    own = Scope("town", frozenset({"sms"}))
    assert [i.arrivals for i in await store.read_conversation_items(own, desk.threads["t"])] == [()]


async def test_echo_first_or_answer_first_ends_in_the_same_digest(store):
    digests = []
    for echo_comes_first, each in ((True, store), (False, MemoryStore()), (True, MemoryStore())):
        desk = Desk(Town(seed=len(digests)), each)
        ours = await desk.say("out:1")
        if echo_comes_first:
            echo = await echo_of(desk)
            await desk.commit(message_keys={"p:1": ours.id}, shadowed=[(echo, ours.id)])
        else:
            await desk.commit(message_keys={"p:1": ours.id})
            await echo_of(desk)
        digests.append(await each.read_digest(desk.town.scope))
    assert len(set(digests)) == 1


async def test_echoes_are_the_tenants_own(desk, store, both):
    ours, echo = both
    with pytest.raises(NotFound):
        await store.commit_change(Scope("other"), Change(shadowed=[(echo, ours.id)]))
    assert len((await desk.context("p:1")).messages["p:1"]) == 1
