"""What is asked often is answered by an index: no query of the daily work reads a whole table or sorts one."""

import hashlib
import sqlite3

import pytest
from tests.store.desk import Desk, at
from tests.store.town import about, say

from omnilink.model import EnvelopeState, OutboxState
from omnilink.model.scope import Scope
from omnilink.store.base import Change, Lookup
from omnilink.store.sqlite import SqliteStore
from omnilink.store.sqlite import store as facade
from omnilink.store.sqlite.connection import connect

pytestmark = pytest.mark.anyio


@pytest.fixture
def statements(monkeypatch):
    """Every statement that was run, by any connection."""
    found: set[str] = set()

    def connect_and_listen(path, *, reading=False):
        connection = connect(path, reading=reading)
        connection.set_trace_callback(found.add)
        return connection

    monkeypatch.setattr(facade, "connect", connect_and_listen)
    return found


async def a_day(store, town):
    for n in range(6):
        await town.deliver(
            store, say(str(n), f"tel:+3460000{n:04}"), about(f"r{n}", str(n + 2)), {"bad": "b"}, key=str(n)
        )
        await town.settle(store)
    await store.commit_replay(town.scope, [e.id for e in await store.read_envelopes(town.scope)])
    await town.settle_all(store)
    people = await store.read_personas(
        town.scope, handle_keys=[f"tel:+3460000{n:04}" for n in range(6)], match_keys=["tel:+34600000001"]
    )
    a, b = people[:2]
    threads = await store.read_conversations(town.scope)
    link = town.link(a, b)
    change = Change(links=[link], memberships={b.id: a.id}, merges=[(threads[0].id, threads[1].id)])
    await store.commit_change(town.scope, change)
    lookup = Lookup(
        contacts=frozenset({a.id}), match_keys=frozenset({"tel:+34600000001"}), messages=frozenset("12"),
        events=frozenset(("sms", str(n)) for n in range(300)),
    )  # fmt: skip
    context = await store.read_context(town.scope, lookup)
    await store.commit_change(town.scope, Change(seq=context.seq - 1, versions=context.versions))
    for scope in (town.scope, Scope("town", frozenset({"sms"}))):
        rows = await store.read_timeline(scope, [p.id for p in people], limit=3)
        first = rows[0].interaction
        await store.read_timeline(scope, [a.id], before=(first.occurred_at, first.id))
        await store.read_interactions(scope, [first.id])
        await store.read_revisions(scope, [first.id])
        await store.read_conversations(scope, before=(first.occurred_at, first.id))
        await store.read_conversations(scope, ids=[threads[0].id])
        await store.read_conversation_items(scope, threads[0].id)
        await store.read_pending(scope, limit=10)
        await store.read_envelopes(scope, ids=["x"])
        await store.read_envelopes(scope, state=EnvelopeState.QUARANTINED)
        await store.read_component(scope, a.id)
        await store.read_contacts(scope, limit=3)
        await store.read_link(scope, link.id)
        await store.read_ledger(scope)
        await store.read_cursor(scope, "sms")


async def a_day_at_the_desk(store, town):
    desk = Desk(town, store)
    items = [await desk.queue(f"out:{n}", lane=str(n % 2), idempotency_key=str(n)) for n in range(6)]
    digest = hashlib.sha256(b"x").hexdigest()
    await town.deliver(store, say("p:1", "tel:+34600000001", thread="t"), about("read", "p:1"))
    await town.settle(store)
    echo = (await desk.context("p:1")).messages["p:1"][0].id
    first = await desk.move(items[0], OutboxState.SENDING, lease_until=at(1))
    await desk.move(first, OutboxState.ACCEPTED)
    await desk.commit(
        message_keys={"p:1": first.interaction, "p:2": first.interaction}, shadowed=[(echo, first.interaction)],
        blobs={digest: b"x"},
    )  # fmt: skip
    await desk.move(items[1], OutboxState.SENDING, lease_until=at(1))
    for scope in (town.scope, Scope("town", frozenset({"sms"}))):
        await store.read_due(scope, now=at(5))
        await store.read_outbox(scope, ids=[items[0].id], interactions=[items[1].interaction], idempotency_key="3")
        await store.read_outbox(scope, states=[s for s in OutboxState if s is not OutboxState.ACCEPTED])
        await store.read_blobs(scope, [digest])
        await store.read_consents(scope, [desk.ana])
        await store.read_timeline(scope, [desk.ana])
        await store.read_interactions(scope, [echo])


@pytest.mark.parametrize("work", [a_day, a_day_at_the_desk])
async def test_the_daily_work_reads_no_table_whole(tmp_path, town, statements, work):
    store = await SqliteStore.open(tmp_path / "town.db")
    await work(store, town)
    statements = {s for s in statements if s.lstrip().split()[0] in ("SELECT", "UPDATE", "DELETE", "INSERT")}
    assert len(statements) > 50
    whole = []
    with sqlite3.connect(tmp_path / "town.db") as connection:
        for statement in sorted(statements):
            plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}")]
            for step in plan:
                scans = step.startswith("SCAN") and "CONSTANT" not in step
                # In the order they were stored, up to a limit: that is the table's own order.
                if scans and not (step.startswith("SCAN e") and "ORDER BY e.id LIMIT" in statement):
                    whole.append((step, statement))
                if "TEMP B-TREE FOR ORDER BY" in step:
                    whole.append((step, statement))
    connection.close()
    await store.aclose()
    assert not whole
