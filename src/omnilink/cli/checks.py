"""What `doctor` looks at besides the database. Values in, findings out; no secret is ever in a finding."""

import re
import sqlite3
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, Self
from urllib.parse import urlsplit

from omnilink import __version__
from omnilink.errors import OmnilinkError
from omnilink.ingest.accounts import Accounts
from omnilink.plugin.connector import Polls, ReceivesWebhooks
from omnilink.plugin.registry import Registry
from omnilink.plugin.session import HoldsSession
from omnilink.plugin.settings import AccountSettings, Settings, read_secret

OLDEST_SQLITE = (3, 35, 0)
"""The first with RETURNING (https://www.sqlite.org/lang_returning.html)."""
_VARIABLE = re.compile(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)+")
LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at.

    Attributes:
        about: what was looked at: `configuration`, `accounts.helpline`, `database` ...
        hint: what to do, if anything.
    """

    level: Literal["ok", "warn", "error"]
    about: str
    message: str
    hint: str | None = None

    @classmethod
    def of_error(cls, about: str, error: OmnilinkError) -> Self:
        """The finding that an error is."""
        message = f"{error.message}: {error.setting}" if error.setting else error.message
        return cls("error", about, message, error.hint)


def check_program() -> Iterator[Finding]:
    """Versions of what this runs on."""
    python = ".".join(map(str, sys.version_info[:3]))
    yield Finding("ok", "program", f"omnilink {__version__} on Python {python}")
    fits = sqlite3.sqlite_version_info >= OLDEST_SQLITE
    oldest = ".".join(map(str, OLDEST_SQLITE))
    yield Finding(
        "ok" if fits else "error",
        "program",
        f"SQLite {sqlite3.sqlite_version}",
        None if fits else f"a Python with SQLite {oldest} or newer is needed",
    )


def check_public_url(settings: Settings, registry: Registry) -> Iterator[Finding]:
    """Providers call https only, and some sign the URL: it must be the one they call."""
    about, url = "public_url", settings.public_url
    if url is None:
        accounts = Accounts(settings, registry)
        if any(_listens(accounts, name) for name in settings.accounts):
            yield Finding("warn", about, "not set, so no provider can call", 'write public_url = "https://…"')
        return
    parts = urlsplit(url)
    if parts.scheme == "https" and parts.hostname:
        yield Finding("ok", about, "is https")
    elif parts.hostname in LOCAL_HOSTS:
        yield Finding("warn", about, "is of this machine only", "for providers it must be https and public")
    else:
        yield Finding("error", about, "is no https URL", 'write public_url = "https://hooks.example.org"')


def check_accounts(settings: Settings, registry: Registry) -> Iterator[Finding]:
    """Each configured account: plugin, settings, secrets, own handles."""
    if not settings.accounts:
        yield Finding("warn", "accounts", "none is configured", "`omnilink init` writes examples")
    accounts = Accounts(settings, registry)
    for account in settings.accounts.values():
        problems = list(_check_account(account, accounts, registry))
        yield from problems
        if not problems:
            yield Finding("ok", f"accounts.{account.name}", f"{account.connector}: settings, secrets, handles are fine")


def _check_account(account: AccountSettings, accounts: Accounts, registry: Registry) -> Iterator[Finding]:
    about = f"accounts.{account.name}"
    try:
        manifest = registry.load(account.connector).manifest
    except OmnilinkError as e:
        yield Finding.of_error(about, e)
        return
    except Exception as e:  # a plugin may fail in any way while it is imported; the other accounts are still looked at
        yield Finding("error", about, f"the plugin {account.connector} cannot be loaded ({type(e).__name__})")
        return
    for number, handle in enumerate(account.own_handles, 1):
        try:
            accounts.own_handles(AccountSettings(account.name, account.connector, (handle,)))
        except OmnilinkError as e:
            yield Finding("error", about, f"own_handles, number {number}: {e.message}", e.hint)
            return
    try:
        accounts.connector(account.name)
    except OmnilinkError as e:
        yield Finding.of_error(about, e)
    for name, references in account.secret_refs.items():
        for reference in references:
            try:
                read_secret(reference, setting=f"{about}.{name}")
            except OmnilinkError as e:
                yield Finding("error", about, f"{name}: {e.message}", _hint_for(reference) or e.hint)
    for setting in manifest.required_settings(account.options):
        if not {*account.secret_refs, *account.options} & {setting.name}:
            hint = f'{setting.name} = "{setting.example or ("env:NAME" if setting.secret else "…")}"'
            yield Finding("error", about, f"{setting.name} is required and not set", hint)


def check_plugins(settings: Settings) -> Iterator[Finding]:
    """Each configured plugin: is it installed, and does its table make sense to it?"""
    for name, options in settings.plugins.items():
        registry, about = Registry(()), f"plugins.{name}"
        registry.use({name: options})
        try:
            registry.load_plugins()
        except OmnilinkError as e:
            yield Finding.of_error(about, e)
        except Exception as e:  # as with connectors: whatever it is, the others are still looked at
            yield Finding("error", about, f"the plugin cannot be loaded ({type(e).__name__})")
        else:
            yield Finding("ok", about, "can be loaded")


def _hint_for(reference: str) -> str | None:
    """Names the variable, unless somebody may have written the secret itself where its name belongs."""
    kind, _, place = reference.partition(":")
    if kind == "env" and _VARIABLE.fullmatch(place):
        return f"set the environment variable {place}"
    return None


def _listens(accounts: Accounts, account: str) -> bool:
    """Whether its provider calls us; one that is asked, or that holds a line open, needs no address of ours."""
    try:
        connector = accounts.connector(account)
        asks = isinstance(connector, Polls) and connector.is_polled
        holds = isinstance(connector, HoldsSession) and connector.lines > 0
        return isinstance(connector, ReceivesWebhooks) and not asks and not holds
    except Exception:  # check_accounts tells of it
        return False
