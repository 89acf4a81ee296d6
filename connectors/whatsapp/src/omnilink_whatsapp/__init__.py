"""WhatsApp Cloud API for omnilink."""

from omnilink.plugin import Connector, hookimpl


@hookimpl
def omnilink_connector() -> type[Connector]:
    """Returns the connector's class; its modules are imported only now."""
    from omnilink_whatsapp.connector import WhatsAppConnector

    return WhatsAppConnector
