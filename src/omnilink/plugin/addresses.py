"""Which hosts and network addresses may be called on somebody else's word.

The tables and their sources are in `data/addresses.toml`; Python's own `is_global` differs between its versions.
"""

import re
from collections.abc import Iterable, Sequence
from functools import cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from omnilink.errors import ConfigError
from omnilink.plugin.tables import read_toml

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

WIDEST = {4: 8, 6: 7}
"""Shortest prefix of a private network: as wide as 10.0.0.0/8 and fc00::/7, and no wider."""

_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_NAME = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")


def read_host(host: str) -> str | None:
    """The canonical form of a URL's host: a name in ASCII, or an address.

    Args:
        host: as it stands in the URL, an IPv6 address without its brackets.

    Returns:
        None where it is neither, or an IPv4 address in other clothes (`127.1`, `0x7f000001`, `017700000001`), which
        some libraries read as one and others as a name.
    """
    if ":" in host:
        return str(address) if (address := read_address(host)) is not None else None
    name = _ascii(host.removesuffix("."))
    if name is None or len(name) > 253 or not _NAME.fullmatch(name):
        return None
    if _NUMBER.fullmatch(name.rpartition(".")[2]):
        return str(address) if (address := read_address(name)) is not None else None
    return name


def read_address(text: str) -> Address | None:
    """An address as written in full, without a zone; None where the text is none."""
    try:
        return ip_address(text.partition("%")[0])
    except ValueError:
        return None


def read_networks(networks: Iterable[str], *, setting: str = "private_networks") -> tuple[Network, ...]:
    """The private networks an agency allows, as CIDR blocks.

    Raises:
        ConfigError: one is no CIDR block, or so wide that it would be a switch to turn the check off.
    """
    found = []
    for text in networks:
        try:
            network = ip_network(text)
        except ValueError as e:
            raise ConfigError(
                "a private network is no CIDR block", setting=setting, hint="for example 10.1.0.0/16"
            ) from e
        if network.prefixlen < WIDEST[network.version]:
            raise ConfigError(
                "a private network is too wide", setting=setting,
                hint=f"at most /{WIDEST[network.version]}: name the network the servers are in",
            )  # fmt: skip
        found.append(network)
    return tuple(found)


def may_call(address: Address, private: Sequence[Network] = ()) -> bool:
    """Whether an address may be connected to: it is public, or in a private network that is allowed.

    Args:
        address: what a host's name resolved to.
        private: networks allowed for the purpose.
    """
    address = _meant(address)
    if _within(address, _table("never", "networks")):
        return False
    return not _within(address, _table("not_global", f"v{address.version}")) or _within(address, private)


def is_private(address: Address, private: Sequence[Network]) -> bool:
    """Whether an address is in one of these networks."""
    return _within(_meant(address), private)


def matches_host(host: str, suffix: str) -> bool:
    """Whether a host is this one or below it: `api.town.example` is below `town.example`, `xtown.example` is not."""
    return host == suffix or (host.endswith(f".{suffix}") and read_address(host) is None)


def _meant(address: Address) -> Address:
    """The IPv4 address an IPv6 address stands for, else the address."""
    if isinstance(address, IPv6Address) and _within(address, _table("stands_for_v4", "networks")):
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address


def _within(address: Address, networks: Iterable[Network]) -> bool:
    return any(address in network for network in networks if network.version == address.version)


@cache
def _table(name: str, field: str) -> tuple[Network, ...]:
    return tuple(map(ip_network, read_toml("omnilink.plugin", "data", "addresses.toml")[name][field]))


def _ascii(host: str) -> str | None:
    if host.isascii():
        return host.lower()
    import idna

    try:
        return idna.encode(host, uts46=True).decode("ascii")
    except idna.IDNAError:
        return None
