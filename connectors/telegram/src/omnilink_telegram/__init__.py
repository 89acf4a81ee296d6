"""Telegram for omnilink: what people write to a bot, in private, in groups, in channels and to a business account."""

from omnilink.plugin import Connector, hookimpl


@hookimpl
def omnilink_connector() -> type[Connector]:
    """The connector class of this plugin."""
    from omnilink_telegram.connector import TelegramConnector

    return TelegramConnector
