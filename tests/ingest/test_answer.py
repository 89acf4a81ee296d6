"""One turn has one answer: on disk before it is heard, the same for whoever asks again, and never too late."""

import json
import threading
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import anyio
import pytest

from omnilink.errors import StoreBusy
from omnilink.hub import Hub
from omnilink.ingest import answer as answering
from omnilink.model import CallUpdated, Choices, ConversationKind, Envelope, Event, Handle, Participant, Role
from omnilink.model.interaction import Interaction
from omnilink.model.part import Call
from omnilink.plugin import Capabilities, ConnectorSettings, Manifest, RawRequest, Verified, WebhookResponse
from omnilink.plugin.answering import AnswerHook, Directive, HangUp, Redirect, Say, Turn
from omnilink.plugin.registry import Registry
from omnilink.plugin.settings import parse_settings
from omnilink.store.base import Store
from omnilink.store.memory import MemoryStore
from omnilink.store.sqlite import SqliteStore

pytestmark = pytest.mark.anyio
SORRY = Directive((Say("Sorry.", "en"), HangUp()))
ANA = "tel:+34600111222"


class Gone(BaseException):
    """The process is gone."""


class Line:
    """A telephone line whose requests are JSON: `call`, `step`, `digits`, and `odd` for what cannot be read."""

    manifest: ClassVar = Manifest(
        name="line", title="L", channels=("voice",), version="1", reply="synchronous", reply_deadline_s=5.0
    )
    capabilities: ClassVar = Capabilities()

    def __init__(self, settings: ConnectorSettings) -> None:
        self.settings = settings

    def handshake(self, request: RawRequest, secrets: Any, now: datetime) -> None:
        return None

    def verify(self, request: RawRequest, secrets: Any, now: datetime, keys: Any) -> Verified:
        turn = self.find_turn(request)
        return Verified(turn.key if turn is not None else None)

    def parse(self, envelope: Envelope) -> list[Event]:
        told = json.loads(envelope.body)
        if told.get("odd"):
            raise ZeroDivisionError("a bug of the connector")
        return [
            CallUpdated(
                event_key=f"{told['call']}/{told.get('step')}", lane_key=told["call"], message_key=told["call"],
                conversation_keys=(told["call"],), conversation_kind=ConversationKind.CALL,
                participants=(Participant(role=Role.CALLER, handle=Handle.parse(ANA)),),
                call=Call(status="in-progress", digits=told.get("digits"), sequence=told.get("step")),
            )
        ]  # fmt: skip

    fallback = SORRY

    def find_turn(self, request: RawRequest) -> Turn | None:
        told = json.loads(request.body)
        if "step" not in told:
            return None
        return Turn(f"{told['call']}:{told['step']}", told["call"], told["step"], digits=told.get("digits", ""))

    def render_directive(self, directive: Directive, turn: Turn) -> WebhookResponse:
        words = [step.text for step in directive.steps if isinstance(step, Say)]
        if "unsayable" in words:
            raise ValueError("the channel cannot say that")
        return WebhookResponse(200, f"{turn.step}: {' '.join(words)}".encode("utf-8", "replace"), "text/words")


class Desk:
    """A hub with one line; `hook` may be changed between two calls."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.asked: list[Turn] = []
        self.hook: AnswerHook = lambda turn: Directive((Say(f"You pressed {turn.digits or 'nothing'}."),))
        self.hub = self.open()

    def open(self) -> Hub:
        """The hub of another process over the same store."""
        registry = Registry()
        registry.add(Line)
        settings = parse_settings('[accounts.line]\nconnector = "line"\n')
        return Hub(self.store, settings, registry=registry, answer=self._answer)

    def _answer(self, turn: Turn) -> Directive | None:
        self.asked.append(turn)
        return self.hook(turn)

    async def ask(self, step: int | None = 0, *, hub: Hub | None = None, **more: Any) -> WebhookResponse:
        told = {"call": "C1", **({} if step is None else {"step": step}), **more}
        return await (hub or self.hub).receive(
            "line", RawRequest.of("POST", "https://x/", {}, json.dumps(told).encode())
        )

    async def said(self) -> list[str]:
        """What the history says that we said, oldest first."""
        items = (await self.hub.timeline(ANA)).items
        texts = [" ".join(getattr(part, "text", "") for part in i.current_parts).strip() for i in reversed(items)]
        return [text for text, i in zip(texts, reversed(items), strict=True) if i.direction == "outbound"]

    async def check(self) -> None:
        assert await self.store.check() == []
        assert (await self.hub.ledger()).balanced


@pytest.fixture
async def desk(request: pytest.FixtureRequest, tmp_path, anyio_backend: str) -> AsyncIterator[Desk]:
    on_disk = getattr(request, "param", "memory") == "sqlite"
    store: Store = await SqliteStore.open(tmp_path / "town.db") if on_disk else MemoryStore()
    desk = Desk(store)
    yield desk
    await desk.check()
    await store.aclose()


both_stores = pytest.mark.parametrize("desk", ["memory", "sqlite"], indirect=True)


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """A provider that does not wait for long."""
    monkeypatch.setattr(Line, "manifest", Line.manifest.__class__(**{
        **{name: getattr(Line.manifest, name) for name in Line.manifest.__slots__}, "reply_deadline_s": 0.1,
    }))  # fmt: skip


@both_stores
async def test_the_answer_is_in_the_history_when_it_is_heard(desk):
    told = await desk.ask(digits="7")
    assert (told.status, told.body, told.content_type) == (200, b"0: You pressed 7.", "text/words")
    assert await desk.said() == ["You pressed 7."]
    assert (await desk.hub.ledger()).pending == 0


@both_stores
async def test_a_repetition_is_told_the_same_and_the_hook_is_not_asked_again(desk):
    first = await desk.ask(digits="7")
    desk.hook = lambda turn: Directive((Say("Something else."),))
    assert (await desk.ask(digits="7")).body == first.body
    assert (await desk.ask(digits="8")).body == first.body
    assert len(desk.asked) == 1
    assert await desk.said() == ["You pressed 7."]
    assert (await desk.hub.ledger()).duplicate == 2


@both_stores
async def test_the_same_request_at_once_is_one_decision(desk):
    answers: list[bytes] = []
    other = desk.open()
    number = iter(range(1000))
    desk.hook = lambda turn: Directive((Say(f"Answer {next(number)}."),))

    async def one(hub: Hub) -> None:
        answers.append((await desk.ask(hub=hub)).body)

    async with anyio.create_task_group() as tasks:
        for n in range(10):
            tasks.start_soon(one, other if n % 2 else desk.hub)
    assert len(answers) == 10
    assert len(set(answers)) == 1
    assert [f"0: {text}".encode() for text in await desk.said()] == answers[:1]


@both_stores
async def test_after_a_crash_between_commit_and_answer_the_repetition_is_told_the_same(desk, monkeypatch):
    commit = desk.store.commit_change

    async def commit_and_die(scope, change):
        await commit(scope, change)
        raise Gone

    monkeypatch.setattr(desk.store, "commit_change", commit_and_die)
    with pytest.raises(Gone):
        await desk.ask(digits="7")
    monkeypatch.undo()
    desk.hook = lambda turn: Directive((Say("Something else."),))
    assert (await desk.ask(digits="7", hub=desk.open())).body == b"0: You pressed 7."
    assert await desk.said() == ["You pressed 7."]


@both_stores
async def test_after_a_crash_before_the_decision_the_repetition_decides(desk, monkeypatch):
    async def die(scope, account, key):
        raise Gone

    monkeypatch.setattr(desk.store, "read_asked", die)
    with pytest.raises(Gone):
        await desk.ask(digits="7")
    monkeypatch.undo()
    assert (await desk.hub.ledger()).pending == 1
    assert (await desk.ask(digits="7", hub=desk.open())).body == b"0: You pressed 7."
    assert (await desk.hub.ledger()).pending == 0


@both_stores
async def test_an_envelope_that_was_processed_meanwhile_is_answered_all_the_same(desk, monkeypatch):
    async def die(scope, account, key):
        raise Gone

    monkeypatch.setattr(desk.store, "read_asked", die)
    with pytest.raises(Gone):
        await desk.ask(digits="7")
    monkeypatch.undo()
    await desk.open().process()
    assert (await desk.ask(digits="7")).body == b"0: You pressed 7."
    items = (await desk.hub.timeline(ANA)).items
    assert sorted(item.kind for item in items) == ["call", "message"]


async def test_a_late_hook_is_not_waited_for_and_its_word_is_dropped(desk, short):
    done = threading.Event()

    def slow(turn: Turn) -> Directive:
        done.wait(10)
        return Directive((Say("Too late."),))

    desk.hook = slow
    try:
        assert (await desk.ask()).body == b"0: Sorry."
    finally:
        done.set()
    desk.hook = lambda turn: Directive((Say("Something else."),))
    assert (await desk.ask()).body == b"0: Sorry."
    await desk.hub.process()
    assert await desk.said() == ["Sorry."]
    assert (await desk.hub.ledger()).pending == 0


async def test_hooks_that_hang_do_not_stop_the_others_for_ever(desk, short, monkeypatch):
    monkeypatch.setattr(answering, "ASKED_AT_ONCE", 2)
    done = threading.Event()
    desk.hook = lambda turn: done.wait(10) and None
    try:
        for step in range(4):
            assert (await desk.ask(step)).body == f"{step}: Sorry.".encode()
    finally:
        done.set()
    for _ in range(100):
        if desk.hub._receiver._answerer._limiter.borrowed_tokens == 0:
            break
        await anyio.sleep(0.01)
    desk.hook = lambda turn: Directive((Say("Hello."),))
    assert (await desk.ask(5)).body == b"5: Hello."


async def test_a_store_that_hangs_past_the_deadline_is_an_answer_to_ask_again(desk, short, monkeypatch):
    commit = desk.store.commit_change

    async def hang(scope, change):
        await anyio.sleep(30)

    monkeypatch.setattr(answering, "GRACE_S", 0.1)
    monkeypatch.setattr(desk.store, "commit_change", hang)
    assert (await desk.ask(digits="7")).status == 503
    monkeypatch.setattr(desk.store, "commit_change", commit)
    assert (await desk.ask(digits="7")).body == b"0: You pressed 7."


async def test_a_busy_store_is_an_answer_to_ask_again(desk, monkeypatch):
    async def busy(scope, change):
        raise StoreBusy("not now")

    with monkeypatch.context() as patched:
        patched.setattr(desk.store, "commit_change", busy)
        assert (await desk.ask(digits="7")).status == 503
    assert (await desk.ask(digits="7")).body == b"0: You pressed 7."


@pytest.mark.parametrize(
    "hook",
    [
        lambda turn: 1 / 0,
        lambda turn: "no directive",
        lambda turn: Directive((Say("unsayable"),)),
        lambda turn: Directive((Say("x"),), state="not a state"),
    ],
)
async def test_a_hook_that_fails_costs_the_caller_nothing_but_its_word(desk, hook, caplog):
    desk.hook = hook
    assert (await desk.ask()).body == b"0: Sorry."
    assert await desk.said() == ["Sorry."]
    assert "Traceback" not in caplog.text


async def test_where_nobody_answers_the_ring_is_acknowledged_and_recorded(desk):
    desk.hook = lambda turn: None
    told = await desk.ask()
    assert (told.status, told.body) == (200, b"")
    await desk.hub.process()
    assert [item.kind for item in (await desk.hub.timeline(ANA)).items] == ["call"]


async def test_a_call_that_has_begun_is_not_left_without_a_word(desk):
    desk.hook = lambda turn: None
    assert (await desk.ask(3)).body == b"3: Sorry."


async def test_a_call_without_an_end_is_ended(desk):
    desk.hook = lambda turn: Directive((Redirect(),))
    assert (await desk.ask(answering.MOST_TURNS)).body == f"{answering.MOST_TURNS}: ".encode()
    assert desk.asked == []


async def test_a_request_that_only_tells_something_is_acknowledged(desk):
    told = await desk.ask(None)
    assert (told.status, told.body) == (200, b"")
    assert desk.asked == []


async def test_a_request_that_cannot_be_read_is_answered_and_quarantined(desk):
    assert (await desk.ask(odd=True)).body == b"0: You pressed nothing."
    assert len(await desk.hub.quarantine()) == 1


@pytest.mark.parametrize("desk", ["sqlite"], indirect=True)
async def test_what_cannot_be_written_costs_the_record_and_not_the_call(desk):
    desk.hook = lambda turn: Directive((Say("half \ud800 a letter"),))
    told = await desk.ask()
    assert told.body.startswith(b"0: half")
    assert (await desk.ask()).body == told.body
    await desk.hub.process()
    assert [item.kind for item in (await desk.hub.timeline(ANA)).items] == ["call"]


async def test_a_choice_belongs_to_the_call_and_is_made_once(desk):
    desk.hook = lambda turn: Directive((Say("Yes."),), chose=Choices(value=turn.digits, label="Lamps"))
    for _ in range(2):
        await desk.ask(0, digits="7")
        await desk.ask(1, digits="7")
    call = next(i for i in (await desk.hub.timeline(ANA)).items if i.kind == "call")
    assert [p.value for p in call.current_parts if isinstance(p, Choices)] == ["7", "7"]
    assert isinstance(call.interaction, Interaction)


async def test_a_turn_is_answered_whatever_else_is_pending(desk):
    from omnilink.ingest.accept import accept
    from omnilink.model import Received

    waiting = [
        Received(body=json.dumps({"call": f"W{n}"}).encode(), received_at=datetime.now(UTC) - timedelta(hours=1))
        for n in range(300)
    ]
    await accept(
        desk.store, desk.hub.scope, waiting, account="line", connector="line", new_id=desk.hub._new_id,
        clock=lambda: datetime.now(UTC),
    )  # fmt: skip
    assert (await desk.ask(digits="7")).body == b"0: You pressed 7."
    assert (await desk.hub.ledger()).pending == 300
