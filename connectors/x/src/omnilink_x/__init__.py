"""X for omnilink: posts, replies, mentions, direct messages and likes as one citizen's history."""

from omnilink.plugin import Connector, hookimpl


@hookimpl
def omnilink_connector() -> type[Connector]:
    """The connector class of this plugin."""
    from omnilink_x.connector import XConnector

    return XConnector
