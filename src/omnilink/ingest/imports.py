"""Imports: a mailbox, file or folder read into the history, batch by batch."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path

from omnilink.errors import UnreadableFile
from omnilink.ingest.accept import accept
from omnilink.ingest.accounts import Accounts
from omnilink.ingest.files import read_path
from omnilink.ingest.process import Processor
from omnilink.model.envelope import Received
from omnilink.model.scope import Scope
from omnilink.store.base import Accepted, EnvelopeStore

BATCH = 250
BATCH_BYTES = 32_000_000


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import came to so far."""

    received: int = 0
    duplicate: int = 0
    interactions: int = 0
    quarantined: int = 0


@dataclass(frozen=True, slots=True)
class Importer:
    """Reads files into the history. Running an import again changes only what was counted.

    Args:
        store, scope, accounts, processor: where, whose and how.
        new_id, clock: injected.
    """

    store: EnvelopeStore
    scope: Scope
    accounts: Accounts
    processor: Processor
    new_id: Callable[[], str]
    clock: Callable[[], datetime]

    async def run(
        self, path: Path, *, connector: str, account: str, progress: Callable[[Imported], None] | None
    ) -> Imported:
        """Imports a path; see `Hub.import_path`."""
        self.accounts.ensure(account, connector)
        source = read_path(self.accounts.connector(account), path)
        total = Imported()
        # What an earlier, interrupted import left pending comes first: the order of arrival stays what it was.
        await self.processor.run_until_empty()
        while True:
            batch, problem = _take(source)
            if batch:
                outcomes = await accept(
                    self.store,
                    self.scope,
                    batch,
                    account=account,
                    connector=connector,
                    new_id=self.new_id,
                    clock=self.clock,
                )
                done = await self.processor.run_until_empty()
                total = Imported(
                    total.received + len(outcomes),
                    total.duplicate + outcomes.count(Accepted.DUPLICATE),
                    total.interactions + done.interactions,
                    total.quarantined + done.quarantined,
                )
                if progress is not None:
                    progress(total)
            if problem is not None:
                raise problem
            if not batch:
                return total


def _take(source: Iterator[Received]) -> tuple[list[Received], UnreadableFile | None]:
    """The next batch: so many messages, or so many bytes; and what went wrong behind them, if anything did."""
    batch: list[Received] = []
    size = 0
    try:
        for item in islice(source, BATCH):
            batch.append(item)
            size += len(item.body)
            if size >= BATCH_BYTES:
                break
    except UnreadableFile as e:
        return batch, e
    return batch, None
