"""Interactions and conversations, read from SQLite: ordered index scans and keysets, never OFFSET."""

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, closing
from datetime import datetime
from heapq import merge
from itertools import islice

from omnilink.model.conversation import Conversation
from omnilink.model.event import ConversationKind
from omnilink.model.ids import from_micros, to_micros
from omnilink.model.interaction import Interaction, Revision
from omnilink.model.participant import Role
from omnilink.model.persona import Attribution, Evidence, Method
from omnilink.store.base import TimelineRow
from omnilink.store.sqlite.rows import Row, View, read_docs, select_in

_NEVER = 1 << 62
"""Microseconds far beyond any datetime: `before` where none is given."""

# The persona's index gives the order of times; SQLite sorts ids only among equal times.
_TIMELINE = """
    SELECT t.occurred_at, i.uid, -t.ordinal, t.interaction
    FROM attribution t INDEXED BY attribution_timeline CROSS JOIN interaction i ON i.id = t.interaction
    WHERE t.persona = ?1 AND t.occurred_at <= ?2 AND (t.occurred_at < ?2 OR i.uid < ?3) AND {seen}
    ORDER BY t.occurred_at DESC, i.uid DESC, t.ordinal
"""
_ATTRIBUTIONS = """
    SELECT t.interaction, t.ordinal, t.role, p.uid, t.method, t.score, t.evidence, t.asserted_by, t.at
    FROM attribution t JOIN persona p ON p.id = t.persona WHERE t.interaction IN (?*)
"""
_KEYS = "SELECT uid, id FROM interaction INDEXED BY interaction_uid WHERE tenant = ? AND uid IN (?*) AND {seen}"
_ROOTS = """
    SELECT i.id, r.uid FROM interaction i JOIN conversation c ON c.id = i.conversation
    JOIN conversation r ON r.id = c.root WHERE i.id IN (?*)
"""
_ITEMS = """
    SELECT i.occurred_at, i.uid, i.id FROM interaction i WHERE i.conversation = ? AND i.same_as IS NULL AND {seen}
    ORDER BY i.occurred_at, i.uid
"""
_CONVERSATION = """
    SELECT c.uid, a.name, c.channel, c.kind, c.subject, c.interactions, c.first_at, c.last_at, c.id
    FROM conversation c {index} JOIN account a ON a.id = c.account
"""


def read_timeline(
    view: View, personas: Sequence[str], before: tuple[datetime, str] | None, limit: int
) -> list[TimelineRow]:
    """A page of history, newest first; see `base.HistoryStore`."""
    bound = (_NEVER, "") if before is None else (to_micros(before[0]), before[1])
    sql = _TIMELINE.replace("{seen}", view.interaction_is_seen("t.interaction"))
    by_uid = "SELECT id FROM persona INDEXED BY persona_uid WHERE tenant = ? AND uid IN (?*)"
    keys = [key for (key,) in select_in(view.connection, by_uid, dict.fromkeys(personas), (view.tenant,))]
    with ExitStack() as open_cursors:
        # Each yields its rows as they are taken, so a page costs a page, however long the histories are.
        scans = [open_cursors.enter_context(closing(view.connection.execute(sql, (key, *bound)))) for key in keys]
        rows = merge(*scans, reverse=True) if len(scans) > 1 else iter(scans[0] if scans else ())
        page = list(islice(_each_once(rows), limit))
    return _timeline_rows(view, page)


def _each_once(rows: Iterable[Row]) -> Iterator[tuple[int, int]]:
    """(interaction, ordinal) of each interaction's first row, which has its lowest ordinal."""
    last = None
    for _, _, minus_ordinal, interaction in rows:
        if interaction != last:
            last = interaction
            yield interaction, -minus_ordinal


def _timeline_rows(view: View, page: Sequence[tuple[int, int]]) -> list[TimelineRow]:
    keys = [interaction for interaction, _ in page]
    docs = read_docs(view, keys)
    roots: dict[int, str] = dict(select_in(view.connection, _ROOTS, keys))
    attributions = {row[:2]: row for row in select_in(view.connection, _ATTRIBUTIONS, keys)}
    return [
        TimelineRow(docs[key], roots[key], _attribution_of(docs[key].id, attributions[key, ordinal]))
        for key, ordinal in page
    ]


def _attribution_of(interaction: str, row: Row) -> Attribution:
    evidence = tuple(Evidence.model_validate(e) for e in json.loads(row[6])) if row[6] else ()
    return Attribution(
        interaction=interaction, ordinal=row[1], role=Role(row[2]), persona=row[3], method=Method(row[4]),
        score=row[5], evidence=evidence, asserted_by=row[7], at=from_micros(row[8]),
    )  # fmt: skip


def read_interactions(view: View, ids: Sequence[str]) -> list[Interaction]:
    """Interactions in the order asked for; see `base.HistoryStore`."""
    keys = _seen_keys(view, ids)
    docs = read_docs(view, list(keys.values()))
    return [docs[keys[uid]] for uid in dict.fromkeys(ids) if uid in keys]


def read_latest(view: View, account: str, limit: int) -> list[Interaction]:
    """What an account recorded last, newest first; see `base.HistoryStore`."""
    sql = "SELECT id FROM account WHERE tenant = ? AND name = ?"
    row = view.connection.execute(sql, (view.tenant, account)).fetchone()
    if row is None:
        return []
    sql = "SELECT id FROM interaction INDEXED BY interaction_account WHERE account = ? AND same_as IS NULL "
    keys = [key for (key,) in view.connection.execute(sql + "ORDER BY id DESC LIMIT ?", (row[0], limit))]
    docs = read_docs(view, keys)
    return [docs[key] for key in keys]


def _seen_keys(view: View, ids: Iterable[str]) -> dict[str, int]:
    sql = _KEYS.replace("{seen}", view.interaction_is_seen("interaction.id"))
    return dict(select_in(view.connection, sql, dict.fromkeys(ids), (view.tenant,)))


def read_revisions(view: View, interactions: Sequence[str]) -> dict[str, list[Revision]]:
    """Revisions by interaction; see `base.HistoryStore`."""
    keys = _seen_keys(view, interactions)
    sql = "SELECT interaction, doc FROM revision WHERE interaction IN (?*) AND "
    sql += f"{view.account_is_seen('account')} ORDER BY interaction, at, event_key, id"
    docs: dict[int, list[Revision]] = {}
    for key, doc in select_in(view.connection, sql, keys.values()):
        docs.setdefault(key, []).append(Revision.model_validate_json(doc))
    return {uid: docs.get(key, []) for uid, key in keys.items()}


def read_conversations(
    view: View, ids: Sequence[str], before: tuple[datetime, str] | None, limit: int
) -> list[Conversation]:
    """Conversations by id or by activity; see `base.HistoryStore`."""
    if ids:
        return _conversations_by_id(view, ids)
    at, uid = (_NEVER, "") if before is None else (to_micros(before[0]), before[1])
    sql = _CONVERSATION.replace("{index}", "INDEXED BY conversation_activity")
    sql += " WHERE c.tenant = ?1 AND c.root = c.id AND c.last_at <= ?2 AND (c.last_at < ?2 OR c.uid < ?3)"
    sql += f" AND {_conversation_is_seen(view)} ORDER BY c.last_at DESC, c.uid DESC LIMIT ?4"
    return _with_keys(view, view.connection.execute(sql, (view.tenant, at, uid, limit)).fetchall())


def _conversations_by_id(view: View, ids: Sequence[str]) -> list[Conversation]:
    sql = "SELECT uid, root FROM conversation INDEXED BY conversation_uid WHERE tenant = ? AND uid IN (?*)"
    roots: dict[str, int] = dict(select_in(view.connection, sql, dict.fromkeys(ids), (view.tenant,)))
    sql = f"{_CONVERSATION.replace('{index}', '')} WHERE c.id IN (?*) AND {_conversation_is_seen(view)}"
    rows = {row[8]: row for row in select_in(view.connection, sql, set(roots.values()))}
    asked = dict.fromkeys(roots[uid] for uid in ids if uid in roots)
    return _with_keys(view, [rows[root] for root in asked if root in rows])


def _conversation_is_seen(view: View) -> str:
    if view.accounts is None:
        return "1"
    items = "SELECT 1 FROM conversation m JOIN interaction i ON i.conversation = m.id WHERE m.root = c.id "
    items += "AND i.same_as IS NULL"
    return f"({view.account_is_seen('c.account')} OR EXISTS ({items} AND {view.interaction_is_seen('i.id')}))"


def _with_keys(view: View, rows: Sequence[Row]) -> list[Conversation]:
    owned: dict[int, list[str]] = {}
    sql = "SELECT c.root, k.key FROM conversation c JOIN conversation_key k ON k.conversation = c.id "
    for root, key in select_in(view.connection, sql + "WHERE c.root IN (?*)", [row[8] for row in rows]):
        owned.setdefault(root, []).append(key)
    return [
        Conversation(
            id=row[0], account=row[1], channel=row[2], kind=ConversationKind(row[3]), subject=row[4],
            keys=tuple(sorted(owned.get(row[8], ()))), interactions=row[5],
            first_at=None if row[6] is None else from_micros(row[6]),
            last_at=None if row[7] is None else from_micros(row[7]),
        )
        for row in rows
    ]  # fmt: skip


def read_conversation_items(view: View, conversation: str, limit: int) -> list[Interaction]:
    """A conversation's interactions, oldest first; see `base.HistoryStore`."""
    sql = "SELECT root FROM conversation WHERE tenant = ? AND uid = ?"
    row = view.connection.execute(sql, (view.tenant, conversation)).fetchone()
    if row is None:
        return []
    sql = _ITEMS.replace("{seen}", view.interaction_is_seen("i.id"))
    parts = view.connection.execute("SELECT id FROM conversation WHERE root = ?", row).fetchall()
    with ExitStack() as open_cursors:
        scans = [open_cursors.enter_context(closing(view.connection.execute(sql, part))) for part in parts]
        keys = [key for _, _, key in islice(merge(*scans), limit)]
    docs = read_docs(view, keys)
    return [docs[key] for key in keys]
