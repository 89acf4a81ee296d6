"""Personas, contacts and links, read from memory."""

from collections.abc import Sequence
from itertools import islice

from omnilink.model.consent import Consent
from omnilink.model.persona import Link, Persona
from omnilink.model.scope import Scope
from omnilink.store.base import Component, ContactRow
from omnilink.store.memory.context import links_among
from omnilink.store.memory.state import State, found, seen


def read_personas(
    state: State, ids: Sequence[str], handle_keys: Sequence[str], match_keys: Sequence[str]
) -> list[Persona]:
    """Personas by any of their names; see `base.PeopleStore`."""
    chosen = {p for p in ids if p in state.personas}
    chosen |= {p for key in match_keys for p in state.holders.get(key, ())}
    if handle_keys:
        handles = set(handle_keys)
        every = (row.persona for row in state.personas.values())
        chosen |= {p.id for p in every if p.handle is not None and p.handle.key in handles}
    return [state.personas[p].persona for p in sorted(chosen)]


def read_component(state: State, persona: str) -> Component:
    """The contact that holds a persona; see `base.PeopleStore`."""
    contact = found(state.personas, persona).contact
    members = sorted(state.members[contact])
    return Component(contact, tuple(state.personas[p].persona for p in members), links_among(state, members))


def read_contacts(state: State, scope: Scope, after: str | None, limit: int) -> list[ContactRow]:
    """A page of contacts; see `base.PeopleStore`."""
    later = (contact for contact in sorted(state.members) if after is None or contact > after)
    page = list(islice((contact for contact in later if not _is_left_empty(state, contact)), limit))
    return [_contact_row(state, scope, contact) for contact in page]


def _is_left_empty(state: State, contact: str) -> bool:
    """Whether a name on a handle once told them apart, and no interaction is taken to be theirs any more."""
    personas = (state.personas[member].persona for member in state.members[contact])
    return all(p.shared_handle is not None and p.id not in state.attributed for p in personas)


def _contact_row(state: State, scope: Scope, contact: str) -> ContactRow:
    members = state.members[contact]
    names = {name for persona in members for name, _ in state.attributed.get(persona, ())}
    interactions = [i for name in names if (i := seen(scope, state.interactions[name].interaction)) is not None]
    last_at = max((i.occurred_at for i in interactions), default=None)
    return ContactRow(contact, len(members), len(interactions), last_at)


def read_consents(state: State, personas: Sequence[str]) -> list[Consent]:
    """What personas said about consent; see `base.PeopleStore`."""
    asked = set(personas)
    return sorted((c for c in state.consents.values() if c.persona in asked), key=lambda consent: consent.at)


def read_link(state: State, link: str) -> Link:
    """One link; see `base.PeopleStore`."""
    return found(state.links, link).link
