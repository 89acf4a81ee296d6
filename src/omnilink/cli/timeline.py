"""`omnilink timeline`: one person's history on a terminal."""

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from omnilink.cli.answer import answer, pass_session
from omnilink.cli.command import Command
from omnilink.cli.contacts import heading_lines
from omnilink.cli.session import Session
from omnilink.cli.terminal import count

if TYPE_CHECKING:
    from omnilink.hub import Hub
    from omnilink.model.contact import Contact
    from omnilink.model.view import TimelinePage


@click.command(cls=Command)
@click.argument("who", metavar="HANDLE")
@click.option("--name", metavar="NAME", help="The stated name, where several people share the handle.")
@click.option("--limit", type=click.IntRange(1, 1000), default=100, show_default=True, help="Items at most.")
@click.option("--before", metavar="CURSOR", help="Older items than the page before: its next_cursor.")
@click.option("--why", is_flag=True, help="Say of each item why it is there, with the links that joined it.")
@pass_session
def timeline(session: Session, who: str, name: str | None, limit: int, before: str | None, why: bool) -> None:
    """Show one person's history, newest first.

    HANDLE is an address on any channel (+34600111222, ana@example.org, slack:T1/U2) or a contact id; the history
    is that of all the person's handles. `→ us` is what the person said, `← us` what the agency said.
    """

    async def work(hub: "Hub") -> "tuple[TimelinePage, Contact]":
        page = await hub.timeline(who, name=name, limit=limit, before=before)
        return page, await hub.contact(page.contact)

    page, person = session.run(work)
    answer(session, page, _lines(page, person, why, session.columns))


def _lines(page: "TimelinePage", person: "Contact", why: bool, columns: int) -> Iterator[str]:
    from omnilink.cli.item_text import Shown, day_lines

    yield from heading_lines(person, columns)
    zone = "/".join(dict.fromkeys(time.tzname))
    yield f"  {count(len(page.items), 'item')}, newest first; times in {zone}"
    yield from day_lines((Shown.of_item(item, why=why) for item in page.items), columns)
    if page.next_cursor:
        yield ""
        yield f"older: --before {page.next_cursor}"
