"""Meter: what accounts are billed for, counted; nothing more where a month's budget is spent.

Two workers that ask at the same moment may go over it by one call each: it is a guard, not a ledger of money.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from omnilink.errors import BudgetSpent
from omnilink.ingest.accounts import Accounts
from omnilink.model.envelope import Received
from omnilink.model.scope import Scope
from omnilink.model.usage import Usage
from omnilink.plugin.connector import Connector
from omnilink.plugin.metering import MICRO, Charges, Metered
from omnilink.policy.budget import is_affordable, month_of, seconds_to_next_month
from omnilink.store.usage import UsageStore

ASK_AGAIN_S = 3600.0
"""A budget may be raised before the month ends."""


@dataclass(frozen=True, slots=True)
class AccountUse:
    """What an account has used of a month.

    Attributes:
        spent, budget: in the currency; no budget = None.
    """

    account: str
    month: str
    currency: str
    spent: float
    budget: float | None
    used: tuple[Usage, ...]


@dataclass(frozen=True, slots=True)
class Meter:
    """Counts, and refuses what is over a budget. Accounts that are not `Metered` cost nothing here.

    Args:
        store, scope, accounts: where and whose.
        clock: injected.
    """

    store: UsageStore
    scope: Scope
    accounts: Accounts
    clock: Callable[[], datetime]

    async def require(self, account: str, charges: Charges | None = None) -> None:
        """Makes sure that the month's budget allows these, or anything at all.

        Raises:
            BudgetSpent: it does not.
        """
        connector = self.accounts.connector(account)
        if not isinstance(connector, Metered):
            return
        tariff, now = connector.tariff, self.clock()
        if tariff.monthly_budget is None:
            return
        used = await self.store.read_usage(self.scope, month=month_of(now), account=account)
        more = sum(tariff.micros(charges or {}).values())
        if not is_affordable(used, round(tariff.monthly_budget * MICRO), more):
            raise BudgetSpent(
                f"the month's budget of account {account} is spent", connector=connector.manifest.name,
                setting=f"accounts.{account}.monthly_budget", hint="raise it, or wait for the next month",
                retry_after_s=min(seconds_to_next_month(now), ASK_AGAIN_S),
            )  # fmt: skip

    async def count(self, account: str, charges: Charges, *, back: bool = False) -> None:
        """Counts what was billed; `back` takes it back (nothing was done after all)."""
        connector = self.accounts.connector(account)
        charges = {what: -n if back else n for what, n in charges.items() if n}
        if not isinstance(connector, Metered) or not charges:
            return
        micros = connector.tariff.micros(charges)
        used = {what: (n, micros[what]) for what, n in charges.items()}
        await self.store.commit_usage(self.scope, account, month_of(self.clock()), used)

    async def spend(self, account: str, charges: Charges) -> None:
        """`require` and `count` in one.

        Raises:
            BudgetSpent: the budget does not allow it; nothing was counted.
        """
        if charges:
            await self.require(account, charges)
            await self.count(account, charges)

    async def count_read(self, account: str, connector: Connector, received: Iterable[Received]) -> None:
        """Counts what the provider bills for having handed these over."""
        if isinstance(connector, Metered):
            total: Counter[str] = Counter()
            for one in received:
                total.update(connector.charge_read(one))
            await self.count(account, total)

    async def report(self, month: str | None = None) -> list[AccountUse]:
        """Every metered account's use of a month (this one if none is given), by name."""
        month = month or month_of(self.clock())
        used: dict[str, list[Usage]] = {}
        for usage in await self.store.read_usage(self.scope, month=month):
            used.setdefault(usage.account, []).append(usage)
        return [_use(name, month, connector, used.get(name, [])) for name, connector in self._metered().items()]

    def _metered(self) -> Mapping[str, Metered]:
        found = {name: self.accounts.connector(name) for name in sorted(self.accounts.configured)}
        return {name: connector for name, connector in found.items() if isinstance(connector, Metered)}


def _use(name: str, month: str, connector: Metered, used: Iterable[Usage]) -> AccountUse:
    tariff, listed = connector.tariff, tuple(used)
    spent = sum(usage.micros for usage in listed) / MICRO
    return AccountUse(name, month, tariff.currency, spent, tariff.monthly_budget, listed)
