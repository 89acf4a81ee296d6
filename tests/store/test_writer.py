"""The writer thread: one commit for what has arrived, nobody told before it, nobody hurt by a neighbour."""

import sqlite3
import threading
from pathlib import Path

import anyio
import anyio.lowlevel
import pytest
from tests.store.town import Town, say

from omnilink.errors import Conflict, StoreBusy, StoreUnusable
from omnilink.store.base import Accepted
from omnilink.store.sqlite import SqliteStore
from omnilink.store.sqlite.connection import connect

pytestmark = pytest.mark.anyio


class Faulty(sqlite3.Connection):
    """Counts commits, and fails statements on demand."""

    fails: dict[str, Exception]
    commits = 0
    gate: threading.Event
    waiting: threading.Event  # the writer has taken a group and stands at the gate

    def execute(self, sql, *parameters):
        if sql == "COMMIT":
            self.commits += 1
        if sql == "BEGIN IMMEDIATE":
            self.waiting.set()
            self.gate.wait(5)
        if error := self.fails.pop(sql, None):
            raise error
        return super().execute(sql, *parameters)


@pytest.fixture
async def faulty(tmp_path: Path):
    connections = []

    def connect_faulty(path: Path) -> sqlite3.Connection:
        connect(path).close()
        connection = sqlite3.connect(path, factory=Faulty, isolation_level=None, check_same_thread=False, timeout=0.05)
        connection.fails, connection.gate, connection.waiting = {}, threading.Event(), threading.Event()
        connection.gate.set()
        connection.execute("PRAGMA foreign_keys = ON")
        connections.append(connection)
        return connection

    store = SqliteStore._open(tmp_path / "town.db", True, connect_faulty)
    yield store, connections[0]
    await store.aclose()


async def deliver_all(store, town: Town, envelopes) -> list[object]:
    """Hands in each envelope on its own, all at once; what became of them, errors included."""
    outcome: list[object] = [None] * len(envelopes)

    async def one(n: int) -> None:
        try:
            (outcome[n],) = await store.commit_envelopes(town.scope, [envelopes[n]])
        except Exception as error:
            outcome[n] = error

    async with anyio.create_task_group() as group:
        for n in range(len(envelopes)):
            group.start_soon(one, n)
    return outcome


async def held(connection: Faulty, store, town: Town, envelopes) -> list[object]:
    """As `deliver_all`, with the writer held until all have arrived: they are one group after the first."""
    connection.gate.clear()
    outcome: list[object] = []

    async def run() -> None:
        outcome.extend(await deliver_all(store, town, envelopes))

    async with anyio.create_task_group() as group:
        group.start_soon(run)
        await anyio.wait_all_tasks_blocked()
        connection.gate.set()
    return outcome


async def test_what_has_arrived_is_committed_together(faulty, town):
    store, connection = faulty
    outcome = await held(connection, store, town, [town.envelope() for _ in range(300)])
    assert outcome == [Accepted.STORED] * 300
    assert connection.commits <= 3
    assert len(await store.read_pending(town.scope, limit=1000)) == 300


async def test_a_failing_request_takes_nothing_with_it(faulty, town):
    store, connection = faulty
    stored = town.envelope()
    await store.commit_envelopes(town.scope, [stored])
    envelopes = [town.envelope(key=str(n)) for n in range(20)]
    envelopes[7] = stored.model_copy(update={"account": "new account"})  # the same id again
    outcome = await held(connection, store, town, envelopes)
    assert isinstance(outcome.pop(7), Conflict)
    assert outcome == [Accepted.STORED] * 19
    ledger = await store.read_ledger(town.scope)
    assert (ledger.received, ledger.pending) == (20, 20)
    # What the failed one made was undone, and is not believed to be there.
    await store.commit_envelopes(town.scope, [town.envelope(account="new account")])
    assert (await store.read_ledger(town.scope, account="new account")).received == 1
    assert await store.check() == []


@pytest.mark.parametrize("statement", ["BEGIN IMMEDIATE", "COMMIT", "RELEASE request", "ROLLBACK TO request"])
async def test_when_the_group_fails_nobody_is_told_it_was_stored(faulty, town, statement):
    store, connection = faulty
    envelopes = [town.envelope(key=str(n)) for n in range(10)]
    stored = town.envelope()
    await store.commit_envelopes(town.scope, [stored])
    clash = [town.envelope(), *envelopes, stored]  # so that there is a request to roll back
    connection.gate.clear()
    connection.fails[statement] = sqlite3.OperationalError("disk I/O error")
    outcome = await held(connection, store, town, clash)
    failed = [error for error in outcome if isinstance(error, StoreBusy)]
    assert failed
    told = {e.id for e, became in zip(clash, outcome, strict=True) if became is Accepted.STORED}
    assert {e.id for e in await store.read_pending(town.scope, limit=100)} == told | {stored.id}
    assert (await store.read_ledger(town.scope)).balanced
    # And it goes on.
    again = await deliver_all(store, town, envelopes)
    assert set(again) <= {Accepted.STORED, Accepted.DUPLICATE}
    assert len(await store.read_pending(town.scope, limit=100)) >= 10
    await town.settle_all(store)
    assert await store.check() == []


async def test_a_full_disk_is_busy_and_passes(sqlite, town):
    pages = sqlite._writer._connection.execute("PRAGMA page_count").fetchone()[0]
    sqlite._writer._connection.execute(f"PRAGMA max_page_count = {pages + 2}")
    with pytest.raises(StoreBusy):
        await sqlite.commit_envelopes(town.scope, [town.envelope(body=b"x" * 100_000)])
    sqlite._writer._connection.execute("PRAGMA max_page_count = 1000000")
    assert await town.deliver(sqlite, say("1")) is Accepted.STORED
    await town.settle(sqlite)
    assert await sqlite.check() == []


async def test_a_file_locked_by_another_process_is_busy_and_passes(faulty, town):
    store, connection = faulty
    path = connection.execute("PRAGMA database_list").fetchone()[2]
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreBusy) as caught:
        await town.deliver(store, say("1"))
    assert isinstance(caught.value.__cause__, sqlite3.OperationalError)
    other.execute("ROLLBACK")
    other.close()
    assert await town.deliver(store, say("1")) is Accepted.STORED


async def test_two_stores_on_one_file_see_each_others_changes(sqlite, town, tmp_path):
    other = await SqliteStore.open(tmp_path / "town.db")
    for n in range(4):
        await town.deliver((sqlite, other)[n % 2], say(str(n)))
        await town.settle((other, sqlite)[n % 2])
    assert await sqlite.read_digest(town.scope) == await other.read_digest(town.scope)
    assert (await other.read_ledger(town.scope)).events["recorded"] == 4
    await other.aclose()


async def test_a_waiter_that_is_cancelled_hurts_nobody(faulty, town):
    store, connection = faulty
    first, second, third = (town.envelope() for _ in range(3))
    connection.gate.clear()
    connection.waiting.clear()
    cancelled, outcome = anyio.CancelScope(), []

    async def cancelled_one() -> None:
        with cancelled:
            await store.commit_envelopes(town.scope, [second])

    async def other_one(envelope) -> None:
        outcome.extend(await store.commit_envelopes(town.scope, [envelope]))

    async with anyio.create_task_group() as group:
        for job in ((other_one, first), (cancelled_one,), (other_one, third)):
            group.start_soon(*job)
            await anyio.wait_all_tasks_blocked()
            await anyio.to_thread.run_sync(connection.waiting.wait, 5)
        cancelled.cancel()
        await anyio.wait_all_tasks_blocked()
        connection.gate.set()
    assert outcome == [Accepted.STORED] * 2
    # The writer had begun with the first; the cancelled one had not begun and never is.
    assert await store.read_pending(town.scope, limit=9) == [first, third]


def test_a_loop_that_ends_meanwhile_does_not_stop_the_writer(tmp_path, anyio_backend_name):
    town = Town()
    store = anyio.run(SqliteStore.open, tmp_path / "town.db", backend=anyio_backend_name)

    async def leave_early() -> None:
        with anyio.move_on_after(0):
            await town.deliver(store, say("1"))

    async def stay() -> Accepted:
        return await town.deliver(store, say("2"))

    for _ in range(5):
        anyio.run(leave_early, backend=anyio_backend_name)
        assert anyio.run(stay, backend=anyio_backend_name) is Accepted.STORED
    anyio.run(store.aclose, backend=anyio_backend_name)


async def test_what_was_accepted_is_written_before_the_store_closes(tmp_path, town):
    store = await SqliteStore.open(tmp_path / "town.db")
    outcome: list[object] = []

    async def deliver() -> None:
        outcome.extend(await deliver_all(store, town, [town.envelope() for _ in range(50)]))

    async with anyio.create_task_group() as group:
        group.start_soon(deliver)
        await anyio.wait_all_tasks_blocked()
        await store.aclose()
    assert outcome == [Accepted.STORED] * 50
    await store.aclose()
    for refused in (town.deliver(store, say("1")), store.read_ledger(town.scope)):
        with pytest.raises(StoreUnusable):
            await refused
    again = await SqliteStore.open(tmp_path / "town.db")
    assert len(await again.read_pending(town.scope, limit=100)) == 50
    await again.aclose()


async def test_reads_that_meet_the_closing_end_one_way_or_the_other(tmp_path, town):
    for _ in range(5):
        store = await SqliteStore.open(tmp_path / "town.db")
        ended: list[bool] = []

        async def read(store=store, ended=ended) -> None:
            try:
                await store.read_ledger(town.scope)
                ended.append(True)
            except StoreUnusable:
                ended.append(False)

        with anyio.fail_after(5):
            async with anyio.create_task_group() as group:
                for _ in range(30):
                    group.start_soon(read)
                await anyio.lowlevel.checkpoint()
                group.start_soon(store.aclose)
        assert len(ended) == 30
