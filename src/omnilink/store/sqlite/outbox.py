"""The outbox in SQLite: items in the order they were queued, and the bytes they refer to."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime

from omnilink.errors import Conflict, NotFound
from omnilink.model.ids import from_micros, to_micros
from omnilink.model.outgoing import OutboxItem, OutboxState
from omnilink.store.base import Change
from omnilink.store.outbox import OutboxUpdate
from omnilink.store.sqlite.rows import Row, View, select_in
from omnilink.store.sqlite.transaction import Transaction

ITEM = """
    SELECT o.id, d.doc, o.state, o.attempts, o.not_before, o.lease_until, o.progress
    FROM outbox o JOIN outbox_doc d ON d.outbox = o.id
"""
# An item waits while an older one of its lane is queued or being sent, whoever may see that one.
_QUEUED = """
    SELECT o.id FROM outbox o INDEXED BY outbox_state
    WHERE o.tenant = ?1 AND o.state = 'queued' AND o.state <> 'accepted' AND ifnull(o.not_before, 0) <= ?2 AND {seen}
    AND NOT EXISTS (
        SELECT 1 FROM outbox e INDEXED BY outbox_waiting
        WHERE e.tenant = ?1 AND e.lane = o.lane AND e.id < o.id AND e.state IN ('queued', 'sending'))
    ORDER BY o.id LIMIT ?3
"""
# A lease that is not there could never end: it is over.
_ABANDONED = """
    SELECT o.id FROM outbox o INDEXED BY outbox_state
    WHERE o.tenant = ?1 AND o.state = 'sending' AND o.state <> 'accepted' AND ifnull(o.lease_until, 0) < ?2 AND {seen}
    ORDER BY o.id LIMIT ?3
"""
_NAMED = {
    "ids": "SELECT id FROM outbox o INDEXED BY outbox_uid WHERE tenant = ? AND uid IN (?*)",
    "interactions": "SELECT o.id FROM interaction i INDEXED BY interaction_uid CROSS JOIN outbox o "
    "ON o.interaction = i.id WHERE i.tenant = ? AND i.uid IN (?*)",
    "idempotency_key": "SELECT id FROM outbox o INDEXED BY outbox_once WHERE tenant = ? AND idempotency_key IN (?*) "
    "AND idempotency_key IS NOT NULL",
}
_IN_STATE = "SELECT id FROM outbox o {index} WHERE tenant = ? AND state = ? AND {seen} ORDER BY id LIMIT ?"


def write_outbox(tx: Transaction, tenant: int, seq: int, change: Change, docs: Sequence[str]) -> None:
    """Items and bytes of a change; its interactions are written already."""
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
    progress = {"done": dict(item.done), "reason": item.reason, "error_code": item.error_code}
    # Not escaped, so that a text that is no Unicode is refused here as everywhere.
    return json.dumps(progress, ensure_ascii=False)


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
    asked: dict[str, Sequence[object]] = {
        "ids": ids,
        "interactions": interactions,
        "idempotency_key": () if idempotency_key is None else (idempotency_key,),
    }
    keys = {
        key
        for name, values in asked.items()
        for (key,) in select_in(view.connection, f"{_NAMED[name]} AND {seen}", dict.fromkeys(values), (view.tenant,))
    }
    # The limit is for lists: what is asked for by name comes whole.
    keys.update(sorted(key for state in set(states) for key in _in_state(view, state, limit))[:limit])
    return _items(view, keys)


def _in_state(view: View, state: OutboxState, limit: int) -> list[int]:
    # Nearly all are accepted: the first of those come soon in the order they were queued.
    index = "NOT INDEXED" if state is OutboxState.ACCEPTED else "INDEXED BY outbox_state"
    seen = view.account_is_seen("o.account")
    if state is not OutboxState.ACCEPTED:
        seen += " AND state <> 'accepted'"
    sql = _IN_STATE.replace("{index}", index).replace("{seen}", seen)
    return [key for (key,) in view.connection.execute(sql, (view.tenant, state, limit))]


def read_due(view: View, now: datetime, limit: int) -> list[OutboxItem]:
    """What may be sent now; see `outbox.OutboxStore`."""
    seen = view.account_is_seen("o.account")
    asked = (view.tenant, to_micros(now), limit)
    queries = (sql.replace("{seen}", seen) for sql in (_QUEUED, _ABANDONED))
    keys = [key for sql in queries for (key,) in view.connection.execute(sql, asked)]
    return _items(view, sorted(keys)[:limit])


def _items(view: View, keys: Iterable[int]) -> list[OutboxItem]:
    rows = select_in(view.connection, f"{ITEM} WHERE o.id IN (?*)", keys)
    return [item_of(row) for row in sorted(rows, key=lambda row: int(row[0]))]


def item_of(row: Row) -> OutboxItem:
    """A row of `ITEM` as a record."""
    _, doc, state, attempts, not_before, lease_until, progress = row
    given = json.loads(progress)
    update = {
        "state": OutboxState(state),
        "attempts": attempts,
        "not_before": None if not_before is None else from_micros(not_before),
        "lease_until": None if lease_until is None else from_micros(lease_until),
        "done": {name: tuple(ids) for name, ids in given["done"].items()},
        "reason": given["reason"],
        "error_code": given["error_code"],
    }
    return OutboxItem.model_validate_json(doc).model_copy(update=update)


def read_blobs(view: View, digests: Sequence[str]) -> dict[str, bytes]:
    """The bytes kept under these digests; see `outbox.OutboxStore`."""
    sql = "SELECT sha256, content FROM blob WHERE tenant = ? AND sha256 IN (?*)"
    return dict(select_in(view.connection, sql, dict.fromkeys(digests), (view.tenant,)))
