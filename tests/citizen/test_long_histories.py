"""Random histories of mails, calls and what people decide about threads, cases and people: both stores say the same."""

import random

import pytest
from tests.citizen.test_threads import ids, threads, town_of_letters
from tests.ingest.conftest import person
from tests.ingest.matters import ANA_MAIL, ANA_PHONE, HOME, LAMP, Desk, ring, text

from omnilink.errors import BadInput, NotFound
from omnilink.store.memory import MemoryStore
from omnilink.store.sqlite import SqliteStore

pytestmark = pytest.mark.anyio
PEOPLE = [ANA_MAIL, "mailto:bo@example.org", "mailto:cy@example.org"]


@pytest.fixture
def anyio_backend() -> str:
    """Once is enough: the stores are tested on both event loops elsewhere."""
    return "asyncio"


class Officials:
    """They do anything that may be done, in any order."""

    def __init__(self, desk: Desk, rng: random.Random) -> None:
        self.desk, self.rng = desk, rng
        self.splits: list[str] = []
        self.decisions: list[str] = []
        self.links: list[str] = []

    def _some(self, held: list[str]) -> str:
        return held.pop(self.rng.randrange(len(held))) if held else "nothing"

    async def act(self) -> None:
        """One of it; what is refused is refused."""
        acts = (
            self.split,
            self.undo,
            self.join,
            self.part,
            self.undo_case,
            self.link,
            self.unlink,
            self.hear,
            self.close,
        )
        try:
            await self.rng.choice(acts)()
        except (BadInput, NotFound):
            return

    async def split(self) -> None:
        known = await ids(self.desk)
        names = self.rng.sample(sorted(known), k=min(len(known), self.rng.choice([1, 1, 2])))
        done = await self.desk.hub.threads.split([known[name] for name in names], by="eva")
        self.splits.append(done.split.id)

    async def undo(self) -> None:
        await self.desk.hub.threads.undo(self._some(self.splits), by="eva")

    async def join(self) -> None:
        cases = sorted(case.id for case in await self.desk.hub.cases.list())
        done = await self.desk.hub.cases.join(self.rng.choice(cases), self.rng.choice(cases), by="eva")
        self.decisions.append(done.id)

    async def part(self) -> None:
        known = await ids(self.desk)
        done = await self.desk.hub.cases.split(known[self.rng.choice(sorted(known))], by="eva")
        self.decisions.append(done.id)

    async def undo_case(self) -> None:
        await self.desk.hub.cases.undo(self._some(self.decisions), by="eva")

    async def link(self) -> None:
        done = await self.desk.hub.link(*self.rng.sample(PEOPLE, 2), by="eva")
        self.links.append(done.id)

    async def unlink(self) -> None:
        if self.links:
            await self.desk.hub.revoke_link(self._some(self.links), by="eva", reason="two people")

    async def hear(self) -> None:
        key, days = f"r{self.rng.random()}", self.rng.random() * 9
        if self.rng.random() < 0.5:
            await self.desk.hear(ring(key, who=self.rng.choice([ANA_PHONE, HOME]), text=LAMP, days=days))
        else:
            await self.desk.hear(text(key, days=days))

    async def close(self) -> None:
        cases = sorted(case.id for case in await self.desk.hub.cases.list())
        await self.desk.hub.cases.close(self.rng.choice(cases), by="eva")


async def live(store, seed: int):
    """A history, and what came of it: the digest, the conversations, and which messages are one case."""
    rng = random.Random(seed)
    desk = Desk(store)
    officials = Officials(desk, rng)
    for letter in town_of_letters(rng, rng.randint(5, 12)):
        people = (person(rng.choice(PEOPLE)), *letter.participants[1:])
        await desk.hear(letter.model_copy(update={"participants": people, "subject": rng.choice(["Lamp", "Bins"])}))
        for _ in range(rng.randint(0, 3)):
            await officials.act()
            assert await store.check() == []
    known = await ids(desk)
    held: dict[str, list[str]] = {}
    for case in await desk.hub.cases.list(limit=1000):
        held[case.id] = [item.id for item in (await desk.hub.cases.show(case.id)).items]
    every = [item for items in held.values() for item in items]
    assert sorted(every) == sorted(known.values()), "every message is under one case"
    names = {id_: name for name, id_ in known.items()}
    cases = {frozenset(names[item] for item in items) for items in held.values()}
    return await store.read_digest(desk.hub.scope), await threads(desk), cases


async def both(seed: int, path) -> None:
    store = await SqliteStore.open(path)
    outcomes = [await live(each, seed) for each in (MemoryStore(), store)]
    await store.aclose()
    assert outcomes[0] == outcomes[1]


@pytest.mark.parametrize("seed", range(15))
async def test_both_stores_say_the_same_of_any_history_and_nothing_is_out_of_place(seed, tmp_path):
    await both(seed, tmp_path / "town.db")
