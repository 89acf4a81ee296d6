"""Slack for omnilink: events, interactivity and slash commands as one citizen's history."""

from omnilink.plugin import Connector, hookimpl


@hookimpl
def omnilink_connector() -> type[Connector]:
    """The connector class of this plugin."""
    from omnilink_slack.connector import SlackConnector

    return SlackConnector
