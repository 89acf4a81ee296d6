"""`omnilink import`: a mailbox, file or folder into the history, with its progress."""

import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from omnilink.cli.answer import answer, pass_session
from omnilink.cli.command import Command
from omnilink.cli.failure import Interrupted
from omnilink.cli.ledger import ledger_lines
from omnilink.cli.session import Session

if TYPE_CHECKING:
    from omnilink.hub import Hub
    from omnilink.ingest.imports import Imported
    from omnilink.model.view import Ledger

LINE_EVERY_S = 5.0
LIVE_EVERY_S = 0.1


class Progress:
    """Says on stderr how far an import is: one live line on a terminal, else a line every few seconds.

    Args:
        silent: say nothing.
    """

    def __init__(self, *, silent: bool) -> None:
        self._silent, self._live = silent, sys.stderr.isatty()
        self.last: Imported | None = None
        self.begin()

    def begin(self) -> None:
        """Starts the clock, once the database is open."""
        self._start = self._said = time.monotonic()

    @property
    def seconds(self) -> float:
        """Since the import began."""
        return max(time.monotonic() - self._start, 1e-6)

    def __call__(self, done: "Imported") -> None:
        """Called after each batch."""
        self.last = done
        now = time.monotonic()
        if self._silent or now - self._said < (LIVE_EVERY_S if self._live else LINE_EVERY_S):
            return
        self._said = now
        words = f"{done.received:,} read, {done.duplicate:,} known already, {done.received / self.seconds:,.0f}/s"
        click.echo(f"\r\x1b[K{words}" if self._live else words, nl=not self._live, err=True, color=True)

    def finish(self) -> None:
        """Takes the live line away."""
        if self._live and not self._silent:
            click.echo("\r\x1b[K", nl=False, err=True, color=True)


@click.command("import", cls=Command)
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--connector", required=True, metavar="NAME", help="Who can read it; `omnilink connectors` lists them.")
@click.option("--account", metavar="NAME", help="Where it belongs; the connector's name if not given.")
@pass_session
def import_command(session: Session, path: Path, connector: str, account: str | None) -> None:
    """Read a mailbox, file or folder into the history.

    What is known already is counted as duplicate and changes nothing, so an import that was stopped is simply
    run again. The database is made if it is not there.
    """
    progress = Progress(silent=session.as_json)

    async def work(hub: "Hub") -> "tuple[Imported, Ledger]":
        progress.begin()
        done = await hub.import_path(path, connector=connector, account=account, progress=progress)
        return done, await hub.ledger(account or connector)

    try:
        done, books = session.run(work, create=True, connectors=(connector,))
    except KeyboardInterrupt:
        progress.finish()
        count = progress.last.received if progress.last else 0
        raise Interrupted(
            f"stopped after {count:,} messages; what was read is safe on disk",
            "run the same command again to go on: what is known already is only counted",
        ) from None
    seconds = progress.seconds
    progress.finish()
    document = {
        "account": account or connector,
        "received": done.received,
        "duplicate": done.duplicate,
        "interactions": done.interactions,
        "quarantined": done.quarantined,
        "seconds": round(seconds, 3),
        "per_second": round(done.received / seconds, 1),
        "ledger": {**books.model_dump(mode="json"), "balanced": books.balanced},
    }
    answer(session, document, _lines(done, seconds, account or connector, books))
    if not books.balanced:
        raise click.exceptions.Exit(1)


def _lines(done: "Imported", seconds: float, account: str, books: "Ledger") -> Iterator[str]:
    yield (
        f"{done.received:,} read in {seconds:,.1f} s ({done.received / seconds:,.0f}/s): "
        f"{done.interactions:,} new, {done.duplicate:,} known already, {done.quarantined:,} quarantined"
    )
    yield ""
    yield f"Account {account}"
    yield from ledger_lines(books)
    if done.quarantined:
        yield ""
        yield "`omnilink quarantine` shows what could not be read."
