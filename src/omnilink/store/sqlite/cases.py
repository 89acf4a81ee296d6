"""What `SqliteStore` does for cases: the methods of `store.cases.CaseStore`."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TypeVar

from omnilink.conversation.case_context import CaseBacklog, CaseChange, CaseContext, CaseLookup, Moment
from omnilink.model.case import Assignment, Case, CaseDecision, CaseState, Suggestion, SuggestionState
from omnilink.model.interaction import Interaction
from omnilink.model.scope import Scope
from omnilink.store.sqlite import case_context, case_reading, case_views
from omnilink.store.sqlite.case_writing import commit_cases
from omnilink.store.sqlite.readers import Readers
from omnilink.store.sqlite.rows import View
from omnilink.store.sqlite.writer import Writer

T = TypeVar("T")


class SqliteCases:
    """Cases in one SQLite file.

    Args:
        writer: the one that writes.
        readers: those that read.
    """

    def __init__(self, writer: Writer, readers: Readers) -> None:
        self._writer, self._readers = writer, readers

    async def _read(self, scope: Scope, work: Callable[[View], T]) -> T:
        return await self._readers.read(lambda connection: work(View.of(connection, scope)))

    async def read_case_backlog(
        self, scope: Scope, *, limit: int = 250, known: Mapping[str, Interaction] | None = None
    ) -> CaseBacklog:
        """What has not been decided; see `cases.CaseStore`."""
        scope.require_all()
        return await self._read(scope, lambda view: case_reading.read_backlog(view, limit, known or {}))

    async def read_case_context(self, scope: Scope, lookup: CaseLookup) -> CaseContext:
        """Everything a batch asks for; see `cases.CaseStore`."""
        scope.require_all()
        return await self._read(scope, lambda view: case_context.read_case_context(view, lookup))

    async def commit_cases(self, scope: Scope, change: CaseChange) -> int:
        """Writes a decision about cases; see `cases.CaseStore`."""
        scope.require_all()
        return await self._writer.write(lambda tx: commit_cases(tx, scope, change))

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
        return await self._read(scope, lambda v: case_views.read_cases(v, ids, personas, state, before, limit))

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
        return await self._read(scope, lambda v: case_views.read_assignments(v, ids, cases, conversations, limit))

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
        return await self._read(scope, lambda v: case_views.read_suggestions(v, ids, cases, state, limit))

    async def read_case_decisions(
        self, scope: Scope, *, ids: Sequence[str] = (), limit: int = 100
    ) -> list[CaseDecision]:
        """What people decided; see `cases.CaseStore`."""
        return await self._read(scope, lambda view: case_views.read_case_decisions(view, ids, limit))

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
        return await self._read(
            scope, lambda v: case_reading.read_moments(v, conversations, interactions, limit, newest)
        )

    async def read_case_seq(self, scope: Scope) -> int:
        """The number of the last change of cases; see `cases.CaseStore`."""
        return await self._read(scope, case_views.read_case_seq)
