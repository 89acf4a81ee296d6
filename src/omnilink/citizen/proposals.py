"""Proposals: what people may be to each other, from what they show. Nothing is kept, so nothing can go stale.

Two who use one telephone, landline or mailbox and have a surname or an address in common may live in one household.
Somebody who writes about another, or on another's behalf, again and again may act for them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from omnilink.citizen.people import render_contact
from omnilink.identity.name_evidence import NameLevel, compare_names
from omnilink.identity.online.footprint import decode
from omnilink.identity.online.home import compare_homes
from omnilink.identity.online.keys import KeyClass, is_place, key_class
from omnilink.identity.online.observation import Distrust, Observation
from omnilink.model.participant import Attestation, Participant, Role
from omnilink.model.persona import Evidence, PersonaRef
from omnilink.model.relationship import RelationKind, RelationProposal
from omnilink.model.scope import Scope
from omnilink.store.base import (
    Component,
    DecisionStore,
    HistoryStore,
    Lookup,
    ObservationLookup,
    ObservationStore,
    PeopleStore,
    RelationStore,
    StoredObservation,
)

SHARED = frozenset({KeyClass.TELEPHONE, KeyClass.LANDLINE, KeyClass.MAIL})
"""Handles that a household shares. An account is one person's, a browser is anybody's."""
MOST_HOME = 8
"""People on one handle; where there are more it is a place's."""
MOST_SIGNS = 40
MOST_ITEMS = 200
"""Interactions of a contact that are looked at, the newest."""
OFTEN = 3
"""Interactions from which on somebody who acts for another does it again and again."""
MOST_REFS = 10
WROTE = (Role.AUTHOR, Role.CALLER)
ABOUT = {Role.SUBJECT: "wrote-about", Role.ON_BEHALF_OF: "on-behalf-of"}


class RelatingStore(RelationStore, PeopleStore, DecisionStore, HistoryStore, ObservationStore, Protocol):
    """What relations, and proposing them, need of a store."""


@dataclass(frozen=True, slots=True)
class Answers:
    """What is asked of a store for proposals.

    Args:
        store, scope: where; needs a scope over all accounts.
    """

    store: RelatingStore
    scope: Scope

    async def on_handle(self, key: str) -> tuple[StoredObservation, ...]:
        """What was shown on a handle; of one that very many people use, a part of it."""
        lookup = ObservationLookup(keys={key: MOST_SIGNS}, most_seen=1)
        return (await self.store.read_observations(self.scope, lookup)).found

    async def refs(self, keys: Iterable[str]) -> dict[str, PersonaRef]:
        """Persona key → the persona, with the contact that holds it."""
        context = await self.store.read_context(self.scope, Lookup(personas=frozenset(keys)))
        return dict(context.personas)


async def propose(answers: Answers, component: Component) -> list[RelationProposal]:
    """What may be said of a contact. Of two contacts it is said at the one that comes first, or at who acts."""
    found = [*await _households(answers, component), *await _acting(answers, component)]
    if not found:
        return []
    inside = [p.id for p in component.personas]
    said = await answers.store.read_relationships(answers.scope, personas=inside)
    ends = {end for each in said for end in (each.a, each.b)}
    contact_of = {end: (await answers.store.read_component(answers.scope, end)).contact for end in sorted(ends)}
    known = {(each.kind, frozenset({contact_of[each.a], contact_of[each.b]})) for each in said}
    return [p for p in found if (p.kind, frozenset({p.person_a, p.person_b})) not in known]


# --- one household -------------------------------------------------------------------------------------------------


async def _households(answers: Answers, component: Component) -> list[RelationProposal]:
    keys = {key for p in component.personas for key in p.match_keys if key_class(key) in SHARED and not is_place(key)}
    best: dict[str, RelationProposal] = {}
    for key in sorted(keys):
        stored = [each for each in await answers.on_handle(key) if each.persona]
        refs = await answers.refs(each.persona for each in stored)
        shown = [(refs[each.persona], decode(each.id, each.at, each.doc)[0]) for each in stored if each.persona in refs]
        named = [(ref, o) for ref, o in shown if o.form is not None and o.distrust is Distrust.NOTHING]
        if len({ref.contact for ref, _ in named}) > MOST_HOME:
            continue
        unsaid = [each.id for each in stored if each.reason == "household"]
        for a, b, why in household_pairs(named, component.contact):
            if unsaid:
                why = (*why, Evidence(kind="household", refs=tuple(sorted(unsaid)[:MOST_REFS])))
            shared = Evidence(kind="shared-handle", refs=(f"key:{key}",))
            if b.contact not in best:
                best[b.contact] = await _proposal(
                    answers, RelationKind.SAME_HOUSEHOLD, (a.id, b.id), (shared, *why), component, b
                )
    return [best[contact] for contact in sorted(best)]


def household_pairs(
    named: Iterable[tuple[PersonaRef, Observation]], contact: str
) -> list[tuple[PersonaRef, PersonaRef, tuple[Evidence, ...]]]:
    """Who, of the people on one handle, may live with a contact: those after it who share a surname or an address.

    Args:
        named: personas on the handle with what they showed, a name among it.
        contact: whose; the contact ids of the others are higher.

    Returns:
        (persona of the contact, of the other, what they have in common), one for each other contact.
    """
    people = list(named)
    found: dict[str, tuple[PersonaRef, PersonaRef, tuple[Evidence, ...]]] = {}
    for a, shown_a in people:
        for b, shown_b in people:
            if a.contact == contact < b.contact and b.contact not in found and (why := _common(shown_a, shown_b)):
                found[b.contact] = (a, b, why)
    return list(found.values())


def _common(a: Observation, b: Observation) -> tuple[Evidence, ...]:
    why = []
    if a.form is not None and b.form is not None:
        family = compare_names(a.form.name, b.form.name).family
        if family >= NameLevel.PARTIAL:
            why.append(Evidence(kind="surname", refs=(a.id, b.id)))
    if a.home is not None and b.home is not None and compare_homes(a.home, b.home) == "same":
        why.append(Evidence(kind="address", refs=(a.id, b.id)))
    return tuple(why)


# --- acting for somebody -------------------------------------------------------------------------------------------


async def _acting(answers: Answers, component: Component) -> list[RelationProposal]:
    rows = await answers.store.read_timeline(answers.scope, [p.id for p in component.personas], limit=MOST_ITEMS)
    acted = {
        row.interaction.id: row
        for row in rows
        if row.attribution.role in WROTE and _acts_for(row.interaction.participants)
    }
    if not acted:
        return []
    messages = frozenset(row.interaction.message_key for row in acted.values())
    context = await answers.store.read_context(answers.scope, Lookup(messages=messages))
    seats = {ref.id: dict(ref.attributed) for named in context.messages.values() for ref in named if ref.id in acted}
    refs = await answers.refs(key for of in seats.values() for key in of.values())
    done: dict[str, list[tuple[str, str, PersonaRef]]] = {}  # contact → (kind, interaction, persona) of each
    for name, of in seats.items():
        for n, participant in enumerate(acted[name].interaction.participants):
            other = refs.get(of.get(n, ""))
            if participant.role in ABOUT and other is not None and other.contact != component.contact:
                done.setdefault(other.contact, []).append((ABOUT[participant.role], name, other))
    found = []
    for items in (done[contact] for contact in sorted(done)):
        if len({name for _, name, _ in items}) >= OFTEN:
            writer = acted[items[0][1]].attribution.persona
            ends = (writer, items[0][2].id)
            found.append(await _proposal(answers, RelationKind.ACTS_FOR, ends, _acts(items), component, items[0][2]))
    return found


def _acts_for(people: Iterable[Participant]) -> bool:
    forged = any(p.role in WROTE and p.attestation is Attestation.FAILED for p in people)
    return not forged and any(p.role in ABOUT for p in people)


def _acts(items: Iterable[tuple[str, str, PersonaRef]]) -> tuple[Evidence, ...]:
    of_kind: dict[str, set[str]] = {}
    for kind, name, _ in items:
        of_kind.setdefault(kind, set()).add(name)
    return tuple(Evidence(kind=kind, refs=tuple(sorted(of_kind[kind])[:MOST_REFS])) for kind in sorted(of_kind))


async def _proposal(
    answers: Answers, kind: RelationKind, ends: tuple[str, str], why: tuple[Evidence, ...], here: Component,
    other: PersonaRef,
) -> RelationProposal:  # fmt: skip
    there = await answers.store.read_component(answers.scope, other.id)
    return RelationProposal(
        kind=kind, a=_anchor(here, ends[0]), b=_anchor(there, ends[1]), person_a=here.contact, person_b=there.contact,
        name_a=render_contact(here).name, name_b=render_contact(there).name, why=why,
    )  # fmt: skip


def _anchor(component: Component, persona: str) -> str:
    """The persona a relationship would hang on: one with a handle, for what only a case tells apart may go again."""
    members = {p.id: p for p in component.personas}
    if members[persona].handle is not None:
        return persona
    return next((p.id for p in component.personas if p.handle is not None), persona)
