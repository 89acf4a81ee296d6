"""Cases in a store: what has not been decided, what a decision reads, and what people see."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from omnilink.conversation.case_context import CaseBacklog, CaseChange, CaseContext, CaseLookup, Moment
from omnilink.model.case import Assignment, Case, CaseDecision, CaseState, Suggestion, SuggestionState
from omnilink.model.interaction import Interaction, RevisionAction
from omnilink.model.part import Call, Part
from omnilink.model.scope import Scope
from omnilink.store.decision import Change


def people_met(change: Change) -> set[str]:
    """Ids of personas stored before that are one person with others now: they may have one matter."""
    return change.memberships.keys() - {persona.id for persona in change.personas}


def calls_told(change: Change) -> list[str]:
    """Ids of calls of which it is only now known what was said."""
    revised = (r for r in change.revisions if r.action is RevisionAction.CALL and any(map(_says, r.parts)))
    return list(dict.fromkeys(r.interaction for r in revised))


def _says(part: Part) -> bool:
    return isinstance(part, Call) and bool(part.speech or part.transcript)


class CaseStore(Protocol):
    """Reading and writing cases.

    A revoked link of people takes the assignments that depend on it out of force in the same commit; so does a new
    attribution of the interaction they were decided from. They come back in the backlog as rechecks.
    """

    async def read_case_backlog(
        self, scope: Scope, *, limit: int = 250, known: Mapping[str, Interaction] | None = None
    ) -> CaseBacklog:
        """Interactions that were not decided about, in the order they were recorded, and what has to be again.

        Args:
            known: id → interaction, as it was just recorded: its document need not be read.
        """
        ...

    async def read_case_context(self, scope: Scope, lookup: CaseLookup) -> CaseContext:
        """Everything a batch asks for; the cost depends on the batch, not on how much there is."""
        ...

    async def commit_cases(self, scope: Scope, change: CaseChange) -> int:
        """Writes a decision.

        Returns:
            The number of the change.

        Raises:
            Conflict: cases have changed since it was read, a unit would have two assignments in force, or a link that
                one depends on is not in force; nothing was written.
            NotFound: it refers to a record that is not there; nothing was written.
        """
        ...

    async def read_cases(
        self,
        scope: Scope,
        *,
        ids: Sequence[str] = (),
        personas: Sequence[str] = (),
        state: CaseState | None = None,
        before: tuple[datetime, str] | None = None,
        limit: int = 50,
    ) -> list[Case]:
        """Cases by id, of personas, or all, newest activity first (keyset paging); those with nothing in them left out.

        An id comes even if it is empty. Of a scope that does not cover all accounts, those with something it may see.
        """
        ...

    async def read_assignments(
        self,
        scope: Scope,
        *,
        ids: Sequence[str] = (),
        cases: Sequence[str] = (),
        conversations: Sequence[str] = (),
        limit: int = 1000,
    ) -> list[Assignment]:
        """Assignments by id, case or conversation (merges followed), revoked ones too; oldest first."""
        ...

    async def read_suggestions(
        self,
        scope: Scope,
        *,
        ids: Sequence[str] = (),
        cases: Sequence[str] = (),
        state: SuggestionState | None = None,
        limit: int = 100,
    ) -> list[Suggestion]:
        """Suggestions by id, those that concern a case (its own conversations' too), or all; oldest first."""
        ...

    async def read_case_decisions(
        self, scope: Scope, *, ids: Sequence[str] = (), limit: int = 100
    ) -> list[CaseDecision]:
        """What people decided, by id or the newest first."""
        ...

    async def read_moments(
        self,
        scope: Scope,
        *,
        conversations: Sequence[str] = (),
        interactions: Sequence[str] = (),
        limit: int = 200,
        newest: bool = False,
    ) -> list[Moment]:
        """Interactions as cases read them, by id or of conversations; oldest first.

        Args:
            limit: of each conversation, the oldest so many, or the `newest`.
        """
        ...

    async def read_case_seq(self, scope: Scope) -> int:
        """The number of the last change of cases."""
        ...
