"""What an official says reaches Slack in the right place and form, and nothing can be injected."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from slack_sdk.signature import SignatureVerifier

from omnilink.errors import ConfigError, SecretMissing, SendRefused
from omnilink.hub import Hub
from omnilink.model import Action, Handle, Location, Media, Offer, Option, OutboxState, Outgoing, Quoted, Template, Text
from omnilink.plugin import (
    Accepted,
    ConnectorSettings,
    Declined,
    HttpAnswer,
    HttpRequest,
    NotDispatched,
    Secret,
    SendContext,
    Throttled,
    Unknown,
)
from omnilink.plugin.settings import parse_settings
from omnilink.store.memory import MemoryStore
from omnilink.testing.fakes import find_specs
from omnilink.testing.fakes.slack import FakeSlack
from omnilink_slack.connector import SlackConnector

NOW = datetime(2026, 3, 1, tzinfo=UTC)
CONTEXT = SendContext("item-1", "team", Handle.of("slack", "U2147483697", scope="T061EG9R6"), None, NOW)
ANA = "slack:T061EG9R6/U2147483697"


@pytest.fixture
def app() -> SlackConnector:
    return SlackConnector(ConnectorSettings("team"))


def bodies(app: SlackConnector, *parts: Any, **fields: Any) -> list[dict[str, Any]]:
    return [json.loads(step.make({}).body) for step in app.render(Outgoing(parts=parts, **fields), CONTEXT).steps]


def test_markdown_becomes_mrkdwn_and_no_mention_can_be_written(app: SlackConnector) -> None:
    (body,) = bodies(app, Text(text="**Hi** <!channel> & [site](https://t.example/?a=1&b=2)", format="markdown"))
    assert body["channel"] == "U2147483697"
    assert body["text"] == "*Hi* &lt;!channel&gt; &amp; <https://t.example/?a=1&amp;b=2|site>"


@pytest.mark.parametrize("letter", ["a", "字", "<", "😀"])
def test_long_text_is_split_within_the_limit_and_said_to_be(app: SlackConnector, letter: str) -> None:
    plan = app.render(Outgoing(parts=(Text(text=(letter * 20 + " ") * 400),)), CONTEXT)
    texts = [json.loads(step.make({}).body)["text"] for step in plan.steps]
    assert all(len(text) <= 4000 for text in texts)
    assert [loss.how for loss in plan.losses] == ["split"]


@pytest.mark.parametrize(
    ("message_key", "conversation", "thread"),
    [
        ("slack:T1/C2/17.5", ("slack:T1/C2/17.5",), "17.5"),
        ("slack:T1/C2/17.9", ("slack:T1/C2/17.5",), "17.5"),
        ("slack:T1/D2/17.9", ("slack:T1/D2",), None),
    ],
)
def test_answer_stands_in_the_thread_of_what_it_answers(
    app: SlackConnector, message_key: str, conversation: tuple[str, ...], thread: str | None
) -> None:
    quoted = Quoted(message_keys=(message_key,), conversation_keys=conversation)
    (body,) = bodies(app, Text(text="yes"), quoted=quoted)
    assert (body["channel"], body.get("thread_ts")) == (message_key.split("/")[1], thread)


def test_choices_are_buttons(app: SlackConnector) -> None:
    (body,) = bodies(app, Text(text="Come?"), Offer(options=(Option(value="y", label="Yes"),)))
    assert body["blocks"][1]["elements"][0]["value"] == "y"


def test_what_is_cut_from_a_choice_or_a_caption_is_told(app: SlackConnector) -> None:
    options = (Option(value="y", label="Yes, " + "please " * 20), Option(value="n", label="No", description="why"))
    plan = app.render(Outgoing(parts=(Text(text="Come?"), Offer(options=options))), CONTEXT)
    body = json.loads(plan.steps[0].make({}).body)
    assert len(body["blocks"][1]["elements"][0]["text"]["text"]) <= 75
    assert {(loss.what, loss.how) for loss in plan.losses} == {("offer", "shortened"), ("offer", "degraded")}
    caption = Media(kind="document", ref="https://town.example/a.pdf", caption="word " * 1000)
    assert ("caption", "shortened") in {(x.what, x.how) for x in app.render(Outgoing(parts=(caption,)), CONTEXT).losses}


def test_change_is_made_to_the_newest_name_of_its_target(app: SlackConnector) -> None:
    target = Quoted(message_keys=("out:1", "slack:T1/D2/17.5"))
    (edit,) = bodies(app, Text(text="new"), action=Action.EDIT, target=target)
    assert (edit["channel"], edit["ts"], edit["text"]) == ("D2", "17.5", "new")
    (react,) = bodies(app, action=Action.REACT, target=target, reaction="👍")
    assert (react["timestamp"], react["name"]) == ("17.5", "+1")
    with pytest.raises(SendRefused, match="reaction"):
        bodies(app, action=Action.REACT, target=target, reaction="🦖")


@pytest.mark.parametrize(
    ("parts", "reason"),
    [
        ((), "empty"),
        ((Template(name="x"),), "not-supported"),
        ((Text(text="?"), Offer(options=tuple(Option(value="v", label="l") for _ in range(26)))), "too-large"),
    ],
)
def test_what_cannot_be_said_is_refused(app: SlackConnector, parts: Any, reason: str) -> None:
    with pytest.raises(SendRefused) as refused:
        app.render(Outgoing(parts=parts), CONTEXT)
    assert refused.value.reason == reason


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (
            HttpAnswer(200, {}, b'{"ok":false,"error":"channel_not_found"}'),
            Declined("unreachable", "channel_not_found"),
        ),
        (HttpAnswer(200, {}, b'{"ok":false,"error":"invalid_auth"}'), Declined("not-authorised", "invalid_auth")),
        (HttpAnswer(200, {}, b'{"ok":false,"error":"msg_too_long"}'), Declined("too-large", "msg_too_long")),
        (HttpAnswer(200, {}, b'{"ok":false,"error":"service_unavailable"}'), NotDispatched("service_unavailable")),
        (HttpAnswer(200, {}, b'{"ok":false,"error":"internal_error"}'), Unknown("internal_error")),
        (HttpAnswer(429, {"retry-after": "30"}), Throttled(30.0, "429")),
        (HttpAnswer(200, {}, b"<html>"), Unknown("answer-unreadable")),
        (HttpAnswer(200, {}, b'{"ok":true}'), Unknown("answer-unreadable")),
        (
            HttpAnswer(200, {}, b'{"ok":true,"channel":"C2","ts":"17.5"}'),
            Accepted(("slack:T061EG9R6/C2/17.5",), conversation_keys=("slack:T061EG9R6/C2/17.5",)),
        ),
    ],
)
def test_answers_are_read_by_ok_and_error(app: SlackConnector, answer: HttpAnswer, outcome: Any) -> None:
    step = app.render(Outgoing(parts=(Text(text="hi"), Location(latitude=1, longitude=2))), CONTEXT).steps[0]
    assert app.outcome(step, answer) == outcome


def test_token_is_only_in_the_authorised_call_and_only_for_slacks_api(app: SlackConnector) -> None:
    request = app.render(Outgoing(parts=(Text(text="hi"),)), CONTEXT).steps[0].make({})
    secrets = {"bot_token": [Secret("xoxb-1")]}
    assert app.authorise(request, secrets, NOW).headers["authorization"] == "Bearer xoxb-1"
    upload = HttpRequest("POST", "https://files.slack.com/upload/v1/x")
    assert "authorization" not in app.authorise(upload, secrets, NOW).headers
    with pytest.raises(ConfigError):
        app.authorise(HttpRequest("POST", "https://slack.com.evil.example/api/x"), secrets, NOW)
    with pytest.raises(SecretMissing):
        app.authorise(request, {}, NOW)


def test_a_message_that_is_gone_already_is_deleted(app: SlackConnector) -> None:
    target = Quoted(message_keys=("out:1", "slack:T1/file/F9"))
    (step,) = app.render(Outgoing(action=Action.DELETE, target=target), CONTEXT).steps
    assert json.loads(step.make({}).body) == {"file": "F9"}
    assert app.outcome(step, HttpAnswer(200, {}, b'{"ok":false,"error":"file_not_found"}')) == Accepted()
    with pytest.raises(SendRefused):
        bodies(app, Text(text="new"), action=Action.EDIT, target=target)


SETTINGS = """
public_url = "https://hooks.town.example"
[accounts.team]
connector = "slack"
signing_secret = "env:SL_SECRET"
bot_token = "env:SL_TOKEN"
"""


@pytest.mark.anyio
@pytest.mark.parametrize("channel", ["D2147483697", "C2147483705"])
async def test_a_whole_exchange(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, channel: str) -> None:
    monkeypatch.setenv("SL_SECRET", "signing-secret")
    monkeypatch.setenv("SL_TOKEN", "xoxb-1")
    fake = FakeSlack(bot_token="xoxb-1", signing_secret="signing-secret", specs=find_specs(), clock=lambda: NOW)
    hub = Hub(MemoryStore(), parse_settings(SETTINGS), http=fake, clock=lambda: NOW)
    fake.say("When do you open?", channel=channel)
    (event,) = fake.webhooks
    verifier = SignatureVerifier("signing-secret")
    verifier.clock.now = NOW.timestamp  # type: ignore[method-assign]
    assert verifier.is_valid_request(event.body, dict(event.headers))
    await fake.deliver(hub, "team")
    await hub.process()
    asked = (await hub.timeline(ANA)).items[0]
    (tmp_path / "hours.pdf").write_bytes(b"%PDF")
    item = await hub.outbox.reply(asked.interaction.id, "At **nine**", files=[tmp_path / "hours.pdf"])
    await hub.outbox.deliver()
    assert (await hub.outbox.item(item.id)).state is OutboxState.ACCEPTED
    newest = (await hub.timeline(ANA)).items[0]
    assert newest.state == "accepted"
    assert newest.conversation == asked.conversation
    assert list(fake.files.values()) == [b"%PDF"]
    await hub.outbox.edit(item.interaction, "At ten")
    await hub.outbox.react(asked.interaction.id, "✅")
    await hub.outbox.delete(item.interaction)
    for _ in range(3):
        await hub.outbox.deliver()
    assert [method for method, _ in fake.sent][-4:] == [
        "chat.update",
        "reactions.add",
        "chat.delete",
        "files.delete",
    ]
    assert not fake.violations
