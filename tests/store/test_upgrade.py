"""A database of the first version, with a town in it, becomes one of this version: nothing is lost, sending works."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from tests.store.desk import Desk
from tests.store.town import Town, about, say

from omnilink.errors import StoreUnusable
from omnilink.model import OutboxState
from omnilink.model.conversation import ConversationSplit, SplitUndone
from omnilink.store.base import Change
from omnilink.store.sqlite import SqliteStore, upgrade
from omnilink.store.sqlite.connection import APPLICATION_ID
from omnilink.store.sqlite.migrations import load_migrations

pytestmark = pytest.mark.anyio


def copy_as_first_version(source: Path, target: Path) -> None:
    """What the first version would have made of the same: its schema, filled from a database of this version."""
    first = load_migrations()[0]
    with closing(sqlite3.connect(target)) as connection:
        connection.executescript(first.script)
        connection.execute("ATTACH ? AS source", (str(source),))
        tables = connection.execute("SELECT name FROM main.sqlite_master WHERE type = 'table'").fetchall()
        for (table,) in tables:
            columns = ", ".join(row[1] for row in connection.execute(f"PRAGMA main.table_info({table})"))
            connection.execute(f"INSERT INTO main.{table} ({columns}) SELECT {columns} FROM source.{table}")
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {first.number}")
        connection.commit()


def schema_of(path: Path) -> set[tuple[str, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return {tuple(row) for row in connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_master")}


@pytest.fixture
async def old(tmp_path, town) -> Path:
    """A town that has heard much and said nothing yet."""
    store = await SqliteStore.open(tmp_path / "new.db")
    envelopes = [
        town.envelope(say(f"m{n}", f"tel:+346000{n % 7:04}"), about(f"r{n}", f"m{n + 2}"), {"bad": "b"}, key=str(n))
        for n in range(30)
    ]
    await store.commit_envelopes(town.scope, envelopes)
    await town.settle_all(store, limit=15)
    people = await store.read_personas(town.scope, match_keys=[f"tel:+346000{n:04}" for n in range(2)])
    await store.commit_change(town.scope, Change(links=[town.link(*people)], memberships={people[1].id: people[0].id}))
    await store.aclose()
    copy_as_first_version(tmp_path / "new.db", tmp_path / "old.db")
    return tmp_path / "old.db"


async def test_older_file_is_refused_until_it_is_upgraded(old):
    with pytest.raises(StoreUnusable) as caught:
        await SqliteStore.open(old)
    assert caught.value.hint == "omnilink db upgrade"
    assert upgrade(old) is not None
    assert upgrade(old) is None
    await (await SqliteStore.open(old)).aclose()


async def test_upgrade_keeps_every_row(old, town):
    twin = await SqliteStore.open(old.with_name("new.db"))
    digest = await twin.read_digest(town.scope)
    assert await twin.check() == []
    await twin.aclose()
    upgrade(old)
    store = await SqliteStore.open(old)
    assert await store.read_digest(town.scope) == digest
    assert await store.check() == []
    assert (await store.read_ledger(town.scope)).balanced
    await store.aclose()


async def test_upgraded_file_has_the_schema_of_a_new_one(old):
    upgrade(old)
    assert schema_of(old) == schema_of(old.with_name("new.db"))


async def test_copy_made_before_is_of_the_first_version_and_can_be_upgraded_again(old, town):
    copy = upgrade(old)
    assert copy is not None
    with closing(sqlite3.connect(copy)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (1,)
    assert upgrade(copy) is not None
    assert schema_of(copy) == schema_of(old)


async def test_upgraded_town_hears_and_speaks(old, town):
    upgrade(old)
    store = await SqliteStore.open(old)
    later = Town(seed=5)
    desk = Desk(later, store)
    (ana,) = await store.read_personas(later.scope, match_keys=["tel:+3460000003"])
    desk.ana = ana.id
    item = await desk.queue("out:1")
    assert await desk.due() == [item.id]
    await later.deliver(store, say("p:1", "tel:+3460000003"), about("new", "m1"))
    await later.settle_all(store)
    echo = (await desk.context("p:1")).messages["p:1"][0].id
    item = await desk.move(await desk.move(item, OutboxState.SENDING), OutboxState.ACCEPTED)
    await desk.commit(message_keys={"p:1": item.interaction}, shadowed=[(echo, item.interaction)])
    history = [row.interaction.id for row in await store.read_timeline(later.scope, [ana.id])]
    assert item.interaction in history
    assert echo not in history
    assert await store.check() == []
    await store.aclose()


async def test_conversations_of_a_time_before_causes_were_kept_are_taken_apart_and_grow(old, town):
    upgrade(old)
    store = await SqliteStore.open(old)
    thread = (await store.read_conversations(town.scope, limit=1))[0]
    items = await store.read_conversation_items(town.scope, thread.id)
    assert len(items) > 2
    split = ConversationSplit(id=town.ids(), conversation=thread.id, messages=(items[1].id,), by="eva", at=town.now())
    await store.commit_change(town.scope, Change(splits=[split]))
    (rest,) = await store.read_conversations(town.scope, ids=[thread.id])
    assert rest.interactions == len(items) - 1
    await store.commit_change(town.scope, Change(splits_undone=[SplitUndone(split=split.id, by="eva", at=town.now())]))
    assert await store.read_conversations(town.scope, ids=[thread.id]) == [thread]
    assert await store.check() == []
    await store.aclose()
