"""`omnilink people`: decisions of people about who is who, each by name, and taking them back."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import click

from omnilink.cli.answer import answer, pass_session
from omnilink.cli.command import Group
from omnilink.cli.link import NAME_A, NAME_B
from omnilink.cli.session import Session
from omnilink.cli.terminal import wrap

if TYPE_CHECKING:
    from omnilink.model.persona import Decision

BY = click.option("--by", required=True, metavar="NAME", help="Who decides: it is kept with the decision.")
REASON = click.option("--reason", default="", metavar="TEXT", help="Why: it is kept with the decision.")


@click.group(cls=Group)
def people() -> None:
    """Decide who is who, and take it back.

    A decision is stronger than any evidence. A and B are handles (+34600111222, ana@example.org) or contact ids.
    """


@people.command()
@click.argument("a")
@click.argument("b")
@BY
@REASON
@NAME_A
@NAME_B
@pass_session
def confirm(session: Session, a: str, b: str, by: str, reason: str, name_a: str | None, name_b: str | None) -> None:
    """Say that what was shown on two handles is one person's."""
    made = session.run(lambda hub: hub.people.confirm(a, b, by=by, reason=reason, name_a=name_a, name_b=name_b))
    answer(session, made, _lines([made], session.columns))


@people.command()
@click.argument("a")
@click.argument("b")
@BY
@REASON
@NAME_A
@NAME_B
@pass_session
def reject(session: Session, a: str, b: str, by: str, reason: str, name_a: str | None, name_b: str | None) -> None:
    """Say that two handles are two people's: no rule joins them again."""
    made = session.run(lambda hub: hub.people.reject(a, b, by=by, reason=reason, name_a=name_a, name_b=name_b))
    answer(session, made, _lines([made], session.columns))


@people.command()
@click.argument("a")
@click.argument("b")
@BY
@REASON
@pass_session
def merge(session: Session, a: str, b: str, by: str, reason: str) -> None:
    """Say that two contacts, with all their handles, are one person."""
    made = session.run(lambda hub: hub.people.merge(a, b, by=by, reason=reason))
    answer(session, made, _lines([made], session.columns))


@people.command()
@click.argument("contact")
@click.option("--persona", "personas", multiple=True, metavar="ID", help="A persona that is somebody else's.")
@click.option("--interaction", "interactions", multiple=True, metavar="ID", help="An interaction of somebody else.")
@BY
@REASON
@pass_session
def split(
    session: Session, contact: str, personas: tuple[str, ...], interactions: tuple[str, ...], by: str, reason: str
) -> None:
    """Say that a part of a contact is somebody else."""
    made = session.run(
        lambda hub: hub.people.split(contact, personas=personas, interactions=interactions, by=by, reason=reason)
    )
    answer(session, made, _lines([made], session.columns))


@people.command()
@click.argument("decision")
@BY
@REASON
@pass_session
def undo(session: Session, decision: str, by: str, reason: str) -> None:
    """Take a decision back, by its id or number.

    Everybody is again who they would be without it.
    """
    undone = session.run(lambda hub: hub.people.revoke(decision, by=by, reason=reason))
    answer(session, undone, _lines([undone], session.columns))


@people.command()
@pass_session
def decisions(session: Session) -> None:
    """List the decisions, the newest first."""
    found = session.run(lambda hub: hub.people.decisions())
    document = {"decisions": found}
    answer(session, document, _lines(found, session.columns))


def _lines(found: "Sequence[Decision]", columns: int) -> Iterator[str]:
    if not found:
        yield "nobody has decided anything yet"
    for decision in found:
        verdict = "one person" if decision.same else "two people"
        yield f"{decision.number}  {decision.kind}: {verdict}, {decision.at.astimezone():%d %b %Y}  {decision.id}"
        words = f"by {decision.by}" + (f": {decision.reason}" if decision.reason else "")
        yield from ("    " + line for line in wrap(words, columns - 4, "  "))
        if decision.revoked_by:
            words = f"revoked by {decision.revoked_by}: {decision.revoked_reason}"
            yield from ("    " + line for line in wrap(words, columns - 4, "  "))
