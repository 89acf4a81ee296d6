"""A chat on the agency's own site for omnilink: sessions, messages, files, and the widget a page embeds."""

from omnilink.plugin import Connector, hookimpl


@hookimpl
def omnilink_connector() -> type[Connector]:
    """The connector class of this plugin."""
    from omnilink_webchat.connector import WebchatConnector

    return WebchatConnector
