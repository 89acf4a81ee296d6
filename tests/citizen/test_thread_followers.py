"""What only answers something in a conversation that was taken apart is where it is, without working all out anew."""

import random

import pytest
from tests.citizen.test_threads import apart, letter, live, split, threads, town_of_letters
from tests.ingest.matters import Desk

from omnilink.store.memory import MemoryStore
from omnilink.store.sqlite import SqliteStore, splits

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    """Once is enough: the stores are tested on both event loops elsewhere."""
    return "asyncio"


@pytest.mark.parametrize("seed", range(6))
async def test_what_only_follows_a_conversation_is_where_working_everything_out_would_put_it(seed, tmp_path):
    # In memory everything is worked out; SQLite leaves out what a new message cannot change.
    digests = set()
    for store in (MemoryStore(), await SqliteStore.open(tmp_path / "town.db")):
        desk = Desk(store)
        rng = random.Random(seed)
        await live(desk, town_of_letters(rng, 6), rng)
        known = ["m0", "m1", "m2", "m3", "m4", "m5"]
        for number in range(4):
            pair = []
            for name in (f"n{number}a", f"n{number}b"):
                pair.append(
                    letter(name, *rng.sample([*known, f"g{number}"], k=rng.choice([0, 1, 2])), days=9.0 + number)
                )
                known.append(name)
            await desk.hear(*pair)
        assert await store.check() == []
        digests.add(await store.read_digest(desk.hub.scope))
        await store.aclose()
    assert len(digests) == 1


async def test_an_answer_in_a_conversation_that_was_taken_apart_needs_no_working_out(tmp_path, monkeypatch):
    store = await SqliteStore.open(tmp_path / "town.db")
    desk = Desk(store)
    await desk.hear(letter("m1"), letter("m2", "m1", days=1), letter("m3", "m2", days=2))
    await split(desk, "m2")
    worked_out = []
    monkeypatch.setattr(
        splits, "_part", lambda *given: worked_out.append(given) or splits.Parted(0, frozenset(), frozenset())
    )
    await desk.hear(
        letter("m4", "m2", "m3", days=3), letter("m5", "g1", "m3", "m4", days=4), letter("a1", "m1", days=5)
    )
    assert worked_out == []
    assert await threads(desk) == apart("m1 a1", "m2 m3 m4 m5")
    # Both sides; a message that was cited before it came; one that answers nothing seen.
    for each in (letter("b1", "m1", "m3", days=6), letter("g1", "m1", days=7), letter("b2", "m3", "g9", days=8)):
        await desk.hear(each)
    assert len(worked_out) == 3
    await store.aclose()
