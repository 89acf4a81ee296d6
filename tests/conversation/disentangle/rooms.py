"""Rooms written for these tests."""

from omnilink.conversation.disentangle import RoomMessage


def room(*spoken: tuple[float, str | None, str]) -> list[RoomMessage]:
    """Messages from (minute, author, text)."""
    return [RoomMessage(author, minute * 60.0, text) for minute, author, text in spoken]


TWO_MATTERS = room(
    (0, "ana", "hello, how do I renew a parking permit for the old town?"),
    (1, "bruno", "does anyone know whether the library opens on Sunday?"),
    (1, "clerk1", "ana: online, or at the counter with the number plate"),
    (2, "clerk2", "bruno: the library opens from ten to two on Sunday"),
    (3, "ana", "clerk1: and what does the permit cost?"),
    (3, "bruno", "clerk2: thanks"),
    (4, "clerk1", "ana: forty a year"),
    (5, None, "dora has joined the room"),
    (6, "ana", "clerk1: perfect, thank you"),
)
