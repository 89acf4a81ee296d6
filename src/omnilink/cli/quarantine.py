"""`omnilink quarantine` and `omnilink replay`: what could not be read, and reading it again."""

import base64
import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import click

from omnilink.cli.answer import answer, pass_session
from omnilink.cli.command import Command, Group
from omnilink.cli.session import Session
from omnilink.cli.terminal import one_line, wrap
from omnilink.errors import BadInput, NotFound
from omnilink.model.envelope import EnvelopeState

if TYPE_CHECKING:
    from omnilink.hub import Hub
    from omnilink.ingest.process import Processed
    from omnilink.model.envelope import Envelope

LIMIT = click.option(
    "--limit", type=click.IntRange(1, 10_000), default=100, show_default=True, help="Envelopes at most."
)


@click.group(cls=Group, invoke_without_command=True)
@click.pass_context
def quarantine(ctx: click.Context) -> None:
    """See what could not be read.

    Without a command, lists it.
    """
    if ctx.invoked_subcommand is None:
        ctx.invoke(list_command, limit=100)


@quarantine.command("list")
@LIMIT
@pass_session
def list_command(session: Session, limit: int) -> None:
    """List quarantined envelopes, oldest first, each with its reason."""
    found = session.run(lambda hub: hub.quarantine(limit=limit))
    answer(session, {"quarantine": [_summary(envelope) for envelope in found]}, _list_lines(found, session.columns))


@quarantine.command()
@click.argument("envelope_id", metavar="ID")
@click.option("--raw", is_flag=True, help="Only the body, byte for byte (with --json in base64). Not to a terminal.")
@pass_session
def show(session: Session, envelope_id: str, raw: bool) -> None:
    """Show one envelope: its reason and headers, or its body."""
    if raw and not session.as_json and _to_terminal():
        raise BadInput("a raw body is not for a terminal, which would act upon it", hint="add > FILE to the command")
    envelope = session.run(lambda hub: _find(hub, [envelope_id]))[0]
    if raw and not session.as_json:
        sys.stdout.buffer.write(envelope.body)
        return
    document = {**_summary(envelope), "headers": envelope.headers}
    if raw:
        document["body_base64"] = base64.b64encode(envelope.body).decode("ascii")
    answer(session, document, _show_lines(envelope, session.columns))


@click.command(cls=Command)
@click.argument("ids", nargs=-1, metavar="[ID]...")
@click.option("--connector", "named", multiple=True, metavar="NAME", help="Allow a connector not configured.")
@pass_session
def replay(session: Session, ids: tuple[str, ...], named: tuple[str, ...]) -> None:
    """Read quarantined envelopes again.

    All of them if none is named; after an upgrade, or once a connector is installed again.
    """

    async def work(hub: "Hub") -> "Processed":
        if ids:
            await _find(hub, ids)
        return await hub.replay(ids)

    done = session.run(work, connectors=named)
    words = f"{done.envelopes:,} read, {done.interactions:,} new, {done.quarantined:,} quarantined again"
    answer(session, done, [words])


def _to_terminal() -> bool:
    return sys.stdout.isatty()


async def _find(hub: "Hub", ids: Sequence[str]) -> "list[Envelope]":
    found = await hub.store.read_envelopes(hub.scope, ids=ids, limit=len(ids))
    quarantined = [envelope for envelope in found if envelope.state is EnvelopeState.QUARANTINED]
    if len(quarantined) < len(set(ids)):
        raise NotFound("no such envelope in quarantine", hint="`omnilink quarantine` lists them")
    return quarantined


def _summary(envelope: "Envelope") -> dict[str, object]:
    return {
        "id": envelope.id,
        "account": envelope.account,
        "connector": envelope.connector,
        "received_at": envelope.received_at,
        "reason": envelope.reason,
        "attempts": envelope.attempts,
        "parser_version": envelope.parser_version,
        "authenticity": envelope.authenticity.value,
        "sha256": envelope.sha256,
        "body_bytes": len(envelope.body),
    }


def _list_lines(found: "Sequence[Envelope]", columns: int) -> Iterator[str]:
    if not found:
        yield "nothing is in quarantine"
    for envelope in found:
        yield f"{envelope.id}  {envelope.received_at.astimezone():%d %b %Y %H:%M}"
        about = f"{envelope.account}: {envelope.reason or 'no reason kept'}"
        yield from ("    " + line for line in wrap(about, columns - 4, "  "))


def _show_lines(envelope: "Envelope", columns: int) -> Iterator[str]:
    for name, value in _summary(envelope).items():
        yield f"{name + ':':<16}{one_line(str(value), columns - 16)}"
    yield click.style("Headers", bold=True)
    for name, value in envelope.headers.items():
        yield from ("  " + line for line in wrap(f"{name}: {value}", columns - 2, "    "))
    if not envelope.headers:
        yield "  (none)"
