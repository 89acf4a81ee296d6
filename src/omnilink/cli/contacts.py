"""`omnilink contacts` and `omnilink contact`: the people seen so far."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import click

from omnilink.cli.answer import answer, pass_session
from omnilink.cli.command import Command
from omnilink.cli.session import Session
from omnilink.cli.terminal import count, one_line, wrap
from omnilink.model.persona import BY_OTHERS

if TYPE_CHECKING:
    from omnilink.hub import Hub
    from omnilink.model.contact import Contact
    from omnilink.model.persona import Link
    from omnilink.store.base import ContactRow

NAMELESS = "(no name stated)"


@click.command(cls=Command)
@click.option("--after", metavar="ID", help="Go on after this contact.")
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True, help="Contacts at most.")
@pass_session
def contacts(session: Session, after: str | None, limit: int) -> None:
    """List the people seen so far.

    In the order they were first seen; people added by a link stand under the first of their handles.
    """

    async def work(hub: "Hub") -> "list[tuple[ContactRow, Contact]]":
        rows = await hub.contacts(after=after, limit=limit)
        return [(row, await hub.contact(row.id)) for row in rows]

    found = session.run(work)
    more = found[-1][0].id if len(found) == limit else None
    document = {
        "contacts": [
            {
                "id": row.id,
                "name": person.name,
                "check_failed": person.check_failed,
                "handles": [handle.key for handle in person.handles],
                "personas": row.personas,
                "interactions": row.interactions,
                "last_at": row.last_at,
            }
            for row, person in found
        ],
        "next_after": more,
    }
    answer(session, document, _list_lines(found, more, session.columns))


def _title(person: "Contact") -> str:
    """The name; of a forged sender with a warning, since it is the victim's."""
    return (person.name or NAMELESS) + (" (sender check failed)" if person.check_failed else "")


def _list_lines(found: "Sequence[tuple[ContactRow, Contact]]", more: str | None, columns: int) -> Iterator[str]:
    if not found:
        yield "nobody has been seen yet"
    for row, person in found:
        when = f"last on {row.last_at.astimezone():%d %b %Y}" if row.last_at else "never heard of"
        yield click.style(one_line(_title(person), columns), bold=True)
        yield f"    {row.id}  {count(row.interactions, 'item')}, {when}"
        for handle in person.handles:
            yield "    " + one_line(handle.key, columns - 4)
    if more:
        yield f"more: --after {more}"


@click.command(cls=Command)
@click.argument("who")
@click.option("--name", metavar="NAME", help="The stated name, where several people share the handle.")
@pass_session
def contact(session: Session, who: str, name: str | None) -> None:
    """Show one person: handles, names, relations, links.

    WHO is a handle (+34600111222, ana@example.org, slack:T1/U2) or a contact id.
    """
    person = session.run(lambda hub: hub.contact(who, name=name))
    document = {
        **person.model_dump(mode="json"),
        "name": person.name,
        "check_failed": person.check_failed,
        "handles": [h.key for h in person.handles],
    }
    answer(session, document, _person_lines(person, session.columns))


def heading_lines(person: "Contact", columns: int) -> Iterator[str]:
    """Who somebody is, for the head of a page: name, id, handles."""
    yield click.style(one_line(_title(person), columns), bold=True)
    yield f"  contact {person.id}"
    for handle in person.handles:
        shown = f" ({handle.display})" if handle.display and handle.display != person.name else ""
        yield "  " + one_line(handle.key + shown, columns - 2)


def _person_lines(person: "Contact", columns: int) -> Iterator[str]:
    yield from heading_lines(person, columns)
    yield click.style("Personas", bold=True)
    for persona in person.personas:
        yield f"  {persona.id}  since {persona.born_at.astimezone():%d %b %Y}"
        yield "    " + one_line(persona.key, columns - 4)
    if person.fields:
        yield click.style("Stated", bold=True)
    for field in person.fields:
        name = field.name.removeprefix(BY_OTHERS)
        said = name if name == field.name else f"{name}, as others say"
        yield from ("  " + line for line in wrap(f"{said}: {field.value} ({field.source})", columns - 2, "  "))
    if person.relations:
        from omnilink.cli.relations import relation_lines

        yield click.style("To others", bold=True)
        yield from relation_lines(person.relations, columns)
    yield from _link_lines("Held together by", person.links, columns)
    yield from _link_lines("Blocked by a word that they are different", person.conflicts, columns)


def _link_lines(title: str, links: "Sequence[Link]", columns: int) -> Iterator[str]:
    if links:
        yield click.style(title, bold=True)
    for link in links:
        yield f"  {link.id}  {link.verdict.value}, {link.method.value.replace('_', ' ')}"
        yield from ("    " + line for line in wrap(f"by {link.asserted_by}", columns - 4, "  "))
