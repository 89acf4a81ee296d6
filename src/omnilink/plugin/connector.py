"""The connector's Protocols: small, pure where they can be, and never calling the core (law 3).

A connector is a class with `manifest` and `capabilities`, made once per account from its `ConnectorSettings`.
Each further ability is a Protocol of its own; the core asks with `isinstance`.
"""

from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar, Protocol, runtime_checkable

from omnilink.model.envelope import Envelope, Received
from omnilink.model.event import Event
from omnilink.model.handle import Handle
from omnilink.plugin.capabilities import Capabilities
from omnilink.plugin.http import HttpClient
from omnilink.plugin.manifest import Manifest
from omnilink.plugin.webhook import Keys, NeedsKeys, RawRequest, Rejected, Secrets, Verified, WebhookResponse


@dataclass(frozen=True, slots=True, repr=False)
class ConnectorSettings:
    """What a connector knows of its account (no secret: those come with each call that needs them).

    Attributes:
        account: the account's name.
        own_handles: the agency's addresses there.
        public_url: the URL its webhooks are called at, if it has any.
        options: its own settings from the configuration.
        default_region: ISO 3166 region for numbers without a country code.
    """

    account: str
    own_handles: tuple[Handle, ...] = ()
    public_url: str | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    default_region: str | None = None


@runtime_checkable
class Connector(Protocol):
    """What every connector is."""

    manifest: ClassVar[Manifest]
    capabilities: ClassVar[Capabilities]

    def __init__(self, settings: ConnectorSettings) -> None: ...


@runtime_checkable
class Parses(Protocol):
    """Reads events out of an envelope. Pure and total: odd input is `Unparsed`, never an exception."""

    def parse(self, envelope: Envelope) -> list[Event]:
        """All events of the envelope, in its order; at least one (`Ignored` where nothing matters)."""
        ...


@runtime_checkable
class ReceivesWebhooks(Protocol):
    """Receives over HTTP. Both methods are pure."""

    def handshake(self, request: RawRequest, secrets: Secrets, now: datetime) -> WebhookResponse | None:
        """Answers a provider's set-up question (and authenticates it itself); None when the request is none."""
        ...

    def verify(
        self, request: RawRequest, secrets: Secrets, now: datetime, keys: Keys
    ) -> Verified | Rejected | NeedsKeys:
        """Is this request the provider's? Raw bytes, constant time, several secrets, closed on any doubt."""
        ...


@runtime_checkable
class ReadsFiles(Protocol):
    """Reads a file or folder in a form of its own (a mailbox). Without it, every file is one envelope."""

    def read_files(self, path: Path) -> Iterator[Received]:
        """Every message of the file or folder, in a stable order, one at a time (a mailbox may be huge).

        Raises:
            UnreadableFile: the path is nothing this connector reads.
        """
        ...


@runtime_checkable
class Polls(Protocol):
    """Asks the provider instead of being called: a mailbox, long polling, a socket the provider opens to us."""

    @property
    def is_polled(self) -> bool:
        """This account is set to ask; False where its provider calls us."""
        ...

    def poll(self, cursor: str | None, secrets: Secrets, http: HttpClient) -> AsyncGenerator[Sequence[Received]]:
        """What arrives after the cursor, lot by lot, for as long as the caller asks for more.

        The caller puts each lot on disk, its last cursor in the same commit, before it asks for the next one: only
        then may the provider be told (law 2). An empty lot says that the line is alive.

        Raises:
            TransientError: the line is down; the caller opens it again later, at the last cursor.
            ConfigError: it cannot work this way (a wrong password, a webhook in the way).
        """
        ...
