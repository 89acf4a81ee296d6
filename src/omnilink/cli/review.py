"""`omnilink review`: pairs that may be one person, one after another, for a person to decide."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import click

from omnilink.cli.answer import answer, pass_session
from omnilink.cli.command import Command
from omnilink.cli.session import Session
from omnilink.cli.terminal import one_line

if TYPE_CHECKING:
    from omnilink.citizen.review import ReviewCase
    from omnilink.hub import Hub
    from omnilink.model.contact import Contact


@click.command(cls=Command)
@click.option("--after", metavar="CONTACT", help="Go on after the contact of the last case seen.")
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True, help="Cases, more or less.")
@click.option("--ask", is_flag=True, help="Ask of each case what it is; needs --by.")
@click.option("--by", metavar="NAME", help="Who decides: it is kept with each decision.")
@pass_session
def review(session: Session, after: str | None, limit: int, ask: bool, by: str | None) -> None:
    """Show who may be one person, and decide.

    Decide here with --ask, or with `omnilink people confirm A B` and `reject A B`.
    """
    if ask and not by:
        raise click.UsageError("--ask needs --by: decisions are signed")

    async def work(hub: "Hub") -> "list[tuple[ReviewCase, Contact, Contact]]":
        cases = await hub.review.cases(after=after, limit=limit)
        return [(case, await hub.contact(case.a), await hub.contact(case.b)) for case in cases]

    found = session.run(work)
    if not ask:
        document = {"cases": [case for case, _, _ in found]}
        answer(session, document, _all_lines(found, session.columns))
        return
    for case, a, b in found:
        click.echo("\n".join(_lines(case, a, b, session.columns)))
        said = click.prompt("One person?", type=click.Choice(["yes", "no", "later", "stop"]), default="later")
        if said == "stop":
            return
        if said != "later":
            _decide(session, case, same=said == "yes", by=by or "")


def _decide(session: Session, case: "ReviewCase", *, same: bool, by: str) -> None:
    if same:
        session.run(lambda hub: hub.people.confirm(case.a, case.b, by=by, reason="review"))
    else:
        session.run(lambda hub: hub.people.reject(case.a, case.b, by=by, reason="review"))


def _all_lines(found: "Sequence[tuple[ReviewCase, Contact, Contact]]", columns: int) -> Iterator[str]:
    if not found:
        yield "nobody is in doubt"
    for case, a, b in found:
        yield from _lines(case, a, b, columns)
    if found:
        yield f"more: --after {found[-1][0].contact}"


def _lines(case: "ReviewCase", a: "Contact", b: "Contact", columns: int) -> Iterator[str]:
    yield click.style(f"{case.why.replace('-', ' ')}: {case.bits:.1f} of {case.line:g} bits", bold=True)
    for persona, contact in ((case.a, a), (case.b, b)):
        handles = ", ".join(h.key for h in contact.handles)
        yield f"  {persona}"
        yield "    " + one_line(f"{contact.name or 'nobody named'}  {handles}", columns - 4)
    for clue in case.evidence:
        yield f"    {clue.weight_bits or 0.0:+6.1f}  {clue.kind}"
