"""Metering: what a provider bills by the call, so that an agency knows before the invoice, and can set a limit.

A connector says what a step or a lot is billed as (names of its tariff); the core counts by account and month, and
refuses what would go over the month's budget before anything leaves.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

from omnilink.errors import ConfigError
from omnilink.model.envelope import Received
from omnilink.plugin.limits import read_limit_table

PRICES = "prices.toml"
MICRO = 1_000_000

Charges = Mapping[str, int]
"""Name in the tariff → how often."""


@dataclass(frozen=True, slots=True)
class Tariff:
    """What things cost an account.

    Attributes:
        prices: name → price of one in the currency.
        monthly_budget: the most to be spent in a calendar month (UTC); None = no limit, only counted.
    """

    prices: Mapping[str, float] = field(default_factory=dict)
    currency: str = "USD"
    monthly_budget: float | None = None

    def micros(self, charges: Charges) -> dict[str, int]:
        """What charges come to, in millionths; a name without a price costs nothing."""
        return {what: round(self.prices.get(what, 0.0) * MICRO) * count for what, count in charges.items()}


@runtime_checkable
class Metered(Protocol):
    """Is billed by the call. What a step costs stands in `Step.charges`."""

    @property
    def tariff(self) -> Tariff:
        """The account's prices and budget."""
        ...

    def charge_read(self, received: Received) -> Charges:
        """What the provider bills for handing this over. Pure and total."""
        ...


def read_tariff(package: str, options: Mapping[str, Any], *, account: str, connector: str) -> Tariff:
    """The tariff of an account: `prices.toml` beside the manifest, with the account's own `prices` over it.

    Args:
        package: the connector's module, in which `prices.toml` lies (as `limits.toml`, each price with its source).
        options: the account's settings; `prices` is a table of name → number, `monthly_budget` a number.

    Raises:
        ConfigError: a price or the budget is no number, or an unknown thing is priced.
    """
    table = read_limit_table(package, PRICES)
    prices = {price.name: price.value for price in table if isinstance(price.value, float)}
    own = options.get("prices", {})
    setting = f"accounts.{account}.prices"
    if not isinstance(own, Mapping) or not all(_is_amount(price) for price in own.values()):
        raise ConfigError("prices is a table of name = number", setting=setting, connector=connector)
    if unknown := sorted(set(own) - set(prices)):
        raise ConfigError(f"nothing named {unknown[0]} is billed", setting=setting, connector=connector,
                          hint=f"known: {', '.join(sorted(prices))}")  # fmt: skip
    budget = options.get("monthly_budget")
    if budget is not None and not _is_amount(budget):
        raise ConfigError("monthly_budget is a number", setting=f"accounts.{account}.monthly_budget",
                          connector=connector)  # fmt: skip
    return Tariff({**prices, **{name: float(price) for name, price in own.items()}},
                  monthly_budget=None if budget is None else float(budget))  # fmt: skip


def _is_amount(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 1e9
