"""Mentions asked for: none twice, none lost, nothing said before it is on disk, and no more than the budget."""

import json
from datetime import UTC, datetime

import anyio
import pytest

from omnilink.errors import BudgetSpent, ConfigError, SendRefused, TransientError
from omnilink.hub import Hub
from omnilink.model import Attestation, Authenticity, OutboxState, Received
from omnilink.plugin import ConnectorSettings, HttpAnswer
from omnilink.plugin.settings import parse_settings
from omnilink.store.memory import MemoryStore
from omnilink.testing.fakes.x import FakeX
from omnilink_x.charges import charge_post, charge_received
from omnilink_x.connector import XConnector

NOW = datetime(2026, 3, 1, tzinfo=UTC)
ANA = "x:2222"
SETTINGS = """
[accounts.town]
connector = "x"
own_handles = ["x:1111"]
access_token = "env:X_TOKEN"
polling = true
monthly_budget = {budget}
"""


@pytest.fixture
def x():
    return FakeX(access_token="user-token", clock=lambda: NOW)


@pytest.fixture
def make(x, monkeypatch):
    monkeypatch.setenv("X_TOKEN", "user-token")
    store = MemoryStore()
    clock = {"now": NOW}

    def make(budget=100.0):
        hub = Hub(store, parse_settings(SETTINGS.format(budget=budget)), http=x, clock=lambda: clock["now"])
        hub.test_clock = clock
        return hub

    return make


async def seen(hub):
    await hub.process()
    return [item.interaction.message_key for item in (await hub.timeline(ANA)).items]


@pytest.mark.anyio
async def test_mentions_become_history_once_and_the_cursor_goes_on(make, x):
    hub = make()
    first = x.mention("@town Is the lamp repaired?")
    assert await hub.poller.poll("town", lots=1) == 1
    second = x.mention("@town And now?")
    assert await make().poller.poll("town", lots=1) == 1
    assert await make().poller.poll("town", lots=1) == 0
    assert sorted(await seen(hub)) == [f"x:{first}", f"x:{second}"]
    (item, _) = (await hub.timeline(ANA)).items
    assert item.interaction.participants[0].attestation is Attestation.SIGNATURE
    assert (await hub.ledger()).balanced


@pytest.mark.anyio
async def test_more_than_a_page_is_read_whole_and_the_cursor_moves_last(make, x):
    hub = make()
    x.mention("first")
    await hub.poller.poll("town", lots=1)
    for n in range(250):
        x.mention(f"mention {n}")
    connector = hub.accounts.connector("town")
    cursor = await hub.store.read_cursor(hub.scope, "town")
    lots = connector.poll(cursor, hub.accounts.secrets("town"), x)
    lot = await anext(lots)
    await lots.aclose()
    assert [received.cursor is None for received in lot] == [True, True, False]
    assert lot[-1].cursor == x.mentions[-1]["post"]["id"]
    assert await hub.poller.poll("town", lots=1) == 3
    await hub.process()
    assert (await hub.ledger()).events["recorded"] == 251


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (HttpAnswer(401, {}, b"{}"), ConfigError),
        (HttpAnswer(403, {}, b"{}"), ConfigError),
        (
            HttpAnswer(429, {"date": "Mon, 02 Mar 2026 09:00:00 GMT", "x-rate-limit-reset": "1772442060"}),
            TransientError,
        ),
        (HttpAnswer(503, {"retry-after": "60"}), TransientError),
    ],
)
async def test_what_x_refuses_says_whether_to_try_again(make, x, answer, error):
    x.fail(answer)
    with pytest.raises(error) as raised:
        await make().poller.poll("town", lots=1)
    assert "user-token" not in f"{raised.value!r}{raised.value}"
    if error is TransientError:
        assert raised.value.retry_after_s == 60.0


@pytest.mark.anyio
async def test_what_is_read_and_written_is_counted_at_the_prices_of_the_account(make, x):
    hub = make()
    x.mention("@town hello", who="2222")
    x.mention("@town again", who="2222")
    await hub.poller.poll("town", lots=1)
    await hub.process()
    mention = (await hub.timeline(ANA)).items[0].interaction.id
    await hub.outbox.reply(mention, "Yes, see https://town.example")
    await hub.outbox.deliver()
    (use,) = await hub.meter.report()
    assert {(u.what, u.count) for u in use.used} == {("owned_read", 2), ("user_read", 1), ("post_with_link", 1)}
    assert use.spent == pytest.approx(0.002 + 0.010 + 0.200)


@pytest.mark.anyio
async def test_a_spent_budget_pauses_polling_until_the_next_month(make, x):
    hub = make(budget=0.011)
    x.mention("one")
    with pytest.raises(BudgetSpent):  # it was read, is on disk, and is the last
        await hub.poller.poll("town", lots=5)
    assert len(await seen(hub)) == 1
    asked = len(x.requests)
    with pytest.raises(BudgetSpent) as spent:
        await hub.poller.poll("town", lots=1)
    assert len(x.requests) == asked
    assert spent.value.retry_after_s == 3600.0
    hub.test_clock["now"] = datetime(2026, 4, 1, tzinfo=UTC)
    assert await hub.poller.poll("town", lots=1) == 0


@pytest.mark.anyio
async def test_a_message_over_the_budget_is_refused_before_any_network(make, x):
    hub = make(budget=0.05)
    x.mention("@town hello")
    await hub.poller.poll("town", lots=1)
    await hub.process()
    mention = (await hub.timeline(ANA)).items[0].interaction.id
    asked = len(x.requests)
    with pytest.raises(SendRefused) as refused:
        await hub.outbox.reply(mention, "see https://town.example")
    assert refused.value.reason == "budget"
    assert (await hub.outbox.can_send("", "see https://town.example", reply_to=mention)).reason == "budget"
    assert (await hub.outbox.can_send("", "Yes", reply_to=mention)).allowed
    assert len(x.requests) == asked


@pytest.mark.anyio
async def test_what_was_not_done_is_not_counted(make, x):
    hub = make()
    x.mention("@town hello")
    await hub.poller.poll("town", lots=1)
    await hub.process()
    mention = (await hub.timeline(ANA)).items[0].interaction.id
    x.fail(HttpAnswer(429, {"retry-after": "9"}))
    item = await hub.outbox.reply(mention, "Yes")
    await hub.outbox.deliver()
    assert (await hub.outbox.item(item.id)).state is OutboxState.QUEUED
    (use,) = await hub.meter.report()
    assert {u.what: u.count for u in use.used}["summoned_reply"] == 0


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("see https://town.example/p", "post_with_link"),
        ("see town.example", "post_with_link"),
        ("Ana, at 9.30 sharp", "post"),
        ("mail ana@town.example", "post"),
        ("It is done.Thanks", "post_with_link"),  # X would make an address of it as well
        ("¿Cuándo? Mañana.", "post"),
    ],
)
def test_a_post_with_an_address_costs_more(text, what):
    assert charge_post(text, summoned=False) == {what: 1}


def test_what_x_tells_by_webhook_is_billed_too():
    def told(kind, authenticity=Authenticity.VERIFIED):
        return charge_received(
            Received(body=json.dumps({"data": {"event_type": kind}}).encode(), authenticity=authenticity)
        )

    assert told("dm.received") == {"direct_message_read": 1}
    assert told("post.mention.create") == {"post_read": 1}
    assert told("post.delete") == told("dm.read") == told("dm.sent") == {}
    assert told("dm.received", Authenticity.IMPORTED) == {}
    assert charge_received(Received(body=b"\x00odd")) == {}


@pytest.mark.parametrize(
    "options",
    [
        {"polling": True},
        {"poll_every_s": 1},
        {"poll_every_s": "often"},
        {"monthly_budget": "much"},
        {"monthly_budget": -1},
        {"prices": 3},
        {"prices": {"moon": 1}},
        {"prices": {"post": "free"}},
    ],
)
def test_settings_without_sense_are_told(options):
    with pytest.raises(ConfigError):
        XConnector(ConnectorSettings("town", options=options))


def test_an_agencys_own_prices_stand_over_xs():
    made = XConnector(ConnectorSettings("town", options={"prices": {"post": 0}, "monthly_budget": 5}))
    assert made.tariff.micros({"post": 3, "deletion": 1}) == {"post": 0, "deletion": 10_000}
    assert made.tariff.monthly_budget == 5.0


@pytest.mark.anyio
async def test_polling_waits_between_two_questions(x, monkeypatch):
    slept = []

    async def sleep(seconds):
        slept.append(seconds)

    monkeypatch.setattr(anyio, "sleep", sleep)
    from omnilink_x.polling import poll_mentions

    lots = poll_mentions("https://api.x.com/2/users/1/mentions", "user-token", None, x, 60.0)
    assert [await anext(lots) for _ in range(2)] == [[], []]
    await lots.aclose()
    assert slept == [60.0]
