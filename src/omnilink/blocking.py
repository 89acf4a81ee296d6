"""The Hub for programs without an event loop: the same methods, called plainly.

    with Hub.open("citizens.db") as hub:
        hub.import_path("inbox.mbox", connector="email")
        for item in hub.timeline("mailto:ana@example.org").items:
            print(item.occurred_at, item.current_subject)

Each call runs on an event loop in a thread of its own (an anyio portal).
"""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Concatenate, ParamSpec, TypeVar

from omnilink.hub import Hub as AsyncHub
from omnilink.plugin.settings import Settings

if TYPE_CHECKING:
    from anyio.from_thread import BlockingPortal

P = ParamSpec("P")
R = TypeVar("R")


def _plain(method: Callable[Concatenate[AsyncHub, P], Awaitable[R]]) -> "Callable[Concatenate[Hub, P], R]":
    """The blocking twin of an async method."""

    @wraps(method)
    def call(self: "Hub", /, *args: P.args, **kwargs: P.kwargs) -> R:
        async def run() -> R:
            return await method(self._hub, *args, **kwargs)

        return self._portal.call(run)

    return call


class Hub:
    """As `omnilink.Hub`, without `await`. Make it with `Hub.open`."""

    def __init__(self, hub: AsyncHub, portal: "BlockingPortal") -> None:
        self._hub, self._portal = hub, portal

    @classmethod
    @contextmanager
    def open(
        cls, path: str | Path | None = None, settings: Settings | None = None, **options: object
    ) -> "Iterator[Hub]":
        """Opens (or creates) the database file and closes it again at the end; see `omnilink.Hub.open`."""
        from anyio.from_thread import start_blocking_portal

        with (
            start_blocking_portal() as portal,
            portal.wrap_async_context_manager(AsyncHub.open(path, settings, **options)) as hub,
        ):
            yield cls(hub, portal)

    receive = _plain(AsyncHub.receive)
    process = _plain(AsyncHub.process)
    import_path = _plain(AsyncHub.import_path)
    replay = _plain(AsyncHub.replay)
    timeline = _plain(AsyncHub.timeline)
    contact = _plain(AsyncHub.contact)
    contacts = _plain(AsyncHub.contacts)
    conversations = _plain(AsyncHub.conversations)
    conversation = _plain(AsyncHub.conversation)
    link = _plain(AsyncHub.link)
    revoke_link = _plain(AsyncHub.revoke_link)
    explain = _plain(AsyncHub.explain)
    ledger = _plain(AsyncHub.ledger)
    quarantine = _plain(AsyncHub.quarantine)
