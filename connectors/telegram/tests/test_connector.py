"""The connector as a plugin."""

import pluggy
import pytest

import omnilink_telegram
from omnilink.plugin import Connector, ConnectorSettings, Parses, ReceivesWebhooks, hookspecs


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
