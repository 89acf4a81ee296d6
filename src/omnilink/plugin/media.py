"""Media: how a connector says where a file is. The core does the fetching (`SafeFetcher`) and keeps the books."""

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from omnilink.model.envelope import Envelope
from omnilink.plugin.fetch_policy import Credential
from omnilink.plugin.webhook import Secrets

MOST_STEPS = 4
"""Requests on the way to one file; one more, and nobody knows where that ends."""

MOST_TOLD_BYTES = 1_000_000
"""Of an answer that is not the file itself."""


@dataclass(frozen=True, slots=True, repr=False)
class MediaStep:
    """One GET on the way to a file.

    Attributes:
        url: what is asked.
        hosts: the provider's hosts where it may lie, those it redirects to included; what is below them too.
        credential: sent to its own host only, and dropped for good at a redirect elsewhere.
        is_file: its answer is the file; else the answer goes to `find_media` as `told`.
    """

    url: str
    hosts: tuple[str, ...]
    credential: Credential | None = None
    is_file: bool = True


@runtime_checkable
class FetchesMedia(Protocol):
    """Knows where the files are that its events name."""

    def find_media(self, ref: str, told: bytes | None, secrets: Secrets) -> MediaStep:
        """The next request on the way to a file. Pure.

        Args:
            ref: `Media.ref` or `Call.recording_ref`, as an event told it.
            told: the body of the answer to the step before, which was no file; None at first.
            secrets: of the account.

        Raises:
            FetchRefused: that is no file of this provider's, or it says that there is none.
            ConfigError: what is needed for it is not configured.
        """
        ...


@runtime_checkable
class HoldsMedia(Protocol):
    """Its files came with their message: the envelope holds them."""

    def read_media(self, envelope: Envelope, ref: str) -> bytes | None:
        """The bytes of a file of an envelope; None if it has no such part. Pure."""
        ...
