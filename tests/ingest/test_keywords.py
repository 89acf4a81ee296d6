"""A message that is only a stop word stops us, where law or custom say so; once, and not as a question's answer."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, ClassVar

import pytest
from tests.outbound.conftest import ANA, Carrier, Desk

from omnilink.errors import SendRefused
from omnilink.model import Attestation, Handle, Media, MessageReceived, OptOutReceived, Participant, Role, Text
from omnilink.model.outgoing import Offer, Option
from omnilink.plugin import Level, Manifest
from omnilink.store.base import Store
from omnilink.store.memory import MemoryStore
from omnilink.store.sqlite import SqliteStore

pytestmark = pytest.mark.anyio
OURS = "tel:+34910000000"


class Gateway(Carrier):
    """Tells what people write; with `stop`, the provider says so itself as well."""

    manifest: ClassVar = Manifest(name="carrier", title="A carrier", channels=("sms",), version="1", schemes=("tel",))
    capabilities: ClassVar = Carrier.capabilities.model_copy(
        update={"send": {**Carrier.capabilities.send, "offer": Level.FULL}}
    )

    def parse(self, envelope):
        told = json.loads(envelope.body)
        if "text" not in told:
            return super().parse(envelope)
        key, who = told["id"], Handle.of("tel", told.get("who", ANA.removeprefix("tel:")))
        attestation = Attestation(told.get("attestation", "none"))
        extra = (Media(kind="image", ref="m"),) if told.get("file") else ()
        events: list[Any] = [
            MessageReceived(
                event_key=key, lane_key="lane", message_key=f"carrier:{key}", conversation_keys=("carrier:chat",),
                channel=told.get("channel"), conversation_kind=told.get("kind", "dm"), automated=told.get("automated"),
                direction=told.get("direction", "inbound"), parts=(Text(text=told["text"]), *extra),
                participants=(
                    Participant(role=Role.AUTHOR, handle=who, own=told.get("own", False), attestation=attestation),
                    Participant(role=Role.TO, handle=Handle.of("tel", "+34910000000")),
                ),
            )
        ]  # fmt: skip
        if told.get("stop"):
            stop = {"handle": who, "sender": Handle.of("tel", "+34910000000")}
            events.append(OptOutReceived(event_key=f"optout:{key}", lane_key="lane", **stop))
        return events


@pytest.fixture(params=["memory", "sqlite"])
async def store(request: pytest.FixtureRequest, tmp_path: Path, anyio_backend: str) -> AsyncIterator[Store]:
    store: Store = MemoryStore() if request.param == "memory" else await SqliteStore.open(tmp_path / "town.db")
    yield store
    await store.aclose()


class Line(Desk):
    """Ana's line: she writes, we answer or may not."""

    def __init__(self, store: Store) -> None:
        super().__init__(store)
        self.registry.add(Gateway)
        self.number = 0

    async def write(self, text: str, **more: Any) -> None:
        self.wait(minutes=1)
        self.number += 1
        await self.tell(**{"kind": "dm", "id": f"in{self.number}", "text": text, **more})

    async def may_write(self) -> bool:
        return (await self.outbox.can_send(ANA, "hello")).allowed

    async def consents(self) -> list[tuple[str, str, str]]:
        personas = await self.hub.store.read_personas(self.hub.scope, handle_keys=[ANA])
        rows = await self.hub.store.read_consents(self.hub.scope, [p.id for p in personas])
        return [(row.state, row.sender, row.evidence) for row in rows]


@pytest.fixture
async def line(store: Store) -> Line:
    return Line(store)


@pytest.fixture
async def light() -> Line:
    """Where the store makes no difference."""
    return Line(MemoryStore())


async def test_stop_is_a_consent_row_as_the_providers_own_and_start_takes_it_back(line):
    await line.write("Stop.")
    assert await line.consents() == [("withdrawn", OURS, "keyword:in1")]
    with pytest.raises(SendRefused):
        await line.outbox.send(ANA, "hello")
    await line.write("START")
    assert [state for state, *_ in await line.consents()] == ["withdrawn", "granted"]
    assert await line.may_write()
    await line.check()


async def test_timeline_tells_what_a_stop_word_did(line):
    await line.write("stop")
    await line.write("hello again")
    later, stop = (await line.hub.timeline(ANA)).items
    assert [c.state for c in stop.consents] == ["withdrawn"]
    assert later.consents == ()


async def test_redelivery_stops_nobody_twice_and_not_after_a_start(line):
    await line.write("stop")
    await line.write("start")
    await line.tell(id="in1", kind="dm", text="stop", again="1")
    assert len(await line.consents()) == 2
    assert await line.may_write()


async def test_word_the_provider_acts_on_itself_is_one_word(line):
    await line.write("stop", stop=True)
    assert await line.consents() == [("withdrawn", OURS, "optout:in1")]
    await line.check()


async def test_help_is_answered_by_a_person(line):
    await line.write("HELP")
    assert await line.consents() == []
    assert len((await line.hub.timeline(ANA)).items) == 1


@pytest.mark.parametrize(
    "more",
    [
        {"text": "stop please"},
        {"channel": "chat"},
        {"kind": "group"},
        {"automated": "auto-replied"},
        {"direction": "echo", "own": True},
        {"own": True},
        {"file": True},
        {"attestation": "failed"},
    ],
)
async def test_anything_but_a_citizens_own_bare_word_on_such_a_channel_stops_nothing(light, more):
    await light.write(**{"text": "stop", **more})
    assert await light.consents() == []
    await light.check()


async def _ask(line: Line, *labels: str) -> None:
    await line.write("hello")
    options = tuple(Option(value=f"v{n}", label=label) for n, label in enumerate(labels))
    await line.outbox.send(ANA, (Text(text="When?"), Offer(options=options)))
    line.wait(minutes=1)


@pytest.mark.parametrize("word", ["Cancel", "YES", "Baja"])
async def test_word_that_answers_our_question_stops_and_starts_nothing(line, word):
    await _ask(line, "Keep it", "baja", "Cancel the visit")
    await line.write(word)
    assert await line.consents() == []
    await line.tell(id=f"in{line.number}", kind="dm", text=word, again="1")
    assert await line.consents() == []
    await line.check()


async def test_stop_stops_in_the_middle_of_a_question_too(line):
    await _ask(line, "Keep it", "Cancel the visit")
    await line.write("STOP")
    assert [state for state, *_ in await line.consents()] == ["withdrawn"]


async def test_question_that_was_answered_or_is_old_is_none(light):
    await _ask(light, "Keep it", "Cancel the visit")
    await light.write("keep it")
    await light.write("cancel")
    assert len(await light.consents()) == 1
    other = Line(MemoryStore())
    await _ask(other, "Keep it", "Cancel the visit")
    other.wait(days=8)
    await other.write("cancel")
    assert len(await other.consents()) == 1


async def test_yes_starts_only_what_was_stopped(light):
    await light.write("yes")
    assert await light.consents() == []
    await light.write("stop")
    await light.write("yes")
    assert [state for state, *_ in await light.consents()] == ["withdrawn", "granted"]
