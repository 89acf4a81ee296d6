"""Replies in SQLite."""

from collections.abc import Iterable

from omnilink.model.ids import from_micros, to_micros
from omnilink.store.replies import Asked, Reply
from omnilink.store.sqlite.rows import Row, View, envelope_of, envelopes_by
from omnilink.store.sqlite.transaction import Transaction

_REPLY = """
    SELECT r.status, r.content_type, r.body, r.at FROM account a JOIN reply r ON r.account = a.id
    WHERE a.tenant = ? AND a.name = ? AND r.key = ?
"""
_DELIVERY = " WHERE a.tenant = ? AND a.name = ? AND e.delivery_key = ? AND e.delivery_key IS NOT NULL"


def reply_of(row: Row) -> Reply:
    """A row as a record: account, key, status, content type, body, time."""
    account, key, status, content_type, body, at = row
    return Reply(account, key, status, content_type, body, from_micros(at))


def add_replies(tx: Transaction, tenant: int, replies: Iterable[Reply]) -> None:
    """Writes replies; a second one to the same request breaks the primary key, which is a Conflict."""
    tx.connection.executemany(
        "INSERT INTO reply (account, key, tenant, at, status, content_type, body) VALUES (?, ?, ?, ?, ?, ?, ?)",
        [
            (tx.account(tenant, r.account), r.key, tenant, to_micros(r.at), r.status, r.content_type, r.body)
            for r in replies
        ],
    )


def read_asked(view: View, account: str, key: str) -> Asked:
    """What is known of a request; see `replies.ReplyStore`."""
    names = (view.tenant, account, key)
    kept = view.connection.execute(envelopes_by("envelope_delivery") + _DELIVERY, names).fetchone()
    told = view.connection.execute(_REPLY, names).fetchone()
    reply = None if told is None else reply_of((account, key, *told))
    return Asked(None if kept is None else envelope_of(kept), reply)
