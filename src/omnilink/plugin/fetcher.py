"""SafeFetcher: fetches media whose address somebody else wrote, and nothing but that.

Each hop: the URL is checked, its name is resolved once, every address it has is checked, and one of these is what is
connected to (TLS still proves the name). So neither a name that answers differently the next time, nor a redirect, nor
a URL that two parsers read in two ways leads to a place that was not checked.
"""

import hashlib
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import quote, urljoin, urlsplit

import anyio

from omnilink.errors import ConfigError, FetchRefused, OmnilinkError, TransientError
from omnilink.plugin.addresses import Address, is_private, matches_host, may_call, read_address, read_host
from omnilink.plugin.decoding import Decoder
from omnilink.plugin.fetch_policy import Credential, Fetched, FetchPolicy
from omnilink.plugin.outcomes import retry_after_s
from omnilink.plugin.sending import HttpAnswer
from omnilink.plugin.sniffing import sniff_type

if TYPE_CHECKING:
    import ssl

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PORTS = {"https": 443, "http": 80}
_LONGEST_URL = 8_000

STALL_S = 10.0
"""Seconds the default client waits for a connection or the next bytes."""


class Answer(Protocol):
    """What is read of a streamed answer."""

    @property
    def status_code(self) -> int: ...
    @property
    def headers(self) -> Mapping[str, str]: ...
    def aiter_raw(self) -> AsyncIterator[bytes]: ...


class StreamingClient(Protocol):
    """What is asked of a client; `httpx.AsyncClient` and `httpx2.AsyncClient` are such."""

    @property
    def trust_env(self) -> bool: ...

    def stream(
        self, method: str, url: str, *, headers: Mapping[str, str], extensions: dict[str, Any], follow_redirects: bool
    ) -> AbstractAsyncContextManager[Answer]: ...


OpenClient = Callable[[], AbstractAsyncContextManager[StreamingClient]]
"""Makes a client for one request. A client of its own keeps no cookie and no connection for another name."""

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""Host and port to addresses."""


async def resolve_name(host: str, port: int) -> Sequence[str]:
    """The addresses of a host, by the system's resolver.

    Raises:
        OSError: it has none.
    """
    import socket

    found = await anyio.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(address[0]) for *_, address in found))


def open_httpx_client(**options: Any) -> AbstractAsyncContextManager[StreamingClient]:
    """An httpx client that reads no proxy, certificate or password from the environment.

    Args:
        options: of `httpx.AsyncClient`, for example `proxy` for an agency's own.
    """
    import httpx

    settings = {"verify": _trusted_authorities(), "timeout": STALL_S, "trust_env": False, **options}
    client: AbstractAsyncContextManager[StreamingClient] = httpx.AsyncClient(**settings)
    return client


@cache
def _trusted_authorities() -> "ssl.SSLContext":
    """Read once: making one costs more than a request."""
    import httpx

    return httpx.create_ssl_context(trust_env=False)


@cache
def _user_agent() -> str:
    """Product and version (RFC 9110 §10.1.5); some APIs take no other form."""
    from importlib.metadata import version

    return f"omnilink/{version('omnilink-sdk')}"


@dataclass(frozen=True, slots=True, repr=False)
class _Target:
    """A URL that passed the checks which need no network."""

    scheme: str
    host: str
    port: int
    path: str

    def at(self, address: Address) -> str:
        """The URL with the address in the place of the host."""
        name = f"[{address}]" if address.version == 6 else str(address)
        return f"{self.scheme}://{name}:{self.port}{self.path}"

    @property
    def authority(self) -> str:
        """What the Host header says."""
        name = f"[{self.host}]" if ":" in self.host else self.host
        return name if self.port == _PORTS[self.scheme] else f"{name}:{self.port}"


class SafeFetcher:
    """Fetches files from providers' and strangers' URLs.

    Args:
        open_client: makes a client for each request; httpx if not given.
        resolve: how names become addresses; the system's resolver if not given.
    """

    def __init__(self, *, open_client: OpenClient = open_httpx_client, resolve: Resolve = resolve_name) -> None:
        self._open_client = open_client
        self._resolve = resolve

    async def fetch(self, url: str, policy: FetchPolicy, credential: Credential | None = None) -> Fetched:
        """Fetches a file.

        Args:
            url: where somebody says it is.
            policy: what may be fetched for this purpose.
            credential: sent to its own host only, and over https or within an allowed private network only.

        Raises:
            FetchRefused: the URL, what it leads to, or its size is not allowed, or it is not there.
            TransientError: it could not be had now.
            ConfigError: the client takes proxies from the environment.
        """
        try:
            with anyio.fail_after(policy.timeout_s):
                return await self._follow(url, policy, credential)
        except TimeoutError as e:
            raise TransientError("a file took too long", hint="it may be tried again") from e

    async def _follow(self, url: str, policy: FetchPolicy, credential: Credential | None) -> Fetched:
        for _ in range(policy.max_redirects + 1):
            target = read_target(url, policy)
            if credential is not None and not matches_host(target.host, credential.host):
                credential = None
            found = await self._hop(target, policy, credential)
            if isinstance(found, Fetched):
                return found
            url = urljoin(url, found)
        raise FetchRefused("a file is behind too many redirects", reason="redirects")

    async def _hop(self, target: _Target, policy: FetchPolicy, credential: Credential | None) -> Fetched | str:
        """One request; the file, or where it is instead."""
        addresses = await self._addresses(target, policy)
        for address in addresses:
            trusted = target.scheme == "https" or is_private(address, policy.networks)
            headers = dict(credential.headers) if credential is not None and trusted else {}
            try:
                return await self._request(target, address, headers, policy)
            except (OmnilinkError, TimeoutError):
                raise
            except Exception as e:
                # The client's own errors, by name as the client may be another one. No connection: the next address.
                if type(e).__name__ not in ("ConnectError", "ConnectTimeout") or address == addresses[-1]:
                    raise TransientError(f"a file could not be fetched: {type(e).__name__}") from None
        raise TransientError("a file's host has no address")

    async def _addresses(self, target: _Target, policy: FetchPolicy) -> Sequence[Address]:
        literal = read_address(target.host)
        if literal is None:
            try:
                answers = await self._resolve(target.host, target.port)
            except OSError as e:
                raise TransientError(f"a file's host could not be resolved: {type(e).__name__}") from None
            addresses = [read_address(answer) for answer in answers]
        else:
            addresses = [literal]
        allowed = [a for a in addresses if a is not None and may_call(a, policy.networks)]
        # One bad answer among good ones is an attack or a mistake; neither is worth guessing.
        if len(allowed) != len(addresses):
            raise FetchRefused("a file's host has an address that may not be called", reason="address")
        return allowed

    async def _request(
        self, target: _Target, address: Address, credentials: Mapping[str, str], policy: FetchPolicy
    ) -> Fetched | str:
        headers = {**credentials, "Host": target.authority, "Accept": "*/*", "Accept-Encoding": "identity",
                   "User-Agent": _user_agent(), "Connection": "close"}  # fmt: skip
        extensions = {} if read_address(target.host) is not None else {"sni_hostname": target.host}
        async with self._open_client() as client:
            if client.trust_env:
                raise ConfigError("a client for fetching takes proxies from the environment", hint="trust_env=False")
            async with client.stream(
                "GET", target.at(address), headers=headers, extensions=extensions, follow_redirects=False
            ) as answer:
                if answer.status_code in _REDIRECTS and answer.headers.get("location"):
                    return answer.headers["location"]
                _check_status(answer)
                return await _read(answer, policy.max_bytes)


def read_target(url: str, policy: FetchPolicy) -> _Target:
    """Checks a URL as far as that needs no network.

    Raises:
        FetchRefused: it is not allowed.
    """
    if len(url) > _LONGEST_URL or any(c <= " " or c == "\x7f" or c == "\\" for c in url):
        raise FetchRefused("a file's URL is no URL", reason="url")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:  # whose text holds the URL
        raise FetchRefused("a file's URL is no URL", reason="url") from None
    if parts.scheme != "https" and not (parts.scheme == "http" and policy.allow_http):
        raise FetchRefused("a file's URL has a scheme that is not allowed", reason="scheme")
    if "@" in parts.netloc:
        raise FetchRefused("a file's URL holds a user or password", reason="userinfo")
    host = read_host(parts.hostname or "")
    if host is None or not policy.allows_host(host):
        raise FetchRefused("a file's URL is of a host that is not allowed", reason="host")
    port = _PORTS[parts.scheme] if port is None else port
    if port not in policy.ports and not (parts.scheme == "http" and port == _PORTS["http"]):
        raise FetchRefused("a file's URL is of a port that is not allowed", reason="port")
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
    query = quote(parts.query, safe="/?%:@!$&'()*+,;=~-._[]")
    return _Target(parts.scheme, host, port, f"{path}?{query}" if query else path)


def _check_status(answer: Answer) -> None:
    status = answer.status_code
    if status == 200:
        return
    if status in (408, 425, 429) or status >= 500:
        headers = {name.lower(): value for name, value in answer.headers.items()}
        wait_s = retry_after_s(HttpAnswer(status, headers))
        raise TransientError("a file could not be had now", status_code=status, retry_after_s=wait_s)
    reason = {401: "not-authorised", 403: "not-authorised", 404: "gone", 410: "gone"}.get(status, "status")
    raise FetchRefused("a file was not given", reason=reason, status_code=status)


async def _read(answer: Answer, max_bytes: int) -> Fetched:
    length = answer.headers.get("content-length", "")
    if length.isascii() and length.isdigit() and int(length[:20]) > max_bytes:
        raise FetchRefused("a file is too large", reason="too-large")
    decoder = Decoder(answer.headers.get("content-encoding", ""), max_bytes)
    chunks = answer.aiter_raw()
    try:
        async for chunk in chunks:
            decoder.feed(chunk)
    finally:
        if isinstance(chunks, AsyncGenerator):  # trio wants a generator that is left early to be closed
            await chunks.aclose()
    content = decoder.finish()
    declared = answer.headers.get("content-type")
    return Fetched(content, sniff_type(content, declared), declared, hashlib.sha256(content).hexdigest())
