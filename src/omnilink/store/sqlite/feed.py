"""Feeds in SQLite: numbers are given by the one writer, so they have no gaps."""

from collections.abc import Sequence

from omnilink.model.feed import FeedEntry, FeedNews
from omnilink.model.ids import from_micros, to_micros
from omnilink.store.sqlite.rows import View
from omnilink.store.sqlite.transaction import Transaction

_INSERT = """
    INSERT INTO feed_entry (tenant, account, feed, n, key, at, body)
    SELECT ?1, ?2, ?3, ifnull((SELECT max(n) FROM feed_entry WHERE account = ?2 AND feed = ?3), 0) + 1, ?4, ?5, ?6
    WHERE NOT EXISTS (SELECT 1 FROM feed_entry WHERE account = ?2 AND feed = ?3 AND key = ?4)
"""
_READ = """
    SELECT n, key, at, body FROM feed_entry
    WHERE account = (SELECT id FROM account WHERE tenant = ? AND name = ?) AND feed = ? AND n > ? AND n < ?
"""
_NEWS = """
    SELECT DISTINCT a.name, f.feed FROM feed_entry f JOIN account a ON a.id = f.account
    WHERE f.id > ? AND f.id <= ? AND f.tenant = ?
"""
_NO_END = 2**62


def add_entries(tx: Transaction, tenant: int, entries: Sequence[FeedEntry]) -> None:
    """Entries whose keys are new to their feeds get the next numbers."""
    for e in entries:
        row = (tenant, tx.account(tenant, e.account), e.feed, e.key, to_micros(e.at), e.body)
        tx.connection.execute(_INSERT, row)


def read_feed(view: View, account: str, feed: str, *, after: int, before: int | None, limit: int) -> list[FeedEntry]:
    """Entries in the order of their numbers; see `feed.FeedStore`."""
    order = "n" if before is None else "n DESC"
    asked = (view.tenant, account, feed, after, _NO_END if before is None else before, limit)
    rows = list(view.connection.execute(f"{_READ} ORDER BY {order} LIMIT ?", asked))
    found = [
        FeedEntry(account=account, feed=feed, key=key, body=body, at=from_micros(at), n=n) for n, key, at, body in rows
    ]
    return found if before is None else found[::-1]


def read_feed_news(view: View, seen: int | None) -> FeedNews:
    """Which feeds have grown; see `feed.FeedStore`."""
    last = view.connection.execute("SELECT ifnull(max(id), 0) FROM feed_entry").fetchone()[0]
    if seen is None or seen == last:
        return FeedNews(seen=last)
    rows = view.connection.execute(_NEWS + f" AND {view.account_is_seen('f.account')}", (seen, last, view.tenant))
    return FeedNews(seen=last, feeds=tuple(rows))
