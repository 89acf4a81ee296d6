"""Service windows: how long free text may follow a person's last message. Pure."""

from datetime import datetime, timedelta


def open_until(last_inbound_at: datetime | None, window_s: float) -> datetime | None:
    """Until when the window is open (it may be past); None where the person has never written.

    Args:
        last_inbound_at: when the person last wrote to this account.
        window_s: length of the window in seconds.
    """
    return None if last_inbound_at is None else last_inbound_at + timedelta(seconds=window_s)


def is_open(last_inbound_at: datetime | None, window_s: float, now: datetime) -> bool:
    """Whether free text is possible now."""
    until = open_until(last_inbound_at, window_s)
    return until is not None and now < until
