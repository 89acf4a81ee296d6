"""Interactions and conversations, read from memory."""

from collections.abc import Sequence
from datetime import datetime
from itertools import islice

from omnilink.model.conversation import Conversation
from omnilink.model.interaction import Interaction, Revision
from omnilink.model.scope import Scope
from omnilink.store.base import TimelineRow
from omnilink.store.memory.state import ConversationRow, State, in_scope, seen


def read_timeline(
    state: State, scope: Scope, personas: Sequence[str], before: tuple[datetime, str] | None, limit: int
) -> list[TimelineRow]:
    """A page of history, newest first; see `base.HistoryStore`."""
    places = sorted({place for persona in personas for place in state.attributed.get(persona, ())}, reverse=True)
    # Sorted so, the lowest ordinal of an interaction comes last and stays.
    attributions = {name: state.attributions[name, ordinal] for name, ordinal in places}
    seen_ones = [i for name in attributions if (i := seen(scope, state.interactions[name].interaction)) is not None]
    older = [i for i in seen_ones if before is None or (i.occurred_at, i.id) < before]
    older.sort(key=lambda i: (i.occurred_at, i.id), reverse=True)
    return [TimelineRow(i, state.root(i.conversation).root, attributions[i.id]) for i in older[:limit]]


def read_interactions(state: State, scope: Scope, ids: Sequence[str]) -> list[Interaction]:
    """Interactions in the order asked for; see `base.HistoryStore`."""
    known = (state.interactions[name].interaction for name in dict.fromkeys(ids) if name in state.interactions)
    return [i for interaction in known if (i := seen(scope, interaction)) is not None]


def read_latest(state: State, account: str, limit: int) -> list[Interaction]:
    """What an account recorded last, newest first; see `base.HistoryStore`."""
    newest = (row for row in reversed(state.interactions.values()) if row.same_as is None)
    return list(islice((row.interaction for row in newest if row.interaction.account == account), limit))


def read_revisions(state: State, scope: Scope, ids: Sequence[str]) -> dict[str, list[Revision]]:
    """Revisions by interaction; see `base.HistoryStore`."""
    return {
        interaction.id: sorted(
            (r for r in state.revisions.get(interaction.id, ()) if in_scope(scope, [r.account])),
            key=lambda r: (r.at, r.event_key),
        )
        for interaction in read_interactions(state, scope, ids)
    }


def read_conversations(
    state: State, scope: Scope, ids: Sequence[str], before: tuple[datetime, str] | None, limit: int
) -> list[Conversation]:
    """Conversations by id or by activity; see `base.HistoryStore`."""
    roots = [row for row in state.conversations.values() if row.root == row.conversation.id]
    visible = {row.root: row.conversation for row in roots if _visible(state, scope, row)}
    if ids:
        asked = dict.fromkeys(state.conversations[name].root for name in ids if name in state.conversations)
        return [_with_keys(state, visible[root]) for root in asked if root in visible]
    active = [(c.last_at, c.id, c) for c in visible.values() if c.last_at is not None]
    active.sort(key=lambda entry: entry[:2], reverse=True)
    return [_with_keys(state, c) for at, name, c in active if before is None or (at, name) < before][:limit]


def _visible(state: State, scope: Scope, row: ConversationRow) -> bool:
    if in_scope(scope, [row.conversation.account]):
        return True
    return any(seen(scope, i) is not None for i in _items(state, row.root))


def _items(state: State, root: str) -> list[Interaction]:
    return [
        row.interaction
        for row in state.interactions.values()
        if row.same_as is None and state.conversations[row.interaction.conversation].root == root
    ]


def _with_keys(state: State, conversation: Conversation) -> Conversation:
    owned = (key for key, (name, _) in state.conversation_keys.items()
             if state.conversations[name].root == conversation.id)  # fmt: skip
    return conversation.model_copy(update={"keys": tuple(sorted(owned))})


def read_conversation_items(state: State, scope: Scope, conversation: str, limit: int) -> list[Interaction]:
    """A conversation's interactions, oldest first; see `base.HistoryStore`."""
    row = state.conversations.get(conversation)
    if row is None:
        return []
    items = [i for item in _items(state, row.root) if (i := seen(scope, item)) is not None]
    return sorted(items, key=lambda i: (i.occurred_at, i.id))[:limit]
