"""What one tenant's records are in memory: dictionaries of immutable rows, copied before they are changed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Self, TypeVar

from omnilink.conversation.case_context import CaseThread
from omnilink.conversation.causes import ThreadCause
from omnilink.errors import Conflict, NotFound
from omnilink.model.case import Assignment, Case, CaseDecision, Suggestion
from omnilink.model.consent import Consent
from omnilink.model.conversation import Conversation, ConversationSplit
from omnilink.model.envelope import Envelope
from omnilink.model.feed import FeedEntry
from omnilink.model.interaction import Interaction, Revision
from omnilink.model.media import MediaItem
from omnilink.model.outgoing import OutboxItem
from omnilink.model.persona import Attribution, Decision, Link, Persona, PersonaRef
from omnilink.model.relationship import Relationship
from omnilink.model.scope import Scope
from omnilink.store.base import Reply, SettledEvent, StoredObservation

K = TypeVar("K")
V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class AccountRow:
    """What is counted where it happens, and a poller's place."""

    received: int = 0
    duplicate: int = 0
    cursor: str | None = None


@dataclass(frozen=True, slots=True)
class EnvelopeRow:
    """An envelope and how many events were parsed out of it."""

    envelope: Envelope
    parsed: int = 0


@dataclass(frozen=True, slots=True)
class EventRow:
    """A settled event; `seq` is the change that touched it last."""

    event: SettledEvent
    seq: int


@dataclass(frozen=True, slots=True)
class InteractionRow:
    """An interaction with its arrivals.

    Attributes:
        number: its place in the order of storage.
        same_as: id of the interaction it is only the echo of, if it is one.
    """

    interaction: Interaction
    seq: int
    number: int
    same_as: str | None = None


@dataclass(frozen=True, slots=True)
class PersonaRow:
    """A persona with its claims, and its contact."""

    persona: Persona
    contact: str
    seq: int

    @property
    def ref(self) -> PersonaRef:
        """The persona as decisions need it."""
        p = self.persona
        return PersonaRef(p.id, p.key, self.contact, p.match_keys, p.name)


@dataclass(frozen=True, slots=True)
class ObservationRow:
    """What a participant showed."""

    observation: StoredObservation
    seq: int


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """A human decision as it stands."""

    decision: Decision
    seq: int


@dataclass(frozen=True, slots=True)
class LinkRow:
    """A link as it stands."""

    link: Link
    seq: int


@dataclass(frozen=True, slots=True)
class ConversationRow:
    """A conversation and the one that holds it now (itself, until it is merged)."""

    conversation: Conversation
    root: str
    seq: int


@dataclass(slots=True)
class State:
    """One tenant. Values are immutable, so a shallow copy is a snapshot."""

    seq: int = 0
    accounts: dict[str, AccountRow] = field(default_factory=dict)
    refused: dict[tuple[str, str], int] = field(default_factory=dict)
    envelopes: dict[str, EnvelopeRow] = field(default_factory=dict)
    deliveries: dict[tuple[str, str], str] = field(default_factory=dict)
    events: dict[tuple[str, int], EventRow] = field(default_factory=dict)
    envelope_events: dict[str, tuple[int, ...]] = field(default_factory=dict)
    known: dict[tuple[str, str], tuple[str, int]] = field(default_factory=dict)
    targets: dict[str, tuple[tuple[str, int], ...]] = field(default_factory=dict)
    interactions: dict[str, InteractionRow] = field(default_factory=dict)
    messages: dict[str, tuple[str, ...]] = field(default_factory=dict)
    revisions: dict[str, tuple[Revision, ...]] = field(default_factory=dict)
    personas: dict[str, PersonaRow] = field(default_factory=dict)
    persona_keys: dict[str, str] = field(default_factory=dict)
    holders: dict[str, tuple[str, ...]] = field(default_factory=dict)
    members: dict[str, tuple[str, ...]] = field(default_factory=dict)
    attributions: dict[tuple[str, int], Attribution] = field(default_factory=dict)
    attributed: dict[str, tuple[tuple[str, int], ...]] = field(default_factory=dict)
    superseded: dict[tuple[str, int], tuple[Attribution, ...]] = field(default_factory=dict)
    links: dict[str, LinkRow] = field(default_factory=dict)
    link_keys: dict[tuple[str, ...], str] = field(default_factory=dict)
    links_of: dict[str, tuple[str, ...]] = field(default_factory=dict)
    conversations: dict[str, ConversationRow] = field(default_factory=dict)
    conversation_keys: dict[str, tuple[str, int]] = field(default_factory=dict)
    # Why messages are together, and where people took them apart. families: conversation → its family, if any did.
    causes: dict[str, tuple[ThreadCause, ...]] = field(default_factory=dict)
    families: dict[str, str] = field(default_factory=dict)
    splits: dict[str, ConversationSplit] = field(default_factory=dict)
    split_refusals: dict[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)
    moved: dict[str, str] = field(default_factory=dict)
    consents: dict[int, Consent] = field(default_factory=dict)
    aliases: dict[str, tuple[str, int]] = field(default_factory=dict)
    outbox: dict[str, OutboxItem] = field(default_factory=dict)
    idempotency: dict[str, str] = field(default_factory=dict)
    blobs: dict[str, bytes] = field(default_factory=dict)
    replies: dict[tuple[str, str], Reply] = field(default_factory=dict)
    usage: dict[tuple[str, str, str], tuple[int, int]] = field(default_factory=dict)
    media: dict[str, MediaItem] = field(default_factory=dict)
    media_of: dict[str, tuple[str, ...]] = field(default_factory=dict)
    # Cases. Keys (case, conversation): what is known of a case hangs on its conversations.
    cases: dict[str, Case] = field(default_factory=dict)
    assignments: dict[str, Assignment] = field(default_factory=dict)
    assigned: dict[str, tuple[str, ...]] = field(default_factory=dict)
    assigned_in: dict[str, tuple[str, ...]] = field(default_factory=dict)
    own_assigned: dict[str, tuple[str, ...]] = field(default_factory=dict)
    dependants: dict[str, tuple[str, ...]] = field(default_factory=dict)
    case_threads: dict[str, dict[str, CaseThread]] = field(default_factory=dict)
    threads_of: dict[str, tuple[str, ...]] = field(default_factory=dict)
    case_personas: dict[tuple[str, str], dict[str, datetime]] = field(default_factory=dict)
    cases_of: dict[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)
    numbered: dict[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)
    suggestions: dict[str, Suggestion] = field(default_factory=dict)
    suggested: dict[tuple[str, str, str], str] = field(default_factory=dict)
    refusals: dict[str, tuple[str, ...]] = field(default_factory=dict)
    case_decisions: dict[str, CaseDecision] = field(default_factory=dict)
    mass: dict[str, bool] = field(default_factory=dict)
    rechecks: dict[str, bool] = field(default_factory=dict)
    case_seq: int = 0
    case_upto: int = 0
    feeds: dict[tuple[str, str], tuple[FeedEntry, ...]] = field(default_factory=dict)
    feed_log: tuple[tuple[str, str], ...] = ()
    observations: dict[str, ObservationRow] = field(default_factory=dict)
    shown: dict[str, tuple[str, ...]] = field(default_factory=dict)
    signs_of: dict[str, tuple[str, ...]] = field(default_factory=dict)
    decisions: dict[str, DecisionRow] = field(default_factory=dict)
    relationships: dict[str, Relationship] = field(default_factory=dict)

    def copy(self) -> Self:
        """A state that can be changed without this one noticing."""
        twin = type(self)()
        for each in fields(self):
            value = getattr(self, each.name)
            setattr(twin, each.name, dict(value) if isinstance(value, dict) else value)
        return twin

    def root(self, conversation: str) -> ConversationRow:
        """The conversation that now holds this one."""
        return self.conversations[found(self.conversations, conversation).root]

    def named(self, message_key: str) -> list[InteractionRow]:
        """The interactions of that key or of that further name, oldest first; echoes have none."""
        names = [*self.messages.get(message_key, ())]
        if message_key in self.aliases:
            names.append(self.aliases[message_key][0])
        return sorted((self.interactions[name] for name in names), key=lambda row: row.number)

    def standing(self, interaction: str) -> InteractionRow:
        """An interaction that is no echo of another one.

        Raises:
            NotFound: there is none of that id.
            Conflict: it has turned out to be an echo.
        """
        row = found(self.interactions, interaction)
        if row.same_as is not None:
            raise Conflict("that interaction has turned out to be an echo")
        return row


def found(rows: Mapping[str, V], key: str) -> V:
    """A row by its id.

    Raises:
        NotFound: there is none.
    """
    row = rows.get(key)
    if row is None:
        raise NotFound("the store has no such record")
    return row


def append(index: dict[K, tuple[V, ...]], key: K, value: V) -> None:
    """Adds to one entry of an index."""
    index[key] = (*index.get(key, ()), value)


def remove(index: dict[K, tuple[V, ...]], key: K, value: V) -> None:
    """Takes from one entry of an index; an empty entry goes."""
    rest = tuple(v for v in index.get(key, ()) if v != value)
    if rest:
        index[key] = rest
    else:
        index.pop(key, None)


def in_scope(scope: Scope, accounts: Iterable[str]) -> bool:
    """Whether any of the accounts may be seen."""
    return scope.accounts is None or any(account in scope.accounts for account in accounts)


def seen(scope: Scope, interaction: Interaction) -> Interaction | None:
    """The interaction as the scope may see it: with the arrivals at its accounts only, or not at all.

    What we sent arrives nowhere, or in another mailbox: so it may be seen by its own account as well.
    """
    if scope.accounts is None:
        return interaction
    arrivals = tuple(a for a in interaction.arrivals if a.account in scope.accounts)
    if not arrivals and interaction.account not in scope.accounts:
        return None
    return interaction.model_copy(update={"arrivals": arrivals})
