"""Feeds in memory."""

from collections.abc import Sequence

from omnilink.model.feed import FeedEntry, FeedNews
from omnilink.model.scope import Scope
from omnilink.store.memory.state import State, in_scope


def add_entries(state: State, entries: Sequence[FeedEntry]) -> None:
    """Entries whose keys are new to their feeds get the next numbers."""
    for entry in entries:
        place = (entry.account, entry.feed)
        kept = state.feeds.get(place, ())
        if all(known.key != entry.key for known in kept):
            state.feeds[place] = (*kept, entry.model_copy(update={"n": len(kept) + 1}))
            state.feed_log = (*state.feed_log, place)


def read_feed(state: State, account: str, feed: str, *, after: int, before: int | None, limit: int) -> list[FeedEntry]:
    """Entries in the order of their numbers; see `feed.FeedStore`."""
    found = [e for e in state.feeds.get((account, feed), ()) if e.n > after and (before is None or e.n < before)]
    return found[:limit] if before is None else found[max(0, len(found) - limit) :]


def read_feed_news(state: State, scope: Scope, seen: int | None) -> FeedNews:
    """Which feeds have grown; see `feed.FeedStore`."""
    last = len(state.feed_log)
    grown = () if seen is None else state.feed_log[seen:]
    return FeedNews(seen=last, feeds=tuple(dict.fromkeys(p for p in grown if in_scope(scope, [p[0]]))))
