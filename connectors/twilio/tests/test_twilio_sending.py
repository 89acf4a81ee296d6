"""What an official says reaches Twilio as its description wants it; receipts and stops come back."""

import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

import pytest
from twilio.request_validator import RequestValidator

from omnilink.errors import ConfigError, SecretMissing, SendRefused
from omnilink.hub import Hub
from omnilink.model import Handle, Location, Media, Offer, Option, Outgoing, Template, Text
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
from omnilink.testing.fakes.twilio import FakeTwilio
from omnilink_twilio.connector import TwilioConnector

SID, TOKEN = "AC" + "1" * 32, "auth-token"
NOW = datetime(2026, 3, 1, tzinfo=UTC)
ANA = "tel:+34600111222"


def number(scheme: str, value: str) -> Handle:
    return Handle.of(scheme, value).model_copy(update={"value": value})


OURS = number("tel", "+34910000000")
CONTEXT = SendContext("item-1", "line", number("tel", "+34600111222"), OURS, NOW)


@pytest.fixture
def line() -> TwilioConnector:
    options = {"account_sid": SID}
    return TwilioConnector(
        ConnectorSettings("line", own_handles=(OURS,), public_url="https://h.example/hooks/line", options=options)
    )


def forms(line: TwilioConnector, *parts: Any, context: SendContext = CONTEXT, **fields: Any) -> list[dict[str, str]]:
    plan = line.render(Outgoing(parts=parts, **fields), context)
    return [dict(parse_qsl(step.make({}).body.decode())) for step in plan.steps]


def test_markdown_becomes_plain_text_and_the_loss_is_told(line: TwilioConnector) -> None:
    plan = line.render(Outgoing(parts=(Text(text="**Hi** [site](https://t.example)", format="markdown"),)), CONTEXT)
    (form,) = [dict(parse_qsl(step.make({}).body.decode())) for step in plan.steps]
    assert form == {
        "To": "+34600111222",
        "From": "+34910000000",
        "StatusCallback": "https://h.example/hooks/line",
        "Body": "Hi site (https://t.example)",
    }
    assert [(loss.what, loss.how) for loss in plan.losses] == [("bold", "degraded")]


def test_whatsapp_goes_from_the_number_to_the_number_with_its_markers(line: TwilioConnector) -> None:
    context = SendContext("i", "line", number("wa", "+34600111222"), OURS, NOW)
    (form,) = forms(line, Text(text="**Hi**", format="markdown"), context=context)
    assert (form["To"], form["From"], form["Body"]) == ("whatsapp:+34600111222", "whatsapp:+34910000000", "*Hi*")


@pytest.mark.parametrize("letter", ["a", "ñ", "字", "😀"])
def test_long_text_is_split_within_the_limit_and_said_to_be(line: TwilioConnector, letter: str) -> None:
    plan = line.render(Outgoing(parts=(Text(text=(letter * 20 + " ") * 200),)), CONTEXT)
    bodies = [dict(parse_qsl(step.make({}).body.decode()))["Body"] for step in plan.steps]
    assert all(len(body) <= 1600 for body in bodies)
    assert "split" in {loss.how for loss in plan.losses}


def test_what_sms_has_no_form_for_is_said_in_words(line: TwilioConnector) -> None:
    offer = Offer(title="Come?", options=(Option(value="y", label="Yes"), Option(value="n", label="No")))
    place, choice = forms(line, Location(latitude=1.0, longitude=2.0, name="Hall"), offer)
    assert place["Body"].startswith("Hall\nhttps://")
    assert choice["Body"] == "Come?\n1. Yes\n2. No"


def test_template_and_file_have_their_fields(line: TwilioConnector) -> None:
    (form,) = forms(line, Template(name="HX1", parameters=("Ana",)), Media(ref="https://t.example/a.jpg"))
    assert form["ContentSid"] == "HX1"
    assert json.loads(form["ContentVariables"]) == {"1": "Ana"}
    assert form["MediaUrl"] == "https://t.example/a.jpg"


@pytest.mark.parametrize(
    ("parts", "recipient", "reason"),
    [
        ((), CONTEXT.recipient, "empty"),
        ((Media(ref="blob:x"),), CONTEXT.recipient, "not-supported"),
        ((Text(text="x"),), number("tel", "600111222"), "bad-address"),
        ((Text(text="x"),), number("mailto", "a@b.example"), "bad-address"),
        (tuple(Media(ref=f"https://t.example/{n}") for n in range(11)), CONTEXT.recipient, "too-large"),
    ],
)
def test_what_cannot_be_said_is_refused(line: TwilioConnector, parts: Any, recipient: Any, reason: str) -> None:
    with pytest.raises(SendRefused) as refused:
        line.render(Outgoing(parts=parts), SendContext("i", "line", recipient, OURS, NOW))
    assert refused.value.reason == reason


@pytest.mark.parametrize(
    ("status", "code", "outcome"),
    [
        (400, 21610, Declined("opted-out", "21610")),
        (400, 21211, Declined("bad-address", "21211")),
        (400, 63016, Declined("window-closed", "63016")),
        (429, 20429, Throttled(None, "20429")),
        (401, 20003, Declined("not-authorised", "20003")),
        (500, 20500, Unknown("http-500")),
    ],
)
def test_errors_are_read_by_twilios_codes(line: TwilioConnector, status: int, code: int, outcome: Any) -> None:
    step = line.render(Outgoing(parts=(Text(text="hi"),)), CONTEXT).steps[0]
    assert line.outcome(step, HttpAnswer(status, {}, json.dumps({"code": code}).encode())) == outcome


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"sid": 3}', b"\xff"])
def test_success_that_cannot_be_read_is_unknown(line: TwilioConnector, body: bytes) -> None:
    step = line.render(Outgoing(parts=(Text(text="hi"),)), CONTEXT).steps[0]
    assert isinstance(line.outcome(step, HttpAnswer(201, {}, body)), Unknown)
    assert line.outcome(step, HttpAnswer(201, {}, b'{"sid": "SM1"}')) == Accepted(("twilio:SM1",))


def test_credentials_are_only_in_the_authorised_call_and_only_for_twilio(line: TwilioConnector) -> None:
    request = line.render(Outgoing(parts=(Text(text="hi"),)), CONTEXT).steps[0].make({})
    secrets = {"auth_token": [Secret(TOKEN)]}
    assert "authorization" not in request.headers
    assert line.authorise(request, secrets, NOW).headers["authorization"].startswith("Basic ")
    with pytest.raises(ConfigError):
        line.authorise(HttpRequest("POST", "https://api.twilio.com.evil.example/x"), secrets, NOW)
    with pytest.raises(SecretMissing):
        line.authorise(request, {}, NOW)


SETTINGS = f"""
public_url = "https://hooks.town.example"
[accounts.line]
connector = "twilio"
account_sid = "{SID}"
auth_token = "env:TW_TOKEN"
own_handles = ["tel:+34910000000"]
"""


@pytest.mark.anyio
async def test_a_whole_exchange_with_receipts_and_a_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TW_TOKEN", TOKEN)
    fake = FakeTwilio(account_sid=SID, auth_token=TOKEN, specs=find_specs(), clock=lambda: NOW)
    hub = Hub(MemoryStore(), parse_settings(SETTINGS), http=fake)
    fake.say("When do you open?")
    await fake.deliver(hub, "line")
    await hub.process()
    asked = (await hub.timeline(ANA)).items[0]
    await hub.outbox.reply(asked.interaction.id, "At nine")
    await hub.outbox.deliver()
    for webhook in fake.webhooks:  # the vendor's own verifier takes the fake's signature
        fields = dict(parse_qsl(webhook.body.decode(), keep_blank_values=True))
        assert RequestValidator(TOKEN).validate(webhook.url, fields, webhook.headers["x-twilio-signature"])
    assert [answer.status for answer in await fake.deliver(hub, "line")] == [200, 200]
    await hub.process()
    newest = (await hub.timeline(ANA)).items[0]
    assert newest.state == "delivered"
    assert newest.conversation == asked.conversation
    fake.opted_out.add("+34600111222")
    await hub.outbox.send(ANA, "Another")
    await hub.outbox.deliver()
    with pytest.raises(SendRefused) as refused:
        await hub.outbox.send(ANA, "And another")
    assert refused.value.reason == "opted-out"
    assert not fake.violations
