"""Writing decisions about cases, and taking guesses back when what they rest on goes."""

import sqlite3
from collections.abc import Collection, Iterable, Sequence

from omnilink.conversation.case_context import (
    MOST_CASES_OF_PERSONA,
    MOST_OF_UNIT,
    MOST_PERSONAS_OF_CASE,
    CaseChange,
    CaseRevocation,
    CaseTouch,
)
from omnilink.errors import Conflict, NotFound
from omnilink.model.case import RULE_CASES, Assignment, CaseDecision, Suggestion
from omnilink.model.ids import to_micros
from omnilink.model.scope import Scope
from omnilink.store.base import Change
from omnilink.store.cases import calls_told, people_met
from omnilink.store.sqlite.rows import Row, select_in
from omnilink.store.sqlite.transaction import Transaction

_REVOKE = """
    UPDATE assignment SET revoked_at = ?, revoked_by = ?, revoked_reason = ? WHERE id = ? AND revoked_at IS NULL
    RETURNING conversation, case_
"""
# A conversation here is all that were merged with it: ?1 is any of them.
_WHOLE = "SELECT p.id FROM conversation c JOIN conversation p ON p.root = c.root WHERE c.id = ?1"
_STILL = f"SELECT 1 FROM assignment WHERE conversation IN ({_WHOLE}) AND case_ = ?2 AND revoked_at IS NULL"  # noqa: S608
# What a case knows by a conversation, gone with it.
_FORGET = tuple(
    f"DELETE FROM {table} WHERE conversation IN ({_WHOLE}) AND case_ = ?2"  # noqa: S608
    for table in ("case_thread", "case_persona", "case_reference")
)
_LATEST = """
    UPDATE case_ SET (last_at, channel) = (SELECT last_at, channel FROM case_thread INDEXED BY case_thread_recent
    WHERE case_ = ?1 ORDER BY last_at DESC LIMIT 1)
    WHERE id = ?1 AND EXISTS (SELECT 1 FROM case_thread INDEXED BY case_thread_recent WHERE case_ = ?1)
"""
# Nothing can join a case that holds nothing, and what has joined need not be suggested.
_EMPTY = """
    UPDATE suggestion SET state = 'gone' WHERE case_ = ?1 AND state = 'pending'
    AND NOT EXISTS (SELECT 1 FROM assignment a INDEXED BY assignment_case WHERE a.case_ = ?1 AND a.revoked_at IS NULL)
"""
_DONE = """
    UPDATE suggestion SET state = 'gone' WHERE conversation = ? AND case_ = ? AND kind = 'join' AND state = 'pending'
"""
_DEPENDANTS = """
    SELECT d.assignment, d.key, a.cause FROM assignment_dependency d JOIN assignment a ON a.id = d.assignment
    WHERE d.tenant = ? AND d.key IN (?*) AND a.revoked_at IS NULL AND a.decision <> 'person'
"""
_LOST = "SELECT uid FROM link INDEXED BY link_uid WHERE tenant = ? AND uid IN (?*) AND revoked_at IS NOT NULL"
_TOUCH = """
    INSERT INTO case_thread (case_, conversation, tenant, channel, last_at, topic, refs)
    VALUES (?1, ?2, ?3, ?4, ?5, ifnull(?6, ''), ifnull(?7, '')) ON CONFLICT (case_, conversation) DO UPDATE SET
    channel = CASE WHEN excluded.last_at >= last_at THEN excluded.channel ELSE channel END,
    last_at = max(last_at, excluded.last_at), topic = ifnull(?6, topic), refs = ifnull(?7, refs)
"""
_PERSONA = """
    INSERT INTO case_persona (persona, case_, conversation, tenant, last_at) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (persona, case_, conversation) DO UPDATE SET last_at = max(last_at, excluded.last_at)
"""
_REFERENCE = """
    INSERT INTO case_reference (tenant, reference, case_, conversation) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING
"""
_ACTIVE = "UPDATE case_ SET last_at = ?2, channel = ?3 WHERE id = ?1 AND last_at <= ?2"
_BEGUN = """
    SELECT a.cause FROM case_persona s INDEXED BY case_persona_recent
    JOIN assignment a INDEXED BY assignment_case ON a.case_ = s.case_ AND a.revoked_at IS NULL AND a.decision = 'new'
    WHERE s.persona = ? ORDER BY s.last_at DESC, s.case_ DESC LIMIT ?
"""
_CONTACTS = "SELECT contact FROM persona WHERE id IN (?*)"
_MEMBERS = "SELECT id FROM persona INDEXED BY persona_contact WHERE contact = ? LIMIT ?"
_UIDS = "SELECT id, uid FROM interaction WHERE id IN (?*)"
# Who no longer has any part in a conversation has none in its case.
_LEFT = """
    DELETE FROM case_persona WHERE persona = ?2
    AND conversation IN (SELECT p.id FROM interaction i JOIN conversation c ON c.id = i.conversation
        JOIN conversation p ON p.root = c.root WHERE i.id = ?1)
    AND NOT EXISTS (SELECT 1 FROM conversation p JOIN interaction o INDEXED BY interaction_conversation
        ON o.conversation = p.id JOIN attribution t ON t.interaction = o.id AND t.persona = ?2
        WHERE p.root = (SELECT c.root FROM interaction i JOIN conversation c ON c.id = i.conversation WHERE i.id = ?1))
"""
_REPLIES = """
    INSERT OR IGNORE INTO case_recheck (tenant, interaction)
    SELECT i.tenant, i.id FROM conversation c JOIN interaction i INDEXED BY interaction_conversation
    ON i.conversation = c.id WHERE c.root = (SELECT root FROM conversation WHERE id = ?)
    AND i.direction = 'inbound' AND i.same_as IS NULL LIMIT ?
"""


def commit_cases(tx: Transaction, scope: Scope, change: CaseChange) -> int:
    """Writes a decision about cases; see `cases.CaseStore`."""
    tenant = tx.tenant(scope.tenant)
    run = tx.connection.execute
    run("INSERT INTO case_progress (tenant) VALUES (?) ON CONFLICT DO NOTHING", (tenant,))
    (seq,) = run("SELECT seq FROM case_progress WHERE tenant = ?", (tenant,)).fetchone()
    if seq != change.seq:
        raise Conflict("cases have changed since this was decided")
    run("UPDATE case_progress SET seq = ?, upto = ifnull(?, upto) WHERE tenant = ?", (seq + 1, change.upto, tenant))
    _check_off(tx, tenant, change.checked)
    if change.rechecks:
        _recheck(tx, tenant, tx.keys("interaction", tenant, change.rechecks).values())
    _add_cases(tx, tenant, change)
    _revoke(tx, tenant, change.revoked)
    for uid in change.reinstated:
        _require(run(
            "UPDATE assignment SET revoked_at = NULL, revoked_by = NULL, revoked_reason = NULL "
            "WHERE tenant = ? AND uid = ?", (tenant, uid),
        ))  # fmt: skip
    _assign(tx, tenant, change.assignments)
    _forget(tx, tenant, change.forgotten)
    touch_cases(tx, tenant, change.touches)
    for case, state in change.states.items():
        _require(run("UPDATE case_ SET state = ? WHERE tenant = ? AND uid = ?", (state, tenant, case)))
    for case, into in change.joined.items():
        target = None if into is None else tx.keys("case_", tenant, [into])[into]
        _require(run("UPDATE case_ SET joined_into = ? WHERE tenant = ? AND uid = ?", (target, tenant, case)))
    _suggest(tx, tenant, change.suggestions)
    for answer in change.answers:
        _require(run(
            "UPDATE suggestion SET state = ?, decided_by = ?, decided_at = ? WHERE tenant = ? AND uid = ?",
            (answer.state, answer.by, to_micros(answer.at), tenant, answer.suggestion),
        ))  # fmt: skip
    _refuse(tx, tenant, change)
    _mark_mass(tx, tenant, change.mass)
    _log(tx, tenant, change.decisions)
    for uid, by, at in change.undone:
        _require(run(
            "UPDATE case_decision SET undone_at = ?, undone_by = ? WHERE tenant = ? AND uid = ? AND undone_at IS NULL",
            (to_micros(at), by, tenant, uid),
        ))  # fmt: skip
    return int(run("SELECT seq FROM case_progress WHERE tenant = ?", (tenant,)).fetchone()[0])


def follow_history(tx: Transaction, tenant: int, change: Change, moved_seats: Sequence[tuple[int, int]]) -> None:
    """What a change of the history means for cases: a guess goes with what it rests on.

    Args:
        moved_seats: (interaction, persona) of attributions that are somebody else's now.
    """
    if change.revoked:
        links = [revocation.link for revocation in change.revoked]
        withdraw(tx, tenant, links, to_micros(change.revoked[0].at), "a link of people was revoked")
    if moved_seats:
        names: dict[int, str] = dict(select_in(tx.connection, _UIDS, {key for key, _ in moved_seats}))
        at = max(to_micros(a.at) for a in change.attributions)
        withdraw(tx, tenant, [f"attribution:{uid}" for uid in names.values()], at, "somebody else was speaking")
        for seat in moved_seats:
            tx.connection.execute(_LEFT, seat)
        recheck(tx, tenant, names)
    if met := people_met(change):
        recheck(tx, tenant, _begun_by(tx, tenant, met))
    if told := calls_told(change):
        recheck(tx, tenant, tx.keys("interaction", tenant, told).values())


def _begun_by(tx: Transaction, tenant: int, personas: Iterable[str]) -> set[int]:
    """What began the latest cases of these people: who turns out to be one person may have one matter."""
    moved = tx.keys("persona", tenant, personas).values()
    contacts = {contact for (contact,) in select_in(tx.connection, _CONTACTS, set(moved))}
    run = tx.connection.execute
    keys = [key for contact in contacts for (key,) in run(_MEMBERS, (contact, MOST_PERSONAS_OF_CASE))]
    return {cause for key in keys for (cause,) in run(_BEGUN, (key, MOST_CASES_OF_PERSONA))}


def withdraw(tx: Transaction, tenant: int, gone: Iterable[str], at: int, reason: str) -> None:
    """Takes out of force what rules decided from any of these (links, attributions), to be decided again.

    Args:
        gone: keys as in `Assignment.depends_on`.
        at: microseconds since 1970.
    """
    rows = list(select_in(tx.connection, _DEPENDANTS, dict.fromkeys(gone), (tenant,)))
    for assignment in dict.fromkeys(row[0] for row in rows):
        end_assignment(tx, (at, RULE_CASES, reason, assignment))
    _recheck(tx, tenant, {row[2] for row in rows})


def recheck(tx: Transaction, tenant: int, interactions: Iterable[int]) -> None:
    """More was learned about these: those that were decided about are decided about again."""
    upto = tx.connection.execute("SELECT upto FROM case_progress WHERE tenant = ?", (tenant,)).fetchone()
    if upto is not None:
        _recheck(tx, tenant, {key for key in interactions if key <= upto[0]})


def _recheck(tx: Transaction, tenant: int, interactions: Collection[int]) -> None:
    tx.connection.executemany(
        "INSERT INTO case_recheck (tenant, interaction) VALUES (?, ?) ON CONFLICT DO NOTHING",
        [(tenant, key) for key in sorted(interactions)],
    )
    if interactions:  # whoever decides at this moment decides from something else
        tx.connection.execute("UPDATE case_progress SET seq = seq + 1 WHERE tenant = ?", (tenant,))


def _check_off(tx: Transaction, tenant: int, causes: Sequence[str]) -> None:
    if causes:
        keys = tx.keys("interaction", tenant, causes)
        tx.connection.executemany(
            "DELETE FROM case_recheck WHERE tenant = ? AND interaction = ?", [(tenant, key) for key in keys.values()]
        )


def _add_cases(tx: Transaction, tenant: int, change: CaseChange) -> None:
    keys = tx.assign("case_", tenant, (case.id for case in change.cases))
    tx.connection.executemany(
        "INSERT INTO case_ (id, tenant, uid, state, channel, created_at, last_at, begun_by_us, subject, service) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (keys[c.id], tenant, c.id, c.state, c.channel, to_micros(c.created_at), to_micros(c.last_at),
             c.begun_by_us, c.subject, c.service)
            for c in change.cases
        ],
    )  # fmt: skip


def _revoke(tx: Transaction, tenant: int, revoked: Sequence[CaseRevocation]) -> None:
    keys = tx.keys("assignment", tenant, {r.assignment for r in revoked}) if revoked else {}
    for r in revoked:
        end_assignment(tx, (to_micros(r.at), r.by, r.reason, keys[r.assignment]))


def end_assignment(tx: Transaction, row: Row) -> None:
    """Takes an assignment out of force: (at, by, reason, assignment)."""
    ended = tx.connection.execute(_REVOKE, row).fetchone()
    if ended is None:
        raise Conflict("an assignment is in force no longer")
    if tx.connection.execute(_STILL, ended).fetchone() is None:
        for sql in _FORGET:
            tx.connection.execute(sql, ended)
        latest(tx, ended[1])
        tx.connection.execute(_EMPTY, (ended[1],))


def latest(tx: Transaction, case: int) -> None:
    """A case is as young as the youngest of what is under it."""
    tx.connection.execute(_LATEST, (case,))


def _forget(tx: Transaction, tenant: int, pairs: Sequence[tuple[str, str]]) -> None:
    if not pairs:
        return
    cases = tx.keys("case_", tenant, {case for case, _ in pairs})
    conversations = tx.keys("conversation", tenant, {conversation for _, conversation in pairs})
    for sql in _FORGET:
        tx.connection.executemany(sql, [(conversations[b], cases[a]) for a, b in pairs])


def _assign(tx: Transaction, tenant: int, assignments: Sequence[Assignment]) -> None:
    if not assignments:
        return
    conversations = tx.keys("conversation", tenant, {a.conversation for a in assignments})
    interactions = tx.keys(
        "interaction", tenant, {name for a in assignments for name in (a.interaction, a.cause) if name is not None}
    )
    cases = tx.keys("case_", tenant, {a.case for a in assignments})
    keys = tx.assign("assignment", tenant, (a.id for a in assignments))
    needed = {key for a in assignments for key in a.depends_on}
    if needed and list(select_in(tx.connection, _LOST, needed, (tenant,))):
        raise Conflict("a link this was decided from has been revoked")
    try:
        tx.connection.executemany(
            "INSERT INTO assignment (id, tenant, uid, conversation, interaction, cause, case_, decision, doc) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (keys[a.id], tenant, a.id, conversations[a.conversation],
                 None if a.interaction is None else interactions[a.interaction], interactions[a.cause],
                 cases[a.case], a.decision, assignment_doc(a))
                for a in assignments
            ],
        )  # fmt: skip
    except sqlite3.IntegrityError as error:
        raise Conflict("that has an assignment in force") from error
    tx.connection.executemany(_DONE, [(conversations[a.conversation], cases[a.case]) for a in assignments])
    tx.connection.executemany(
        "INSERT INTO assignment_dependency (tenant, key, assignment) VALUES (?, ?, ?)",
        [(tenant, key, keys[a.id]) for a in assignments for key in dict.fromkeys(a.depends_on)],
    )


def assignment_doc(assignment: Assignment) -> str:
    """What never changes of an assignment, as JSON."""
    return assignment.model_dump_json(exclude={"revoked_at", "revoked_by", "revoked_reason"})


def touch_cases(tx: Transaction, tenant: int, touches: Sequence[CaseTouch]) -> None:
    """Tells cases of what came under them."""
    if not touches:
        return
    cases = tx.keys("case_", tenant, {t.case for t in touches})
    conversations = tx.keys("conversation", tenant, {t.conversation for t in touches})
    personas = tx.keys("persona", tenant, {p for t in touches for p in t.personas})
    run = tx.connection.executemany
    run(_TOUCH, [
        (cases[t.case], conversations[t.conversation], tenant, t.channel, to_micros(t.at),
         None if t.topic is None else " ".join(sorted(t.topic)),
         None if t.references is None else "\n".join(sorted(t.references)))
        for t in touches
    ])  # fmt: skip
    run(_PERSONA, [
        (personas[p], cases[t.case], conversations[t.conversation], tenant, to_micros(at))
        for t in touches for p, at in t.personas.items()
    ])  # fmt: skip
    run(_ACTIVE, [(cases[t.case], to_micros(t.at), t.channel) for t in touches])
    run(_REFERENCE, [
        (tenant, number, cases[t.case], conversations[t.conversation])
        for t in touches for number in sorted(t.references or ())
    ])  # fmt: skip


def _suggest(tx: Transaction, tenant: int, suggestions: Sequence[Suggestion]) -> None:
    if not suggestions:
        return
    conversations = tx.keys("conversation", tenant, {s.conversation for s in suggestions})
    interactions = tx.keys("interaction", tenant, {s.interaction for s in suggestions})
    cases = tx.keys("case_", tenant, {s.case for s in suggestions})
    tx.connection.executemany(
        "INSERT INTO suggestion (tenant, uid, kind, conversation, interaction, case_, state, doc) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (interaction, case_, kind) DO NOTHING",
        [
            (tenant, s.id, s.kind, conversations[s.conversation], interactions[s.interaction], cases[s.case], s.state,
             s.model_dump_json(exclude={"state", "decided_by", "decided_at"}))
            for s in suggestions
        ],
    )  # fmt: skip


def _refuse(tx: Transaction, tenant: int, change: CaseChange) -> None:
    pairs = [*change.refused, *change.allowed]
    if not pairs:
        return
    conversations = tx.keys("conversation", tenant, {conversation for conversation, _ in pairs})
    cases = tx.keys("case_", tenant, {case for _, case in pairs})
    tx.connection.executemany(
        "INSERT INTO case_refusal (conversation, case_, tenant) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
        [(conversations[conversation], cases[case], tenant) for conversation, case in change.refused],
    )
    tx.connection.executemany(
        "DELETE FROM case_refusal WHERE conversation = ? AND case_ = ?",
        [(conversations[conversation], cases[case]) for conversation, case in change.allowed],
    )


def _mark_mass(tx: Transaction, tenant: int, mass: Iterable[str]) -> None:
    for key in (tx.keys("conversation", tenant, mass) if mass else {}).values():
        tx.connection.execute("INSERT OR IGNORE INTO case_mass (conversation, tenant) VALUES (?, ?)", (key, tenant))
        # What stays under its case is our mail: nobody's matter.
        tx.connection.execute("DELETE FROM case_persona WHERE conversation = ?", (key,))
        tx.connection.execute(_REPLIES, (key, MOST_OF_UNIT))


def _log(tx: Transaction, tenant: int, decisions: Sequence[CaseDecision]) -> None:
    tx.connection.executemany(
        "INSERT INTO case_decision (tenant, uid, doc) VALUES (?, ?, ?)",
        [(tenant, d.id, d.model_dump_json(exclude={"undone_at", "undone_by"})) for d in decisions],
    )


def _require(written: sqlite3.Cursor) -> None:
    if not written.rowcount:
        raise NotFound("the store has no such record")
