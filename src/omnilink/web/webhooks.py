"""Webhooks over HTTP: a bare ASGI application in front of `Hub.receive`.

    GET|POST /hooks/ACCOUNT     a provider's request; also under the path of `public_url`, if that has one
    /chat/ACCOUNT/...           visitors of a web chat: see `web.chat.app`
    GET /healthz                is this process well? (no personal data)

Everything that protects the process (sizes, deadlines, how many at once) comes before anything is believed, so it
costs a stranger more than us. What is refused here is counted in the ledger and not logged.
No framework: it would be the largest cost of a request.
"""

import logging
import re
import secrets
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import suppress
from ipaddress import ip_address
from urllib.parse import urlsplit

import anyio

from omnilink.errors import Refused
from omnilink.hub import Hub
from omnilink.plugin.webhook import RawRequest, WebhookResponse
from omnilink.web.asgi import RETRY_AFTER_S, Held, Receive, Scope, Send, read_body, render
from omnilink.web.chat.app import ChatApp

# As `plugin.settings` allows account names; a percent-encoded spelling of one is not the URL the provider was given.
_HOOK = re.compile(rb"/hooks/([A-Za-z0-9_-]{1,100})")
_CONTENT_LENGTH = re.compile(r"[0-9]{1,18}")

RESTART_S = 1.0

logger = logging.getLogger("omnilink.web")


class WebhookApp:
    """The ASGI application. Its lifespan also runs the processing of what was received.

    Args:
        hub: an open hub; its settings name the accounts and the public URL.
        max_body_bytes: largest body; `account_max_body_bytes` overrides it by account. WhatsApp's may have 3 MB.
        max_held_bytes: of all bodies at once, so that many large ones cannot use up the memory.
        body_deadline_s: for a whole body.
        max_in_flight: requests at once; one more is told to come back.
        max_headers, max_header_bytes: how many, and names and values together.
    """

    def __init__(
        self,
        hub: Hub,
        *,
        max_body_bytes: int = 4_000_000,
        account_max_body_bytes: Mapping[str, int] | None = None,
        max_held_bytes: int = 64_000_000,
        body_deadline_s: float = 10.0,
        max_in_flight: int = 500,
        max_headers: int = 100,
        max_header_bytes: int = 32_768,
    ) -> None:
        self._hub = hub
        self._max_body_bytes, self._account_max_body_bytes = max_body_bytes, dict(account_max_body_bytes or {})
        self._body_deadline_s, self._max_in_flight = body_deadline_s, max_in_flight
        self._max_headers, self._max_header_bytes = max_headers, max_header_bytes
        self._public_url = (hub.settings.public_url or "").rstrip("/")
        self._prefix = urlsplit(self._public_url).path.encode()
        self._in_flight, self._held = 0, Held(max_held_bytes)
        self._chat = ChatApp(hub, self._public_url, self._held)
        self._processing_fails = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The ASGI entry point."""
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif await self._is_chat(scope, receive, send):
            return
        elif scope["type"] == "http":
            await self._answer(scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": 1000})

    def end_lines(self) -> None:
        """Ends what lasts, before the process stops; requests under way are finished."""
        self._chat.end()

    async def _is_chat(self, scope: Scope, receive: Receive, send: Send) -> bool:
        """Serves it if it is a visitor's; what breaks within is logged by its type only."""
        try:
            return await self._chat.serve(self._path(scope).decode("latin-1"), scope, receive, send)
        except Exception as e:
            failed = self._failed(e)
            with suppress(Exception):  # an answer may have begun
                if scope["type"] == "http":
                    for message in render(failed):
                        await send(message)
                else:
                    await send({"type": "websocket.close", "code": 1011})
            return True

    def _path(self, scope: Scope) -> bytes:
        """Within what is ours: a proxy in front may hand on the public path whole or without its prefix."""
        path: bytes = scope.get("raw_path") or scope["path"].encode("utf-8", "surrogatepass")
        return path[len(self._prefix) :] if self._prefix and path.startswith(self._prefix + b"/") else path

    # --- one request ----------------------------------------------------------------------------------------------

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers a request. Its client never sees an exception of ours, nor does the server's log."""
        try:
            response, closes = await self._route(scope, receive)
            start, body = render(response, closes=closes and _is_http1(scope))
        except Exception as e:
            start, body = render(self._failed(e), closes=_is_http1(scope))
        with suppress(OSError):  # the client has gone
            await send(start)
            await send(body)

    async def _route(self, scope: Scope, receive: Receive) -> tuple[WebhookResponse, bool]:
        """The response, and whether the connection should end with it."""
        path = self._path(scope)
        if (hook := _HOOK.fullmatch(path)) is not None:
            return await self._hook(hook[1].decode("ascii"), scope, receive)
        if path == b"/healthz":
            return self._health(scope["method"])
        return WebhookResponse(404), True

    async def _hook(self, account: str, scope: Scope, receive: Receive) -> tuple[WebhookResponse, bool]:
        self._in_flight += 1
        try:
            request = await self._read(account, scope, receive)
            try:
                return await self._hub.receive(account, request), False
            finally:
                self._held.now -= len(request.body)
        except Refused as e:
            reason, response = e.message, _refusal(e)
        except Exception as e:  # a connector that breaks its promise: not accepted, and nobody is told why
            reason, response = "failed", self._failed(e)
        finally:
            self._in_flight -= 1
        await self._hub.refuse(account, reason)
        return response, True

    async def _read(self, account: str, scope: Scope, receive: Receive) -> RawRequest:
        """The request within its limits; the cheap questions first, so that most of what is refused is never read.

        Raises:
            Refused: it is beyond a limit.
        """
        if self._in_flight > self._max_in_flight:
            raise Refused("too-many-at-once", status_code=503, retry_after_s=RETRY_AFTER_S)
        method: str = scope["method"]
        if method not in ("GET", "POST"):
            raise Refused("method", status_code=405)
        pairs: list[tuple[bytes, bytes]] = list(scope["headers"])
        if len(pairs) > self._max_headers or sum(len(n) + len(v) for n, v in pairs) > self._max_header_bytes:
            raise Refused("headers-too-large", status_code=431)
        query: bytes = scope.get("query_string", b"")
        if not query.isascii():  # RFC 3986: such a byte is written %XX, and whoever signs a URL signs that
            raise Refused("url-malformed", status_code=400)
        headers, repeated = _collect(pairs)
        max_bytes = self._account_max_body_bytes.get(account, self._max_body_bytes)
        told = headers.get("content-length", "0")
        if not _CONTENT_LENGTH.fullmatch(told) or int(told) > max_bytes:
            raise Refused("body-too-large", status_code=413)
        body = await read_body(receive, max_bytes=max_bytes, deadline_s=self._body_deadline_s, held=self._held)
        url = f"{self._base_url(scope)}/hooks/{account}"
        return RawRequest(method, f"{url}?{query.decode()}" if query else url, headers, body, repeated)

    def _base_url(self, scope: Scope) -> str:
        """What providers call us by. Never a header's word: signatures cover the URL.

        Without a configured one, this machine's own address serves for a try at home; any other address proves
        nothing, so the URL stays without a host and a signature over it cannot be right.
        """
        if self._public_url:
            return self._public_url
        host, port = scope.get("server") or ("", None)
        if port is None or not _is_loopback(host):
            return ""
        return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"

    def _failed(self, error: Exception) -> WebhookResponse:
        """The answer to a failure of ours, logged under a new id: its type only, its text may quote what was sent."""
        request_id = secrets.token_hex(8)
        logger.error("request %s failed: %s", request_id, type(error).__name__)
        return WebhookResponse(500, headers={"x-request-id": request_id})

    # --- the process ----------------------------------------------------------------------------------------------

    def _health(self, method: str) -> tuple[WebhookResponse, bool]:
        if method not in ("GET", "HEAD"):
            return WebhookResponse(405, headers={"allow": "GET, HEAD"}), True
        if self._processing_fails:
            return WebhookResponse(503, b'{"status":"processing-fails"}', "application/json"), False
        return WebhookResponse(200, b'{"status":"ok"}', "application/json"), False

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        await receive()  # lifespan.startup
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self._run, self._hub.run_processing, self._processed)
            tasks.start_soon(self._run, self._hub.run_delivery, self._delivered)
            tasks.start_soon(self._run_accounts, self._hub.poller.run)
            tasks.start_soon(self._run_accounts, self._hub.sessions.run)
            if self._hub.settings.media.fetch:
                tasks.start_soon(self._run, self._hub.media.run, self._media_fetched)
            tasks.start_soon(self._run_chat)
            await send({"type": "lifespan.startup.complete"})
            await receive()  # lifespan.shutdown: what is pending is on disk and is processed at the next start
            tasks.cancel_scope.cancel()
        await send({"type": "lifespan.shutdown.complete"})

    async def _run(self, loop: Callable[..., Awaitable[None]], report: Callable[[Exception | None], None]) -> None:
        """What the hub's loop does not outlive, this does: a bug must not leave all later messages waiting."""
        while True:
            try:
                await loop(report=report)
            except Exception as e:
                report(e)
                await anyio.sleep(RESTART_S)

    async def _run_accounts(self, run: Callable[..., Awaitable[None]]) -> None:
        """Polling, and holding lines open: ends at once where no account does."""
        while True:
            try:
                await run(report=self._fetched)
                return
            except Exception as e:
                self._fetched("-", e)
                await anyio.sleep(RESTART_S)

    async def _run_chat(self) -> None:
        while True:
            try:
                await self._chat.run()
            except Exception as e:
                logger.error("the chat's lines failed, they are tried again: %s", type(e).__name__)
                await anyio.sleep(RESTART_S)

    def _processed(self, error: Exception | None) -> None:
        self._processing_fails = error is not None
        if error is not None:
            logger.error("processing failed, it will be tried again: %s", type(error).__name__)

    def _delivered(self, error: Exception | None) -> None:
        if error is not None:
            logger.error("sending failed, it will be tried again: %s", type(error).__name__)

    def _media_fetched(self, error: Exception | None) -> None:
        if error is not None:
            logger.error("fetching files failed, it will be tried again: %s", type(error).__name__)

    def _fetched(self, account: str, error: Exception | None) -> None:
        if error is not None:
            logger.error("account %s cannot be fetched from, it will be tried again: %s", account, type(error).__name__)


def _refusal(refused: Refused) -> WebhookResponse:
    headers = {}
    if refused.status_code == 405:
        headers["allow"] = "GET, POST"
    if refused.retry_after_s is not None:
        headers["retry-after"] = f"{refused.retry_after_s:.0f}"
    return WebhookResponse(refused.status_code or 400, headers=headers)


def _collect(pairs: Iterable[tuple[bytes, bytes]]) -> tuple[dict[str, str], frozenset[str]]:
    """Headers by name, the first value of each, and the names that came more than once."""
    headers: dict[str, str] = {}
    repeated: set[str] = set()
    for raw_name, raw_value in pairs:
        name = raw_name.decode("latin-1").lower()
        if name in headers:
            repeated.add(name)
        else:
            headers[name] = raw_value.decode("latin-1")
    return headers, frozenset(repeated)


def _is_http1(scope: Scope) -> bool:
    """HTTP/2 knows no `connection` header."""
    version: str = scope.get("http_version", "1.1")
    return version.startswith("1")


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:  # the path of a Unix socket, or a name
        return False
