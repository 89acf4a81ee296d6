"""People: contacts as views. Pure; `citizen.links` is what changes them."""

from collections.abc import Iterable

from omnilink.errors import Ambiguous, NotFound
from omnilink.identity.components import partition
from omnilink.identity.normalise import normalise_name
from omnilink.model.contact import Contact, ContactField
from omnilink.model.handle import Handle
from omnilink.model.persona import FAILED_KEY, UNNAMED_KEY, UNVOUCHED_KEY, Persona
from omnilink.model.relationship import Relation
from omnilink.store.base import Component, ContactRow


def render_contact(
    component: Component, row: ContactRow | None = None, relations: tuple[Relation, ...] = ()
) -> Contact:
    """A contact as it is shown: its personas, what holds them together, and what is believed of it.

    A field is believed of a contact when one of its personas claims it; the one claimed by most personas, then
    the newest, comes first.
    """
    found = partition([p.key for p in component.personas], component.links)
    inside = {p.id for p in component.personas}
    claims = [c for p in component.personas for c in p.claims if c.retracted_at is None]
    newest = sorted(claims, key=lambda c: c.at, reverse=True)
    fields = {(c.field, c.value): ContactField(name=c.field, value=c.value, source=c.source) for c in reversed(newest)}
    return Contact(
        id=component.contact,
        personas=component.personas,
        links=tuple(link for link in component.links if link.in_force and link.a in inside and link.b in inside),
        conflicts=tuple(link for link in found.conflicts if link.a in inside or link.b in inside),
        fields=tuple(reversed(fields.values())),
        relations=relations,
        last_seen_at=row.last_at if row else None,
    )


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
