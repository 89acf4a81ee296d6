"""All a connector may import, together with `omnilink.model` and `omnilink.errors`."""

from omnilink.plugin.capabilities import Capabilities, Level
from omnilink.plugin.connector import Connector, ConnectorSettings, Parses, ReadsFiles, ReceivesWebhooks
from omnilink.plugin.hookspecs import hookimpl
from omnilink.plugin.manifest import Manifest, Setting
from omnilink.plugin.settings import Secret
from omnilink.plugin.webhook import (
    Keys,
    NeedsKeys,
    RawRequest,
    Rejected,
    Secrets,
    Verified,
    WebhookResponse,
)

__all__ = [
    "Capabilities", "Connector", "ConnectorSettings", "Keys", "Level", "Manifest", "NeedsKeys", "Parses",
    "RawRequest", "ReadsFiles", "ReceivesWebhooks", "Rejected", "Secret", "Secrets", "Setting", "Verified",
    "WebhookResponse", "hookimpl",
]  # fmt: skip
