"""`omnilink link`: a person's word on who is who, taking it back, and why two handles are one person."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from omnilink.cli.answer import answer, pass_session, write_drawing
from omnilink.cli.command import Group
from omnilink.cli.session import Session
from omnilink.cli.terminal import wrap

if TYPE_CHECKING:
    from omnilink.model.persona import Link

NAME_A = click.option("--name-a", metavar="NAME", help="The stated name, where several people share A.")
NAME_B = click.option("--name-b", metavar="NAME", help="Likewise for B.")


@click.group(cls=Group)
def link() -> None:
    """Say who is who, take it back, or ask why.

    A and B are handles (+34600111222, ana@example.org) or contact ids.
    """


@link.command()
@click.argument("a")
@click.argument("b")
@click.option("--different", is_flag=True, help="They are two people, whatever rules may find.")
@click.option("--by", required=True, metavar="NAME", help="Who says so: it is kept with the link.")
@click.option("--reason", default="", metavar="TEXT", help="Why: it is kept with the link.")
@NAME_A
@NAME_B
@pass_session
def add(
    session: Session, a: str, b: str, different: bool, by: str, reason: str, name_a: str | None, name_b: str | None
) -> None:
    """Say that two handles are one person, or two."""
    made = session.run(
        lambda hub: hub.link(a, b, different=different, by=by, reason=reason, name_a=name_a, name_b=name_b)
    )
    answer(session, made, _link_lines("added", made, session.columns))


@link.command()
@click.argument("link_id", metavar="LINK")
@click.option("--by", required=True, metavar="NAME", help="Who takes it back.")
@click.option("--reason", required=True, metavar="TEXT", help="Why.")
@pass_session
def revoke(session: Session, link_id: str, by: str, reason: str) -> None:
    """Take a link back, exactly.

    The people it joined are again what they would be without it.
    """
    undone = session.run(lambda hub: hub.revoke_link(link_id, by=by, reason=reason))
    answer(session, undone, _link_lines("revoked", undone, session.columns))


@link.command()
@click.argument("a")
@click.argument("b")
@click.option("--until", type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]), help="As it was decided then (UTC).")
@click.option("--svg", type=click.Path(path_type=Path), help="Write the evidence as a drawing to this file.")
@click.option("--superseded", is_flag=True, help="Also links that rules took back when they decided again.")
@NAME_A
@NAME_B
@pass_session
def explain(
    session: Session,
    a: str,
    b: str,
    until: datetime | None,
    svg: Path | None,
    superseded: bool,
    name_a: str | None,
    name_b: str | None,
) -> None:
    """Say why two handles are, or are not, one person, with the evidence in bits."""
    then = until.replace(tzinfo=UTC) if until is not None else None
    found = session.run(lambda hub: hub.explain(a, b, name_a=name_a, name_b=name_b, until=then))
    if svg is not None:
        write_drawing(svg, found.waterfall.to_svg())
    answer(session, found, wrap(found.text(superseded=superseded), session.columns, "    "))


def _link_lines(done: str, made: "Link", columns: int) -> Iterator[str]:
    yield f"{done}: link {made.id}"
    yield f"  {made.verdict.value}, {made.method.value.replace('_', ' ')}"
    yield from ("  " + line for line in wrap(f"by {made.asserted_by}", columns - 2, "  "))
    if made.revoked_by:
        words = f"revoked by {made.revoked_by}: {made.revoked_reason}"
        yield from ("  " + line for line in wrap(words, columns - 2, "  "))
