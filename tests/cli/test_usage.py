"""`omnilink usage`: what an account was billed for, and what is left of its budget."""

from datetime import UTC, datetime

import anyio
import pytest

from omnilink.hub import Hub
from omnilink.plugin.metering import Tariff
from omnilink.plugin.registry import Registry
from omnilink.plugin.settings import parse_settings
from omnilink.policy.budget import month_of

SETTINGS = """
[accounts.desk]
connector = "fake"
token = "env:FAKE_TOKEN"
"""
THIS_MONTH = month_of(datetime.now(UTC))


@pytest.fixture
def billed(cli, monkeypatch):
    """A connector that is billed by the call, and a way to bill it."""
    made = cli.receive.__globals__["FakeConnector"]
    monkeypatch.setattr(made, "tariff", Tariff({"post": 0.015, "look": 0.001}, monthly_budget=0.02), raising=False)
    monkeypatch.setattr(made, "charge_read", lambda self, received: {}, raising=False)
    monkeypatch.setenv("FAKE_TOKEN", "a-token")
    cli.folder.joinpath("omnilink.toml").write_text(SETTINGS, encoding="utf-8")

    async def count(what):
        registry = Registry()
        registry.add(made)
        async with Hub.open(cli.db, parse_settings(SETTINGS), registry=registry) as hub:
            await hub.meter.count("desk", {what: 1})

    return lambda what: anyio.run(count, what)


def test_nothing_is_billed_where_nobody_bills(cli, town):
    cli = town
    assert cli.json("usage") == {"accounts": []}
    assert "no configured account" in cli("usage").stdout


def test_what_was_billed_is_shown_with_its_budget(cli, billed):
    billed("post")
    (use,) = cli.json("usage")["accounts"]
    assert (use["account"], use["month"], use["spent"], use["budget"]) == ("desk", THIS_MONTH, 0.015, 0.02)
    assert [(one["what"], one["count"]) for one in use["used"]] == [("post", 1)]
    assert f"desk  {THIS_MONTH}  0.01" in cli("usage").stdout
    (other,) = cli.json("usage", "--month", "2020-01")["accounts"]
    assert (other["spent"], other["used"]) == (0.0, [])


def test_a_month_is_a_month(cli):
    assert cli.json("usage", "--month", "2026-13", code=2)["error"]["type"] == "BadInput"


def test_doctor_warns_before_the_budget_is_spent(cli, billed):
    def levels():
        about = [f for f in cli.json("doctor")["findings"] if "spent this month" in f["message"]]
        return [f["level"] for f in about]

    billed("look")
    assert levels() == ["ok"]
    billed("post")
    assert levels() == ["warn"]
