"""A clock that stands still until it is told to move."""

from datetime import UTC, datetime, timedelta

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
"""The default beginning: a Monday morning."""


class ManualClock:
    """Time by hand: `Hub(store, clock=clock)`, `clock.advance(300)`.

    Args:
        now: where it begins.
    """

    def __init__(self, now: datetime = START) -> None:
        self.now = now

    def __call__(self) -> datetime:
        """The time."""
        return self.now

    def advance(self, seconds_s: float) -> datetime:
        """Moves on (or back) and returns the new time."""
        self.now += timedelta(seconds=seconds_s)
        return self.now
