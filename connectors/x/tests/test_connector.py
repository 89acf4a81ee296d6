"""The connector as a plugin."""

import pluggy
import pytest

import omnilink_x
from omnilink.plugin import Connector, ConnectorSettings, Parses, ReceivesWebhooks, hookspecs


def test_the_hook_returns_a_connector_that_parses_and_receives_webhooks(connector):
    manager = pluggy.PluginManager("omnilink")
    manager.add_hookspecs(hookspecs)
    manager.register(omnilink_x)
    assert manager.hook.omnilink_connector() is type(connector)
    for ability in (Connector, Parses, ReceivesWebhooks):
        assert isinstance(connector, ability)


def test_the_consumer_secret_is_secret_and_required(connector):
    setting = connector.manifest.settings[0]
    assert setting.secret
    assert setting.required


def test_nothing_a_citizen_said_shows_in_a_repr(parse, payload_of, each_payload):
    shown = repr(parse(payload_of(each_payload)))
    for said in ("lamp", "Ana", "anagarcia", "2222", "Words"):
        assert said not in shown


@pytest.mark.parametrize("option", [{}, {"anything": 1}])
def test_it_is_made_from_any_settings(connector, option):
    assert type(connector)(ConnectorSettings(account="a", options=option))
