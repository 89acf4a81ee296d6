"""What a webhook is to a connector: raw bytes in, a verdict or an answer out. All values, no exceptions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Self
from urllib.parse import parse_qsl

from omnilink.plugin.settings import Secret


@dataclass(frozen=True, slots=True, repr=False)
class RawRequest:
    """A request as it came, before anything is believed.

    Attributes:
        method: upper case.
        url: the *public* URL the provider called, built from the configured public URL and the raw target;
            never from forwarded headers.
        headers: names in lower case; a repeated header keeps its first value and its name is in `repeated`.
        body: the raw bytes.
    """

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    repeated: frozenset[str] = frozenset()

    @classmethod
    def of(cls, method: str, url: str, headers: Mapping[str, str] | None = None, body: bytes = b"") -> Self:
        """A request with its header names put in lower case."""
        return cls(method.upper(), url, {k.lower(): v for k, v in (headers or {}).items()}, body)

    def header(self, name: str) -> str | None:
        """One header's value; None when absent or repeated (a repeated signature header is no signature)."""
        name = name.lower()
        return None if name in self.repeated else self.headers.get(name)

    @property
    def query(self) -> list[tuple[str, str]]:
        """The query's pairs, percent-decoded, blanks kept."""
        return parse_qsl(self.url.partition("?")[2].partition("#")[0], keep_blank_values=True, max_num_fields=1000)

    def __repr__(self) -> str:
        return f"RawRequest({self.method}, {len(self.body)} bytes)"


@dataclass(frozen=True, slots=True, repr=False)
class WebhookResponse:
    """What the provider is told."""

    status: int = 200
    body: bytes = b""
    content_type: str = "text/plain; charset=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, repr=False)
class Verified:
    """The request is the provider's.

    Attributes:
        replay_key: names this delivery; the same one twice is a duplicate. None where the scheme repeats
            itself lawfully and only event keys can tell.
        expires_at: until when the provider may repeat it, if the scheme says.
        kept_body: the request's body as it may be stored, where it holds a secret or may hold one; None = as it is.
    """

    replay_key: str | None
    expires_at: datetime | None = None
    kept_body: bytes | None = None


@dataclass(frozen=True, slots=True)
class Rejected:
    """The request is not the provider's, or cannot be shown to be. `reason` is a code for our own records."""

    reason: str
    status: int = 401


@dataclass(frozen=True, slots=True)
class NeedsKeys:
    """The verifier needs public keys from this URL (the core fetches them and calls once more)."""

    url: str
    kid: str | None = None


Secrets = Mapping[str, Sequence[Secret]]
"""Secret setting name → its values, newest first (rotation: any of them is accepted)."""

Keys = Mapping[str, bytes]
"""Key id → public key, fetched by the core."""
