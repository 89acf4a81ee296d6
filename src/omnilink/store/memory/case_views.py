"""Cases, assignments, suggestions and people's decisions, read from memory."""

from collections.abc import Sequence
from datetime import datetime

from omnilink.conversation.case_context import MOST_CONVERSATIONS_OF_CASE
from omnilink.model.case import Assignment, Case, CaseDecision, CaseState, Suggestion, SuggestionState
from omnilink.model.scope import Scope
from omnilink.store.memory.state import State, in_scope


def read_cases(
    state: State,
    scope: Scope,
    ids: Sequence[str],
    personas: Sequence[str],
    status: CaseState | None,
    before: tuple[datetime, str] | None,
    limit: int,
) -> list[Case]:
    """Cases by id, of personas, or by activity; see `cases.CaseStore`."""
    if ids:
        known = [state.cases[name] for name in dict.fromkeys(ids) if name in state.cases]
        return [case for known_one in known if (case := _whole(state, scope, known_one, empty=True)) is not None]
    chosen = list(state.cases.values())
    if personas:
        chosen = [state.cases[name] for name in {case for p in personas for case, _ in state.cases_of.get(p, ())}]
    if status is not None:
        chosen = [case for case in chosen if case.state is status]
    chosen.sort(key=lambda case: (case.last_at, case.id), reverse=True)
    older = (case for case in chosen if before is None or (case.last_at, case.id) < before)
    whole = (case for one in older if (case := _whole(state, scope, one)) is not None)
    return [case for case, _ in zip(whole, range(limit), strict=False)]


def _whole(state: State, scope: Scope, case: Case, *, empty: bool = False) -> Case | None:
    threads = sorted(
        state.case_threads.get(case.id, {}).values(), key=lambda t: (t.last_at, t.conversation), reverse=True
    )
    held = dict.fromkeys(
        state.root(t.conversation).root
        for t in threads
        if in_scope(scope, [state.conversations[t.conversation].conversation.account])
    )
    if not held and not (empty and scope.accounts is None):
        return None
    personas = sorted({p for t in threads for p in state.case_personas.get((case.id, t.conversation), {})})
    contacts = tuple(sorted({state.personas[p].contact for p in personas}))
    return case.model_copy(
        update={
            "conversations": tuple(held)[:MOST_CONVERSATIONS_OF_CASE],
            "personas": tuple(personas),
            "contacts": contacts,
            "mixed_people": len(contacts) > 1,
            "interactions": _count(state, case.id),
        }
    )


def _count(state: State, case: str) -> int:
    in_force = [a for name in state.assigned_in.get(case, ()) if (a := state.assignments[name]).in_force]
    roots = {state.root(a.conversation).root for a in in_force if a.interaction is None}
    apart = sum(
        a.in_force and a.interaction is not None and state.root(a.conversation).root in roots
        for a in state.assignments.values()
    )
    whole = sum(state.conversations[root].conversation.interactions for root in roots)
    return whole - apart + sum(a.interaction is not None for a in in_force)


def read_assignments(
    state: State, ids: Sequence[str], cases: Sequence[str], conversations: Sequence[str], limit: int
) -> list[Assignment]:
    """Assignments by one of their names; see `cases.CaseStore`."""
    roots = {state.root(name).root for name in conversations if name in state.conversations}
    names = {
        *(name for name in ids if name in state.assignments),
        *(name for case in cases for name in state.assigned_in.get(case, ())),
        *(a.id for a in state.assignments.values() if roots and state.root(a.conversation).root in roots),
    }
    return [a for name, a in state.assignments.items() if name in names][:limit]


def read_suggestions(
    state: State, ids: Sequence[str], cases: Sequence[str], status: SuggestionState | None, limit: int
) -> list[Suggestion]:
    """Suggestions by id, of cases, or in a state; see `cases.CaseStore`."""
    in_force = [a for case in cases for n in state.assigned_in.get(case, ()) if (a := state.assignments[n]).in_force]
    held = {a.conversation for a in in_force}
    chosen = [
        s
        for s in state.suggestions.values()
        if (s.id in ids if ids else not cases or s.case in cases or s.conversation in held)
        and status in (None, s.state)
    ]
    return chosen[:limit]


def read_case_decisions(state: State, ids: Sequence[str], limit: int) -> list[CaseDecision]:
    """What people decided; see `cases.CaseStore`."""
    if ids:
        return [state.case_decisions[name] for name in ids if name in state.case_decisions]
    return sorted(state.case_decisions.values(), key=lambda d: d.id, reverse=True)[:limit]
