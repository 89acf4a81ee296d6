"""What may be fetched for a purpose, with whose credentials, and what came of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from omnilink.errors import ConfigError
from omnilink.plugin.addresses import Network, matches_host, read_host, read_networks

ANY_HOST = "*"


@dataclass(frozen=True, slots=True)
class FetchPolicy:
    """What may be fetched for one purpose. Only https to public addresses of the named hosts, unless it says more.

    Attributes:
        hosts: the provider's hosts; each stands for what is below it too. `*` = any public host.
        private_networks: CIDR blocks of the agency's own in which such a host may lie.
        allow_http: plain http as well.
        ports: ports that may be called.
        max_bytes: the most that is read, and the most it may be once decompressed.
        max_redirects: redirects followed, each checked like the first URL.
        timeout_s: seconds for all of it.

    Raises:
        ConfigError: no host is named, one is no host, or a private network is none or too wide.
    """

    hosts: tuple[str, ...]
    private_networks: tuple[str, ...] = ()
    allow_http: bool = False
    ports: frozenset[int] = frozenset({443})
    max_bytes: int = 25_000_000
    max_redirects: int = 3
    timeout_s: float = 30.0
    networks: tuple[Network, ...] = field(init=False)

    def __post_init__(self) -> None:
        if not self.hosts:
            raise ConfigError("a fetch policy names no host", setting="hosts", hint='"*" allows every public host')
        object.__setattr__(self, "hosts", _read_hosts(self.hosts))
        object.__setattr__(self, "networks", read_networks(self.private_networks))

    def allows_host(self, host: str) -> bool:
        """Whether a host (in the form of `read_host`) is one of the policy's."""
        return any(suffix == ANY_HOST or matches_host(host, suffix) for suffix in self.hosts)


@dataclass(frozen=True, slots=True, repr=False)
class Credential:
    """Headers for one provider's hosts only. They are dropped for good at the first redirect elsewhere.

    Attributes:
        host: the host they are for; what is below it too.
        headers: for example `Authorization`.

    Raises:
        ConfigError: the host is none.
    """

    host: str
    headers: Mapping[str, str]

    def __post_init__(self) -> None:
        (host,) = _read_hosts((self.host,))
        if host == ANY_HOST:
            raise ConfigError("a credential is bound to no host", setting="host", hint="name the provider's host")
        object.__setattr__(self, "host", host)


@dataclass(frozen=True, slots=True, repr=False)
class Fetched:
    """A file.

    Attributes:
        content: its bytes, decompressed.
        mime_type: what it is by its own bytes (`sniff_type`).
        declared_type: what the server said it is, if anything.
        sha256: of the bytes, in hex.
    """

    content: bytes
    mime_type: str
    declared_type: str | None
    sha256: str


def _read_hosts(hosts: Iterable[str]) -> tuple[str, ...]:
    read = tuple(host if host == ANY_HOST else read_host(host.strip("[]")) for host in hosts)
    if None in read:
        raise ConfigError("that is no host", setting="hosts", hint="a name such as media.provider.example, no URL")
    return tuple(host for host in read if host is not None)
