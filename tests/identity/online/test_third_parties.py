"""Who writes for others: whom a message is about and who wrote it are kept apart, in either direction."""

from datetime import timedelta

import pytest
from tests.identity.online.test_strangers import MAIL, MOBILE, on, who
from tests.ingest.conftest import START, Town

from omnilink.model import CallUpdated, Event, Participant, Role, StatedClaim
from omnilink.model.part import Call

pytestmark = pytest.mark.anyio
WORKER = "mailto:wanda@care.example.org"
CLIENTS = [("Ana Ruiz", "1950-02-01"), ("Berto Gil", "1961-03-02"), ("Carla Sanz", "1972-04-03")]


@pytest.fixture
def town() -> Town:
    return Town()


def about(handle: str | None, name: str, role: Role = Role.SUBJECT, **claims: str) -> Participant:
    stated = tuple(StatedClaim(field=field, value=value) for field, value in {"name": name, **claims}.items())
    return Participant(role=role, handle=who(handle).handle if handle else None, claims=stated)


async def settled(town: Town, *scripts: list[Event]) -> dict[str, str]:
    """Message → the contact of who wrote or called."""
    await town.send(*scripts)
    found = {}
    for row in await town.hub.contacts(limit=10_000):
        for item in (await town.hub.timeline(row.id)).items:
            if item.role in (Role.AUTHOR, Role.CALLER):
                assert found.setdefault(item.interaction.message_key, row.id) == row.id
    return found


async def handles(town: Town, contact: str) -> set[str]:
    return {h.key for h in (await town.hub.contact(contact)).handles}


async def told(town: Town, contact: str) -> set[str]:
    return {i.interaction.message_key for i in (await town.hub.timeline(contact)).items}


@pytest.mark.parametrize("role", [Role.SUBJECT, Role.ON_BEHALF_OF])
@pytest.mark.parametrize("worker", ["", "Wanda Work"])
@pytest.mark.parametrize("own_word", ["born", "case"])
async def test_a_social_worker_who_gives_her_own_address_for_three_clients_stays_one_person_and_alone(
    town, role, worker, own_word
):
    known = {"born": lambda n: {"born": CLIENTS[n][1]}, "case": lambda n: {"case": f"GOV-{n}"}}[own_word]
    await town.send(*(on(n, f"own{n}", who(f"tel:+3460000010{n}", CLIENTS[n][0], **known(n))) for n in range(3)))
    for n in range(12):
        name = CLIENTS[n % 3][0]
        await town.send(on(10 + n, f"for{n}", who(WORKER, worker), about(WORKER, name, role, **known(n % 3))))
    contact = await settled(town, on(30, "bare", who(WORKER)))
    assert {contact[f"for{n}"] for n in range(12)} == {contact["bare"]}
    assert contact["bare"] not in {contact[f"own{n}"] for n in range(3)}
    assert len({contact[f"own{n}"] for n in range(3)}) == 3
    for n in range(3):
        assert await handles(town, contact[f"own{n}"]) == {f"tel:+3460000010{n}"}
        assert await told(town, contact[f"own{n}"]) == {f"own{n}", *(f"for{m}" for m in range(n, 12, 3))}
    assert not await town.store.check()


async def test_a_carer_who_calls_for_two_people_from_her_telephone_is_neither(town):
    def called(n: int, name: str, born: str) -> list[CallUpdated]:
        return [
            CallUpdated(
                event_key=f"call{n}", lane_key="c", message_key=f"call{n}", conversation_keys=(f"call{n}",),
                participants=(
                    who(MOBILE, "Wanda Work", role=Role.CALLER), about(MOBILE, name, Role.ON_BEHALF_OF, born=born)
                ),
                call=Call(status="ringing"), occurred_at=START + timedelta(days=n),
            )
        ]  # fmt: skip

    scripts = [called(n, *CLIENTS[n % 2]) for n in range(8)]
    own = [on(20 + n, f"own{n}", who(f"mailto:c{n}@example.org", CLIENTS[n][0], born=CLIENTS[n][1])) for n in range(2)]
    contact = await settled(town, *scripts, *own, on(30, "bare", who(MOBILE)))
    assert contact["bare"] not in {contact["own0"], contact["own1"]}
    assert contact["own0"] != contact["own1"]
    for n in range(2):
        assert await handles(town, contact[f"own{n}"]) == {f"mailto:c{n}@example.org"}
    assert "bare" in await told(town, (await town.hub.contact(MOBILE, name="Wanda Work")).id)


async def test_a_name_somebody_gives_whom_they_write_about_makes_no_holder_of_the_address(town):
    own = [on(n, f"own{n}", who(MAIL, display="Ana Ruiz")) for n in range(3)]
    await town.send(*own, *(on(5 + n, f"about{n}", who(WORKER), about(MAIL, "Bob Stranger")) for n in range(3)))
    contact = await settled(town, on(9, "bare", who(MAIL)))
    assert contact["bare"] == contact["own0"]
    assert (await town.hub.contact(MAIL)).name == "Ana Ruiz"


async def test_a_third_persons_word_joins_no_two_people(town):
    one = on(1, "phone", who(MOBILE, "Ana Ruiz", born="1950-02-01"))
    two = on(2, "mail", who("mailto:x77@example.org", "Ana Ruiz", case="GOV-1"))
    apart = await settled(town, one, two)
    assert apart["phone"] != apart["mail"]
    contact = await settled(town, on(5, "for", who(WORKER), about(None, "Ana Ruiz", born="1950-02-01", case="GOV-1")))
    assert contact["phone"] != contact["mail"]


async def test_a_forwarded_mail_gives_its_first_writer_no_address_of_who_forwards(town):
    forwarded = who(WORKER, "Ana Ruiz", forwarded_from="ana.ruiz@example.org")
    contact = await settled(
        town,
        on(1, "own", who(MAIL, "Ana Ruiz")),
        on(2, "worker", who(WORKER, "Wanda Work")),
        on(3, "forwarded", forwarded),
        on(4, "bare", who(WORKER)),
    )
    assert contact["worker"] == contact["bare"] != contact["own"]
    assert await handles(town, contact["own"]) == {MAIL}
    assert await handles(town, contact["worker"]) == {WORKER}
