"""Twilio for omnilink: SMS, MMS, WhatsApp and voice callbacks."""

from omnilink.plugin import Connector, hookimpl


@hookimpl
def omnilink_connector() -> type[Connector]:
    """Returns the connector's class; its modules are imported only now."""
    from omnilink_twilio.connector import TwilioConnector

    return TwilioConnector
