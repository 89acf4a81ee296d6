"""The outbox and the further names of messages, in memory."""

from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import datetime

from omnilink.errors import Conflict
from omnilink.model.outgoing import OutboxItem, OutboxState
from omnilink.model.scope import Scope
from omnilink.store.base import Change
from omnilink.store.memory.state import InteractionRow, State, append, found, in_scope, remove
from omnilink.store.outbox import OutboxUpdate


def write_outbox(state: State, change: Change) -> None:
    """Names, items and bytes of a change; its interactions are written already."""
    for echo, ours in change.shadowed:
        _shadow(state, echo, ours)
    for key, interaction in change.message_keys.items():
        found(state.interactions, interaction)
        known = state.aliases.get(key)
        if known is not None and known[0] != interaction:
            raise Conflict("that message is known already")
        if any(name not in state.same_as and name != interaction for name in state.messages.get(key, ())):
            raise Conflict("that message is known already")
        state.aliases[key] = (interaction, state.seq)
    for digest, content in change.blobs.items():
        state.blobs.setdefault(digest, content)
    for item in change.outbox:
        found(state.interactions, item.interaction)
        if item.id in state.outbox or (item.idempotency_key and item.idempotency_key in state.idempotency):
            raise Conflict("that message is queued already")
        state.outbox[item.id] = item
        if item.idempotency_key:
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


def _shadow(state: State, echo: str, ours: str) -> None:
    row, kept = found(state.interactions, echo), found(state.interactions, ours)
    if echo in state.same_as:
        raise Conflict("that echo is another message's")
    arrivals = (*kept.interaction.arrivals, *row.interaction.arrivals)
    state.interactions[ours] = InteractionRow(kept.interaction.model_copy(update={"arrivals": arrivals}), state.seq)
    state.interactions[echo] = InteractionRow(row.interaction.model_copy(update={"arrivals": ()}), state.seq)
    for revision in state.revisions.pop(echo, ()):
        append(state.revisions, ours, revision.model_copy(update={"interaction": ours}))
    for place, event in list(state.events.items()):
        if event.event.interaction == echo:
            state.events[place] = replace(event, event=replace(event.event, interaction=ours), seq=state.seq)
    for place, attribution in [(p, a) for p, a in state.attributions.items() if p[0] == echo]:
        del state.attributions[place]
        remove(state.attributed, attribution.persona, place)
        append(state.superseded, place, attribution)
    root = state.root(row.interaction.conversation)
    fewer = root.conversation.model_copy(update={"interactions": root.conversation.interactions - 1})
    state.conversations[root.conversation.id] = replace(root, conversation=fewer)
    state.same_as[echo] = ours
    state.aliases[row.interaction.message_key] = (ours, state.seq)


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
    found_ones = [
        item
        for item in state.outbox.values()
        if (item.id in wanted or item.interaction in about or item.state in in_states
            or (idempotency_key is not None and item.idempotency_key == idempotency_key))
        and in_scope(scope, [item.account])
    ]  # fmt: skip
    return found_ones[:limit]


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
            if item.lease_until is not None and item.lease_until < now:
                due.append(item)
        elif first and (item.not_before is None or item.not_before <= now):
            due.append(item)
    return due[:limit]
