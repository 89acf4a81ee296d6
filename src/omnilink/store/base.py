"""What a store is: Protocols, and the values that go in and out. No backend is imported here.

Reads return values; the only writes are `commit_*`. A `Change` is one decision (of a batch, a person, a rule):
it carries the versions of everything it was decided from, and a store refuses it with `Conflict` when any of
them has moved. Ids in these values are public ids (UUIDv7 texts); a store's own integer keys stay inside it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from omnilink.model.consent import Consent
from omnilink.model.conversation import Conversation
from omnilink.model.envelope import Envelope, EnvelopeState
from omnilink.model.feed import FeedEntry
from omnilink.model.interaction import Interaction, Revision
from omnilink.model.persona import Attribution, Link, Persona
from omnilink.model.scope import Scope
from omnilink.model.view import Ledger
from omnilink.store.cases import CaseStore
from omnilink.store.decision import (
    ELSEWHERE,
    Change,
    Context,
    EventState,
    Lookup,
    MessageRef,
    Parked,
    SettledEnvelope,
    SettledEvent,
)
from omnilink.store.feed import FeedStore
from omnilink.store.media import MediaStore
from omnilink.store.observations import (
    ObservationLookup,
    Observations,
    ObservationStore,
    StoredObservation,
)
from omnilink.store.outbox import OutboxStore
from omnilink.store.relations import RelationStore
from omnilink.store.replies import Asked, Reply, ReplyStore
from omnilink.store.splits import SplitStore
from omnilink.store.usage import UsageStore

__all__ = [
    "ELSEWHERE",
    "Accepted",
    "Asked",
    "CaseStore",
    "Change",
    "Component",
    "ContactRow",
    "Context",
    "DecisionStore",
    "EnvelopeStore",
    "EventState",
    "FeedStore",
    "HistoryStore",
    "LedgerStore",
    "Lookup",
    "MediaStore",
    "MessageRef",
    "ObservationLookup",
    "ObservationStore",
    "Observations",
    "OutboxStore",
    "Parked",
    "PeopleStore",
    "RelationStore",
    "Reply",
    "ReplyStore",
    "SettledEnvelope",
    "SettledEvent",
    "SplitStore",
    "Store",
    "StoredObservation",
    "TimelineRow",
]  # fmt: skip

# --- envelopes -------------------------------------------------------------------------------------------------


class Accepted(StrEnum):
    """What became of an envelope handed to `commit_envelopes`."""

    STORED = "stored"
    DUPLICATE = "duplicate"


# --- history: what the citizen view reads ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, repr=False)
class TimelineRow:
    """One interaction in the history of a set of personas, with the attribution that put it there.

    `conversation` is the id of the conversation that now holds it (merges followed).
    """

    interaction: Interaction
    conversation: str
    attribution: Attribution


@dataclass(frozen=True, slots=True, repr=False)
class Component:
    """All personas and links of one contact, and the blocked or *different* links at its border."""

    contact: str
    personas: tuple[Persona, ...]
    links: tuple[Link, ...]


@dataclass(frozen=True, slots=True, repr=False)
class ContactRow:
    """A contact in a list."""

    id: str
    personas: int
    interactions: int
    last_at: datetime | None


class EnvelopeStore(Protocol):
    """Inbound bytes and where they stand."""

    async def commit_envelopes(
        self,
        scope: Scope,
        envelopes: Sequence[Envelope],
        *,
        cursor: tuple[str, str] | None = None,
        feed: Sequence[FeedEntry] = (),
    ) -> list[Accepted]:
        """Stores what is new (durably, before returning) and counts everything as received.

        A delivery_key already known for the account is a duplicate, for ever; of two in one call the first wins.

        Args:
            cursor: (account, cursor text) committed with them.
            feed: entries committed with them.

        Raises:
            StoreBusy: nothing was stored.
        """
        ...

    async def read_pending(self, scope: Scope, *, limit: int, max_bytes: int = 64_000_000) -> list[Envelope]:
        """The oldest pending envelopes, in the order they were stored; at least one if there is any."""
        ...

    async def read_envelopes(
        self, scope: Scope, *, ids: Sequence[str] = (), state: EnvelopeState | None = None, limit: int = 100
    ) -> list[Envelope]:
        """Envelopes by id, or the oldest ones in a state."""
        ...

    async def commit_replay(self, scope: Scope, ids: Sequence[str] | None) -> int:
        """Puts quarantined envelopes (all of them, if None) back to pending; forgets their unsettled events.

        What is forgotten (unparsed, failed) is taken from their parsed count; the other events stay until the
        envelope is settled again (see `Change`). Accounts outside the scope are left out.

        Returns:
            How many there were.
        """
        ...

    async def read_cursor(self, scope: Scope, account: str) -> str | None:
        """Where a poller of the account stands."""
        ...


class DecisionStore(Protocol):
    """What decisions are made from, and the decisions."""

    async def read_context(self, scope: Scope, lookup: Lookup) -> Context:
        """One consistent read of everything the lookup names."""
        ...

    async def commit_change(self, scope: Scope, change: Change) -> int:
        """Writes a decision.

        Returns:
            The change's sequence number.

        Raises:
            Conflict: a version moved, a key is taken or an envelope is settled already; nothing was written.
            NotFound: it refers to a record that is not there; nothing was written.
            StoreBusy: nothing was written.
            ValueError: a text is no valid Unicode, or bytes are not those of their digest (never quoted); nothing
                was written.
        """
        ...

    async def commit_refusal(self, scope: Scope, account: str, reason: str, count: int = 1) -> None:
        """Counts requests refused before anything was stored."""
        ...


class PeopleStore(Protocol):
    """Personas, links, contacts: of the whole tenant; only counts of interactions follow the scope's accounts."""

    async def read_personas(
        self,
        scope: Scope,
        *,
        ids: Sequence[str] = (),
        handle_keys: Sequence[str] = (),
        match_keys: Sequence[str] = (),
    ) -> list[Persona]:
        """Personas by id, by canonical handle key or by match key (any of them), with their claims; oldest first."""
        ...

    async def read_component(self, scope: Scope, persona: str) -> Component:
        """The contact that now holds this persona (any id ever issued), with its links, revoked ones included.

        Raises:
            NotFound: no such persona in the scope.
        """
        ...

    async def read_contacts(self, scope: Scope, *, after: str | None = None, limit: int = 50) -> list[ContactRow]:
        """Contacts in the order of their ids, after the given id (keyset paging).

        Without those left empty: whoever only a name on a handle told apart, and whose interactions are others' now.
        """
        ...

    async def read_consents(self, scope: Scope, personas: Sequence[str]) -> list[Consent]:
        """Everything these personas ever said about consent, oldest first."""
        ...

    async def read_link(self, scope: Scope, link: str) -> Link:
        """One link.

        Raises:
            NotFound: no such link in the scope.
        """
        ...


class HistoryStore(Protocol):
    """Interactions and conversations, for reading."""

    async def read_timeline(
        self, scope: Scope, personas: Sequence[str], *, before: tuple[datetime, str] | None = None, limit: int = 100
    ) -> list[TimelineRow]:
        """The newest interactions in which these personas hold a role, before (occurred_at, interaction id).

        Newest first; ties by id, descending. An interaction in which they hold several roles comes once, with the
        attribution of the lowest ordinal. Accounts outside the scope are left out; an interaction is its own account's
        and that of each account it arrived at. Cost does not depend on how much older history there is.
        """
        ...

    async def read_interactions(self, scope: Scope, ids: Sequence[str]) -> list[Interaction]:
        """Interactions by id, arrivals included."""
        ...

    async def read_latest(self, scope: Scope, account: str, *, limit: int = 200) -> list[Interaction]:
        """What an account recorded last, newest first."""
        ...

    async def read_revisions(self, scope: Scope, interactions: Sequence[str]) -> dict[str, list[Revision]]:
        """What happened later to these interactions, by interaction, in the order (at, event_key)."""
        ...

    async def read_conversations(
        self, scope: Scope, *, ids: Sequence[str] = (), before: tuple[datetime, str] | None = None, limit: int = 50
    ) -> list[Conversation]:
        """Conversations by id (merges followed), or the ones with the newest activity first (keyset paging)."""
        ...

    async def read_conversation_items(self, scope: Scope, conversation: str, *, limit: int = 1000) -> list[Interaction]:
        """A conversation's interactions, oldest first."""
        ...


class LedgerStore(Protocol):
    """Books and upkeep."""

    async def read_ledger(self, scope: Scope, *, account: str | None = None) -> Ledger:
        """Both ledgers (law 2), of all accounts of the scope or of one."""
        ...

    async def read_digest(self, scope: Scope) -> str:
        """Hex sha256 over a canonical projection of everything but generated ids and clocks.

        The same inputs give the same digest, whatever crashes, restarts and batch borders lay between.
        """
        ...

    async def check(self) -> list[str]:
        """Problems found (empty: none): the database's own check, references, both ledgers, the partition."""
        ...

    async def backup(self, target: str) -> None:
        """Writes a consistent copy while the store is in use."""
        ...

    async def aclose(self) -> None:
        """Finishes what was accepted and lets go of everything."""
        ...


class Store(
    EnvelopeStore,
    DecisionStore,
    PeopleStore,
    HistoryStore,
    LedgerStore,
    OutboxStore,
    ReplyStore,
    MediaStore,
    CaseStore,
    UsageStore,
    FeedStore,
    ObservationStore,
    RelationStore,
    SplitStore,
    Protocol,
):
    """A whole store."""
