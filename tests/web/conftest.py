"""A made-up provider (Pigeon), an agency that uses it, and a way to call its ASGI application without a server."""

import hmac
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

import anyio
import pytest

from omnilink.errors import StoreBusy
from omnilink.hub import Hub
from omnilink.model import Envelope, Event, Handle, MessageReceived, Participant, Role, Text
from omnilink.plugin import (
    Capabilities,
    ConnectorSettings,
    Keys,
    Manifest,
    NeedsKeys,
    RawRequest,
    Rejected,
    Secrets,
    Setting,
    Verified,
    WebhookResponse,
)
from omnilink.plugin.registry import Registry
from omnilink.plugin.settings import parse_settings
from omnilink.store.memory import MemoryStore
from omnilink.web.webhooks import WebhookApp

KEY = "coo-coo-1"
SETTINGS = """
tenant = "town"
public_url = "https://hooks.town.example/omni"

[accounts.loft]
connector = "pigeon"
key = ["env:PIGEON_KEY", "env:PIGEON_OLD_KEY"]

[accounts.attic]
connector = "pigeon"
key = "env:PIGEON_KEY"
"""


class Pigeon:
    """Accepts what carries the key in a header, or is signed over its URL; breaks its promises when told so."""

    manifest: ClassVar[Manifest] = Manifest(
        name="pigeon",
        title="Pigeon post",
        channels=("pigeon",),
        version="1",
        settings=(Setting("key", "what every pigeon carries", secret=True, required=True),),
    )
    capabilities: ClassVar[Capabilities] = Capabilities()
    seen: ClassVar[list[RawRequest]] = []

    def __init__(self, settings: ConnectorSettings) -> None:
        self.account = settings.account

    def handshake(self, request: RawRequest, secrets: Secrets, now: datetime) -> WebhookResponse | None:
        self.seen.append(request)
        query = dict(request.query)
        if request.method != "GET" or "challenge" not in query:
            return None
        headers = {"x-echo": query["challenge"]} if "header" in query else {}
        return WebhookResponse(200, query["challenge"].encode(), headers=headers)

    def verify(
        self, request: RawRequest, secrets: Secrets, now: datetime, keys: Keys
    ) -> Verified | Rejected | NeedsKeys:
        if request.header("x-pigeon-fault"):
            raise ValueError(f"broken: {request.body!r}")
        given = request.header("x-pigeon-key") or ""
        if not any(hmac.compare_digest(s.reveal(), given) for s in secrets["key"]):
            return Rejected("key-wrong")
        return Verified(request.header("x-pigeon-id"))

    def parse(self, envelope: Envelope) -> list[Event]:
        key = f"pigeon:{envelope.sha256}"
        author = Participant(role=Role.AUTHOR, handle=Handle(scheme="tel", value="+34600111222", raw="+34600111222"))
        message = MessageReceived(
            event_key=key,
            lane_key=key,
            message_key=key,
            conversation_keys=(key,),
            participants=(author,),
            parts=(Text(text=envelope.body.decode(errors="replace")),),
        )
        return [message]


class BusyStore(MemoryStore):
    """A store that can be told to be busy."""

    busy = False

    async def commit_envelopes(self, scope: Any, envelopes: Any, **more: Any) -> Any:
        if self.busy:
            raise StoreBusy("the disk is full")
        return await super().commit_envelopes(scope, envelopes, **more)


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes


@dataclass
class Post:
    """Calls an application as a server would: the body in one piece, in pieces or from a function (b"" ends it)."""

    app: WebhookApp
    store: BusyStore
    hub: Hub
    server: tuple[str, int | None] | None = ("192.0.2.7", 8000)
    http_version: str = "1.1"
    reads: int = field(default=0, init=False)

    async def __call__(
        self,
        target: str = "/hooks/loft",
        body: bytes | Iterable[bytes] | Callable[[], Awaitable[bytes]] = b"hello",
        *,
        method: str = "POST",
        headers: Mapping[str, str] | list[tuple[str, str]] | None = None,
        key: str | None = KEY,
    ) -> Answer:
        path, _, query = target.partition("?")
        pairs = list(headers.items() if isinstance(headers, Mapping) else headers or [])
        if key is not None:
            pairs.append(("x-pigeon-key", key))
        scope = {
            "type": "http",
            "http_version": self.http_version,
            "method": method,
            "scheme": "http",
            "path": path,
            "raw_path": path.encode("latin-1"),
            "query_string": query.encode("latin-1"),
            "headers": [(n.encode("latin-1"), v.encode("latin-1")) for n, v in pairs],
            "server": self.server,
            "client": ("198.51.100.1", 4711),
        }
        sent: list[Any] = []

        async def send(message: Any) -> None:
            sent.append(message)

        await self.app(scope, self._receive(body), send)
        start, content = sent
        names = {n.decode(): v.decode() for n, v in start["headers"]}
        assert len(names) == len(start["headers"])
        assert names["content-length"] == str(len(content["body"]))
        return Answer(start["status"], names, content["body"])

    def _receive(self, body: Any) -> Any:
        chunks = iter([body] if isinstance(body, bytes) else () if callable(body) else body)

        async def receive() -> dict[str, Any]:
            self.reads += 1
            chunk = await body() if callable(body) else next(chunks, b"")
            return {"type": "http.request", "body": chunk, "more_body": not isinstance(body, bytes) and chunk != b""}

        return receive

    async def stored(self) -> int:
        ledger = await self.hub.ledger()
        assert ledger.balanced
        return ledger.received - ledger.duplicate

    async def refused(self) -> dict[str, int]:
        return (await self.hub.ledger()).refused


@pytest.fixture
def make_post(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Post]:
    """A caller of an application with these limits; its agency has the accounts `loft` and `attic`."""
    monkeypatch.setenv("PIGEON_KEY", KEY)
    monkeypatch.setenv("PIGEON_OLD_KEY", "coo-coo-0")
    monkeypatch.setattr(Pigeon, "seen", [])

    def make(*, settings: str = SETTINGS, **limits: Any) -> Post:
        registry = Registry(["pigeon"])
        registry.add(Pigeon)
        store = BusyStore()
        hub = Hub(store, parse_settings(settings), registry=registry)
        return Post(WebhookApp(hub, **limits), store, hub)

    return make


@pytest.fixture
def post(make_post: Callable[..., Post]) -> Post:
    """A caller of an application with the default limits."""
    return make_post()


@pytest.fixture
def seen() -> list[RawRequest]:
    """The requests the connector was shown."""
    return Pigeon.seen


@asynccontextmanager
async def running(app: WebhookApp) -> AsyncIterator[None]:
    """The application's lifespan around a block, as a server runs it."""
    to_app, from_server = anyio.create_memory_object_stream[dict[str, str]](2)
    to_server, from_app = anyio.create_memory_object_stream[Any](2)
    with to_app, from_server, to_server, from_app:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(app, {"type": "lifespan"}, from_server.receive, to_server.send)
            await to_app.send({"type": "lifespan.startup"})
            with anyio.fail_after(5):
                assert (await from_app.receive())["type"] == "lifespan.startup.complete"
            yield
            await to_app.send({"type": "lifespan.shutdown"})
            with anyio.fail_after(5):
                assert (await from_app.receive())["type"] == "lifespan.shutdown.complete"


@pytest.fixture
def run_app() -> Callable[[WebhookApp], Any]:
    """`async with run_app(app):` runs the application's lifespan."""
    return running
