"""`omnilink doctor`: would it work? Findings, each with what to do about it."""

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

import click

from omnilink.cli.answer import answer, pass_session
from omnilink.cli.checks import Finding, check_accounts, check_plugins, check_program, check_public_url
from omnilink.cli.command import Command
from omnilink.cli.session import Session
from omnilink.cli.terminal import one_line, wrap
from omnilink.cli.usage import is_nearly_spent
from omnilink.errors import ConfigError, OmnilinkError

if TYPE_CHECKING:
    from omnilink.plugin.settings import Settings

COLOURS = {"ok": "green", "warn": "yellow", "error": "red"}


@click.command(cls=Command)
@pass_session
def doctor(session: Session) -> None:
    """Check configuration, accounts, secrets and database.

    Secrets are looked for and never shown. The exit code is 1 if there is an error.
    """
    findings = list(_examine(session))
    errors = [finding for finding in findings if finding.level == "error"]
    answer(session, {"ok": not errors, "findings": findings}, _lines(findings, session.columns))
    if errors:
        raise click.exceptions.Exit(1)


def _examine(session: Session) -> Iterator[Finding]:
    yield from check_program()
    try:
        settings = session.settings()
    except ConfigError as e:
        yield Finding.of_error("configuration", e)
        return
    path = session.config_path
    if path is None:
        yield Finding("warn", "configuration", "there is no omnilink.toml, so the defaults hold", "omnilink init")
    else:
        yield Finding("ok", "configuration", f"{path.name} can be read; {len(settings.accounts)} accounts")
    registry = session.registry_for(settings)
    yield from check_public_url(settings, registry)
    yield from check_accounts(settings, registry)
    yield from check_plugins(settings)
    yield from _check_database(session, settings)


def _check_database(session: Session, settings: "Settings") -> Iterator[Finding]:
    path = session.database(settings)
    about, folder = "database", path.absolute().parent
    if not path.exists():
        if os.access(folder, os.W_OK):
            yield Finding("warn", about, f"there is no {path.name} yet", "`omnilink import` makes it")
        else:
            yield Finding(
                "error", about, f"there is no {path.name} and the folder cannot be written to", "name another"
            )
        return
    if not (os.access(path, os.W_OK) and os.access(folder, os.W_OK)):
        # SQLite keeps its write-ahead log in a file beside it.
        yield Finding("error", about, f"{path.name} or its folder cannot be written to", "change their permissions")
        return
    try:
        problems = session.run(lambda hub: hub.store.check())
    except OmnilinkError as e:
        yield Finding.of_error(about, e)
        return
    for problem in problems:
        yield Finding("error", about, problem, "restore a backup, and please report this")
    if not problems:
        yield Finding("ok", about, f"{path.name} is of this version, and no problem was found in it")
    yield from _check_usage(session)


def _check_usage(session: Session) -> Iterator[Finding]:
    try:
        uses = session.run(lambda hub: hub.meter.report())
    except Exception:  # what is wrong with an account was told above
        return
    for use in uses:
        of = "no monthly_budget is set" if use.budget is None else f"of {use.budget:,.2f}"
        level: Literal["ok", "warn"] = "warn" if use.budget is None or is_nearly_spent(use) else "ok"
        hint = "set one: reading and sending cost money there" if use.budget is None else None
        hint = "`omnilink usage` shows for what" if hint is None and level == "warn" else hint
        yield Finding(level, f"accounts.{use.account}", f"{use.spent:,.2f} {use.currency} spent this month, {of}", hint)


def _lines(findings: list[Finding], columns: int) -> Iterator[str]:
    for finding in findings:
        level = click.style(f"{finding.level:<5}", fg=COLOURS[finding.level])
        words = wrap(one_line(f"{finding.about}: {finding.message}"), columns - 7)
        if finding.hint:
            words += wrap(one_line(f"→ {finding.hint}"), columns - 7, "  ")
        yield f"{level}  {words[0]}"
        yield from (" " * 7 + line for line in words[1:])
