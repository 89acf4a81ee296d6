"""Feed: what is kept, in numbered order, for somebody who comes and fetches it (a visitor of a web chat)."""

from typing import ClassVar

from omnilink.model.record import Record, Utc


class FeedEntry(Record):
    """One entry of a feed.

    Attributes:
        account, feed: whose; a feed is named within its account (a visitor's id).
        key: names the entry within its feed, for ever: the same key again is the same entry, and nothing is added.
        body: what the connector made of it, JSON.
        n: its place in the feed, from 1 without gaps; 0 until the store has given it one.
    """

    account: str
    feed: str
    key: str
    body: str
    at: Utc
    n: int = 0

    shown: ClassVar[tuple[str, ...]] = ("account", "n")


class FeedNews(Record):
    """Which feeds have grown since somebody looked.

    Attributes:
        seen: what to ask from the next time.
        feeds: (account, feed) of each that has grown.
    """

    seen: int = 0
    feeds: tuple[tuple[str, str], ...] = ()

    shown: ClassVar[tuple[str, ...]] = ("seen",)
