"""Decisions: what a person decides about who is who. Read, decide with the resolver of ingest, commit."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from omnilink.errors import BadInput, Conflict, NotFound
from omnilink.identity.online.spanning import DECISION
from omnilink.model.persona import Decision, Link
from omnilink.model.scope import Scope
from omnilink.resolution.settled import Settled
from omnilink.resolution.turns import Resolution, ResolvingStore, Turn
from omnilink.store.base import Change, Component, ObservationLookup, PeopleStore

TRIES = 20
Find = Callable[[str, str | None], Awaitable[tuple[Component, str]]]


class DecidingStore(ResolvingStore, PeopleStore, Protocol):
    """What deciding about people needs of a store."""


@dataclass(frozen=True, slots=True)
class PeopleDesk:
    """Decides who is who on behalf of a person; every decision is a record, and can be taken back.

    Args:
        store, scope: where; needs a scope over all accounts.
        resolution: says what follows.
        find: finds a contact by id or handle.
        new_id, clock: injected.
    """

    store: DecidingStore
    scope: Scope
    resolution: Resolution
    find: Find
    new_id: Callable[[], str]
    clock: Callable[[], datetime]

    async def confirm(
        self, a: str, b: str, *, by: str, reason: str = "", name_a: str | None = None, name_b: str | None = None
    ) -> Decision:
        """Says that two are one person: what was shown on each of the two handles, not more.

        Args:
            a, b: handles or persona ids; `name_a`, `name_b` where several people share a handle.
            by: who says so.
            reason: in their words.

        Raises:
            BadInput: both are one persona, or nothing was ever seen of one.
            NotFound, Ambiguous: as of `Hub.contact`.
        """
        first, second = (await self.find(a, name_a))[1], (await self.find(b, name_b))[1]
        return await self.between([first], [second], kind="confirm", by=by, reason=reason)

    async def reject(
        self, a: str, b: str, *, by: str, reason: str = "", name_a: str | None = None, name_b: str | None = None
    ) -> Decision:
        """Says that two are two people. No rule joins them again. Arguments and errors as of `confirm`."""
        first, second = (await self.find(a, name_a))[1], (await self.find(b, name_b))[1]
        return await self.between([first], [second], kind="reject", by=by, reason=reason)

    async def merge(self, a: str, b: str, *, by: str, reason: str = "") -> Decision:
        """Says that two contacts, with all their handles, are one person. Arguments and errors as of `confirm`."""
        first, second = (await self.find(a, None))[0], (await self.find(b, None))[0]
        if first.contact == second.contact:
            raise BadInput("both are one contact already", hint="name two contacts")
        sides = ([p.id for p in first.personas], [p.id for p in second.personas])
        return await self.between(*sides, kind="merge", by=by, reason=reason)

    async def split(
        self, contact: str, *, personas: Sequence[str] = (), interactions: Sequence[str] = (), by: str, reason: str = ""
    ) -> Decision:
        """Says that a part of a contact is somebody else.

        Args:
            contact: the contact, by id or handle.
            personas: ids of its personas that are somebody else's; `interactions` likewise.
            by: who says so.
            reason: in their words.

        Raises:
            BadInput: nothing of the contact is named, or nothing would be left of it.
            NotFound: no such contact.
        """
        component, _ = await self.find(contact, None)
        seen = await self._seen([p.id for p in component.personas])
        apart = {id for persona in personas for id in await self._seen([persona])}
        apart |= {id for id in seen if id.partition("/")[0] in set(interactions)}
        if not apart or not apart <= seen:
            raise BadInput("what is split off has to be of the contact", hint="`omnilink contact` shows its personas")
        if apart == seen:
            raise BadInput("nothing of the contact would be left", hint="name less of it")
        return await self._decide(apart, seen - apart, kind="split", by=by, reason=reason)

    async def between(
        self, here: Iterable[str], there: Iterable[str], *, kind: str, by: str, reason: str = ""
    ) -> Decision:
        """A decision between personas, by their ids.

        Raises:
            BadInput: nothing was ever seen of one side.
        """
        sides = [await self._seen(list(side)) for side in (here, there)]
        if not all(sides) or sides[0] & sides[1]:
            raise BadInput("nothing was seen that tells the two apart", hint="name two different handles")
        return await self._decide(sides[0], sides[1], kind=kind, by=by, reason=reason)

    async def decisions(self) -> list[Decision]:
        """Every decision ever made, the newest first; revoked ones say by whom."""
        self.scope.require_all()
        answer = await self.store.read_observations(self.scope, ObservationLookup(decisions_since=0))
        return sorted(answer.decisions, key=lambda d: -d.number)

    async def revoke(self, decision: str | int, *, by: str, reason: str = "") -> Decision:
        """Takes a decision back: the people there are, are those there would be if it had never been made.

        Args:
            decision: its id or number.

        Raises:
            NotFound: no such decision.
            BadInput: it is revoked already.
        """
        require_person(by)
        for _ in range(TRIES):
            known = next((d for d in await self.decisions() if decision in (d.id, d.number, str(d.number))), None)
            if known is None:
                raise NotFound("no such decision", hint="`omnilink people decisions` lists them")
            if not known.in_force:
                raise BadInput("that decision is revoked already")
            update = {"revoked_at": self.clock(), "revoked_by": by, "revoked_reason": reason}
            revoked = known.model_copy(update=update)
            try:
                async with self.resolution.turn() as turn:
                    await turn.revoke(known)
                    await self._write(turn, revoked)
            except Conflict:
                continue
            return revoked
        raise Conflict("the decision lost every race for the store", hint="try again")

    # --- writing --------------------------------------------------------------------------------------------------

    async def _seen(self, personas: Sequence[str]) -> set[str]:
        self.scope.require_all()
        answer = await self.store.read_observations(self.scope, ObservationLookup(personas=frozenset(personas)))
        return {stored.id for stored in answer.found}

    async def _decide(self, here: set[str], there: set[str], *, kind: str, by: str, reason: str) -> Decision:
        require_person(by)
        made = Decision(
            id=self.new_id(), number=0, kind=kind, same=kind in ("confirm", "merge"), sides=((), ()), by=by,
            at=self.clock(), reason=reason,
        )  # fmt: skip
        for _ in range(TRIES):
            try:
                async with self.resolution.turn() as turn:
                    decision = await turn.decide(made, sorted(here), sorted(there))
                    await self._write(turn, decision)
            except Conflict:
                continue
            return decision
        raise Conflict("the decision lost every race for the store", hint="try again")

    async def _write(self, turn: Turn, decision: Decision) -> None:
        settled = await turn.settle()
        change, attributed = self._change(settled, decision)
        turn.keep(await self.store.commit_change(self.scope, change), attributed)

    def _change(self, settled: Settled, decision: Decision) -> tuple[Change, dict[str, tuple[str, str]]]:
        people = settled.people(self.new_id, self.clock())
        attributed = settled.write(people, ())
        if decision.revoked_by is not None:
            of_it: list[Link] = [x for x in people.all_links if x.basis == f"{DECISION}{decision.number}"]
            for link in of_it:
                people.revoke(link, by=decision.revoked_by, reason=decision.revoked_reason or "")
        return Change(
            seq=settled.context.seq,
            versions=settled.versions,
            personas=people.personas,
            attributions=people.attributions,
            links=people.links(),
            revoked=people.revocations(),
            reinstated=people.reinstated,
            memberships=people.memberships(),
            decisions=[decision],
        ), attributed


def require_person(by: str) -> None:
    """Records tell people from rules by the name they sign with.

    Raises:
        BadInput: that is no person's name.
    """
    if not by.strip() or by.startswith(("rule:", "connector:")):
        raise BadInput("that is no person's name", hint="sign with your own name or id")
