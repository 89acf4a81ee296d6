"""Held lines: on disk before the acknowledgement, no gap at a refresh, opened again later each time."""

from collections.abc import Sequence
from typing import Any, ClassVar

import anyio
import pytest
from anyio.lowlevel import checkpoint

from omnilink.errors import ConfigError, StoreBusy, TransientError
from omnilink.hub import Hub
from omnilink.ingest import sessions
from omnilink.model import Envelope, Event, Ignored, Received
from omnilink.model.envelope import Authenticity
from omnilink.plugin import Answer, Capabilities, ConnectorSettings, Handed, HttpAnswer, Manifest, TransportFailed
from omnilink.plugin.registry import Registry
from omnilink.plugin.settings import parse_settings
from omnilink.store.memory import MemoryStore

pytestmark = pytest.mark.anyio


class Wire:
    """One line as a test plays it; what it is given is a lot, an error, or `end` (the provider will close it)."""

    def __init__(self) -> None:
        self.ending, self.closed = False, False
        self.acknowledged: list[str] = []
        self._give, self._take = anyio.create_memory_object_stream[Any](100)

    def give(self, *what: Any) -> None:
        for one in what:
            self._give.send_nowait(one)

    async def receive(self) -> Sequence[Handed]:
        given = await self._take.receive()
        if isinstance(given, Exception):
            raise given
        if given == "end":
            self.ending = True
            return []
        return [Handed(Received(body=name.encode(), authenticity=Authenticity.POLLED, delivery_key=name), name)
                for name in given]  # fmt: skip

    async def acknowledge(self, tickets: Sequence[str]) -> None:
        self.acknowledged += tickets

    async def send(self, request: Any) -> Answer:
        return HttpAnswer(200, body=str(request).encode())

    async def aclose(self) -> None:
        self.closed = True
        self._give.close()
        self._take.close()


class Liner:
    """A connector that holds lines."""

    manifest: ClassVar = Manifest(name="liner", title="Lines", channels=("line",), version="1")
    capabilities: ClassVar = Capabilities()
    opened: ClassVar[list[Wire]] = []
    refuses: ClassVar[list[Exception]] = []
    lines = 1

    def __init__(self, settings: ConnectorSettings) -> None: ...

    def parse(self, envelope: Envelope) -> list[Event]:
        key = envelope.body.decode()
        return [Ignored(event_key=key, lane_key="line", reason="seen", what="system")]

    async def open_session(self, secrets: Any, http: Any) -> Wire:
        if self.refuses:
            raise self.refuses.pop(0)
        self.opened.append(Wire())
        return self.opened[-1]


class Two(Liner):
    manifest: ClassVar = Manifest(name="two", title="Two lines", channels=("line",), version="1")
    lines = 2


class SlowStore(MemoryStore):
    busy = 0

    async def commit_envelopes(self, *given: Any, **named: Any) -> Any:
        if self.busy:
            type(self).busy -= 1
            raise StoreBusy("the disk is full")
        return await super().commit_envelopes(*given, **named)


@pytest.fixture
def hub(monkeypatch):
    monkeypatch.setattr(sessions, "FIRST_PAUSE_S", 0.01)
    Liner.opened.clear()
    Liner.refuses.clear()
    registry = Registry()
    registry.add(Liner)
    registry.add(Two)
    settings = parse_settings('[accounts.line]\nconnector = "liner"')
    return Hub(SlowStore(), settings, registry=registry)


@pytest.fixture
def told() -> list[str | None]:
    return []


async def until(condition) -> None:
    with anyio.fail_after(5):
        while not condition():  # noqa: ASYNC110 - it may become true in a task that knows no event
            await anyio.sleep(0.001)


class Running:
    """Holds the lines while the test goes on."""

    def __init__(self, hub: Hub, told: list[str | None]) -> None:
        self._hub, self._told = hub, told

    async def __aenter__(self) -> None:
        self._tasks = anyio.create_task_group()
        await self._tasks.__aenter__()

        async def run() -> None:
            await self._hub.sessions.run(report=lambda name, e: self._told.append(e and type(e).__name__))

        self._tasks.start_soon(run)

    async def __aexit__(self, *error: Any) -> None:
        self._tasks.cancel_scope.cancel()
        await self._tasks.__aexit__(*error)


async def test_nothing_is_acknowledged_before_it_is_on_disk(hub, told):
    SlowStore.busy = 2
    async with Running(hub, told):
        await until(lambda: Liner.opened)
        wire = Liner.opened[0]
        wire.give(["a", "b"])
        await until(lambda: "StoreBusy" in told)
        assert wire.acknowledged == []
        await until(lambda: wire.acknowledged)
        assert wire.acknowledged == ["a", "b"]
        assert (await hub.ledger()).received == 2
    assert len(Liner.opened) == 1, "a busy store is no reason to end a line"


async def test_what_is_handed_over_again_is_acknowledged_and_recorded_once(hub, told):
    async with Running(hub, told):
        await until(lambda: Liner.opened)
        wire = Liner.opened[0]
        wire.give(["a"], ["a"])
        await until(lambda: len(wire.acknowledged) == 2)
    ledger = await hub.ledger()
    assert (ledger.received, ledger.duplicate) == (2, 1)
    assert ledger.balanced


async def test_a_line_said_to_end_is_read_to_its_end_while_the_next_one_is_open(hub, told):
    async with Running(hub, told):
        await until(lambda: Liner.opened)
        old = Liner.opened[0]
        old.give(["a"], "end")
        await until(lambda: len(Liner.opened) == 2)
        assert not old.closed
        old.give(["late"])
        Liner.opened[1].give(["b"])
        await until(lambda: old.acknowledged == ["a", "late"] and Liner.opened[1].acknowledged == ["b"])
        old.give(TransientError("closed as announced"))
        await until(lambda: old.closed)
        await checkpoint()
    assert told == [None, None], "an announced end is no trouble"


async def test_an_ending_line_that_never_ends_is_left(hub, told, monkeypatch):
    monkeypatch.setattr(sessions, "DRAIN_S", 0.02)
    async with Running(hub, told):
        await until(lambda: Liner.opened)
        Liner.opened[0].give("end")
        await until(lambda: Liner.opened[0].closed)


async def test_a_broken_line_is_told_and_opened_again(hub, told):
    async with Running(hub, told):
        await until(lambda: Liner.opened)
        Liner.opened[0].give(["a"], TransientError("cut"))
        await until(lambda: len(Liner.opened) == 2)
        assert Liner.opened[0].closed
    assert told == [None, "TransientError", None]


@pytest.mark.parametrize("error", [TransientError("no"), ConfigError("wrong token"), ZeroDivisionError()])
async def test_a_line_that_cannot_be_opened_is_tried_again(hub, told, error):
    Liner.refuses.append(error)
    async with Running(hub, told):
        await until(lambda: Liner.opened)
    assert told == [type(error).__name__, None]


async def test_a_line_that_breaks_at_once_is_tried_ever_later(hub, told, monkeypatch):
    slept: list[float] = []
    sleep = anyio.sleep

    async def remember(seconds: float) -> None:
        slept.append(seconds)
        await sleep(0)

    monkeypatch.setattr(anyio, "sleep", remember)
    Liner.refuses += [TransientError("down")] * 4
    Liner.refuses.append(TransientError("limited", retry_after_s=33.0))
    with anyio.fail_after(5):
        async with Running(hub, told):
            while not Liner.opened:
                await sleep(0.001)
    assert slept[:4] == [0.01, 0.02, 0.04, 0.08]
    assert slept[4] == 33.0


async def test_an_account_may_hold_several_lines_and_they_close_with_the_process(hub, told):
    hub.accounts.ensure("more", "two")
    async with Running(hub, told):
        await until(lambda: hub.sessions.open_lines("more") == 2 and hub.sessions.open_lines("line") == 1)
    assert all(wire.closed for wire in Liner.opened)
    assert hub.sessions.open_lines("more") == 0


async def test_what_goes_out_over_a_line_needs_an_open_one(hub, told):
    assert await hub.sessions.send("line", "hello") == TransportFailed("no-open-line", dispatched=False)
    async with Running(hub, told):
        await until(lambda: hub.sessions.open_lines("line"))
        answer = await hub.sessions.send("line", "hello")
        assert isinstance(answer, HttpAnswer)
        assert answer.body == b"hello"
