"""Further names of interactions in SQLite, and echoes: what we sent, come back before its names were known."""

from collections.abc import Iterable, Sequence

from omnilink.errors import Conflict
from omnilink.store.sqlite.rows import select_in
from omnilink.store.sqlite.transaction import Transaction

_OWN = """
    SELECT message_key, id FROM interaction INDEXED BY interaction_message
    WHERE tenant = ? AND message_key IN (?*) AND same_as IS NULL
"""
_FURTHER = "SELECT key, interaction FROM message_alias WHERE tenant = ? AND key IN (?*)"
_ECHOES = "SELECT id, message_key, same_as FROM interaction WHERE id IN (?*) AND same_as IS NOT NULL"
# What is said of an echo (?2) is said of ours (?1).
_MOVES = (
    "UPDATE event SET interaction = ?1, seq = ?3 WHERE interaction = ?2",
    "UPDATE interaction SET same_as = ?1, seq = ?3 WHERE same_as = ?2",
    "UPDATE interaction SET same_as = ?1, seq = ?3 WHERE id = ?2",
    "UPDATE interaction SET seq = ?3 WHERE id = ?1",
    "UPDATE message_alias SET interaction = ?1, seq = ?3 WHERE interaction = ?2",
    """INSERT INTO attribution_superseded
        (interaction, ordinal, tenant, persona, role, method, score, evidence, asserted_by, at, seq)
    SELECT interaction, ordinal, tenant, persona, role, method, score, evidence, asserted_by, at, ?3
    FROM attribution WHERE interaction = ?2""",
)


def require_standing(tx: Transaction, keys: Iterable[int]) -> None:
    """Makes sure that interactions are no echoes of others.

    Raises:
        Conflict: one has turned out to be an echo.
    """
    if list(select_in(tx.connection, _ECHOES, set(keys))):
        raise Conflict("an interaction has turned out to be an echo")


def add_message_keys(tx: Transaction, tenant: int, seq: int, names: Iterable[tuple[str, str]]) -> None:
    """Gives interactions further names: (key, interaction id); one that it has already is no news."""
    named = list(names)
    if named:
        keys = tx.keys("interaction", tenant, {name for _, name in named})
        require_standing(tx, keys.values())
        _name(tx, tenant, seq, [(key, keys[name]) for key, name in named])


def _name(tx: Transaction, tenant: int, seq: int, names: Sequence[tuple[str, int]]) -> None:
    owners: dict[str, set[int]] = {}
    for sql in (_OWN, _FURTHER):
        for key, interaction in select_in(tx.connection, sql, {key for key, _ in names}, (tenant,)):
            owners.setdefault(key, set()).add(interaction)
    for key, interaction in names:
        known = owners.setdefault(key, set())
        if known - {interaction}:
            raise Conflict("another message has that key")
        if not known:
            known.add(interaction)
            tx.connection.execute(
                "INSERT INTO message_alias (tenant, key, interaction, seq) VALUES (?, ?, ?, ?)",
                (tenant, key, interaction, seq),
            )


def shadow(tx: Transaction, tenant: int, seq: int, pairs: Sequence[tuple[str, str]]) -> None:
    """Makes interactions the echoes of others, which get their names; see `base.Change`."""
    if not pairs:
        return
    keys = tx.keys("interaction", tenant, {name for pair in pairs for name in pair})
    for echo, ours in pairs:
        require_standing(tx, (keys[echo], keys[ours]))
        if echo == ours:
            raise Conflict("an interaction is no echo of itself")
        _shadow(tx, seq, keys[echo], keys[ours], ours)
    # Only now: two echoes in one change may have the same key.
    echoes = select_in(tx.connection, _ECHOES, [keys[echo] for echo, _ in pairs])
    _name(tx, tenant, seq, [(key, kept) for _, key, kept in echoes])


def _shadow(tx: Transaction, seq: int, gone: int, kept: int, ours: str) -> None:
    run = tx.connection.execute
    (last,) = run("SELECT coalesce(max(n), -1) FROM arrival WHERE interaction = ?", (kept,)).fetchone()
    run("UPDATE arrival SET interaction = ?, n = n + ? WHERE interaction = ?", (kept, last + 1, gone))
    for sql in _MOVES:
        run(sql, (kept, gone, seq))
    own = "SELECT message_key FROM interaction WHERE id = ?1"
    run(f"DELETE FROM message_alias WHERE interaction = ?1 AND key = ({own})", (kept,))  # noqa: S608
    run("DELETE FROM attribution WHERE interaction = ?", (gone,))
    # A file that ours has already is not kept twice.
    run("UPDATE OR IGNORE media SET interaction = ?, seq = ? WHERE interaction = ?", (kept, seq, gone))
    run("DELETE FROM media WHERE interaction = ?", (gone,))
    # Their documents name it as well.
    named = "json_set(doc, '$.interaction', ?)"
    run(f"UPDATE revision SET interaction = ?, doc = {named} WHERE interaction = ?", (kept, ours, gone))  # noqa: S608
    items = "SELECT id FROM outbox WHERE interaction = ?"
    run(f"UPDATE outbox_doc SET doc = {named} WHERE outbox IN ({items})", (ours, gone))  # noqa: S608
    run("UPDATE outbox SET interaction = ?, seq = ? WHERE interaction = ?", (kept, seq, gone))
    _count_again(tx, gone)


def _count_again(tx: Transaction, gone: int) -> None:
    run = tx.connection.execute
    (root,) = run(
        "SELECT c.root FROM interaction i JOIN conversation c ON c.id = i.conversation WHERE i.id = ?", (gone,)
    ).fetchone()
    parts = run("SELECT id FROM conversation WHERE root = ?", (root,)).fetchall()
    ends = "SELECT occurred_at FROM interaction INDEXED BY interaction_conversation WHERE conversation = ?"
    first, last = (
        [
            at
            for part in parts
            for (at,) in run(f"{ends} AND same_as IS NULL ORDER BY occurred_at {order} LIMIT 1", part)
        ]
        for order in ("ASC", "DESC")
    )
    run(
        "UPDATE conversation SET interactions = interactions - 1, first_at = ?, last_at = ? WHERE id = ?",
        (min(first, default=None), max(last, default=None), root),
    )
