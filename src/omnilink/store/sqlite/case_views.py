"""Cases, assignments, suggestions and people's decisions, for reading."""

from collections.abc import Sequence
from datetime import datetime

from omnilink.conversation.case_context import MOST_CONVERSATIONS_OF_CASE
from omnilink.model.case import Assignment, Case, CaseDecision, CaseState, Suggestion, SuggestionState
from omnilink.model.ids import from_micros, to_micros
from omnilink.store.sqlite.case_context import CASE, case_of
from omnilink.store.sqlite.rows import Row, View, select_in

_NEVER = 2**62
_IDS = "SELECT id FROM case_ INDEXED BY case_uid WHERE tenant = ? AND uid IN (?*)"
_OF_PERSONAS = """
    SELECT DISTINCT s.case_ FROM persona p INDEXED BY persona_uid JOIN case_persona s ON s.persona = p.id
    WHERE p.tenant = ? AND p.uid IN (?*)
"""
_HELD = """
    SELECT DISTINCT r.id, r.uid FROM case_thread t INDEXED BY case_thread_recent
    JOIN conversation c ON c.id = t.conversation JOIN conversation r ON r.id = c.root
    WHERE t.case_ = ? AND {seen} ORDER BY t.last_at DESC, t.conversation DESC LIMIT ?
"""
_PEOPLE = """
    SELECT DISTINCT p.uid, k.uid FROM case_persona s INDEXED BY case_persona_of JOIN persona p ON p.id = s.persona
    JOIN persona k ON k.id = p.contact WHERE s.case_ = ? ORDER BY p.uid
"""
# An interaction's own assignment goes before its conversation's.
_COUNT = """
    SELECT
    (SELECT ifnull(sum(r.interactions - (SELECT count(*) FROM assignment o INDEXED BY assignment_of
        JOIN conversation oc ON oc.id = o.conversation WHERE oc.root = r.id AND o.conversation = oc.id
        AND o.interaction IS NOT NULL AND o.revoked_at IS NULL)), 0)
     FROM (SELECT DISTINCT c.root AS root FROM assignment a INDEXED BY assignment_case
        JOIN conversation c ON c.id = a.conversation
        WHERE a.case_ = ?1 AND a.interaction IS NULL AND a.revoked_at IS NULL) held
     JOIN conversation r ON r.id = held.root)
    + (SELECT count(*) FROM assignment a INDEXED BY assignment_case
        WHERE a.case_ = ?1 AND a.interaction IS NOT NULL AND a.revoked_at IS NULL)
"""
_ASSIGNMENT = "SELECT a.doc, a.revoked_at, a.revoked_by, a.revoked_reason, a.id FROM assignment a"
_SUGGESTION = "SELECT s.doc, s.state, s.decided_by, s.decided_at, s.id FROM suggestion s"
_PENDING = f"""
    {_SUGGESTION} INDEXED BY suggestion_waiting WHERE s.tenant = ? AND s.state = 'pending' ORDER BY s.id LIMIT ?
"""
_HOLDS = "SELECT conversation FROM assignment INDEXED BY assignment_case WHERE case_ IN (?*) AND revoked_at IS NULL"
_PARTS = """
    SELECT p.id FROM conversation c INDEXED BY conversation_uid JOIN conversation p ON p.root = c.root
    WHERE c.tenant = ? AND c.uid IN (?*)
"""


def read_cases(
    view: View,
    ids: Sequence[str],
    personas: Sequence[str],
    state: CaseState | None,
    before: tuple[datetime, str] | None,
    limit: int,
) -> list[Case]:
    """Cases by id, of personas, or by activity; see `cases.CaseStore`."""
    run = view.connection.execute
    if ids:
        keys = [key for (key,) in select_in(view.connection, _IDS, dict.fromkeys(ids), (view.tenant,))]
        found = {case.id: case for row in _rows(view, keys) if (case := _whole(view, row, empty=True)) is not None}
        return [found[name] for name in dict.fromkeys(ids) if name in found]
    at, uid = (_NEVER, "") if before is None else (to_micros(before[0]), before[1])
    if personas:
        keys = [key for (key,) in select_in(view.connection, _OF_PERSONAS, dict.fromkeys(personas), (view.tenant,))]
        rows = [
            row for row in _rows(view, set(keys)) if state in (None, row[4]) and (row[7], row[1]) < (at, uid or "~")
        ]
        rows.sort(key=lambda row: (row[7], row[1]), reverse=True)
        return [case for row in rows if (case := _whole(view, row)) is not None][:limit]
    index, condition = ("case_state", " AND c.state = ?4") if state else ("case_activity", "")
    sql = CASE.replace("case_ c", f"case_ c INDEXED BY {index}")
    sql += f" WHERE c.tenant = ?1{condition} AND c.last_at <= ?2 AND (c.last_at < ?2 OR c.uid < ?3)"
    page: list[Case] = []
    for row in run(f"{sql} ORDER BY c.last_at DESC, c.uid DESC", (view.tenant, at, uid, state)[: 4 if state else 3]):
        if (case := _whole(view, row)) is not None:
            page.append(case)
        if len(page) >= limit:
            break
    return page


def _rows(view: View, keys: object) -> list[Row]:
    return list(select_in(view.connection, f"{CASE} WHERE c.id IN (?*)", keys))  # type: ignore[arg-type]


def _whole(view: View, row: Row, *, empty: bool = False) -> Case | None:
    """The case with what is under it; None where there is nothing (that may be seen)."""
    run = view.connection.execute
    seen = view.account_is_seen("c.account")
    held = run(_HELD.replace("{seen}", seen), (row[0], MOST_CONVERSATIONS_OF_CASE)).fetchall()
    if not held and not (empty and view.accounts is None):
        return None
    people = run(_PEOPLE, (row[0],)).fetchall()
    contacts = tuple(sorted({contact for _, contact in people}))
    update = {
        "conversations": tuple(uid for _, uid in held),
        "personas": tuple(persona for persona, _ in people),
        "contacts": contacts,
        "mixed_people": len(contacts) > 1,
        "interactions": run(_COUNT, (row[0],)).fetchone()[0],
    }
    return case_of(row).model_copy(update=update)


def read_assignments(
    view: View, ids: Sequence[str], cases: Sequence[str], conversations: Sequence[str], limit: int
) -> list[Assignment]:
    """Assignments by one of their names; see `cases.CaseStore`."""
    select = view.connection
    rows = list(
        select_in(
            select, f"{_ASSIGNMENT} INDEXED BY assignment_uid WHERE a.tenant = ? AND a.uid IN (?*)",
            dict.fromkeys(ids), (view.tenant,),
        )
    )  # fmt: skip
    keys = [key for (key,) in select_in(select, _IDS, dict.fromkeys(cases), (view.tenant,))]
    rows += select_in(select, f"{_ASSIGNMENT} INDEXED BY assignment_case WHERE a.case_ IN (?*)", keys)
    parts = [key for (key,) in select_in(select, _PARTS, dict.fromkeys(conversations), (view.tenant,))]
    rows += select_in(select, f"{_ASSIGNMENT} INDEXED BY assignment_of WHERE a.conversation IN (?*)", set(parts))
    unique = {row[4]: row for row in rows}
    return [assignment_of(unique[key]) for key in sorted(unique)[:limit]]


def assignment_of(row: Row) -> Assignment:
    """A row as a record."""
    assignment = Assignment.model_validate_json(row[0])
    if row[1] is None:
        return assignment
    update = {"revoked_at": from_micros(row[1]), "revoked_by": row[2], "revoked_reason": row[3]}
    return assignment.model_copy(update=update)


def read_suggestions(
    view: View, ids: Sequence[str], cases: Sequence[str], state: SuggestionState | None, limit: int
) -> list[Suggestion]:
    """Suggestions by id, of cases, or in a state; see `cases.CaseStore`."""
    select = view.connection
    if ids:
        sql = f"{_SUGGESTION} INDEXED BY suggestion_uid WHERE s.tenant = ? AND s.uid IN (?*)"
        rows = list(select_in(select, sql, dict.fromkeys(ids), (view.tenant,)))
    elif cases:
        keys = [key for (key,) in select_in(select, _IDS, dict.fromkeys(cases), (view.tenant,))]
        rows = list(select_in(select, f"{_SUGGESTION} INDEXED BY suggestion_case WHERE s.case_ IN (?*)", keys))
        held = {key for (key,) in select_in(select, _HOLDS, keys)}
        rows += select_in(select, f"{_SUGGESTION} INDEXED BY suggestion_of WHERE s.conversation IN (?*)", held)
    elif state is SuggestionState.PENDING:
        rows = select.execute(_PENDING, (view.tenant, limit)).fetchall()
    else:
        sql = f"{_SUGGESTION} WHERE s.tenant = ? AND ifnull(s.state = ?, 1) ORDER BY s.id LIMIT ?"
        rows = select.execute(sql, (view.tenant, state, limit)).fetchall()
    unique = {row[4]: row for row in rows if state in (None, row[1])}
    return [_suggestion_of(unique[key]) for key in sorted(unique)[:limit]]


def _suggestion_of(row: Row) -> Suggestion:
    decided_at = None if row[3] is None else from_micros(row[3])
    update = {"state": SuggestionState(row[1]), "decided_by": row[2], "decided_at": decided_at}
    return Suggestion.model_validate_json(row[0]).model_copy(update=update)


def read_case_decisions(view: View, ids: Sequence[str], limit: int) -> list[CaseDecision]:
    """What people decided; see `cases.CaseStore`."""
    columns = "SELECT doc, undone_at, undone_by, id FROM case_decision"
    if ids:
        sql = f"{columns} INDEXED BY case_decision_uid WHERE tenant = ? AND uid IN (?*)"
        rows = list(select_in(view.connection, sql, dict.fromkeys(ids), (view.tenant,)))
    else:
        sql = f"{columns} INDEXED BY case_decision_uid WHERE tenant = ? ORDER BY uid DESC LIMIT ?"
        rows = view.connection.execute(sql, (view.tenant, limit)).fetchall()
    return [
        CaseDecision.model_validate_json(doc).model_copy(
            update={"undone_at": None if at is None else from_micros(at), "undone_by": by}
        )
        for doc, at, by, _ in rows
    ]


def read_case_seq(view: View) -> int:
    """The number of the last change of cases."""
    row = view.connection.execute("SELECT seq FROM case_progress WHERE tenant = ?", (view.tenant,)).fetchone()
    return 0 if row is None else int(row[0])
