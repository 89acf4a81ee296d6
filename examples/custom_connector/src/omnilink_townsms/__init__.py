from omnilink.plugin import hookimpl


@hookimpl
def omnilink_connector():
    from omnilink_townsms.connector import TownSms

    return TownSms
