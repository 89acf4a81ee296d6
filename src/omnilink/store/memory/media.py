"""Files in memory."""

from collections.abc import Sequence
from datetime import datetime

from omnilink.errors import Conflict
from omnilink.model.media import MediaItem, MediaState
from omnilink.model.scope import Scope
from omnilink.store.base import Change
from omnilink.store.media import CHANGING, MediaUpdate
from omnilink.store.memory.state import State, append, found, in_scope


def write_media(state: State, change: Change) -> None:
    """Files of a change and where they stand; its interactions and bytes are written already."""
    for item in change.media:
        _tell(state, item)
    for update in change.media_updates:
        _update(state, update)


def _tell(state: State, item: MediaItem) -> None:
    state.standing(item.interaction)
    found(state.envelopes, item.envelope)
    known = [state.media[name] for name in state.media_of.get(item.interaction, ())]
    place = (item.event_key, item.position)
    same = next((k for k in known if (k.event_key, k.position) == place), None)
    if same is not None:
        if same.address != item.address and same.state is not MediaState.FETCHED:
            update = {"address": item.address, "state": item.state, "attempts": 0, "not_before": item.not_before,
                      "reason": None}  # fmt: skip
            state.media[same.id] = same.model_copy(update=update)
    elif all(k.ref != item.ref for k in known):
        state.media[item.id] = item
        append(state.media_of, item.interaction, item.id)


def _update(state: State, update: MediaUpdate) -> None:
    item = found(state.media, update.id)
    if (item.state, item.attempts) != update.expected:
        raise Conflict("that file is another worker's")
    if update.held == "store":
        found(state.blobs, update.sha256 or "")
    state.media[item.id] = item.model_copy(update={name: getattr(update, name) for name in CHANGING})


def move_media(state: State, echo: str, ours: str) -> None:
    """The files of an echo are those of the message it is the echo of; one that this has already goes."""
    known = {state.media[name].ref for name in state.media_of.get(ours, ())}
    for name in state.media_of.pop(echo, ()):
        item = state.media.pop(name)
        if item.ref not in known:
            state.media[name] = item.model_copy(update={"interaction": ours})
            append(state.media_of, ours, name)


def read_media(
    state: State, scope: Scope, ids: Sequence[str], interactions: Sequence[str], states: Sequence[MediaState],
    limit: int,
) -> list[MediaItem]:  # fmt: skip
    """Files by one of their names; see `media.MediaStore`."""
    seen = [item for item in state.media.values() if in_scope(scope, [item.account])]
    named = {item.id for item in seen if item.id in set(ids) or item.interaction in set(interactions)}
    named |= {item.id for item in [item for item in seen if item.state in states][:limit]}
    return [item for item in seen if item.id in named]


def read_due_media(state: State, scope: Scope, now: datetime, limit: int) -> list[MediaItem]:
    """What may be fetched now; see `media.MediaStore`."""
    due = [
        item
        for item in state.media.values()
        if item.state is MediaState.PENDING and item.not_before <= now and in_scope(scope, [item.account])
    ]
    return sorted(due, key=lambda item: item.not_before)[:limit]
