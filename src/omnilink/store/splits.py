"""Conversations that people took apart: written by `Change.splits`, read here."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Protocol

from omnilink.conversation.apart import ThreadFamily
from omnilink.model.conversation import ConversationSplit
from omnilink.model.scope import Scope
from omnilink.store.decision import Change


def time_of(change: Change) -> datetime:
    """When a change was decided that makes conversations one or several."""
    times = [split.at for split in change.splits] + [undone.at for undone in change.splits_undone]
    times += [attribution.at for attribution in change.attributions]
    times += [interaction.received_at for interaction in change.interactions]
    return max(times, default=datetime.fromtimestamp(0, UTC))


class SplitStore(Protocol):
    """Reading what holds conversations together, and where people took them apart: of the whole tenant."""

    async def read_family(self, scope: Scope, conversation: str) -> ThreadFamily:
        """All that would be one conversation with this one (any id ever issued) if nobody had taken anything apart.

        Raises:
            NotFound: no such conversation.
        """
        ...

    async def read_splits(
        self, scope: Scope, *, ids: Sequence[str] = (), conversations: Sequence[str] = ()
    ) -> list[ConversationSplit]:
        """Splits by id, or of all that would be one conversation with these; in the order made, undone ones too."""
        ...
