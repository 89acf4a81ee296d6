"""Database files: made, recognised, upgraded, copied, checked, and whole after a kill."""

import os
import signal
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from tests.store.town import Town, about, say

from omnilink.errors import BadInput, StoreUnusable
from omnilink.store.base import Accepted, Change
from omnilink.store.memory import MemoryStore
from omnilink.store.sqlite import SqliteStore, upgrade
from omnilink.store.sqlite.connection import APPLICATION_ID
from omnilink.store.sqlite.migrations import Migration, load_migrations

pytestmark = pytest.mark.anyio
ROOT = Path(__file__).parents[2]


def run_sql(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()


async def test_a_new_file_is_for_its_owner_only(tmp_path):
    path = tmp_path / "town.db"
    await (await SqliteStore.open(path)).aclose()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert connection.execute("PRAGMA application_id").fetchone() == (APPLICATION_ID,)
        assert connection.execute("PRAGMA user_version").fetchone() == (load_migrations()[-1].number,)


async def test_the_writer_is_durable_and_checks_references(sqlite):
    for name, value in (("synchronous", 2), ("foreign_keys", 1)):
        assert sqlite._writer._connection.execute(f"PRAGMA {name}").fetchone() == (value,)


async def test_a_store_is_there_again_after_closing(tmp_path, town):
    store = await SqliteStore.open(tmp_path / "town.db")
    await town.deliver(store, say("1"))
    await town.settle(store)
    digest = await store.read_digest(town.scope)
    await store.aclose()
    assert [f.name for f in tmp_path.iterdir()] == ["town.db"]
    store = await SqliteStore.open(str(tmp_path / "town.db"), create=False)
    assert await store.read_digest(town.scope) == digest
    await store.aclose()


async def unusable(path: Path, *, create: bool = True) -> StoreUnusable:
    with pytest.raises(StoreUnusable) as caught:
        await SqliteStore.open(path, create=create)
    return caught.value


async def test_a_file_that_is_not_there_is_made_only_if_asked(tmp_path):
    await unusable(tmp_path / "town.db", create=False)
    await unusable(tmp_path / "no folder" / "town.db")
    assert not list(tmp_path.iterdir())


async def test_other_peoples_files_are_left_alone(tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("no database at all\n" * 100)
    await unusable(path)
    assert path.read_text() == "no database at all\n" * 100
    other = tmp_path / "other.db"
    run_sql(other, "CREATE TABLE theirs (x)")
    await unusable(other)
    with pytest.raises(StoreUnusable):
        upgrade(other)
    with closing(sqlite3.connect(other)) as connection:
        assert connection.execute("SELECT name FROM sqlite_master").fetchall() == [("theirs",)]


async def test_an_empty_file_left_by_a_kill_is_a_new_one(tmp_path):
    path = tmp_path / "town.db"
    run_sql(path, "PRAGMA journal_mode = WAL")
    store = await SqliteStore.open(path)
    assert await store.check() == []
    await store.aclose()


async def test_an_older_file_is_upgraded_when_asked_after_a_copy(tmp_path, town):
    path = tmp_path / "town.db"
    store = await SqliteStore.open(path)
    await town.deliver(store, say("1"))
    await town.settle(store)
    await store.aclose()
    assert upgrade(path) is None
    shipped = load_migrations()
    following = shipped[-1].number + 1
    later = [
        *shipped,
        Migration(following, "-- two; statements\nCREATE TABLE extra (x TEXT);\nINSERT INTO extra VALUES ('a;b');\n"),
        Migration(following + 1, "ALTER TABLE extra ADD COLUMN y TEXT;"),
    ]
    copy = upgrade(path, later)
    assert copy is not None
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (following + 1,)
        assert connection.execute("SELECT x, y FROM extra").fetchall() == [("a;b", None)]
    store = await SqliteStore.open(copy)
    assert (await store.read_ledger(town.scope)).events["recorded"] == 1
    await store.aclose()
    error = await unusable(path)  # now it is newer than this program
    assert "newer" in error.message
    with pytest.raises(StoreUnusable):
        upgrade(path)
    run_sql(path, f"PRAGMA user_version = {shipped[0].number - 1}")
    assert (await unusable(path)).hint == "omnilink db upgrade"


async def test_a_migration_that_fails_leaves_the_version_before_it(tmp_path):
    path = tmp_path / "town.db"
    await (await SqliteStore.open(path)).aclose()
    shipped = load_migrations()
    number = shipped[-1].number
    bad = Migration(number + 2, "CREATE TABLE half (x);\nCREATE TABLE envelope (x);")
    with pytest.raises(StoreUnusable):
        upgrade(path, [*shipped, Migration(number + 1, "CREATE TABLE whole (x);"), bad])
    with closing(sqlite3.connect(path)) as connection:
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
        assert connection.execute("PRAGMA user_version").fetchone() == (number + 1,)
    assert "whole" in tables
    assert "half" not in tables


async def test_a_backup_is_a_whole_store_and_overwrites_nothing(sqlite, town, tmp_path):
    await town.deliver(sqlite, say("1"))
    await town.settle(sqlite)
    target = tmp_path / "copy.db"
    await sqlite.backup(str(target))
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    await town.deliver(sqlite, say("2"))
    before = target.read_bytes()
    with pytest.raises(BadInput):
        await sqlite.backup(str(target))
    assert target.read_bytes() == before
    with pytest.raises(BadInput):
        await sqlite.backup(str(tmp_path / "no folder" / "copy.db"))
    copy = await SqliteStore.open(target, create=False)
    assert await copy.check() == []
    assert (await copy.read_ledger(town.scope)).received == 1
    await copy.aclose()


async def test_a_store_in_memory_has_nothing_to_back_up():
    with pytest.raises(BadInput):
        await MemoryStore().backup("x")


DAMAGE = {
    "an envelope lost": ["DELETE FROM envelope_body WHERE envelope = 1", "DELETE FROM envelope WHERE id = 1"],
    "a body lost": ["DELETE FROM envelope_body WHERE envelope = 1"],
    "a document lost": ["DELETE FROM interaction_doc WHERE interaction = 1"],
    "an event lost": ["DELETE FROM event WHERE state = 'ignored'"],
    "a count wrong": ["UPDATE account SET received = received + 1"],
    "a parsed count wrong": ["UPDATE envelope SET parsed = parsed + 1"],
    "an interaction without its conversation": ["UPDATE interaction SET conversation = 99"],
    "a conversation's count wrong": ["UPDATE conversation SET interactions = 7"],
    "a contact of a stranger": ["UPDATE persona SET contact = 3 WHERE id = 1"],
    "a contact named after a younger one": ["UPDATE persona SET contact = 2 WHERE contact = 1"],
    "linked people apart": ["UPDATE persona SET contact = id"],
    "people together without a link": ["UPDATE persona SET contact = 1"],
    "an attribution out of place": ["UPDATE attribution SET occurred_at = occurred_at + 1"],
    "an event recorded twice": [
        "DROP INDEX event_known",
        "UPDATE event SET event_key = 'i', state = 'ignored', account = 1",
    ],
    "a tenant that is not there": ["UPDATE claim SET tenant = 99"],
}


@pytest.mark.parametrize("name", DAMAGE)
async def test_check_finds_planted_damage(tmp_path, town, name):
    path = tmp_path / "town.db"
    store = await SqliteStore.open(path)
    await town.deliver(store, say("1", "tel:+34600000001"), say("2", "tel:+34600000002"), {"ignore": "i"})
    await town.deliver(store, say("3", "tel:+34600000003"), about("4", "5"))
    await town.settle(store)
    keys = [f"tel:+3460000000{n}" for n in (1, 2, 3)]
    a, b, c = sorted(await store.read_personas(town.scope, match_keys=keys), key=lambda p: p.key)
    await store.commit_change(town.scope, Change(links=[town.link(a, b)], memberships={b.id: a.id}))
    assert await store.check() == []
    await store.aclose()
    run_sql(path, *DAMAGE[name])
    store = await SqliteStore.open(path)
    problems = await store.check()
    await store.aclose()
    assert problems
    assert not any(c.key in problem or "+34" in problem for problem in problems)


async def test_check_finds_a_page_of_rubbish(tmp_path, town):
    path = tmp_path / "town.db"
    store = await SqliteStore.open(path)
    await town.deliver(store, *(say(str(n), f"tel:+346000{n:05}") for n in range(300)))
    await town.settle(store)
    await store.aclose()
    with closing(sqlite3.connect(path)) as connection:
        (page,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'event_known'").fetchone()
    with path.open("r+b") as file:
        file.seek((page - 1) * 4096 + 100)
        file.write(os.urandom(500))
    store = await SqliteStore.open(path)
    try:
        problems = await store.check()
    except StoreUnusable as error:
        problems = [error.message]
    assert problems
    await store.aclose()


CHILD = """
import sys, anyio
from omnilink.store.sqlite import SqliteStore
from tests.store.town import Town, say, about

async def main():
    store, town = await SqliteStore.open(sys.argv[1]), Town(seed=7)
    async def deliver(n):
        await town.deliver(store, say(f"m{n}", f"tel:+3460000{n % 9:04}"), about(f"r{n}", f"m{n + 3}"), key=str(n))
        print(n, flush=True)
    for start in range(0, 10_000, 8):
        async with anyio.create_task_group() as group:
            for n in range(start, start + 8):
                group.start_soon(deliver, n)
        await town.settle(store, limit=5)

anyio.run(main, backend=sys.argv[2])
"""


async def test_after_a_kill_nothing_acknowledged_is_gone(tmp_path, anyio_backend_name):
    path = tmp_path / "town.db"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "src")])}
    with subprocess.Popen(  # noqa: ASYNC220
        [sys.executable, "-c", CHILD, str(path), anyio_backend_name], stdout=subprocess.PIPE, text=True, env=environment
    ) as child:
        acknowledged = [int(next(child.stdout)) for _ in range(100)]
        child.send_signal(signal.SIGKILL)
        acknowledged += [int(line) for line in child.stdout if line.endswith("\n")]
    town = Town(seed=8)

    async def deliver(store, n: int) -> Accepted:
        return await town.deliver(
            store, say(f"m{n}", f"tel:+3460000{n % 9:04}"), about(f"r{n}", f"m{n + 3}"), key=str(n)
        )

    store = await SqliteStore.open(path)
    assert await store.check() == []
    assert [await deliver(store, n) for n in acknowledged] == [Accepted.DUPLICATE] * len(acknowledged)
    everything = max(acknowledged) + 20
    for n in range(everything):
        await deliver(store, n)
    await town.settle_all(store)
    assert await store.check() == []
    twin = MemoryStore()
    for n in range(everything):
        await deliver(twin, n)
    await town.settle_all(twin)
    assert await store.read_digest(town.scope) == await twin.read_digest(town.scope)
    await store.aclose()
