"""Disentangling: which message of a busy room without threads answers which.

`disentangle` works on any messages with an author, a time and a text. Rules decide in the core; the model "room"
decides better and needs numpy (the extra `disentangle`). `LiveRoom` does the same message by message.
"""

from omnilink.conversation.disentangle.decode import Link, Room, disentangle
from omnilink.conversation.disentangle.live import LiveRoom
from omnilink.conversation.disentangle.messages import RoomMessage

__all__ = ["Link", "LiveRoom", "Room", "RoomMessage", "disentangle"]
