"""Cases, for reading and for people's decisions: a person's word ranks higher than a rule's, is kept, and undoable."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from omnilink.citizen.case_units import Action, Move, Unit, choose_units
from omnilink.citizen.decisions import require_person
from omnilink.conversation.case_context import CaseChange, CaseLookup, SuggestionAnswer
from omnilink.conversation.case_pages import CasePages
from omnilink.conversation.case_people import CasePeople
from omnilink.conversation.case_telling import tell_case
from omnilink.conversation.references import ReferencePicture
from omnilink.errors import BadInput, Conflict, NotFound
from omnilink.model.case import (
    Assignment,
    Case,
    CaseDecision,
    CaseState,
    Suggestion,
    SuggestionState,
)
from omnilink.model.interaction import Interaction
from omnilink.model.record import Record
from omnilink.model.scope import Scope
from omnilink.store.base import Component, HistoryStore, PeopleStore
from omnilink.store.cases import CaseStore

TRIES = 20
MOST_MOVED = 10_000
"""Contact moments of one conversation that a person's decision moves."""
Find = Callable[[str, str | None], Awaitable[tuple[Component, str]]]


class CaseDeskStore(CaseStore, HistoryStore, PeopleStore, Protocol):
    """What cases for people need of a store."""


class CasePage(Record):
    """A case with everything that is known about it.

    Attributes:
        items: its contact moments, oldest first.
        assignments: what put them there, revoked ones too.
        suggestions: what rules were not sure enough of to do.
    """

    case: Case
    items: tuple[Interaction, ...]
    assignments: tuple[Assignment, ...]
    suggestions: tuple[Suggestion, ...]


@dataclass(frozen=True, slots=True)
class CaseDesk:
    """Reads cases and decides about them on behalf of a person.

    Args:
        store, scope: where; deciding needs a scope over all accounts.
        find: finds a contact by id or handle.
        catch_up: brings cases up to the history.
        pictures: what numbers of cases look like.
        new_id, clock: injected.
    """

    store: CaseDeskStore
    scope: Scope
    find: Find
    catch_up: Callable[[], Awaitable[object]]
    new_id: Callable[[], str]
    clock: Callable[[], datetime]
    pictures: Sequence[ReferencePicture] = ()

    # --- reading ----------------------------------------------------------------------------------------------------

    async def list(
        self, who: str | None = None, *, name: str | None = None, state: CaseState | None = None,
        before: tuple[datetime, str] | None = None, limit: int = 50,
    ) -> Sequence[Case]:  # fmt: skip
        """Cases, newest activity first.

        Args:
            who: a handle or contact id: only that person's; `name` where several people share the handle.
            state: open, closed or joined ones only.
            before: (`last_at`, id) of the last case of the page before.

        Raises:
            NotFound, Ambiguous, BadHandle: as `Hub.timeline`.
        """
        await self._current()
        personas: Sequence[str] = ()
        if who is not None:
            component, _ = await self.find(who, name)
            personas = [persona.id for persona in component.personas]
        return await self.store.read_cases(
            self.scope, personas=personas, state=state, before=before, limit=max(1, min(limit, 1000))
        )

    async def show(self, case: str) -> CasePage:
        """One case: its contact moments, why each is there, and what is suggested.

        Raises:
            NotFound: there is none of that id.
        """
        await self._current()
        found = await self._case(case)
        assignments = await self.store.read_assignments(self.scope, cases=[case])
        suggestions = await self.store.read_suggestions(self.scope, cases=[case])
        units = await self._units_of(assignments)
        ids = list(dict.fromkeys(moment.interaction.id for unit in units for moment in unit.moments))
        items = await self.store.read_interactions(self.scope, ids)
        ordered = sorted(items, key=lambda item: (item.occurred_at, item.id))
        return CasePage(
            case=found, items=tuple(ordered), assignments=tuple(assignments), suggestions=tuple(suggestions)
        )

    async def suggestions(self, *, limit: int = 100) -> Sequence[Suggestion]:
        """What waits for an official's word, oldest first."""
        await self._current()
        return await self.store.read_suggestions(self.scope, state=SuggestionState.PENDING, limit=limit)

    async def decisions(self, *, limit: int = 100) -> Sequence[CaseDecision]:
        """What people decided, newest first."""
        return await self.store.read_case_decisions(self.scope, limit=limit)

    # --- deciding ---------------------------------------------------------------------------------------------------

    async def join(self, case: str, other: str, *, by: str, reason: str = "") -> CaseDecision:
        """Puts everything of another case under this one.

        Raises:
            NotFound: one of them is not there.
            BadInput: both are one, or one was joined to another.
        """

        async def decide() -> Move:
            if case == other:
                raise BadInput("both are one case")
            await self._usable(case)
            gone = await self._usable(other)
            move = Move("join", into=case, units=await self._units(other))
            return replace(move, states={other: gone.state}, becomes={other: CaseState.JOINED}, joined={other: case})

        return await self._decide(decide, by, reason)

    async def split(self, what: str, *, by: str, reason: str = "") -> CaseDecision:
        """Takes a conversation, or one interaction, out of its case, into a new one. No rule puts it back.

        Args:
            what: id of the conversation or interaction.

        Raises:
            NotFound: there is neither.
            BadInput: its case holds nothing else.
        """

        async def decide() -> Move:
            unit = await self._unit(what)
            if not unit.is_new and len(await self._units(unit.case)) < 2:
                raise BadInput("its case holds nothing else", hint="name one of its interactions")
            refused = () if unit.is_own else ((unit.conversation, unit.case),)
            return Move("split", units=[unit], refused=refused)

        return await self._decide(decide, by, reason)

    async def accept(self, suggestion: str, *, by: str, reason: str = "") -> CaseDecision:
        """Does what a rule suggested.

        Raises:
            NotFound: there is none of that id.
            BadInput: it was answered already.
        """

        async def decide() -> Move:
            found = await self._pending(suggestion)
            answers = {suggestion: SuggestionState.ACCEPTED}
            if found.kind == "join":
                await self._usable(found.case)
                unit = await self._unit(found.conversation)
                return Move("accept", into=found.case, units=[unit], answers=answers)
            first = await self._unit(found.interaction)
            rest = await self._later(first)
            return Move("accept", units=[first, *rest], answers=answers)

        return await self._decide(decide, by, reason)

    async def refuse(self, suggestion: str, *, by: str, reason: str = "") -> CaseDecision:
        """Says no to a suggestion: it is not made again. Errors as of `accept`."""

        async def decide() -> Move:
            found = await self._pending(suggestion)
            refused = ((found.conversation, found.case),) if found.kind == "join" else ()
            return Move("refuse", answers={suggestion: SuggestionState.REFUSED}, refused=refused)

        return await self._decide(decide, by, reason)

    async def close(self, case: str, *, by: str, reason: str = "") -> CaseDecision:
        """Nothing is to be done any more; a person who writes again in it opens it."""
        return await self._state(case, CaseState.CLOSED, by, reason)

    async def reopen(self, case: str, *, by: str, reason: str = "") -> CaseDecision:
        """Something is to be done after all."""
        return await self._state(case, CaseState.OPEN, by, reason)

    async def undo(self, decision: str, *, by: str) -> CaseDecision:
        """Takes a person's decision back: everything is where it was before, unless the ground for that has gone.

        Raises:
            NotFound: there is none of that id.
            BadInput: it was undone, or a later one rests on it.
        """
        self.scope.require_all()
        require_person(by)
        for _ in range(TRIES):
            seq = await self.store.read_case_seq(self.scope)
            found = await self.store.read_case_decisions(self.scope, ids=[decision])
            if not found:
                raise NotFound("no such decision", hint="`omnilink cases decisions` lists them")
            if found[0].undone_at is not None:
                raise BadInput("that decision was undone already")
            change = await self._undoing(found[0], by, seq)
            try:
                await self.store.commit_cases(self.scope, change)
            except Conflict:
                continue
            await self.catch_up()
            return (await self.store.read_case_decisions(self.scope, ids=[decision]))[0]
        raise Conflict("the decision lost every race for the store", hint="try again")

    # --- within -----------------------------------------------------------------------------------------------------

    async def _current(self) -> None:
        if self.scope.accounts is None:  # who sees only some accounts decides nothing
            await self.catch_up()

    async def _case(self, case: str) -> Case:
        found = await self.store.read_cases(self.scope, ids=[case])
        if not found:
            raise NotFound("no such case", hint="`omnilink cases list` shows them")
        return found[0]

    async def _usable(self, case: str) -> Case:
        found = await self._case(case)
        if found.state is CaseState.JOINED:
            raise BadInput("that case was joined to another", hint=f"use {found.joined_into}")
        return found

    async def _pending(self, suggestion: str) -> Suggestion:
        found = await self.store.read_suggestions(self.scope, ids=[suggestion])
        if not found:
            raise NotFound("no such suggestion", hint="`omnilink cases suggestions` lists them")
        if found[0].state is not SuggestionState.PENDING:
            raise BadInput(f"that suggestion is {found[0].state.value}")
        return found[0]

    async def _units(self, case: str) -> Sequence[Unit]:
        return await self._units_of(await self.store.read_assignments(self.scope, cases=[case]))

    async def _units_of(self, assignments: Sequence[Assignment]) -> Sequence[Unit]:
        held = [a for a in assignments if a.in_force]
        conversations = list(dict.fromkeys(a.conversation for a in held))
        every = await self.store.read_assignments(self.scope, conversations=conversations)
        moments = {
            c: await self.store.read_moments(self.scope, conversations=[c], limit=MOST_MOVED) for c in conversations
        }
        return choose_units(held, every, moments)

    async def _unit(self, what: str) -> Unit:
        """The conversation or interaction of an id, with where it is."""
        moments = await self.store.read_moments(self.scope, interactions=[what])
        conversation = moments[0].conversation if moments else what
        every = await self.store.read_assignments(self.scope, conversations=[conversation])
        whole = await self.store.read_moments(self.scope, conversations=[conversation], limit=MOST_MOVED)
        in_force = [a for a in every if a.in_force]
        of_all = next((a for a in in_force if a.interaction is None), None)
        if moments and (own := next((a for a in in_force if a.interaction == what), None)) is not None:
            return Unit(own, tuple(moments), is_own=True)
        if of_all is None or not whole:
            raise NotFound("no such conversation or interaction", hint="`omnilink cases show` tells their ids")
        (unit,) = choose_units([of_all], every, {of_all.conversation: whole})
        rest = tuple(m for m in unit.moments if m.interaction.id != what)
        if moments and rest:
            return Unit(of_all, tuple(moments), rest, is_own=True, is_new=True)
        return unit  # the whole conversation, or an interaction that is all there is of it

    async def _later(self, first: Unit) -> Sequence[Unit]:
        """What came after an interaction and went with its conversation so far."""
        since = first.moments[0].interaction
        mark = (since.occurred_at, since.id)
        after = [m for m in first.rest if (m.interaction.occurred_at, m.interaction.id) > mark]
        return [replace(first, moments=(moment,), rest=()) for moment in after]

    async def _state(self, case: str, state: CaseState, by: str, reason: str) -> CaseDecision:
        async def decide() -> Move:
            before = await self._usable(case)
            if before.state is state:
                raise BadInput(f"the case is {state.value} already")
            action: Action = "close" if state is CaseState.CLOSED else "reopen"
            return Move(action, about=case, states={case: before.state}, becomes={case: state})

        return await self._decide(decide, by, reason)

    async def _decide(self, decide: Callable[[], Awaitable[Move]], by: str, reason: str) -> CaseDecision:
        self.scope.require_all()
        require_person(by)
        await self.catch_up()
        for _ in range(TRIES):
            seq = await self.store.read_case_seq(self.scope)
            move = await decide()
            named = {move.into} if move.into else set[str]()
            named |= {unit.case for unit in move.units}
            lookup = CaseLookup(
                conversations=frozenset(unit.conversation for unit in move.units), cases=frozenset(named)
            )
            context = await self.store.read_case_context(self.scope, lookup)
            pages = CasePages(context, self.new_id, self.clock())
            decision, change = move.decide(
                pages, CasePeople(context), self.pictures, self.new_id, self.clock(), by, reason, seq
            )
            try:
                await self.store.commit_cases(self.scope, change)
            except Conflict:
                continue
            return decision
        raise Conflict("the decision lost every race for the store", hint="try again")

    async def _undoing(self, decision: CaseDecision, by: str, seq: int) -> CaseChange:
        now, store = self.clock(), self.store
        made = await store.read_assignments(self.scope, ids=decision.made)
        if any(not a.in_force for a in made):
            raise BadInput("a later decision rests on it", hint="undo that one first")
        ended = await store.read_assignments(self.scope, ids=decision.ended)
        standing = [a for a in ended if await self._still_stands(a)]
        conversations = list(dict.fromkeys(a.conversation for a in (*made, *ended)))
        gone = {a.id for a in made}
        every = [a for a in await store.read_assignments(self.scope, conversations=conversations) if a.id not in gone]
        moments = {c: await store.read_moments(self.scope, conversations=[c], limit=MOST_MOVED) for c in conversations}
        of_all = [a for a in every if a.in_force and a.interaction is None]
        named = frozenset(a.case for a in (*standing, *of_all))
        lookup = CaseLookup(conversations=frozenset(conversations), cases=named)
        context = await store.read_case_context(self.scope, lookup)
        pages = CasePages(context, self.new_id, now)
        for assignment in made:
            pages.end(assignment, by=by, reason="undone")
        # What had an assignment of its own goes with its conversation again.
        restored = [*(a.model_copy(update={"revoked_at": None}) for a in standing), *of_all]
        for unit in choose_units(restored, [*every, *restored], moments):
            tell_case(pages, CasePeople(context), unit.case, unit.moments, self.pictures)
        is_join = decision.action == "join"
        return replace(
            pages.change(seq, None, ()),
            reinstated=[a.id for a in standing],
            rechecks=[a.cause for a in ended if a not in standing],
            states=dict(decision.states),
            joined=dict.fromkeys(decision.states) if is_join else {},
            answers=[SuggestionAnswer(name, SuggestionState.PENDING, by, now) for name in decision.suggestions],
            allowed=list(decision.refused),
            undone=[(decision.id, by, now)],
        )

    async def _still_stands(self, assignment: Assignment) -> bool:
        """Whether the links it was decided from are in force."""
        for key in assignment.depends_on:
            kind, is_prefixed, name = key.partition(":")
            if not is_prefixed and not (await self.store.read_link(self.scope, key)).in_force:
                return False
            if kind == "conversation":
                told = await self.store.read_assignments(self.scope, conversations=[name])
                if not any(a.in_force and a.case == assignment.case for a in told):
                    return False
        return True
