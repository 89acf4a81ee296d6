"""`omnilink outbox`: what is owed to citizens and what became of it."""

from typing import TYPE_CHECKING, Any

import click

from omnilink.cli.answer import pass_session, render_json
from omnilink.cli.command import Group
from omnilink.cli.session import Session
from omnilink.model.outgoing import OutboxState

if TYPE_CHECKING:
    from omnilink.hub import Hub
    from omnilink.model.outgoing import OutboxItem

_HIDDEN = {"message", "recipient", "sender"}


@click.group(cls=Group)
def outbox() -> None:
    """What is owed to citizens, and what failed or is unknown."""


def _show(session: Session, items: "list[OutboxItem]") -> None:
    if session.as_json:
        click.echo(render_json([item.model_dump(mode="json", exclude=_HIDDEN) for item in items]))
        return
    for item in items:
        more = f"  {item.reason}" if item.reason else ""
        click.echo(f"{item.id}  {item.state.value:9}  {item.account}  {item.created_at:%Y-%m-%d %H:%M}{more}")
    if not items:
        click.echo("nothing")


@outbox.command("list")
@click.option("--state", "states", multiple=True, type=click.Choice([s.value for s in OutboxState]), help="Only these.")
@click.option("--limit", type=click.IntRange(1, 1000), default=100, show_default=True)
@pass_session
def list_items(session: Session, states: tuple[str, ...], limit: int) -> None:
    """List what waits, failed or is unknown, oldest first."""

    async def work(hub: "Hub") -> "list[OutboxItem]":
        return await hub.outbox.items(*map(OutboxState, states), limit=limit)

    _show(session, session.run(work))


@outbox.command("show")
@click.argument("item")
@pass_session
def show(session: Session, item: str) -> None:
    """Show one item: what was meant is in the timeline, this is what became of it."""

    async def work(hub: "Hub") -> "OutboxItem":
        return await hub.outbox.item(item)

    _show(session, [session.run(work)])


@outbox.command("deliver")
@pass_session
def deliver(session: Session) -> None:
    """Send what is due now. A running `omnilink serve` does it by itself."""

    async def work(hub: "Hub") -> dict[str, int]:
        return {state.value: count for state, count in (await hub.outbox.deliver()).states.items()}

    done = session.run(work)
    if session.as_json:
        click.echo(render_json(done))
    else:
        click.echo(", ".join(f"{count} {state}" for state, count in sorted(done.items())) or "nothing was due")


def _command(name: str, summary: str) -> Any:
    @outbox.command(name, help=summary)
    @click.argument("item")
    @pass_session
    def command(session: Session, item: str) -> None:
        async def work(hub: "Hub") -> "OutboxItem":
            changed: OutboxItem = await getattr(hub.outbox, name)(item)
            return changed

        _show(session, [session.run(work)])

    return command


cancel = _command("cancel", "Take back what has not been sent.")
resend = _command("resend", "Try again what failed, or what may or may not have arrived: only a person can know.")
