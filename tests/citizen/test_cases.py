"""What a person decides about cases ranks higher than a rule, is kept, and can be undone."""

import pytest
from tests.ingest.matters import ANA_MAIL, ANA_PHONE, HOME, LAMP, Desk, desk, mail, ring, text

from omnilink.errors import BadInput, NotFound
from omnilink.model.case import CaseState

__all__ = ["desk"]
pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    """Once is enough: tests/store/test_cases.py runs on both event loops."""
    return "asyncio"


async def matters(desk: Desk, *keys: str) -> list[int]:
    """Which messages are in one case, by position."""
    cases = await desk.case_of(*keys)
    return [cases.index(case) for case in cases]


async def test_two_cases_are_joined_and_parted_again_by_undoing(desk):
    await desk.hear(
        mail("m1"), mail("m2", answers="m1", days=1), mail("x1", subject="Music school", text="Enrol a son")
    )
    first, other = await desk.case_of("m1", "x1")
    decision = await desk.hub.cases.join(first, other, by="clerk", reason="one matter after all")
    assert await matters(desk, "m1", "m2", "x1") == [0, 0, 0]
    assert (await desk.hub.cases.show(other)).case.state is CaseState.JOINED
    digest = await desk.store.read_digest(desk.hub.scope)

    await desk.hub.cases.undo(decision.id, by="chief")
    assert await matters(desk, "m1", "m2", "x1") == [0, 0, 2]
    assert (await desk.hub.cases.show(other)).case.state is CaseState.OPEN
    assert await desk.store.read_digest(desk.hub.scope) != digest
    (kept,) = await desk.hub.cases.decisions()
    assert (kept.by, kept.reason, kept.undone_by) == ("clerk", "one matter after all", "chief")
    with pytest.raises(BadInput):
        await desk.hub.cases.undo(decision.id, by="chief")


async def test_what_a_person_joined_no_rule_and_no_unmerge_takes_apart(desk):
    await desk.hear(mail("m1"), ring("c1", text="asks for the opening hours of the library", days=0.5))
    link = await desk.hub.link(ANA_MAIL, ANA_PHONE, by="clerk")
    first, other = await desk.case_of("m1", "c1")
    await desk.hub.cases.join(first, other, by="clerk")
    await desk.hub.revoke_link(link.id, by="clerk", reason="two people")
    assert await matters(desk, "m1", "c1") == [0, 0]
    assert (await desk.hub.cases.show(first)).case.mixed_people


async def test_a_conversation_is_taken_out_and_never_put_back_by_a_rule(desk):
    await desk.hear(text("t1", words=LAMP), ring("c1", text=LAMP, days=1))
    assert await matters(desk, "t1", "c1") == [0, 0]
    page = await desk.hub.cases.show((await desk.case_of("c1"))[0])
    rung = next(item.conversation for item in page.items if item.message_key == "c1")
    decision = await desk.hub.cases.split(rung, by="clerk", reason="her mother rang")
    assert await matters(desk, "t1", "c1") == [0, 1]
    await desk.hear(ring("c1", text=LAMP, days=1).model_copy(update={"event_key": "again"}))
    assert await matters(desk, "t1", "c1") == [0, 1]
    await desk.hub.cases.undo(decision.id, by="clerk")
    assert await matters(desk, "t1", "c1") == [0, 0]


async def test_one_interaction_is_taken_out_of_its_thread_and_its_answers_follow(desk):
    await desk.hear(mail("m1"), mail("m2", answers="m1", days=1), mail("m3", answers="m1", days=2))
    page = await desk.hub.cases.show((await desk.case_of("m1"))[0])
    second = next(item.id for item in page.items if item.message_key == "m2")
    decision = await desk.hub.cases.split(second, by="clerk")
    await desk.hear(mail("m4", answers="m2", days=3), mail("m5", answers="m3", days=4))
    assert await matters(desk, "m1", "m2", "m3", "m4", "m5") == [0, 1, 0, 1, 0]
    assert [case.interactions for case in await desk.hub.cases.list()] == [3, 2]
    await desk.hub.cases.undo(decision.id, by="clerk")
    assert await matters(desk, "m1", "m2", "m3") == [0, 0, 0]


async def test_a_person_taken_out_is_no_longer_of_the_case(desk):
    await desk.hear(mail("m1"), mail("m2", "mailto:omar@example.org", answers="m1", days=1))
    (case,) = await desk.hub.cases.list()
    assert case.mixed_people
    page = await desk.hub.cases.show(case.id)
    await desk.hub.cases.split(page.items[1].id, by="clerk")
    assert [len(case.contacts) for case in await desk.hub.cases.list()] == [1, 1]


async def test_a_suggestion_is_accepted_or_refused_and_refusing_is_for_ever(desk):
    await desk.hear(text("t1", words=LAMP), ring("c1", days=1))
    (suggestion,) = await desk.hub.cases.suggestions()
    refusal = await desk.hub.cases.refuse(suggestion.id, by="clerk")
    assert await desk.hub.cases.suggestions() == []
    await desk.hear(ring("c1", text=LAMP, days=1).model_copy(update={"event_key": "transcript"}))
    assert await matters(desk, "t1", "c1") == [0, 1]
    with pytest.raises(BadInput):
        await desk.hub.cases.accept(suggestion.id, by="clerk")

    await desk.hub.cases.undo(refusal.id, by="clerk")
    accepted = await desk.hub.cases.accept(suggestion.id, by="clerk")
    assert await matters(desk, "t1", "c1") == [0, 0]
    await desk.hub.cases.undo(accepted.id, by="clerk")
    assert await matters(desk, "t1", "c1") == [0, 1]


async def test_undoing_does_not_bring_back_a_guess_whose_ground_has_gone(desk):
    await desk.hear(mail("m1"), ring("c0", text="asks for the opening hours of the library", days=0.5))
    link = await desk.hub.link(ANA_MAIL, ANA_PHONE, by="clerk")
    await desk.hear(ring("c1", text=LAMP, days=2))
    page = await desk.hub.cases.show((await desk.case_of("c1"))[0])
    rung = next(item.conversation for item in page.items if item.message_key == "c1")
    decision = await desk.hub.cases.split(rung, by="clerk")
    await desk.hub.revoke_link(link.id, by="clerk", reason="two people")
    await desk.hub.cases.undo(decision.id, by="clerk")
    assert await matters(desk, "m1", "c1") == [0, 1]


async def test_a_case_is_closed_and_opened(desk):
    await desk.hear(mail("m1"))
    (case,) = await desk.case_of("m1")
    closing = await desk.hub.cases.close(case, by="clerk", reason="mended")
    assert [c.id for c in await desk.hub.cases.list(state=CaseState.CLOSED)] == [case]
    await desk.hub.cases.undo(closing.id, by="clerk")
    assert [c.id for c in await desk.hub.cases.list(state=CaseState.OPEN)] == [case]
    with pytest.raises(BadInput):
        await desk.hub.cases.reopen(case, by="clerk")


async def test_cases_are_of_one_person_where_a_person_is_named(desk):
    await desk.hear(mail("m1"), ring("o1", HOME, name="Omar Garcia", text=LAMP))
    assert len(await desk.hub.cases.list()) == 2
    assert [c.id for c in await desk.hub.cases.list(ANA_MAIL)] == await desk.case_of("m1")
    assert [c.id for c in await desk.hub.cases.list("+1 202 555 0199", name="Omar Garcia")] == await desk.case_of("o1")


async def test_what_is_not_there_is_said(desk):
    await desk.hear(mail("m1"))
    (case,) = await desk.case_of("m1")
    with pytest.raises(NotFound):
        await desk.hub.cases.show("no such")
    with pytest.raises(NotFound):
        await desk.hub.cases.split("no such", by="clerk")
    with pytest.raises(BadInput):
        await desk.hub.cases.join(case, case, by="clerk")
    with pytest.raises(BadInput):
        await desk.hub.cases.close(case, by="rule:cases")
    page = await desk.hub.cases.show(case)
    with pytest.raises(BadInput):
        await desk.hub.cases.split(page.items[0].id, by="clerk")
