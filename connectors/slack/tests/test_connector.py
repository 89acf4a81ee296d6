"""The connector as a plugin."""

import pluggy
import pytest

import omnilink_slack
from omnilink.plugin import Connector, Parses, ReceivesWebhooks, hookspecs


def test_the_hook_returns_a_connector_that_parses_and_receives_webhooks(connector):
    manager = pluggy.PluginManager("omnilink")
    manager.add_hookspecs(hookspecs)
    manager.register(omnilink_slack)
    assert manager.hook.omnilink_connector() is type(connector)
    for ability in (Connector, Parses, ReceivesWebhooks):
        assert isinstance(connector, ability)


def test_the_signing_secret_is_secret_and_required(connector):
    setting = connector.manifest.settings[0]
    assert setting.secret
    assert setting.required


def test_every_payload_gives_exactly_one_event(parse, body_of, each_payload):
    assert len(parse(body_of(each_payload))) == 1


def test_nothing_a_citizen_said_shows_in_a_repr(event_of, each_payload):
    shown = repr(event_of(each_payload))
    for said in ("lamp", "Oak Road", "U0ANA", "Ana", "C0HELP"):
        assert said not in shown


@pytest.mark.parametrize("option", [{}, {"anything": 1}])
def test_it_is_made_from_any_settings(connector, option):
    from omnilink.plugin import ConnectorSettings

    assert type(connector)(ConnectorSettings(account="a", options=option))
