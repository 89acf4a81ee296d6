"""The partition of personas is a function of the set of links, and honours *different*."""

from datetime import UTC, datetime
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from omnilink.identity.components import partition
from omnilink.model import Link, Method, Verdict

NOW = datetime(2026, 1, 1, tzinfo=UTC)
KEYS = [f"tel:+3460000000{n}" for n in range(7)]


def link(a: str, b: str, verdict: Verdict, method: Method, score: float | None = None, revoked: bool = False) -> Link:
    a, b = sorted((a, b))
    return Link(
        id=f"{a}|{b}|{verdict}|{method}", a=f"id-{a}", b=f"id-{b}", key_a=a, key_b=b, verdict=verdict, method=method,
        basis="b", score=score, asserted_by="x", at=NOW, revoked_at=NOW if revoked else None,
    )  # fmt: skip


links = st.lists(
    st.builds(
        link,
        st.sampled_from(KEYS),
        st.sampled_from(KEYS),
        st.sampled_from(Verdict),
        st.sampled_from([Method.STAFF_CONFIRMED, Method.PLATFORM_ATTESTED, Method.EXACT_KEY, Method.PROBABILISTIC]),
        st.sampled_from([None, 3.0, 9.5]),
        st.booleans(),
    ),
    max_size=14,
    unique_by=lambda x: x.id,
)


@given(links, st.randoms())
def test_every_order_of_links_gives_the_same_partition_and_conflicts(found, rng):
    shuffled = list(found)
    rng.shuffle(shuffled)
    a, b = partition(KEYS, found), partition(reversed(KEYS), shuffled)
    assert a.group == b.group
    assert [x.id for x in a.conflicts] == [x.id for x in b.conflicts]


@given(links)
def test_a_different_pair_is_never_in_one_group(found):
    group = partition(KEYS, found).group
    for x in found:
        if x.in_force and x.verdict is Verdict.DIFFERENT and x.key_a != x.key_b:
            assert group[x.key_a] != group[x.key_b]


@given(links, st.data())
def test_after_a_revocation_the_partition_is_what_it_would_be_without_the_link(found, data):
    if found:
        chosen = data.draw(st.sampled_from(found))
        revoked = [x.model_copy(update={"revoked_at": NOW}) if x is chosen else x for x in found]
        without = [x for x in found if x is not chosen]
        assert partition(KEYS, revoked).group == partition(KEYS, without).group


@given(links)
def test_every_same_link_in_force_joins_or_is_a_conflict(found):
    result = partition(KEYS, found)
    blocked = {x.id for x in result.conflicts}
    for x in found:
        if x.in_force and x.verdict is Verdict.SAME:
            assert (result.group[x.key_a] == result.group[x.key_b]) != (x.id in blocked)


def test_the_stronger_link_wins_where_a_different_pair_allows_only_one():
    a, b, c = KEYS[:3]
    apart = link(a, c, Verdict.DIFFERENT, Method.STAFF_CONFIRMED)
    weak = link(a, b, Verdict.SAME, Method.EXACT_KEY)
    strong = link(b, c, Verdict.SAME, Method.PLATFORM_ATTESTED)
    found = partition(KEYS, [weak, strong, apart])
    assert found.group[b] == found.group[c] != found.group[a]
    assert found.conflicts == (weak,)


def test_a_chain_of_a_hundred_thousand_links_is_no_problem():
    keys = [f"k{n:06}" for n in range(100_000)]
    chain = [link(a, b, Verdict.SAME, Method.EXACT_KEY) for a, b in pairwise(keys)]
    assert set(partition(keys, chain).group.values()) == {"k000000"}
