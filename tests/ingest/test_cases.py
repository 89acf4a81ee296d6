"""Every recorded interaction is put under a case, by what is known of it, in every store."""

import pytest
from tests.ingest.conftest import person
from tests.ingest.matters import ANA_MAIL, ANA_PHONE, HOME, LAMP, NEWS, Desk, desk, mail, ring, text

from omnilink.model import Direction, Role
from omnilink.model.case import CaseState, Rung
from omnilink.store.memory import MemoryStore

__all__ = ["desk"]
pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    """Once is enough: tests/store/test_cases.py runs on both event loops."""
    return "asyncio"


async def test_an_answer_is_under_the_case_of_its_thread(desk):
    await desk.hear(mail("m1"), mail("m2", "mailto:omar@example.org", answers="m1", days=1))
    first, second = await desk.case_of("m1", "m2")
    assert first == second
    assert (await desk.why("m1")).decision == "new"


async def test_the_same_person_about_the_same_matter_on_another_channel_joins(desk):
    await desk.hear(mail("m1"))
    await desk.hear(text("t1", words=LAMP, days=1), ring("c1", text=LAMP, days=2))
    texted, rung = await desk.case_of("t1", "c1")
    assert texted == rung
    why = await desk.why("c1")
    assert (why.decision, why.rung) == ("join", Rung.SAME_MATTER)
    assert {"identity", "topic", "recency"} <= {evidence.kind for evidence in why.evidence}


async def test_a_case_joined_by_a_link_of_people_goes_with_the_link(desk):
    await desk.hear(mail("m1"), ring("c0", text="asks for the opening hours of the library", days=0.5))
    link = await desk.hub.link(ANA_MAIL, ANA_PHONE, by="clerk")
    await desk.hear(ring("c1", text=LAMP, days=2))
    assert len(set(await desk.case_of("m1", "c1"))) == 1
    assert link.id in (await desk.why("c1")).depends_on

    await desk.hub.revoke_link(link.id, by="clerk", reason="two people")
    mailed, rung = await desk.case_of("m1", "c1")
    assert mailed != rung
    page = await desk.hub.cases.show(mailed)
    assert len(page.case.contacts) == 1
    gone = next(a for a in page.assignments if not a.in_force)
    assert (gone.revoked_by, gone.revoked_reason) == ("rule:cases", "a link of people was revoked")


async def test_another_person_on_the_same_telephone_stays_apart_with_a_reason(desk):
    await desk.hear(
        ring("a1", HOME, name="Ana Garcia", text=LAMP), ring("o1", HOME, name="Omar Garcia", text=LAMP, days=1)
    )
    ana, omar = await desk.case_of("a1", "o1")
    assert ana != omar
    why = await desk.why("o1")
    assert [(apart.case, apart.reason) for apart in why.apart] == [(ana, "another_person_on_the_same_address")]


async def test_nobody_in_particular_on_a_shared_telephone_is_put_under_nobodys_case(desk):
    await desk.hear(
        ring("a1", HOME, name="Ana Garcia", text=LAMP), ring("o1", HOME, name="Omar Garcia", text=LAMP, days=1),
        ring("n1", HOME, text=NEWS, days=2),
    )  # fmt: skip
    assert len(set(await desk.case_of("a1", "o1", "n1"))) == 3


async def test_a_nameless_call_leaves_a_case_when_its_telephone_turns_out_to_be_shared(desk):
    await desk.hear(ring("a1", HOME, name="Ana Garcia", text=LAMP), ring("a2", HOME, name="Ana Garcia", text=NEWS))
    await desk.hear(ring("n1", HOME, text=NEWS, days=1))
    assert len(set(await desk.case_of("a1", "a2", "n1"))) == 1
    await desk.hear(ring("o1", HOME, name="Omar Garcia", text=LAMP, days=2))
    assert len(set(await desk.case_of("a1", "n1", "o1"))) == 3


async def test_a_name_stated_later_in_a_call_decides_again(desk):
    await desk.hear(ring("a1", HOME, name="Ana Garcia", text=LAMP), ring("o1", HOME, name="Omar Garcia", days=1))
    await desk.hear(ring("c1", HOME, days=2))
    first, later = await desk.case_of("a1", "c1")
    assert first != later
    named = ring("c1", HOME, name="Ana Garcia", text=LAMP, days=2).model_copy(update={"event_key": "call:c1:named"})
    await desk.hear(named)
    first, later = await desk.case_of("a1", "c1")
    assert first == later


async def test_a_transcript_that_comes_later_decides_again(desk):
    await desk.hear(text("t1", words=LAMP), ring("c1", days=1))
    texted, rung = await desk.case_of("t1", "c1")
    assert texted != rung
    assert [s.case for s in await desk.hub.cases.suggestions()] == [texted]
    transcript = ring("c1", text=LAMP, days=1).model_copy(update={"event_key": "call:c1:transcript"})
    await desk.hear(transcript)
    texted, rung = await desk.case_of("t1", "c1")
    assert texted == rung


async def test_a_redelivery_changes_nothing(desk):
    events = [mail("m1"), mail("m2", answers="m1", days=1), ring("c1", text=LAMP)]
    await desk.hear(*events)
    before = [(case.id, case.interactions) for case in await desk.hub.cases.list()]
    await desk.hear(*events)
    assert [(case.id, case.interactions) for case in await desk.hub.cases.list()] == before


async def test_two_threads_that_prove_to_be_one_are_under_one_case(desk):
    await desk.hear(mail("m1"), mail("m2", "mailto:omar@example.org", text="another matter entirely"))
    assert len(set(await desk.case_of("m1", "m2"))) == 2
    bridge = mail("m3", answers="m1", days=1)
    await desk.hear(bridge.model_copy(update={"conversation_keys": ("mail:m1", "mail:m2", "mail:m3")}))
    assert len(set(await desk.case_of("m1", "m2", "m3"))) == 1


@pytest.mark.parametrize("kind", ["bounce", "auto-reply", "auto-generated", "bulk"])
async def test_a_machine_opens_no_case_again(desk, kind):
    await desk.hear(mail("m1"))
    (case,) = await desk.case_of("m1")
    await desk.hub.cases.close(case, by="clerk")
    await desk.hear(mail("m2", answers="m1", days=1, automated=kind))
    assert await desk.case_of("m1", "m2") == [case, case]
    assert (await desk.hub.cases.show(case)).case.state is CaseState.CLOSED
    await desk.hear(mail("m3", answers="m1", days=2))
    assert (await desk.hub.cases.show(case)).case.state is CaseState.OPEN


async def test_a_machines_own_mail_is_closed_from_the_start(desk):
    await desk.hear(mail("m1", "mailto:news@shop.example", automated="bulk"))
    (case,) = await desk.hub.cases.list()
    assert case.state is CaseState.CLOSED


async def test_answers_to_our_letter_to_many_are_a_case_for_each_person(desk):
    to = [person(f"mailto:citizen{n}@example.org", role=Role.TO) for n in range(25)]
    ours = mail("ours", sender=person("mailto:help@city.example", own=True), subject="Road works", text="Road works")
    ours = ours.model_copy(update={"participants": (ours.participants[0], *to), "direction": Direction.OUTBOUND})
    answers = [
        mail(f"a{n}", f"mailto:citizen{n}@example.org", answers="ours", days=1 + n, text="How long?") for n in range(3)
    ]
    await desk.hear(ours, *answers, mail("a0b", "mailto:citizen0@example.org", answers="a0", days=9))
    cases = await desk.case_of("ours", "a0", "a1", "a2")
    assert len(set(cases)) == 4
    assert await desk.case_of("a0b") == [cases[1]]


async def test_a_mail_that_more_people_answer_than_it_was_written_to_went_to_many(desk):
    ours = mail("ours", sender=person("mailto:help@city.example", own=True), subject="Road works", text="Road works")
    to = person("mailto:list@city.example", role=Role.TO)
    ours = ours.model_copy(update={"participants": (ours.participants[0], to), "direction": Direction.OUTBOUND})
    answers = [
        mail(f"a{n}", f"mailto:citizen{n}@example.org", answers="ours", days=1 + n, text="How long?") for n in range(12)
    ]
    await desk.hear(ours, *answers)
    cases = await desk.case_of("ours", *(f"a{n}" for n in range(12)))
    assert len(set(cases)) == 13


async def test_a_new_matter_in_an_old_thread_is_suggested_to_be_parted_and_never_parted(desk):
    await desk.hear(mail("m1"), mail("m2", answers="m1", days=90, subject="Music school", text="Wants to enrol a son"))
    assert len(set(await desk.case_of("m1", "m2"))) == 1
    (suggestion,) = await desk.hub.cases.suggestions()
    assert suggestion.kind == "split"
    await desk.hub.cases.accept(suggestion.id, by="clerk")
    old, new = await desk.case_of("m1", "m2")
    assert old != new
    await desk.hear(mail("m3", answers="m2", days=91), mail("m4", answers="m1", days=92))
    assert await desk.case_of("m3", "m4") == [new, old]


async def test_batches_end_anywhere_and_the_cases_are_the_same(desk):
    events = [
        mail("m1"), ring("a1", HOME, name="Ana Garcia", text=LAMP), ring("n1", HOME, text=NEWS, days=1),
        ring("o1", HOME, name="Omar Garcia", text=LAMP, days=2), mail("m2", answers="m1", days=3), text("t1", days=3),
    ]  # fmt: skip
    other = Desk(MemoryStore())
    for event in events:
        await desk.hear(event)
    await other.hear(*events)
    keys = ["m1", "a1", "n1", "o1", "m2", "t1"]

    def shape(cases):
        return [cases.index(case) for case in cases]

    assert shape(await desk.case_of(*keys)) == shape(await other.case_of(*keys))


async def test_whoever_turns_out_to_be_one_person_has_one_matter(desk):
    await desk.hear(mail("m1"), ring("c1", text=LAMP, days=1), text("t1", days=1))
    mailed, rung, texted = await desk.case_of("m1", "c1", "t1")
    assert mailed != rung == texted
    link = await desk.hub.link(ANA_MAIL, ANA_PHONE, by="clerk")
    assert len(set(await desk.case_of("m1", "c1", "t1"))) == 1
    await desk.hub.revoke_link(link.id, by="clerk", reason="two people")
    mailed, rung, texted = await desk.case_of("m1", "c1", "t1")
    assert mailed != rung == texted


QUOTED = f"Has anything happened?\nOn 1 Mar 2026 at 08:00, Ana wrote:\n> {LAMP}."


@pytest.mark.parametrize("process", [True, False])
async def test_an_answer_whose_headers_were_lost_is_under_the_case_it_quotes(desk, process):
    await desk.hear(mail("m1", text=f"{LAMP}."), process=process)
    other = mail("x1", text="Wants to enrol a son in the music school", subject="Music school")
    await desk.hear(other, process=process)
    await desk.hear(mail("m2", text=QUOTED, subject="Re: Street lamp", days=2))
    assert len(set(await desk.case_of("m1", "m2"))) == 1
    why = await desk.why("m2")
    assert why.rung is Rung.MAIL
    assert {"quoted_share", "quoted_only_there"} <= {evidence.kind for evidence in why.evidence}


async def test_a_subject_alone_joins_nobodys_mail(desk):
    await desk.hear(mail("m1", text=f"{LAMP}.", subject="Complaint"))
    await desk.hear(mail("m2", "mailto:omar@example.org", text="The noise is awful", subject="Re: Complaint", days=2))
    assert len(set(await desk.case_of("m1", "m2"))) == 2


async def test_who_names_their_own_case_number_is_under_that_case_and_a_stranger_is_suggested(desk):
    numbered = Desk(desk.store, "EXP/##/####")
    ours = mail("ours", sender=person("mailto:help@city.example", own=True), text="Your number is EXP/26/0042")
    ours = ours.model_copy(
        update={"participants": (ours.participants[0], person(ANA_MAIL, role=Role.TO)), "direction": Direction.OUTBOUND}
    )
    await numbered.hear(ours, mail("m1", days=60, subject="exp/26/0042", text="Any news?"))
    assert len(set(await numbered.case_of("ours", "m1"))) == 1
    assert (await numbered.why("m1")).rung is Rung.REFERENCE
    await numbered.hear(mail("e1", "mailto:eve@example.net", days=61, subject="EXP/26/0042", text="Tell me all"))
    assert len(set(await numbered.case_of("ours", "e1"))) == 2
    (suggestion,) = await numbered.hub.cases.suggestions()
    assert (suggestion.option.rung, suggestion.option.needs_review) == (Rung.REFERENCE, True)
