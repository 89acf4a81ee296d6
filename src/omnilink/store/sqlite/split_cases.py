"""What it means for cases that conversations were taken apart, or are together again, in SQLite."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from omnilink.conversation.case_context import CaseLookup, CaseTouch
from omnilink.conversation.case_pages import ONE_CONVERSATION, CasePages
from omnilink.conversation.case_people import CasePeople
from omnilink.conversation.case_telling import tell_case
from omnilink.model.case import RULE_CASES
from omnilink.model.ids import to_micros
from omnilink.store.base import Change
from omnilink.store.splits import time_of
from omnilink.store.sqlite.case_context import read_case_context
from omnilink.store.sqlite.case_reading import load_moments
from omnilink.store.sqlite.case_writing import end_assignment, latest, recheck, touch_cases
from omnilink.store.sqlite.rows import View, select_in
from omnilink.store.sqlite.splits import Parted
from omnilink.store.sqlite.transaction import Transaction

_PARTS = "SELECT id FROM conversation WHERE root IN (?*)"
_KNOWN = "SELECT case_, conversation, refs FROM case_thread INDEXED BY case_thread_of WHERE conversation IN (?*)"
# The oldest stays, or that of a person.
_WHOLE = """
    SELECT a.id, a.case_ FROM conversation p JOIN assignment a INDEXED BY assignment_conversation
    ON a.conversation = p.id AND a.interaction IS NULL AND a.revoked_at IS NULL
    WHERE p.root = ? ORDER BY a.decision <> 'person', a.id
"""
_OWN = """
    SELECT a.interaction, a.case_ FROM conversation p JOIN assignment a INDEXED BY assignment_of
    ON a.conversation = p.id AND a.interaction IS NOT NULL AND a.revoked_at IS NULL WHERE p.root = ?
"""
_ITEMS = """
    SELECT i.id FROM conversation p JOIN interaction i INDEXED BY interaction_conversation ON i.conversation = p.id
    WHERE p.root = ? AND i.same_as IS NULL ORDER BY i.occurred_at, i.id
"""
_HEADS = """
    SELECT s.id, c.root, r.root FROM thread_split s, json_each(s.messages) h JOIN interaction i ON i.id = h.value
    JOIN conversation c ON c.id = i.conversation JOIN conversation r ON r.id = s.conversation
    WHERE s.tenant = ? AND s.uid = ? AND c.root <> r.root
"""
_ELSEWHERE = """
    SELECT c.id, c.uid, t.id FROM conversation c INDEXED BY conversation_family
    CROSS JOIN interaction i INDEXED BY interaction_conversation ON i.conversation = c.id
    CROSS JOIN {table} t INDEXED BY {index} ON t.interaction = i.id
    WHERE c.family = ? AND t.conversation <> i.conversation
"""
_SETTLE = """
    UPDATE suggestion SET state = ?1 WHERE kind = 'split' AND state = ?4 AND interaction IN
    (SELECT h.value FROM thread_split s, json_each(s.messages) h WHERE s.tenant = ?2 AND s.uid = ?3)
"""
_TABLES = ("case_thread", "case_persona", "case_reference")


def follow_splits(tx: Transaction, tenant: int, change: Change, parted: Sequence[Parted]) -> None:
    """Cases learn what is under them now, and what is under none any more is decided about.

    Of two conversations that are one again one assignment stays. What a person took apart is not put back under the
    case that held the whole.
    """
    _allow_again(tx, tenant, change)
    for each in parted:
        _move_words(tx, each.family)
    _refuse(tx, tenant, change)
    _settle_suggestions(tx, tenant, change)
    (upto,) = tx.connection.execute("SELECT upto FROM case_progress WHERE tenant = ?", (tenant,)).fetchone() or (0,)
    roots = {root for each in parted if any(key <= upto for key in each.changed) for root in each.roots}
    if not roots:
        return
    known = _forget(tx, roots)
    for root in sorted(roots):
        _tell(tx, tenant, root, known, time_of(change))
    for case in sorted(known):
        latest(tx, case)
    tx.connection.execute("UPDATE case_progress SET seq = seq + 1 WHERE tenant = ?", (tenant,))


def _move_words(tx: Transaction, family: int) -> None:
    """What was said of single interactions is said of them where they are now."""
    for table, index in (("assignment", "assignment_about"), ("suggestion", "suggestion_once")):
        rows = tx.connection.execute(_ELSEWHERE.format(table=table, index=index), (family,)).fetchall()
        tx.connection.executemany(
            f"UPDATE {table} SET conversation = ?, doc = json_set(doc, '$.conversation', ?) WHERE id = ?",  # noqa: S608
            rows,
        )


def _refuse(tx: Transaction, tenant: int, change: Change) -> None:
    run = tx.connection.execute
    for split in change.splits:
        for key, root, rest in run(_HEADS, (tenant, split.id)).fetchall():
            for _, case in run(_WHOLE, (rest,)).fetchall():
                made = run(
                    "INSERT INTO case_refusal (conversation, case_, tenant) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
                    (root, case, tenant),
                )
                if made.rowcount:
                    run("INSERT INTO thread_split_refusal (split, conversation, case_, tenant) VALUES (?, ?, ?, ?)",
                        (key, root, case, tenant))  # fmt: skip


def _settle_suggestions(tx: Transaction, tenant: int, change: Change) -> None:
    """What a rule suggested to part need not be suggested while it is."""
    for split in change.splits:
        tx.connection.execute(_SETTLE, ("gone", tenant, split.id, "pending"))
    for undone in change.splits_undone:
        tx.connection.execute(_SETTLE, ("pending", tenant, undone.split, "gone"))


def _allow_again(tx: Transaction, tenant: int, change: Change) -> None:
    run = tx.connection.execute
    keys = tx.keys("thread_split", tenant, {each.split for each in change.splits_undone})
    for key in keys.values():
        run("DELETE FROM case_refusal WHERE (conversation, case_) IN "
            "(SELECT conversation, case_ FROM thread_split_refusal WHERE split = ?)", (key,))  # fmt: skip
        run("DELETE FROM thread_split_refusal WHERE split = ?", (key,))


def _forget(tx: Transaction, roots: Iterable[int]) -> dict[int, set[str]]:
    """Takes from cases what they knew by these conversations; returns case → case numbers it knew by them."""
    parts = [key for (key,) in select_in(tx.connection, _PARTS, set(roots))]
    known: dict[int, set[str]] = {}
    for case, _, numbers in select_in(tx.connection, _KNOWN, parts):
        known.setdefault(case, set()).update(filter(None, numbers.split("\n")))
    for table in _TABLES:
        tx.connection.executemany(f"DELETE FROM {table} WHERE conversation = ?", [(part,) for part in parts])  # noqa: S608
    return known


def _tell(tx: Transaction, tenant: int, root: int, known: dict[int, set[str]], at: datetime) -> None:
    run = tx.connection.execute
    view = View(tx.connection, tenant)
    (upto,) = run("SELECT upto FROM case_progress WHERE tenant = ?", (tenant,)).fetchone()
    items = [key for (key,) in run(_ITEMS, (root,)) if key <= upto]
    own: dict[int, int] = dict(run(_OWN, (root,)))
    whole = run(_WHOLE, (root,)).fetchall()
    for assignment, _ in whole[1:]:
        end_assignment(tx, (to_micros(at), RULE_CASES, ONE_CONVERSATION, assignment))
    rest = [key for key in items if key not in own]
    units = [(case, [key]) for key, case in own.items()]
    if whole:
        units.append((whole[0][1], rest))
    elif rest:
        recheck(tx, tenant, rest[:1])
    names: dict[int, str] = dict(select_in(tx.connection, _CASES, {case for case, _ in units}))
    (uid,) = run("SELECT uid FROM conversation WHERE id = ?", (root,)).fetchone()
    context = read_case_context(view, CaseLookup(frozenset({uid}), cases=frozenset(names.values())))
    moments = load_moments(view, [key for _, keys in units for key in keys])
    pages, people = CasePages(context, lambda: "", at), CasePeople(context)
    for case, keys in units:
        tell_case(pages, people, names[case], [moments[key] for key in keys], numbers=known.get(case, ()))
    touches = list(pages.change(0, None, ()).touches)
    if whole and not rest and own:
        # Everything has an assignment of its own; what comes next goes with the conversation again.
        last = max((moments[key].interaction for key in own), key=lambda each: each.occurred_at)
        touches.append(CaseTouch(names[whole[0][1]], uid, last.channel, last.occurred_at))
    touch_cases(tx, tenant, touches)


_CASES = "SELECT id, uid FROM case_ WHERE id IN (?*)"
