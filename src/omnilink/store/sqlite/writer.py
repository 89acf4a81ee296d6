"""The one writer thread: requests queue up, what has arrived is committed together, then its waiters are told.

Each request runs in a savepoint of its own, so a failing one takes nothing with it. Nobody is told of success
before COMMIT has returned (law 2); if that fails, everybody in the group is told `StoreBusy`.
"""

import sqlite3
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any, TypeVar, cast

import anyio
import anyio.lowlevel

from omnilink.errors import StoreBusy, StoreUnusable
from omnilink.store.sqlite.connection import translated
from omnilink.store.sqlite.transaction import Transaction

T = TypeVar("T")
GROUP = 1000
"""Requests committed together at most."""


@dataclass(slots=True, eq=False)
class _Request:
    work: Callable[[Transaction], object]
    loop: Any
    done: anyio.Event
    result: object = None
    error: Exception | None = None
    abandoned: bool = False


class Writer:
    """Runs write requests of any number of event loops on its own thread and connection.

    Args:
        connection: nobody else's; closed at the end.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._transaction = Transaction(connection)
        self._queue: SimpleQueue[_Request | None] = SimpleQueue()
        self._lock = threading.Lock()
        self._closed = False
        # A daemon: a program that forgets to close the store ends all the same; nothing acknowledged is lost.
        self._thread = threading.Thread(target=self._run, name="omnilink-writer", daemon=True)
        self._thread.start()

    async def write(self, work: Callable[[Transaction], T]) -> T:
        """Runs `work` in a transaction and returns what it returned, after COMMIT.

        A caller that is cancelled does not know whether it was written.

        Raises:
            StoreBusy: nothing was written.
            StoreUnusable: the store is closed.
        """
        request = _Request(work, anyio.lowlevel.current_token().native_token, anyio.Event())
        with self._lock:
            if self._closed:
                raise StoreUnusable("the store is closed")
            self._queue.put(request)
        try:
            await request.done.wait()
        finally:
            request.abandoned = True
        if request.error is not None:
            raise request.error
        return cast(T, request.result)

    def close(self) -> None:
        """Writes what was accepted, then ends the thread. Blocks; a second call only waits."""
        with self._lock:
            if not self._closed:
                self._closed = True
                self._queue.put(None)
        self._thread.join()

    def _run(self) -> None:
        running = True
        while running:
            group: list[_Request] = []
            first = self._queue.get()
            running = first is not None
            if first is not None:
                group.append(first)
            while running and len(group) < GROUP:
                try:
                    request = self._queue.get_nowait()
                except Empty:
                    break
                if request is None:
                    running = False
                else:
                    group.append(request)
            # What nobody waits for any more has not begun and need not.
            self._commit([request for request in group if not request.abandoned])
            _tell(group)
        self._connection.close()

    def _commit(self, group: list[_Request]) -> None:
        transaction = self._transaction
        try:
            transaction.begin()
            for request in group:
                self._attempt(request)
            transaction.commit()
        except Exception as error:  # whatever it is, the thread must live and nothing of the group was acknowledged
            transaction.abandon()
            for request in group:
                if request.error is None:
                    request.error = StoreBusy("the store could not take the write now")
                    request.error.__cause__ = error

    def _attempt(self, request: _Request) -> None:
        transaction = self._transaction
        transaction.begin_request()
        try:
            request.result = request.work(transaction)
        except Exception as error:
            request.error = translated(error)
            # After some errors (disk full) SQLite has rolled everything back: then this raises, and fails the group.
            transaction.undo_request()
        else:
            transaction.keep_request()


def _tell(group: Iterable[_Request]) -> None:
    loops: dict[int, tuple[Any, list[_Request]]] = {}
    for request in group:
        loops.setdefault(id(request.loop), (request.loop, []))[1].append(request)
    for loop, requests in loops.values():
        # asyncio's loop or trio's token: one wake-up a group, however many are waiting.
        soon = getattr(loop, "call_soon_threadsafe", None) or loop.run_sync_soon
        try:
            soon(_wake, requests)
        except RuntimeError:  # that loop is closed: nobody is waiting there
            continue


def _wake(requests: Iterable[_Request]) -> None:
    for request in requests:
        request.done.set()
