"""`omnilink send`: say something to somebody, or ask what would happen (`--dry-run`)."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from omnilink.cli.answer import pass_session, render_json
from omnilink.cli.command import Command
from omnilink.cli.session import Session
from omnilink.cli.terminal import one_line
from omnilink.errors import BadInput

if TYPE_CHECKING:
    from omnilink.hub import Hub
    from omnilink.model.outgoing import Loss, OutboxItem, OutgoingPart, SendCheck


@click.command(cls=Command)
@click.argument("handle", required=False, default="")
@click.option("--text", default="", help="What to say, in Markdown; - reads it from standard input.")
@click.option("--file", "files", multiple=True, type=click.Path(path_type=Path), help="Attach a file; repeatable.")
@click.option("--subject", help="Where the channel has subjects.")
@click.option("--account", help="The account to send from; chosen if not given.")
@click.option("--name", help="The stated name, where several people share the handle.")
@click.option("--reply-to", "reply_to", metavar="INTERACTION", help="Answer this interaction, in its thread.")
@click.option("--template", metavar="NAME", help="An approved template of the channel.")
@click.option("--language", help="The template's language.")
@click.option("--parameter", "parameters", multiple=True, help="A parameter of the template; repeatable, in order.")
@click.option("--purpose", default="service", show_default=True, help="What for: consent is asked by it.")
@click.option("--key", "idempotency_key", help="The same key is the same message: it is not sent twice.")
@click.option("--dry-run", is_flag=True, help="Only say what would happen; nothing is stored or sent.")
@pass_session
def send(
    session: Session,
    /,
    handle: str,
    text: str,
    files: tuple[Path, ...],
    template: str | None,
    language: str | None,
    parameters: tuple[str, ...],
    dry_run: bool,
    **fields: Any,
) -> None:
    """Send a message.

    HANDLE is an address (+34 600 111 222, ana@example.org, slack:T1/U2) or a contact id; it may be left out with
    --reply-to. The message is on disk before it leaves. It is refused, before anything leaves, where the person has
    opted out, the platform's window is closed or no account reaches the address.
    """
    if text == "-":
        text = sys.stdin.read()
    if not handle and not fields["reply_to"]:
        raise BadInput("a message needs a recipient", hint="name a handle, or a message with --reply-to")
    said: str | tuple[OutgoingPart, ...] = text
    if template is not None:
        from omnilink.model.part import Template

        said = (Template(name=template, language=language, parameters=parameters),)

    async def work(hub: "Hub") -> "OutboxItem | SendCheck":
        if dry_run:
            return await hub.outbox.can_send(handle, said, files=files, **fields)
        item = await hub.outbox.send(handle, said, files=files, **fields)
        await hub.outbox.deliver([item.id])
        return await hub.outbox.item(item.id)

    answer = session.run(work, create=True)
    if session.as_json:
        click.echo(render_json(answer.model_dump(mode="json", exclude={"message", "recipient", "sender"})))
    else:
        for line in _check_lines(answer) if dry_run else _item_lines(answer):  # type: ignore[arg-type]
            click.echo(line)
    if dry_run and not answer.allowed:  # type: ignore[union-attr]
        raise click.exceptions.Exit(1)


def _check_lines(check: "SendCheck") -> list[str]:
    if not check.allowed:
        lines = [f"would be refused: {check.reason}"]
        return [*lines, f"  {check.hint}"] if check.hint else lines
    lines = [f"would be sent from {check.account} ({check.channel})"]
    if check.window_until:
        lines.append(f"  free text is possible until {check.window_until:%Y-%m-%d %H:%M} UTC")
    lines += [f"  {one_line(step)}" for step in check.steps]
    return [*lines, *_loss_lines(check.losses)]


def _item_lines(item: "OutboxItem") -> list[str]:
    lines = [f"{item.state.value}: {item.id} from {item.account}"]
    if item.reason:
        lines.append(f"  {item.reason}" + (f" (code {one_line(item.error_code)})" if item.error_code else ""))
    if item.state.value == "unknown":
        lines.append("  it may have arrived; it is not repeated by itself (`omnilink outbox resend` repeats it)")
    return [*lines, *_loss_lines(item.losses)]


def _loss_lines(losses: "tuple[Loss, ...]") -> list[str]:
    return [
        f"  {loss.what}: {loss.how}" + (f" {loss.count} times" if loss.count > 1 else "")
        + (f" ({one_line(loss.detail)})" if loss.detail else "")
        for loss in losses
    ]  # fmt: skip
