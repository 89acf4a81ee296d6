"""Files of a fake: what lets a `SafeFetcher` fetch them, with all it checks, in this process."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, Protocol
from urllib.parse import urlsplit

from omnilink.plugin.fetcher import SafeFetcher
from omnilink.plugin.http import HttpResponse

ADDRESS = "93.184.215.14"
"""What every name is resolved to: an address that may be called, and is not."""


class Serves(Protocol):
    """A fake, as a fetcher needs it."""

    async def request(
        self, method: str, url: str, *, content: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> HttpResponse: ...


class _Streamed:
    """An answer in pieces."""

    def __init__(self, answer: HttpResponse) -> None:
        self.status_code, self.headers, self._content = answer.status_code, answer.headers, answer.content

    async def aiter_raw(self) -> AsyncIterator[bytes]:
        """The body, a few bytes at a time."""
        for start in range(0, len(self._content), 4096):
            yield self._content[start : start + 4096]


class _Client:
    """A client whose network is the fake."""

    trust_env = False

    def __init__(self, fake: Serves) -> None:
        self._fake = fake

    @asynccontextmanager
    async def stream(
        self, method: str, url: str, *, headers: Mapping[str, str], extensions: dict[str, Any], follow_redirects: bool
    ) -> AsyncIterator[_Streamed]:
        """Asks the fake under the name that was meant, not the address it was resolved to."""
        parts = urlsplit(url)
        meant = parts._replace(netloc=headers["Host"]).geturl()
        yield _Streamed(await self._fake.request(method, meant, headers=headers))


def make_fetcher(fake: Serves) -> SafeFetcher:
    """A fetcher whose whole network is a fake provider."""

    async def resolve(host: str, port: int) -> Sequence[str]:
        return (ADDRESS,)

    @asynccontextmanager
    async def open_client() -> AsyncIterator[_Client]:
        yield _Client(fake)

    return SafeFetcher(open_client=open_client, resolve=resolve)
