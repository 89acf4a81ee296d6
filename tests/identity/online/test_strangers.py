"""Nobody is shown a stranger's history: what must not join two people, through the hub as messages arrive."""

import random
from collections.abc import Callable
from datetime import timedelta

import pytest
from tests.identity.online.test_hot_keys import FAMILY, GIVEN
from tests.ingest.conftest import START, Town

from omnilink.model import Event, Handle, MessageReceived, Participant, Role, StatedClaim, Text
from omnilink.store.sqlite import SqliteStore

pytestmark = pytest.mark.anyio

KIOSK = "tel:+34600111222"
MOBILE = "tel:+34600999888"
MAIL = "mailto:ana.ruiz@example.org"


@pytest.fixture
def make_town() -> Callable[[], Town]:
    return Town


@pytest.fixture
def town() -> Town:
    return Town()


def who(handle: str, name: str = "", role: Role = Role.AUTHOR, display: str = "", **claims: str) -> Participant:
    stated = {"name": name, **claims} if name else claims
    return Participant(
        role=role,
        handle=Handle.parse(handle).model_copy(update={"display": display or None}),
        claims=tuple(StatedClaim(field=field, value=value) for field, value in stated.items()),
    )


def on(day: int, key: str, *people: Participant) -> list[Event]:
    return [
        MessageReceived(
            event_key=key, lane_key="l", message_key=key, conversation_keys=(key,), participants=people,
            parts=(Text(text="x"),), occurred_at=START + timedelta(days=day),
        )
    ]  # fmt: skip


def passers_by(handle: str = KIOSK, count: int = 24) -> list[list[Event]]:
    return [on(n, f"p{n}", who(handle, f"{GIVEN[n % 13]} {FAMILY[n % 10]}")) for n in range(count)]


async def contact_of(town: Town) -> dict[str, str]:
    """Message → the contact of its author."""
    found = {}
    for row in await town.hub.contacts(limit=10_000):
        for item in (await town.hub.timeline(row.id)).items:
            if any(a.role is Role.AUTHOR for a in item.interaction.participants):
                found.setdefault(item.interaction.message_key, row.id)
    return found


async def settled(town: Town, *scripts: list[Event]) -> dict[str, str]:
    await town.send(*scripts)
    return await contact_of(town)


@pytest.mark.parametrize("handle", [KIOSK, "wa:34600111222"])
async def test_a_name_on_a_places_number_reaches_nobody_of_that_name(town, handle):
    known = [
        on(1, "mobile", who(MOBILE, "Maria Silva", born="1950-02-01")),
        on(3, "kiosk", who(handle, "Maria Silva", born="1950-02-01")),
    ]
    contact = await settled(town, *passers_by(), *known, on(5, "undated", who(handle, "Maria Silva")))
    assert contact["mobile"] == contact["kiosk"] != contact["undated"]


async def test_two_of_one_name_at_a_places_number_are_two(town):
    marias = [on(30 + n, f"maria{n}", who(KIOSK, "Maria Silva")) for n in range(3)]
    contact = await settled(town, *passers_by(), *marias)
    assert len({contact[f"maria{n}"] for n in range(3)}) == 3


async def test_a_number_that_becomes_a_places_lets_those_of_one_name_go_in_every_order(make_town):
    marias = [on(30 + n, f"maria{n}", who(KIOSK, "Maria Silva")) for n in range(3)]
    town = make_town()
    contact = await settled(town, *marias)
    assert len(set(contact.values())) == 1
    scripts = [*marias, *passers_by()]
    for seed in range(4):
        random.Random(seed).shuffle(scripts)
        town = make_town()
        for n in range(0, len(scripts), 5):
            contact = await settled(town, *scripts[n : n + 5])
        assert len({contact[f"maria{n}"] for n in range(3)}) == 3
        assert not await town.store.check()


async def test_names_that_are_forgotten_make_a_places_number_somebodys_again(town):
    before = await settled(town, *passers_by(), *(on(30 + n, f"maria{n}", who(KIOSK, "Maria Silva")) for n in range(2)))
    assert before["maria0"] != before["maria1"]
    after = await settled(town, *(on(1200 + n, f"later{n}", who(KIOSK, "Maria Silva")) for n in range(2)))
    assert after["later0"] == after["later1"] == after["maria0"] == after["maria1"]


async def test_whoever_names_one_case_at_a_places_number_is_one_with_who_named_it_elsewhere(town):
    contact = await settled(
        town,
        *passers_by(),
        on(1, "mobile", who(MOBILE, "Maria Silva", case="GOV-1")),
        on(2, "other", who(MAIL, "Maria Silva", case="GOV-2")),
        *(on(30 + n, f"one{n}", who(KIOSK, "Maria Silva", case="GOV-1")) for n in range(2)),
        on(40, "two", who(KIOSK, "Maria Silva", case="GOV-2")),
        on(41, "none", who(KIOSK, "Maria Silva")),
    )
    assert contact["mobile"] == contact["one0"] == contact["one1"]
    assert contact["other"] == contact["two"] != contact["mobile"]
    assert contact["none"] not in {contact["mobile"], contact["other"]}


async def test_one_unchecked_official_number_without_a_name_goes_to_review(town):
    contact = await settled(
        town,
        on(1, "known", who("mailto:x77@example.org", "Ana Ruiz", national_id="GOV-1")),
        on(2, "new", who(MOBILE, national_id="GOV-1")),
    )
    assert contact["known"] != contact["new"]
    (case,) = await town.hub.review.cases()
    assert case.why == "one-claim"
    assert case.bits >= case.line


@pytest.mark.parametrize("claim", ["case", "national_id"])
async def test_a_claim_and_a_name_are_one_person(town, claim):
    contact = await settled(
        town,
        on(1, "known", who("mailto:x77@example.org", "Ana Ruiz", **{claim: "GOV-1"})),
        on(2, "new", who(MOBILE, "Ana", **{claim: "GOV-1"})),
        on(3, "mailbox", who(MAIL, **{claim: "GOV-1"})),
    )
    assert contact["known"] == contact["new"] == contact["mailbox"]


@pytest.mark.parametrize("first", ["wa:34600999888", MOBILE])
@pytest.mark.parametrize("later", ["wa:34600999888", MOBILE])
@pytest.mark.parametrize("name", ["Ana Ruiz", ""])
async def test_a_number_on_whatsapp_may_be_given_away_like_any_other(town, first, later, name):
    contact = await settled(
        town, on(0, "first", who(first)), on(900, "later", who(later, name)), on(901, "again", who(later, name))
    )
    assert contact["first"] != contact["later"] == contact["again"]


async def test_a_strangers_name_for_a_mailbox_makes_no_holder_of_it(town):
    own = [on(n, f"own{n}", who(MAIL, display="Ana Ruiz")) for n in range(3)]
    contact = await settled(town, *own, on(3, "bare", who(MAIL)))
    assert contact["bare"] == contact["own0"]
    copied = who(MAIL, role=Role.CC, display="Bob Stranger")
    contact = await settled(town, on(4, "cc", who("mailto:bob@example.com"), copied), on(5, "later", who(MAIL)))
    assert contact["bare"] == contact["later"] == contact["own0"]
    timeline = await town.hub.timeline("ana.ruiz@example.org")
    assert "cc" in {item.interaction.message_key for item in timeline.items}
    assert not any("stranger" in key for group in await town.people() for key in group)


async def test_a_name_in_an_address_says_which_of_its_holders_is_meant(town):
    family = [on(n, f"{name}{n}", who(MAIL, name)) for n in range(3) for name in ("Ana Ruiz", "Luis Gil")]
    await town.send(*family, on(4, "cc", who("mailto:bob@example.com"), who(MAIL, role=Role.CC, display="L. Gil")))
    luis = await town.hub.timeline("ana.ruiz@example.org", name="Luis Gil")
    ana = await town.hub.timeline("ana.ruiz@example.org", name="Ana Ruiz")
    assert "cc" in {item.interaction.message_key for item in luis.items}
    assert "cc" not in {item.interaction.message_key for item in ana.items}


@pytest.mark.parametrize("on_disk", [False, True])
async def test_whoever_nothing_is_left_of_is_not_listed(tmp_path, on_disk):
    town = Town(await SqliteStore.open(tmp_path / "town.db") if on_disk else None)
    await town.send(*passers_by(), on(30, "a", who(KIOSK, "Maria Silva")), on(31, "b", who(KIOSK, "Maria Silva")))
    rows = await town.hub.contacts(limit=1000)
    assert all(row.interactions for row in rows)
    assert len(rows) == 26  # two of one name, and each who passed by
    pages, after = [], None
    while page := await town.hub.contacts(after=after, limit=7):
        pages += page
        after = page[-1].id
    assert [row.id for row in pages] == [row.id for row in rows]
    await town.store.aclose()
