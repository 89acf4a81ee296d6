"""What people decide about who is who: stronger than any evidence, exact to take back."""

import random
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.ingest.conftest import START
from tests.ingest.conftest import call as ring
from tests.ingest.conftest import message as say
from tests.ingest.conftest import person as who
from tests.resolution.histories import history
from tests.resolution.test_contacts import check

from omnilink.errors import BadInput, NotFound

pytestmark = pytest.mark.anyio
ANA, MAIL = "tel:+34600111222", "mailto:a.garcia@example.org"


async def groups(town) -> set[frozenset[str]]:
    """The people, as sets of the messages they wrote."""
    found = set()
    for row in await town.hub.contacts(limit=10_000):
        items = (await town.hub.timeline(row.id, limit=1000)).items
        found.add(frozenset(f"{i.interaction.message_key}:{i.role}" for i in items))
    return found - {frozenset()}


async def test_two_confirmed_are_one_person_and_apart_again_when_it_is_taken_back(town):
    await town.send([ring("c1", who(ANA, name="Ana García"))], [say("m1", who(MAIL, name="Marta Pérez"))])
    apart = await town.people()
    made = await town.hub.people.confirm(ANA, MAIL, by="maria", reason="said so")
    (together,) = [g for g in await groups(town) if len(g) > 1]
    assert len(together) == 2
    (link,) = (await town.hub.explain(ANA, MAIL)).path
    assert (link.asserted_by, link.method) == ("maria", "staff_confirmed")
    await check(town)
    await town.hub.people.revoke(made.id, by="eva", reason="mistake")
    assert await town.people() == apart
    (before,) = [d for d in await town.hub.people.decisions() if d.id == made.id]
    assert (before.by, before.revoked_by) == ("maria", "eva")
    with pytest.raises(BadInput):
        await town.hub.people.revoke(made.id, by="eva")


async def test_what_a_person_rejected_no_evidence_joins_again(town):
    await town.send([ring("c1", who(ANA, name="Ana"))], [ring("c2", who(ANA, name="Ana María"))])
    assert len(await groups(town)) == 1
    await town.hub.people.reject(ANA, ANA, name_a="Ana", name_b="Ana María", by="maria")
    assert len(await groups(town)) == 2
    town.restart()
    await town.send(*([ring(f"d{n}", who(ANA, name=name))] for n, name in enumerate(("Ana", "Ana María") * 3)))
    assert len(await groups(town)) == 2
    await check(town)


async def test_a_rules_link_that_a_person_revoked_comes_back_with_no_other_evidence(town):
    await town.send([ring("c1", who(ANA, name="Ana"))], [ring("c2", who(ANA, name="Ana María"))])
    (link,) = (await town.hub.explain(ANA, ANA, name_a="Ana", name_b="Ana María")).path
    await town.hub.revoke_link(link.id, by="maria", reason="sisters")
    await town.send([ring("c3", who(ANA, name="Ana María"), step=600)])
    assert len(await groups(town)) == 2


async def test_a_split_takes_interactions_out_of_a_contact(town):
    await town.send(*([ring(f"c{n}", who(ANA, name="Ana"))] for n in range(4)))
    (row,) = await town.hub.contacts()
    items = (await town.hub.timeline(row.id)).items
    gone = [i.interaction.id for i in items if i.interaction.message_key in ("c1", "c2")]
    split = await town.hub.people.split(row.id, interactions=gone, by="maria")
    assert {len(g) for g in await groups(town)} == {2}
    await check(town)
    await town.hub.people.revoke(split.number, by="maria")
    assert {len(g) for g in await groups(town)} == {4}
    with pytest.raises(BadInput):
        await town.hub.people.split(row.id, interactions=[i.interaction.id for i in items], by="maria")
    with pytest.raises(BadInput):
        await town.hub.people.split(row.id, interactions=["other"], by="maria")
    with pytest.raises(NotFound):
        await town.hub.people.revoke("none", by="maria")


async def test_a_merge_joins_all_handles_of_two_contacts(town):
    await town.send(
        [ring("c1", who(ANA, name="Ana García"))], [ring("c2", who(ANA, name="Ana García"))],
        [say("m1", who(MAIL, name="Marta Pérez"))], [say("m2", who(MAIL, name="Marta Pérez"))],
    )  # fmt: skip
    before = [row.id for row in await town.hub.contacts()]
    await town.hub.people.merge(*before, by="maria")
    (everything,) = await groups(town)
    assert len(everything) == 4
    assert {(await town.hub.contact(id_)).id for id_ in before} == {min(before)}
    with pytest.raises(BadInput):
        await town.hub.people.merge(*before, by="maria")


async def test_rules_cannot_sign(town):
    await town.send([ring("c1", who(ANA, name="Ana García"))], [say("m1", who(MAIL, name="Marta Pérez"))])
    with pytest.raises(BadInput):
        await town.hub.people.confirm(ANA, MAIL, by="rule:x")


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 2**32))
async def test_people_after_a_revocation_are_those_there_would_be_without_the_decision(make_town, seed):
    events, found = history(seed, 24), []
    for decides in (True, False):
        town, rng = make_town(), random.Random(seed)
        await town.send(*([e] for e in events[:12]))
        made = None
        rows = [row.id for row in await town.hub.contacts(limit=1000)]
        a, b = rng.sample(rows, 2)
        if decides:
            try:
                made = await rng.choice((town.hub.people.confirm, town.hub.people.reject))(a, b, by="maria")
            except BadInput:
                made = None
        await town.send(*([e] for e in events[12:]))
        if made is not None:
            town.restart()
            await check(town)
            await town.hub.people.revoke(made.id, by="maria")
        await check(town)
        found.append(await groups(town))
    assert found[0] == found[1]


async def test_a_contact_of_a_hundred_records_is_split_in_a_moment(town):
    await town.send(*([ring(f"c{n}", who(ANA, name="Ana García"), step=n)] for n in range(100)))
    (row,) = await town.hub.contacts()
    items = (await town.hub.timeline(row.id, limit=1000)).items
    half = [i.interaction.id for i in items][:50]
    started = time.process_time()
    await town.hub.people.split(row.id, interactions=half, by="maria")
    assert time.process_time() - started < 1  # 50 ms on a quiet machine, measured in docs
    assert {len(g) for g in await groups(town)} == {50}


async def test_an_explanation_shows_what_was_decided_then(town):
    await town.send([ring("c1", who(ANA, name="Ana García"))], [ring("c2", who(ANA, name="Ana García López"))])
    names = {"name_a": "Ana García", "name_b": "Ana García López"}
    why = await town.hub.explain(ANA, ANA, **names)
    assert why.same
    then = town.tick()
    assert "telephone" in why.text()
    assert "600" not in why.text() + why.waterfall.to_json() + why.waterfall.to_svg() + why._repr_html_()
    assert why.waterfall.bits >= why.waterfall.line
    await town.hub.people.reject(ANA, ANA, by="maria", **names)
    assert not (await town.hub.explain(ANA, ANA, **names)).same
    assert (await town.hub.explain(ANA, ANA, until=then, **names)).same
    assert not (await town.hub.explain(ANA, ANA, until=START, **names)).same


async def test_a_doubt_is_reviewed_and_gone_when_a_person_has_decided(town):
    said = ["Ana García", "Ana García", "Berta García", "Berta García", "García"]
    await town.send(*([ring(f"c{n}", who(ANA, name=name), step=n)] for n, name in enumerate(said)))
    cases = await town.hub.review.cases()
    assert {case.why for case in cases} == {"ambiguous"}
    assert len(cases) == 2
    for case in cases:
        assert case.evidence
        assert case.bits >= 10
        assert (await town.hub.contact(case.a)).id != (await town.hub.contact(case.b)).id
    await town.hub.people.reject(cases[0].a, cases[0].b, by="maria")
    left = await town.hub.review.cases()
    assert (cases[0].a, cases[0].b) not in {(case.a, case.b) for case in left}
    assert await town.hub.review.cases(after=(await town.hub.contacts())[-1].id) == []
