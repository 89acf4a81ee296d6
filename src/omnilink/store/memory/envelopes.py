"""Envelopes in memory: accepting, reading, replaying."""

from collections.abc import Sequence
from dataclasses import replace

from omnilink.errors import Conflict
from omnilink.model.envelope import Envelope, EnvelopeState
from omnilink.model.feed import FeedEntry
from omnilink.model.scope import Scope
from omnilink.store.base import Accepted
from omnilink.store.memory.feed import add_entries
from omnilink.store.memory.state import AccountRow, EnvelopeRow, State, in_scope, remove
from omnilink.store.settlement import FORGOTTEN


def commit_envelopes(
    state: State, envelopes: Sequence[Envelope], cursor: tuple[str, str] | None, feed: Sequence[FeedEntry]
) -> list[Accepted]:
    """Stores what is new and counts everything; see `base.EnvelopeStore`."""
    outcome = [_accept(state, envelope) for envelope in envelopes]
    add_entries(state, feed)
    if cursor is not None:
        account, text = cursor
        state.accounts[account] = replace(state.accounts.get(account, AccountRow()), cursor=text)
    return outcome


def _accept(state: State, envelope: Envelope) -> Accepted:
    row = state.accounts.get(envelope.account, AccountRow())
    row = replace(row, received=row.received + 1)
    name = (envelope.account, envelope.delivery_key or "")
    if envelope.delivery_key is not None and name in state.deliveries:
        state.accounts[envelope.account] = replace(row, duplicate=row.duplicate + 1)
        return Accepted.DUPLICATE
    if envelope.id in state.envelopes:
        raise Conflict("an envelope with that id is stored already")
    state.accounts[envelope.account] = row
    state.envelopes[envelope.id] = EnvelopeRow(envelope)
    if envelope.delivery_key is not None:
        state.deliveries[name] = envelope.id
    return Accepted.STORED


def read_pending(state: State, scope: Scope, limit: int, max_bytes: int) -> list[Envelope]:
    """The oldest pending envelopes; see `base.EnvelopeStore`."""
    batch: list[Envelope] = []
    size = 0
    for envelope in read_envelopes(state, scope, (), EnvelopeState.PENDING, limit):
        size += len(envelope.body)
        if batch and size > max_bytes:
            break
        batch.append(envelope)
    return batch


def read_envelopes(
    state: State, scope: Scope, ids: Sequence[str], wanted: EnvelopeState | None, limit: int
) -> list[Envelope]:
    """Envelopes by id or state; see `base.EnvelopeStore`."""
    chosen = [
        row.envelope
        for row in state.envelopes.values()
        if in_scope(scope, [row.envelope.account])
        and (not ids or row.envelope.id in ids)
        and (wanted is None or row.envelope.state is wanted)
    ]
    return chosen if ids else chosen[:limit]


def commit_replay(state: State, scope: Scope, ids: Sequence[str] | None) -> int:
    """Quarantined envelopes become pending again; see `base.EnvelopeStore`."""
    count = 0
    for envelope_id in dict.fromkeys(list(state.envelopes) if ids is None else ids):
        row = state.envelopes.get(envelope_id)
        if row is None or row.envelope.state is not EnvelopeState.QUARANTINED:
            continue
        if not in_scope(scope, [row.envelope.account]):
            continue
        ordinals = state.envelope_events.get(envelope_id, ())
        forgotten = [n for n in ordinals if state.events[envelope_id, n].event.state in FORGOTTEN]
        for ordinal in forgotten:
            forget_event(state, envelope_id, ordinal)
        pending = row.envelope.model_copy(update={"state": EnvelopeState.PENDING, "reason": None})
        state.envelopes[envelope_id] = EnvelopeRow(pending, row.parsed - len(forgotten))
        count += 1
    return count


def forget_event(state: State, envelope: str, ordinal: int) -> None:
    """Takes an event row away."""
    event = state.events.pop((envelope, ordinal)).event
    remove(state.envelope_events, envelope, ordinal)
    if event.target_key is not None:
        remove(state.targets, event.target_key, (envelope, ordinal))
