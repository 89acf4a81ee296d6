"""Email for omnilink: SMTP, IMAP, raw MIME, .eml, mbox and Maildir."""

from omnilink.plugin import Connector, hookimpl


@hookimpl
def omnilink_connector() -> type[Connector]:
    """The connector class; see `omnilink.plugin.hookspecs`."""
    from omnilink_email.connector import EmailConnector

    return EmailConnector
