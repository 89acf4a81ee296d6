"""Relations: what people are to each other, as somebody said it by name. They join nobody and allow nothing."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from omnilink.citizen.decisions import require_person
from omnilink.citizen.people import render_contact
from omnilink.citizen.proposals import Answers, RelatingStore, propose
from omnilink.citizen.relation_words import render_relation
from omnilink.errors import BadInput, Conflict, NotFound
from omnilink.model.persona import Evidence
from omnilink.model.relationship import (
    Closing,
    Relation,
    RelationKind,
    RelationProposal,
    Relationship,
    RelationshipClosed,
)
from omnilink.model.scope import Scope
from omnilink.store.base import Change, Component

TRIES = 20
PAGE = 100
Find = Callable[[str, str | None], Awaitable[tuple[Component, str]]]


@dataclass(frozen=True, slots=True)
class RelationDesk:
    """Keeps what people are to each other; every word of it is a record by a named person.

    Args:
        store, scope: where; writing needs a scope over all accounts.
        find: finds a contact by id or handle.
        new_id, clock: injected; a day is one of UTC.
    """

    store: RelatingStore
    scope: Scope
    find: Find
    new_id: Callable[[], str]
    clock: Callable[[], datetime]

    async def add(
        self, a: str, kind: RelationKind, b: str, *, by: str, reason: str = "", name_a: str | None = None,
        name_b: str | None = None, valid_from: date | None = None, valid_until: date | None = None,
        evidence: Sequence[Evidence] = (),
    ) -> Relationship:  # fmt: skip
        """Says what `a` is to `b`: `add(carer, RelationKind.CARER, citizen, by=…)`.

        Args:
            a, b: handles or contact ids; `name_a`, `name_b` where several people share a handle.
            by: who says so; `reason` in their words.
            valid_from, valid_until: first and last day, as far as they are known.

        Raises:
            BadInput: both are one contact, it is said already, or the days are the wrong way round.
            NotFound, Ambiguous: as of `Hub.contact`.
        """
        if valid_from is not None and valid_until is not None and valid_until < valid_from:
            raise BadInput("it would end before it begins")
        return await self._make(
            (a, name_a), kind, (b, name_b), by=by, reason=reason, valid_from=valid_from, valid_until=valid_until,
            evidence=tuple(evidence),
        )  # fmt: skip

    async def decline(
        self, a: str, kind: RelationKind, b: str, *, by: str, reason: str = "", name_a: str | None = None,
        name_b: str | None = None,
    ) -> Relationship:  # fmt: skip
        """Says that `a` is not that to `b`: it is kept as revoked, and not proposed again. As of `add`."""
        return await self._make((a, name_a), kind, (b, name_b), by=by, reason=reason, declined=True)

    async def end(self, relation: str, *, by: str, reason: str = "", until: date | None = None) -> Relationship:
        """Says that a relationship is over.

        Args:
            relation: its id.
            until: the last day on which it held; today if not given.

        Raises:
            NotFound: no such relationship.
            BadInput: it is ended or revoked already, or would end before it begins.
        """
        until = until or self.clock().date()
        found = await self._one(relation)
        if found.closed:
            raise BadInput("that relationship is closed already")
        if found.valid_from is not None and until < found.valid_from:
            raise BadInput("it would end before it begins", hint="revoke it if it never was")
        return await self._close(relation, Closing.ENDED, until, by, reason)

    async def revoke(self, relation: str, *, by: str, reason: str = "") -> Relationship:
        """Says that a relationship never was, also of one that has ended.

        Raises:
            NotFound: no such relationship.
            BadInput: it is revoked already.
        """
        if (await self._one(relation)).revoked:
            raise BadInput("that relationship is revoked already")
        return await self._close(relation, Closing.REVOKED, None, by, reason)

    async def list(self, who: str, *, name: str | None = None) -> tuple[Relation, ...]:
        """What a person is to others and they to them, what is over included. As of `Hub.contact`."""
        return await self.of((await self.find(who, name))[0])

    async def of(self, component: Component) -> tuple[Relation, ...]:
        """The relations of a contact, in the order they were made."""
        inside = {p.id for p in component.personas}
        found = await self.store.read_relationships(self.scope, personas=sorted(inside))
        today, contacts = self.clock().date(), {}
        for persona in {end for each in found for end in (each.a, each.b)}:
            there = component if persona in inside else await self.store.read_component(self.scope, persona)
            contacts[persona] = render_contact(there)
        return tuple(render_relation(each, contacts, component.contact, today) for each in found)

    async def proposals(self, *, after: str | None = None, limit: int = 20) -> tuple[RelationProposal, ...]:
        """What may be said of people, from what they show: nothing of it is in force until somebody adds it.

        Args:
            after: the contact of the last one seen (`person_a`).
            limit: proposals at least, if there are so many: those of one contact come together.
        """
        self.scope.require_all()
        proposed: list[RelationProposal] = []
        answers = Answers(self.store, self.scope)
        while rows := await self.store.read_contacts(self.scope, after=after, limit=PAGE):
            for row in rows:
                proposed += await propose(answers, await self.store.read_component(self.scope, row.id))
                if len(proposed) >= limit:
                    return tuple(proposed)
            after = rows[-1].id
        return tuple(proposed)

    # --- writing --------------------------------------------------------------------------------------------------

    async def _make(
        self, a: tuple[str, str | None], kind: RelationKind, b: tuple[str, str | None], *, by: str, reason: str,
        valid_from: date | None = None, valid_until: date | None = None, evidence: tuple[Evidence, ...] = (),
        declined: bool = False,
    ) -> Relationship:  # fmt: skip
        self.scope.require_all()
        require_person(by)
        for _ in range(TRIES):
            here, there = await self.find(*a), await self.find(*b)
            if here[0].contact == there[0].contact:
                raise BadInput("both are one contact", hint="split it first, or name the other person")
            ends = sorted((_end(*here), _end(*there))) if kind.symmetric else [_end(*here), _end(*there)]
            (key_a, id_a), (key_b, id_b) = ends
            known = await self.store.read_relationships(self.scope, personas=[p.id for p in here[0].personas])
            now = self.clock()
            if any(_says(each, kind, here[0], there[0]) and _stands(each, now.date()) for each in known):
                raise BadInput("that is said already", hint="`omnilink relations list` shows it")
            made = Relationship(
                id=self.new_id(), kind=kind, a=id_a, b=id_b, key_a=key_a, key_b=key_b,
                n=sum((r.kind, r.a, r.b) == (kind, id_a, id_b) for r in known), valid_from=valid_from,
                valid_until=valid_until, evidence=evidence, asserted_by=by, at=now, reason=reason,
            )  # fmt: skip
            closed = [_closed(made.id, Closing.REVOKED, None, by, now, reason)] if declined else []
            try:
                await self.store.commit_change(self.scope, Change(relationships=[made], relationships_closed=closed))
            except Conflict:
                continue
            return made.model_copy(update={"closed": tuple(closed)})
        raise Conflict("the relationship lost every race for the store", hint="try again")

    async def _one(self, relation: str) -> Relationship:
        found = await self.store.read_relationships(self.scope, ids=[relation])
        if not found:
            raise NotFound("no such relationship", hint="`omnilink relations list` shows their ids")
        return found[0]

    async def _close(self, relation: str, how: Closing, until: date | None, by: str, reason: str) -> Relationship:
        self.scope.require_all()
        require_person(by)
        closing = _closed(relation, how, until, by, self.clock(), reason)
        try:
            await self.store.commit_change(self.scope, Change(relationships_closed=[closing]))
        except Conflict:  # somebody else was quicker: the same way twice is the only conflict there is
            raise BadInput("that relationship is closed already") from None
        return await self._one(relation)


def _end(component: Component, persona: str) -> tuple[str, str]:
    """Key and id of the persona that was asked for."""
    return next((p.key, p.id) for p in component.personas if p.id == persona)


def _says(each: Relationship, kind: RelationKind, here: Component, there: Component) -> bool:
    sides = [{p.id for p in here.personas}, {p.id for p in there.personas}]
    straight = each.a in sides[0] and each.b in sides[1]
    return each.kind is kind and (straight or (kind.symmetric and each.a in sides[1] and each.b in sides[0]))


def _stands(each: Relationship, today: date) -> bool:
    """Whether it is in force, or will be."""
    return not each.revoked and (each.last_day is None or each.last_day >= today)


def _closed(relation: str, how: Closing, until: date | None, by: str, at: datetime, reason: str) -> RelationshipClosed:
    return RelationshipClosed(relationship=relation, how=how, until=until, by=by, at=at, reason=reason)
