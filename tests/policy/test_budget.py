"""A month is UTC's, and a budget allows what fits into it."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from omnilink.model.usage import Usage
from omnilink.policy.budget import is_affordable, month_of, seconds_to_next_month


def test_a_month_begins_in_utc():
    east = timezone(timedelta(hours=14))
    assert month_of(datetime(2026, 12, 1, 3, tzinfo=east)) == "2026-11"
    assert month_of(datetime(2027, 1, 1, tzinfo=UTC)) == "2027-01"


@pytest.mark.parametrize(
    ("now", "left_s"),
    [
        (datetime(2026, 11, 30, 23, 59, 50, tzinfo=UTC), 10),
        (datetime(2026, 12, 31, tzinfo=UTC), 86_400),
        (datetime(2028, 2, 1, tzinfo=UTC), 29 * 86_400),
    ],
)
def test_the_next_month_is_told_in_seconds(now, left_s):
    assert seconds_to_next_month(now) == left_s


@pytest.mark.parametrize(
    ("spent", "budget", "more", "allowed"),
    [(0, None, 10, True), (9, 10, 1, True), (9, 10, 2, False), (10, 10, 0, False), (9, 10, 0, True), (0, 0, 0, False)],
)
def test_a_budget_allows_what_fits(spent, budget, more, allowed):
    used = [Usage(account="x", month="2026-11", what="post", count=1, micros=spent)]
    assert is_affordable(used, budget, more) is allowed
