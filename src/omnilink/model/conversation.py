"""Conversation: a channel-native thread, exact, never guessed."""

from typing import ClassVar

from omnilink.model.event import ConversationKind
from omnilink.model.record import Record, Utc


class Conversation(Record):
    """A native thread.

    Attributes:
        account: the account where it was first seen.
        keys: all its native keys, cited but unseen ones ("ghosts") included.
        merged_into: the conversation that took it in, if a later message showed the two to be one.
    """

    id: str
    account: str
    channel: str
    kind: ConversationKind
    keys: tuple[str, ...] = ()
    subject: str | None = None
    interactions: int = 0
    first_at: Utc | None = None
    last_at: Utc | None = None
    merged_into: str | None = None

    shown: ClassVar[tuple[str, ...]] = ("id", "kind", "channel")
