"""What an official says reaches the Bot API as its description wants it, and only after somebody has written."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from omnilink.errors import ConfigError, SecretMissing, SendRefused
from omnilink.hub import Hub
from omnilink.model import Handle, Location, Media, Offer, Option, OutboxState, Outgoing, Quoted, Template, Text
from omnilink.plugin import (
    Accepted,
    ConnectorSettings,
    Declined,
    HttpAnswer,
    HttpRequest,
    MediaFile,
    Secret,
    SendContext,
    Throttled,
    Unknown,
)
from omnilink.plugin.settings import parse_settings
from omnilink.store.memory import MemoryStore
from omnilink.testing.fakes import find_specs
from omnilink.testing.fakes.telegram import FakeTelegram
from omnilink_telegram.connector import TelegramConnector

TOKEN = "77:bot-token"
NOW = datetime(2026, 3, 1, tzinfo=UTC)
CONTEXT = SendContext("item-1", "bot", Handle.of("telegram", "4242"), None, NOW)
SETTINGS = """
public_url = "https://hooks.town.example"
[accounts.bot]
connector = "telegram"
bot_id = "77"
secret_token = "env:TG_SECRET"
bot_token = "env:TG_TOKEN"
"""


@pytest.fixture
def bot() -> TelegramConnector:
    return TelegramConnector(ConnectorSettings("bot", options={"bot_id": "77"}))


def bodies(bot: TelegramConnector, message: Outgoing, context: SendContext = CONTEXT) -> list[dict[str, Any]]:
    return [json.loads(step.make({}).body) for step in bot.render(message, context).steps]


def test_markdown_becomes_telegrams_html_and_nothing_can_be_injected(bot: TelegramConnector) -> None:
    (body,) = bodies(
        bot, Outgoing(parts=(Text(text="**Hi** <script> & [site](https://t.example)", format="markdown"),))
    )
    assert body == {
        "chat_id": 4242,
        "text": '<b>Hi</b> &lt;script&gt; &amp; <a href="https://t.example">site</a>',
        "parse_mode": "HTML",
    }


@pytest.mark.parametrize("letter", ["a", "ñ", "😀", "<"])
def test_long_text_is_split_within_the_limit_and_said_to_be(bot: TelegramConnector, letter: str) -> None:
    plan = bot.render(Outgoing(parts=(Text(text=(letter * 40 + " ") * 300),)), CONTEXT)
    texts = [json.loads(step.make({}).body)["text"] for step in plan.steps]
    assert all(len(text) <= 4096 for text in texts)
    assert len(texts) > 1
    assert [loss.how for loss in plan.losses] == ["split"]


def test_rendering_twice_gives_the_same_bytes(bot: TelegramConnector) -> None:
    message = Outgoing(parts=(Text(text="hello"), Location(latitude=1.5, longitude=2.5)))
    assert bodies(bot, message) == bodies(bot, message)


def test_answer_goes_to_the_chat_and_message_it_answers(bot: TelegramConnector) -> None:
    quoted = Quoted(message_keys=("telegram:-1001/55",))
    (body,) = bodies(bot, Outgoing(parts=(Text(text="yes"),), quoted=quoted))
    assert body["chat_id"] == -1001
    assert body["reply_parameters"]["message_id"] == 55


def test_choices_are_buttons_and_their_values_come_back(bot: TelegramConnector) -> None:
    offer = Offer(options=(Option(value="yes", label="Yes"), Option(value="no", label="No")))
    (body,) = bodies(bot, Outgoing(parts=(Text(text="Come?"), offer)))
    rows = body["reply_markup"]["inline_keyboard"]
    assert [row[0]["callback_data"] for row in rows] == ["yes", "no"]


@pytest.mark.parametrize(
    ("parts", "reason"),
    [
        ((Template(name="x"),), "not-supported"),
        ((), "empty"),
        ((Text(text="?"), Offer(options=(Option(value="x" * 65, label="X"),))), "too-large"),
    ],
)
def test_what_cannot_be_said_is_refused(bot: TelegramConnector, parts: Any, reason: str) -> None:
    with pytest.raises(SendRefused) as refused:
        bot.render(Outgoing(parts=parts), CONTEXT)
    assert refused.value.reason == reason


def test_token_is_only_in_the_authorised_call_and_only_for_telegram(bot: TelegramConnector) -> None:
    step = bot.render(Outgoing(parts=(Text(text="hello"),)), CONTEXT).steps[0]
    request = step.make({})
    assert TOKEN not in request.url
    secrets = {"bot_token": [Secret(TOKEN)]}
    assert bot.authorise(request, secrets, NOW).url == f"https://api.telegram.org/bot{TOKEN}/sendMessage"
    with pytest.raises(ConfigError):
        bot.authorise(HttpRequest("POST", "https://api.telegram.org.evil.example/x"), secrets, NOW)
    with pytest.raises(SecretMissing):
        bot.authorise(request, {}, NOW)


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ({"error_code": 403, "description": "Forbidden: bot was blocked by the user"}, Declined("opted-out", "403")),
        ({"error_code": 403, "description": "Forbidden: bot can't initiate conversation with a user"},
         Declined("cannot-start", "403")),
        ({"error_code": 400, "description": "Bad Request: chat not found"}, Declined("unreachable", "400")),
        ({"error_code": 400, "description": "Bad Request: odd"}, Declined("bad-request", "400")),
        ({"error_code": 429, "parameters": {"retry_after": 35}}, Throttled(35.0, "429")),
        ({"error_code": 502}, Unknown("http-502")),
    ],
)  # fmt: skip
def test_errors_are_read_by_what_telegram_says(bot: TelegramConnector, answer: Any, outcome: Any) -> None:
    step = bot.render(Outgoing(parts=(Text(text="hello"),)), CONTEXT).steps[0]
    told = HttpAnswer(answer["error_code"], {}, json.dumps({"ok": False, **answer}).encode())
    assert bot.outcome(step, told) == outcome


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"ok":true}', b'{"ok":true,"result":{}}', b"\xff"])
def test_success_that_cannot_be_read_is_unknown(bot: TelegramConnector, body: bytes) -> None:
    step = bot.render(Outgoing(parts=(Text(text="hello"),)), CONTEXT).steps[0]
    assert isinstance(bot.outcome(step, HttpAnswer(200, {}, body)), Unknown)


def test_ids_are_those_that_arriving_messages_use(bot: TelegramConnector) -> None:
    step = bot.render(Outgoing(parts=(Text(text="hello"),)), CONTEXT).steps[0]
    result = {"message_id": 5, "chat": {"id": 4242, "type": "private"}, "date": 1}
    outcome = bot.outcome(step, HttpAnswer(200, {}, json.dumps({"ok": True, "result": result}).encode()))
    assert outcome == Accepted(("telegram:77/4242/5",), conversation_keys=("telegram:77/4242",))


@pytest.fixture
def fake() -> FakeTelegram:
    return FakeTelegram(token=TOKEN, secret_token="hook-secret", specs=find_specs(), clock=lambda: NOW)


@pytest.fixture
async def hub(fake: FakeTelegram, monkeypatch: pytest.MonkeyPatch, anyio_backend: str) -> Hub:
    monkeypatch.setenv("TG_SECRET", "hook-secret")
    monkeypatch.setenv("TG_TOKEN", TOKEN)
    return Hub(MemoryStore(), parse_settings(SETTINGS), http=fake)


@pytest.mark.anyio
async def test_a_whole_conversation_with_a_bot(hub: Hub, fake: FakeTelegram, tmp_path: Path) -> None:
    with pytest.raises(SendRefused, match="written yet"):
        await hub.outbox.send("telegram:4242", "hello?")
    fake.say("When do you open?")
    await fake.deliver(hub, "bot")
    await hub.process()
    asked = (await hub.timeline("telegram:4242")).items[0]
    (tmp_path / "plan.pdf").write_bytes(b"%PDF-1.4\r\n--x")
    item = await hub.outbox.reply(asked.interaction.id, "At **nine**", files=[tmp_path / "plan.pdf"])
    await hub.outbox.deliver()
    assert (await hub.outbox.item(item.id)).state is OutboxState.ACCEPTED
    assert [method for method, _ in fake.sent] == ["sendMessage", "sendDocument"]
    page = await hub.timeline("telegram:4242")
    assert page.items[0].conversation == asked.conversation
    assert page.items[0].state == "accepted"
    with pytest.raises(SendRefused, match="pieces"):
        await hub.outbox.edit(item.interaction, "At ten")
    await hub.outbox.react(asked.interaction.id, "👍")
    await hub.outbox.delete(item.interaction)
    single = await hub.outbox.send("telegram:4242", "At tne")
    for _ in range(3):
        await hub.outbox.deliver()
    await hub.outbox.edit(single.interaction, "At ten")
    await hub.outbox.deliver()
    assert sorted(method for method, _ in fake.sent[2:]) == [
        "deleteMessage", "deleteMessage", "editMessageText", "sendMessage", "setMessageReaction",
    ]  # fmt: skip
    assert not fake.violations


@pytest.mark.anyio
async def test_updates_that_are_asked_for_arrive_once(fake: FakeTelegram, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TG_SECRET", "hook-secret")
    monkeypatch.setenv("TG_TOKEN", TOKEN)
    hub = Hub(MemoryStore(), parse_settings(SETTINGS + "polling = true\n"), http=fake)
    fake.say("one", poll=True)
    fake.say("two", poll=True)
    assert await hub.poller.poll("bot", lots=1) == 2
    assert await hub.poller.poll("bot", lots=1) == 0
    await hub.process()
    assert len((await hub.timeline("telegram:4242")).items) == 2
    assert (await hub.ledger()).duplicate == 0


def test_file_goes_as_a_form_with_its_name(bot: TelegramConnector) -> None:
    media = {"blob:ab": MediaFile(b"bytes", "image/png", 'pl"an\r\n.png')}
    context = SendContext("item-1", "bot", CONTEXT.recipient, None, NOW, media)
    request = bot.render(Outgoing(parts=(Media(kind="image", ref="blob:ab"),)), context).steps[0].make({})
    assert b'name="photo"; filename="pl%22an.png"' in request.body
    assert request.url.endswith("/sendPhoto")
