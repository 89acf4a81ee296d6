"""What sending needs of the configured accounts (`ingest.accounts.Accounts` is one)."""

from collections.abc import Mapping
from typing import Protocol

from omnilink.conversation.tokens import TokenKey
from omnilink.model.handle import Handle
from omnilink.plugin.connector import Connector
from omnilink.plugin.settings import AccountSettings
from omnilink.plugin.webhook import Secrets


class SendingAccounts(Protocol):
    """The accounts by name, as connectors."""

    @property
    def configured(self) -> Mapping[str, AccountSettings]: ...

    def connector(self, name: str) -> Connector: ...

    def own_handles(self, account: AccountSettings) -> tuple[Handle, ...]: ...

    def secrets(self, name: str) -> Secrets: ...

    def reply_keys(self, name: str) -> tuple[TokenKey, ...]: ...
