"""`omnilink usage`: what accounts were billed for in a month, and what is left of their budgets."""

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import click

from omnilink.cli.answer import answer, pass_session
from omnilink.cli.command import Command
from omnilink.cli.session import Session
from omnilink.cli.terminal import one_line
from omnilink.errors import BadInput

if TYPE_CHECKING:
    from omnilink.ingest.meter import AccountUse

_MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")
NEARLY = 0.8


@click.command(cls=Command)
@click.option("--month", metavar="YYYY-MM", help="Another month than this one (UTC).")
@pass_session
def usage(session: Session, month: str | None) -> None:
    """Show what accounts were billed for, at the configured prices.

    Only connectors whose provider bills by the call are listed. It is what omnilink counted, not the invoice.
    """
    if month is not None and not _MONTH.fullmatch(month):
        raise BadInput("a month is written 2026-11", hint="--month 2026-11")
    uses = session.run(lambda hub: hub.meter.report(month))
    answer(session, {"accounts": uses}, usage_lines(uses))


def usage_lines(uses: "Iterable[AccountUse]") -> "Iterator[str]":
    """One account a block: the sum with its budget, then what it is made of."""
    found = False
    for use in uses:
        found = True
        of = f" of {use.budget:,.2f}" if use.budget is not None else ", no budget"
        line = f"{use.account}  {use.month}  {use.spent:,.2f}{of} {use.currency}"
        spent = use.budget is not None and use.spent >= use.budget
        yield click.style(line, bold=True, fg="red" if spent else "yellow" if is_nearly_spent(use) else None)
        for one in use.used:
            yield f"    {one.count:>10,}  {one_line(one.what.replace('_', ' '), 40):<30}  {one.micros / 1e6:>12,.4f}"
    if not found:
        yield "no configured account is billed by the call"


def is_nearly_spent(use: "AccountUse") -> bool:
    """Whether somebody should know before it is too late."""
    return use.budget is not None and use.spent >= NEARLY * use.budget
