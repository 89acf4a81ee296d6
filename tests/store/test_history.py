"""Reading history: newest first, page by page, merged over personas, within the scope."""

from datetime import timedelta

import pytest
from tests.store.town import START, about, say

from omnilink.model import Arrival, Revision, RevisionAction, Role
from omnilink.model.scope import Scope
from omnilink.store.base import Change

pytestmark = pytest.mark.anyio


@pytest.fixture
async def crowd(store, town):
    """Three personas in forty interactions with many equal times, some together, some twice in one."""
    people = [town.persona(f"tel:+3460000000{n}") for n in range(3)]
    conversation = town.conversation()
    interactions = [
        town.interaction(f"m{n}", conversation.id, at=START + timedelta(seconds=n * 7 % 10)) for n in range(40)
    ]
    interactions.reverse()  # stored in another order than that of their ids
    attributions = []
    for n, interaction in enumerate(interactions):
        attributions.append(town.attribution(interaction.id, people[n % 3].id, 1))
        if n % 4 == 0:
            attributions.append(town.attribution(interaction.id, people[n % 3].id, 2, role=Role.CC))
        if n % 5 == 0:
            attributions.append(town.attribution(interaction.id, people[(n + 1) % 3].id, 0, role=Role.TO))
    change = Change(conversations=[conversation], interactions=interactions, personas=people, attributions=attributions)
    await store.commit_change(town.scope, change)
    return people, interactions, attributions, conversation


async def pages(store, scope, personas, limit):
    rows, before = [], None
    while page := await store.read_timeline(scope, personas, before=before, limit=limit):
        rows += page
        before = (page[-1].interaction.occurred_at, page[-1].interaction.id)
    return rows


@pytest.mark.parametrize("chosen", [[0], [1, 2], [0, 1, 2]])
@pytest.mark.parametrize("limit", [1, 7, 100])
async def test_a_timeline_is_the_same_however_it_is_paged(store, town, crowd, chosen, limit):
    people, interactions, attributions, conversation = crowd
    personas = {people[n].id for n in chosen}
    lowest = {}
    for attribution in sorted(attributions, key=lambda a: -a.ordinal):
        if attribution.persona in personas:
            lowest[attribution.interaction] = attribution
    expected = [i for i in interactions if i.id in lowest]
    expected.sort(key=lambda i: (i.occurred_at, i.id), reverse=True)
    rows = await pages(store, town.scope, [*personas, "nobody", people[chosen[0]].id], limit)
    assert [row.interaction for row in rows] == expected
    assert [row.attribution for row in rows] == [lowest[i.id] for i in expected]
    assert {row.conversation for row in rows} == {conversation.id}


async def test_a_timeline_may_be_empty(store, town, crowd):
    assert await store.read_timeline(town.scope, []) == []
    assert await store.read_timeline(town.scope, ["nobody"]) == []
    assert await store.read_timeline(town.scope, [crowd[0][0].id], before=(START, "")) == []


async def test_interactions_come_in_the_order_asked_for(store, town, crowd):
    _, (first, second, *_), _, _ = crowd
    assert await store.read_interactions(town.scope, [second.id, "nobody", first.id, second.id]) == [second, first]
    assert await store.read_interactions(town.scope, []) == []


async def test_arrivals_are_kept_in_order_and_shown_within_the_scope(store, town):
    conversation = town.conversation("a")
    persona = town.persona()
    interaction = town.interaction("m", conversation.id, account="a")
    envelopes = [town.envelope(account=account) for account in ("b", "c")]
    await store.commit_envelopes(town.scope, envelopes)
    later = [Arrival(account=e.account, envelope=e.id, event_key="1") for e in envelopes]
    change = Change(
        conversations=[conversation], interactions=[interaction], personas=[persona],
        attributions=[town.attribution(interaction.id, persona.id)],
    )  # fmt: skip
    await store.commit_change(town.scope, change)
    await store.commit_change(town.scope, Change(arrivals=[(interaction.id, a) for a in later]))
    whole = interaction.model_copy(update={"arrivals": (*interaction.arrivals, *later)})
    assert await store.read_interactions(town.scope, [interaction.id]) == [whole]
    for account, arrivals in (("a", whole.arrivals[:1]), ("b", (later[0],)), ("c", (later[1],)), ("d", None)):
        scope = Scope("town", frozenset({account}))
        seen = [] if arrivals is None else [whole.model_copy(update={"arrivals": arrivals})]
        assert await store.read_interactions(scope, [interaction.id]) == seen
        assert [row.interaction for row in await store.read_timeline(scope, [persona.id])] == seen
        assert await store.read_conversation_items(scope, conversation.id) == seen
        assert [c.id for c in await store.read_conversations(scope)] == [conversation.id] * len(seen)
        assert [c.id for c in await store.read_conversations(scope, ids=[conversation.id])] == [conversation.id] * len(
            seen
        )
        assert set(await store.read_revisions(scope, [interaction.id])) == {i.id for i in seen}
        (row,) = await store.read_contacts(scope)
        assert row.interactions == len(seen)


async def test_revisions_come_in_the_order_of_their_times_then_keys(store, town):
    conversation = town.conversation()
    interaction = town.interaction("m", conversation.id)
    revisions = [
        Revision(
            id=town.ids(), interaction=interaction.id, action=RevisionAction.EDIT, account=account, event_key=key,
            at=START + timedelta(seconds=at),
        )
        for at, key, account in ((2, "a", "sms"), (1, "b", "sms"), (1, "a", "sms"), (3, "c", "other"))
    ]  # fmt: skip
    change = Change(conversations=[conversation], interactions=[interaction], revisions=revisions)
    await store.commit_change(town.scope, change)
    ordered = [revisions[2], revisions[1], revisions[0], revisions[3]]
    assert await store.read_revisions(town.scope, [interaction.id, "nobody"]) == {interaction.id: ordered}
    limited = Scope("town", frozenset({"sms"}))
    assert await store.read_revisions(limited, [interaction.id]) == {interaction.id: ordered[:3]}


async def test_conversations_come_by_activity_page_by_page(store, town):
    for n in range(12):
        await town.deliver(store, say(str(n), thread=f"t{n % 5}", at=n % 4))
    await town.settle(store)
    everything = await store.read_conversations(town.scope)
    assert len(everything) == 5
    assert sum(c.interactions for c in everything) == 12
    order = [(c.last_at, c.id) for c in everything]
    assert order == sorted(order, reverse=True)
    found, before = [], None
    while page := await store.read_conversations(town.scope, before=before, limit=2):
        found += page
        before = (page[-1].last_at, page[-1].id)
    assert found == everything
    for conversation in everything:
        items = await store.read_conversation_items(town.scope, conversation.id)
        times = [item.occurred_at for item in items]
        assert (min(times), max(times), len(times)) == (
            conversation.first_at, conversation.last_at, conversation.interactions,
        )  # fmt: skip
        assert times == sorted(times)


async def test_merged_conversations_are_one_under_every_id(store, town):
    await town.deliver(store, say("1", thread="a", at=5), say("2", thread="b", at=1), say("3", thread="c", at=3))
    await town.settle(store)
    by_key = {c.keys[0]: c for c in await store.read_conversations(town.scope)}
    merges = [(by_key["a"].id, by_key["b"].id), (by_key["b"].id, by_key["c"].id)]
    await store.commit_change(town.scope, Change(merges=merges))
    await store.commit_change(town.scope, Change(merges=merges))  # they are one already
    (whole,) = await store.read_conversations(town.scope)
    assert whole.id == by_key["c"].id
    assert (whole.keys, whole.interactions) == (("a", "b", "c"), 3)
    assert (whole.first_at, whole.last_at) == (START + timedelta(seconds=1), START + timedelta(seconds=5))
    assert await store.read_conversations(town.scope, ids=[c.id for c in by_key.values()]) == [whole]
    for conversation in by_key.values():
        items = await store.read_conversation_items(town.scope, conversation.id)
        assert [item.message_key for item in items] == ["2", "3", "1"]
        assert await store.read_conversation_items(town.scope, conversation.id, limit=2) == items[:2]
    (persona,) = await store.read_personas(town.scope, handle_keys=["tel:+34600000001"])
    rows = await store.read_timeline(town.scope, [persona.id])
    assert {row.conversation for row in rows} == {whole.id}
    assert len({row.interaction.conversation for row in rows}) == 3  # as first recorded
    # A message told of an old id counts where the conversation is now.
    late = town.interaction("4", by_key["a"].id)
    await store.commit_change(town.scope, Change(interactions=[late]))
    (whole,) = await store.read_conversations(town.scope)
    assert (whole.interactions, whole.last_at) == (4, late.occurred_at)
    assert await store.check() == []


async def test_conversations_that_are_not_there_are_empty(store, town):
    assert await store.read_conversations(town.scope, ids=["nobody"]) == []
    assert await store.read_conversation_items(town.scope, "nobody") == []


async def test_what_happened_later_is_with_its_message(store, town):
    await town.deliver(store, about("2", "1"))
    await town.deliver(store, say("1"))
    await town.deliver(store, about("3", "1"))
    await town.settle_all(store, limit=1)
    (persona,) = await store.read_personas(town.scope, handle_keys=["tel:+34600000001"])
    (row,) = await store.read_timeline(town.scope, [persona.id])
    revisions = await store.read_revisions(town.scope, [row.interaction.id])
    assert [r.event_key for r in revisions[row.interaction.id]] == ["2", "3"]
