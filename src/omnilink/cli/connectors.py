"""`omnilink connectors`: what is installed, by package metadata alone."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import click

from omnilink.cli.answer import answer, pass_session
from omnilink.cli.command import Command
from omnilink.cli.session import Session
from omnilink.cli.terminal import one_line, wrap

if TYPE_CHECKING:
    from omnilink.plugin.settings import Settings


@click.command(cls=Command)
@pass_session
def connectors(session: Session) -> None:
    """List the installed connectors.

    Nothing of them is loaded: only what the configuration names ever is.
    """
    from omnilink.plugin.registry import list_installed

    accounts = _accounts_by_connector(session.settings())
    found = [
        {
            "name": plugin.name,
            "distribution": plugin.distribution,
            "version": plugin.version,
            "summary": plugin.summary,
            "accounts": accounts.pop(plugin.name, []),
        }
        for plugin in list_installed()
    ]
    answer(session, {"connectors": found, "missing": accounts}, _lines(found, accounts, session.columns))


def _accounts_by_connector(settings: "Settings") -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for account in settings.accounts.values():
        found.setdefault(account.connector, []).append(account.name)
    return found


def _lines(found: list[dict[str, Any]], missing: Mapping[str, list[str]], columns: int) -> Iterator[str]:
    if not found:
        yield 'none is installed: pip install "omnilink-sdk[email]" brings the first'
    for plugin in found:
        yield f"{click.style(one_line(plugin['name'], 20), bold=True)}  {plugin['distribution']} {plugin['version']}"
        yield from ("    " + line for line in wrap(plugin["summary"], columns - 4))
        if plugin["accounts"]:
            yield from ("    " + line for line in wrap("accounts: " + ", ".join(plugin["accounts"]), columns - 4))
    for name, accounts in missing.items():
        words = f"{name}: not installed, but configured for {', '.join(accounts)}"
        yield from (click.style(line, fg="red") for line in wrap(words, columns, "    "))
