"""A connection to a host, through the proxy that the environment names (`HTTPS_PROXY`, `NO_PROXY`), as HTTP clients do.

RFC 9110 §9.3.6: a proxy is asked to CONNECT, and what follows its 2xx goes through it unread.
"""

from typing import TYPE_CHECKING
from urllib.parse import SplitResult, unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

from omnilink.errors import ConfigError, TransientError
from omnilink.plugin.credentials import basic_login

if TYPE_CHECKING:
    from anyio.abc import ByteStream

MAX_HEAD_BYTES = 8192


def find_proxy(host: str) -> SplitResult | None:
    """The proxy for a host; None where it is reached directly.

    Raises:
        ConfigError: the environment names one that is no `http://` proxy.
    """
    named = getproxies()
    told = named.get("https") or named.get("all")
    if not told or proxy_bypass(host):
        return None
    parts = urlsplit(told if "://" in told else f"http://{told}")
    if parts.scheme != "http" or not parts.hostname:
        raise ConfigError("Socket Mode goes through http:// proxies only", connector="slack",
                          hint="set HTTPS_PROXY to one, or NO_PROXY for slack.com")  # fmt: skip
    return parts


async def open_tunnel(host: str, port: int) -> "ByteStream":
    """A byte stream to a host and port.

    Raises:
        ConfigError: the proxy cannot be used, or wants a login that it was not given.
        TransientError: the proxy does not let us through now.
        OSError: nobody is there.
    """
    import anyio

    proxy = find_proxy(host)
    if proxy is None:
        return await anyio.connect_tcp(host, port)
    stream = await anyio.connect_tcp(proxy.hostname or "", proxy.port or 8080)
    try:
        await stream.send(render_connect(host, port, proxy))
        _read_answer(await _read_head(stream))
    except BaseException:
        with anyio.CancelScope(shield=True):
            await anyio.aclose_forcefully(stream)
        raise
    return stream


def render_connect(host: str, port: int, proxy: SplitResult) -> bytes:
    """The request to a proxy, with the login that its address holds."""
    place = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    lines = [f"CONNECT {place} HTTP/1.1", f"Host: {place}"]
    if proxy.username is not None:
        login = basic_login(unquote(proxy.username), unquote(proxy.password or ""))
        lines.append(f"Proxy-Authorization: {login}")
    return "\r\n".join([*lines, "", ""]).encode()


async def _read_head(stream: "ByteStream") -> bytes:
    head = b""
    while b"\r\n\r\n" not in head:
        head += await stream.receive(1)  # what comes behind the head is not ours to read
        if len(head) > MAX_HEAD_BYTES:
            raise TransientError("the proxy speaks another protocol", connector="slack")
    return head


def _read_answer(head: bytes) -> None:
    words = head.split(None, 2)
    status = words[1] if len(words) > 1 and words[0].startswith(b"HTTP/") else b""
    if status == b"407":
        raise ConfigError(
            "the proxy wants a login", connector="slack", hint="HTTPS_PROXY=http://user:password@host:port"
        )
    if not (len(status) == 3 and status.startswith(b"2")):
        raise TransientError("the proxy lets nothing through now", connector="slack")
