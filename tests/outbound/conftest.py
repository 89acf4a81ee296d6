"""A channel that sends: one call a part, an upload before each file, and a provider that answers as it is told."""

import hashlib
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

import pytest

from omnilink.errors import SendRefused
from omnilink.hub import Hub
from omnilink.ingest.accept import accept
from omnilink.model import (
    Action,
    DeliveryUpdated,
    Envelope,
    Event,
    Handle,
    Media,
    MessageReceived,
    OptOutReceived,
    Outgoing,
    Participant,
    Received,
    Role,
    Template,
    Text,
)
from omnilink.model.envelope import Authenticity
from omnilink.model.ids import IdSource
from omnilink.plugin import (
    Accepted,
    Answer,
    Capabilities,
    ConnectorSettings,
    Declined,
    HttpAnswer,
    HttpRequest,
    Level,
    Manifest,
    Outcome,
    RenderPlan,
    Secrets,
    SendContext,
    Step,
    read_outcome,
)
from omnilink.plugin.registry import Registry
from omnilink.plugin.settings import parse_settings
from omnilink.store.base import Store
from omnilink.store.memory import MemoryStore
from omnilink.store.sqlite import SqliteStore

START = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
ANA = "tel:+34600111222"
OURS = "tel:+34910000000"


class Carrier:
    """Sends texts by HTTP; reads the JSON of what its provider tells."""

    manifest: ClassVar = Manifest(name="carrier", title="A carrier", channels=("sms",), version="1", schemes=("tel",))
    capabilities: ClassVar = Capabilities(
        send={"text": Level.FULL, "media": Level.FULL, "edit": Level.FULL, "reaction": Level.FULL},
        reaches=("tel",),
    )

    def __init__(self, settings: ConnectorSettings) -> None:
        self.settings = settings

    def parse(self, envelope: Envelope) -> list[Event]:
        told = json.loads(envelope.body)
        who = Participant(role=Role.AUTHOR, handle=Handle.of("tel", told.get("who", "+34600111222")))
        key = told["id"]
        common: dict[str, Any] = {"event_key": key, "lane_key": "lane"}
        if told["kind"] == "receipt":
            return [DeliveryUpdated(**common, target_key=f"carrier:{told['of']}", status=told["status"])]
        if told["kind"] == "stop":
            return [OptOutReceived(**common, handle=who.handle, sender=Handle.of("tel", "+34910000000"))]
        own = told["kind"] == "echo"
        people = (
            (Participant(role=Role.AUTHOR, own=True), Participant(role=Role.TO, handle=who.handle)) if own else (who,)
        )
        return [
            MessageReceived(
                **common,
                message_key=f"carrier:{told.get('message', key)}",
                conversation_keys=(f"carrier:chat/{told.get('who', '+34600111222')}",),
                direction="echo" if own else "inbound",
                participants=people,
                parts=(Text(text=told.get("text", "hello")),),
            )
        ]

    def render(self, message: Outgoing, context: SendContext) -> RenderPlan:
        steps = []
        if message.action is not Action.SEND:
            keys = message.target.message_keys if message.target else ()
            body = json.dumps({"on": keys[-1], "action": message.action, "emoji": message.reaction}).encode()
            steps.append(Step("change", lambda done: HttpRequest("POST", "https://carrier.example/change", {}, body)))
        for n, part in enumerate(message.parts if message.action is Action.SEND else ()):
            if isinstance(part, Media):
                file = context.media[part.ref or ""]
                if len(file.content) > 1000:
                    raise SendRefused("too large", reason="too-large")
                upload = HttpRequest("POST", "https://carrier.example/upload", {}, file.content)
                steps.append(Step(f"upload-{n}", lambda done, upload=upload: upload, delivers=False))
                steps.append(Step(f"file-{n}", lambda done, n=n: _call({"file": done[f"upload-{n}"]})))
            elif isinstance(part, Text | Template):
                said = part.text if isinstance(part, Text) else f"template {part.name}"
                steps.append(Step(f"text-{n}", lambda done, said=said: _call({"text": said})))
        return RenderPlan(tuple(steps), conversation_keys=(f"carrier:chat/{context.recipient.value}",))

    def authorise(self, request: HttpRequest, secrets: Secrets, now: datetime) -> HttpRequest:
        return replace(request, headers={**request.headers, "authorization": "Bearer x"})

    def outcome(self, step: Step, answer: Answer) -> Outcome:
        if isinstance(answer, HttpAnswer) and answer.body == b"21610":
            return Declined("opted-out", "21610")
        prefix = "carrier:" if step.delivers else ""
        return read_outcome(answer, lambda ok: Accepted((prefix + json.loads(ok.body)["id"],)))


def _call(body: Mapping[str, str]) -> HttpRequest:
    return HttpRequest("POST", "https://carrier.example/send", {}, json.dumps(body).encode())


class Windowed(Carrier):
    """As WhatsApp: free text only for a day after the person's last word."""

    manifest: ClassVar = Manifest(name="windowed", title="W", channels=("chat",), version="1", schemes=("tel",))
    capabilities: ClassVar = Carrier.capabilities.model_copy(update={"service_window_s": 86400.0})


class Shy(Carrier):
    """As Telegram: answers only who has written."""

    manifest: ClassVar = Manifest(name="shy", title="S", channels=("chat",), version="1", schemes=("tel",))
    capabilities: ClassVar = Carrier.capabilities.model_copy(update={"starts": False})


@dataclass
class Response:
    status_code: int
    content: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


class ReadTimeout(Exception):
    """Named as httpx's: bytes have left."""


class ConnectError(Exception):
    """Named as httpx's: nothing has left."""


class Provider:
    """Answers what it is told to, else with a new id."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, bytes]] = []
        self.answers: list[Response | Exception] = []

    async def request(self, method: str, url: str, *, content: bytes = b"", headers: Any = None) -> Response:
        self.calls.append((url.rpartition("/")[2], content))
        if self.answers:
            answer = self.answers.pop(0)
            if isinstance(answer, Exception):
                raise answer
            return answer
        return Response(200, json.dumps({"id": f"m{len(self.calls)}"}).encode())

    async def aclose(self) -> None:
        """Nothing to close."""

    @property
    def sent(self) -> list[bytes]:
        return [content for url, content in self.calls if url == "send"]


SETTINGS = """
tenant = "town"
[accounts.line]
connector = "CONNECTOR"
own_handles = ["tel:+34910000000"]
"""


class Desk:
    """A hub with one account that sends."""

    def __init__(self, store: Store, connector: str = "carrier") -> None:
        self.now = START
        self.provider = Provider()
        self.registry = Registry()
        for each in (Carrier, Windowed, Shy):
            self.registry.add(each)
        seed = iter(range(1, 1_000_000))
        new_id = IdSource(
            lambda: self.now, lambda bits: int(hashlib.sha256(b"%d" % next(seed)).hexdigest(), 16) >> (256 - bits)
        )
        self.hub = Hub(
            store, parse_settings(SETTINGS.replace("CONNECTOR", connector)), registry=self.registry,
            clock=lambda: self.now, new_id=new_id, http=self.provider,
        )  # fmt: skip
        self.connector = connector
        self.outbox = self.hub.outbox

    def wait(self, **time: float) -> None:
        self.now += timedelta(**time)

    async def tell(self, **told: str) -> None:
        """The provider tells us something."""
        received = Received(body=json.dumps(told).encode(), authenticity=Authenticity.POLLED)
        await accept(
            self.hub.store, self.hub.scope, [received], account="line", connector=self.connector,
            new_id=self.hub._new_id, clock=lambda: self.now,
        )  # fmt: skip
        await self.hub.process()

    async def state(self, who: str = ANA) -> list[str | None]:
        page = await self.hub.timeline(who)
        return [item.state for item in page.items]

    async def check(self) -> None:
        assert await self.hub.store.check() == []
        assert (await self.hub.ledger()).balanced


@pytest.fixture(params=["memory", "sqlite"])
async def store(request: pytest.FixtureRequest, tmp_path: Path, anyio_backend: str) -> AsyncIterator[Store]:
    store: Store = MemoryStore() if request.param == "memory" else await SqliteStore.open(tmp_path / "town.db")
    yield store
    await store.aclose()


@pytest.fixture
async def desk(store: Store) -> Desk:
    return Desk(store)
