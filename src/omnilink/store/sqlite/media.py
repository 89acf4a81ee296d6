"""Files in SQLite: one row a file, narrow enough to find what is due."""

from collections.abc import Sequence
from datetime import datetime

from omnilink.errors import Conflict, NotFound
from omnilink.model.ids import from_micros, to_micros
from omnilink.model.media import MediaItem, MediaState
from omnilink.store.base import Change
from omnilink.store.media import CHANGING, MediaUpdate
from omnilink.store.sqlite.echoes import require_standing
from omnilink.store.sqlite.rows import Row, View, select_in
from omnilink.store.sqlite.transaction import Transaction

_MEDIA = """
    SELECT m.id, m.uid, i.uid, a.name, e.uid, m.event_key, m.position, m.ref, m.address, m.filename, m.declared_type,
           m.created_at, m.state, m.attempts, m.not_before, m.reason, m.held, m.sha256, m.size, m.mime_type
    FROM media m JOIN interaction i ON i.id = m.interaction JOIN account a ON a.id = m.account
    JOIN envelope e ON e.id = m.envelope
"""
_FIELDS = (
    "id", "interaction", "account", "envelope", "event_key", "position", "ref", "address", "filename", "declared_type",
    "created_at", "state", "attempts", "not_before", "reason", "held", "sha256", "size", "mime_type",
)  # fmt: skip
_TIMES = ("created_at", "not_before")
_NAMED = {
    "ids": "SELECT id FROM media m INDEXED BY media_uid WHERE tenant = ? AND uid IN (?*)",
    "interactions": "SELECT m.id FROM interaction i INDEXED BY interaction_uid CROSS JOIN media m "
    "ON m.interaction = i.id WHERE i.tenant = ? AND i.uid IN (?*)",
}
# A new address of a file that is not here yet: it waits again.
_RENEW = """
    UPDATE media SET address = ?1, state = ?2, attempts = 0, not_before = ?3, reason = NULL, seq = ?4
    WHERE id = ?5 AND address <> ?1 AND state <> 'fetched'
"""
_DUE = """
    SELECT m.id FROM media m INDEXED BY media_due
    WHERE m.tenant = ? AND m.state = 'pending' AND m.not_before <= ? AND {seen} ORDER BY m.not_before, m.id LIMIT ?
"""


def write_media(tx: Transaction, tenant: int, seq: int, change: Change) -> None:
    """Files of a change and where they stand; its interactions and bytes are written already."""
    if change.media:
        interactions = tx.keys("interaction", tenant, {item.interaction for item in change.media})
        require_standing(tx, interactions.values())
        envelopes = tx.keys("envelope", tenant, {item.envelope for item in change.media})
        for item in change.media:
            _tell(tx, tenant, seq, item, interactions[item.interaction], envelopes[item.envelope])
    for update in change.media_updates:
        _update(tx, tenant, seq, update)


def _tell(tx: Transaction, tenant: int, seq: int, item: MediaItem, interaction: int, envelope: int) -> None:
    same = tx.connection.execute(
        "SELECT id FROM media WHERE interaction = ? AND event_key = ? AND position = ?",
        (interaction, item.event_key, item.position),
    ).fetchone()
    if same is not None:
        tx.connection.execute(_RENEW, (item.address, item.state, to_micros(item.not_before), seq, same[0]))
        return
    values = {name: getattr(item, name) for name in _FIELDS if name not in ("id", "interaction", "account", "envelope")}
    values.update({name: to_micros(values[name]) for name in _TIMES})
    row = {
        "tenant": tenant, "uid": item.id, "interaction": interaction, "account": tx.account(tenant, item.account),
        "envelope": envelope, "seq": seq, **values,
    }  # fmt: skip
    tx.connection.execute(
        f"INSERT INTO media ({', '.join(row)}) VALUES ({', '.join('?' * len(row))}) "  # noqa: S608
        "ON CONFLICT (interaction, ref) DO NOTHING",
        tuple(row.values()),
    )


def _update(tx: Transaction, tenant: int, seq: int, update: MediaUpdate) -> None:
    if update.held == "store":
        kept = "SELECT 1 FROM blob WHERE tenant = ? AND sha256 = ?"
        if tx.connection.execute(kept, (tenant, update.sha256)).fetchone() is None:
            raise NotFound("the store has no such record")
    values = {name: getattr(update, name) for name in CHANGING} | {"not_before": to_micros(update.not_before)}
    written = tx.connection.execute(
        f"UPDATE media SET {', '.join(f'{name} = ?' for name in values)}, seq = ? "  # noqa: S608
        "WHERE tenant = ? AND uid = ? AND state = ? AND attempts = ?",
        (*values.values(), seq, tenant, update.id, *update.expected),
    )
    if written.rowcount:
        return
    known = tx.connection.execute("SELECT 1 FROM media WHERE tenant = ? AND uid = ?", (tenant, update.id)).fetchone()
    raise Conflict("that file is another worker's") if known else NotFound("the store has no such record")


# --- reading ------------------------------------------------------------------------------------------------------


def read_media(
    view: View, ids: Sequence[str], interactions: Sequence[str], states: Sequence[MediaState], limit: int
) -> list[MediaItem]:
    """Files by one of their names; see `media.MediaStore`."""
    seen = view.account_is_seen("m.account")
    keys = {
        key
        for name, values in (("ids", ids), ("interactions", interactions))
        for (key,) in select_in(view.connection, f"{_NAMED[name]} AND {seen}", dict.fromkeys(values), (view.tenant,))
    }
    listing = f"SELECT id FROM media m WHERE tenant = ? AND state = ? AND {seen} ORDER BY id LIMIT ?"  # noqa: S608
    found = [key for state in set(states) for (key,) in view.connection.execute(listing, (view.tenant, state, limit))]
    return _items(view, sorted(keys.union(sorted(found)[:limit])))


def read_due_media(view: View, now: datetime, limit: int) -> list[MediaItem]:
    """What may be fetched now; see `media.MediaStore`."""
    sql = _DUE.replace("{seen}", view.account_is_seen("m.account"))
    return _items(view, [key for (key,) in view.connection.execute(sql, (view.tenant, to_micros(now), limit))])


def _items(view: View, keys: Sequence[int]) -> list[MediaItem]:
    """Files by key, in that order."""
    rows = {row[0]: row for row in select_in(view.connection, f"{_MEDIA} WHERE m.id IN (?*)", keys)}
    return [_item_of(rows[key]) for key in keys]


def _item_of(row: Row) -> MediaItem:
    fields = dict(zip(_FIELDS, row[1:], strict=True))
    return MediaItem(**(fields | {name: from_micros(fields[name]) for name in _TIMES}))
