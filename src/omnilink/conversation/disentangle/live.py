"""A room that still runs: each message is linked when it comes, by what came before it, and the link stays."""

from collections.abc import Sequence
from typing import Literal

from omnilink.conversation.disentangle.decode import BY_MODEL, Link, check_model
from omnilink.conversation.disentangle.messages import (
    NOBODY,
    Line,
    Names,
    RoomMessage,
    number_authors,
    read_line,
    seconds_of,
)
from omnilink.conversation.disentangle.rules import Floor, choose_parent, points_of_rules

KEPT = 300
"""Messages of the room that are kept; a thread that was silent for longer is over."""

_READ_AGAIN = 50
"""Messages after which it is counted again which names are ordinary words of this room."""


class LiveRoom:
    """Links the messages of a room one by one, and never looks ahead.

    It keeps the last `KEPT` messages and no more, so a room may run for years. Not for use by several threads at once.

    Args:
        model: None = by rules; "live" = by the model of this package that was trained without looking ahead; it needs
            numpy.

    Raises:
        BadInput: there is no model of that name.
        ConfigError: the model was asked for and numpy is not installed.
    """

    def __init__(self, *, model: Literal["live"] | None = None) -> None:
        if model is not None:
            check_model(model, ("live",))
        self._model = model
        self._start = 0
        self._reader = _Reader()
        self._lines: list[Line] = []
        self._parents: list[int] = []
        self._threads: list[int] = []
        self._odds: list[tuple[tuple[int, float], ...]] = []
        """Of each message, (messages back, probability) of what it may answer by the first reading."""

    def __repr__(self) -> str:
        return f"LiveRoom(messages={self._start + len(self._lines)}, model={self._model!r})"

    def add(self, message: RoomMessage) -> tuple[Link, ...]:
        """Takes in the next message.

        Args:
            message: the next of the room; a clock that runs backwards counts as standing still.

        Returns:
            Its links, the surest first: at least one; places count from the first message ever given.
        """
        here = self._start + len(self._lines)
        self._lines.append(self._reader.read(message, self._lines))
        links = self._by_rules(here) if self._model is None else self._by_model(here)
        parent = links[0].parent
        self._parents.append(parent)
        self._threads.append(here if parent == here else self._threads[parent - self._start])
        if len(self._lines) > KEPT:
            self._start += 1
            for kept in (self._lines, self._parents, self._threads, self._odds):
                del kept[:1]
        return links

    def thread(self, message: int) -> int | None:
        """The first message of a message's thread; None for a message no longer kept.

        Args:
            message: its place, counted from the first message ever given.
        """
        place = message - self._start
        return self._threads[place] if 0 <= place < len(self._threads) else None

    def _by_rules(self, here: int) -> tuple[Link, ...]:
        floor, at = Floor(self._lines), len(self._lines) - 1
        for earlier in range(at):
            parent = self._parents[earlier] - self._start
            # Where the parent is gone, the earliest message kept of the thread stands for it.
            floor.add(earlier, parent if parent >= 0 else self._threads.index(self._threads[earlier]))
        parent, share, rules = choose_parent(floor, at, points_of_rules())
        return (Link(here, self._start + parent, share, rules),)

    def _by_model(self, here: int) -> tuple[Link, ...]:
        if self._lines[-1].author == NOBODY:
            self._odds.append(())
            return (Link(here, here, 1.0, BY_MODEL),)
        from omnilink.conversation.disentangle.model import choose_among, read_last

        places = [place for place, line in enumerate(self._lines) if line.author != NOBODY]
        spoken = [self._lines[place] for place in places]
        candidates, odds = read_last(spoken, [self._odds[place] for place in places[:-1]])
        self._odds.append(odds)
        threads = [*self._threads, here]
        _, chosen = choose_among([(chance, places[n], threads[places[n]]) for n, chance in candidates])
        return tuple(Link(here, self._start + place, chance, BY_MODEL) for place, chance in chosen)


class _Reader:
    """Reads each message once, with the names known by then."""

    def __init__(self) -> None:
        self._messages: list[RoomMessage] = []
        self._authors: dict[str, int] = {}
        self._names = Names((), {})
        self._unread = 0
        self._first_s: float | None = None
        self._minute = 0.0

    def read(self, message: RoomMessage, kept: Sequence[Line]) -> Line:
        """A message as the rules and the model see it.

        Args:
            message: the next of the room.
            kept: the lines before it that are still kept.
        """
        self._messages = [*self._messages[-len(kept) :], message] if kept else [message]
        known = self._known(message, kept)
        self._unread += 1
        if known.keys() != self._authors.keys() or self._unread >= _READ_AGAIN:
            self._authors, self._unread = known, 0
            self._names = Names(self._messages, known)
        seconds = seconds_of(message.time)
        if seconds is not None:
            self._first_s = seconds if self._first_s is None else self._first_s
            self._minute = max(self._minute, (seconds - self._first_s) / 60)
        author = NOBODY if message.author is None else self._authors[message.author]
        return read_line(message, author, self._minute, self._names)

    def _known(self, message: RoomMessage, kept: Sequence[Line]) -> dict[str, int]:
        """Every author's number; one whose messages are gone gives it up, and it is used again once nobody names it."""
        if message.author is not None and message.author in self._authors and self._unread < _READ_AGAIN - 1:
            return self._authors
        groups: dict[int, list[str]] = {}
        for name, group in number_authors(self._messages).items():
            groups.setdefault(group, []).append(name)
        # Names of one author (who renamed herself) have one number, the one she had.
        had = {
            group: [self._authors[name] for name in names if name in self._authors] for group, names in groups.items()
        }
        used = {number for numbers in had.values() for number in numbers}
        for line in kept:
            used.update((line.author, *(author for author, _ in line.calls)))
        free = iter(number for number in range(len(used) + len(groups)) if number not in used)
        known: dict[str, int] = {}
        for group, names in groups.items():
            known |= dict.fromkeys(names, had[group][0] if had[group] else next(free))
        return known
