"""Usage: what an account has been billed for, by month."""

from typing import ClassVar

from omnilink.model.record import Record


class Usage(Record):
    """How often an account was billed for one thing in one month.

    Attributes:
        month: of the calendar in UTC (`2026-11`).
        what: the tariff's name of it (`post_read`).
        micros: what it came to at the prices of the time, in millionths of the tariff's currency.
    """

    account: str
    month: str
    what: str
    count: int
    micros: int

    shown: ClassVar[tuple[str, ...]] = ("account", "month", "what", "count", "micros")
