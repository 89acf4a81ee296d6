"""Budget: which month it is, what has been spent of it, and whether more may be. Pure."""

from collections.abc import Iterable
from datetime import UTC, datetime

from omnilink.model.usage import Usage


def month_of(now: datetime) -> str:
    """The calendar month in UTC, by which providers bill: `2026-11`."""
    return now.astimezone(UTC).strftime("%Y-%m")


def seconds_to_next_month(now: datetime) -> float:
    """How long the month still lasts."""
    now = now.astimezone(UTC)
    year, month = (now.year + 1, 1) if now.month == 12 else (now.year, now.month + 1)
    return (datetime(year, month, 1, tzinfo=UTC) - now).total_seconds()


def is_affordable(used: Iterable[Usage], budget_micros: int | None, more_micros: int) -> bool:
    """Whether a month's budget allows more.

    Args:
        used: of the account in that month.
        budget_micros: None = no limit.
        more_micros: what would be added; 0 asks whether anything at all is left.
    """
    if budget_micros is None:
        return True
    spent = sum(usage.micros for usage in used)
    return spent + more_micros <= budget_micros if more_micros else spent < budget_micros
