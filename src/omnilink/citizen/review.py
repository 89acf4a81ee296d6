"""Review: the doubts a person should look at, contact by contact."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import ClassVar, Protocol

from omnilink.identity.online.spanning import evidence_of
from omnilink.model.persona import Evidence
from omnilink.model.record import Record
from omnilink.model.scope import Scope
from omnilink.resolution.doubts import Doubt, find_doubts
from omnilink.resolution.turns import Resolution, ResolvingStore
from omnilink.store.base import Lookup, ObservationLookup, PeopleStore

PAGE = 100


class ReviewCase(Record):
    """Two who may be one person.

    Attributes:
        contact: the contact at which it was found: where to go on from.
        a, b: persona ids; `confirm` or `reject` them.
        bits: of the evidence; a link needs `line`.
        why: `below-the-line`, `one-claim` (nothing else supports it), `ambiguous` or `contradicts`.
    """

    contact: str
    a: str
    b: str
    bits: float
    line: float
    why: str
    evidence: tuple[Evidence, ...] = ()

    shown: ClassVar[tuple[str, ...]] = ("contact", "a", "b", "why")


class ReviewStore(ResolvingStore, PeopleStore, Protocol):
    """What reviewing needs of a store."""


@dataclass(frozen=True, slots=True)
class Review:
    """Finds the next doubts. Each contact is looked at where it stands, so nothing is kept that could go stale.

    Args:
        store, scope: where; needs a scope over all accounts.
        resolution: says what is in doubt.
    """

    store: ReviewStore
    scope: Scope
    resolution: Resolution

    async def cases(self, *, after: str | None = None, limit: int = 20) -> list[ReviewCase]:
        """The next doubts, in the order of the contacts; each pair once.

        Args:
            after: the contact of the last one seen.
            limit: cases at least, if there are so many: those of one contact come together.
        """
        found: list[ReviewCase] = []
        async for contact in self._contacts(after):
            found += await self._of(contact)
            if len(found) >= limit:
                break
        return found

    async def _contacts(self, after: str | None) -> AsyncIterator[str]:
        while rows := await self.store.read_contacts(self.scope, after=after, limit=PAGE):
            for row in rows:
                yield row.id
            after = rows[-1].id

    async def _of(self, contact: str) -> list[ReviewCase]:
        component = await self.store.read_component(self.scope, contact)
        personas = frozenset(p.id for p in component.personas)
        seen = await self.store.read_observations(self.scope, ObservationLookup(personas=personas))
        ids = [stored.id for stored in seen.found]
        async with self.resolution.turn() as turn:
            await turn.load(ids)
            doubts = find_doubts(turn.near, ids)
        if not doubts:
            return []
        keys = frozenset(key for doubt in doubts for key in (doubt.a, doubt.b))
        context = await self.store.read_context(self.scope, Lookup(personas=keys))
        named = context.personas
        return [
            _case(contact, doubt, named[doubt.a].id, named[doubt.b].id)
            for doubt in doubts
            # Found from both sides: told at the first of the two contacts.
            if {doubt.a, doubt.b} <= named.keys() and min(named[doubt.a].contact, named[doubt.b].contact) == contact
        ]


def _case(contact: str, doubt: Doubt, a: str, b: str) -> ReviewCase:
    evidence = evidence_of(doubt.clues)
    return ReviewCase(contact=contact, a=a, b=b, bits=doubt.bits, line=doubt.line, why=doubt.why, evidence=evidence)
