"""Personas by any of their names, contacts whole, every id ever issued."""

from datetime import timedelta

import pytest
from tests.store.town import START, say

from omnilink.errors import NotFound
from omnilink.model import Claim, Consent, Verdict
from omnilink.model.persona import Revocation
from omnilink.model.scope import Scope
from omnilink.store.base import Change, ContactRow

pytestmark = pytest.mark.anyio


async def test_personas_are_found_by_id_handle_or_match_key(store, town):
    plain, ana, eva = town.persona(), town.persona(name="ana"), town.persona("tel:+34600000002", "eva")
    nobody = town.persona("tel:+34600000003").model_copy(update={"handle": None, "match_keys": (), "key": "failed:1"})
    claim = Claim(field="name", value="Ana", source="1", at=START, retracted_at=town.now())
    ana = ana.model_copy(update={"claims": (claim,)})
    await store.commit_change(town.scope, Change(personas=[eva, nobody, plain, ana]))

    async def found(**names):
        return await store.read_personas(town.scope, **names)

    assert await found() == []
    assert await found(ids=[ana.id, plain.id, "nobody"]) == [plain, ana]
    assert await found(handle_keys=["tel:+34600000001"]) == [plain, ana]
    assert await found(handle_keys=[ana.key, "failed:1"]) == []  # keys of personas, not of handles
    assert await found(match_keys=["tel:+34600000002", "tel:none"]) == [eva]
    assert await found(ids=[nobody.id], handle_keys=["tel:+34600000002"], match_keys=["tel:+34600000001"]) == [
        plain, ana, eva, nobody,
    ]  # fmt: skip


async def test_a_component_is_whole_from_any_of_its_personas(store, town):
    a, b, c, d = (town.persona(f"tel:+3460000000{n}") for n in range(4))
    links = [town.link(a, b), town.link(b, c, Verdict.DIFFERENT), town.link(a, d), town.link(a, b, basis="human:2")]
    revoked = [Revocation(link.id, town.now(), "eva", "x") for link in links[2:]]
    memberships = {a.id: a.id, b.id: a.id, c.id: c.id, d.id: d.id}
    change = Change(personas=[a, b, c, d], links=links, revoked=revoked, memberships=memberships)
    await store.commit_change(town.scope, change)
    for persona in (a, b):
        component = await store.read_component(town.scope, persona.id)
        assert (component.contact, component.personas) == (a.id, (a, b))
        assert [link.id for link in component.links] == [links[0].id, links[1].id, links[3].id]
        assert component.links[0] == links[0]
    with pytest.raises(NotFound):
        await store.read_component(town.scope, "nobody")
    with pytest.raises(NotFound):
        await store.read_link(town.scope, "nobody")


async def test_contacts_come_in_the_order_of_their_ids(store, town):
    for n in range(7):
        await town.deliver(store, say(str(n), f"tel:+3460000000{n % 4}", at=n))
    await town.settle(store)
    people = await store.read_personas(town.scope, match_keys=[f"tel:+3460000000{n}" for n in range(4)])
    memberships = {people[3].id: people[0].id}
    await store.commit_change(town.scope, Change(links=[town.link(people[0], people[3])], memberships=memberships))
    expected = [
        ContactRow(people[n].id, size, count, START.replace(second=last))
        for n, size, count, last in ((0, 2, 3, 4), (1, 1, 2, 5), (2, 1, 2, 6))
    ]
    assert await store.read_contacts(town.scope) == expected
    assert await store.read_contacts(town.scope, limit=2) == expected[:2]
    assert await store.read_contacts(town.scope, after=expected[0].id) == expected[1:]
    lonely = town.persona("tel:+34611111111")
    await store.commit_change(town.scope, Change(personas=[lonely]))
    assert (await store.read_contacts(town.scope))[-1] == ContactRow(lonely.id, 1, 0, None)


async def test_an_interaction_of_two_personas_of_a_contact_counts_once(store, town):
    a, b = town.persona("tel:1"), town.persona("tel:2")
    conversation = town.conversation()
    interaction = town.interaction("m", conversation.id)
    change = Change(
        personas=[a, b], links=[town.link(a, b)], memberships={a.id: a.id, b.id: a.id}, conversations=[conversation],
        interactions=[interaction],
        attributions=[town.attribution(interaction.id, a.id, 0), town.attribution(interaction.id, b.id, 1)],
    )  # fmt: skip
    await store.commit_change(town.scope, change)
    assert await store.read_contacts(town.scope) == [ContactRow(a.id, 2, 1, interaction.occurred_at)]


async def test_consents_come_in_the_order_they_were_said_not_in_that_of_their_arrival(store, town):
    ana, eva, lea = (town.persona(f"tel:+3460000000{n}") for n in range(3))
    await store.commit_change(town.scope, Change(personas=[ana, eva, lea]))

    def said(persona, state, minutes, **more) -> Consent:
        return Consent(persona=persona.id, state=state, evidence="1", at=START + timedelta(minutes=minutes), **more)

    late = [said(ana, "withdrawn", 5, sender="tel:+34910000000"), said(eva, "denied", 5, purpose="marketing")]
    early = [said(ana, "granted", 1), said(lea, "granted", 2), said(ana, "granted", 5)]
    await store.commit_change(town.scope, Change(consents=late))
    await store.commit_change(town.scope, Change(consents=early))
    asked = [ana.id, eva.id, ana.id, town.ids()]
    assert await store.read_consents(town.scope, asked) == [early[0], late[0], late[1], early[2]]
    assert await store.read_consents(town.scope, []) == []
    # Of the whole tenant, whatever accounts may be seen, and of no other.
    assert await store.read_consents(Scope("town", frozenset({"x"})), [lea.id]) == [early[1]]
    assert await store.read_consents(Scope("other"), asked) == []
