"""A connector whose envelopes are scripts: the JSON of the events to be read out of them."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import ClassVar

import pytest
from pydantic import TypeAdapter

from omnilink.hub import Hub
from omnilink.ingest.accept import accept
from omnilink.model import (
    Attestation,
    CallUpdated,
    Envelope,
    Event,
    Handle,
    MessageReceived,
    Participant,
    Received,
    Role,
    StatedClaim,
    Text,
)
from omnilink.model.envelope import Authenticity
from omnilink.model.ids import IdSource
from omnilink.model.part import Call
from omnilink.plugin import Capabilities, ConnectorSettings, Manifest
from omnilink.plugin.registry import Registry
from omnilink.store.base import Store
from omnilink.store.memory import MemoryStore

EVENTS: TypeAdapter[list[Event]] = TypeAdapter(list[Event])
START = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)


class Scripted:
    """Reads the events that its envelope spells out; `!name` bodies make it misbehave."""

    manifest: ClassVar = Manifest(name="scripted", title="Scripts", channels=("script",), version="1")
    capabilities: ClassVar = Capabilities()

    def __init__(self, settings: ConnectorSettings) -> None:
        self.settings = settings

    def parse(self, envelope: Envelope) -> list[Event]:
        if envelope.body == b"!raise":
            raise ZeroDivisionError("a bug of the connector")
        if envelope.body == b"!nothing":
            return []
        return EVENTS.validate_json(envelope.body)


class Town:
    """A hub over a store, in memory if none is given, fed by scripts."""

    def __init__(self, store: Store | None = None) -> None:
        self.now = START
        registry = Registry()
        registry.add(Scripted)
        seed = iter(range(1, 1_000_000))
        self.store: Store = store or MemoryStore()
        self.hub = Hub(
            self.store,
            registry=registry,
            clock=self.tick,
            new_id=IdSource(self.tick, random_bits=lambda _: next(seed)),
        )
        self.hub.accounts.ensure("desk", "scripted")
        self.hub.accounts.ensure("branch", "scripted")

    def tick(self) -> datetime:
        self.now += timedelta(milliseconds=1)
        return self.now

    async def send(self, *scripts: Iterable[Event] | bytes, account: str = "desk", process: bool = True) -> None:
        """Each script is one envelope."""
        received = [
            Received(
                body=s if isinstance(s, bytes) else EVENTS.dump_json(list(s)),
                authenticity=Authenticity.VERIFIED,
            )
            for s in scripts
        ]
        await accept(
            self.store, self.hub.scope, received,
            account=account, connector="scripted", new_id=self.hub._new_id, clock=self.tick,
        )  # fmt: skip
        if process:
            await self.hub.process()

    async def books(self) -> dict[str, int]:
        """How events were settled, zeros left out; the ledgers must balance at any time."""
        ledger = await self.hub.ledger()
        assert ledger.balanced
        return {state: n for state, n in ledger.events.items() if n}

    async def people(self) -> list[list[str]]:
        """The partition, as sorted lists of persona keys."""
        groups = []
        for row in await self.hub.contacts(limit=10_000):
            component = await self.store.read_component(self.hub.scope, row.id)
            groups.append(sorted(p.key for p in component.personas))
        return sorted(groups)


def person(
    handle: str | None,
    *,
    name: str | None = None,
    display: str | None = None,
    role: Role = Role.AUTHOR,
    attestation: Attestation = Attestation.NONE,
    own: bool = False,
) -> Participant:
    claims = (StatedClaim(field="name", value=name),) if name else ()
    parsed = Handle.parse(handle).model_copy(update={"display": display}) if handle else None
    return Participant(role=role, handle=parsed, claims=claims, attestation=attestation, own=own)


def message(
    key: str,
    *people: Participant,
    text: str = "hello",
    keys: Iterable[str] = (),
    content: str | None = None,
    event_key: str | None = None,
    minute: int = 0,
) -> MessageReceived:
    return MessageReceived(
        event_key=event_key or f"msg:{key}",
        lane_key="lane",
        message_key=key,
        content_key=content,
        conversation_keys=tuple(keys) or (key,),
        participants=people,
        parts=(Text(text=text),),
        occurred_at=START + timedelta(minutes=minute),
    )


def call(key: str, *callers: Participant, status: str = "ringing", step: int = 0, **fields: object) -> CallUpdated:
    return CallUpdated(
        event_key=f"call:{key}:{status}:{step}",
        lane_key=key,
        message_key=key,
        conversation_keys=(key,),
        participants=callers,
        call=Call(status=status, sequence=step, **fields),  # type: ignore[arg-type]
        occurred_at=START + timedelta(minutes=step),
    )


@pytest.fixture
def town() -> Town:
    return Town()


@pytest.fixture
def make_town() -> Callable[[], Town]:
    return Town


@pytest.fixture
def say() -> Callable[..., MessageReceived]:
    return message


@pytest.fixture
def ring() -> Callable[..., CallUpdated]:
    return call


@pytest.fixture
def who() -> Callable[..., Participant]:
    return person
