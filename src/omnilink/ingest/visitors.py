"""Visitors: what people on lines of our own say and fetch. Verified, committed, and only then acknowledged."""

import hashlib
import secrets as randomness
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from omnilink.errors import ConfigError
from omnilink.ingest.accept import accept
from omnilink.ingest.accounts import Accounts
from omnilink.model.envelope import Received
from omnilink.model.feed import FeedEntry, FeedNews
from omnilink.model.scope import Scope
from omnilink.plugin.filenames import clean_filename
from omnilink.plugin.sniffing import sniff_type
from omnilink.plugin.visitors import (
    Admitted,
    Heard,
    ServesVisitors,
    StoredFile,
    TakesFiles,
    Visitor,
    VisitorSite,
)
from omnilink.plugin.webhook import Rejected, Secrets
from omnilink.store.base import Change, Store

NOT_FOUND = Rejected("not-found", 404)
PAGE = 200
FRESH_BYTES = 16

Listener = Callable[[str, str, str, bool], object]
"""Account, feed, frame, and whether the visitor is who it comes from."""


@dataclass(slots=True)
class Visitors:
    """Serves the visitors of all accounts; the web layer holds their lines.

    Args:
        store, scope, accounts: where and whose.
        new_id, clock: injected.
        stored: called after something new was committed (wakes the processor).
        fresh: makes an id nobody can guess.
    """

    store: Store
    scope: Scope
    accounts: Accounts
    new_id: Callable[[], str]
    clock: Callable[[], datetime]
    stored: Callable[[], None]
    fresh: Callable[[], str] = lambda: randomness.token_urlsafe(FRESH_BYTES)
    listeners: list[Listener] = field(default_factory=list)

    def site(self, account: str) -> VisitorSite | None:
        """What the lines of an account need; None where the account serves no visitors.

        Raises:
            ConfigError: its settings are wrong.
        """
        if account not in self.accounts.configured:
            return None
        connector = self.accounts.connector(account)
        return connector.site if isinstance(connector, ServesVisitors) else None

    async def admit(self, account: str, hello: bytes) -> Admitted | Rejected:
        """Opens a session. What may be used by one device only is written down before it is believed.

        Raises:
            ConfigError: the account is not configured for it.
            StoreBusy: nothing was stored.
        """
        connector, secrets = self._serving(account)
        admitted = connector.admit(hello, secrets, self.clock(), self.fresh())
        if isinstance(admitted, Rejected):
            return admitted
        if admitted.once is not None and not await self._is_first(account, *admitted.once):
            return Rejected("used-elsewhere")
        if admitted.received is not None:
            await self._store(account, admitted.received)
        return admitted

    def recognise(self, account: str, token: str) -> Visitor | Rejected:
        """Who holds a token."""
        connector, secrets = self._serving(account)
        return connector.recognise(token, secrets, self.clock())

    async def hear(self, account: str, visitor: Visitor, said: bytes) -> Heard | Rejected:
        """Takes what a visitor's client says. When it returns, what was to be stored is on disk.

        Raises:
            StoreBusy: nothing was stored; the client must say it again.
        """
        connector, secrets = self._serving(account)
        heard = connector.hear(said, visitor, secrets, self.clock())
        if isinstance(heard, Rejected):
            return heard
        if heard.received is not None:
            await self._store(account, heard.received, heard.entry)
        if heard.signal is not None:
            self.signal(account, visitor.feed, heard.signal, by_visitor=True)
        return heard

    def signal(self, account: str, feed: str, frame: str, *, by_visitor: bool = False) -> None:
        """Passes something on to who is looking in this process now; it is stored nowhere.

        Args:
            account, feed: the visitor it comes from or goes to.
            frame: JSON, `{"t": "typing", "on": true}`.
            by_visitor: it comes from the visitor, so that the visitor's own lines are not told.
        """
        for listener in list(self.listeners):
            listener(account, feed, frame, by_visitor)

    async def read(
        self, account: str, visitor: Visitor, *, after: int = 0, before: int | None = None, limit: int = PAGE
    ) -> list[tuple[int, str]]:
        """The visitor's entries as their client is told them, each with its number."""
        connector, secrets = self._serving(account)
        entries = await self.store.read_feed(
            self.scope, account, visitor.feed, after=after, before=before, limit=min(limit, PAGE)
        )
        now = self.clock()
        return [(entry.n, connector.show(entry, secrets, now)) for entry in entries]

    async def news(self, seen: int | None) -> FeedNews:
        """Which feeds have grown, whichever process wrote there."""
        return await self.store.read_feed_news(self.scope, seen=seen)

    async def keep_file(
        self, account: str, visitor: Visitor, content: bytes, name: str, declared: str
    ) -> str | Rejected:
        """Keeps an upload.

        Args:
            content: the bytes.
            name, declared: file name and media type as the client says; the bytes decide.

        Returns:
            What the client is told, or why it is not taken.
        """
        connector, secrets = self._serving(account)
        if not isinstance(connector, TakesFiles) or not connector.site.max_file_bytes:
            return Rejected("no-files", 403)
        if not content:
            return Rejected("empty", 400)
        if len(content) > connector.site.max_file_bytes:
            return Rejected("too-large", 413)
        mime_type = sniff_type(content, declared)
        if not is_taken(mime_type, connector.site.file_types):
            return Rejected("file-type", 415)
        digest = hashlib.sha256(content).hexdigest()
        await self.store.commit_change(self.scope, Change(blobs={digest: content}))
        file = StoredFile(digest, len(content), mime_type, clean_filename(name))
        return connector.seal_file(file, visitor, secrets, self.clock())

    async def open_file(self, account: str, token: str) -> tuple[StoredFile, bytes] | Rejected:
        """The file an address names, and its bytes."""
        connector, secrets = self._serving(account)
        if not isinstance(connector, TakesFiles):
            return NOT_FOUND
        file = connector.open_file(token, secrets, self.clock())
        if isinstance(file, Rejected):
            return file
        content = (await self.store.read_blobs(self.scope, [file.sha256])).get(file.sha256)
        return NOT_FOUND if content is None else (file, content)

    def _serving(self, account: str) -> tuple[ServesVisitors, Secrets]:
        connector = self.accounts.connector(account)
        if not isinstance(connector, ServesVisitors):
            raise ConfigError("that account serves no visitors", setting=f"accounts.{account}.connector")
        return connector, self.accounts.secrets(account)

    async def _store(self, account: str, received: Received, entry: FeedEntry | None = None) -> None:
        await accept(
            self.store, self.scope, [received], account=account,
            connector=self.accounts.configured[account].connector, new_id=self.new_id, clock=self.clock,
            feed=() if entry is None else (entry,),
        )  # fmt: skip
        self.stored()

    async def _is_first(self, account: str, what: str, device: str) -> bool:
        """Whether this device was the first to use it, now or before: the first entry of a feed of its own tells."""
        feed = f"once/{what}"
        entry = FeedEntry(account=account, feed=feed, key=device, body="{}", at=self.clock())
        await self.store.commit_envelopes(self.scope, [], feed=[entry])
        first = await self.store.read_feed(self.scope, account, feed, limit=1)
        return first[0].key == device


def is_taken(mime_type: str, taken: tuple[str, ...]) -> bool:
    """Whether a media type is among those taken; `*` at the end of one stands for anything."""
    return any(
        mime_type.startswith(name.removesuffix("*")) if name.endswith("*") else mime_type == name for name in taken
    )
