"""Poll: accounts whose provider is asked, lot by lot. Each lot is on disk before the next one is asked for (law 2)."""

from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime

from omnilink.errors import ConfigError, OmnilinkError
from omnilink.ingest.accept import accept
from omnilink.ingest.accounts import Accounts
from omnilink.ingest.meter import Meter
from omnilink.model.scope import Scope
from omnilink.plugin.connector import Polls
from omnilink.plugin.http import HttpClient
from omnilink.store.base import EnvelopeStore

FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 300.0


@dataclass(frozen=True, slots=True)
class Poller:
    """Fetches from accounts.

    Args:
        store, scope, accounts: where and whose.
        new_id, clock: injected.
        stored: called after something new was committed.
        http: makes the client on first use.
        meter: counts what is billed, and pauses an account whose budget is spent.
    """

    store: EnvelopeStore
    scope: Scope
    accounts: Accounts
    new_id: Callable[[], str]
    clock: Callable[[], datetime]
    stored: Callable[[], None]
    http: Callable[[], HttpClient]
    meter: Meter

    async def poll(self, account: str, *, lots: int | None = None) -> int:
        """Fetches what has arrived since the last time.

        Args:
            account: the account's name.
            lots: end after this many lots, empty ones counted; None = go on for ever.

        Returns:
            How many envelopes arrived.

        Raises:
            ConfigError: the account is not asked, or cannot be.
            TransientError: the line or the store is down; what arrived before is on disk.
            BudgetSpent: the month's budget of the account allows no more.
        """
        connector = self.accounts.connector(account)
        if not isinstance(connector, Polls):
            raise ConfigError("that account is not polled: its provider calls us", connector=connector.manifest.name)
        await self.meter.require(account)
        cursor = await self.store.read_cursor(self.scope, account)
        count = 0
        async with aclosing(connector.poll(cursor, self.accounts.secrets(account), self.http())) as arriving:
            async for lot in arriving:
                if lot:
                    await accept(
                        self.store, self.scope, lot, account=account, connector=connector.manifest.name,
                        new_id=self.new_id, clock=self.clock,
                    )  # fmt: skip
                    count += len(lot)
                    self.stored()
                    await self.meter.count_read(account, connector, lot)
                    await self.meter.require(account)
                if lots is not None:
                    lots -= 1
                    if lots <= 0:
                        break
        return count

    async def run(self, *, report: Callable[[str, Exception | None], object]) -> None:
        """Fetches from every polled account for ever; a line that is down is opened again, later each time.

        Args:
            report: told (account, its error or None) after each round.
        """
        import anyio  # not loaded by who only reads a history

        async with anyio.create_task_group() as tasks:
            for name in self.accounts.configured:
                try:
                    connector = self.accounts.connector(name)
                except Exception as e:  # a broken plugin must not silence the other accounts
                    report(name, e)
                    continue
                if isinstance(connector, Polls) and connector.is_polled:
                    tasks.start_soon(self._run_one, name, report)

    async def _run_one(self, name: str, report: Callable[[str, Exception | None], object]) -> None:
        import anyio

        pause_s = FIRST_PAUSE_S
        while True:
            try:
                count = await self.poll(name)
            except Exception as e:  # also a bug of a connector's must not silence the other accounts
                report(name, e)
                told_s = e.retry_after_s if isinstance(e, OmnilinkError) else None
            else:
                report(name, None)
                told_s = FIRST_PAUSE_S
                pause_s = FIRST_PAUSE_S if count else pause_s
            await anyio.sleep(told_s or pause_s)
            pause_s = min(pause_s * 2, LONGEST_PAUSE_S)
