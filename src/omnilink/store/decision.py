"""Decision: what a batch of events needs to know, and what it changes. Values only; see `store.base`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from omnilink.conversation.causes import ThreadCause
from omnilink.model.consent import Consent
from omnilink.model.conversation import Conversation, ConversationSplit, SplitUndone
from omnilink.model.envelope import EnvelopeState
from omnilink.model.event import Direction
from omnilink.model.feed import FeedEntry
from omnilink.model.interaction import Arrival, Interaction, Revision
from omnilink.model.media import MediaItem
from omnilink.model.outgoing import OutboxItem
from omnilink.model.persona import Attribution, Claim, Decision, Link, Persona, PersonaRef, Revocation
from omnilink.model.relationship import Relationship, RelationshipClosed
from omnilink.store.media import MediaUpdate
from omnilink.store.observations import StoredObservation
from omnilink.store.outbox import OutboxUpdate
from omnilink.store.replies import Reply


class EventState(StrEnum):
    """How an event was settled; the right-hand side of the event ledger (law 2)."""

    RECORDED = "recorded"
    DUPLICATE = "duplicate"
    IGNORED = "ignored"
    UNPARSED = "unparsed"
    PARKED = "parked"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, repr=False)
class SettledEvent:
    """One parsed event and how it was settled. (envelope, ordinal) names it.

    A parked event keeps its JSON in `event` and waits for `target_key`.
    """

    envelope: str
    ordinal: int
    account: str
    event_key: str
    type: str
    state: EventState
    reason: str | None = None
    interaction: str | None = None
    target_key: str | None = None
    event: str | None = None


@dataclass(frozen=True, slots=True, repr=False)
class SettledEnvelope:
    """An envelope that has been processed or quarantined. `parsed` is how many events the parser returned."""

    id: str
    state: EnvelopeState
    parsed: int
    parser_version: str
    reason: str | None = None


# --- context: what a batch of events needs to know --------------------------------------------------------------


@dataclass(frozen=True, slots=True, repr=False)
class Lookup:
    """The keys a batch of events touches; one read answers them all."""

    events: frozenset[tuple[str, str]] = frozenset()  # (account, event_key)
    messages: frozenset[str] = frozenset()  # message_key
    personas: frozenset[str] = frozenset()  # persona key
    match_keys: frozenset[str] = frozenset()
    conversation_keys: frozenset[str] = frozenset()
    contacts: frozenset[str] = frozenset()  # persona ids whose whole component is needed
    observations: frozenset[str] = frozenset()  # keys of observations: only their versions are answered
    decisions: bool = False  # whether human decisions matter: only their version is answered


ELSEWHERE = 10_000
"""Ordinals from here on are of participants that only a later copy of the message named."""


@dataclass(frozen=True, slots=True, repr=False)
class MessageRef:
    """An interaction as later events find it: by message_key, told apart by content_key.

    `attributed` is (ordinal, persona key) of its current attributions, by ordinal. `seeds` is (ordinal, persona key)
    of what its participants are taken to be as long as nothing else is known; without those that nobody decided on.
    """

    id: str
    message_key: str
    content_key: str | None
    account: str
    kind: str
    direction: str = Direction.INBOUND
    attributed: tuple[tuple[int, str], ...] = ()
    seeds: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True, slots=True, repr=False)
class Parked:
    """An event that waits for its target: `event` is its JSON."""

    envelope: str
    ordinal: int
    account: str
    event: str


@dataclass(frozen=True, slots=True, repr=False)
class Context:
    """The answer to a `Lookup`. What is absent from a mapping is absent from the store (version 0).

    Attributes:
        seq: the number of the last change this was read after.
        versions: opaque; goes back unchanged in the `Change`.
        events: known (account, event_key) → interaction id ("" if the event made none). Known are events that
            were recorded, parked or ignored: the same event again is a duplicate, in a replay of its own envelope too.
        messages: message_key → all interactions of that key (a further name of one counts), oldest first.
        personas: key → persona, for the keys asked for.
        holders: match_key → all personas that have it.
        links: every link, revoked ones included, with both ends among `members`, or one end there and not revoked.
        members: contact id → all its personas, for every contact of every persona named anywhere above, and for
            contacts reached from them by same-links in force (blocked ones included).
        conversations: conversation key → id of the conversation that now has it (merges followed).
        parked: target_key → events waiting for it.
    """

    seq: int = 0
    versions: Mapping[str, int] = field(default_factory=dict)
    events: Mapping[tuple[str, str], str] = field(default_factory=dict)
    messages: Mapping[str, tuple[MessageRef, ...]] = field(default_factory=dict)
    personas: Mapping[str, PersonaRef] = field(default_factory=dict)
    holders: Mapping[str, tuple[PersonaRef, ...]] = field(default_factory=dict)
    links: tuple[Link, ...] = ()
    members: Mapping[str, tuple[PersonaRef, ...]] = field(default_factory=dict)
    conversations: Mapping[str, str] = field(default_factory=dict)
    parked: Mapping[str, tuple[Parked, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, repr=False)
class Change:
    """One decision, written whole or not at all. Sequences are in the order they are to be written.

    When an envelope is settled again after a replay, its known events (recorded, parked, ignored) stay and all its
    other event rows are replaced. An event of the change that is a duplicate of a known one of the same envelope (or
    is parked again) is that one: nothing is written, the row takes the new ordinal. A known event that was not
    returned this time moves behind the last ordinal and still counts as parsed. So both ledgers always balance.

    Attributes:
        seq, versions: from the `Context` it was decided from.
        settled: parked events that have been recorded after all.
        arrivals: (interaction id, arrival) added to interactions that are already stored.
        envelopes: each must still be pending in the store, else Conflict (another process was quicker).
        attributions: one for an (interaction, ordinal) that has one already takes its place in the timeline; the
            earlier one is kept as superseded.
        claims: (persona id, claim); the same (field, value, source) of a persona is kept once, with its
            earliest time.
        reinstated: links that come into force again (a rule made them, a rule revoked them).
        memberships: persona id → contact id, for every persona whose contact is new or another one.
        message_keys: further names of stored interactions (the id a provider gave to what we sent) → interaction
            id. A key that another interaction has is a Conflict, unless that one is in `shadowed`.
        shadowed: (echo id, our id): the platform's echo of a message we sent came before its id was known. The echo
            gives its message key, arrivals and revisions to ours and leaves every history and conversation. What
            the same change says of the echo goes with it; whatever is said of it later is a Conflict.
        outbox: new items. An idempotency key that is known is a Conflict.
        outbox_updates: each must find its item as it expects it, else Conflict.
        blobs: sha256 → bytes of media, sent or fetched; a known one is kept once.
        replies: what requests were told. A key of the account that has one already is a Conflict.
        media: files of interactions. One of a known (interaction, ref) is kept once. A known (interaction, event_key,
            position) with another address is told anew: unless it is here already it waits again, at that address.
        media_updates: each must find its file as it expects it, else Conflict.
        feed: entries for who comes and fetches them; one whose key its feed knows is kept once.
        observations: new ones, and those that say something else now.
        decisions: of people about who is who: new ones, and those that are revoked now.
        relationships: new ones; a known (kind, a, b, n) is a Conflict. Their `closed` is not written.
        relationships_closed: how those or earlier ones were closed; the same way twice is a Conflict.
        conversation_keys: new key → conversation id. A conversation in `conversations` has its keys here as well.
        merges: (loser id, winner id) of conversations, both the current ones.
        causes: why messages are in their conversation; of one message there may be several.
        splits: a person takes conversations apart. Where people have, the store works out anew what is together,
            after everything else of the change (see `conversation.apart`): what the change itself says about the
            conversation of an interaction is then no more than where to look. One that takes apart the same messages
            as one in force is a Conflict.
        splits_undone: splits that are taken back; one that is not in force is a Conflict.
    """

    seq: int = 0
    versions: Mapping[str, int] = field(default_factory=dict)
    envelopes: Sequence[SettledEnvelope] = ()
    events: Sequence[SettledEvent] = ()
    settled: Sequence[SettledEvent] = ()
    interactions: Sequence[Interaction] = ()
    arrivals: Sequence[tuple[str, Arrival]] = ()
    revisions: Sequence[Revision] = ()
    personas: Sequence[Persona] = ()
    claims: Sequence[tuple[str, Claim]] = ()
    attributions: Sequence[Attribution] = ()
    links: Sequence[Link] = ()
    revoked: Sequence[Revocation] = ()
    reinstated: Sequence[str] = ()
    memberships: Mapping[str, str] = field(default_factory=dict)
    observations: Sequence[StoredObservation] = ()
    decisions: Sequence[Decision] = ()
    relationships: Sequence[Relationship] = ()
    relationships_closed: Sequence[RelationshipClosed] = ()
    conversations: Sequence[Conversation] = ()
    conversation_keys: Mapping[str, str] = field(default_factory=dict)
    merges: Sequence[tuple[str, str]] = ()
    causes: Sequence[ThreadCause] = ()
    splits: Sequence[ConversationSplit] = ()
    splits_undone: Sequence[SplitUndone] = ()
    consents: Sequence[Consent] = ()
    message_keys: Mapping[str, str] = field(default_factory=dict)
    shadowed: Sequence[tuple[str, str]] = ()
    outbox: Sequence[OutboxItem] = ()
    outbox_updates: Sequence[OutboxUpdate] = ()
    blobs: Mapping[str, bytes] = field(default_factory=dict)
    replies: Sequence[Reply] = ()
    media: Sequence[MediaItem] = ()
    media_updates: Sequence[MediaUpdate] = ()
    feed: Sequence[FeedEntry] = ()
