"""Lines: who is on line in this process, and what wakes them: the store's feeds, and signals that pass."""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import anyio

from omnilink.errors import OmnilinkError
from omnilink.ingest.visitors import Visitors

INTERVAL_S = 0.25
"""Between two looks for what other processes wrote. One read of an index, and none while nobody is on line."""

MOST_SIGNALS = 20


@dataclass(slots=True, eq=False)
class Line:
    """One open line of a visitor.

    Attributes:
        signals: what is to be passed on, oldest first; when there is too much the oldest goes.
    """

    signals: deque[str] = field(default_factory=lambda: deque(maxlen=MOST_SIGNALS))
    _woken: anyio.Event = field(default_factory=anyio.Event)

    def wake(self) -> None:
        """There is something new."""
        self._woken.set()

    async def wait(self, longest_s: float) -> None:
        """Waits for something new, at most so long. What came since the last wait counts."""
        with anyio.move_on_after(longest_s):
            await self._woken.wait()
        self._woken = anyio.Event()


class Lines:
    """All open lines of this process.

    Args:
        visitors: whose feeds are watched.
        most, most_each: lines at once, of all and of one visitor.

    Attributes:
        ending: the process is about to stop; no line goes on.
    """

    def __init__(self, visitors: Visitors, *, most: int = 500, most_each: int = 10) -> None:
        self._visitors, self._most, self._most_each = visitors, most, most_each
        self._lines: dict[tuple[str, str], set[Line]] = {}
        self._count = 0
        self.ending = False
        self._opened = anyio.Event()
        visitors.listeners.append(self._pass_on)

    def is_full(self, account: str, feed: str) -> bool:
        """Whether one more line is too many."""
        return self._count >= self._most or len(self._lines.get((account, feed), ())) >= self._most_each

    @contextmanager
    def open(self, account: str, feed: str) -> Iterator[Line]:
        """A line, for as long as the block runs."""
        line, place = Line(), (account, feed)
        self._lines.setdefault(place, set()).add(line)
        self._count += 1
        self._opened.set()
        try:
            yield line
        finally:
            self._count -= 1
            self._lines[place].discard(line)
            if not self._lines[place]:
                del self._lines[place]

    def end(self) -> None:
        """Ends all lines: their clients open others, at another process or at this one's successor."""
        self.ending = True
        for account, feed in list(self._lines):
            self.wake(account, feed)

    def wake(self, account: str, feed: str) -> None:
        """A feed has grown."""
        for line in self._lines.get((account, feed), ()):
            line.wake()

    def _pass_on(self, account: str, feed: str, frame: str, by_visitor: bool) -> None:
        for line in () if by_visitor else self._lines.get((account, feed), ()):
            line.signals.append(frame)
            line.wake()

    async def run(self) -> None:
        """Wakes lines whose feeds have grown, whoever wrote there, for ever."""
        seen: int | None = None
        while True:
            if not self._count:
                self._opened, seen = anyio.Event(), None
                await self._opened.wait()
            try:
                news = await self._visitors.news(seen)
            except OmnilinkError:  # a busy store; lines look for themselves now and then
                await anyio.sleep(1.0)
                continue
            # Where the looking begins, all look for themselves: something may have come before.
            grown = list(self._lines) if seen is None else news.feeds
            seen = news.seen
            for account, feed in grown:
                self.wake(account, feed)
            await anyio.sleep(INTERVAL_S)
