"""People: contacts as views. Pure; `citizen.links` is what changes them."""

from collections.abc import Iterable
from datetime import datetime

from omnilink.errors import Ambiguous, NotFound
from omnilink.identity.components import partition
from omnilink.identity.normalise import normalise_name
from omnilink.model.contact import Contact, ContactField
from omnilink.model.handle import Handle
from omnilink.model.persona import FAILED_KEY, UNNAMED_KEY, UNVOUCHED_KEY, Claim, Persona
from omnilink.model.relationship import Relation
from omnilink.store.base import Component, ContactRow


def render_contact(
    component: Component, row: ContactRow | None = None, relations: tuple[Relation, ...] = ()
) -> Contact:
    """A contact as it is shown: its personas, what holds them together, and what is believed of it.

    A field is believed of a contact when one of its personas claims it; what was first said last comes first.
    """
    found = partition([p.key for p in component.personas], component.links)
    inside = {p.id for p in component.personas}
    claims = sorted((c for p in component.personas for c in _claims_of(p)), key=_age)
    fields = {(c.field, c.value): ContactField(name=c.field, value=c.value, source=c.source) for c in claims}
    return Contact(
        id=component.contact,
        personas=_with_own_displays(component.personas),
        links=tuple(link for link in component.links if link.in_force and link.a in inside and link.b in inside),
        conflicts=tuple(link for link in found.conflicts if link.a in inside or link.b in inside),
        fields=tuple(reversed(fields.values())),
        relations=relations,
        last_seen_at=row.last_at if row else None,
    )


def _claims_of(persona: Persona) -> list[Claim]:
    return [claim for claim in persona.claims if claim.retracted_at is None]


def _age(claim: Claim) -> tuple[datetime, str, str, str]:
    return claim.at, claim.field, claim.value, claim.source


def _with_own_displays(personas: Iterable[Persona]) -> tuple[Persona, ...]:
    """The same, with the name beside each handle that its holder goes by there: not what somebody else called them."""
    personas = tuple(personas)
    shown: dict[str, list[Claim]] = {}
    for persona in personas:
        if persona.handle is not None:
            own = [claim for claim in _claims_of(persona) if claim.field == "display_name"]
            shown.setdefault(persona.handle.key, []).extend(own)
    newest = {key: max(claims, key=_age).value for key, claims in shown.items() if claims}
    return tuple(
        p if p.handle is None else p.model_copy(
            update={"handle": p.handle.model_copy(update={"display": newest.get(p.handle.key)})}
        )
        for p in personas
    )  # fmt: skip


def choose_persona(personas: Iterable[Persona], contact_of: dict[str, str], handle: Handle, name: str | None) -> str:
    """The persona meant by a handle, and a stated name where several people share it.

    Args:
        personas: the holders of the handle.
        contact_of: persona id → contact id.
        handle: what was asked for (its spelling prefers a persona of exactly this handle).
        name: the stated name, if given.

    Returns:
        A persona id.

    Raises:
        NotFound: nobody has that handle (or no such name on it).
        Ambiguous: several people have it.
    """
    known = [p for p in personas if not p.key.startswith((FAILED_KEY, UNNAMED_KEY, UNVOUCHED_KEY))]
    if name is not None:
        wanted = normalise_name(name)
        known = [p for p in known if p.name == wanted]
    exact = [p for p in known if p.handle is not None and p.handle.key == handle.key]
    found = exact or known
    if not found:
        raise NotFound("nobody with that handle has been seen", hint="`omnilink contacts` lists who has")
    contacts = sorted({contact_of[p.id] for p in found})
    if len(contacts) > 1:
        raise Ambiguous(
            "several people use that handle",
            choices=tuple(contacts),
            hint=f"give the name as well, or one of {len(contacts)} contact ids: " + ", ".join(contacts[:5]),
        )
    return found[0].id
