"""What somebody is called on their page: by themself; what others call them is left out, or said to be theirs."""

import itertools
from pathlib import Path

import pytest
from tests.ingest.conftest import Town, message, person

from omnilink.model import Participant, Role, StatedClaim
from omnilink.store.sqlite import SqliteStore

pytestmark = pytest.mark.anyio
ANA, BOB = "mailto:ana@example.org", "mailto:bob@example.com"
HEARD = [
    [message("cc", person(BOB, display="Bob"), person(ANA, display="Bob Stranger", role=Role.CC), minute=5)],
    [message("own", person(ANA, display="Ana García"), minute=9)],
    [message("again", person(ANA, display="A. García"), minute=20)],
    [message("before", person(ANA, display="A. García"), minute=1)],
    [message("to", person(BOB, display="Bob"), person(ANA, display="My Enemy", role=Role.TO), minute=30)],
]


@pytest.fixture(params=["memory", "sqlite"])
def make_town(request: pytest.FixtureRequest, tmp_path: Path):
    number = itertools.count()

    async def make() -> Town:
        if request.param == "memory":
            return Town()
        return Town(await SqliteStore.open(tmp_path / f"town{next(number)}.db"))

    return make


def named(name: str) -> tuple[StatedClaim, ...]:
    return person(None, name=name).claims


@pytest.mark.parametrize("at_once", [True, False])
async def test_own_name_wins_over_what_others_write_beside_the_address_in_every_order(make_town, at_once):
    for order in list(itertools.permutations(HEARD))[::13]:
        town = await make_town()
        for scripts in [order] if at_once else [[script] for script in order]:
            await town.send(*scripts)
        ana = await town.hub.contact(ANA)
        assert ana.name == "Ana García"  # said first later than the other of the two
        assert [(h.key, h.display) for h in ana.handles] == [(ANA, "Ana García")]
        assert {p.handle.display for p in ana.personas if p.handle} == {"Ana García"}
        assert {(f.name, f.value) for f in ana.fields} == {
            ("display_name", "Ana García"),
            ("display_name", "A. García"),
        }
        await town.store.aclose()


async def test_who_only_others_named_has_no_name(make_town):
    town = await make_town()
    await town.send(HEARD[0])
    ana = await town.hub.contact(ANA)
    assert (ana.name, ana.fields, [h.display for h in ana.handles]) == (None, (), [None])
    await town.store.aclose()


@pytest.mark.parametrize("handle", ["tel:+5511912345678", "tel:+34600111222"])
async def test_a_number_of_two_spellings_is_no_other_case(make_town, handle):
    town = await make_town()
    await town.send([message("to", person(BOB), person(handle, display="My Enemy", role=Role.TO))])
    assert (await town.hub.contact(handle)).fields == ()
    await town.store.aclose()


async def test_an_accounts_name_is_the_platforms_word(make_town):
    town = await make_town()
    await town.send([message("to", person(BOB), person("slack:T1/U2", display="Ana García", role=Role.TO))])
    assert (await town.hub.contact("slack:T1/U2")).name == "Ana García"
    await town.store.aclose()


async def test_what_a_third_person_says_is_marked_and_never_the_name_of_who_has_said_theirs(make_town):
    town = await make_town()
    born = StatedClaim(field="born", value="1980-02-01")
    own = Participant(role=Role.AUTHOR, handle=person(ANA).handle, claims=(*named("Ana García"), born))
    told = Participant(role=Role.SUBJECT, claims=(*named("Ana Garcia Gil"), born))
    await town.send([message("a", own)], [message("b", person(BOB, name="Bob"), told, minute=8)])
    ana = await town.hub.contact(ANA)
    assert ana.name == "Ana García"
    assert ("others:name", "Ana Garcia Gil") in {(f.name, f.value) for f in ana.fields}
    await town.store.aclose()
