"""Origins and addresses: which site's page is asking, and from where. Pure.

Sources: RFC 6454 (origins), Fetch standard §3.2 (CORS), RFC 6455 §10.2 (a server checks the Origin of a socket).
"""

from collections.abc import Iterable, Mapping
from ipaddress import ip_address, ip_network
from urllib.parse import urlsplit

_DEFAULT_PORTS = {"http": 80, "https": 443}


def origin_of(url: str) -> str | None:
    """The origin of an address, default ports left out; None where it has none."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if parts.scheme not in _DEFAULT_PORTS or not host:
        return None
    shown = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{shown}" + (f":{port}" if port not in (None, _DEFAULT_PORTS[parts.scheme]) else "")


def is_allowed(origin: str | None, allowed: Iterable[str], public_url: str) -> bool:
    """Whether a page of that origin may talk to us.

    Args:
        origin: the header; a browser sends it wherever it matters, so none at all is no browser on another site.
        allowed: configured origins.
        public_url: our own; without one this is a try at home, and only pages of this machine may.
    """
    if origin is None:
        return True
    found = origin_of(origin.lower())
    if found is None:
        return False
    if found in {origin_of(each) for each in allowed}:
        return True
    return found == origin_of(public_url.lower()) if public_url else is_loopback(urlsplit(found).hostname or "")


def is_loopback(host: str) -> bool:
    """Whether a host's name is this machine."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def client_address(peer: str, headers: Mapping[str, str], trusted: Iterable[str]) -> str:
    """Who is asking: the peer, or the last address in `X-Forwarded-For` that no trusted proxy has.

    Args:
        peer: the other end of the connection.
        headers: names in lower case.
        trusted: networks of our own proxies; anybody else's word is not taken.
    """
    networks = [ip_network(text) for text in trusted]

    def is_proxy(address: str) -> bool:
        try:
            return any(ip_address(address) in network for network in networks)
        except ValueError:
            return False

    named = [piece.strip() for piece in headers.get("x-forwarded-for", "").split(",") if piece.strip()]
    address = peer
    while named and is_proxy(address):
        address = named.pop()
    try:
        parsed = ip_address(address)
    except ValueError:
        return peer
    # One household has a /64 of its own: its addresses are one.
    return str(ip_network(f"{parsed}/64", strict=False)) if parsed.version == 6 else str(parsed)
