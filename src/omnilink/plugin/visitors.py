"""Visitors: people who come to us and stay for a while, as in a chat on the agency's own site.

The core holds their lines (sockets, streams, uploads), stores what they say before it says so, and numbers what they
are told; a connector reads and writes the words. All pure: bytes and values in, values out.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, runtime_checkable

from omnilink.model.envelope import Received
from omnilink.model.feed import FeedEntry
from omnilink.plugin.webhook import Rejected, Secrets


@dataclass(frozen=True, slots=True, repr=False)
class Visitor:
    """Who is on the line, as their token says.

    Attributes:
        feed: the visitor's own feed: all their lines show the same.
        claims: what a login vouched for (`name`, `email` ...); empty for the anonymous.
        expires_at: when the token ends.
    """

    feed: str
    expires_at: datetime
    identified: bool = False
    claims: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, repr=False)
class Admitted:
    """A session was opened.

    Attributes:
        answer: what the visitor's client is told, its token included; JSON.
        once: (what may be used by one device only, that device), as digests; None = nothing of the kind.
        received: an envelope to be stored with the opening; None = nothing worth one.
    """

    visitor: Visitor
    answer: str
    once: tuple[str, str] | None = None
    received: Received | None = None


@dataclass(frozen=True, slots=True, repr=False)
class Heard:
    """What a visitor's client said.

    Attributes:
        id: the client's own id of it; the acknowledgement names it.
        received: what is stored before it is acknowledged; None = it is only passed on, to who is looking now.
        entry: what all lines of the visitor are told of it.
        signal: what is passed on, stored nowhere (somebody is typing).
    """

    id: str
    received: Received | None = None
    entry: FeedEntry | None = None
    signal: str | None = None


@dataclass(frozen=True, slots=True, repr=False)
class StoredFile:
    """A file kept here: hex sha256 of its bytes, and how it is named when it is given out."""

    sha256: str
    size: int
    mime_type: str = "application/octet-stream"
    filename: str = "file"


@dataclass(frozen=True, slots=True, repr=False)
class VisitorSite:
    """What the core must know to hold the lines.

    Attributes:
        package: whose folder `folder` holds the files given to browsers; `pages` maps their names to media types.
        origins: sites whose pages may talk to us (`https://www.town.example`); our own always may.
        trusted_proxies: networks whose `X-Forwarded-For` is believed.
        max_file_bytes: of one upload; 0 = none are taken.
        file_types: media types that are taken, as sniffed; a `/*` ends a whole kind.
        messages_per_minute, burst: of one visitor; `address_factor` times as many from one address.
    """

    package: str
    pages: Mapping[str, str] = field(default_factory=dict)
    folder: str = "widget"
    origins: frozenset[str] = frozenset()
    trusted_proxies: tuple[str, ...] = ()
    max_file_bytes: int = 10_000_000
    file_types: tuple[str, ...] = ()
    messages_per_minute: float = 30.0
    burst: int = 10
    address_factor: float = 5.0


@runtime_checkable
class ServesVisitors(Protocol):
    """Serves visitors on lines that the core holds. All methods are pure and total: a refusal is a value."""

    @property
    def site(self) -> VisitorSite:
        """What the core must know to hold the lines."""
        ...

    def admit(self, hello: bytes, secrets: Secrets, now: datetime, fresh: str) -> Admitted | Rejected:
        """Opens a session, or says why not; never a lesser one than was asked for.

        Args:
            hello: what the client sent.
            fresh: an id nobody can guess, for who is new.
        """
        ...

    def recognise(self, token: str, secrets: Secrets, now: datetime) -> Visitor | Rejected:
        """Who holds this token."""
        ...

    def hear(self, said: bytes, visitor: Visitor, secrets: Secrets, now: datetime) -> Heard | Rejected:
        """What a client's words mean."""
        ...

    def show(self, entry: FeedEntry, secrets: Secrets, now: datetime) -> str:
        """An entry as the client is told it: JSON, files by addresses that end."""
        ...


@runtime_checkable
class TakesFiles(Protocol):
    """Takes files of visitors, and gives out those that were shown to them."""

    def seal_file(self, file: StoredFile, visitor: Visitor, secrets: Secrets, now: datetime) -> str:
        """What the client is told of its upload: JSON, with what names the file in a message."""
        ...

    def open_file(self, token: str, secrets: Secrets, now: datetime) -> StoredFile | Rejected:
        """The file an address names."""
        ...
