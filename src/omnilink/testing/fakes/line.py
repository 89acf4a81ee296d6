"""A provider that a connector holds a line open to, in this process: it hands over, waits for the word that it is
kept, and hands over again what nobody has acknowledged.
"""

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Literal

import anyio

from omnilink.errors import TransientError
from omnilink.plugin.http import HttpClient
from omnilink.testing.fakes.provider import FakeResponse
from omnilink.testing.samples import Sample

MOST_ASKED = 100
"""Requests for one line; who asks more often than that asks without end."""


class FakeLine(ABC):
    """The provider. Subclass it: how a line is asked for and opened, what a frame is, and an acknowledgement.

    Attributes:
        refuses: why it opens no line now: `busy`, or `login` (it does not know the token); "" = it does.
        asked: requests for a line.
        wires: every line that was opened, oldest first.
        acknowledged: tickets that came back.
    """

    def __init__(self) -> None:
        self.refuses: Literal["", "busy", "login"] = ""
        self.asked = 0
        self.wires: list[FakeWire] = []
        self.acknowledged: list[str] = []
        self._held: dict[str, str] = {}
        self._handed = 0

    # --- what a subclass brings -----------------------------------------------------------------------------------

    @abstractmethod
    @contextmanager
    def installed(self) -> Iterator[HttpClient]:
        """Puts it in the place of the network, and gives the client that lines are asked for with (see `FakeHttp`)."""

    @abstractmethod
    def answer(self, request_url: str) -> FakeResponse:
        """What it says to who asks for a line; it minds `refuses`."""

    @abstractmethod
    def frame(self, sample: Sample, ticket: str) -> str:
        """A sample as it is handed over."""

    @abstractmethod
    def read_ticket(self, said: str) -> str | None:
        """The ticket that something said over the line acknowledges; None where it is something else."""

    def ending(self) -> str | None:
        """The frame that announces its end; None where the provider announces none."""
        return None

    # --- what it does ---------------------------------------------------------------------------------------------

    def connect(self) -> "FakeWire":
        """A line is opened: what was never acknowledged is handed over again."""
        wire = FakeWire(self)
        self.wires.append(wire)
        for frame in self._held.values():
            wire.say(frame)
        return wire

    def hand_over(self, sample: Sample) -> str:
        """Something happens; the ticket it has."""
        self._handed += 1
        ticket = f"ticket-{self._handed:06d}"
        self._held[ticket] = self.frame(sample, ticket)
        for wire in self.wires[-1:]:
            wire.say(self._held[ticket])
        return ticket

    def hear(self, said: str) -> None:
        """What is said over a line."""
        if (ticket := self.read_ticket(said)) is not None:
            self.acknowledged.append(ticket)
            self._held.pop(ticket, None)


class FakeHttp:
    """The client that lines are asked for with.

    Args:
        line: whose.
    """

    def __init__(self, line: FakeLine) -> None:
        self._line = line

    async def request(
        self, method: str, url: str, *, content: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> FakeResponse:
        """Asks for a line.

        Raises:
            AssertionError: it was asked for without end.
        """
        self._line.asked += 1
        assert self._line.asked <= MOST_ASKED, "a line is asked for without end"  # noqa: S101 - the kit's own
        return self._line.answer(url)

    async def aclose(self) -> None:
        """Nothing to close."""


class FakeWire:
    """One open line, as a connector sees it.

    Args:
        line: the provider.

    Attributes:
        said: what the connector said over it.
        closed: the connector has ended it.
    """

    def __init__(self, line: FakeLine) -> None:
        self._line = line
        self._frames: deque[str] = deque()
        self._news = anyio.Event()
        self._broken = False
        self.said: list[str] = []
        self.closed = False

    def say(self, frame: str) -> None:
        """The provider says something."""
        self._frames.append(frame)
        self._news.set()

    def break_off(self) -> None:
        """The line breaks."""
        self._broken = True
        self._news.set()

    async def receive_texts(self) -> list[str]:
        """Waits for what the provider says next; all that has come.

        Raises:
            TransientError: the line is down.
        """
        while not self._frames:
            self._require_open()
            self._news = anyio.Event()
            await self._news.wait()
        found = list(self._frames)
        self._frames.clear()
        return found

    async def send_text(self, text: str) -> None:
        """Says something to the provider.

        Raises:
            TransientError: the line is down.
        """
        self._require_open()
        self.said.append(text)
        self._line.hear(text)

    async def aclose(self) -> None:
        """Ends the line."""
        self.closed = True
        self._news.set()

    def _require_open(self) -> None:
        if self._broken or self.closed:
            raise TransientError("the line is down")
