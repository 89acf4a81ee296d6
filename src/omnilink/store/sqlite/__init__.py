"""The SQLite store: one file, one writer thread with group commit, a few reading connections."""

from omnilink.store.sqlite.migrations import upgrade
from omnilink.store.sqlite.store import SqliteStore

__all__ = ["SqliteStore", "upgrade"]
