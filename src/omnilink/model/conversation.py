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


class ConversationSplit(Record):
    """A person took a conversation apart: these messages begin a conversation of their own.

    Attributes:
        conversation: id of the conversation they were in.
        messages: ids of the interactions that begin the new one; whatever answers them goes along, now or later.
        by: a person; `reason` in their words.
        undone: how it was taken back, if it was.
    """

    id: str
    conversation: str
    messages: tuple[str, ...]
    by: str
    at: Utc
    reason: str = ""
    undone: "SplitUndone | None" = None

    shown: ClassVar[tuple[str, ...]] = ("id", "conversation")


class SplitUndone(Record):
    """A split was taken back: everything is together as if it had not been made.

    Attributes:
        split: its id.
        by: a person.
    """

    split: str
    by: str
    at: Utc
    reason: str = ""

    shown: ClassVar[tuple[str, ...]] = ("split",)
