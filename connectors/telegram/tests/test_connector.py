"""The connector as a plugin."""

from datetime import UTC, datetime

import pluggy
import pytest

import omnilink_telegram
from omnilink.cli.checks import check_accounts, check_public_url
from omnilink.errors import SecretMissing
from omnilink.ingest.accounts import Accounts
from omnilink.plugin import Connector, ConnectorSettings, Parses, RawRequest, ReceivesWebhooks, Rejected, hookspecs
from omnilink.plugin.registry import Registry
from omnilink.plugin.settings import parse_settings
from omnilink_telegram.connector import TelegramConnector

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def test_the_hook_returns_a_connector_that_parses_and_receives_webhooks(connector):
    manager = pluggy.PluginManager("omnilink")
    manager.add_hookspecs(hookspecs)
    manager.register(omnilink_telegram)
    assert manager.hook.omnilink_connector() is type(connector)
    for ability in (Connector, Parses, ReceivesWebhooks):
        assert isinstance(connector, ability)


def test_the_secret_token_is_secret_and_required(connector):
    settings = {setting.name: setting for setting in connector.manifest.settings}
    assert settings["secret_token"].secret
    assert settings["secret_token"].required
    assert not settings["bot_id"].secret


def test_nothing_a_citizen_said_shows_in_a_repr(parse, update_of, each_update):
    shown = repr(parse(update_of(each_update)))
    for said in ("lamp", "Oak Road", "Ana", "anagarcia", "34600"):
        assert said not in shown


@pytest.mark.parametrize("told", [{}, {"bot_id": 77}, {"bot_id": "77"}, {"bot_id": "town"}, {"bot_id": []}, {"x": 1}])
def test_it_is_made_from_any_settings(connector, told, parse, update_of):
    made = type(connector)(ConnectorSettings(account="town", options=told))
    home = "77" if str(told.get("bot_id")) == "77" else "town"
    assert parse(update_of("text"), by=made)[0].message_key == f"telegram:{home}/42/1"


def test_a_bot_that_is_asked_needs_no_webhook_secret_and_takes_no_webhook(monkeypatch):
    monkeypatch.setenv("BOT_TOKEN", "1234:bot-token")
    registry = Registry()
    registry.add(TelegramConnector)
    asked = '[accounts.bot]\nconnector = "telegram"\nbot_token = "env:BOT_TOKEN"\npolling = true\n'
    settings = parse_settings(asked)
    assert set(Accounts(settings, registry).secrets("bot")) == {"bot_token"}
    assert [f.level for f in (*check_accounts(settings, registry), *check_public_url(settings, registry))] == ["ok"]
    request = RawRequest.of("POST", "/hooks/bot", {"X-Telegram-Bot-Api-Secret-Token": "guess"}, b"{}")
    connector = Accounts(settings, registry).connector("bot")
    assert connector.verify(request, Accounts(settings, registry).secrets("bot"), NOW, {}) == Rejected("no_secret")
    called = parse_settings(asked.replace("polling = true", ""))
    assert {f.level for f in check_accounts(called, registry)} == {"error"}
    with pytest.raises(SecretMissing):
        Accounts(called, registry).secrets("bot")
