"""Polling: what arrives in a mailbox, lot by lot. The cursor is UIDVALIDITY and the last UID."""

import re
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping, Sequence
from typing import Protocol

from omnilink.model import Received
from omnilink.model.envelope import Authenticity
from omnilink_email.limits import MAX_MAIL_BYTES
from omnilink_email.servers import Server

LOT_MAILS = 50
LOT_BYTES = 16 * 1024 * 1024
_ASKED_AT_ONCE = 500
_CURSOR = re.compile(r"(\d{1,10})/(\d{1,10})")


class Folder(Protocol):
    """An opened folder. Every method blocks and raises `TransientError` when the line is down."""

    @property
    def validity(self) -> int:
        """UIDVALIDITY: while it stays, a UID names the same mail for ever (RFC 9051 §2.3.1.1)."""
        ...

    def uids_after(self, uid: int) -> list[int]:
        """All higher UIDs, ascending."""
        ...

    def sizes(self, uids: Sequence[int]) -> Mapping[int, int]:
        """UID → bytes."""
        ...

    def fetch(self, uids: Sequence[int]) -> Mapping[int, bytes]:
        """UID → mail; what was expunged meanwhile is missing."""
        ...

    def wait(self, timeout_s: float) -> None:
        """Until the server says that something changed, at most so long."""
        ...

    def close(self) -> None:
        """Hangs up; from any thread."""
        ...


Open = Callable[[Server, str, str], Folder]


def read_cursor(cursor: str | None, validity: int) -> int:
    """The last UID that was stored; 0 where there is none, or the server has numbered its mails anew.

    All are read again then: those that are known are recognised by what they are.
    """
    match = _CURSOR.fullmatch(cursor or "")
    return int(match[2]) if match is not None and int(match[1]) == validity else 0


def split_lots(uids: Sequence[int], sizes: Mapping[int, int]) -> Iterator[list[int]]:
    """The mails in their order, in lots that neither count nor weigh too much."""
    lot: list[int] = []
    weight = 0
    for uid in uids:
        size = min(sizes.get(uid, 0), MAX_MAIL_BYTES)
        if lot and (len(lot) >= LOT_MAILS or weight + size > LOT_BYTES):
            yield lot
            lot, weight = [], 0
        lot.append(uid)
        weight += size
    if lot:
        yield lot


async def poll_folder(
    cursor: str | None, server: Server, password: str, name: str, idle_s: float, open_: Open
) -> AsyncGenerator[Sequence[Received]]:
    """Every mail after the cursor, then each as it arrives; an empty lot when there is none.

    Args:
        cursor: `<UIDVALIDITY>/<UID>`.
        name: of the folder.
        idle_s: after how long without news the line is checked.
        open_: opens the folder.

    Raises:
        ConfigError, TransientError: see `imap.open_folder`.
    """
    from anyio import to_thread  # not loaded by who only reads files

    folder = await to_thread.run_sync(open_, server, password, name)
    try:
        last = read_cursor(cursor, folder.validity)
        while True:
            uids = await to_thread.run_sync(folder.uids_after, last)
            for start in range(0, len(uids), _ASKED_AT_ONCE):
                some = uids[start : start + _ASKED_AT_ONCE]
                sizes = await to_thread.run_sync(folder.sizes, some)
                for lot in split_lots(some, sizes):
                    mails = await to_thread.run_sync(folder.fetch, lot)
                    last = lot[-1]
                    if received := _received(folder, name, lot, mails):
                        yield received
            if uids:
                continue  # what came meanwhile was announced already
            yield []
            # Left alone when the account is closed: hanging up ends it.
            await to_thread.run_sync(folder.wait, idle_s, abandon_on_cancel=True)
    finally:
        folder.close()


def _received(folder: Folder, name: str, lot: Sequence[int], mails: Mapping[int, bytes]) -> list[Received]:
    return [
        Received(
            body=mails[uid],
            authenticity=Authenticity.POLLED,
            delivery_key=f"{name}/{folder.validity}/{uid}",
            cursor=f"{folder.validity}/{uid}",
        )
        for uid in lot
        if uid in mails
    ]
