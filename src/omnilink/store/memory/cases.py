"""What `MemoryStore` does for cases: the methods of `store.cases.CaseStore`."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TypeVar

from omnilink.conversation.case_context import CaseBacklog, CaseChange, CaseContext, CaseLookup, Moment
from omnilink.errors import StoreUnusable
from omnilink.model.case import Assignment, Case, CaseDecision, CaseState, Suggestion, SuggestionState
from omnilink.model.interaction import Interaction
from omnilink.model.scope import Scope
from omnilink.store.memory import case_reading, case_views, case_writing
from omnilink.store.memory.state import State

T = TypeVar("T")


class MemoryCases:
    """Cases over one dictionary of tenants."""

    def __init__(self) -> None:
        self._tenants: dict[str, State] = {}
        self._closed = False

    def _read(self, scope: Scope) -> State:
        if self._closed:
            raise StoreUnusable("the store is closed")
        return self._tenants.get(scope.tenant) or State()

    def _write(self, scope: Scope, write: Callable[[State], T]) -> T:
        state = self._read(scope).copy()
        result = write(state)
        self._tenants[scope.tenant] = state
        return result

    async def read_case_backlog(
        self, scope: Scope, *, limit: int = 250, known: Mapping[str, Interaction] | None = None
    ) -> CaseBacklog:
        """What has not been decided; see `cases.CaseStore`."""
        scope.require_all()
        return case_reading.read_backlog(self._read(scope), limit)

    async def read_case_context(self, scope: Scope, lookup: CaseLookup) -> CaseContext:
        """Everything a batch asks for; see `cases.CaseStore`."""
        scope.require_all()
        return case_reading.read_case_context(self._read(scope), lookup)

    async def commit_cases(self, scope: Scope, change: CaseChange) -> int:
        """Writes a decision about cases; see `cases.CaseStore`."""
        scope.require_all()
        return self._write(scope, lambda state: case_writing.commit_cases(state, change))

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
        """Cases by id, of personas, or by activity; see `cases.CaseStore`."""
        return case_views.read_cases(self._read(scope), scope, ids, personas, state, before, limit)

    async def read_assignments(
        self,
        scope: Scope,
        *,
        ids: Sequence[str] = (),
        cases: Sequence[str] = (),
        conversations: Sequence[str] = (),
        limit: int = 1000,
    ) -> list[Assignment]:
        """Assignments by one of their names; see `cases.CaseStore`."""
        return case_views.read_assignments(self._read(scope), ids, cases, conversations, limit)

    async def read_suggestions(
        self,
        scope: Scope,
        *,
        ids: Sequence[str] = (),
        cases: Sequence[str] = (),
        state: SuggestionState | None = None,
        limit: int = 100,
    ) -> list[Suggestion]:
        """Suggestions by id, of cases, or in a state; see `cases.CaseStore`."""
        return case_views.read_suggestions(self._read(scope), ids, cases, state, limit)

    async def read_case_decisions(
        self, scope: Scope, *, ids: Sequence[str] = (), limit: int = 100
    ) -> list[CaseDecision]:
        """What people decided; see `cases.CaseStore`."""
        return case_views.read_case_decisions(self._read(scope), ids, limit)

    async def read_moments(
        self,
        scope: Scope,
        *,
        conversations: Sequence[str] = (),
        interactions: Sequence[str] = (),
        limit: int = 200,
        newest: bool = False,
    ) -> list[Moment]:
        """Interactions as cases read them; see `cases.CaseStore`."""
        return case_reading.read_moments(self._read(scope), conversations, interactions, limit, newest)

    async def read_case_seq(self, scope: Scope) -> int:
        """The number of the last change of cases; see `cases.CaseStore`."""
        return self._read(scope).case_seq
