"""Connections to a database file, and SQLite's errors in our words."""

import sqlite3
from pathlib import Path
from urllib.parse import quote

from omnilink.errors import Conflict, NotFound, OmnilinkError, StoreBusy, StoreUnusable

APPLICATION_ID = 0x4F4D4E49
"""Marks a file as ours (`OMNI`), see https://www.sqlite.org/pragma.html#pragma_application_id."""

BUSY_TIMEOUT_S = 5.0
_WRITER_CACHE_KIB = 64 * 1024
_READER_CACHE_KIB = 8 * 1024
_MMAP_BYTES = 1 << 31
_WAL_LIMIT_BYTES = 64 << 20

_TRANSIENT = frozenset(
    {
        sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_INTERRUPT, sqlite3.SQLITE_PERM,
    }
)  # fmt: skip


def connect(path: Path, *, reading: bool = False) -> sqlite3.Connection:
    """Opens an existing file.

    Args:
        path: the file.
        reading: the connection can change nothing.

    Raises:
        sqlite3.Error: it cannot be opened.
    """
    connection = sqlite3.connect(
        f"file:{quote(str(path.absolute()))}?mode=rw",
        uri=True,
        isolation_level=None,
        check_same_thread=False,
        timeout=BUSY_TIMEOUT_S,
        cached_statements=512,
    )
    try:
        # The writer's own cache serves it better: it touches pages all over a file that keeps growing.
        cache_kib = _READER_CACHE_KIB if reading else _WRITER_CACHE_KIB
        for pragma in (
            "foreign_keys = ON",
            "synchronous = FULL",
            "temp_store = MEMORY",
            f"cache_size = -{cache_kib}",
            f"mmap_size = {_MMAP_BYTES if reading else 0}",
            f"journal_size_limit = {_WAL_LIMIT_BYTES}",
            f"query_only = {'ON' if reading else 'OFF'}",
        ):
            connection.execute(f"PRAGMA {pragma}")
    except BaseException:
        connection.close()
        raise
    return connection


def pragma_value(connection: sqlite3.Connection, name: str) -> int:
    """The number a pragma has."""
    value: int = connection.execute(f"PRAGMA {name}").fetchone()[0]
    return value


def translated(error: Exception) -> Exception:
    """An error of a read or write as the store's callers know it. Never carries content.

    Text that is no Unicode becomes a ValueError: it is a fault of the input, not of the store.
    """
    if isinstance(error, OmnilinkError):
        return error
    if isinstance(error, UnicodeEncodeError):
        return ValueError("a text is no valid Unicode")
    if not isinstance(error, sqlite3.Error):
        return error
    ours: OmnilinkError
    if isinstance(error, sqlite3.IntegrityError):
        if "UNIQUE" in str(error):
            ours = Conflict("somebody else has stored the same key")
        else:
            ours = NotFound("something refers to a record that the store does not have")
    elif _is_transient(error):
        ours = StoreBusy("the store could not do that now")
    else:
        ours = StoreUnusable("the database is damaged or of another version", hint="run omnilink db check")
    ours.__cause__ = error
    return ours


def _is_transient(error: sqlite3.Error) -> bool:
    code = getattr(error, "sqlite_errorcode", None)
    if code is None:
        return isinstance(error, sqlite3.OperationalError)
    return (code & 0xFF) in _TRANSIENT
