"""`omnilink media`: the files that messages point to, and what became of each."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from omnilink.cli.answer import pass_session, render_json
from omnilink.cli.command import Group
from omnilink.cli.session import Session
from omnilink.cli.terminal import one_line
from omnilink.model.media import MediaItem, MediaState

if TYPE_CHECKING:
    from omnilink.hub import Hub

PLACE = click.Path(path_type=Path, dir_okay=False)
_HIDDEN = {"address"}  # it may be a key to the file


@click.group(cls=Group)
def media() -> None:
    """The files that messages point to, and what became of each."""


def _show(session: Session, items: list[MediaItem]) -> None:
    if session.as_json:
        click.echo(render_json([item.model_dump(mode="json", exclude=_HIDDEN) for item in items]))
        return
    for item in items:
        told = [item.mime_type or item.declared_type or "", item.filename or "", item.reason or ""]
        about = one_line("  ".join(filter(None, [item.account, *told])), max(20, session.columns - 48))
        click.echo(f"{item.id}  {item.state.value:8}  {about}")
    if not items:
        click.echo("nothing")


@media.command("list")
@click.option("--state", "states", multiple=True, type=click.Choice([s.value for s in MediaState]), help="Only these.")
@click.option("--of", "interactions", multiple=True, metavar="INTERACTION", help="Only files of these interactions.")
@click.option("--limit", type=click.IntRange(1, 1000), default=100, show_default=True)
@pass_session
def list_items(session: Session, states: tuple[str, ...], interactions: tuple[str, ...], limit: int) -> None:
    """List the files that are not here yet, or those in a state, oldest first."""

    async def work(hub: "Hub") -> list[MediaItem]:
        return await hub.media.items(*map(MediaState, states), interactions=interactions, limit=limit)

    _show(session, session.run(work))


@media.command("fetch")
@click.argument("items", nargs=-1, metavar="[ITEM]...")
@pass_session
def fetch(session: Session, items: tuple[str, ...]) -> None:
    """Fetch what is due now, or these. A running `omnilink serve` does it by itself."""

    async def work(hub: "Hub") -> dict[str, int]:
        return {state.value: number for state, number in (await hub.media.fetch(items)).states.items()}

    done = session.run(work)
    if session.as_json:
        click.echo(render_json(done))
    else:
        click.echo(", ".join(f"{number} {state}" for state, number in sorted(done.items())) or "nothing was due")


@media.command("retry")
@click.argument("items", nargs=-1, metavar="[ITEM]...")
@pass_session
def retry(session: Session, items: tuple[str, ...]) -> None:
    """Try again what failed, or these, whatever ended them."""

    async def work(hub: "Hub") -> list[MediaItem]:
        return await hub.media.retry(items)

    _show(session, session.run(work))


@media.command("export")
@click.argument("item")
@click.argument("path", type=PLACE)
@pass_session
def export(session: Session, item: str, path: Path) -> None:
    """Write a file that is here to PATH, where nothing may be yet. Its sender's name for it plays no part."""

    async def work(hub: "Hub") -> tuple[MediaItem, str]:
        found = await hub.media.item(item)
        file = await hub.media.export(item, path)
        return found, file.mime_type

    found, mime_type = session.run(work)
    if session.as_json:
        click.echo(render_json({"id": found.id, "path": str(path), "mime_type": mime_type}))
    else:
        click.echo(f"{path}: {mime_type}")
