"""Links: what a person decides about who is who. Read, decide with the same rules as ingest, commit."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from omnilink.citizen.decisions import PeopleDesk, require_person
from omnilink.citizen.explain import Explanation, as_of, explain_pair
from omnilink.errors import BadInput, Conflict
from omnilink.identity.components import partition
from omnilink.identity.online.spanning import DECISION
from omnilink.identity.people import RULES, People
from omnilink.model.persona import Evidence, Link, Method, PersonaRef, Verdict
from omnilink.model.scope import Scope
from omnilink.store.base import Change, Context, DecisionStore, Lookup, PeopleStore

TRIES = 20


class LinkStore(DecisionStore, PeopleStore, Protocol):
    """What deciding about links needs of a store."""


@dataclass(frozen=True, slots=True)
class LinkDesk:
    """Adds, revokes and explains links on behalf of a person.

    Args:
        store, scope: where; needs a scope over all accounts.
        people: where decisions about people are made.
        new_id, clock: injected.
    """

    store: LinkStore
    scope: Scope
    people: PeopleDesk
    new_id: Callable[[], str]
    clock: Callable[[], datetime]

    async def add(self, a: str, b: str, *, verdict: Verdict, by: str, reason: str = "") -> Link:
        """Says that two personas are the same, or different, person.

        Args:
            a, b: persona ids.
            by: who says so.

        Raises:
            BadInput: both are one persona.
            NotFound: a persona is unknown.
        """
        self.scope.require_all()
        require_person(by)
        if a == b:
            raise BadInput("both are one persona already", hint="name two different handles")
        for _ in range(TRIES):
            context = await self._context(a, b)
            refs = _refs(context)
            key_a, key_b = sorted((refs[a].key, refs[b].key))
            earlier = sum(
                link.method is Method.STAFF_CONFIRMED and (link.key_a, link.key_b) == (key_a, key_b)
                for link in context.links
            )
            people = self._people(context)
            made = people.link(
                refs[a],
                refs[b],
                method=Method.STAFF_CONFIRMED,
                basis=f"human:{by}:{earlier}",
                by=by,
                verdict=verdict,
                evidence=(Evidence(kind="person", refs=(reason,) if reason else ()),),
            )
            if made is None:
                raise BadInput("that link exists already", hint="`omnilink link explain` shows it")
            if await self._commit(context, people):
                return made
        raise Conflict("the link lost every race for the store", hint="try again")

    async def revoke(self, link_id: str, *, by: str, reason: str) -> Link:
        """Puts a link out of force; the people it joined are again what they would be without it.

        Raises:
            NotFound: no such link.
            BadInput: it is revoked already.
        """
        self.scope.require_all()
        require_person(by)
        for _ in range(TRIES):
            link = await self.store.read_link(self.scope, link_id)
            if not link.in_force:
                raise BadInput("that link is revoked already")
            if link.basis.startswith(DECISION):
                await self.people.revoke(link.basis.removeprefix(DECISION), by=by, reason=reason)
                return await self.store.read_link(self.scope, link_id)
            context = await self._context(link.a, link.b)
            people = self._people(context)
            people.revoke(link, by=by, reason=reason)
            if await self._commit(context, people):
                if link.asserted_by.startswith(RULES):
                    await self._keep_apart(link, by, reason)
                return await self.store.read_link(self.scope, link_id)
        raise Conflict("the revocation lost every race for the store", hint="try again")

    async def _keep_apart(self, link: Link, by: str, reason: str) -> None:
        """What a person takes from a rule, the rule must not bring back with other evidence."""
        try:
            await self.people.between([link.a], [link.b], kind="reject", by=by, reason=reason)
        except BadInput:  # nobody was ever seen as one of the two: that very link is not made again
            return

    async def explain(self, a: str, b: str, *, until: datetime | None = None) -> Explanation:
        """Why two personas are, or are not, one person; or were, at a moment."""
        context = await self._context(a, b)
        refs = [ref for members in context.members.values() for ref in members]
        if until is None:
            contact_of = {ref.id: contact for contact, members in context.members.items() for ref in members}
            return explain_pair(a, b, contact_of, [ref.key for ref in refs], context.links)
        links = as_of(context.links, until)
        group = partition([ref.key for ref in refs], links).group
        return explain_pair(a, b, {ref.id: group[ref.key] for ref in refs}, [ref.key for ref in refs], links)

    async def _context(self, a: str, b: str) -> Context:
        for persona in (a, b):
            await self.store.read_component(self.scope, persona)  # NotFound speaks for itself
        return await self.store.read_context(self.scope, Lookup(contacts=frozenset((a, b))))

    def _people(self, context: Context) -> People:
        return People(
            personas=context.personas,
            holders=context.holders,
            members=context.members,
            links=context.links,
            new_id=self.new_id,
            now=self.clock(),
        )

    async def _commit(self, context: Context, people: People) -> bool:
        change = Change(
            seq=context.seq,
            versions=context.versions,
            links=people.links(),
            revoked=people.revocations(),
            memberships=people.memberships(),
        )
        try:
            await self.store.commit_change(self.scope, change)
        except Conflict:
            return False
        return True


def _refs(context: Context) -> dict[str, PersonaRef]:
    return {ref.id: ref for refs in context.members.values() for ref in refs}
