"""A few reading connections, each used by one thread at a time, each read a consistent snapshot."""

import sqlite3
from collections.abc import Callable
from queue import LifoQueue
from typing import TypeVar

import anyio
import anyio.lowlevel
import anyio.to_thread

from omnilink.errors import StoreUnusable
from omnilink.store.sqlite.connection import translated

T = TypeVar("T")


class Readers:
    """The pool.

    Args:
        connect: opens a reading connection.
        size: how many there are.
    """

    def __init__(self, connect: Callable[[], sqlite3.Connection], size: int) -> None:
        self._size = size
        # The one used last has the warmest cache.
        self._idle: LifoQueue[sqlite3.Connection | None] = LifoQueue()
        self._closed = False
        # A limiter of its own for each event loop, so that slow reads never take the threads of others.
        self._limiter: anyio.lowlevel.RunVar[anyio.CapacityLimiter] = anyio.lowlevel.RunVar(f"readers-{id(self)}")
        try:
            for _ in range(size):
                self._idle.put(connect())
        except BaseException:
            self._size = self._idle.qsize()
            self.close()
            raise

    async def read(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Runs `work` in a thread, in one transaction.

        Raises:
            StoreBusy: the file could not be read now.
            StoreUnusable: it is damaged, or the store is closed.
        """
        limiter = self._limiter.get(None)
        if limiter is None:
            limiter = anyio.CapacityLimiter(self._size)
            self._limiter.set(limiter)
        return await anyio.to_thread.run_sync(self._read, work, limiter=limiter)

    def _read(self, work: Callable[[sqlite3.Connection], T]) -> T:
        connection = self._idle.get()
        try:
            if connection is None:
                raise StoreUnusable("the store is closed")
            connection.execute("BEGIN")
            try:
                return work(connection)
            finally:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
        except (sqlite3.Error, UnicodeEncodeError) as error:
            raise translated(error) from error.__cause__
        finally:
            self._idle.put(connection)

    def close(self) -> None:
        """Waits for the reads under way and closes the connections. Blocks."""
        if self._closed:
            return
        self._closed = True
        for _ in range(self._size):
            connection = self._idle.get()
            if connection is not None:
                connection.close()
        # Whoever comes now, or has been waiting, takes this, sees that it is over and puts it back for the next.
        self._idle.put(None)
