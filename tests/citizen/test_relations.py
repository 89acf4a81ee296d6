"""What people are to each other: said by name, closed and not forgotten, and never what joins them."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from tests.ingest.conftest import Town, call, message, person

from omnilink.errors import BadInput, NotFound
from omnilink.model import Attestation, Participant, RelationKind, Role, StatedClaim
from omnilink.store.sqlite import SqliteStore

pytestmark = pytest.mark.anyio
ANA, BO, HOME = "mailto:ana@example.org", "mailto:bo@example.org", "tel:+34910111222"
CARER, ACTS_FOR, HOUSEHOLD = RelationKind.CARER, RelationKind.ACTS_FOR, RelationKind.SAME_HOUSEHOLD


@pytest.fixture(params=["memory", "sqlite"])
async def town(request: pytest.FixtureRequest, tmp_path: Path, anyio_backend: str):
    if request.param == "memory":
        yield Town()
        return
    store = await SqliteStore.open(tmp_path / "town.db")
    yield Town(store)
    await store.aclose()


async def meet(town) -> None:
    await town.send([message("a", person(ANA, name="Ana García"))], [message("b", person(BO, name="Bo Li"))])


def citizen(name="Ana García", role=Role.SUBJECT) -> Participant:
    claims = (StatedClaim(field="name", value=name), StatedClaim(field="case", value="EXP-2026-17"))
    return Participant(role=role, claims=claims)


async def test_a_relation_is_told_of_both_in_words_and_on_their_pages(town):
    await meet(town)
    made = await town.hub.relations.add(BO, CARER, ANA, by="eva", reason="papers seen")
    (of_bo,), (of_ana,) = await town.hub.relations.list(BO), await town.hub.relations.list(ANA)
    assert (of_bo.text, of_bo.first, of_bo.state) == ("cares for Ana García", True, "in force")
    assert (of_ana.text, of_ana.first, of_ana.other) == ("is cared for by Bo Li", False, of_bo.person)
    assert (await town.hub.contact(ANA)).relations == (of_ana,)
    assert (made.asserted_by, made.reason) == ("eva", "papers seen")


async def test_a_relation_joins_nobody_and_gives_no_consent(town):
    await meet(town)
    before = await town.people()
    await town.hub.relations.add(BO, ACTS_FOR, ANA, by="eva")
    await town.send([message("a2", person(ANA, name="Ana García"))], [message("b2", person(BO, name="Bo Li"))])
    assert await town.people() == before
    assert [i.interaction.message_key for i in (await town.hub.timeline(ANA)).items] == ["a2", "a"]
    personas = [p.id for who in (ANA, BO) for p in (await town.hub.contact(who)).personas]
    assert await town.store.read_consents(town.hub.scope, personas) == []


async def test_what_is_over_or_was_a_mistake_stays_readable_and_may_be_said_again(town):
    await meet(town)
    today = town.now.date()
    first = await town.hub.relations.add(BO, CARER, ANA, by="eva", valid_from=today - timedelta(days=9))
    with pytest.raises(BadInput, match="said already"):
        await town.hub.relations.add(BO, CARER, ANA, by="eva")
    with pytest.raises(BadInput, match="before it begins"):
        await town.hub.relations.end(first.id, by="eva", until=today - timedelta(days=10))
    await town.hub.relations.end(first.id, by="max", reason="moved", until=today - timedelta(days=1))
    with pytest.raises(BadInput, match="closed already"):
        await town.hub.relations.end(first.id, by="max")
    again = await town.hub.relations.add(BO, CARER, ANA, by="eva")
    await town.hub.relations.revoke(again.id, by="max", reason="another Bo")
    with pytest.raises(BadInput, match="revoked already"):
        await town.hub.relations.revoke(again.id, by="max")
    told = await town.hub.relations.list(ANA)
    assert [(r.state, r.relationship.n) for r in told] == [("over", 0), ("revoked", 1)]
    assert [(c.how, c.by, c.reason) for r in told for c in r.relationship.closed] == [
        ("ended", "max", "moved"), ("revoked", "max", "another Bo")
    ]  # fmt: skip


async def test_a_relation_holds_from_its_first_to_its_last_day(town):
    await meet(town)
    day = town.now.date() + timedelta(days=5)
    made = await town.hub.relations.add(BO, CARER, ANA, by="eva", valid_from=day, valid_until=day)
    assert [made.holds(day + timedelta(days=n)) for n in (-1, 0, 1)] == [False, True, False]
    assert [r.state for r in await town.hub.relations.list(BO)] == ["not yet"]
    with pytest.raises(BadInput):
        await town.hub.relations.add(ANA, CARER, BO, by="eva", valid_from=day, valid_until=date(2020, 1, 1))


async def test_only_a_person_says_it_of_two_people_that_are_known(town):
    await meet(town)
    for by in ("", " ", "rule:household", "connector:email"):
        with pytest.raises(BadInput):
            await town.hub.relations.add(BO, CARER, ANA, by=by)
    with pytest.raises(BadInput, match="one contact"):
        await town.hub.relations.add(BO, CARER, BO, by="eva")
    with pytest.raises(NotFound):
        await town.hub.relations.add(BO, CARER, "mailto:nobody@example.org", by="eva")
    with pytest.raises(NotFound):
        await town.hub.relations.end("none", by="eva")
    assert await town.hub.relations.list(BO) == ()


async def test_of_two_who_end_it_at_once_one_is_told_that_it_is_closed(town):
    await meet(town)
    made = await town.hub.relations.add(BO, CARER, ANA, by="eva")
    read, seen = town.store.read_relationships, []

    async def read_and_be_overtaken(*args, **asked):
        found = await read(*args, **asked)
        if not seen:
            seen.append(1)
            await town.hub.relations.end(made.id, by="max")
        return found

    town.store.read_relationships = read_and_be_overtaken
    with pytest.raises(BadInput, match="closed already"):
        await town.hub.relations.end(made.id, by="eva")
    ((told,),) = [r.relationship.closed for r in await town.hub.relations.list(BO)]
    assert told.by == "max"


async def test_one_household_is_the_same_from_both_sides(town):
    await meet(town)
    made = await town.hub.relations.add(BO, HOUSEHOLD, ANA, by="eva")
    assert made.key_a < made.key_b
    with pytest.raises(BadInput, match="said already"):
        await town.hub.relations.add(ANA, HOUSEHOLD, BO, by="eva")


async def test_after_a_merge_is_taken_back_the_relation_is_with_its_personas(town):
    await meet(town)
    await town.send([message("c", person("mailto:cy@example.org", name="Cy Roy"))])
    await town.hub.relations.add(BO, CARER, ANA, by="eva")
    before = {who: await town.hub.relations.list(who) for who in (ANA, BO, "mailto:cy@example.org")}
    merged = await town.hub.people.merge(BO, "mailto:cy@example.org", by="eva")
    assert [r.text for r in await town.hub.relations.list("mailto:cy@example.org")] == ["cares for Ana García"]
    await town.hub.people.revoke(merged.id, by="eva")
    assert {who: await town.hub.relations.list(who) for who in before} == before


async def test_two_who_turn_out_to_be_one_contact_are_told_so_and_are_two_again(town):
    await meet(town)
    await town.hub.relations.add(BO, CARER, ANA, by="eva")
    merged = await town.hub.people.merge(ANA, BO, by="eva")
    (told,) = await town.hub.relations.list(ANA)
    assert told.person == told.other
    assert told.text.endswith("(both are one contact now)")
    await town.hub.people.revoke(merged.id, by="eva")
    assert [r.text for r in await town.hub.relations.list(ANA)] == ["is cared for by Bo Li"]


# --- proposals ----------------------------------------------------------------------------------------------------


async def test_two_on_one_landline_with_one_surname_are_proposed_and_not_joined(town):
    await town.send(
        [call("1", person(HOME, name="Omar Haddad"))], [call("2", person(HOME, name="Salma Haddad"))],
        [call("3", person(HOME, name="Ida Berg"))],
    )  # fmt: skip
    (found,) = await town.hub.relations.proposals()
    assert (found.kind, {found.name_a, found.name_b}) == (HOUSEHOLD, {"Omar Haddad", "Salma Haddad"})
    assert [e.kind for e in found.why][:2] == ["shared-handle", "surname"]
    assert len(await town.people()) == 3
    assert await town.hub.relations.list(found.a) == ()
    await town.hub.relations.add(found.a, found.kind, found.b, by="eva")
    assert await town.hub.relations.proposals() == ()
    assert len(await town.people()) == 3


async def test_what_is_declined_is_not_proposed_again_and_not_in_force(town):
    await town.send([call("1", person(HOME, name="Omar Haddad"))], [call("2", person(HOME, name="Salma Haddad"))])
    (found,) = await town.hub.relations.proposals()
    await town.hub.relations.decline(found.a, found.kind, found.b, by="eva", reason="a shop")
    assert await town.hub.relations.proposals() == ()
    assert [r.state for r in await town.hub.relations.list(found.a)] == ["revoked"]


async def test_of_a_telephone_that_many_people_use_nothing_is_proposed(town):
    names = ("Abe", "Bea", "Cid", "Dora", "Emil", "Fay", "Gus", "Hana", "Ivo", "Jana")
    await town.send(*([call(name, person(HOME, name=f"{name} Haddad"))] for name in names))
    assert await town.hub.relations.proposals() == ()


# --- subject and sender -------------------------------------------------------------------------------------------


async def test_a_carer_who_writes_about_a_citizen_ten_times_is_another_person_and_proposed_to_act(town):
    herself = person(ANA).model_copy(update={"claims": citizen().claims})
    await town.send([message("a", herself)])
    await town.send(*([message(f"m{n}", person(BO, name="Bo Li"), citizen(), minute=n + 1)] for n in range(10)))
    bo = await town.hub.contact(BO)
    assert {h.key for h in bo.handles} == {BO}
    (proposed,) = await town.hub.relations.proposals()
    assert (proposed.kind, proposed.name_a, proposed.name_b) == (ACTS_FOR, "Bo Li", "Ana García")
    ana = await town.hub.contact(ANA)
    assert (proposed.person_a, proposed.person_b) == (bo.id, ana.id)
    assert proposed.b in {p.id for p in ana.personas if p.handle is not None}  # not what only a case tells apart
    assert (proposed.why[0].kind, len(proposed.why[0].refs)) == ("wrote-about", 10)
    page = await town.hub.timeline(ANA)
    about = [i for i in page.items if i.role is Role.SUBJECT]
    assert len(about) == 10
    assert {i.acted for i in about} == {"about them, written by Bo Li"}
    assert not any("Bo Li" in i.why.text for i in about)  # a reason names nobody
    mine = (await town.hub.timeline(BO)).items
    assert len(mine) == 10
    assert {(i.role, i.acted) for i in mine} == {(Role.AUTHOR, "about Ana García")}


async def test_who_acts_once_or_twice_is_not_proposed(town):
    told = person(ANA, name="Ana García", role=Role.ON_BEHALF_OF)
    await town.send(*([message(f"m{n}", person(BO, name="Bo Li"), told)] for n in range(2)))
    assert await town.hub.relations.proposals() == ()
    await town.send([message("m3", person(BO, name="Bo Li"), told)])
    (found,) = await town.hub.relations.proposals()
    assert [e.kind for e in found.why] == ["on-behalf-of"]
    (item, *_) = (await town.hub.timeline(BO)).items
    assert item.acted == "on behalf of Ana García"


async def test_who_failed_the_senders_check_is_said_to_have_and_never_proposed(town):
    forger = person(BO, name="Bo Li", attestation=Attestation.FAILED)
    await town.send([message("a", person(ANA, name="Ana García"))])
    told = person(ANA, name="Ana García", role=Role.SUBJECT)
    await town.send(*([message(f"m{n}", forger, told)] for n in range(4)))
    about = [i.acted for i in (await town.hub.timeline(ANA)).items if i.role is Role.SUBJECT]
    assert about == ["about them, written by Bo Li (sender check failed)"] * 4
    assert await town.hub.relations.proposals() == ()
