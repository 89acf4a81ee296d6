"""The chat's ASGI application, below the webhooks' one.

    GET  /chat/ACCOUNT              a page of its own with the chat, for links and QR codes
    GET  /chat/ACCOUNT/widget.js    and the other files of the widget
    POST /chat/ACCOUNT/session      opens a session
    WS   /chat/ACCOUNT/socket       both ways
    GET  /chat/ACCOUNT/events       down, as server-sent events
    POST /chat/ACCOUNT/say          up
    GET  /chat/ACCOUNT/history      earlier entries
    POST /chat/ACCOUNT/files        an upload; its bytes are the body
    GET  /chat/ACCOUNT/files/TOKEN  a file that was shown

Other sites' pages may only call where the account names them; no cookie is ever set or read.
"""

import json
import re
import time
from contextlib import suppress
from dataclasses import dataclass, replace
from importlib.resources import files
from urllib.parse import parse_qs, quote

import anyio.to_thread

from omnilink.errors import OmnilinkError, Refused, TransientError
from omnilink.hub import Hub
from omnilink.plugin.visitors import StoredFile, Visitor, VisitorSite
from omnilink.plugin.webhook import Rejected, WebhookResponse
from omnilink.web.asgi import Held, Receive, Scope, Send, read_body, render
from omnilink.web.chat.lines import Lines
from omnilink.web.chat.origins import client_address, is_allowed
from omnilink.web.chat.rates import Rates
from omnilink.web.chat.socket import MAX_FRAME_BYTES, serve_socket
from omnilink.web.chat.stream import serve_stream
from omnilink.web.chat.talk import NEWEST, Talk

_PATH = re.compile(r"/chat/([A-Za-z0-9_-]{1,100})(?:/([a-z]{1,20}(?:\.[a-z]{2,5})?)?(?:/([A-Za-z0-9_.-]{1,4096}))?)?")
_NUMBER = re.compile(r"[0-9]{1,15}")

BODY_S, UPLOAD_S = 10.0, 120.0
UPLOAD_COST = 2.0
SESSIONS_PER_MINUTE, SESSIONS_BURST = 30.0, 20.0
CORS_S = 600

_PAGE_CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


@dataclass(frozen=True, slots=True)
class _Asked:
    """One request, its cheap questions answered."""

    path: str
    account: str
    name: str
    rest: str
    site: VisitorSite
    headers: dict[str, str]
    query: dict[str, list[str]]
    address: str
    receive: Receive


class ChatApp:
    """Serves the visitors of all accounts that have any.

    Args:
        hub: an open hub.
        public_url: our own, without a slash at the end; "" = a try at home.
        held: counts the bytes of bodies of all requests together.
    """

    def __init__(self, hub: Hub, public_url: str, held: Held) -> None:
        self._hub, self._public_url, self._held = hub, public_url, held
        self._lines = Lines(hub.visitors)
        self._rates = Rates(time.monotonic)
        self._talk = Talk(hub, self._lines, self._rates)

    async def run(self) -> None:
        """Wakes lines for what other processes write, for ever."""
        await self._lines.run()

    def end(self) -> None:
        """The process is about to stop: no line holds it up."""
        self._lines.end()

    async def serve(self, path: str, scope: Scope, receive: Receive, send: Send) -> bool:
        """Serves a request or a socket.

        Returns:
            False where the path is none of ours: nothing was answered.
        """
        found = _PATH.fullmatch(path)
        if found is None:
            return False
        headers = _headers(scope)
        try:
            site = self._hub.visitors.site(found[1])
        except OmnilinkError:
            site = None
        if site is None:
            await self._finish(scope, send, WebhookResponse(404), {})
            return True
        peer = (scope.get("client") or ("", 0))[0]
        address = client_address(peer, headers, site.trusted_proxies)
        query = parse_qs(scope.get("query_string", b"").decode("ascii", "replace"), max_num_fields=20)
        asked = _Asked(path, found[1], found[2] or "", found[3] or "", site, headers, query, address, receive)
        await self._serve(asked, scope, send)
        return True

    async def _serve(self, asked: _Asked, scope: Scope, send: Send) -> None:
        origin = asked.headers.get("origin")
        public = asked.name in asked.site.pages or (asked.name == "files" and asked.rest)
        if not is_allowed(origin, asked.site.origins, self._public_url) and not public:
            await self._hub.refuse(asked.account, "origin")
            await self._finish(scope, send, WebhookResponse(403), {})
            return
        more = {"vary": "Origin", "referrer-policy": "no-referrer"}
        if origin is not None:
            more["access-control-allow-origin"] = "*" if public else origin
            more["access-control-expose-headers"] = "retry-after"
        if scope["type"] == "websocket":
            if asked.name == "socket":
                await serve_socket(self._talk, asked.account, asked.address, asked.receive, send)
            else:
                await send({"type": "websocket.close", "code": 1000})
            return
        try:
            if scope["method"] == "GET" and asked.name == "events":
                await self._stream(asked, more, send)
                return
            response = await self._answer(scope["method"], asked)
        except Refused as e:
            response = WebhookResponse(e.status_code or 400, headers=_later(e.retry_after_s))
        except TransientError as e:
            response = WebhookResponse(503, headers=_later(e.retry_after_s or 2.0))
        except OmnilinkError:
            response = WebhookResponse(503)
        await self._finish(scope, send, response, more)

    async def _finish(self, scope: Scope, send: Send, response: WebhookResponse, more: dict[str, str]) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1000})
            return
        start, body = render(replace(response, headers={**more, **response.headers}))
        if scope["method"] == "HEAD":
            body = {**body, "body": b""}
        with suppress(OSError):
            await send(start)
            await send(body)

    # --- one request ----------------------------------------------------------------------------------------------

    async def _answer(self, method: str, asked: _Asked) -> WebhookResponse:
        if method == "OPTIONS":
            return WebhookResponse(204, headers={
                "access-control-allow-methods": "GET, POST",
                "access-control-allow-headers": "authorization, content-type, last-event-id",
                "access-control-max-age": str(CORS_S),
            })  # fmt: skip
        match (method, asked.name, bool(asked.rest)):
            case ("GET" | "HEAD", "", False) if not asked.path.endswith("/"):
                return WebhookResponse(308, headers={"location": f"{asked.account}/"})  # its files are beside it
            case ("GET" | "HEAD", name, False) if not name or name in asked.site.pages:
                return await self._page(asked)
            case ("GET" | "HEAD", "files", True):
                return await self._file(asked)
            case ("POST", "session", False):
                return await self._session(asked)
            case ("POST", "say", False):
                return await self._say(asked)
            case ("POST", "files", False):
                return await self._upload(asked)
            case ("GET", "history", False):
                return await self._history(asked)
        return WebhookResponse(404)

    async def _page(self, asked: _Asked) -> WebhookResponse:
        name = asked.name or "page.html"
        place = files(asked.site.package) / asked.site.folder / name
        content = await anyio.to_thread.run_sync(place.read_bytes)
        headers = {"cache-control": "public, max-age=300", "cross-origin-resource-policy": "cross-origin"}
        if name.endswith(".html"):
            headers |= {"content-security-policy": _PAGE_CSP}
            content = content.replace(b"{{account}}", asked.account.encode())
        return WebhookResponse(200, content, asked.site.pages[name], headers)

    async def _session(self, asked: _Asked) -> WebhookResponse:
        wait_s = self._rates.take(
            (asked.account, asked.address, "session"), per_minute=SESSIONS_PER_MINUTE, burst=SESSIONS_BURST
        )
        if wait_s:
            raise Refused("too-fast", status_code=429, retry_after_s=wait_s)
        hello = await self._read(asked, MAX_FRAME_BYTES, BODY_S)
        admitted = await self._hub.visitors.admit(asked.account, hello)
        if isinstance(admitted, Rejected):
            await self._hub.refuse(asked.account, admitted.reason)
            return _told(admitted.status, f'{{"reason": "{admitted.reason}"}}')
        return _told(200, admitted.answer)

    async def _say(self, asked: _Asked) -> WebhookResponse:
        visitor = await self._who(asked)
        said = await self._read(asked, MAX_FRAME_BYTES, BODY_S)
        status, answer = await self._talk.take(asked.account, visitor, asked.address, said)
        later = answer.get("retry_after_s")
        return _told(status, json.dumps(answer), _later(later if isinstance(later, float) else None))

    async def _history(self, asked: _Asked) -> WebhookResponse:
        visitor = await self._who(asked)
        if wait_s := self._talk.wait_s(asked.account, visitor, asked.address, asked.site):
            raise Refused("too-fast", status_code=429, retry_after_s=wait_s)
        before = _number(asked.query.get("before", [""])[-1]) or NEWEST
        entries = await self._hub.visitors.read(asked.account, visitor, before=before, limit=50)
        return _told(200, f'{{"entries": [{", ".join(shown for _, shown in entries)}]}}')

    async def _upload(self, asked: _Asked) -> WebhookResponse:
        visitor = await self._who(asked)
        if wait_s := self._talk.wait_s(asked.account, visitor, asked.address, asked.site, UPLOAD_COST):
            raise Refused("too-fast", status_code=429, retry_after_s=wait_s)
        content = await self._read(asked, asked.site.max_file_bytes, UPLOAD_S)
        name, declared = asked.query.get("name", [""])[-1], asked.headers.get("content-type", "")
        kept = await self._hub.visitors.keep_file(asked.account, visitor, content, name, declared)
        if isinstance(kept, Rejected):
            await self._hub.refuse(asked.account, kept.reason)
            return _told(kept.status, f'{{"reason": "{kept.reason}"}}')
        return _told(200, kept)

    async def _file(self, asked: _Asked) -> WebhookResponse:
        found = await self._hub.visitors.open_file(asked.account, asked.rest)
        if isinstance(found, Rejected):
            return WebhookResponse(found.status)
        file, content = found
        return WebhookResponse(200, content, file.mime_type, {
            "content-disposition": disposition(file),
            "content-security-policy": "default-src 'none'; sandbox",
            "cross-origin-resource-policy": "cross-origin",
            "cache-control": "private, max-age=3600, immutable",
        })  # fmt: skip

    async def _stream(self, asked: _Asked, more: dict[str, str], send: Send) -> None:
        visitor = await self._who(asked)
        if self._lines.is_full(asked.account, visitor.feed):
            raise Refused("too-many-lines", status_code=429, retry_after_s=30.0)
        after = _number(asked.headers.get("last-event-id", ""))
        await serve_stream(self._talk, asked.account, visitor, after, more, asked.receive, send)

    async def _who(self, asked: _Asked) -> Visitor:
        """Whose token the request bears.

        Raises:
            Refused: nobody's.
        """
        scheme, _, token = asked.headers.get("authorization", "").partition(" ")
        found = self._talk.recognise(asked.account, token.strip() if scheme.lower() == "bearer" else "")
        if isinstance(found, Rejected):
            await self._hub.refuse(asked.account, found.reason)
            raise Refused(found.reason, status_code=found.status)
        return found

    async def _read(self, asked: _Asked, max_bytes: int, deadline_s: float) -> bytes:
        told = asked.headers.get("content-length", "0")
        if not _NUMBER.fullmatch(told) or int(told) > max_bytes:
            raise Refused("body-too-large", status_code=413)
        body = await read_body(asked.receive, max_bytes=max_bytes, deadline_s=deadline_s, held=self._held)
        self._held.now -= len(body)
        return body


def disposition(file: StoredFile) -> str:
    """`Content-Disposition` for a download, whatever script the name is in (RFC 6266 §4.3, RFC 8187)."""
    plain = "".join(c if c.isascii() and c.isprintable() and c not in '"\\%' else "_" for c in file.filename)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(file.filename, safe='')}"


def _told(status: int, text: str, more: dict[str, str] | None = None) -> WebhookResponse:
    headers = {"cache-control": "no-store", **(more or {})}
    return WebhookResponse(status, text.encode(), "application/json", headers)


def _later(retry_after_s: float | None) -> dict[str, str]:
    return {} if retry_after_s is None else {"retry-after": f"{max(1.0, retry_after_s):.0f}"}


def _number(text: str) -> int | None:
    return int(text) if _NUMBER.fullmatch(text) else None


def _headers(scope: Scope) -> dict[str, str]:
    """Headers by name; of a repeated one all values, as a proxy would join them (RFC 9110 §5.3)."""
    found: dict[str, str] = {}
    for raw_name, raw_value in scope["headers"]:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        found[name] = f"{found[name]}, {value}" if name in found else value
    return found
