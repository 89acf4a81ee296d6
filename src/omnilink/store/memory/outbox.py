"""The outbox in memory: items in the order they were queued, and the bytes they refer to."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime

from omnilink.errors import Conflict
from omnilink.model.outgoing import OutboxItem, OutboxState
from omnilink.model.scope import Scope
from omnilink.store.base import Change
from omnilink.store.blobs import require_digests
from omnilink.store.memory.state import State, found, in_scope
from omnilink.store.outbox import OutboxUpdate


def write_outbox(state: State, change: Change) -> None:
    """Items and bytes of a change; its interactions are written already."""
    require_digests(change.blobs)
    for digest, content in change.blobs.items():
        state.blobs.setdefault(digest, content)
    for item in change.outbox:
        state.standing(item.interaction)
        if item.id in state.outbox or item.idempotency_key in state.idempotency:
            raise Conflict("that message is queued already")
        state.outbox[item.id] = item
        if item.idempotency_key is not None:
            state.idempotency[item.idempotency_key] = item.id
    for update in change.outbox_updates:
        item = found(state.outbox, update.id)
        if (item.state, item.attempts) != update.expected:
            raise Conflict("that item is another worker's")
        state.outbox[item.id] = apply_update(item, update)


def apply_update(item: OutboxItem, update: OutboxUpdate) -> OutboxItem:
    """The item as an update leaves it."""
    names = [f.name for f in fields(update) if f.name not in ("id", "expected")]
    return item.model_copy(update={name: getattr(update, name) for name in names} | {"done": dict(update.done)})


def read_outbox(
    state: State,
    scope: Scope,
    *,
    ids: Sequence[str],
    interactions: Sequence[str],
    idempotency_key: str | None,
    states: Sequence[OutboxState],
    limit: int,
) -> list[OutboxItem]:
    """Items by one of their names; see `outbox.OutboxStore`."""
    wanted, about, in_states = set(ids), set(interactions), set(states)
    seen_ones = [item for item in state.outbox.values() if in_scope(scope, [item.account])]
    named = {
        item.id
        for item in seen_ones
        if item.id in wanted
        or item.interaction in about
        or (idempotency_key is not None and item.idempotency_key == idempotency_key)
    }
    # The limit is for lists: what is asked for by name comes whole.
    named |= {item.id for item in [item for item in seen_ones if item.state in in_states][:limit]}
    return [item for item in seen_ones if item.id in named]


def read_due(state: State, scope: Scope, now: datetime, limit: int) -> list[OutboxItem]:
    """What may be sent now; see `outbox.OutboxStore`."""
    due: list[OutboxItem] = []
    lanes: set[str] = set()
    for item in state.outbox.values():
        if item.state not in (OutboxState.QUEUED, OutboxState.SENDING):
            continue
        first = item.lane not in lanes
        lanes.add(item.lane)
        if not in_scope(scope, [item.account]):
            continue
        if item.state is OutboxState.SENDING:
            # Nobody could ever end a lease that is not there.
            if item.lease_until is None or item.lease_until < now:
                due.append(item)
        elif first and (item.not_before is None or item.not_before <= now):
            due.append(item)
    return due[:limit]
