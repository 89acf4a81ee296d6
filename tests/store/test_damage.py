"""`check` finds what has been damaged among what was sent, and names nobody."""

import hashlib
import sqlite3
from contextlib import closing

import pytest
from tests.store.desk import Desk
from tests.store.town import about, say

from omnilink.store.sqlite import SqliteStore

pytestmark = pytest.mark.anyio
ECHO = "(SELECT id FROM interaction WHERE same_as IS NOT NULL)"
OURS = "(SELECT same_as FROM interaction WHERE same_as IS NOT NULL)"
DAMAGE = {
    "an item's document lost": "DELETE FROM outbox_doc",
    "an item of nothing": "UPDATE outbox SET interaction = 99",
    "an item of an echo": f"UPDATE outbox SET interaction = {ECHO}",
    "bytes changed": "UPDATE blob SET content = X'00'",
    "a name of nothing": "UPDATE message_alias SET interaction = 99",
    "a name of an echo": f"UPDATE message_alias SET interaction = {ECHO}",
    "a name with two owners": f"UPDATE message_alias SET key = (SELECT message_key FROM interaction WHERE id = {OURS})",
    "an echo of nothing": "UPDATE interaction SET same_as = 99 WHERE same_as IS NOT NULL",
    "an echo of itself": "UPDATE interaction SET same_as = id WHERE same_as IS NOT NULL",
    "an echo in a history": f"UPDATE attribution SET interaction = {ECHO} WHERE interaction = {OURS}",
    "an echo that arrived": f"UPDATE arrival SET interaction = {ECHO}",
    "an echo that was changed": f"UPDATE revision SET interaction = {ECHO}",
    "an echo that an event made": f"UPDATE event SET interaction = {ECHO}",
    "an echo that is counted": "UPDATE conversation SET interactions = interactions + 1",
}


@pytest.mark.parametrize("name", DAMAGE)
async def test_check_finds_damage_to_what_was_sent(tmp_path, town, name):
    path = tmp_path / "town.db"
    store = await SqliteStore.open(path)
    desk = Desk(town, store)
    item = await desk.queue("out:1")
    await town.deliver(store, say("p:1", thread="t"), about("read", "p:1"))
    await town.settle(store)
    echo = (await desk.context("p:1")).messages["p:1"][0].id
    await desk.commit(shadowed=[(echo, item.interaction)], blobs={hashlib.sha256(b"x").hexdigest(): b"x"})
    assert await store.check() == []
    await store.aclose()
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute(DAMAGE[name]).rowcount > 0
        connection.commit()
    store = await SqliteStore.open(path)
    problems = await store.check()
    await store.aclose()
    assert problems
    assert not any("+34" in problem or "p:1" in problem or "out:1" in problem for problem in problems)
