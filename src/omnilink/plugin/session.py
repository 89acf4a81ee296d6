"""Sessions: an account that holds a line open to its provider, over which the provider speaks.

The core opens the line, puts what is received on disk, and only then acknowledges it (law 2). The connector knows
the provider's words on the line and nothing of the store.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from omnilink.model.envelope import Received
from omnilink.plugin.http import HttpClient
from omnilink.plugin.sending import Answer
from omnilink.plugin.webhook import Secrets


@dataclass(frozen=True, slots=True, repr=False)
class Handed:
    """One thing the provider handed over on the line.

    Attributes:
        received: what is stored.
        ticket: what `Session.acknowledge` is given once it is on disk; None where the provider expects nothing.
    """

    received: Received
    ticket: str | None = None


class Session(Protocol):
    """One open line. Its methods may be called from several tasks, `receive` from one only."""

    @property
    def ending(self) -> bool:
        """The provider has said that it will close this line: another is opened while this one is read to its end."""
        ...

    async def receive(self) -> Sequence[Handed]:
        """Waits for what comes next, and returns all that has come; nothing says that the line is alive.

        Raises:
            TransientError: the line is down (also after its announced end).
            ConfigError: the provider will not have it (a wrong token, sessions switched off).
        """
        ...

    async def acknowledge(self, tickets: Sequence[str]) -> None:
        """Tells the provider that these are ours for good.

        Raises:
            TransientError: the line is down; the provider hands them over again.
        """
        ...

    async def send(self, request: Any) -> Answer:
        """Says something over the line, where the channel sends that way. Never raises for what the other side does."""
        ...

    async def aclose(self) -> None:
        """Ends the line; what was not acknowledged is handed over again."""
        ...


@runtime_checkable
class HoldsSession(Protocol):
    """Holds lines open instead of being called or asking: Socket Mode, SMPP, ARI."""

    @property
    def lines(self) -> int:
        """How many lines this account holds at once; 0 where its provider reaches us another way."""
        ...

    async def open_session(self, secrets: Secrets, http: HttpClient) -> Session:
        """Opens one line.

        Raises:
            TransientError: it cannot be opened now.
            ConfigError: it cannot work this way (a wrong token).
        """
        ...
