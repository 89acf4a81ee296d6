"""What sending needs of the meter (`ingest.meter.Meter` is one)."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Protocol

from omnilink.errors import BudgetSpent, SendRefused
from omnilink.plugin.sending import Accepted, Outcome, Step, Unknown


class Meters(Protocol):
    """Counts what is billed, and knows the budgets."""

    async def require(self, account: str, charges: Mapping[str, int] | None = None) -> None: ...

    async def spend(self, account: str, charges: Mapping[str, int]) -> None: ...

    async def count(self, account: str, charges: Mapping[str, int], *, back: bool = False) -> None: ...


async def refuse_over_budget(meter: Meters, account: str, steps: Iterable[Step]) -> None:
    """Refuses a message whose steps would cost more than is left of the month's budget.

    Raises:
        SendRefused: `budget`.
    """
    total: Counter[str] = Counter()
    for step in steps:
        total.update(step.charges)
    if not total:
        return
    try:
        await meter.require(account, total)
    except BudgetSpent as e:
        raise SendRefused(e.message, reason="budget", hint=e.hint, connector=e.connector) from None


def is_billed(outcome: Outcome) -> bool:
    """Whether a provider bills a call that came out so: only what it took, or may have taken."""
    return isinstance(outcome, Accepted | Unknown)
