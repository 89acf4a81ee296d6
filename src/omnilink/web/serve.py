"""Serve: the webhook application under uvicorn, in one process with the processing of what arrives."""

import logging
import socket
from collections.abc import Callable, Collection, Coroutine
from contextlib import suppress
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any

import anyio
import uvicorn

from omnilink.errors import ConfigError, OmnilinkError
from omnilink.hub import Hub
from omnilink.plugin.settings import Settings
from omnilink.web.chat.socket import MAX_FRAME_BYTES
from omnilink.web.connection import GuardedConnection
from omnilink.web.webhooks import WebhookApp

BACKLOG = 512
KEEP_ALIVE_S = 15
"""Providers send bursts over one connection; an idle one is let go after this."""

GRACE_S = 15
"""For requests under way when the process is asked to stop: longer than a body may take."""


class _Server(uvicorn.Server):
    def __init__(self, app: WebhookApp) -> None:
        super().__init__(_config(app))
        self._app = app

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Waits for requests, not for lines that would never end."""
        self._app.end_lines()
        await super().shutdown(sockets)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Asks for a clean end. Uvicorn would then raise the signal once more, before the hub could close its store."""
        self.force_exit = self.should_exit
        self.should_exit = True


def run(
    settings: Settings,
    db: str | Path | None = None,
    *,
    host: str = "127.0.0.1",
    port: int = 8000,
    hooks_only: bool = False,
    say: Callable[[str], object] = partial(print, flush=True),
) -> None:
    """Serves until the process is asked to stop (SIGINT, SIGTERM), then finishes what is under way.

    Args:
        settings: the configuration.
        db: the database file; the configuration's if not given.
        host, port: where to listen; port 0 takes any free one.
        hooks_only: only webhooks. Otherwise the console is served as well, once there is one.
        say: told the webhook URL of each account, for the person who starts it.

    Raises:
        ConfigError: nothing can listen there, or a plugin cannot be loaded.
        StoreUnusable: see `Hub.open`.
    """
    # TLS and the outer world's traffic belong to a proxy in front; what is said here goes to a terminal.
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    listener = _listen(host, port)
    try:
        anyio.run(_serve, settings, db, listener, hooks_only, say, backend="asyncio")
    finally:
        listener.close()


def run_hub(
    hub: Hub, *, host: str, port: int, beside: Callable[[], Coroutine[Any, Any, None]], say: Callable[[str], object]
) -> None:
    """Serves a hub that is open already, with something that runs beside it; `say` is told the page of each chat.

    Raises:
        ConfigError: nothing can listen there.
    """
    listener = _listen(host, port)

    async def serve() -> None:
        at = _address(*listener.getsockname()[:2])
        for name in _chats(hub):
            say(f"{at}/chat/{name}/demo.html")
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(beside)
            await _Server(WebhookApp(hub)).serve(sockets=[listener])
            tasks.cancel_scope.cancel()

    try:
        anyio.run(serve, backend="asyncio")
    finally:
        listener.close()


def _listen(host: str, port: int) -> socket.socket:
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError:
        raise ConfigError(
            "nothing can listen at that host and port", setting="port", hint="is another server running there?"
        ) from None


async def _serve(
    settings: Settings, db: str | Path | None, listener: socket.socket, hooks_only: bool, say: Callable[[str], object]
) -> None:
    async with Hub.open(db, settings) as hub:
        hub.registry.load_plugins()  # a menu that does not hold together is told now, and not to a caller
        chats = _chats(hub)
        for line in describe(settings, *listener.getsockname()[:2], hooks_only=hooks_only, chats=chats):
            say(line)
        await _Server(WebhookApp(hub)).serve(sockets=[listener])


def _config(app: WebhookApp) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http=GuardedConnection,
        ws="websockets-sansio",
        ws_max_size=MAX_FRAME_BYTES,
        ws_per_message_deflate=False,  # a small frame must not become a large one
        lifespan="on",
        log_config=None,
        log_level=logging.ERROR,  # what it warns of (malformed requests) any stranger can make it say
        access_log=False,
        proxy_headers=False,
        server_header=False,
        h11_max_incomplete_event_size=GuardedConnection.max_head_bytes,
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=GRACE_S,
        backlog=BACKLOG,
    )


def _chats(hub: Hub) -> frozenset[str]:
    """The accounts that serve visitors; one whose settings are wrong is told of by `omnilink doctor`."""
    found = set()
    for name in hub.settings.accounts:
        with suppress(OmnilinkError):
            if hub.visitors.site(name) is not None:
                found.add(name)
    return frozenset(found)


def _address(host: str, port: int) -> str:
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def describe(settings: Settings, host: str, port: int, *, hooks_only: bool, chats: Collection[str] = ()) -> list[str]:
    """What the person at the terminal is told: where it listens and which URL each account's provider is given.

    Args:
        chats: accounts that serve visitors: of those the page with the chat.
    """
    at = _address(host, port)
    lines = [f"listening on {at}"]
    public = (settings.public_url or at).rstrip("/")
    for name, account in settings.accounts.items():
        where = f"{public}/chat/{name}/demo.html" if name in chats else f"{public}/hooks/{name}"
        lines.append(f"  {name} ({account.connector}): {where}")
    if not settings.accounts:
        lines.append("no account is configured: every webhook is answered 404")
    if settings.public_url is None:
        lines.append("no public_url is configured: providers outside this machine cannot be verified by their URL")
    if not hooks_only:
        lines.append("webhooks only: the console comes in a later version")
    return lines
