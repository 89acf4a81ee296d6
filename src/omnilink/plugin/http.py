"""The HTTP seam: the only thing a connector or the core sees of an HTTP client.

`httpx.AsyncClient` satisfies `HttpClient`, and so does an injected `httpx2` client; httpx itself is imported
only when a client is made.
"""

import logging
from collections.abc import Mapping
from typing import Any, Protocol


class HttpResponse(Protocol):
    """What is read of an answer."""

    @property
    def status_code(self) -> int: ...
    @property
    def headers(self) -> Mapping[str, str]: ...
    @property
    def content(self) -> bytes: ...


class HttpClient(Protocol):
    """What is asked of a client."""

    async def request(
        self,
        method: str,
        url: str,
        *,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> HttpResponse: ...

    async def aclose(self) -> None: ...


def quiet_logs() -> None:
    """Keeps HTTP clients from logging addresses: some APIs want a token, others a recipient, in the path."""
    for name in ("httpx", "httpx2", "httpcore", "httpcore2"):
        logging.getLogger(name).setLevel(logging.WARNING)


def make_client(*, timeout_s: float = 10.0, **options: Any) -> HttpClient:
    """The default client: httpx, no redirects, a deadline on everything."""
    import httpx

    quiet_logs()
    client: HttpClient = httpx.AsyncClient(timeout=timeout_s, follow_redirects=False, **options)
    return client
