"""Envelopes: stored once, read in order, replayed; counted as they arrive."""

import pytest

from omnilink.errors import Conflict, ScopeDenied
from omnilink.model import EnvelopeState
from omnilink.model.scope import Scope
from omnilink.store.base import Accepted

pytestmark = pytest.mark.anyio
STORED, DUPLICATE = Accepted.STORED, Accepted.DUPLICATE


async def test_a_known_delivery_is_a_duplicate_for_ever(store, town):
    first, again = town.envelope(body=b"1", key="k"), town.envelope(body=b"2", key="k")
    assert await store.commit_envelopes(town.scope, [first]) == [STORED]
    assert await store.commit_envelopes(town.scope, [again]) == [DUPLICATE]
    await town.settle_all(store, parser=lambda body: [])
    assert await store.commit_envelopes(town.scope, [again]) == [DUPLICATE]
    assert await store.read_envelopes(town.scope, ids=[again.id]) == []


async def test_of_two_deliveries_in_one_call_the_first_wins(store, town):
    batch = [town.envelope(body=bytes([n]), key=key) for n, key in enumerate(["a", "b", "a", "b", "c"])]
    assert await store.commit_envelopes(town.scope, batch) == [STORED, STORED, DUPLICATE, DUPLICATE, STORED]
    assert await store.read_pending(town.scope, limit=10) == [batch[0], batch[1], batch[4]]
    ledger = await store.read_ledger(town.scope)
    assert (ledger.received, ledger.duplicate, ledger.pending) == (5, 2, 3)
    assert ledger.balanced


async def test_a_delivery_key_is_of_its_account_and_none_is_no_key(store, town):
    batch = [town.envelope(key="k", account="a"), town.envelope(key="k", account="b")]
    batch += [town.envelope(account="a"), town.envelope(account="a")]
    assert await store.commit_envelopes(town.scope, batch) == [STORED] * 4


async def test_an_envelope_comes_back_as_it_was_stored(store, town):
    envelope = town.envelope(body=bytes(range(256)), key="k\0\N{GREEK SMALL LETTER ALPHA}")
    await store.commit_envelopes(town.scope, [envelope])
    assert await store.read_pending(town.scope, limit=1) == [envelope]
    assert await store.read_envelopes(town.scope, ids=[envelope.id]) == [envelope]


async def test_the_same_id_twice_is_a_conflict_and_nothing_is_counted(store, town):
    envelope = town.envelope()
    await store.commit_envelopes(town.scope, [envelope])
    with pytest.raises(Conflict):
        await store.commit_envelopes(town.scope, [town.envelope(), envelope])
    ledger = await store.read_ledger(town.scope)
    assert (ledger.received, ledger.pending) == (1, 1)


async def test_a_cursor_is_committed_with_its_envelopes(store, town):
    assert await store.read_cursor(town.scope, "mail") is None
    await store.commit_envelopes(town.scope, [town.envelope(account="mail")], cursor=("mail", "17"))
    assert await store.read_cursor(town.scope, "mail") == "17"
    await store.commit_envelopes(town.scope, [], cursor=("mail", "18"))
    assert await store.read_cursor(town.scope, "mail") == "18"
    assert await store.read_cursor(town.scope, "other") is None


async def test_pending_ones_come_in_the_order_stored_within_limits(store, town):
    batch = [town.envelope(body=b"x" * 100, account=a) for a in "abcab"]
    await store.commit_envelopes(town.scope, batch[:3])
    await store.commit_envelopes(town.scope, batch[3:])
    assert await store.read_pending(town.scope, limit=10) == batch
    assert await store.read_pending(town.scope, limit=2) == batch[:2]
    assert await store.read_pending(town.scope, limit=10, max_bytes=250) == batch[:2]
    assert await store.read_pending(town.scope, limit=10, max_bytes=1) == batch[:1]
    assert await store.read_pending(Scope("town", frozenset("b")), limit=10) == [batch[1], batch[4]]


async def test_envelopes_are_read_by_id_or_by_state(store, town):
    for key in ("1", "2", "3"):
        await town.deliver(store, {"bad" if key == "2" else "ignore": key}, key=key)
    pending = await store.read_envelopes(town.scope)
    await town.settle(store, limit=2)
    ids = [e.id for e in pending]
    read = await store.read_envelopes(town.scope, ids=[ids[2], ids[0], ids[2], "nobody"])
    assert [e.id for e in read] == [ids[0], ids[2]]
    for number, state in enumerate((EnvelopeState.PROCESSED, EnvelopeState.QUARANTINED, EnvelopeState.PENDING)):
        (found,) = await store.read_envelopes(town.scope, state=state)
        assert (found.id, found.state) == (ids[number], state)
        assert await store.read_envelopes(town.scope, ids=ids, state=state) == [found]
    (bad,) = await store.read_envelopes(town.scope, state=EnvelopeState.QUARANTINED)
    assert (bad.attempts, bad.reason, bad.parser_version) == (1, "bad", "1")
    assert len(await store.read_envelopes(town.scope, limit=2)) == 2


async def test_a_quarantined_envelope_can_be_replayed(store, town):
    await town.deliver(store, {"bad": "1"}, {"ignore": "2"})
    (envelope,) = await store.read_pending(town.scope, limit=1)
    assert await store.commit_replay(town.scope, [envelope.id]) == 0  # it is pending
    await town.settle(store)
    assert await store.commit_replay(town.scope, [envelope.id, envelope.id, "nobody"]) == 1
    ledger = await store.read_ledger(town.scope)
    assert (ledger.pending, ledger.parsed, ledger.events["unparsed"]) == (1, 1, 0)
    assert ledger.balanced
    await town.settle(
        store, parser=lambda events: [{"ignore": event.get("bad") or event["ignore"]} for event in events]
    )
    ledger = await store.read_ledger(town.scope)
    assert (ledger.processed, ledger.parsed, ledger.events["ignored"]) == (1, 2, 2)
    (envelope,) = await store.read_envelopes(town.scope, ids=[envelope.id])
    assert (envelope.attempts, envelope.reason) == (2, None)
    assert await store.commit_replay(town.scope, [envelope.id]) == 0  # it is processed


async def test_refusals_are_counted_by_reason(store, town):
    await store.commit_refusal(town.scope, "sms", "signature")
    await store.commit_refusal(town.scope, "sms", "signature", 4)
    await store.commit_refusal(town.scope, "mail", "too-large")
    assert (await store.read_ledger(town.scope)).refused == {"signature": 5, "too-large": 1}
    assert (await store.read_ledger(town.scope, account="sms")).refused == {"signature": 5}


async def test_accounts_outside_the_scope_are_out_of_reach(store, town):
    scope = Scope("town", frozenset({"mail"}))
    await town.deliver(store, {"bad": "1"})
    await town.settle(store)
    (envelope,) = await store.read_envelopes(town.scope)
    assert await store.read_envelopes(scope) == []
    assert await store.read_envelopes(scope, ids=[envelope.id]) == []
    assert await store.commit_replay(scope, [envelope.id]) == 0
    for refused in (
        store.commit_envelopes(scope, [town.envelope(account="mail"), town.envelope(account="sms")]),
        store.commit_envelopes(scope, [], cursor=("sms", "1")),
        store.read_cursor(scope, "sms"),
        store.commit_refusal(scope, "sms", "x"),
        store.read_ledger(scope, account="sms"),
    ):
        with pytest.raises(ScopeDenied):
            await refused
    ledger = await store.read_ledger(scope)
    assert (ledger.received, ledger.parsed) == (0, 0)
