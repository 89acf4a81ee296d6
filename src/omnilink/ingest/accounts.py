"""Accounts: the configured connectors as objects, made on first use."""

from collections import ChainMap
from collections.abc import Mapping
from typing import Literal

from omnilink.conversation.reply_routes import token_keys
from omnilink.conversation.tokens import TokenKey
from omnilink.errors import BadInput, ConfigError, SecretMissing, UnknownConnector
from omnilink.identity.normalise import normalise, parse_handle
from omnilink.ingest.prepare import AccountFacts
from omnilink.ingest.process import Reader
from omnilink.model.handle import Handle
from omnilink.plugin.connector import Connector, ConnectorSettings, Parses
from omnilink.plugin.media import HoldsMedia
from omnilink.plugin.registry import Registry
from omnilink.plugin.settings import REPLY_KEYS, AccountSettings, Settings, is_account_name
from omnilink.plugin.visitors import TakesFiles
from omnilink.plugin.webhook import Secrets


class Accounts:
    """Makes and keeps one connector object an account.

    Args:
        settings: the configuration.
        registry: where connector classes come from.
    """

    def __init__(self, settings: Settings, registry: Registry) -> None:
        self._settings, self._registry = settings, registry
        self._extra: dict[str, AccountSettings] = {}
        self._configured: Mapping[str, AccountSettings] = ChainMap(dict(settings.accounts), self._extra)
        self._connectors: dict[str, Connector] = {}
        self._readers: dict[tuple[str, str], Reader] = {}

    @property
    def configured(self) -> Mapping[str, AccountSettings]:
        """All accounts by name, the ones added for an import included."""
        return self._configured

    def ensure(self, name: str, connector: str) -> None:
        """Makes sure that an account exists, for an import that names only a connector.

        Raises:
            ConfigError: the account is configured with another connector.
            UnknownConnector: no such plugin.
        """
        known = self.configured.get(name)
        if known is None:
            if not is_account_name(name):
                raise BadInput("an account's name may hold letters, digits, - and _", hint="choose another name")
            self._registry.load(connector)
            self._extra[name] = AccountSettings(name, connector)
        elif known.connector != connector:
            raise ConfigError(
                f"account {name} is configured with another connector", setting=f"accounts.{name}.connector"
            )

    def connector(self, name: str) -> Connector:
        """The connector object of an account.

        Raises:
            ConfigError: no such account, or its settings are wrong.
            UnknownConnector: its plugin is not installed.
        """
        if name not in self._connectors:
            account = self.configured.get(name)
            if account is None:
                raise ConfigError("no such account", setting=f"accounts.{name}", hint="add it to the configuration")
            self._connectors[name] = self._make(account)
        return self._connectors[name]

    def _make(self, account: AccountSettings) -> Connector:
        made = self._registry.load(account.connector)
        secret = made.manifest.secret_names
        for setting in account.options:
            if setting in secret:
                raise ConfigError(
                    "a secret must be a reference, not a value",
                    setting=f"accounts.{account.name}.{setting}",
                    hint="write env:NAME or file:PATH",
                )
        unknown = {*account.options, *account.secret_refs} - {s.name for s in made.manifest.settings}
        if unknown:
            names = ", ".join(s.name for s in made.manifest.settings) or "none"
            raise ConfigError(
                f"unknown setting {min(unknown)}",
                setting=f"accounts.{account.name}.{min(unknown)}",
                hint=f"settings of {account.connector}: {names}",
            )
        return made(
            ConnectorSettings(
                account=account.name,
                own_handles=self.own_handles(account),
                public_url=self.public_url(account.name),
                options=account.options,
                default_region=self._settings.default_region,
            )
        )

    def own_handles(self, account: AccountSettings) -> tuple[Handle, ...]:
        """The agency's own addresses at an account, normalised."""
        region = self._settings.default_region
        return tuple(normalise(parse_handle(h, default_region=region)) for h in account.own_handles)

    def public_url(self, name: str) -> str | None:
        """Where the provider calls an account's webhook."""
        base = self._settings.public_url
        return f"{base.rstrip('/')}/hooks/{name}" if base else None

    def secrets(self, name: str) -> Secrets:
        """An account's secrets, read now (a rotated one is seen at once).

        Raises:
            SecretMissing: a required one is absent or blank.
        """
        account = self.configured[name]
        found = account.read_secrets()
        for setting in self.connector(name).manifest.required_settings(account.options):
            if setting.secret and not found.get(setting.name):
                raise SecretMissing(
                    "a required secret is not configured",
                    setting=f"accounts.{name}.{setting.name}",
                    connector=account.connector,
                    hint=f'write {setting.name} = "env:NAME"',
                )
        return found

    def reply_keys(self, name: str) -> tuple[TokenKey, ...]:
        """The keys of an account's reply tokens, newest first; none where it has none.

        Raises:
            SecretMissing, ConfigError: one cannot be read, or will not do.
        """
        account = self.configured.get(name)
        if account is None or REPLY_KEYS not in account.secret_refs:
            return ()
        return token_keys(account.read_secrets()[REPLY_KEYS])

    def reader(self, account: str, connector: str) -> Reader:
        """How the envelopes of an account are read; an account since removed is read by its connector alone.

        Raises:
            UnknownConnector: the plugin is not installed, or reads nothing.
        """
        known = self._readers.get((account, connector))
        if known is not None:
            return known
        configured = self.configured.get(account)
        if configured is not None and configured.connector == connector:
            made, own = self.connector(account), self.own_handles(configured)
        else:
            made, own = self._registry.load(connector)(ConnectorSettings(account=account)), ()
        if not isinstance(made, Parses):
            raise UnknownConnector("that connector receives nothing", connector=connector)
        facts = AccountFacts(
            name=account,
            connector=connector,
            channel=made.manifest.channels[0],
            parser_version=f"{made.manifest.name}/{made.manifest.version}",
            own_keys=frozenset(h.key for h in own),
            default_region=self._settings.default_region,
            keyword_channels=made.capabilities.keyword_channels,
            holds_media=_where_files_are(made),
        )
        self._readers[account, connector] = Reader(made, facts)
        return self._readers[account, connector]


def _where_files_are(connector: object) -> Literal["envelope", "store"] | None:
    """Where the files of a connector's messages are when they arrive; None = with its provider."""
    if isinstance(connector, HoldsMedia):
        return "envelope"
    return "store" if isinstance(connector, TakesFiles) else None
