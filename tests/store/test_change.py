"""A decision is written whole or not at all, and not at all once what it was decided from has moved."""

import dataclasses

import pytest
from tests.store.town import Decision, about, lookup_of, say

from omnilink.errors import Conflict, NotFound
from omnilink.model import Arrival, Claim, Consent, EnvelopeState, Method, Verdict
from omnilink.model.persona import Revocation
from omnilink.store.base import Change, EventState, Lookup, SettledEnvelope, SettledEvent

pytestmark = pytest.mark.anyio
ANA, EVA, LEA = (f"tel:+3460000000{n}" for n in range(3))


@pytest.fixture
async def people(store, town):
    people = [town.persona(who) for who in (ANA, EVA, LEA)]
    link = town.link(people[0], people[1])
    memberships = {people[0].id: people[0].id, people[1].id: people[0].id, people[2].id: people[2].id}
    await store.commit_change(town.scope, Change(personas=people, links=[link], memberships=memberships))
    return people, link


async def test_a_change_from_what_still_holds_goes_through(store, town, people):
    (ana, *_), _ = people
    lookup = Lookup(personas=frozenset({ANA}), events=frozenset({("sms", "1")}), messages=frozenset({"1"}))
    context = await store.read_context(town.scope, lookup)
    await town.deliver(store, say("2", LEA))
    await town.settle(store)
    seq = await store.commit_change(town.scope, Change(seq=context.seq, versions=context.versions))
    assert seq == (await store.read_context(town.scope, Lookup())).seq == context.seq + 2
    assert ana.key in context.personas


MOVES = {
    "the same event": (Lookup(events=frozenset({("sms", "1")})), "message"),
    "a message of that key": (Lookup(messages=frozenset({"1"})), "message"),
    "an event parked for it": (Lookup(messages=frozenset({"later"})), "parked"),
    "a new persona of that key": (Lookup(personas=frozenset({"tel:+34611111111"})), "persona"),
    "a new holder": (Lookup(match_keys=frozenset({"tel:+34611111111"})), "persona"),
    "a new conversation key": (Lookup(conversation_keys=frozenset({"t"})), "message"),
    "a membership, seen by key": (Lookup(personas=frozenset({EVA})), "split"),
    "a membership, seen by match key": (Lookup(match_keys=frozenset({EVA})), "split"),
    "a membership, seen by another member": (Lookup(personas=frozenset({ANA})), "split"),
    "a link": (Lookup(personas=frozenset({LEA})), "link"),
    "a revocation": (Lookup(personas=frozenset({ANA})), "revocation"),
}


@pytest.mark.parametrize("name", MOVES)
async def test_it_is_refused_when_something_it_was_decided_from_has_moved(store, town, people, name):
    lookup, move = MOVES[name]
    (_, eva, lea), link = people
    context = await store.read_context(town.scope, lookup)
    if move in ("message", "parked"):
        await town.deliver(store, say("1", thread="t") if move == "message" else about("9", "later"))
        await town.settle(store)
    else:
        moves = {
            "persona": Change(personas=[town.persona("tel:+34611111111")]),
            "split": Change(memberships={eva.id: eva.id}),
            "link": Change(links=[town.link(eva, lea, Verdict.DIFFERENT)]),
            "revocation": Change(revoked=[Revocation(link.id, town.now(), "eva", "wrong")]),
        }
        await store.commit_change(town.scope, moves[move])
    before = await store.read_digest(town.scope)
    late = town.persona("tel:+34622222222")
    with pytest.raises(Conflict):
        await store.commit_change(town.scope, Change(seq=context.seq, versions=context.versions, personas=[late]))
    assert await store.read_digest(town.scope) == before
    again = await store.read_context(town.scope, lookup)
    await store.commit_change(town.scope, Change(seq=again.seq, versions=again.versions, personas=[late]))


async def test_a_merge_moves_a_conversation_key(store, town):
    await town.deliver(store, say("1", thread="a"), say("2", thread="b"))
    await town.settle(store)
    context = await store.read_context(town.scope, Lookup(conversation_keys=frozenset({"a", "b"})))
    merge = Change(merges=[(context.conversations["a"], context.conversations["b"])])
    await store.commit_change(town.scope, merge)
    with pytest.raises(Conflict):
        await store.commit_change(town.scope, Change(seq=context.seq, versions=context.versions))


async def test_a_new_attribution_moves_its_message(store, town, people):
    await town.deliver(store, say("1", LEA))
    await town.settle(store)
    context = await store.read_context(town.scope, Lookup(messages=frozenset({"1"})))
    (ref,) = context.messages["1"]
    change = Change(attributions=[town.attribution(ref.id, people[0][0].id)])
    await store.commit_change(town.scope, change)
    with pytest.raises(Conflict):
        await store.commit_change(town.scope, Change(seq=context.seq, versions=context.versions))
    (ref,) = (await store.read_context(town.scope, Lookup(messages=frozenset({"1"})))).messages["1"]
    assert ref.attributed == ((0, ANA),)


async def test_of_two_deciders_over_one_batch_one_wins(store, town):
    await town.deliver(store, say("1"), {"ignore": "2"})
    batch = [(e, [say("1"), {"ignore": "2"}]) for e in await store.read_pending(town.scope, limit=9)]
    context = await store.read_context(town.scope, lookup_of(batch))
    changes = [Decision(town, context, "1").decide(batch) for _ in range(2)]
    await store.commit_change(town.scope, changes[0])
    with pytest.raises(Conflict):
        await store.commit_change(town.scope, changes[1])
    # Even without any version to compare: the envelope is pending no longer.
    settled = SettledEnvelope(batch[0][0].id, EnvelopeState.PROCESSED, 0, "1")
    with pytest.raises(Conflict):
        await store.commit_change(town.scope, Change(envelopes=[settled]))
    assert (await store.read_ledger(town.scope)).balanced


async def test_keys_that_are_taken_are_conflicts_and_nothing_of_the_change_stays(store, town, people):
    (ana, eva, _), link = people
    await town.deliver(store, say("1", ANA, thread="t"))
    await town.settle(store)
    await town.deliver(store, {"ignore": "x"})
    first, second = await store.read_envelopes(town.scope)
    context = await store.read_context(town.scope, Lookup(conversation_keys=frozenset({"t"})))
    thread = context.conversations["t"]
    before = await store.read_digest(town.scope)
    new = town.persona("tel:+34633333333")
    event = SettledEvent(second.id, 0, "sms", "1", "say", EventState.RECORDED)
    for taken in (
        Change(events=[event]),
        Change(events=[dataclasses.replace(event, state=EventState.PARKED)]),
        Change(events=[dataclasses.replace(event, envelope=first.id, event_key="new")]),
        Change(interactions=[town.interaction("1", thread)]),
        Change(personas=[town.persona(ANA)]),
        Change(links=[town.link(ana, eva)]),
        Change(conversation_keys={"t": thread}),
        Change(settled=[event]),
    ):
        with pytest.raises(Conflict):
            await store.commit_change(town.scope, dataclasses.replace(taken, personas=[*taken.personas, new]))
        assert await store.read_digest(town.scope) == before
        assert await store.read_personas(town.scope, ids=[new.id]) == []
    assert link.id
    # A duplicate event is no conflict, and a mail of the same id with other content is another message.
    duplicate = dataclasses.replace(event, state=EventState.DUPLICATE)
    other = town.interaction("1", thread, content="other")
    await store.commit_change(town.scope, Change(events=[duplicate], interactions=[other]))


async def test_what_is_not_there_is_not_found_and_nothing_of_the_change_stays(store, town, people):
    (ana, *_), _ = people
    gone = town.ids()
    conversation = town.conversation()
    interaction = town.interaction("1", conversation.id)
    await store.commit_change(town.scope, Change(conversations=[conversation], interactions=[interaction]))
    before = await store.read_digest(town.scope)
    new = town.persona("tel:+34633333333")
    claim = Claim(field="name", value="Ana", source="1", at=town.now())
    event = SettledEvent(gone, 0, "sms", "1", "say", EventState.IGNORED)
    for change in (
        Change(claims=[(gone, claim)]),
        Change(memberships={gone: ana.id}),
        Change(memberships={ana.id: gone}),
        Change(interactions=[town.interaction("2", gone)]),
        Change(interactions=[town.interaction("2", conversation.id, envelope=gone)]),
        Change(arrivals=[(gone, Arrival(account="sms", envelope="", event_key="2"))]),
        Change(attributions=[town.attribution(gone, ana.id)]),
        Change(attributions=[town.attribution(interaction.id, gone)]),
        Change(revoked=[Revocation(gone, town.now(), "eva", "wrong")]),
        Change(reinstated=[gone]),
        Change(conversation_keys={"t": gone}),
        Change(merges=[(gone, conversation.id)]),
        Change(consents=[Consent(persona=gone, state="denied", evidence="1", at=town.now())]),
        Change(events=[event]),
        Change(envelopes=[SettledEnvelope(gone, EnvelopeState.PROCESSED, 0, "1")]),
    ):
        with pytest.raises(NotFound):
            await store.commit_change(town.scope, dataclasses.replace(change, personas=[new]))
        assert await store.read_digest(town.scope) == before


async def test_a_claim_is_kept_once(store, town, people):
    (ana, *_), _ = people
    claims = [Claim(field="name", value=value, source="1", at=town.now()) for value in ("Ana", "Ana", "Anna", "Ana")]
    await store.commit_change(town.scope, Change(claims=[(ana.id, claim) for claim in claims[:3]]))
    await store.commit_change(town.scope, Change(claims=[(ana.id, claims[3])]))
    (read,) = await store.read_personas(town.scope, ids=[ana.id])
    assert read == ana.model_copy(update={"claims": (claims[0], claims[2])})


async def test_a_later_attribution_takes_the_place_of_the_earlier_one(store, town, people):
    (ana, eva, lea), _ = people
    await town.deliver(store, say("1", ANA))
    await town.settle(store)
    (row,) = await store.read_timeline(town.scope, [ana.id])
    now = town.attribution(row.interaction.id, lea.id, method=Method.STAFF_CONFIRMED)
    passing = town.attribution(row.interaction.id, eva.id)
    await store.commit_change(town.scope, Change(attributions=[passing, now]))
    assert await store.read_timeline(town.scope, [ana.id, eva.id]) == []
    assert [r.attribution for r in await store.read_timeline(town.scope, [lea.id])] == [now]
    assert await store.check() == []


async def test_a_link_is_revoked_and_reinstated(store, town, people):
    _, link = people
    revocation = Revocation(link.id, town.now(), "eva", "wrong number")
    await store.commit_change(town.scope, Change(revoked=[revocation], memberships={people[0][1].id: people[0][1].id}))
    read = await store.read_link(town.scope, link.id)
    gone = {"revoked_at": revocation.at, "revoked_by": "eva", "revoked_reason": "wrong number"}
    assert read == link.model_copy(update=gone)
    assert await store.check() == []
    await store.commit_change(town.scope, Change(reinstated=[link.id], memberships={people[0][1].id: people[0][0].id}))
    assert await store.read_link(town.scope, link.id) == link
    assert await store.check() == []


async def test_an_event_parked_and_settled_in_one_change_is_recorded(store, town):
    await town.deliver(store, about("1", "2"), say("2"))
    await town.settle(store)
    ledger = await store.read_ledger(town.scope)
    assert (ledger.events["recorded"], ledger.events["parked"]) == (2, 0)
    assert ledger.balanced


async def test_a_text_that_is_no_unicode_is_refused_without_quoting_it(sqlite, town):
    conversation = town.conversation()
    bad = [
        Change(
            conversations=[conversation], interactions=[town.interaction("1", conversation.id, text="secret\ud800")]
        ),
        Change(conversations=[conversation], conversation_keys={"secret\ud800": conversation.id}),
    ]
    for change in bad:
        with pytest.raises(ValueError, match="Unicode") as caught:
            await sqlite.commit_change(town.scope, change)
        assert "secret" not in str(caught.value)
    with pytest.raises(ValueError, match="Unicode"):
        await sqlite.read_context(town.scope, Lookup(messages=frozenset({"\ud800"})))
    assert await sqlite.read_conversations(town.scope) == []
