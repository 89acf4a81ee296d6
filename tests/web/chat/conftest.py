"""An agency with a web chat, its ASGI application without a server, and visitors who call it as browsers do."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import anyio
import pytest

from omnilink.hub import Hub
from omnilink.plugin.settings import parse_settings
from omnilink.store.memory import MemoryStore
from omnilink.web.webhooks import WebhookApp

SITE = "https://www.town.example"
IDENTITY = "shared-with-the-site-0123456789abcdef"
SETTINGS = f"""
tenant = "town"
public_url = "https://chat.town.example"
[accounts.web]
connector = "webchat"
session_secret = ["env:CHAT_SECRET", "env:CHAT_OLD_SECRET"]
identity_secret = "env:CHAT_IDENTITY"
origins = ["{SITE}"]
trusted_proxies = ["10.0.0.0/8"]
messages_per_minute = 60
max_file_mb = 0.01
"""


def jwt(claims: Mapping[str, Any], secret: str = IDENTITY, alg: str = "HS256") -> str:
    """RFC 7515 by hand, as the agency's site would sign."""

    def b64(data: bytes) -> str:
        return base64.urlsafe_b64encode(data).rstrip(b"=").decode()

    signed = f"{b64(json.dumps({'alg': alg, 'typ': 'JWT'}).encode())}.{b64(json.dumps(claims).encode())}"
    return f"{signed}.{b64(hmac.digest(secret.encode(), signed.encode(), hashlib.sha256))}"


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Socket:
    """A browser's end of a socket."""

    to_app: Any
    from_app: Any
    got: list[dict[str, Any]] = field(default_factory=list)

    async def say(self, frame: Any) -> None:
        text = frame if isinstance(frame, str) else json.dumps(frame)
        await self.to_app.send({"type": "websocket.receive", "text": text})

    async def next(self) -> dict[str, Any]:
        with anyio.fail_after(5):
            message = await self.from_app.receive()
        return json.loads(message["text"]) if message["type"] == "websocket.send" else dict(message)

    async def until(self, kind: str) -> dict[str, Any]:
        while (frame := await self.next()).get("t") != kind:
            self.got.append(frame)
        return frame


@dataclass
class Chat:
    """Calls the application for an account."""

    app: WebhookApp
    hub: Hub

    async def call(
        self, method: str, name: str, body: Any = None, *, token: str | None = None, origin: str | None = SITE,
        client: str = "198.51.100.1", **headers: str,
    ) -> Answer:  # fmt: skip
        sent: list[Any] = []

        async def send(message: Any) -> None:
            sent.append(message)

        raw = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": raw, "more_body": False}

        scope = self.scope("http", name, token, origin, client, headers) | {"method": method}
        await self.app(scope, receive, send)
        names = {n.decode(): v.decode() for n, v in sent[0]["headers"]}
        return Answer(sent[0]["status"], names, b"".join(m.get("body", b"") for m in sent[1:]))

    @staticmethod
    def scope(
        kind: str, name: str, token: str | None, origin: str | None, client: str, headers: Mapping[str, str]
    ) -> dict[str, Any]:
        path, _, query = (name if name.startswith("/") else f"/chat/web/{name}").partition("?")
        pairs = {**{k.replace("_", "-"): v for k, v in headers.items()}}
        if token is not None:
            pairs["authorization"] = f"Bearer {token}"
        if origin is not None:
            pairs["origin"] = origin
        return {
            "type": kind, "http_version": "1.1", "scheme": "http", "path": path, "raw_path": path.encode(),
            "query_string": query.encode(), "server": ("192.0.2.7", 8000), "client": (client, 4711),
            "headers": [(n.encode(), v.encode()) for n, v in pairs.items()],
        }  # fmt: skip

    async def session(self, **hello: Any) -> dict[str, Any]:
        answer = await self.call("POST", "session", {"device": "device-0123456789", **hello})
        assert answer.status == 200, answer.body
        return dict(answer.json)

    async def say(self, token: str, text: str, ident: str = "message-0001", **more: Any) -> Answer:
        return await self.call("POST", "say", {"t": "say", "id": ident, "text": text, **more}, token=token)

    async def entries(self, token: str) -> list[dict[str, Any]]:
        return list((await self.call("GET", "history", token=token)).json["entries"])

    @asynccontextmanager
    async def socket(self, token: str | None, *, origin: str = SITE, **hello: Any) -> AsyncIterator[Socket]:
        to_app, from_client = anyio.create_memory_object_stream[Any](100)
        to_client, from_app = anyio.create_memory_object_stream[Any](100)
        scope = self.scope("websocket", "socket", None, origin, "198.51.100.1", {})
        with to_app, from_client, to_client, from_app:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(self.app, scope, from_client.receive, to_client.send)
                await to_app.send({"type": "websocket.connect"})
                socket = Socket(to_app, from_app)
                with anyio.fail_after(5):
                    assert (await from_app.receive())["type"] == "websocket.accept"
                if token is not None:
                    await socket.say({"t": "hello", "token": token, **hello})
                yield socket
                await to_app.send({"type": "websocket.disconnect"})
                tasks.cancel_scope.cancel()


@pytest.fixture
def sign() -> Callable[..., str]:
    """An identity as the agency's site signs it; fields given override, `None` removes one."""

    def make(secret: str = IDENTITY, alg: str = "HS256", **claims: Any) -> str:
        told = {"sub": "4711", "name": "Ana García", "exp": time.time() + 600, "nonce": "nonce-0001", **claims}
        return jwt({k: v for k, v in told.items() if v is not None}, secret, alg)

    return make


@pytest.fixture
def make_chat(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Chat]:
    """An agency's chat; `store` is shared where two processes are meant."""
    monkeypatch.setenv("CHAT_SECRET", "new-session-secret-0123456789abcdef")
    monkeypatch.setenv("CHAT_OLD_SECRET", "old-session-secret-0123456789abcdef")
    monkeypatch.setenv("CHAT_IDENTITY", IDENTITY)

    def make(settings: str = SETTINGS, store: MemoryStore | None = None) -> Chat:
        hub = Hub(store or MemoryStore(), parse_settings(settings))
        return Chat(WebhookApp(hub), hub)

    return make


@pytest.fixture
def chat(make_chat: Callable[..., Chat]) -> Chat:
    return make_chat()
