"""Feeds: numbers without gaps, keys for ever, written with what they tell of or not at all."""

import pytest

from omnilink.errors import Conflict, ScopeDenied
from omnilink.model import FeedEntry
from omnilink.model.scope import Scope
from omnilink.store.base import Change

pytestmark = pytest.mark.anyio


def entry(town, key, feed="a.1", account="a"):
    return FeedEntry(account=account, feed=feed, key=key, body=f'"{key}"', at=town.now())


async def numbers(store, town, feed="a.1", **asked):
    return [(e.n, e.key) for e in await store.read_feed(town.scope, "a", feed, **asked)]


async def test_entries_are_numbered_in_each_feed_and_a_known_key_adds_nothing(store, town):
    await store.commit_envelopes(town.scope, [town.envelope(account="a")], feed=[entry(town, "x"), entry(town, "y")])
    await store.commit_change(town.scope, Change(feed=[entry(town, "y"), entry(town, "z"), entry(town, "z")]))
    await store.commit_envelopes(town.scope, [], feed=[entry(town, "x"), entry(town, "x", feed="a.2")])
    assert await numbers(store, town) == [(1, "x"), (2, "y"), (3, "z")]
    assert await numbers(store, town, "a.2") == [(1, "x")]


async def test_a_feed_is_read_from_a_number_on_or_back_from_one(store, town):
    await store.commit_envelopes(town.scope, [], feed=[entry(town, str(n)) for n in range(1, 8)])
    assert await numbers(store, town, after=5) == [(6, "6"), (7, "7")]
    assert await numbers(store, town, after=2, limit=2) == [(3, "3"), (4, "4")]
    assert await numbers(store, town, before=6, limit=2) == [(4, "4"), (5, "5")]
    assert await numbers(store, town, "nobody") == []


async def test_news_name_each_feed_that_has_grown_since_and_no_other(store, town):
    start = await store.read_feed_news(town.scope, seen=None)
    assert start.feeds == ()
    await store.commit_envelopes(town.scope, [], feed=[entry(town, "x"), entry(town, "y"), entry(town, "x", "a.2")])
    news = await store.read_feed_news(town.scope, seen=start.seen)
    assert sorted(news.feeds) == [("a", "a.1"), ("a", "a.2")]
    assert (await store.read_feed_news(town.scope, seen=news.seen)).feeds == ()


async def test_what_is_not_committed_leaves_no_entry(store, town):
    known = town.envelope(account="a")
    await store.commit_envelopes(town.scope, [known])
    with pytest.raises(Conflict):
        await store.commit_envelopes(town.scope, [known], feed=[entry(town, "x")])
    assert await numbers(store, town) == []


async def test_a_feed_is_seen_by_its_accounts_scope_alone(store, town):
    await store.commit_envelopes(town.scope, [], feed=[entry(town, "x"), entry(town, "x", account="b")])
    narrow = Scope(town.scope.tenant, frozenset({"b"}))
    assert (await store.read_feed_news(narrow, seen=0)).feeds == (("b", "a.1"),)
    with pytest.raises(ScopeDenied):
        await store.read_feed(narrow, "a", "a.1")
    elsewhere = Scope("another town")
    assert await store.read_feed(elsewhere, "a", "a.1") == []
    assert (await store.read_feed_news(elsewhere, seen=0)).feeds == ()
