"""`omnilink ledger`: both ledgers, and whether they balance."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from omnilink.cli.answer import answer, pass_session
from omnilink.cli.command import Command
from omnilink.cli.session import Session
from omnilink.cli.terminal import one_line
from omnilink.errors import NotFound

if TYPE_CHECKING:
    from omnilink.hub import Hub
    from omnilink.model.view import Ledger

ENVELOPES = ("duplicate", "pending", "processed", "quarantined")
EVENTS = ("recorded", "duplicate", "ignored", "unparsed", "parked", "failed")


@click.command(cls=Command)
@click.option("--account", metavar="NAME", help="Of one account only.")
@pass_session
def ledger(session: Session, account: str | None) -> None:
    """Show both ledgers: was anything dropped?

    Every envelope received is a duplicate, pending, processed or quarantined; every event parsed out of them is
    settled in one of six ways. The exit code is 1 if either sum is off.
    """

    async def work(hub: "Hub") -> "Ledger":
        books = await hub.ledger(account)
        if account is not None and account not in hub.accounts.configured and not (books.received or books.refused):
            raise NotFound("no such account", hint="a misspelt name must not look like balanced books")
        return books

    books = session.run(work)
    answer(session, {**books.model_dump(mode="json"), "balanced": books.balanced}, ledger_lines(books))
    if not books.balanced:
        raise click.exceptions.Exit(1)


def ledger_lines(books: "Ledger") -> Iterator[str]:
    """Both ledgers as sums."""
    yield from _sum("Envelopes", "received", books.received, {name: getattr(books, name) for name in ENVELOPES})
    settled = {name: books.events.get(name, 0) for name in EVENTS}
    yield from _sum("Events", "parsed", books.parsed, {**settled, **books.events})
    if books.refused:
        yield f"Refused requests (nothing of them is stored): {sum(books.refused.values()):,}"
        for reason, count in sorted(books.refused.items()):
            yield f"    {count:>12,}  {one_line(reason, 60)}"


def _sum(title: str, name: str, total: int, shares: dict[str, int]) -> Iterator[str]:
    difference = total - sum(shares.values())
    verdict = click.style("NOT BALANCED", fg="red", bold=True) if difference else click.style("balanced", fg="green")
    yield click.style(title, bold=True)
    for share, count in shares.items():
        yield f"    {count:>12,}  {share}"
    if difference:
        yield f"    {difference:>12,}  unaccounted for"
    yield f"  = {total:>12,}  {name}: {verdict}"
