"""Counting over windows says what counting one by one says."""

import pytest

np = pytest.importorskip("numpy")

from hypothesis import given  # noqa: E402
from hypothesis import strategies as st  # noqa: E402

from omnilink.conversation.disentangle.windows import Window  # noqa: E402

DEPTH = 5
columns = st.integers(1, 12).flatmap(
    lambda size: st.tuples(*[st.lists(st.integers(-1, 3), min_size=size, max_size=size)] * 2)
)


def each_pair(size):
    return [(at, at - lag, lag - 1) for at in range(size) for lag in range(1, DEPTH + 1) if lag <= at]


@given(columns)
def test_a_window_counts_what_lies_between(both):
    wanted, seen = (np.array(one) for one in both)
    window = Window(len(wanted), DEPTH)
    equal = window.equal(wanted, seen)
    like_own, like_other = window.between_like_own(wanted, seen), window.between_like_other(wanted, seen)
    for at, other, column in each_pair(len(wanted)):
        between = seen[other + 1 : at].tolist()
        assert equal[at, column] == (wanted[at] == seen[other] and wanted[at] >= 0)
        assert like_own[at, column] == (between.count(wanted[at]) if wanted[at] >= 0 else 0)
        assert like_other[at, column] == (between.count(wanted[other]) if wanted[other] >= 0 else 0)


@given(columns)
def test_what_lies_before_the_first_message_counts_as_nothing(both):
    wanted, seen = (np.array(one) for one in both)
    window = Window(len(wanted), DEPTH)
    assert not window.of_other(wanted + 2)[~window.exists].any()
    assert not window.between_like_other(wanted, seen)[~window.exists].any()
