"""Service windows: free text follows a person's last message for so long, and not a moment longer."""

from datetime import UTC, datetime, timedelta

import pytest

from omnilink.policy.window import is_open, open_until

HEARD = datetime(2026, 11, 20, 12, tzinfo=UTC)
DAY_S = 24 * 3600.0


@pytest.mark.parametrize(
    ("after_s", "expected"), [(0, True), (1, True), (DAY_S - 1, True), (DAY_S, False), (DAY_S + 1, False)]
)
def test_the_window_closes_at_its_end(after_s, expected):
    assert is_open(HEARD, DAY_S, HEARD + timedelta(seconds=after_s)) is expected


def test_it_never_opened_for_who_never_wrote():
    assert open_until(None, DAY_S) is None
    assert not is_open(None, DAY_S, HEARD)


def test_its_end_is_told():
    assert open_until(HEARD, DAY_S) == HEARD + timedelta(days=1)
