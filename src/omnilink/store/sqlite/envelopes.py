"""Envelopes in SQLite: accepting, reading, replaying, refusing."""

import json
from collections.abc import Iterable, Sequence

from omnilink.model.envelope import Envelope, EnvelopeState
from omnilink.model.feed import FeedEntry
from omnilink.model.ids import to_micros
from omnilink.model.scope import Scope
from omnilink.store.base import Accepted
from omnilink.store.settlement import FORGOTTEN
from omnilink.store.sqlite.feed import add_entries
from omnilink.store.sqlite.rows import Row, View, envelope_of, envelopes_by, select_in
from omnilink.store.sqlite.transaction import Transaction

_KNOWN = "SELECT delivery_key FROM envelope INDEXED BY envelope_delivery WHERE account = ? AND delivery_key IN (?*)"
_FORGET = "DELETE FROM event WHERE envelope = ? AND state IN (?, ?)"
_INSERT = """
    INSERT INTO envelope (id, tenant, account, uid, connector, received_at, sha256, authenticity, delivery_key, size)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""


def commit_envelopes(
    tx: Transaction,
    scope: Scope,
    envelopes: Sequence[Envelope],
    cursor: tuple[str, str] | None,
    feed: Sequence[FeedEntry],
) -> list[Accepted]:
    """Stores what is new and counts everything; see `base.EnvelopeStore`."""
    tenant = tx.tenant(scope.tenant)
    accounts = {name: tx.account(tenant, name) for name in dict.fromkeys(e.account for e in envelopes)}
    outcome, fresh = _sort_out(tx, accounts, envelopes)
    keys = tx.assign("envelope", tenant, (e.id for e in fresh))
    tx.connection.executemany(
        _INSERT,
        [
            (
                keys[e.id], tenant, accounts[e.account], e.id, e.connector, to_micros(e.received_at), e.sha256,
                e.authenticity, e.delivery_key, len(e.body),
            )
            for e in fresh
        ],
    )  # fmt: skip
    tx.connection.executemany(
        "INSERT INTO envelope_body (envelope, tenant, headers, body) VALUES (?, ?, ?, ?)",
        [(keys[e.id], tenant, json.dumps(e.headers), e.body) for e in fresh],
    )
    counts = {name: [0, 0] for name in accounts}
    for envelope, accepted in zip(envelopes, outcome, strict=True):
        counts[envelope.account][0] += 1
        counts[envelope.account][1] += accepted is Accepted.DUPLICATE
    tx.connection.executemany(
        "UPDATE account SET received = received + ?, duplicate = duplicate + ? WHERE id = ?",
        [(*count, accounts[name]) for name, count in counts.items()],
    )
    if cursor is not None:
        account, text = cursor
        tx.connection.execute("UPDATE account SET cursor = ? WHERE id = ?", (text, tx.account(tenant, account)))
    add_entries(tx, tenant, feed)
    return outcome


def _sort_out(
    tx: Transaction, accounts: dict[str, int], envelopes: Sequence[Envelope]
) -> tuple[list[Accepted], list[Envelope]]:
    named: dict[str, dict[str, None]] = {}
    for envelope in envelopes:
        if envelope.delivery_key is not None:
            named.setdefault(envelope.account, {})[envelope.delivery_key] = None
    known = {
        (account, key)
        for account, delivery_keys in named.items()
        for (key,) in select_in(tx.connection, _KNOWN, delivery_keys, (accounts[account],))
    }
    outcome, fresh = [], []
    for envelope in envelopes:
        if envelope.delivery_key is not None and (envelope.account, envelope.delivery_key) in known:
            outcome.append(Accepted.DUPLICATE)
            continue
        if envelope.delivery_key is not None:
            known.add((envelope.account, envelope.delivery_key))
        outcome.append(Accepted.STORED)
        fresh.append(envelope)
    return outcome, fresh


def read_pending(view: View, limit: int, max_bytes: int) -> list[Envelope]:
    """The oldest pending envelopes; see `base.EnvelopeStore`."""
    batch: list[Envelope] = []
    size = 0
    sql = f"{envelopes_by('envelope_waiting')} WHERE e.tenant = ? AND e.state = 'pending' AND e.state <> 'processed'"
    sql += f" AND {view.account_is_seen('e.account')} ORDER BY e.id LIMIT ?"
    cursor = view.connection.execute(sql, (view.tenant, limit))
    for row in cursor:
        size += len(row[4])
        if batch and size > max_bytes:
            break
        batch.append(envelope_of(row))
    cursor.close()
    return batch


def read_envelopes(view: View, ids: Sequence[str], state: EnvelopeState | None, limit: int) -> list[Envelope]:
    """Envelopes by id or state; see `base.EnvelopeStore`."""
    conditions = f"e.tenant = ? AND {view.account_is_seen('e.account')}"
    if state is not None:
        conditions += f" AND e.state = '{EnvelopeState(state).value}'"
    if ids:
        sql = f"{envelopes_by('envelope_uid')} WHERE {conditions} AND e.uid IN (?*)"
        rows = sorted(select_in(view.connection, sql, dict.fromkeys(ids), (view.tenant,)), key=lambda row: int(row[-1]))
        return [envelope_of(row) for row in rows]
    if state in (EnvelopeState.PENDING, EnvelopeState.QUARANTINED):
        # What the small index of waiting envelopes holds has to be said in its words.
        sql = f"{envelopes_by('envelope_waiting')} WHERE {conditions} AND e.state <> 'processed'"
    else:
        sql = f"{envelopes_by(None)} WHERE {conditions}"
    found = view.connection.execute(f"{sql} ORDER BY e.id LIMIT ?", (view.tenant, limit))
    return [envelope_of(row) for row in found]


def commit_replay(tx: Transaction, scope: Scope, ids: Sequence[str] | None) -> int:
    """Quarantined envelopes become pending again; see `base.EnvelopeStore`."""
    view = View.of(tx.connection, scope)
    sql = "SELECT id FROM envelope WHERE tenant = ? AND state = 'quarantined' AND "
    sql += view.account_is_seen("account")
    if ids is None:
        found: Iterable[Row] = tx.connection.execute(sql, (view.tenant,))
    else:
        sql = sql.replace("FROM envelope", "FROM envelope INDEXED BY envelope_uid") + " AND uid IN (?*)"
        found = select_in(tx.connection, sql, dict.fromkeys(ids), (view.tenant,))
    keys = [key for (key,) in found]
    for key in keys:
        gone = tx.connection.execute(_FORGET, (key, *FORGOTTEN)).rowcount
        tx.connection.execute(
            "UPDATE envelope SET state = 'pending', reason = NULL, parsed = parsed - ? WHERE id = ?", (gone, key)
        )
    return len(keys)


def read_cursor(view: View, account: str) -> str | None:
    """Where a poller stands; see `base.EnvelopeStore`."""
    sql = "SELECT cursor FROM account WHERE tenant = ? AND name = ?"
    row = view.connection.execute(sql, (view.tenant, account)).fetchone()
    cursor: str | None = row[0] if row else None
    return cursor


def commit_refusal(tx: Transaction, scope: Scope, account: str, reason: str, count: int) -> None:
    """Counts refused requests; see `base.DecisionStore`."""
    tenant = tx.tenant(scope.tenant)
    tx.connection.execute(
        "INSERT INTO refusal (account, reason, tenant, count) VALUES (?, ?, ?, ?) "
        "ON CONFLICT (account, reason) DO UPDATE SET count = count + excluded.count",
        (tx.account(tenant, account), reason, tenant, count),
    )
