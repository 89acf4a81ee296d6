"""Town SMS gateway: the connector is loaded when an account names it."""

from omnilink.plugin import Connector, hookimpl


@hookimpl
def omnilink_connector() -> type[Connector]:
    from omnilink_townsms.connector import TownSms

    return TownSms
