"""What an official says reaches the Cloud API as Meta's own description wants it, within its window."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from omnilink.errors import ConfigError, SecretMissing, SendRefused
from omnilink.hub import Hub
from omnilink.model import (
    ContactCard,
    Handle,
    Location,
    Media,
    Offer,
    Option,
    OutboxState,
    Outgoing,
    Quoted,
    Template,
    Text,
)
from omnilink.plugin import (
    Accepted,
    ConnectorSettings,
    Declined,
    HttpAnswer,
    HttpRequest,
    MediaFile,
    NotDispatched,
    Secret,
    SendContext,
    Throttled,
    TransportFailed,
    Unknown,
)
from omnilink.plugin.settings import parse_settings
from omnilink.store.memory import MemoryStore
from omnilink.testing.fakes import find_specs, json_answer
from omnilink.testing.fakes.whatsapp import FakeWhatsApp
from omnilink.testing.faults import READ_TIMEOUT
from omnilink_whatsapp.connector import WhatsAppConnector

NOW = datetime(2026, 3, 1, tzinfo=UTC)
NUMBER = "106540352242922"
ANA = "wa:+34600111222"
RECIPIENT = Handle.of("wa", "34600111222").model_copy(update={"value": "+34600111222"})
CONTEXT = SendContext("item-1", "chat", RECIPIENT, None, NOW)
SETTINGS = f"""
public_url = "https://hooks.town.example"
[accounts.chat]
connector = "whatsapp"
phone_number_id = "{NUMBER}"
app_secret = "env:WA_SECRET"
verify_token = "env:WA_WORD"
access_token = "env:WA_TOKEN"
own_handles = ["wa:+15550783881"]
"""


@pytest.fixture
def sender() -> WhatsAppConnector:
    return WhatsAppConnector(ConnectorSettings("chat", options={"phone_number_id": NUMBER}))


def bodies(sender: WhatsAppConnector, *parts: Any, **fields: Any) -> list[dict[str, Any]]:
    plan = sender.render(Outgoing(parts=parts, **fields), CONTEXT)
    return [json.loads(step.make({"upload-0": "m1"}).body) for step in plan.steps if step.delivers]


def test_markdown_becomes_whatsapps_markers(sender: WhatsAppConnector) -> None:
    (body,) = bodies(sender, Text(text="Your **permit** is _ready_ at [town](https://t.example)", format="markdown"))
    assert body["to"] == "34600111222"
    assert body["text"]["body"] == "Your *permit* is _ready_ at town (https://t.example)"


def test_user_id_without_a_number_is_a_recipient(sender: WhatsAppConnector) -> None:
    context = SendContext("i", "chat", Handle.of("wa_bsuid", "US.13491208655302741918", scope="102"), None, NOW)
    body = json.loads(sender.render(Outgoing(parts=(Text(text="hi"),)), context).steps[0].make({}).body)
    assert body["recipient"] == "US.13491208655302741918"
    assert "to" not in body


@pytest.mark.parametrize("letter", ["a", "ñ", "字", "👩‍👩‍👧"])
def test_long_text_is_split_within_the_limit_and_said_to_be(sender: WhatsAppConnector, letter: str) -> None:
    plan = sender.render(Outgoing(parts=(Text(text=(letter * 20 + " ") * 400),)), CONTEXT)
    texts = [json.loads(step.make({}).body)["text"]["body"] for step in plan.steps]
    assert all(len(text) <= 4096 for text in texts)
    assert len(texts) > 1
    assert [loss.how for loss in plan.losses] == ["split"]


def test_every_kind_of_content_has_its_form(sender: WhatsAppConnector) -> None:
    found = bodies(
        sender,
        Location(latitude=40.4, longitude=-3.7, name="Town hall"),
        ContactCard(name="Desk", phones=("+34910000000",)),
        Template(name="reminder", language="es", parameters=("Ana",)),
        Media(kind="image", ref="https://t.example/a.jpg", mime_type="image/jpeg", caption="map"),
    )
    assert [body["type"] for body in found] == ["image", "location", "contacts", "template"] or [
        body["type"] for body in found
    ] == ["location", "contacts", "template", "image"]
    by_type = {body["type"]: body for body in found}
    assert by_type["location"]["location"]["name"] == "Town hall"
    assert by_type["template"]["template"]["components"][0]["parameters"] == [{"type": "text", "text": "Ana"}]
    assert by_type["image"]["image"] == {"caption": "map", "link": "https://t.example/a.jpg"}


@pytest.mark.parametrize(
    ("count", "label", "form"), [(3, "Yes", "button"), (4, "Yes", "list"), (11, "Yes", None), (2, "x" * 30, None)]
)
def test_choices_take_the_form_that_holds_them(
    sender: WhatsAppConnector, count: int, label: str, form: str | None
) -> None:
    offer = Offer(options=tuple(Option(value=f"v{n}", label=label) for n in range(count)))
    plan = sender.render(Outgoing(parts=(Text(text="Come?"), offer)), CONTEXT)
    (body,) = [json.loads(step.make({}).body) for step in plan.steps]
    assert body.get("interactive", {}).get("type") == form
    assert ("offer" in {loss.what for loss in plan.losses}) == (form is None)


def test_reply_quotes_in_the_first_piece_only(sender: WhatsAppConnector) -> None:
    quoted = Quoted(message_keys=("out:x", "wa:wamid.A"))
    found = bodies(sender, Text(text="x " * 3000), quoted=quoted)
    assert [body.get("context") for body in found] == [{"message_id": "wamid.A"}, None]


def test_subject_is_a_loss_that_is_told(sender: WhatsAppConnector) -> None:
    plan = sender.render(Outgoing(parts=(Text(text="hi"),), subject="Permit"), CONTEXT)
    assert [(loss.what, loss.how) for loss in plan.losses] == [("subject", "dropped")]


@pytest.mark.parametrize(
    ("parts", "reason"),
    [
        ((), "empty"),
        ((Template(name="x"),), "not-supported"),
        ((Media(kind="image", ref="blob:big", mime_type="image/png"),), "too-large"),
        ((Media(kind="image", ref="http://t.example/a.png", mime_type="image/png"),), "not-supported"),
    ],
)
def test_what_cannot_be_said_is_refused(sender: WhatsAppConnector, parts: Any, reason: str) -> None:
    context = SendContext("i", "chat", RECIPIENT, None, NOW, {"blob:big": MediaFile(b"x" * 5_000_001, "image/png")})
    with pytest.raises(SendRefused) as refused:
        sender.render(Outgoing(parts=parts), context)
    assert refused.value.reason == reason


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ((400, 131047), Declined("window-closed", "131047")),
        ((400, 131026), Declined("unreachable", "131026")),
        ((400, 131050), Declined("opted-out", "131050")),
        ((429, 130429), Throttled(None, "130429")),
        ((400, 131056), Throttled(None, "131056")),
        ((401, 190), Declined("not-authorised", "190")),
        ((400, 131000), NotDispatched("code-131000")),
        ((500, 131000), Unknown("code-131000")),
        ((400, 999999), Declined("bad-request", "999999")),
    ],
)
def test_errors_are_read_by_metas_codes(sender: WhatsAppConnector, answer: tuple[int, int], outcome: Any) -> None:
    step = sender.render(Outgoing(parts=(Text(text="hi"),)), CONTEXT).steps[0]
    body = json.dumps({"error": {"code": answer[1]}}).encode()
    assert sender.outcome(step, HttpAnswer(answer[0], {}, body)) == outcome


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"messages":[{}]}', b"\xff", b'{"messages":null}'])
def test_success_that_cannot_be_read_is_unknown(sender: WhatsAppConnector, body: bytes) -> None:
    step = sender.render(Outgoing(parts=(Text(text="hi"),)), CONTEXT).steps[0]
    assert isinstance(sender.outcome(step, HttpAnswer(200, {}, body)), Unknown)
    assert isinstance(sender.outcome(step, TransportFailed("reset", dispatched=True)), Unknown)


def test_number_as_whatsapp_writes_it_is_learned(sender: WhatsAppConnector) -> None:
    step = sender.render(Outgoing(parts=(Text(text="hi"),)), CONTEXT).steps[0]
    told = json_answer(200, {"contacts": [{"wa_id": "5511912345678"}], "messages": [{"id": "wamid.X"}]})
    outcome = sender.outcome(step, told)
    assert isinstance(outcome, Accepted)
    assert outcome.ids == ("wa:wamid.X",)
    assert outcome.learned_handle is not None
    assert outcome.learned_handle.raw == "5511912345678"


def test_credentials_are_only_in_the_authorised_call_and_only_for_meta(sender: WhatsAppConnector) -> None:
    request = sender.render(Outgoing(parts=(Text(text="hi"),)), CONTEXT).steps[0].make({})
    secrets = {"access_token": [Secret("a-token")]}
    assert "authorization" not in request.headers
    assert sender.authorise(request, secrets, NOW).headers["authorization"] == "Bearer a-token"
    with pytest.raises(ConfigError):
        sender.authorise(HttpRequest("POST", "https://graph.facebook.com.evil.example/v23.0/x"), secrets, NOW)
    with pytest.raises(SecretMissing):
        sender.authorise(request, {}, NOW)


class World:
    """A hub, a provider and a clock."""

    def __init__(self) -> None:
        self.now = NOW
        self.fake = FakeWhatsApp(app_secret="meta-secret", specs=find_specs(), clock=lambda: self.now)
        self.hub = Hub(MemoryStore(), parse_settings(SETTINGS), http=self.fake, clock=lambda: self.now)

    async def arrive(self) -> None:
        await self.fake.deliver(self.hub, "chat")
        await self.hub.process()


@pytest.fixture
async def world(monkeypatch: pytest.MonkeyPatch, anyio_backend: str) -> World:
    for name, value in {"WA_SECRET": "meta-secret", "WA_WORD": "a-word", "WA_TOKEN": "a-token"}.items():
        monkeypatch.setenv(name, value)
    return World()


@pytest.mark.anyio
async def test_a_whole_conversation_within_the_window(world: World, tmp_path: Path) -> None:
    with pytest.raises(SendRefused) as refused:
        await world.hub.outbox.send(ANA, "hello")
    assert refused.value.reason == "window-closed"
    world.fake.say("Is my permit ready?")
    await world.arrive()
    asked = (await world.hub.timeline(ANA)).items[0]
    (tmp_path / "permit.pdf").write_bytes(b"%PDF")
    await world.hub.outbox.reply(asked.interaction.id, "**Yes**", files=[tmp_path / "permit.pdf"])
    await world.hub.outbox.deliver()
    await world.arrive()
    page = await world.hub.timeline(ANA)
    assert page.items[0].state == "read"
    assert page.items[0].conversation == asked.conversation
    assert not world.fake.violations
    text, file = world.fake.sent.values()
    assert text["context"] == {"message_id": asked.interaction.message_key.removeprefix("wa:")}
    assert file["document"]["id"] in world.fake.files
    await world.hub.outbox.react(asked.interaction.id, "👍")
    await world.hub.outbox.deliver()
    assert list(world.fake.sent.values())[-1]["reaction"]["emoji"] == "👍"
    world.now += timedelta(days=2)
    assert (await world.hub.outbox.can_send(ANA, "hello")).needs_template
    await world.hub.outbox.send(ANA, [Template(name="reminder", language="es")])
    await world.hub.outbox.deliver()
    assert not world.fake.violations
    assert list(world.fake.sent.values())[-1]["template"]["name"] == "reminder"
    assert not world.fake.violations


@pytest.mark.anyio
async def test_lost_answer_is_unknown_and_a_late_receipt_tells(world: World) -> None:
    world.fake.say("hello")
    await world.arrive()
    world.fake.fail(READ_TIMEOUT)
    item = await world.hub.outbox.send(ANA, "once")
    for _ in range(3):
        await world.hub.outbox.deliver()
        world.now += timedelta(hours=1)
    assert (await world.hub.outbox.item(item.id)).state is OutboxState.UNKNOWN
    assert len(world.fake.sent) == 1
