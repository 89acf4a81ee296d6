"""Conversations that people took apart, in SQLite: why messages are together, and what is together under the splits."""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from omnilink.conversation.apart import ThreadCut, ThreadFamily
from omnilink.conversation.causes import ThreadCause
from omnilink.conversation.parted_rows import plan_rows
from omnilink.errors import Conflict, NotFound
from omnilink.model.conversation import ConversationSplit, SplitUndone
from omnilink.store.base import Change
from omnilink.store.sqlite.rows import Row, View, select_in
from omnilink.store.sqlite.split_followers import followed_families
from omnilink.store.sqlite.transaction import Transaction

_CAUSE = "INSERT INTO thread_cause (interaction, n, tenant, own, cited, answers) VALUES (?, ?, ?, ?, ?, ?)"
_CAUSES_OF = "SELECT count(*) FROM thread_cause WHERE interaction = ?"
_FAMILIES = "SELECT DISTINCT family FROM conversation WHERE id IN (?*) AND family IS NOT NULL"
# {of}: of a family, or of a conversation that nobody has taken apart.
_OF_FAMILY = "c INDEXED BY conversation_family WHERE c.family = ?"
_OF_ROOT = "c INDEXED BY conversation_root WHERE c.root = ?"
_ROWS = "SELECT c.id, c.uid FROM conversation {of} ORDER BY c.id"
_ITEMS = """
    SELECT i.id, i.uid, ifnull(m.conversation, i.conversation), i.conversation, i.same_as, i.message_key
    FROM (SELECT c.id FROM conversation {of}) p JOIN interaction i INDEXED BY interaction_conversation
    ON i.conversation = p.id LEFT JOIN thread_moved m ON m.interaction = i.id ORDER BY i.id
"""
# Made once: `json.dumps` makes an encoder anew for each call that does not ask for plain ASCII.
_ENCODE = json.JSONEncoder(ensure_ascii=False).encode
_CAUSES = "SELECT interaction, n, own, cited, answers FROM thread_cause WHERE interaction IN (?*)"
_ANSWERED = "SELECT interaction, json_extract(doc, '$.in_reply_to') FROM interaction_doc WHERE interaction IN (?*)"
_FURTHER = "SELECT interaction, key FROM message_alias INDEXED BY message_alias_of WHERE interaction IN (?*)"
_KEYS = """
    SELECT k.key, k.conversation FROM (SELECT c.id FROM conversation {of}) p
    JOIN conversation_key k INDEXED BY conversation_key_of ON k.conversation = p.id
"""
_SPLITS = """
    SELECT s.uid, s.messages FROM (SELECT c.id FROM conversation {of}) p
    JOIN thread_split s INDEXED BY thread_split_of ON s.conversation = p.id WHERE NOT s.is_undone
"""
_MAKE = """
    INSERT INTO conversation (id, tenant, uid, account, root, channel, kind, subject, seq, family)
    SELECT ?1, i.tenant, ?2, i.account, ?1, json_extract(d.doc, '$.channel'), r.kind, json_extract(d.doc, '$.subject'),
        ?3, r.family FROM interaction i JOIN interaction_doc d ON d.interaction = i.id
    JOIN conversation c ON c.id = i.conversation JOIN conversation r ON r.id = c.root WHERE i.id = ?4
"""
_COUNT = """
    UPDATE conversation SET (interactions, first_at, last_at) = (
        SELECT count(*), min(i.occurred_at), max(i.occurred_at) FROM conversation p
        JOIN interaction i INDEXED BY interaction_conversation ON i.conversation = p.id AND i.same_as IS NULL
        WHERE p.root = ?1)
    WHERE id = ?1
"""


@dataclass(frozen=True, slots=True)
class Parted:
    """What became of a family.

    Attributes:
        family: its key.
        roots: conversations that hold other interactions than before.
        changed: interactions that are in another conversation than before, merges followed.
    """

    family: int
    roots: frozenset[int]
    changed: frozenset[int]


def add_causes(tx: Transaction, tenant: int, change: Change) -> None:
    """Writes why messages are in their conversation."""
    if not change.causes:
        return
    keys = tx.keys("interaction", tenant, {cause.interaction for cause in change.causes})
    made = {interaction.id: interaction.message_key for interaction in change.interactions}
    numbers = dict.fromkeys(made, 0)
    rows = []
    for cause in change.causes:
        name, key = cause.interaction, keys[cause.interaction]
        if name not in numbers:
            (numbers[name],) = tx.connection.execute(_CAUSES_OF, (key,)).fetchone()
        own = None if cause.own == (made.get(name),) else _ENCODE(cause.own)
        cited = _ENCODE(cause.cited) if cause.cited else None
        rows.append((key, numbers[name], tenant, own, cited, cause.answers))
        numbers[name] += 1
    tx.connection.executemany(_CAUSE, rows)


def write_splits(tx: Transaction, tenant: int, change: Change) -> None:
    """Writes that conversations are taken apart, or no longer; what that means is worked out by `part_families`."""
    for split in change.splits:
        _add_split(tx, tenant, split)
    for undone in change.splits_undone:
        _undo_split(tx, tenant, undone)


def _add_split(tx: Transaction, tenant: int, split: ConversationSplit) -> None:
    run = tx.connection.execute
    conversation = tx.keys("conversation", tenant, [split.conversation])[split.conversation]
    messages = sorted(tx.keys("interaction", tenant, split.messages).values())
    doc = split.model_dump_json(exclude={"undone"})
    try:
        run(
            "INSERT INTO thread_split (tenant, uid, conversation, messages, doc) VALUES (?, ?, ?, ?, ?)",
            (tenant, split.id, conversation, json.dumps(messages), doc),
        )
    except sqlite3.IntegrityError as error:
        raise Conflict("that conversation is taken apart there already") from error
    (root,) = run("SELECT root FROM conversation WHERE id = ?", (conversation,)).fetchone()
    run("UPDATE conversation SET family = ?1 WHERE root = ?1 AND family IS NULL", (root,))


def _undo_split(tx: Transaction, tenant: int, undone: SplitUndone) -> None:
    run = tx.connection.execute
    key = tx.keys("thread_split", tenant, [undone.split])[undone.split]
    if not run("UPDATE thread_split SET is_undone = 1 WHERE id = ? AND NOT is_undone", (key,)).rowcount:
        raise Conflict("that split is in force no longer")
    run("INSERT INTO thread_split_undone (split, tenant, doc) VALUES (?, ?, ?)",
        (key, tenant, undone.model_dump_json()))  # fmt: skip


def join_families(tx: Transaction, gone: int, kept: int) -> bool:
    """Two conversations proved to be one. If people have taken either apart, their families are one from now on.

    Returns:
        Whether they were; what is together then is worked out by `part_families`.
    """
    run = tx.connection.execute
    families = [run("SELECT family FROM conversation WHERE id = ?", (root,)).fetchone()[0] for root in (gone, kept)]
    if families == [None, None]:
        return False
    family = min(key for key in (*families, gone, kept) if key is not None)
    for root, before in zip((gone, kept), families, strict=True):
        if before is None:
            run("UPDATE conversation SET family = ? WHERE root = ?", (family, root))
        elif before != family:
            run("UPDATE conversation SET family = ? WHERE family = ?", (family, before))
    return True


def part_families(tx: Transaction, tenant: int, seq: int, change: Change) -> list[Parted]:
    """Works out anew what is together, wherever a change touched what people have taken apart."""
    (any_split,) = tx.connection.execute(
        "SELECT EXISTS (SELECT 1 FROM thread_split WHERE tenant = ?)", (tenant,)
    ).fetchone()
    if not any_split:
        return []
    places = {i.id: i.conversation for i in change.interactions}
    touched = {c for pair in change.merges for c in pair} | {split.conversation for split in change.splits}
    touched |= set(change.conversation_keys.values()) - set(places.values())
    rows = set(tx.keys("conversation", tenant, touched).values())
    named = {name for pair in change.shadowed for name in pair} | set(change.message_keys.values())
    named |= {cause.interaction for cause in change.causes if cause.interaction not in places}
    if named:
        items = set(tx.keys("interaction", tenant, named).values())
        rows |= {row for (row,) in select_in(tx.connection, _PLACES, items)}
    if change.splits_undone:
        undone = set(tx.keys("thread_split", tenant, {each.split for each in change.splits_undone}).values())
        rows |= {row for (row,) in select_in(tx.connection, _SPLIT_PLACES, undone)}
    families = {family for (family,) in select_in(tx.connection, _FAMILIES, rows)}
    grown = set(tx.keys("conversation", tenant, set(places.values())).values())
    grown_families = {family for (family,) in select_in(tx.connection, _FAMILIES, grown)} - families
    if grown_families:
        families |= grown_families - followed_families(tx, tenant, change)
    return [_part(tx, tenant, seq, family) for family in sorted(families)]


_PLACES = "SELECT conversation FROM interaction WHERE id IN (?*)"
_SPLIT_PLACES = "SELECT conversation FROM thread_split WHERE id IN (?*)"


def read_family_of(view: View, conversation: str) -> ThreadFamily:
    """All that would be one conversation with this one; see `splits.SplitStore`."""
    found = view.connection.execute(_PLACE, (view.tenant, conversation)).fetchone()
    if found is None:
        raise NotFound("no such conversation")
    root, family = found
    return _read(view, _OF_ROOT, root)[0] if family is None else _read(view, _OF_FAMILY, family)[0]


_PLACE = "SELECT root, family FROM conversation INDEXED BY conversation_uid WHERE tenant = ? AND uid = ?"


def read_splits(view: View, ids: Sequence[str], conversations: Sequence[str]) -> list[ConversationSplit]:
    """Splits by id or conversation; see `splits.SplitStore`."""
    keys = {key for (key,) in select_in(view.connection, _BY_ID, dict.fromkeys(ids), (view.tenant,))}
    keys |= {key for (key,) in select_in(view.connection, _BY_PLACE, dict.fromkeys(conversations), (view.tenant,))}
    return _load(view, keys)


def read_all_splits(view: View) -> list[ConversationSplit]:
    """Every split of the tenant."""
    rows = view.connection.execute("SELECT id FROM thread_split WHERE tenant = ?", (view.tenant,))
    return _load(view, {key for (key,) in rows})


def _load(view: View, keys: set[int]) -> list[ConversationSplit]:
    undone = {key: SplitUndone.model_validate_json(doc) for key, doc in select_in(view.connection, _UNDONE, keys)}
    made = {key: ConversationSplit.model_validate_json(doc) for key, doc in select_in(view.connection, _DOCS, keys)}
    return [made[key].model_copy(update={"undone": undone.get(key)}) for key in sorted(made)]


_BY_ID = "SELECT id FROM thread_split INDEXED BY thread_split_uid WHERE tenant = ? AND uid IN (?*)"
_BY_PLACE = """
    SELECT s.id FROM conversation c INDEXED BY conversation_uid
    JOIN conversation p INDEXED BY conversation_family ON p.family = c.family
    JOIN thread_split s INDEXED BY thread_split_of ON s.conversation = p.id WHERE c.tenant = ? AND c.uid IN (?*)
"""
_UNDONE = "SELECT split, doc FROM thread_split_undone WHERE split IN (?*)"
_DOCS = "SELECT id, doc FROM thread_split WHERE id IN (?*)"


def _read(view: View, of: str, key: int) -> tuple[ThreadFamily, dict[str, int], dict[str, int]]:
    """A family, keys of its conversations by id, and keys of its interactions by id."""

    def rows_of(sql: str) -> list[Row]:
        return view.connection.execute(sql.replace("{of}", of), (key,)).fetchall()

    uids: dict[int, str] = dict(rows_of(_ROWS))
    items = rows_of(_ITEMS)
    names: dict[int, str] = {key: uid for key, uid, *_ in items}
    stands: dict[int, str] = {key: names.get(same_as) or uid for key, uid, _, _, same_as, _ in items}
    begun: dict[str, str | None] = {}
    for number, _, recorded, *_ in reversed(items):
        begun[uids[recorded]] = stands[number]
    found = ThreadFamily(
        rows={uid: begun.get(uid) for uid in uids.values()},
        messages={uid: uids[recorded] for _, uid, recorded, _, same_as, _ in items if same_as is None},
        keys={key: uids[row] for key, row in rows_of(_KEYS)},
        causes=_causes(view, items, stands),
        cuts=[
            ThreadCut(uid, frozenset(stands[key] for key in json.loads(messages) if key in stands))
            for uid, messages in rows_of(_SPLITS)
        ],
    )
    return found, {uid: key for key, uid in uids.items()}, {uid: key for key, uid in names.items()}


def _causes(view: View, items: Sequence[Row], stands: dict[int, str]) -> list[ThreadCause]:
    keys = [row[0] for row in items]
    called: dict[int, str] = {row[0]: row[5] for row in items}
    told = sorted(select_in(view.connection, _CAUSES, keys), key=lambda row: row[:2])
    found = [
        ThreadCause(
            stands[key], tuple(json.loads(own)) if own else (called[key],), tuple(json.loads(cited or "[]")), answers
        )
        for key, _, own, cited, answers in told
    ]
    # What an echo is called is ours as well.
    found += [ThreadCause(stands[key], (name,)) for key, name in select_in(view.connection, _FURTHER, keys)]
    whole = {row[0] for row in told}
    before = [row for row in items if row[0] not in whole]
    answered: dict[int, str | None] = dict(select_in(view.connection, _ANSWERED, [row[0] for row in before]))
    found += [ThreadCause(stands[row[0]], (row[5],), (), answered.get(row[0]), is_whole=False) for row in before]
    return found


def _part(tx: Transaction, tenant: int, seq: int, family: int) -> Parted:
    run = tx.connection.execute
    read, rows, items = _read(View(tx.connection, tenant), _OF_FAMILY, family)
    places: dict[int, tuple[int, int]] = {
        key: (conversation, root) for key, conversation, root in run(_WHERE, (family,))
    }
    plan = plan_rows(read)
    for uid, first in plan.made.items():
        rows[uid] = tx.assign("conversation", tenant, [uid])[uid]
        run(_MAKE, (rows[uid], uid, seq, items[first]))
    for row, root in plan.roots.items():
        run("UPDATE conversation SET root = ?1, seq = ?2 WHERE id = ?3 AND root <> ?1", (rows[root], seq, rows[row]))
    for message, row in plan.messages.items():
        if places[items[message]][0] != rows[row]:
            _move(tx, tenant, seq, items[message], rows[row], row, is_home=read.messages[message] == row)
    for name, row in plan.keys.items():
        if read.keys[name] != row:
            run("UPDATE conversation_key SET conversation = ?, seq = ? WHERE tenant = ? AND key = ?",
                (rows[row], seq, tenant, name))  # fmt: skip
    for key in sorted({rows[uid] for uid in plan.roots.values()}):
        run(_COUNT, (key,))
    home = {items[message]: rows[plan.roots[row]] for message, row in plan.messages.items()}
    changed = frozenset(key for key, root in home.items() if places[key][1] != root)
    # A conversation that lost messages, and the one that got them.
    roots = frozenset({home[key] for key in changed} | _now(tx, {places[key][1] for key in changed}))
    return Parted(family, roots, changed)


def is_parted(view: View, family: int) -> bool:
    """Whether a family is stored as its splits say."""
    read, rows, items = _read(view, _OF_FAMILY, family)
    plan = plan_rows(read)
    if plan.made:
        return False
    roots: dict[int, int] = {key: root for key, _, root in view.connection.execute(_WHERE, (family,))}
    return all(roots[items[name]] == rows[plan.roots[row]] for name, row in plan.messages.items())


_WHERE = """
    SELECT i.id, i.conversation, c.root FROM conversation c INDEXED BY conversation_family
    JOIN interaction i INDEXED BY interaction_conversation ON i.conversation = c.id WHERE c.family = ?
"""
_ROOTS = "SELECT DISTINCT root FROM conversation WHERE id IN (?*)"


def _now(tx: Transaction, roots: Iterable[int]) -> set[int]:
    return {root for (root,) in select_in(tx.connection, _ROOTS, set(roots))}


def _move(tx: Transaction, tenant: int, seq: int, interaction: int, row: int, uid: str, *, is_home: bool) -> None:
    run = tx.connection.execute
    if is_home:
        run("DELETE FROM thread_moved WHERE interaction = ?", (interaction,))
    else:
        run(
            "INSERT INTO thread_moved (interaction, tenant, conversation) SELECT id, tenant, conversation "
            "FROM interaction WHERE id = ? ON CONFLICT DO NOTHING",
            (interaction,),
        )
    run("UPDATE interaction SET conversation = ?, seq = ? WHERE id = ?", (row, seq, interaction))
    run("UPDATE interaction_doc SET doc = json_set(doc, '$.conversation', ?) WHERE interaction = ?", (uid, interaction))
