"""`omnilink conversations` and `omnilink conversation`: channel-native threads."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from omnilink.cli.answer import answer, pass_session, write_drawing
from omnilink.cli.command import Command
from omnilink.cli.item_text import Shown, day_lines
from omnilink.cli.session import Session
from omnilink.cli.terminal import count, one_line
from omnilink.errors import NotFound

if TYPE_CHECKING:
    from omnilink.hub import Hub
    from omnilink.model.conversation import Conversation
    from omnilink.model.interaction import Interaction, Revision


@click.command(cls=Command)
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True, help="Conversations at most.")
@click.option("--before", metavar="CURSOR", help="Older ones than the page before: its next_cursor.")
@pass_session
def conversations(session: Session, limit: int, before: str | None) -> None:
    """List conversations, newest activity first."""
    from omnilink.citizen.history import parse_cursor
    from omnilink.model.ids import to_micros

    cursor = parse_cursor(before) if before else None
    found = session.run(lambda hub: hub.conversations(before=cursor, limit=limit))
    last = found[-1] if len(found) == limit else None
    more = f"{to_micros(last.last_at)}.{last.id}" if last and last.last_at else None
    answer(session, {"conversations": found, "next_cursor": more}, _list_lines(found, more, session.columns))


def _list_lines(found: "Sequence[Conversation]", more: str | None, columns: int) -> Iterator[str]:
    if not found:
        yield "there are no conversations yet"
    for thread in found:
        when = f", {thread.last_at.astimezone():%d %b %Y}" if thread.last_at else ""
        yield click.style(one_line(thread.subject or "(no subject)", columns), bold=True)
        about = f"{count(thread.interactions, 'item')}, {thread.channel} {thread.kind.value}{when}"
        yield f"    {thread.id}  {one_line(about, columns - 42)}"
    if more:
        yield f"older: --before {more}"


@click.command(cls=Command)
@click.argument("conversation_id", metavar="ID")
@click.option("--tree", is_flag=True, help="Draw what answers what instead of showing what was said.")
@click.option(
    "--svg", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Draw the tree into a file."
)
@pass_session
def conversation(session: Session, conversation_id: str, tree: bool, svg: Path | None) -> None:
    """Show one conversation, oldest first."""

    async def work(hub: "Hub") -> "tuple[list[Interaction], Mapping[str, Sequence[Revision]]]":
        items = await hub.conversation(conversation_id)
        return items, await hub.store.read_revisions(hub.scope, [item.id for item in items])

    items, revisions = session.run(work)
    if not items:
        raise NotFound("no such conversation", hint="`omnilink conversations` lists them")
    document = {
        "conversation": conversation_id,
        "items": [{"interaction": item, "revisions": list(revisions.get(item.id, ()))} for item in items],
    }
    if tree or svg is not None:
        _draw(session, conversation_id, items, svg)
        return
    shown = [Shown.of_interaction(item, revisions.get(item.id, ())) for item in items]
    answer(session, document, day_lines(shown, session.columns))


def _draw(session: Session, conversation_id: str, items: "Sequence[Interaction]", svg: Path | None) -> None:
    from omnilink.citizen.tree import conversation_tree
    from omnilink.conversation.mail_tree import draw_svg, draw_text

    branches = conversation_tree(items)
    if svg is not None:
        write_drawing(svg, draw_svg(branches))
    document = {
        "conversation": conversation_id,
        "tree": [{"interaction": b.mail.id, "depth": b.depth, "answers": b.parent} for b in branches],
        "svg": str(svg) if svg is not None else None,
    }
    answer(session, document, (_fit(line, session.columns) for line in draw_text(branches).split("\n")))


def _fit(line: str, columns: int) -> str:
    """A line of a tree: its stem as it is, the rest harmless and cut."""
    label = line.lstrip("│├└─ ")
    stem = line[: len(line) - len(label)]
    return stem + one_line(label, columns - len(stem))
