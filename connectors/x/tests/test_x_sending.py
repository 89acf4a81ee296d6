"""What an official says reaches X where X allows it; where not, that is known before any network."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from omnilink.errors import ConfigError, PolicyRefused, SecretMissing, SendRefused
from omnilink.hub import Hub
from omnilink.model import Action, Handle, Media, OutboxState, Outgoing, Quoted, Text
from omnilink.plugin import (
    Accepted,
    ConnectorSettings,
    Declined,
    HttpAnswer,
    HttpRequest,
    Secret,
    SendContext,
    Throttled,
    Unknown,
)
from omnilink.plugin.settings import parse_settings
from omnilink.store.memory import MemoryStore
from omnilink.testing.fakes import find_specs
from omnilink.testing.fakes.x import FakeX
from omnilink_x.connector import XConnector

NOW = datetime(2026, 3, 1, tzinfo=UTC)
CONTEXT = SendContext("item-1", "town", Handle.of("x", "4242"), None, NOW)
MENTION = Quoted(message_keys=("x:1900",), addressed_us=True)


@pytest.fixture
def town() -> XConnector:
    return XConnector(ConnectorSettings("town"))


def calls(town: XConnector, message: Outgoing) -> list[tuple[str, dict[str, Any]]]:
    done = {f"reply-{n}": f"x:{2000 + n}" for n in range(20)}
    made = [step.make(done) for step in town.render(message, CONTEXT).steps]
    return [(request.url.removeprefix("https://api.x.com"), json.loads(request.body)) for request in made]


def test_direct_message_goes_to_the_user(town: XConnector) -> None:
    said = Text(text="**Hi** [site](https://t.example)", format="markdown")
    assert calls(town, Outgoing(parts=(said,))) == [
        ("/2/dm_conversations/with/4242/messages", {"text": "Hi site (https://t.example)"})
    ]


@pytest.mark.parametrize(("letter", "weight"), [("a", 1), ("字", 2)])
def test_long_reply_is_a_thread_of_posts_within_the_weighted_limit(town: XConnector, letter: str, weight: int) -> None:
    found = calls(town, Outgoing(parts=(Text(text=(letter * 9 + " ") * 60),), quoted=MENTION))
    assert len(found) > 1
    assert all(body["text"].count(letter) * weight <= 280 for _, body in found)
    answered = [body["reply"]["in_reply_to_tweet_id"] for _, body in found]
    assert answered[:2] == ["1900", "2000"]


def test_reply_to_who_did_not_summon_us_is_a_typed_refusal(town: XConnector) -> None:
    with pytest.raises(PolicyRefused) as refused:
        town.render(Outgoing(parts=(Text(text="hi"),), quoted=Quoted(message_keys=("x:1900",))), CONTEXT)
    assert refused.value.reason == "policy"


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        (Outgoing(), "empty"),
        (Outgoing(parts=(Media(ref="https://t.example/a.png"),)), "not-supported"),
        (Outgoing(action=Action.REACT, target=MENTION, reaction="👍"), "not-supported"),
        (Outgoing(action=Action.DELETE, target=Quoted(message_keys=("x:dm/1",))), "not-supported"),
    ],
)
def test_what_cannot_be_said_is_refused(town: XConnector, message: Outgoing, reason: str) -> None:
    with pytest.raises(SendRefused) as refused:
        town.render(message, CONTEXT)
    assert refused.value.reason == reason


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (HttpAnswer(429, {"x-rate-limit-reset": "1000000060", "date": "Sun, 09 Sep 2001 01:46:40 GMT"}),
         Throttled(60.0, "429")),
        (HttpAnswer(429, {"x-rate-limit-reset": "soon"}), Throttled(None, "429")),
        (HttpAnswer(403, {}, b'{"detail":"You are not allowed to reply"}'), Declined("policy", "403")),
        (HttpAnswer(403, {}, b'{"detail":"You cannot send messages to this user."}'), Declined("unreachable", "403")),
        (HttpAnswer(401), Declined("not-authorised", "401")),
        (HttpAnswer(503), Unknown("http-503")),
        (HttpAnswer(201, {}, b"{}"), Unknown("answer-unreadable")),
        (HttpAnswer(201, {}, b'{"data":{"id":"7"}}'), Accepted(("x:7",))),
        (HttpAnswer(201, {}, b'{"data":{"dm_event_id":"8","dm_conversation_id":"1-2"}}'),
         Accepted(("x:dm/8",), conversation_keys=("x:dm-conversation/1-2",))),
    ],
)  # fmt: skip
def test_answers_are_read(town: XConnector, answer: HttpAnswer, outcome: Any) -> None:
    step = town.render(Outgoing(parts=(Text(text="hi"),)), CONTEXT).steps[0]
    assert town.outcome(step, answer) == outcome


def test_token_is_only_in_the_authorised_call_and_only_for_x(town: XConnector) -> None:
    request = town.render(Outgoing(parts=(Text(text="hi"),)), CONTEXT).steps[0].make({})
    secrets = {"access_token": [Secret("a-token")]}
    assert "authorization" not in request.headers
    assert town.authorise(request, secrets, NOW).headers["authorization"] == "Bearer a-token"
    with pytest.raises(ConfigError):
        town.authorise(HttpRequest("POST", "https://api.x.com.evil.example/2/tweets"), secrets, NOW)
    with pytest.raises(SecretMissing):
        town.authorise(request, {}, NOW)


SETTINGS = """
[accounts.town]
connector = "x"
consumer_secret = "env:X_SECRET"
access_token = "env:X_TOKEN"
"""


@pytest.mark.anyio
async def test_message_leaves_as_xs_description_wants_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("X_SECRET", "consumer-secret")
    monkeypatch.setenv("X_TOKEN", "a-token")
    fake = FakeX(access_token="a-token", specs=find_specs(), clock=lambda: NOW)
    hub = Hub(MemoryStore(), parse_settings(SETTINGS), http=fake)
    item = await hub.outbox.send("x:4242", "hello")
    await hub.outbox.deliver()
    assert not fake.violations
    assert (await hub.outbox.item(item.id)).state is OutboxState.ACCEPTED
    assert fake.messages == [("4242", "hello")]
    assert not fake.violations
