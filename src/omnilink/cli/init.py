"""`omnilink init`: a commented omnilink.toml from what the installed connectors say of themselves."""

import json
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from omnilink.cli.answer import answer, pass_session
from omnilink.cli.command import Command
from omnilink.cli.session import DEFAULT_CONFIG, Session
from omnilink.cli.terminal import one_line, wrap
from omnilink.errors import BadInput
from omnilink.plugin.manifest import Manifest, Setting

HEAD = """\
# The configuration of omnilink. `omnilink doctor` says whether it is right.

tenant = "default"
store = "omnilink.db"

# Where providers reach `omnilink serve`; an account's webhook is <public_url>/hooks/<account>.
# public_url = "https://hooks.example.org"

# For telephone numbers written without their country code: two letters, as ES or DE.
# default_region = "ES"
# What your case numbers look like: # is a digit, @ a letter. Who mentions their own is put under that case.
# case_numbers = ["EXP/##/####"]

# What callers hear, where an account has a telephone.
# plugins.telephone-menu.file = "menu.toml"

# Accounts: one table each, [accounts.NAME]; the name is yours. Remove those you do not have.
# A secret is never written here but referred to: env:VARIABLE or file:PATH. While one is being changed, write
# both, the new one first: ["env:NEW", "env:OLD"].
"""


@click.command(cls=Command)
@click.option("--force", is_flag=True, help="Replace the file if there is one.")
@pass_session
def init(session: Session, force: bool) -> None:
    """Write a commented omnilink.toml.

    With an account for each installed connector; its secrets are references, to be set where they say.
    """
    from omnilink.plugin.registry import Registry, list_installed

    registry = session.registry or Registry()
    manifests = [registry.load(plugin.name).manifest for plugin in list_installed()]
    path = session.config or Path(DEFAULT_CONFIG)
    _write(path, render_config(manifests), force=force)
    accounts = [manifest.name for manifest in manifests]
    answer(session, {"written": str(path), "accounts": accounts}, _lines(path, accounts, session.columns))


def render_config(manifests: Sequence[Manifest]) -> str:
    """The text of a configuration with an account for each connector."""
    return HEAD + "".join(line + "\n" for manifest in manifests for line in _account(manifest))


def _account(manifest: Manifest) -> Iterator[str]:
    yield ""
    yield from _comment(manifest.title)
    yield f"[accounts.{manifest.name}]"
    yield f"connector = {json.dumps(manifest.name)}"
    yield f'# own_handles = ["{manifest.schemes[0] if manifest.schemes else "scheme"}:…"]  # your own addresses there'
    for setting in manifest.settings:
        yield from _comment(setting.summary)
        mark = "" if setting.required else "# "
        yield f"{mark}{setting.name} = {_value(manifest, setting)}"


def _comment(text: str) -> Iterator[str]:
    return ("# " + line for line in wrap(text, 110))


def _value(manifest: Manifest, setting: Setting) -> str:
    """What stands after the equals sign: the example, a list or table as it is and anything else as a text."""
    value = setting.example
    if not value and setting.secret:
        value = "env:" + re.sub(r"\W", "_", f"{manifest.name}_{setting.name}").upper()
    return value if value.startswith(("[", "{")) else json.dumps(value, ensure_ascii=False)


def _write(path: Path, text: str, *, force: bool) -> None:
    # Exclusively, so that a file made in between is not lost either.
    flags = os.O_WRONLY | os.O_CREAT | (os.O_TRUNC if force else os.O_EXCL)
    try:
        handle = os.open(path, flags, 0o600)
    except FileExistsError:
        raise BadInput("there is a configuration already", hint="--force replaces it") from None
    except OSError:
        raise BadInput("the configuration cannot be written there", hint="name a folder you may write to") from None
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)


def _lines(path: Path, accounts: Sequence[str], columns: int) -> Iterator[str]:
    yield f"written: {one_line(str(path), columns - 9)}"
    yield from wrap(f"accounts: {', '.join(accounts) or 'none, as no connector is installed'}", columns, "  ")
    yield "next: remove the accounts you do not have, set the secrets, omnilink doctor"
