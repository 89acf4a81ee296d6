"""Settings: one TOML file, secrets by reference, nothing secret ever printed.

tenant = "town"
store = "citizens.db"
public_url = "https://hooks.town.example"

[accounts.helpline]
connector = "twilio"
own_handles = ["tel:+34910000000"]
auth_token = ["env:TWILIO_AUTH_TOKEN", "file:/run/secrets/old_token"]
"""

import os
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from omnilink.errors import ConfigError, SecretMissing
from omnilink.plugin.fetch_policy import ANY_HOST, FetchPolicy

MIN_SECRET_CHARS = 4
REPLY_KEYS = "reply_keys"
"""The secret setting of an account whose messages carry signed reply tokens, newest key first."""


class Secret:
    """A secret value that shows itself only to `reveal()`.

    Raises:
        SecretMissing: the value is blank (an unset secret must never verify anything).
    """

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        if len(value.strip()) < MIN_SECRET_CHARS:
            raise SecretMissing("a secret is blank or too short", hint="set the variable or file it refers to")
        self._value = value

    def reveal(self) -> str:
        """The value itself; call this only where it is used."""
        return self._value

    def __repr__(self) -> str:
        return "Secret(•••)"

    __str__ = __repr__

    def __reduce__(self) -> Any:
        raise TypeError("a Secret cannot be pickled")


def read_secret(reference: str, *, setting: str, environ: Mapping[str, str] | None = None) -> Secret:
    """Resolves `env:NAME` or `file:PATH`. A literal secret in the file is refused.

    Raises:
        SecretMissing: the variable or file is absent, blank or unreadable.
        ConfigError: the text is no reference.
    """
    environ = os.environ if environ is None else environ
    kind, _, place = reference.partition(":")
    if kind == "env":
        value = environ.get(place, "")
    elif kind == "file":
        try:
            value = Path(place).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            raise SecretMissing("the secret's file cannot be read", setting=setting, hint=f"check {setting}") from None
    else:
        raise ConfigError(
            "a secret must be a reference, not a value", setting=setting, hint="write env:NAME or file:PATH"
        )
    try:
        return Secret(value)
    except SecretMissing as e:
        raise SecretMissing(e.message, setting=setting, hint=f"{setting} refers to something empty") from None


@dataclass(frozen=True, slots=True, repr=False)
class AccountSettings:
    """One configured connector.

    Attributes:
        name: the account's name: part of its webhook path, of every envelope, of the ledger.
        connector: which plugin reads it.
        own_handles: the agency's own addresses there (`tel:...`, `mailto:...`).
        options: the connector's own settings, secrets left out.
        secret_refs: secret setting → references, newest first.
    """

    name: str
    connector: str
    own_handles: tuple[str, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)
    secret_refs: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def read_secrets(self, environ: Mapping[str, str] | None = None) -> dict[str, tuple[Secret, ...]]:
        """Resolves all references now, so that a rotated secret is seen at once.

        Raises:
            SecretMissing, ConfigError: see `read_secret`.
        """
        return {
            name: tuple(read_secret(r, setting=f"accounts.{self.name}.{name}", environ=environ) for r in refs)
            for name, refs in self.secret_refs.items()
        }


@dataclass(frozen=True, slots=True, repr=False)
class MediaSettings:
    """The table `[media]`: files that messages point to.

    Attributes:
        fetch: a server fetches them by itself; otherwise only `omnilink media fetch` does.
        max_bytes: of one file; `timeout_s` seconds for one request.
        private_networks: CIDR blocks of the agency's own in which a provider of its own may lie.
        ports: ports that may be called.
    """

    fetch: bool = True
    max_bytes: int = 25_000_000
    timeout_s: float = 60.0
    private_networks: tuple[str, ...] = ()
    ports: tuple[int, ...] = (443,)

    def policy(self, hosts: tuple[str, ...], max_bytes: int) -> FetchPolicy:
        """What may be fetched from these hosts."""
        return FetchPolicy(
            hosts, private_networks=self.private_networks, ports=frozenset(self.ports), max_bytes=max_bytes,
            timeout_s=self.timeout_s,
        )  # fmt: skip


@dataclass(frozen=True, slots=True, repr=False)
class Settings:
    """The whole configuration."""

    tenant: str = "default"
    store: str = "omnilink.db"
    public_url: str | None = None
    default_region: str | None = None
    """ISO 3166 region for telephone numbers written without a country code."""
    accounts: Mapping[str, AccountSettings] = field(default_factory=dict)
    plugins: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Plugin -> its own table; the first one is asked first."""
    media: MediaSettings = MediaSettings()
    case_numbers: tuple[str, ...] = ()
    """What numbers of cases look like: `#` a digit, `@` a letter, anything else itself (`EXP/##/####`)."""


def _is_reference(value: object) -> bool:
    return isinstance(value, str) and value.startswith(("env:", "file:"))


def _account(name: str, table: Mapping[str, Any]) -> AccountSettings:
    options = dict(table)
    connector = options.pop("connector", None)
    if not isinstance(connector, str):
        raise ConfigError("an account needs a connector", setting=f"accounts.{name}.connector", hint="name a connector")
    own: Sequence[str] = options.pop("own_handles", ())
    if isinstance(own, str) or not all(isinstance(h, str) for h in own):
        raise ConfigError("own_handles must be a list of handles", setting=f"accounts.{name}.own_handles")
    refs: dict[str, tuple[str, ...]] = {}
    for key, value in table.items():
        if _is_reference(value):
            refs[key] = (options.pop(key),)
        elif isinstance(value, list) and value and all(map(_is_reference, value)):
            refs[key] = tuple(options.pop(key))
    return AccountSettings(name, connector, tuple(own), options, refs)


def is_account_name(name: str) -> bool:
    """Whether a name can stand in a webhook's path: ASCII letters, digits, `-` and `_`."""
    return name.isascii() and name.replace("-", "").replace("_", "").isalnum()


_MEDIA_KINDS: Mapping[str, tuple[type, ...]] = {
    "fetch": (bool,), "max_bytes": (int,), "timeout_s": (int, float), "private_networks": (list,), "ports": (list,),
}  # fmt: skip


def _media(table: object) -> MediaSettings:
    if not isinstance(table, dict):
        raise ConfigError("media must be a table", setting="media", hint="write [media]")
    for name, value in table.items():
        kinds = _MEDIA_KINDS.get(name)
        if kinds is None:
            known = ", ".join(_MEDIA_KINDS)
            raise ConfigError(f"unknown setting {name}", setting=f"media.{name}", hint=f"known: {known}")
        items = value if isinstance(value, list) else ()
        of = int if name == "ports" else str
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if type(value) not in kinds or (number and value <= 0) or any(type(item) is not of for item in items):
            raise ConfigError(f"media.{name} is of the wrong kind", setting=f"media.{name}")
    fields: dict[str, Any] = {name: tuple(v) if isinstance(v, list) else v for name, v in table.items()}
    media = MediaSettings(**fields)
    media.policy((ANY_HOST,), media.max_bytes)  # a wrong network is told now rather than at the first file
    return media


_TABLES = {"accounts", "plugins", "media"}
_LISTS = {"case_numbers"}
_KNOWN = {"tenant", "store", "public_url", "default_region", *_TABLES, *_LISTS}


def parse_settings(text: str) -> Settings:
    """Reads the TOML text of a configuration.

    Raises:
        ConfigError: it is not TOML, or a key is unknown or of the wrong kind.
    """
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as e:
        raise ConfigError("the configuration is not valid TOML", hint=str(e)) from None
    if unknown := sorted(set(table) - _KNOWN):
        raise ConfigError(
            f"unknown setting {unknown[0]}", setting=unknown[0], hint=f"known: {', '.join(sorted(_KNOWN))}"
        )
    for key in _KNOWN - _TABLES - _LISTS:
        if not isinstance(table.get(key, ""), str):
            raise ConfigError(f"{key} must be a text", setting=key)
    accounts = table.pop("accounts", {})
    if not isinstance(accounts, dict) or not all(isinstance(a, dict) for a in accounts.values()):
        raise ConfigError("accounts must be tables", setting="accounts", hint="write [accounts.NAME]")
    plugins = table.pop("plugins", {})
    if not isinstance(plugins, dict) or not all(isinstance(p, dict) for p in plugins.values()):
        raise ConfigError("plugins must be tables", setting="plugins", hint="write [plugins.NAME]")
    for name in accounts:
        if not is_account_name(name):
            raise ConfigError("an account's name may hold letters, digits, - and _", setting=f"accounts.{name}")
    numbers = table.pop("case_numbers", [])
    if not isinstance(numbers, list) or not all(isinstance(picture, str) for picture in numbers):
        raise ConfigError("case_numbers must be a list of texts", setting="case_numbers", hint='["EXP/##/####"]')
    media = _media(table.pop("media", {}))
    read = {name: _account(name, a) for name, a in accounts.items()}
    return Settings(**table, accounts=read, plugins=plugins, media=media, case_numbers=tuple(numbers))


def read_settings(path: Path) -> Settings:
    """Reads the configuration file.

    Raises:
        ConfigError: it cannot be read or is not valid.
    """
    try:
        return parse_settings(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError):
        raise ConfigError(
            "the configuration file cannot be read", setting=path.name, hint="`omnilink init` writes one"
        ) from None
