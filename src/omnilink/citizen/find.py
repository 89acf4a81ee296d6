"""Find: which contact is meant by what a person types: a contact id, or a handle and perhaps a name."""

from dataclasses import dataclass

from omnilink.citizen.people import choose_persona
from omnilink.identity.normalise import parse_handle
from omnilink.model.scope import Scope
from omnilink.store.base import Component, PeopleStore


@dataclass(frozen=True, slots=True)
class Finder:
    """Finds contacts.

    Args:
        store, scope: where.
        default_region: of telephone numbers without country code.
    """

    store: PeopleStore
    scope: Scope
    default_region: str | None = None

    async def find(self, who: str, name: str | None = None) -> tuple[Component, str]:
        """The contact meant, and the id of the persona that was asked for.

        Raises:
            BadHandle: it is neither an id nor a handle.
            NotFound: nobody with that handle has been seen.
            Ambiguous: several people use it.
        """
        by_id = await self.store.read_personas(self.scope, ids=[who])
        if by_id:
            return await self.store.read_component(self.scope, by_id[0].id), by_id[0].id
        handle = parse_handle(who, default_region=self.default_region)
        personas = await self.store.read_personas(
            self.scope, handle_keys=[handle.key], match_keys=list(handle.match_keys)
        )
        found: dict[str, Component] = {}  # by persona; each contact is read once
        for persona in personas:
            if persona.id not in found:
                component = await self.store.read_component(self.scope, persona.id)
                found.update({p.id: component for p in component.personas})
        chosen = choose_persona(personas, {id_: c.contact for id_, c in found.items()}, handle, name)
        return found[chosen], chosen
