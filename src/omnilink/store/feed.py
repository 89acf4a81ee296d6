"""Feeds: entries are written with what they tell of (`commit_envelopes`, `Change.feed`) and read by number."""

from typing import Protocol

from omnilink.model.feed import FeedEntry, FeedNews
from omnilink.model.scope import Scope


class FeedStore(Protocol):
    """Reading what is kept for who comes and fetches it."""

    async def read_feed(
        self, scope: Scope, account: str, feed: str, *, after: int = 0, before: int | None = None, limit: int = 100
    ) -> list[FeedEntry]:
        """Entries with a number above `after`, in order; with `before`, the last ones below that number, in order."""
        ...

    async def read_feed_news(self, scope: Scope, *, seen: int | None) -> FeedNews:
        """Which feeds have grown since `seen`, whoever wrote there; None asks only where to begin."""
        ...
