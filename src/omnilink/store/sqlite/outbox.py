"""The outbox and the further names of messages, in SQLite."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from omnilink.errors import Conflict, NotFound
from omnilink.model.ids import from_micros, to_micros
from omnilink.model.outgoing import OutboxItem, OutboxState
from omnilink.store.base import Change
from omnilink.store.outbox import OutboxUpdate
from omnilink.store.sqlite.rows import Row, View, select_in
from omnilink.store.sqlite.transaction import Transaction

_ITEM = """
    SELECT d.doc, o.state, o.attempts, o.not_before, o.lease_until, o.progress, o.id
    FROM outbox o {index} JOIN outbox_doc d ON d.outbox = o.id
"""
# The oldest waiting item of each lane is the smallest id in the index's group; SENDING ones come when abandoned.
_DUE = """
    SELECT o.id FROM outbox o INDEXED BY outbox_waiting
    WHERE o.tenant = ?1 AND o.state IN ('queued', 'sending') AND {seen} AND (
        (o.state = 'sending' AND o.lease_until < ?2)
        OR (o.state = 'queued' AND (o.not_before IS NULL OR o.not_before <= ?2) AND NOT EXISTS (
            SELECT 1 FROM outbox e INDEXED BY outbox_waiting
            WHERE e.tenant = ?1 AND e.lane = o.lane AND e.id < o.id AND e.state IN ('queued', 'sending'))))
    ORDER BY o.id LIMIT ?3
"""
_SUPERSEDE = """
    INSERT INTO attribution_superseded
        (interaction, ordinal, tenant, persona, role, method, score, evidence, asserted_by, at, seq)
    SELECT interaction, ordinal, tenant, persona, role, method, score, evidence, asserted_by, at, ?
    FROM attribution WHERE interaction = ?
"""


def write_outbox(tx: Transaction, tenant: int, seq: int, change: Change, docs: Sequence[str]) -> None:
    """Names, items and bytes of a change; its interactions are written already."""
    for echo, ours in change.shadowed:
        _shadow(tx, tenant, seq, echo, ours)
    if change.message_keys:
        _add_aliases(tx, tenant, seq, change.message_keys)
    tx.connection.executemany(
        "INSERT INTO blob (tenant, sha256, content) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
        [(tenant, digest, content) for digest, content in change.blobs.items()],
    )
    if change.outbox:
        _add_items(tx, tenant, seq, change.outbox, docs)
    for update in change.outbox_updates:
        _update(tx, tenant, seq, update)


def outbox_doc(item: OutboxItem) -> str:
    """What never changes of an item, as JSON."""
    return item.model_dump_json(
        exclude={"state", "attempts", "done", "not_before", "lease_until", "reason", "error_code"}
    )


def _add_aliases(tx: Transaction, tenant: int, seq: int, names: Mapping[str, str]) -> None:
    keys = tx.keys("interaction", tenant, names.values())
    for name, uid in names.items():
        owner = tx.connection.execute(
            "SELECT id FROM interaction INDEXED BY interaction_message "
            "WHERE tenant = ? AND message_key = ? AND same_as IS NULL AND id <> ?",
            (tenant, name, keys[uid]),
        ).fetchone()
        known = tx.connection.execute(
            "SELECT interaction FROM message_alias WHERE tenant = ? AND key = ?", (tenant, name)
        ).fetchone()
        if owner is not None or (known is not None and known[0] != keys[uid]):
            raise Conflict("that message is known already")
        tx.connection.execute(
            "INSERT INTO message_alias (tenant, key, interaction, seq) VALUES (?1, ?2, ?3, ?4) "
            "ON CONFLICT (tenant, key) DO UPDATE SET seq = ?4",
            (tenant, name, keys[uid], seq),
        )


def _shadow(tx: Transaction, tenant: int, seq: int, echo: str, ours: str) -> None:
    keys = tx.keys("interaction", tenant, (echo, ours))
    gone, kept = keys[echo], keys[ours]
    written = tx.connection.execute(
        "UPDATE interaction SET same_as = ?, seq = ? WHERE id = ? AND same_as IS NULL", (kept, seq, gone)
    )
    if not written.rowcount:
        raise Conflict("that echo is another message's")
    run = tx.connection.execute
    last = run("SELECT coalesce(max(n), -1) FROM arrival WHERE interaction = ?", (kept,)).fetchone()[0]
    run("UPDATE arrival SET interaction = ?, n = n + ? WHERE interaction = ?", (kept, last + 1, gone))
    run("UPDATE revision SET interaction = ? WHERE interaction = ?", (kept, gone))
    run("UPDATE event SET interaction = ?, seq = ? WHERE interaction = ?", (kept, seq, gone))
    run(_SUPERSEDE, (seq, gone))
    run("DELETE FROM attribution WHERE interaction = ?", (gone,))
    run("UPDATE interaction SET seq = ? WHERE id = ?", (seq, kept))
    run(
        "UPDATE conversation SET interactions = interactions - 1 WHERE id = "
        "(SELECT c.root FROM interaction i JOIN conversation c ON c.id = i.conversation WHERE i.id = ?)",
        (gone,),
    )
    run(
        "INSERT INTO message_alias (tenant, key, interaction, seq) "
        "SELECT tenant, message_key, ?1, ?2 FROM interaction WHERE id = ?3 "
        "ON CONFLICT (tenant, key) DO UPDATE SET seq = ?2",
        (kept, seq, gone),
    )


def _add_items(tx: Transaction, tenant: int, seq: int, items: Sequence[OutboxItem], docs: Sequence[str]) -> None:
    interactions = tx.keys("interaction", tenant, {item.interaction for item in items})
    for item, doc in zip(items, docs, strict=True):
        row = tx.connection.execute(
            "INSERT INTO outbox (tenant, account, uid, interaction, lane, idempotency_key, state, attempts, "
            "not_before, lease_until, progress, seq) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                tenant, tx.account(tenant, item.account), item.id, interactions[item.interaction], item.lane,
                item.idempotency_key, item.state, item.attempts, _micros(item.not_before), _micros(item.lease_until),
                _progress(item), seq,
            ),
        )  # fmt: skip
        tx.connection.execute(
            "INSERT INTO outbox_doc (outbox, tenant, doc) VALUES (?, ?, ?)", (row.lastrowid, tenant, doc)
        )


def _update(tx: Transaction, tenant: int, seq: int, update: OutboxUpdate) -> None:
    written = tx.connection.execute(
        "UPDATE outbox SET state = ?, attempts = ?, not_before = ?, lease_until = ?, progress = ?, seq = ? "
        "WHERE tenant = ? AND uid = ? AND state = ? AND attempts = ?",
        (
            update.state, update.attempts, _micros(update.not_before), _micros(update.lease_until),
            _progress(update), seq, tenant, update.id, *update.expected,
        ),
    )  # fmt: skip
    if written.rowcount:
        return
    known = tx.connection.execute("SELECT 1 FROM outbox WHERE tenant = ? AND uid = ?", (tenant, update.id)).fetchone()
    raise Conflict("that item is another worker's") if known else NotFound("the store has no such record")


def _micros(at: datetime | None) -> int | None:
    return None if at is None else to_micros(at)


def _progress(item: OutboxItem | OutboxUpdate) -> str:
    return json.dumps({"done": dict(item.done), "reason": item.reason, "error_code": item.error_code})


# --- reading ------------------------------------------------------------------------------------------------------


def read_outbox(
    view: View,
    *,
    ids: Sequence[str],
    interactions: Sequence[str],
    idempotency_key: str | None,
    states: Sequence[OutboxState],
    limit: int,
) -> list[OutboxItem]:
    """Items by one of their names; see `outbox.OutboxStore`."""
    seen = view.account_is_seen("o.account")
    queries: list[tuple[str, str, Iterable[object]]] = [
        ("INDEXED BY outbox_uid", "o.tenant = ? AND o.uid IN (?*)", ids),
        (
            "INDEXED BY outbox_interaction",
            "o.tenant = ? AND o.interaction IN (SELECT id FROM interaction WHERE uid IN (?*))",
            interactions,
        ),
        ("INDEXED BY outbox_once", "o.tenant = ? AND o.idempotency_key IN (?*) AND o.idempotency_key IS NOT NULL",
         [idempotency_key] if idempotency_key is not None else []),
        ("", "o.tenant = ? AND o.state IN (?*)", states),
    ]  # fmt: skip
    rows: dict[int, Row] = {}
    for index, condition, values in queries:
        sql = f"{_ITEM.replace('{index}', index)} WHERE {condition} AND {seen} ORDER BY o.id LIMIT ?"
        for row in select_in(view.connection, sql, dict.fromkeys(values), (view.tenant,), (limit,)):
            rows[row[6]] = row
    return [_item_of(rows[key]) for key in sorted(rows)][:limit]


def read_due(view: View, now: datetime, limit: int) -> list[OutboxItem]:
    """What may be sent now; see `outbox.OutboxStore`."""
    sql = _DUE.replace("{seen}", view.account_is_seen("o.account"))
    keys = [key for (key,) in view.connection.execute(sql, (view.tenant, to_micros(now), limit))]
    rows = select_in(view.connection, f"{_ITEM.replace('{index}', '')} WHERE o.id IN (?*)", keys)
    return [_item_of(row) for row in sorted(rows, key=lambda row: int(row[6]))]


def _item_of(row: Row) -> OutboxItem:
    item = OutboxItem.model_validate_json(row[0])
    progress = json.loads(row[5])
    return item.model_copy(
        update={
            "state": OutboxState(row[1]),
            "attempts": row[2],
            "not_before": None if row[3] is None else from_micros(row[3]),
            "lease_until": None if row[4] is None else from_micros(row[4]),
            "done": {name: tuple(given) for name, given in progress["done"].items()},
            "reason": progress["reason"],
            "error_code": progress["error_code"],
        }
    )


def read_blobs(view: View, digests: Sequence[str]) -> dict[str, bytes]:
    """The bytes kept under these digests; see `outbox.OutboxStore`."""
    sql = "SELECT sha256, content FROM blob WHERE tenant = ? AND sha256 IN (?*)"
    return dict(select_in(view.connection, sql, dict.fromkeys(digests), (view.tenant,)))
