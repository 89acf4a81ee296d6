"""`MemoryStore`: every method of `base.Store` over one dictionary of tenants."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TypeVar

from omnilink.conversation.apart import ThreadFamily
from omnilink.errors import BadInput
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
from omnilink.store.memory import change as changes
from omnilink.store.memory import (
    context,
    history,
    ledger,
    media,
    observations,
    outbox,
    people,
    relations,
    replies,
    splits,
    usage,
)
from omnilink.store.memory import envelopes as inbound
from omnilink.store.memory import feed as feeds
from omnilink.store.memory.cases import MemoryCases
from omnilink.store.memory.state import AccountRow, State

T = TypeVar("T")


class MemoryStore(MemoryCases):
    """A store that forgets everything when it goes.

    A write works on a copy and puts it in place when it has succeeded: whole or not at all.
    """

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
        return self._write(scope, lambda state: inbound.commit_envelopes(state, envelopes, cursor, feed))

    async def read_pending(self, scope: Scope, *, limit: int, max_bytes: int = 64_000_000) -> list[Envelope]:
        """The oldest pending envelopes; see `base.EnvelopeStore`."""
        return inbound.read_pending(self._read(scope), scope, limit, max_bytes)

    async def read_envelopes(
        self, scope: Scope, *, ids: Sequence[str] = (), state: EnvelopeState | None = None, limit: int = 100
    ) -> list[Envelope]:
        """Envelopes by id or state; see `base.EnvelopeStore`."""
        return inbound.read_envelopes(self._read(scope), scope, ids, state, limit)

    async def commit_replay(self, scope: Scope, ids: Sequence[str] | None) -> int:
        """Quarantined envelopes become pending again; see `base.EnvelopeStore`."""
        return self._write(scope, lambda state: inbound.commit_replay(state, scope, ids))

    async def read_cursor(self, scope: Scope, account: str) -> str | None:
        """Where a poller stands; see `base.EnvelopeStore`."""
        scope.require(account)
        return self._read(scope).accounts.get(account, AccountRow()).cursor

    async def read_context(self, scope: Scope, lookup: Lookup) -> Context:
        """Everything the lookup names; see `base.DecisionStore`."""
        scope.require_all()
        return context.read_context(self._read(scope), lookup)

    async def commit_change(self, scope: Scope, change: Change) -> int:
        """Writes a decision; see `base.DecisionStore`."""
        scope.require_all()
        return self._write(scope, lambda state: changes.commit_change(state, change))

    async def commit_refusal(self, scope: Scope, account: str, reason: str, count: int = 1) -> None:
        """Counts refused requests; see `base.DecisionStore`."""
        scope.require(account)

        def add(state: State) -> None:
            state.refused[account, reason] = state.refused.get((account, reason), 0) + count

        self._write(scope, add)

    async def read_personas(
        self,
        scope: Scope,
        *,
        ids: Sequence[str] = (),
        handle_keys: Sequence[str] = (),
        match_keys: Sequence[str] = (),
    ) -> list[Persona]:
        """Personas by any of their names; see `base.PeopleStore`."""
        return people.read_personas(self._read(scope), ids, handle_keys, match_keys)

    async def read_component(self, scope: Scope, persona: str) -> Component:
        """The contact that holds a persona; see `base.PeopleStore`."""
        return people.read_component(self._read(scope), persona)

    async def read_contacts(self, scope: Scope, *, after: str | None = None, limit: int = 50) -> list[ContactRow]:
        """A page of contacts; see `base.PeopleStore`."""
        return people.read_contacts(self._read(scope), scope, after, limit)

    async def read_consents(self, scope: Scope, personas: Sequence[str]) -> list[Consent]:
        """What personas said about consent; see `base.PeopleStore`."""
        return people.read_consents(self._read(scope), personas)

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
        return outbox.read_outbox(
            self._read(scope), scope, ids=ids, interactions=interactions, idempotency_key=idempotency_key,
            states=states, limit=limit,
        )  # fmt: skip

    async def read_due(self, scope: Scope, *, now: datetime, limit: int = 100) -> list[OutboxItem]:
        """What may be sent now; see `outbox.OutboxStore`."""
        return outbox.read_due(self._read(scope), scope, now, limit)

    async def read_blobs(self, scope: Scope, digests: Sequence[str]) -> dict[str, bytes]:
        """The bytes kept under these digests; see `outbox.OutboxStore`."""
        blobs = self._read(scope).blobs
        return {digest: blobs[digest] for digest in digests if digest in blobs}

    async def read_asked(self, scope: Scope, account: str, delivery_key: str) -> Asked:
        """What is known of a request; see `replies.ReplyStore`."""
        scope.require(account)
        return replies.read_asked(self._read(scope), account, delivery_key)

    async def commit_usage(self, scope: Scope, account: str, month: str, used: Mapping[str, tuple[int, int]]) -> None:
        """Adds to counters; see `usage.UsageStore`."""
        scope.require(account)
        self._write(scope, lambda state: usage.commit_usage(state, account, month, used))

    async def read_usage(self, scope: Scope, *, month: str, account: str | None = None) -> list[Usage]:
        """The counters of a month; see `usage.UsageStore`."""
        return usage.read_usage(self._read(scope), scope, month, account)

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
        return media.read_media(self._read(scope), scope, ids, interactions, states, limit)

    async def read_due_media(self, scope: Scope, *, now: datetime, limit: int = 100) -> list[MediaItem]:
        """What may be fetched now; see `media.MediaStore`."""
        return media.read_due_media(self._read(scope), scope, now, limit)

    async def read_feed(
        self, scope: Scope, account: str, feed: str, *, after: int = 0, before: int | None = None, limit: int = 100
    ) -> list[FeedEntry]:
        """Entries of one feed; see `feed.FeedStore`."""
        scope.require(account)
        return feeds.read_feed(self._read(scope), account, feed, after=after, before=before, limit=limit)

    async def read_feed_news(self, scope: Scope, *, seen: int | None) -> FeedNews:
        """Which feeds have grown; see `feed.FeedStore`."""
        return feeds.read_feed_news(self._read(scope), scope, seen)

    async def read_observations(self, scope: Scope, lookup: ObservationLookup) -> Observations:
        """Observations by one of their names; see `observations.ObservationStore`."""
        scope.require_all()
        return observations.read_observations(self._read(scope), lookup)

    async def read_relationships(
        self, scope: Scope, *, ids: Sequence[str] = (), personas: Sequence[str] = ()
    ) -> list[Relationship]:
        """Relationships by id or persona; see `relations.RelationStore`."""
        return relations.read_relationships(self._read(scope), ids, personas)

    async def read_family(self, scope: Scope, conversation: str) -> ThreadFamily:
        """All that would be one conversation with this one; see `splits.SplitStore`."""
        return splits.read_family_of(self._read(scope), conversation)

    async def read_splits(
        self, scope: Scope, *, ids: Sequence[str] = (), conversations: Sequence[str] = ()
    ) -> list[ConversationSplit]:
        """Splits by id or conversation; see `splits.SplitStore`."""
        return splits.read_splits(self._read(scope), ids, conversations)

    async def read_link(self, scope: Scope, link: str) -> Link:
        """One link; see `base.PeopleStore`."""
        return people.read_link(self._read(scope), link)

    async def read_timeline(
        self, scope: Scope, personas: Sequence[str], *, before: tuple[datetime, str] | None = None, limit: int = 100
    ) -> list[TimelineRow]:
        """A page of history, newest first; see `base.HistoryStore`."""
        return history.read_timeline(self._read(scope), scope, personas, before, limit)

    async def read_interactions(self, scope: Scope, ids: Sequence[str]) -> list[Interaction]:
        """Interactions in the order asked for; see `base.HistoryStore`."""
        return history.read_interactions(self._read(scope), scope, ids)

    async def read_latest(self, scope: Scope, account: str, *, limit: int = 200) -> list[Interaction]:
        """What an account recorded last, newest first; see `base.HistoryStore`."""
        scope.require(account)
        return history.read_latest(self._read(scope), account, limit)

    async def read_revisions(self, scope: Scope, interactions: Sequence[str]) -> dict[str, list[Revision]]:
        """Revisions by interaction; see `base.HistoryStore`."""
        return history.read_revisions(self._read(scope), scope, interactions)

    async def read_conversations(
        self, scope: Scope, *, ids: Sequence[str] = (), before: tuple[datetime, str] | None = None, limit: int = 50
    ) -> list[Conversation]:
        """Conversations by id or by activity; see `base.HistoryStore`."""
        return history.read_conversations(self._read(scope), scope, ids, before, limit)

    async def read_conversation_items(self, scope: Scope, conversation: str, *, limit: int = 1000) -> list[Interaction]:
        """A conversation's interactions, oldest first; see `base.HistoryStore`."""
        return history.read_conversation_items(self._read(scope), scope, conversation, limit)

    async def read_ledger(self, scope: Scope, *, account: str | None = None) -> Ledger:
        """Both ledgers; see `base.LedgerStore`."""
        if account is not None:
            scope.require(account)
        return ledger.read_ledger(self._read(scope), scope, account)

    async def read_digest(self, scope: Scope) -> str:
        """The canonical digest; see `base.LedgerStore`."""
        scope.require_all()
        return ledger.read_digest(self._read(scope))

    async def check(self) -> list[str]:
        """Problems found; see `base.LedgerStore`."""
        return [problem for state in self._tenants.values() for problem in ledger.check(state)]

    async def backup(self, target: str) -> None:
        """There is nothing to copy that would outlive the process.

        Raises:
            BadInput: always.
        """
        raise BadInput("a store in memory cannot be backed up")

    async def aclose(self) -> None:
        """Refuses everything from now on."""
        self._closed = True
