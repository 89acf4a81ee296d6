"""Cases under attack: what a hostile or unlucky history does to them, in every store."""

import pytest
from tests.ingest.conftest import person
from tests.ingest.matters import ANA_MAIL, LAMP, Desk, desk, mail

from omnilink.conversation.case_context import MOST_OF_UNIT
from omnilink.model import Direction, Role
from omnilink.model.case import Rung
from omnilink.store.base import Change

__all__ = ["desk"]
pytestmark = pytest.mark.anyio
QUOTED = f"Has anything happened?\nOn 1 Mar 2026 at 08:00, Ana wrote:\n> {LAMP}."
NUMBER = "EXP/26/0042"


@pytest.fixture
def anyio_backend() -> str:
    """Once is enough: tests/store/test_cases.py runs on both event loops."""
    return "asyncio"


def letter(key: str, *to: str, **more):
    """A mail of ours."""
    ours = mail(key, sender=person("mailto:help@city.example", own=True), **more)
    people = (ours.participants[0], *(person(one, role=Role.TO) for one in to))
    return ours.model_copy(update={"participants": people, "direction": Direction.OUTBOUND})


async def conversation_of(desk: Desk, key: str) -> str:
    page = await desk.hub.cases.show((await desk.case_of(key))[0])
    return next(item.conversation for item in page.items if item.message_key == key)


async def test_parting_what_a_mail_showed_can_be_undone(desk):
    await desk.hear(mail("m1", text=f"{LAMP}."))
    await desk.hear(mail("m2", text=QUOTED, subject="Re: Street lamp", days=2))
    assert (await desk.why("m2")).rung is Rung.MAIL
    decision = await desk.hub.cases.split(await conversation_of(desk, "m2"), by="clerk")
    assert len(set(await desk.case_of("m1", "m2"))) == 2
    await desk.hub.cases.undo(decision.id, by="clerk")
    assert len(set(await desk.case_of("m1", "m2"))) == 1


@pytest.mark.parametrize("undone", [False, True])
async def test_a_case_number_goes_with_what_a_person_moves(desk, undone):
    numbered = Desk(desk.store, "EXP/##/####")
    await numbered.hear(mail("m1", subject="Music school", text="Wants to enrol a son"))
    await numbered.hear(letter("ours", ANA_MAIL, text=f"Your number is {NUMBER}", subject="Lamp", days=1))
    first, other = await numbered.case_of("m1", "ours")
    assert first != other
    decision = await numbered.hub.cases.join(first, other, by="clerk")
    if undone:
        await numbered.hub.cases.undo(decision.id, by="clerk")
    await numbered.hear(mail("n1", days=60, subject=NUMBER, text="Any news?"))
    assert await numbered.case_of("n1") == [other if undone else first]


async def test_a_case_number_stays_with_what_is_left_when_one_interaction_is_parted(desk):
    numbered = Desk(desk.store, "EXP/##/####")
    await numbered.hear(
        letter("ours", ANA_MAIL, text=f"Your number is {NUMBER}"), mail("m1", answers="ours", days=1),
        mail("m2", answers="ours", text="Also: a son for the music school", days=2),
    )  # fmt: skip
    page = await numbered.hub.cases.show((await numbered.case_of("m2"))[0])
    await numbered.hub.cases.split(next(i.id for i in page.items if i.message_key == "m2"), by="clerk")
    await numbered.hear(mail("n1", days=60, subject=NUMBER, text="Any news?"))
    old, new = await numbered.case_of("ours", "n1")
    assert old == new


async def test_one_answer_does_not_make_a_letter_to_ten_a_mass_mail(desk):
    to = [f"mailto:citizen{n}@example.org" for n in range(10)]
    await desk.hear(letter("ours", *to, subject="Playground", text="We meet on Monday"))
    await desk.hear(mail("a0", to[0], answers="ours", days=1, text="I come"))
    await desk.hear(mail("a1", to[1], answers="ours", days=2, text="I come too"))
    assert len(set(await desk.case_of("ours", "a0", "a1"))) == 1


async def test_absence_notes_are_nobodys_answer_to_a_mass_mail(desk):
    await desk.hear(letter("ours", "mailto:list@city.example", subject="Playground", text="We meet on Monday"))
    notes = [
        mail(f"n{n}", f"mailto:citizen{n}@example.org", answers="ours", days=1, text="Away", automated="auto-reply")
        for n in range(12)
    ]
    await desk.hear(*notes, mail("a1", ANA_MAIL, answers="ours", days=2, text="I come"))
    assert len(set(await desk.case_of("ours", "a1"))) == 1


TWENTY_FIVE = [f"mailto:citizen{n}@example.org" for n in range(25)]
ROAD = "From Monday on Harbour Road is closed for road works, and the bus stops at the school instead."


@pytest.mark.parametrize("process", [True, False])
async def test_answers_to_a_mass_mail_that_lost_their_headers_are_not_under_one_case(desk, process):
    await desk.hear(letter("ours", *TWENTY_FIVE, subject="Road works", text=ROAD), process=process)
    for n in range(2):
        quoting = f"How long will that take me?\nOn 1 Mar 2026 at 08:00, the city wrote:\n> {ROAD}"
        await desk.hear(mail(f"a{n}", TWENTY_FIVE[n], days=1, subject="Re: Road works", text=quoting), process=process)
    await desk.hear(mail("b0", TWENTY_FIVE[0], answers="a0", days=2, text="And the bus?"))
    assert len(set(await desk.case_of("ours", "a0", "a1"))) == 3
    first, again = await desk.case_of("a0", "b0")
    assert first == again
    assert await desk.hub.cases.suggestions() == []


async def test_of_a_mass_mail_nobody_is_shown_the_cases_of_the_others(desk):
    await desk.hear(letter("ours", *TWENTY_FIVE, subject="Road works", text=ROAD))
    for n, who in enumerate(TWENTY_FIVE):
        await desk.hear(mail(f"a{n}", who, answers="ours", days=1 + n / 10, text="How long?"))
    why = await desk.why("a24")
    assert [(apart.case, apart.reason) for apart in why.apart] == [
        ((await desk.case_of("ours"))[0], "a_mail_of_ours_to_many")
    ]
    assert why.alternatives == ()


async def test_what_answers_an_old_answer_to_a_mass_mail_finds_it_among_many(desk):
    await desk.hear(letter("ours", *TWENTY_FIVE, subject="Road works", text=ROAD))
    many = [f"mailto:resident{n}@example.org" for n in range(MOST_OF_UNIT + 20)]
    await desk.hear(*(mail(f"a{n}", who, answers="ours", days=1 + n / 1000, text="How?") for n, who in enumerate(many)))
    await desk.hear(letter("reply", many[0], answers="a0", days=3, text="For three weeks."))
    await desk.hear(mail("b0", many[0], answers="reply", days=4, text="So long?"))
    (ours,) = await desk.case_of("ours")
    first, reply, again = await desk.case_of("a0", "reply", "b0")
    assert first == reply == again != ours


async def test_what_answers_a_mail_by_the_id_a_mail_service_gave_it_goes_along_with_it(desk):
    await desk.hear(letter("ours", *TWENTY_FIVE, subject="Road works", text=ROAD))
    await desk.hear(mail("a0", TWENTY_FIVE[0], answers="ours", days=1, text="How long?"))
    await desk.hear(letter("reply", TWENTY_FIVE[0], answers="a0", days=2, text="For three weeks."))
    page = await desk.hub.cases.show((await desk.case_of("reply"))[0])
    reply = next(item.id for item in page.items if item.message_key == "reply")
    await desk.store.commit_change(desk.hub.scope, Change(message_keys={"mail:0100@ses.example": reply}))
    # Her carer answers: nothing but the id says whose matter it is.
    bridge = mail("b0", "mailto:carer@example.net", answers="0100@ses.example", days=3, text="Thank you")
    bridge = bridge.model_copy(
        update={"conversation_keys": ("mail:b0", "mail:ours"), "reply_to_key": "mail:0100@ses.example"}
    )
    await desk.hear(bridge)
    first, again = await desk.case_of("a0", "b0")
    assert first == again
