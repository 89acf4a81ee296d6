"""A message has further names, which its provider gave it: later events find it by any of them."""

import pytest
from tests.store.town import about, say

from omnilink.errors import Conflict, NotFound
from omnilink.model.scope import Scope
from omnilink.store.base import Change, Lookup

pytestmark = pytest.mark.anyio


async def test_message_is_found_by_every_name(desk):
    ours = await desk.say("out:1")
    await desk.commit(message_keys={"p:1": ours.id, "p:2": ours.id})
    context = await desk.context("out:1", "p:1", "p:2", "p:3")
    refs = {key: [(ref.id, ref.message_key, ref.direction) for ref in refs] for key, refs in context.messages.items()}
    assert refs == {key: [(ours.id, key, "outbound")] for key in ("out:1", "p:1", "p:2")}
    (ref,) = context.messages["p:1"]
    assert ref.attributed == ((1, "tel:+34600000001"),)
    assert set(context.members) == {desk.ana}
    assert context.versions["mp:3"] == 0
    assert await desk.store.check() == []


async def test_message_and_its_name_come_in_one_change(desk):
    ours = desk.outbound("out:1", await desk.thread())
    await desk.commit(interactions=[ours], message_keys={"p:1": ours.id})
    assert [ref.id for ref in (await desk.context("p:1")).messages["p:1"]] == [ours.id]


async def test_events_that_wait_for_a_further_name_are_found_with_it(desk, store, town):
    await town.deliver(store, about("r1", "p:1"), about("r2", "p:1"))
    await town.settle(store)
    ours = await desk.say("out:1")
    waiting = (await desk.context("p:1")).parked["p:1"]
    await desk.commit(message_keys={"p:1": ours.id})
    context = await desk.context("p:1")
    assert context.parked == {"p:1": waiting}
    assert [ref.id for ref in context.messages["p:1"]] == [ours.id]


@pytest.mark.parametrize("read", ["before the name", "before an attribution"])
async def test_new_name_and_whatever_happens_to_its_message_move_the_key(desk, town, read):
    ours = await desk.say("out:1")
    if read == "before an attribution":
        await desk.commit(message_keys={"p:1": ours.id})
    context = await desk.context("p:1")
    if read == "before the name":
        await desk.commit(message_keys={"p:1": ours.id})
    else:
        await desk.commit(attributions=[town.attribution(ours.id, desk.ana)])
    with pytest.raises(Conflict):
        await desk.commit(seq=context.seq, versions=context.versions)
    again = await desk.context("p:1")
    await desk.commit(seq=again.seq, versions=again.versions)


async def test_name_it_has_already_is_no_news(desk, store, town):
    ours = await desk.say("out:1")
    await desk.commit(message_keys={"p:1": ours.id, "out:1": ours.id})
    context = await desk.context("p:1", "out:1")
    before = await store.read_digest(town.scope)
    await desk.commit(message_keys={"p:1": ours.id, "out:1": ours.id})
    assert await store.read_digest(town.scope) == before
    assert {key: len(refs) for key, refs in context.messages.items()} == {"p:1": 1, "out:1": 1}
    await desk.commit(seq=context.seq, versions=context.versions)
    assert await store.check() == []


async def test_name_that_another_message_has_is_a_conflict(desk, store, town):
    first, second = await desk.say("out:1"), await desk.say("out:2")
    await desk.commit(message_keys={"p:1": first.id})
    before = await store.read_digest(town.scope)
    new = desk.outbound("out:3", await desk.thread())
    for change in (
        Change(message_keys={"p:2": second.id, "p:1": second.id}),  # a further name of the other
        Change(message_keys={"out:1": second.id}),  # its own
        Change(interactions=[new], message_keys={"out:3": first.id}),  # one's that comes with it
    ):
        with pytest.raises(Conflict):
            await store.commit_change(town.scope, change)
        assert await store.read_digest(town.scope) == before
    assert (await desk.context("p:2")).messages == {}


async def test_new_message_of_a_name_that_is_taken_is_a_conflict_unless_it_says_something_else(desk, store):
    ours = await desk.say("out:1")
    await desk.commit(message_keys={"p:1": ours.id})
    thread = await desk.thread()
    with pytest.raises(Conflict):
        await desk.commit(interactions=[desk.outbound("p:1", thread)])
    forged = desk.outbound("p:1", thread, content="other")
    await desk.commit(interactions=[forged])
    refs = (await desk.context("p:1")).messages["p:1"]
    assert [(ref.id, ref.content_key) for ref in refs] == [(ours.id, None), (forged.id, "other")]
    assert await store.check() == []


async def test_older_message_comes_first_whatever_name_it_was_found_by(desk):
    named = await desk.say("out:1")
    own = await desk.say("p:1", content="other")
    late = await desk.say("out:3")
    with pytest.raises(Conflict):
        await desk.commit(message_keys={"p:1": late.id})
    refs = (await desk.context("p:1", "out:1")).messages
    assert [ref.id for ref in refs["p:1"]] == [own.id]
    await desk.commit(message_keys={"x": named.id})
    other = await desk.say("x", content="other")
    assert [ref.id for ref in (await desk.context("x")).messages["x"]] == [named.id, other.id]


async def test_name_of_nothing_is_not_found(desk, town):
    with pytest.raises(NotFound):
        await desk.commit(message_keys={"p:1": town.ids()})


async def test_names_are_the_tenants_own(desk, store, town):
    ours = await desk.say("out:1")
    await desk.commit(message_keys={"p:1": ours.id})
    other = Scope("other")
    with pytest.raises(NotFound):
        await store.commit_change(other, Change(message_keys={"p:9": ours.id}))
    context = await store.read_context(other, Lookup(messages=frozenset({"p:1"})))
    assert (context.messages, context.versions) == ({}, {"mp:1": 0})
    theirs = town.conversation()
    message = desk.outbound("p:1", theirs.id)
    await store.commit_change(other, Change(conversations=[theirs], interactions=[message]))
    assert len((await desk.context("p:1")).messages["p:1"]) == 1


async def test_many_names_are_found_in_one_read(desk):
    thread = await desk.thread()
    messages = [desk.outbound(f"out:{n}", thread) for n in range(400)]
    await desk.commit(interactions=messages, message_keys={f"p:{n}": m.id for n, m in enumerate(messages)})
    context = await desk.context(*(f"p:{n}" for n in range(800)))
    assert {key: refs[0].id for key, refs in context.messages.items()} == {
        f"p:{n}": m.id for n, m in enumerate(messages)
    }


async def test_receipt_finds_what_we_sent_by_the_providers_name(desk, store, town):
    ours = await desk.say("out:1")
    await desk.commit(message_keys={"p:1": ours.id})
    await town.deliver(store, about("r1", "p:1"))
    await town.settle(store)
    assert [r.event_key for r in (await store.read_revisions(town.scope, [ours.id]))[ours.id]] == ["r1"]
    await town.deliver(store, say("again", message="p:1"))
    await town.settle(store)
    (read,) = await store.read_interactions(town.scope, [ours.id])
    assert [arrival.event_key for arrival in read.arrivals] == ["again"]
    assert await store.check() == []
