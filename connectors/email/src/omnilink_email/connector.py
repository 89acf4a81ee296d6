"""The connector's class: wiring only."""

from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

from omnilink.model import Envelope, Event, Received
from omnilink.plugin import Capabilities, ConnectorSettings, Manifest
from omnilink_email.inbound import parse_mail
from omnilink_email.mailbox import read_mailbox
from omnilink_email.manifest import CAPABILITIES, MANIFEST
from omnilink_email.settings import read_settings


class EmailConnector:
    """Email, receiving: `Connector`, `Parses`, `ReadsFiles`.

    Args:
        settings: of the account.

    Raises:
        ConfigError: a setting is of the wrong kind.
    """

    manifest: ClassVar[Manifest] = MANIFEST
    capabilities: ClassVar[Capabilities] = CAPABILITIES

    def __init__(self, settings: ConnectorSettings) -> None:
        self._settings = read_settings(settings)

    def parse(self, envelope: Envelope) -> list[Event]:
        """The mail as events; pure and total (see `inbound.parse_mail`)."""
        return parse_mail(envelope.body, self._settings)

    def read_files(self, path: Path) -> Iterator[Received]:
        """Every mail of a file or folder, one at a time (see `mailbox.read_mailbox`).

        Raises:
            UnreadableFile: nothing there can be read as mail.
        """
        return read_mailbox(path)
