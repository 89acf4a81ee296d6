"""`omnilink relations`: what people are to each other, each by name, and taking it back."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING

import click

from omnilink.cli.answer import answer, pass_session
from omnilink.cli.command import Group
from omnilink.cli.link import NAME_A, NAME_B
from omnilink.cli.people import BY, REASON
from omnilink.cli.session import Session
from omnilink.cli.terminal import one_line, wrap

if TYPE_CHECKING:
    from omnilink.model.relationship import Relation, RelationProposal, Relationship

KINDS = click.Choice(["acts-for", "parent", "carer", "member-of", "same-household"])
DAY = click.DateTime(["%Y-%m-%d"])
NAMELESS = "(no name stated)"


@click.group(cls=Group)
def relations() -> None:
    """Say what people are to each other, and take it back.

    They stay two people, and a relation allows nothing by itself. A and B are handles (+34600111222,
    ana@example.org) or contact ids.
    """


@relations.command()
@click.argument("a")
@click.argument("kind", type=KINDS)
@click.argument("b")
@BY
@REASON
@click.option("--from", "valid_from", type=DAY, help="The first day, if it is known.")
@click.option("--until", "valid_until", type=DAY, help="The last day, if it is known.")
@NAME_A
@NAME_B
@pass_session
def add(
    session: Session, a: str, kind: str, b: str, by: str, reason: str, valid_from: datetime | None,
    valid_until: datetime | None, name_a: str | None, name_b: str | None,
) -> None:  # fmt: skip
    """Say what A is to B: `add +34600111222 carer ana@example.org --by eva`."""
    from omnilink.model.relationship import RelationKind

    made = session.run(
        lambda hub: hub.relations.add(
            a, RelationKind(kind), b, by=by, reason=reason, name_a=name_a, name_b=name_b, valid_from=_day(valid_from),
            valid_until=_day(valid_until),
        )
    )  # fmt: skip
    answer(session, made, _made_lines(made))


@relations.command()
@click.argument("a")
@click.argument("kind", type=KINDS)
@click.argument("b")
@BY
@REASON
@NAME_A
@NAME_B
@pass_session
def decline(
    session: Session, a: str, kind: str, b: str, by: str, reason: str, name_a: str | None, name_b: str | None
) -> None:
    """Say that A is not that to B, so that it is not proposed again."""
    from omnilink.model.relationship import RelationKind

    made = session.run(
        lambda hub: hub.relations.decline(a, RelationKind(kind), b, by=by, reason=reason, name_a=name_a, name_b=name_b)
    )
    answer(session, made, _made_lines(made))


@relations.command()
@click.argument("relation")
@BY
@REASON
@click.option("--until", type=DAY, help="The last day on which it held; today if not given.")
@pass_session
def end(session: Session, relation: str, by: str, reason: str, until: datetime | None) -> None:
    """Say that a relation is over, by its id."""
    closed = session.run(lambda hub: hub.relations.end(relation, by=by, reason=reason, until=_day(until)))
    answer(session, closed, _made_lines(closed))


@relations.command()
@click.argument("relation")
@BY
@REASON
@pass_session
def revoke(session: Session, relation: str, by: str, reason: str) -> None:
    """Say that a relation never was, by its id."""
    closed = session.run(lambda hub: hub.relations.revoke(relation, by=by, reason=reason))
    answer(session, closed, _made_lines(closed))


@relations.command("list")
@click.argument("who")
@click.option("--name", metavar="NAME", help="The stated name, where several people share the handle.")
@pass_session
def list_(session: Session, who: str, name: str | None) -> None:
    """Show what a person is to others and was, the oldest first."""
    found = session.run(lambda hub: hub.relations.list(who, name=name))
    document = {"relations": [each.model_dump(mode="json") for each in found]}
    answer(session, document, relation_lines(found, session.columns) if found else iter(["none"]))


@relations.command()
@click.option("--after", metavar="CONTACT", help="Go on after the contact of the last one seen.")
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True, help="Proposals, more or less.")
@pass_session
def proposals(session: Session, after: str | None, limit: int) -> None:
    """Show what people may be to each other, from what they show.

    Nothing of it is in force: `add` what is true, `decline` what is not.
    """
    found = session.run(lambda hub: hub.relations.proposals(after=after, limit=limit))
    document = {"proposals": [each.model_dump(mode="json") for each in found]}
    answer(session, document, _proposal_lines(found, session.columns))


def _day(moment: datetime | None) -> date | None:
    return None if moment is None else moment.date()


def _made_lines(made: "Relationship") -> Iterator[str]:
    how = f", {made.closed[-1].how.value}" if made.closed else ""
    yield f"{made.id}  {made.kind.value}{how}"


def relation_lines(found: "Sequence[Relation]", columns: int) -> Iterator[str]:
    """Each relation: its id and state, then in words, then who said so."""
    for each in found:
        said = each.relationship
        yield f"  {said.id}  {each.state}{_days(said)}"
        yield from ("    " + line for line in wrap(f"{each.text}: contact {each.other}", columns - 4, "  "))
        words = f"by {said.asserted_by}" + (f": {said.reason}" if said.reason else "")
        yield from ("    " + line for line in wrap(words, columns - 4, "  "))
        for closing in said.closed:
            words = f"{closing.how.value} by {closing.by}" + (f": {closing.reason}" if closing.reason else "")
            yield from ("    " + line for line in wrap(words, columns - 4, "  "))


def _days(said: "Relationship") -> str:
    begin = f" from {said.valid_from:%d %b %Y}" if said.valid_from else ""
    last = said.last_day
    return f",{begin}{f' until {last:%d %b %Y}' if last else ''}" if begin or last else ""


def _proposal_lines(found: "Sequence[RelationProposal]", columns: int) -> Iterator[str]:
    if not found:
        yield "nothing to propose"
    for each in found:
        yield click.style(f"{each.kind.value}: " + ", ".join(e.kind.replace("-", " ") for e in each.why), bold=True)
        for persona, name in ((each.a, each.name_a), (each.b, each.name_b)):
            yield "  " + one_line(f"{persona}  {name or NAMELESS}", columns - 2)
    if found:
        yield f"more: --after {found[-1].person_a}"
