"""`SqliteStore`: every method of `base.Store`, each one read or one request to the writer."""

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Self, TypeVar

import anyio
import anyio.to_thread

from omnilink.conversation.apart import ThreadFamily
from omnilink.errors import StoreUnusable
from omnilink.model.consent import Consent
from omnilink.model.conversation import Conversation, ConversationSplit
from omnilink.model.envelope import Envelope, EnvelopeState
from omnilink.model.feed import FeedEntry, FeedNews
from omnilink.model.interaction import Interaction, Revision
from omnilink.model.media import MediaItem, MediaState
from omnilink.model.outgoing import OutboxItem, OutboxState
from omnilink.model.persona import Link, Persona
from omnilink.model.relationship import Relationship
from omnilink.model.scope import Scope
from omnilink.model.usage import Usage
from omnilink.model.view import Ledger
from omnilink.store.base import (
    Accepted,
    Asked,
    Change,
    Component,
    ContactRow,
    Context,
    Lookup,
    ObservationLookup,
    Observations,
    TimelineRow,
)
from omnilink.store.sqlite import (
    context,
    history,
    media,
    observations,
    outbox,
    people,
    relations,
    replies,
    splits,
    usage,
)
from omnilink.store.sqlite import envelopes as inbound
from omnilink.store.sqlite import feed as feeds
from omnilink.store.sqlite.backup import copy_database
from omnilink.store.sqlite.cases import SqliteCases
from omnilink.store.sqlite.change import Encoded, commit_change
from omnilink.store.sqlite.check import check
from omnilink.store.sqlite.connection import connect, translated
from omnilink.store.sqlite.digest import read_digest
from omnilink.store.sqlite.ledger import read_ledger
from omnilink.store.sqlite.migrations import prepare
from omnilink.store.sqlite.readers import Readers
from omnilink.store.sqlite.rows import View
from omnilink.store.sqlite.writer import Writer

T = TypeVar("T")
READERS = 4


class SqliteStore(SqliteCases):
    """A store in one SQLite file. Make it with `SqliteStore.open`, end it with `aclose`."""

    def __init__(self, path: Path, writer: Writer, readers: Readers) -> None:
        super().__init__(writer, readers)
        self._path = path

    @classmethod
    async def open(cls, path: str | Path, *, create: bool = True) -> Self:
        """Opens a database file.

        Args:
            path: where it is.
            create: make it if there is none.

        Raises:
            StoreUnusable: it is damaged, of another program or version, or not there.
            StoreBusy: another process holds it too long.
        """
        return await anyio.to_thread.run_sync(lambda: cls._open(Path(path), create, connect))

    @classmethod
    def _open(cls, path: Path, create: bool, connect_writer: Callable[[Path], sqlite3.Connection]) -> Self:
        prepare(path, create=create)
        try:
            readers = Readers(lambda: connect(path, reading=True), READERS)
            try:
                return cls(path, Writer(connect_writer(path)), readers)
            except BaseException:
                readers.close()
                raise
        except sqlite3.Error as error:
            raise StoreUnusable("the database file cannot be opened") from error

    async def commit_envelopes(
        self,
        scope: Scope,
        envelopes: Sequence[Envelope],
        *,
        cursor: tuple[str, str] | None = None,
        feed: Sequence[FeedEntry] = (),
    ) -> list[Accepted]:
        """Stores what is new and counts everything as received; see `base.EnvelopeStore`."""
        for account in {e.account for e in envelopes} | {e.account for e in feed} | ({cursor[0]} if cursor else set()):
            scope.require(account)
        return await self._writer.write(lambda tx: inbound.commit_envelopes(tx, scope, envelopes, cursor, feed))

    async def read_pending(self, scope: Scope, *, limit: int, max_bytes: int = 64_000_000) -> list[Envelope]:
        """The oldest pending envelopes; see `base.EnvelopeStore`."""
        return await self._read(scope, lambda view: inbound.read_pending(view, limit, max_bytes))

    async def read_envelopes(
        self, scope: Scope, *, ids: Sequence[str] = (), state: EnvelopeState | None = None, limit: int = 100
    ) -> list[Envelope]:
        """Envelopes by id or state; see `base.EnvelopeStore`."""
        return await self._read(scope, lambda view: inbound.read_envelopes(view, ids, state, limit))

    async def commit_replay(self, scope: Scope, ids: Sequence[str] | None) -> int:
        """Quarantined envelopes become pending again; see `base.EnvelopeStore`."""
        return await self._writer.write(lambda tx: inbound.commit_replay(tx, scope, ids))

    async def read_cursor(self, scope: Scope, account: str) -> str | None:
        """Where a poller stands; see `base.EnvelopeStore`."""
        scope.require(account)
        return await self._read(scope, lambda view: inbound.read_cursor(view, account))

    async def read_context(self, scope: Scope, lookup: Lookup) -> Context:
        """Everything the lookup names; see `base.DecisionStore`."""
        scope.require_all()
        return await self._read(scope, lambda view: context.read_context(view, lookup))

    async def commit_change(self, scope: Scope, change: Change) -> int:
        """Writes a decision; see `base.DecisionStore`."""
        scope.require_all()
        encoded = Encoded.of(change)
        return await self._writer.write(lambda tx: commit_change(tx, scope, encoded))

    async def commit_refusal(self, scope: Scope, account: str, reason: str, count: int = 1) -> None:
        """Counts refused requests; see `base.DecisionStore`."""
        scope.require(account)
        await self._writer.write(lambda tx: inbound.commit_refusal(tx, scope, account, reason, count))

    async def read_personas(
        self,
        scope: Scope,
        *,
        ids: Sequence[str] = (),
        handle_keys: Sequence[str] = (),
        match_keys: Sequence[str] = (),
    ) -> list[Persona]:
        """Personas by any of their names; see `base.PeopleStore`."""
        return await self._read(scope, lambda view: people.read_personas(view, ids, handle_keys, match_keys))

    async def read_component(self, scope: Scope, persona: str) -> Component:
        """The contact that holds a persona; see `base.PeopleStore`."""
        return await self._read(scope, lambda view: people.read_component(view, persona))

    async def read_contacts(self, scope: Scope, *, after: str | None = None, limit: int = 50) -> list[ContactRow]:
        """A page of contacts; see `base.PeopleStore`."""
        return await self._read(scope, lambda view: people.read_contacts(view, after, limit))

    async def read_consents(self, scope: Scope, personas: Sequence[str]) -> list[Consent]:
        """What personas said about consent; see `base.PeopleStore`."""
        return await self._read(scope, lambda view: people.read_consents(view, personas))

    async def read_outbox(
        self,
        scope: Scope,
        *,
        ids: Sequence[str] = (),
        interactions: Sequence[str] = (),
        idempotency_key: str | None = None,
        states: Sequence[OutboxState] = (),
        limit: int = 100,
    ) -> list[OutboxItem]:
        """Items by one of their names; see `outbox.OutboxStore`."""

        def read(view: View) -> list[OutboxItem]:
            return outbox.read_outbox(
                view, ids=ids, interactions=interactions, idempotency_key=idempotency_key, states=states, limit=limit
            )

        return await self._read(scope, read)

    async def read_due(self, scope: Scope, *, now: datetime, limit: int = 100) -> list[OutboxItem]:
        """What may be sent now; see `outbox.OutboxStore`."""
        return await self._read(scope, lambda view: outbox.read_due(view, now, limit))

    async def read_blobs(self, scope: Scope, digests: Sequence[str]) -> dict[str, bytes]:
        """The bytes kept under these digests; see `outbox.OutboxStore`."""
        return await self._read(scope, lambda view: outbox.read_blobs(view, digests))

    async def read_asked(self, scope: Scope, account: str, delivery_key: str) -> Asked:
        """What is known of a request; see `replies.ReplyStore`."""
        scope.require(account)
        return await self._read(scope, lambda view: replies.read_asked(view, account, delivery_key))

    async def commit_usage(self, scope: Scope, account: str, month: str, used: Mapping[str, tuple[int, int]]) -> None:
        """Adds to counters; see `usage.UsageStore`."""
        scope.require(account)
        await self._writer.write(lambda tx: usage.commit_usage(tx, scope, account, month, used))

    async def read_usage(self, scope: Scope, *, month: str, account: str | None = None) -> list[Usage]:
        """The counters of a month; see `usage.UsageStore`."""
        return await self._read(scope, lambda view: usage.read_usage(view, month, account))

    async def read_media(
        self,
        scope: Scope,
        *,
        ids: Sequence[str] = (),
        interactions: Sequence[str] = (),
        states: Sequence[MediaState] = (),
        limit: int = 100,
    ) -> list[MediaItem]:
        """Files by one of their names; see `media.MediaStore`."""
        return await self._read(scope, lambda view: media.read_media(view, ids, interactions, states, limit))

    async def read_due_media(self, scope: Scope, *, now: datetime, limit: int = 100) -> list[MediaItem]:
        """What may be fetched now; see `media.MediaStore`."""
        return await self._read(scope, lambda view: media.read_due_media(view, now, limit))

    async def read_feed(
        self, scope: Scope, account: str, feed: str, *, after: int = 0, before: int | None = None, limit: int = 100
    ) -> list[FeedEntry]:
        """Entries of one feed; see `feed.FeedStore`."""
        scope.require(account)
        return await self._read(
            scope, lambda view: feeds.read_feed(view, account, feed, after=after, before=before, limit=limit)
        )

    async def read_feed_news(self, scope: Scope, *, seen: int | None) -> FeedNews:
        """Which feeds have grown; see `feed.FeedStore`."""
        return await self._read(scope, lambda view: feeds.read_feed_news(view, seen))

    async def read_observations(self, scope: Scope, lookup: ObservationLookup) -> Observations:
        """Observations by one of their names; see `observations.ObservationStore`."""
        scope.require_all()
        return await self._read(scope, lambda view: observations.read_observations(view, lookup))

    async def read_relationships(
        self, scope: Scope, *, ids: Sequence[str] = (), personas: Sequence[str] = ()
    ) -> list[Relationship]:
        """Relationships by id or persona; see `relations.RelationStore`."""
        return await self._read(scope, lambda view: relations.read_relationships(view, ids, personas))

    async def read_family(self, scope: Scope, conversation: str) -> ThreadFamily:
        """All that would be one conversation with this one; see `splits.SplitStore`."""
        return await self._read(scope, lambda view: splits.read_family_of(view, conversation))

    async def read_splits(
        self, scope: Scope, *, ids: Sequence[str] = (), conversations: Sequence[str] = ()
    ) -> list[ConversationSplit]:
        """Splits by id or conversation; see `splits.SplitStore`."""
        return await self._read(scope, lambda view: splits.read_splits(view, ids, conversations))

    async def read_link(self, scope: Scope, link: str) -> Link:
        """One link; see `base.PeopleStore`."""
        return await self._read(scope, lambda view: people.read_link(view, link))

    async def read_timeline(
        self, scope: Scope, personas: Sequence[str], *, before: tuple[datetime, str] | None = None, limit: int = 100
    ) -> list[TimelineRow]:
        """A page of history, newest first; see `base.HistoryStore`."""
        return await self._read(scope, lambda view: history.read_timeline(view, personas, before, limit))

    async def read_interactions(self, scope: Scope, ids: Sequence[str]) -> list[Interaction]:
        """Interactions in the order asked for; see `base.HistoryStore`."""
        return await self._read(scope, lambda view: history.read_interactions(view, ids))

    async def read_latest(self, scope: Scope, account: str, *, limit: int = 200) -> list[Interaction]:
        """What an account recorded last, newest first; see `base.HistoryStore`."""
        scope.require(account)
        return await self._read(scope, lambda view: history.read_latest(view, account, limit))

    async def read_revisions(self, scope: Scope, interactions: Sequence[str]) -> dict[str, list[Revision]]:
        """Revisions by interaction; see `base.HistoryStore`."""
        return await self._read(scope, lambda view: history.read_revisions(view, interactions))

    async def read_conversations(
        self, scope: Scope, *, ids: Sequence[str] = (), before: tuple[datetime, str] | None = None, limit: int = 50
    ) -> list[Conversation]:
        """Conversations by id or by activity; see `base.HistoryStore`."""
        return await self._read(scope, lambda view: history.read_conversations(view, ids, before, limit))

    async def read_conversation_items(self, scope: Scope, conversation: str, *, limit: int = 1000) -> list[Interaction]:
        """A conversation's interactions, oldest first; see `base.HistoryStore`."""
        return await self._read(scope, lambda view: history.read_conversation_items(view, conversation, limit))

    async def read_ledger(self, scope: Scope, *, account: str | None = None) -> Ledger:
        """Both ledgers; see `base.LedgerStore`."""
        if account is not None:
            scope.require(account)
        return await self._read(scope, lambda view: read_ledger(view, account))

    async def read_digest(self, scope: Scope) -> str:
        """The canonical digest; see `base.LedgerStore`."""
        scope.require_all()
        return await self._read(scope, read_digest)

    async def check(self) -> list[str]:
        """Problems found; see `base.LedgerStore`."""
        return await self._readers.read(check)

    async def backup(self, target: str) -> None:
        """Writes a consistent copy to a new file; see `base.LedgerStore`.

        Raises:
            BadInput: there is something at that path, or it cannot be written.
            StoreBusy: the copy could not be finished.
        """

        def copy() -> None:
            try:
                copy_database(self._path, Path(target))
            except (sqlite3.Error, OSError) as error:
                raise translated(error) from error

        await anyio.to_thread.run_sync(copy)

    async def aclose(self) -> None:
        """Writes what was accepted and closes every connection; see `base.LedgerStore`."""

        def close() -> None:
            self._readers.close()
            self._writer.close()  # last: the last connection to go tidies the write-ahead log

        with anyio.CancelScope(shield=True):
            await anyio.to_thread.run_sync(close)
