"""`omnilink conversations` and `omnilink conversation`: channel-native threads, why, and taking them apart."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from omnilink.cli.answer import answer, pass_session, write_drawing
from omnilink.cli.command import Command, Group
from omnilink.cli.item_text import Shown, day_lines
from omnilink.cli.people import BY, REASON
from omnilink.cli.session import Session
from omnilink.cli.terminal import count, one_line, wrap
from omnilink.errors import NotFound

if TYPE_CHECKING:
    from omnilink.citizen.threads import SplitDone, ThreadPage
    from omnilink.hub import Hub
    from omnilink.model.conversation import Conversation, ConversationSplit
    from omnilink.model.interaction import Interaction, Revision


@click.group(cls=Group, invoke_without_command=True)
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True, help="Conversations at most.")
@click.option("--before", metavar="CURSOR", help="Older ones than the page before: its next_cursor.")
@pass_session
@click.pass_context
def conversations(ctx: click.Context, session: Session, limit: int, before: str | None) -> None:
    """List conversations, newest activity first; or show why one is one, and take it apart."""
    if ctx.invoked_subcommand is None:
        _list(session, limit, before)


@conversations.command("list")
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True, help="Conversations at most.")
@click.option("--before", metavar="CURSOR", help="Older ones than the page before: its next_cursor.")
@pass_session
def list_conversations(session: Session, limit: int, before: str | None) -> None:
    """List conversations, newest activity first: the same as without a word."""
    _list(session, limit, before)


def _list(session: Session, limit: int, before: str | None) -> None:
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


@conversations.command()
@click.argument("conversation_id", metavar="ID")
@pass_session
def show(session: Session, conversation_id: str) -> None:
    """Show why every message is in a conversation, and where people took it apart.

    `omnilink conversation ID` shows what was said.
    """

    async def work(hub: "Hub") -> "tuple[ThreadPage, Mapping[str, Interaction]]":
        page = await hub.threads.show(conversation_id)
        items = await hub.store.read_interactions(hub.scope, [item.interaction for item in page.items])
        return page, {item.id: item for item in items}

    page, items = session.run(work)
    answer(session, page, _page_lines(page, items, session.columns))


@conversations.command()
@click.argument("messages", metavar="MESSAGE...", nargs=-1, required=True)
@BY
@REASON
@pass_session
def split(session: Session, messages: tuple[str, ...], by: str, reason: str) -> None:
    """Say that messages begin a conversation of their own.

    Whatever answers them goes along, now or later. MESSAGE is the id of an interaction, as `show` tells it.
    """
    done = session.run(lambda hub: hub.threads.split(messages, by=by, reason=reason))
    answer(session, done, _done_lines(done))


@conversations.command()
@click.argument("split_id", metavar="SPLIT")
@BY
@REASON
@pass_session
def undo(session: Session, split_id: str, by: str, reason: str) -> None:
    """Take a split back, by its id: everything is together as if it had not been made."""
    done = session.run(lambda hub: hub.threads.undo(split_id, by=by, reason=reason))
    answer(session, done, _done_lines(done))


def _done_lines(done: "SplitDone") -> Iterator[str]:
    word = "undone" if done.split.undone else "made"
    yield f"split {done.split.id}, {word}"
    yield f"conversation {done.conversation.id}, {count(done.conversation.interactions, 'item')}"


def _page_lines(page: "ThreadPage", items: "Mapping[str, Interaction]", columns: int) -> Iterator[str]:
    from omnilink.citizen.case_words import explain_suggestion

    thread = page.conversation
    yield click.style(one_line(thread.subject or "(no subject)", columns), bold=True)
    yield f"conversation {thread.id}"
    yield one_line(f"{count(thread.interactions, 'item')}, {thread.channel} {thread.kind.value}", columns)
    for item in page.items:
        about = items[item.interaction].subject or items[item.interaction].kind.value
        yield f"{item.interaction}  {one_line(f'{item.occurred_at.astimezone():%d %b %Y %H:%M} {about}', columns - 38)}"
        yield f"  {_REASONS[item.because]}{f' {item.other}' if item.other else ''}"
    for each in page.splits:
        yield from _split_lines(each, columns)
    for other in page.apart:
        yield f"apart from {other}"
    for suggestion in page.suggestions:
        yield click.style(f"suggestion: split {suggestion.interaction}", bold=True)
        for line in explain_suggestion(suggestion):
            yield from wrap(line, columns, "  ")


_REASONS = {
    "begins": "begins it", "answers": "answers", "same-thread": "names the same thread as",
    "split": "was made to begin it by split",
}  # fmt: skip


def _split_lines(split: "ConversationSplit", columns: int) -> Iterator[str]:
    yield click.style(f"split {split.id}{', undone' if split.undone else ''}", bold=True)
    for word, said in (("by", split), ("undone by", split.undone)):
        if said is not None:
            yield from wrap(f"{word} {said.by}{f': {said.reason}' if said.reason else ''}", columns, "  ")


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
