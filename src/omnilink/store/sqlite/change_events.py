"""Writing how events and envelopes were settled: the right-hand sides of both ledgers."""

from collections.abc import Iterable, Sequence

from omnilink.errors import Conflict, NotFound
from omnilink.store.base import Change, EventState, SettledEvent
from omnilink.store.settlement import KNOWN, KeptEvent, plan_resettlement
from omnilink.store.sqlite.rows import Row, select_in
from omnilink.store.sqlite.transaction import Transaction

_ENVELOPES = "SELECT uid, id, attempts FROM envelope INDEXED BY envelope_uid WHERE tenant = ? AND uid IN (?*)"
_KEPT = """
    SELECT v.id, a.name, v.event_key, v.state FROM event v JOIN account a ON a.id = v.account
    WHERE v.envelope = ? ORDER BY v.ordinal
"""


def settle(tx: Transaction, tenant: int, seq: int, change: Change) -> None:
    """Writes events and envelopes; the rule for replayed ones is in `settlement`."""
    named = {e.id for e in change.envelopes} | {e.envelope for e in change.events}
    found = {uid: (key, attempts) for uid, key, attempts in select_in(tx.connection, _ENVELOPES, named, (tenant,))}
    if len(found) < len(named):
        raise NotFound("the store has no such record")
    keys = {uid: key for uid, (key, _) in found.items()}
    # Those parked earlier go first, while they have the ordinals they were read with; then those of this change.
    rest = _settle_parked(tx, tenant, seq, change.settled)
    again = {e.id for e in change.envelopes if found[e.id][1]}
    events: Iterable[SettledEvent] = change.events
    parsed = {e.id: e.parsed for e in change.envelopes}
    if again:
        events = [e for e in change.events if e.envelope not in again]
        for uid in again:
            write, parsed[uid] = _resettle(
                tx, seq, keys[uid], [e for e in change.events if e.envelope == uid], parsed[uid]
            )
            events += write
    _add_events(tx, tenant, seq, keys, events)
    if _settle_parked(tx, tenant, seq, rest):
        raise Conflict("an event is parked no longer")
    rows = [(e.state, e.parser_version, e.reason, parsed[e.id], keys[e.id]) for e in change.envelopes]
    if rows:
        written = tx.connection.executemany(
            "UPDATE envelope SET state = ?, parser_version = ?, reason = ?, parsed = ?, attempts = attempts + 1 "
            "WHERE id = ? AND state = 'pending'",
            rows,
        )
        if written.rowcount != len(rows):
            raise Conflict("an envelope is pending no longer")


def _resettle(
    tx: Transaction, seq: int, envelope: int, events: Sequence[SettledEvent], parsed: int
) -> tuple[list[SettledEvent], int]:
    kept, gone = [], []
    for key, account, event_key, state in tx.connection.execute(_KEPT, (envelope,)):
        if state in KNOWN:
            kept.append(KeptEvent(int(key), account, event_key, EventState(state)))
        else:
            gone.append((key,))
    plan = plan_resettlement(kept, events, parsed)
    tx.connection.executemany("DELETE FROM event WHERE id = ?", gone)
    # In two steps: the ordinal one event leaves may be the one another event takes.
    tx.connection.executemany("UPDATE event SET ordinal = -1 - id WHERE id = ?", [(key,) for key, _ in plan.ordinals])
    tx.connection.executemany(
        "UPDATE event SET ordinal = ?, seq = ? WHERE id = ?", [(ordinal, seq, key) for key, ordinal in plan.ordinals]
    )
    return plan.write, plan.parsed


def _add_events(tx: Transaction, tenant: int, seq: int, keys: dict[str, int], events: Iterable[SettledEvent]) -> None:
    rows: list[Row] = []
    listed = list(events)
    interactions = tx.keys("interaction", tenant, {e.interaction for e in listed if e.interaction is not None})
    for e in listed:
        interaction = None if e.interaction is None else interactions[e.interaction]
        account = tx.account(tenant, e.account)
        rows.append(
            (tenant, keys[e.envelope], e.ordinal, account, e.event_key, e.type, e.state, e.reason, interaction,
             e.target_key, seq, e.event)
        )  # fmt: skip
    tx.connection.executemany(
        "INSERT INTO event (tenant, envelope, ordinal, account, event_key, type, state, reason, interaction, "
        "target_key, seq, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        rows,
    )


def _settle_parked(tx: Transaction, tenant: int, seq: int, settled: Sequence[SettledEvent]) -> list[SettledEvent]:
    """Settles those that are parked in the store, and returns the others."""
    if not settled:
        return []
    envelopes = tx.keys("envelope", tenant, {e.envelope for e in settled})
    interactions = tx.keys("interaction", tenant, {e.interaction for e in settled if e.interaction is not None})
    rest = []
    for e in settled:
        interaction = None if e.interaction is None else interactions[e.interaction]
        written = tx.connection.execute(
            "UPDATE event SET state = ?, reason = ?, interaction = ?, body = ?, seq = ? "
            "WHERE envelope = ? AND ordinal = ? AND event_key = ? AND state = 'parked'",
            (e.state, e.reason, interaction, e.event, seq, envelopes[e.envelope], e.ordinal, e.event_key),
        )
        if not written.rowcount:
            rest.append(e)
    return rest
