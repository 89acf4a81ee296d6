"""A channel whose messages point to files, a scripted network where they are, and a hub in between."""

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from tests.plugin.scripted import Answer, Web

from omnilink.errors import FetchRefused
from omnilink.hub import Hub
from omnilink.ingest.accept import accept
from omnilink.ingest.fetch import MediaDesk
from omnilink.model import (
    CallUpdated,
    Envelope,
    Event,
    Handle,
    Media,
    MediaItem,
    MediaState,
    MessageEdited,
    MessageReceived,
    Participant,
    Received,
    Role,
)
from omnilink.model.envelope import Authenticity
from omnilink.model.ids import IdSource
from omnilink.model.part import Call
from omnilink.plugin import Capabilities, ConnectorSettings, Credential, Manifest, MediaStep, Secrets
from omnilink.plugin.fetcher import SafeFetcher
from omnilink.plugin.registry import Registry
from omnilink.plugin.settings import parse_settings
from omnilink.store.base import Store

START = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
ANA = "tel:+34600111222"
PNG = b"\x89PNG\r\n\x1a\n" + b"a lamp post"
PUBLIC = "93.184.215.14"
SETTINGS = """
tenant = "town"
[media]
max_bytes = 1000
timeout_s = 5
[accounts.depot]
connector = "depot"
[accounts.letters]
connector = "letters"
"""


class Depot:
    """Events are JSON; `id:N` leads to an address first, anything else is one."""

    manifest: ClassVar = Manifest(name="depot", title="D", channels=("sms",), version="1", schemes=("tel",))
    capabilities: ClassVar = Capabilities()

    def __init__(self, settings: ConnectorSettings) -> None:
        self.settings = settings

    def parse(self, envelope: Envelope) -> list[Event]:
        told = json.loads(envelope.body)
        key = told["id"]
        who = Participant(role=Role.AUTHOR, handle=Handle.of("tel", "+34600111222"))
        parts = tuple(
            Media(kind="image", ref=ref, mime_type=told.get("type"), filename="lamp.png") for ref in told["files"]
        )
        common: dict[str, Any] = {"event_key": told.get("event", key), "lane_key": "lane"}
        if told.get("kind") == "edit":
            return [MessageEdited(**common, target_key=key, parts=parts)]
        spoken = {**common, "message_key": key, "conversation_keys": ("chat",), "participants": (who,)}
        if told.get("kind") == "call":
            return [CallUpdated(**spoken, call=Call(status=told["event"], recording_ref=(told["files"] or [None])[0]))]
        return [MessageReceived(**spoken, parts=parts)]

    def find_media(self, ref: str, told: bytes | None, secrets: Secrets) -> MediaStep:
        if ref == "id:bug":
            raise ZeroDivisionError("a bug of the connector")
        if ref == "id:round":
            return MediaStep("https://api.depot.example/files/round", ("depot.example",), is_file=False)
        token = Credential("api.depot.example", {"Authorization": "Bearer canary"})
        if ref.startswith("id:") and told is None:
            url = f"https://api.depot.example/files/{ref.removeprefix('id:')}"
            return MediaStep(url, ("api.depot.example",), token, is_file=False)
        address = json.loads(told)["url"] if told is not None else ref
        if address is None:
            raise FetchRefused("no address", reason="gone")
        return MediaStep(address, ("depot.example",), token)


class Letters(Depot):
    """Its files come with their message."""

    manifest: ClassVar = Manifest(name="letters", title="L", channels=("email",), version="1", schemes=("tel",))
    find_media = None  # type: ignore[assignment]

    def read_media(self, envelope: Envelope, ref: str) -> bytes | None:
        return PNG if ref == "part:2" else None


@dataclass
class Network:
    """The scripted web: addresses of files to answers."""

    files: dict[str, Any] = field(default_factory=dict)
    web: Web = field(default_factory=Web)

    def __post_init__(self) -> None:
        names = ("api.depot.example", "cdn.depot.example", "evil.example")
        self.web.names = {name: [[PUBLIC]] for name in names}
        self.web.answer = self.answer

    def answer(self, url: str) -> Any:
        found = self.files.get(url, Answer(404))
        return found() if callable(found) else found

    def fetcher(self) -> SafeFetcher:
        return SafeFetcher(open_client=self.web.open_client, resolve=self.web.resolve)


def png(content: bytes = PNG, **headers: str) -> Answer:
    return Answer(200, {"content-type": "image/png", **headers}, (content,))


class Yard:
    """A hub, its desk of files and the network they come from."""

    def __init__(self, store: Store) -> None:
        self.now, self.net = START, Network()
        registry = Registry()
        for each in (Depot, Letters):
            registry.add(each)
        seed = iter(range(1, 1_000_000))
        self.new_id = IdSource(
            lambda: self.now, lambda bits: int(hashlib.sha256(b"%d" % next(seed)).hexdigest(), 16) >> (256 - bits)
        )
        self.hub = Hub(store, parse_settings(SETTINGS), registry=registry, clock=lambda: self.now, new_id=self.new_id)
        self.store = store
        self.hub.media = self.desk()

    def desk(self) -> MediaDesk:
        """Another worker."""
        hub = self.hub
        return MediaDesk(hub.store, hub.scope, hub.accounts, hub.settings.media, lambda: self.now, self.net.fetcher)

    def wait(self, **time: float) -> None:
        self.now += timedelta(**time)

    async def tell(self, *files: str, key: str = "m1", account: str = "depot", **more: Any) -> None:
        body = json.dumps({"id": key, "files": files, **more}).encode()
        received = [Received(body=body, authenticity=Authenticity.POLLED)]
        await accept(
            self.store, self.hub.scope, received, account=account, connector=account, new_id=self.new_id,
            clock=lambda: self.now,
        )  # fmt: skip
        await self.hub.process()

    async def fetch(self, times: int = 1, after_s: float = 7200.0) -> list[MediaItem]:
        """So many rounds, with a long pause after each; then every file there is."""
        for _ in range(times):
            await self.hub.media.fetch()
            self.wait(seconds=after_s)
        return await self.all()

    async def all(self, states: Iterable[MediaState] = tuple(MediaState)) -> list[MediaItem]:
        return await self.hub.media.items(*states)

    async def only(self) -> MediaItem:
        (item,) = await self.all()
        return item

    async def check(self) -> None:
        assert await self.store.check() == []
        assert (await self.hub.ledger()).balanced


Script = Callable[[], Answer]
