"""Every event is settled, every envelope accounted for, and nothing holds up its neighbours."""

import pytest

from omnilink.errors import BadInput, NotFound, StoreBusy
from omnilink.ingest import process
from omnilink.ingest.prepare import prepare_envelope
from omnilink.model import Ignored, MessageEdited, ReactionChanged, Text, Unparsed
from omnilink.model.event import DeliveryUpdated

pytestmark = pytest.mark.anyio


async def test_redelivered_event_is_recorded_once(town, say, who):
    hello = say("m1", who("mailto:ana@example.org"))
    await town.send([hello], [hello])
    ledger = await town.hub.ledger()
    assert await town.books() == {"recorded": 1, "duplicate": 1}
    assert ledger.balanced
    page = await town.hub.timeline("ana@example.org")
    assert len(page.items) == 1


async def test_the_same_mail_in_two_mailboxes_is_one_interaction_with_two_arrivals(town, say, who):
    mail = say("mail:1@x", who("mailto:ana@example.org"), content="c1")
    await town.send([mail], account="desk")
    await town.send([mail], account="branch")
    page = await town.hub.timeline("ana@example.org")
    (found,) = await town.store.read_interactions(town.hub.scope, [page.items[0].interaction.id])
    assert [a.account for a in found.arrivals] == ["desk", "branch"]
    assert await town.books() == {"recorded": 2}


async def test_two_different_mails_with_one_message_id_stay_two(town, say, who):
    ana = who("mailto:ana@example.org")
    await town.send([say("mail:1@x", ana, content="c1", event_key="1|c1")])
    await town.send([say("mail:1@x", ana, content="c2", event_key="1|c2", minute=1)])
    assert len((await town.hub.timeline("ana@example.org")).items) == 2


async def test_an_edit_before_its_message_waits_and_is_applied(town, say, who):
    edit = MessageEdited(event_key="e1", lane_key="l", target_key="m1", parts=(Text(text="better"),))
    await town.send([edit])
    assert await town.books() == {"parked": 1}
    await town.send([say("m1", who("mailto:ana@example.org"))])
    ledger = await town.hub.ledger()
    assert await town.books() == {"recorded": 2}
    assert ledger.balanced
    (item,) = (await town.hub.timeline("ana@example.org")).items
    assert item.state == "edited"
    assert item.current_parts == (Text(text="better"),)
    assert item.interaction.parts == (Text(text="hello"),)


async def test_an_edit_and_its_message_in_one_batch_come_out_the_same_in_either_order(make_town, say, who):
    edit = MessageEdited(event_key="e1", lane_key="l", target_key="m1", parts=(Text(text="better"),))
    hello = say("m1", who("mailto:ana@example.org"))
    digests = []
    for scripts in ([edit], [hello]), ([hello], [edit]):
        town = make_town()
        await town.send(*scripts)
        assert await town.books() == {"recorded": 2}
        digests.append((await town.hub.timeline("ana@example.org")).items[0].current_parts)
    assert digests[0] == digests[1] == (Text(text="better"),)


async def test_a_waiting_event_redelivered_is_a_duplicate(town, say, who):
    receipt = DeliveryUpdated(event_key="s1", lane_key="l", target_key="m1", status="delivered")
    await town.send([receipt], [receipt])
    assert await town.books() == {"parked": 1, "duplicate": 1}


async def test_reactions_are_counted_per_person_and_can_be_taken_back(town, say, who):
    ana, eva = who("mailto:ana@example.org"), who("mailto:eva@example.org")

    def react(key, actor, added=(), removed=()):
        return ReactionChanged(event_key=key, lane_key="l", target_key="m1", actor=actor, added=added, removed=removed)

    await town.send(
        [say("m1", ana)], [react("r1", ana, ("👍",))], [react("r2", eva, ("👍",))], [react("r3", ana, (), ("👍",))]
    )
    (item,) = (await town.hub.timeline("ana@example.org")).items
    assert item.reactions == {"👍": 1}


async def test_a_connector_that_raises_costs_its_own_envelope_only(town, say, who):
    await town.send(b"!raise", [say("m1", who("mailto:ana@example.org"))], b"!nothing")
    ledger = await town.hub.ledger()
    assert (ledger.processed, ledger.quarantined) == (1, 2)
    assert ledger.balanced
    assert [e.reason for e in await town.hub.quarantine()] == [
        "parser-raised:ZeroDivisionError",
        "parser-returned-nothing",
    ]


async def test_one_unread_event_quarantines_the_envelope_and_keeps_its_neighbours(town, say, who):
    bad = Unparsed(event_key="u", lane_key="l", reason="strange")
    await town.send([say("m1", who("mailto:ana@example.org")), bad, Ignored(event_key="i", lane_key="l", reason="x")])
    ledger = await town.hub.ledger()
    assert await town.books() == {"recorded": 1, "unparsed": 1, "ignored": 1}
    assert ledger.quarantined == 1
    assert ledger.balanced


async def test_replay_reads_the_quarantine_again_and_the_books_balance(town, say, who):
    bad = Unparsed(event_key="u", lane_key="l", reason="strange")
    await town.send([say("m1", who("mailto:ana@example.org")), bad])
    for _ in range(2):
        await town.hub.replay()
        ledger = await town.hub.ledger()
        assert ledger.balanced
        assert ledger.quarantined == 1
    assert len((await town.hub.timeline("ana@example.org")).items) == 1


async def test_a_bug_in_deciding_makes_a_dead_letter_and_its_neighbours_go_on(town, say, who, monkeypatch):
    from omnilink.ingest import decide

    real = decide.History.record

    def faulty(self, event, seats, envelope, account):
        if event.message_key == "m2":
            raise LookupError("a bug of ours")
        return real(self, event, seats, envelope, account)

    ana = who("mailto:ana@example.org")
    with monkeypatch.context() as patch:
        patch.setattr(decide.History, "record", faulty)
        await town.send([say("m1", ana)], [say("m2", ana)], [say("m3", ana)])
    ledger = await town.hub.ledger()
    assert await town.books() == {"recorded": 2, "failed": 1}
    assert ledger.balanced
    await town.hub.replay()
    assert await town.books() == {"recorded": 3}


async def test_an_envelope_whose_connector_is_gone_waits_in_quarantine(town, say, who):
    from omnilink.ingest.accept import accept
    from omnilink.model.envelope import Authenticity, Received

    await accept(
        town.store, town.hub.scope, [Received(body=b"x", authenticity=Authenticity.VERIFIED)],
        account="old", connector="gone", new_id=town.hub._new_id, clock=town.tick,
    )  # fmt: skip
    await town.send([say("m1", who("mailto:ana@example.org"))])
    assert [e.reason for e in await town.hub.quarantine()] == ["no-reader"]
    assert (await town.hub.ledger()).balanced


@pytest.mark.parametrize("fault", [NotFound("a record is not there"), BadInput("not usable"), RuntimeError("a bug")])
async def test_an_envelope_the_store_refuses_is_quarantined_and_its_neighbours_are_recorded(
    town, say, who, monkeypatch, fault
):
    commit = town.store.commit_change

    async def refuse(scope, change):
        if any(i.message_key == "bad" for i in change.interactions):
            raise fault
        return await commit(scope, change)

    monkeypatch.setattr(town.store, "commit_change", refuse)
    ana = who("mailto:ana@example.org")
    await town.send([say("m1", ana)], [say("bad", ana)], [say("m2", ana)])
    assert await town.books() == {"recorded": 2, "failed": 1}
    assert (await town.hub.ledger()).balanced
    assert [e.reason for e in await town.hub.quarantine()] == [f"failed:{type(fault).__name__}"]


async def test_a_busy_store_leaves_its_envelopes_pending(town, say, who, monkeypatch):
    async def busy(scope, change):
        raise StoreBusy("not now")

    monkeypatch.setattr(town.store, "commit_change", busy)
    with pytest.raises(StoreBusy):
        await town.send([say("m1", who("mailto:ana@example.org"))])
    ledger = await town.hub.ledger()
    assert (ledger.pending, ledger.quarantined) == (1, 0)


async def test_an_event_that_cannot_be_prepared_is_quarantined_alone(town, say, who, monkeypatch):
    def prepare_or_raise(envelope, parser, facts):
        if b"bad" in envelope.body:
            raise KeyError("a bug")
        return prepare_envelope(envelope, parser, facts)

    monkeypatch.setattr(process, "prepare_envelope", prepare_or_raise)
    ana = who("mailto:ana@example.org")
    await town.send([say("bad", ana)], [say("m1", ana)])
    assert await town.books() == {"recorded": 1, "failed": 1}
    assert [e.reason for e in await town.hub.quarantine()] == ["failed:KeyError"]
