"""Cases in every store: written whole or not at all, one decision after another, and caught up after a crash."""

from dataclasses import replace

import anyio
import pytest
from tests.ingest.matters import ANA_MAIL, ANA_PHONE, LAMP, Desk, desk, mail, ring, text

from omnilink.conversation.case_context import CaseChange, CaseLookup
from omnilink.errors import Conflict, NotFound, ScopeDenied
from omnilink.ingest.cases import CaseKeeper
from omnilink.model.scope import Scope

__all__ = ["desk"]
pytestmark = pytest.mark.anyio


async def test_a_decision_made_from_what_has_changed_since_is_refused_whole(desk):
    await desk.hear(mail("m1"))
    (case,) = await desk.hub.cases.list()
    seq = await desk.store.read_case_seq(desk.hub.scope)
    change = CaseChange(seq=seq, states={case.id: "closed"})
    await desk.store.commit_cases(desk.hub.scope, change)
    with pytest.raises(Conflict):
        await desk.store.commit_cases(desk.hub.scope, replace(change, states={case.id: "open"}))
    assert (await desk.hub.cases.show(case.id)).case.state == "closed"
    with pytest.raises(NotFound):
        await desk.store.commit_cases(desk.hub.scope, CaseChange(seq=seq + 1, states={"no such": "open"}))


async def test_a_second_assignment_of_one_conversation_is_refused(desk):
    await desk.hear(mail("m1"))
    page = await desk.hub.cases.show((await desk.hub.cases.list())[0].id)
    again = page.assignments[0].model_copy(update={"id": desk.hub._new_id()})
    seq = await desk.store.read_case_seq(desk.hub.scope)
    with pytest.raises(Conflict):
        await desk.store.commit_cases(desk.hub.scope, CaseChange(seq=seq, assignments=[again]))


async def test_a_guess_that_rests_on_a_link_revoked_meanwhile_is_refused(desk):
    await desk.hear(mail("m1"), ring("c1", text="asks for the opening hours of the library", days=0.5))
    link = await desk.hub.link(ANA_MAIL, ANA_PHONE, by="clerk")
    await desk.hub.cases.list()
    await desk.hub.revoke_link(link.id, by="clerk", reason="two people")
    await desk.hub.cases.list()
    page = await desk.hub.cases.show((await desk.case_of("c1"))[0])
    seq = await desk.store.read_case_seq(desk.hub.scope)
    late = page.assignments[0].model_copy(
        update={"id": desk.hub._new_id(), "interaction": page.items[0].id, "depends_on": (link.id,)}
    )
    with pytest.raises(Conflict):
        await desk.store.commit_cases(desk.hub.scope, CaseChange(seq=seq, assignments=[late]))


async def test_what_was_recorded_before_a_crash_is_put_under_a_case_after_it(desk):
    keep = desk.hub._processor._then
    desk.hub._processor._then = None
    await desk.hear(mail("m1"), mail("m2", answers="m1", days=1))
    assert await desk.store.read_cases(desk.hub.scope) == []
    desk.hub._processor._then = keep
    assert await desk.hub._cases.catch_up() == 2
    assert await desk.hub._cases.catch_up() == 0
    assert len(set(await desk.case_of("m1", "m2"))) == 1


async def test_two_processes_that_decide_at_once_decide_everything_once(desk):
    desk.hub._processor._then = None
    await desk.hear(*(mail(f"m{n}", f"mailto:citizen{n}@example.org", days=n) for n in range(30)))
    keepers = [CaseKeeper(desk.store, desk.hub.scope, desk.hub._new_id, desk.tick) for _ in range(3)]
    async with anyio.create_task_group() as group:
        for keeper in keepers:
            group.start_soon(keeper.catch_up, 4)
    assert len(set(await desk.case_of(*(f"m{n}" for n in range(30))))) == 30


async def test_deciding_needs_all_accounts_and_reading_shows_what_may_be_seen(desk):
    await desk.hear(mail("m1"))
    elsewhere, here = (Scope(desk.hub.scope.tenant, frozenset({name})) for name in ("branch", "desk"))
    with pytest.raises(ScopeDenied):
        await desk.store.read_case_backlog(elsewhere)
    with pytest.raises(ScopeDenied):
        await desk.store.commit_cases(here, CaseChange(seq=0))
    assert await desk.store.read_cases(elsewhere) == []
    assert len(await desk.store.read_cases(here)) == 1
    other = Scope("another tenant")
    assert await desk.store.read_cases(other) == []
    context = await desk.store.read_case_context(other, CaseLookup(cases=frozenset({"x"})))
    assert not context.cases


async def test_cases_are_paged_by_their_last_activity(desk):
    await desk.hear(*(text(f"t{n}", f"tel:+1202555{n:04}", words=f"{LAMP} {n}", days=n) for n in range(7)))
    every = await desk.hub.cases.list()
    paged = []
    while page := await desk.hub.cases.list(limit=3, before=(paged[-1].last_at, paged[-1].id) if paged else None):
        paged += page
    assert paged == list(every)
    assert len(every) == 7
    assert isinstance(desk, Desk)
