"""What deciding about cases reads and what it changes, as values. A store answers and writes them.

Cases follow the history: an interaction is recorded first and is put under a case right after, in the order in which
it was recorded. So whoever records one (ingest, the outbox, a call that is answered while it rings) needs to know
nothing of cases, and an interruption in between is caught up.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from omnilink.model.case import Assignment, Case, CaseDecision, CaseState, Suggestion, SuggestionState
from omnilink.model.event import ConversationKind
from omnilink.model.interaction import Interaction
from omnilink.model.part import Part
from omnilink.model.participant import Role
from omnilink.model.persona import Link, Method, PersonaRef

MOST_CASES_OF_PERSONA = 8
"""The latest cases of one persona that are looked at."""
MOST_THREADS_OF_CASE = 8
MOST_PERSONAS_OF_CASE = 50
MOST_CONVERSATIONS_OF_CASE = 200
"""The latest that are named when a case is shown."""
MOST_SHARERS = 12
"""People on one telephone number that are told apart; above it the number is a place's."""
MOST_OF_UNIT = 200
"""Interactions of one conversation that are read to decide about all of it again."""


@dataclass(frozen=True, slots=True)
class Seated:
    """A persona's role in an interaction, as it is attributed now."""

    role: Role
    persona: str
    method: Method
    score: float | None = None


@dataclass(frozen=True, slots=True, repr=False)
class Moment:
    """An interaction to be put under a case.

    Attributes:
        conversation: id of the conversation that holds it now.
        seats: whom it is attributed to.
        later: what a call's later callbacks brought.
    """

    interaction: Interaction
    conversation: str
    kind: ConversationKind
    seats: tuple[Seated, ...] = ()
    later: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True, repr=False)
class Recheck:
    """What has to be decided again: a link of people was revoked, a speaker was named later, a call was transcribed.

    Attributes:
        cause: id of the interaction that was looked at.
        moments: the conversation's interactions, oldest first, the cause among them. Of the others a store may leave
            out `participants`, `parts` and `arrivals`: seats, time, channel and direction are all that is read.
        is_own: the interaction had an assignment of its own; `has_own`: it has one in force.
    """

    cause: str
    moments: tuple[Moment, ...]
    is_own: bool = False
    has_own: bool = False


@dataclass(frozen=True, slots=True, repr=False)
class CaseBacklog:
    """What has not been decided yet.

    Attributes:
        seq: number of the last change of cases; goes back in the `CaseChange`.
        upto: the store's number of the last of `moments`.
        moments: the oldest interactions not decided about, in the order they were recorded.
        rechecks: see there.
    """

    seq: int
    upto: int
    moments: tuple[Moment, ...] = ()
    rechecks: tuple[Recheck, ...] = ()


@dataclass(frozen=True, slots=True, repr=False)
class CaseLookup:
    """What a batch asks for; one read answers it.

    Attributes:
        conversations: ids; of those that were merged, too.
        personas: ids.
        answered: message keys of what is answered.
        references: numbers of cases that texts mention.
        cases: ids.
    """

    conversations: frozenset[str] = frozenset()
    personas: frozenset[str] = frozenset()
    answered: frozenset[str] = frozenset()
    references: frozenset[str] = frozenset()
    cases: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Placed:
    """A conversation's assignment in force."""

    assignment: str
    case: str
    by_person: bool = False


@dataclass(frozen=True, slots=True, repr=False)
class CaseThread:
    """One conversation under a case, as far as later moments need it.

    Attributes:
        topic: `topics.topic_words` of what was said.
        references: numbers of cases that were mentioned.
    """

    conversation: str
    channel: str
    last_at: datetime
    topic: frozenset[str] = frozenset()
    references: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, repr=False)
class CaseRow:
    """A case with its latest conversations, and whose matter it is."""

    case: Case
    threads: tuple[CaseThread, ...] = ()
    personas: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, repr=False)
class CaseContext:
    """The answer to a `CaseLookup`.

    Attributes:
        roots: conversation id asked for → the one that holds it now.
        placed: conversation → its assignments in force (of two that were merged, two), oldest case first.
        under: conversation → all cases that hold something of it; of a mass mail, the one it is under itself and those
            of the people asked for: it has as many as people answered.
        own: conversation → message key → case, of what is answered and has an assignment of its own.
        mass: conversations begun by a mail of ours to many people.
        personas: id → persona, for those asked for, all of their contacts, and who shares their telephone.
        links: same-links in force among them.
        sharers: persona → contacts with the same telephone number, its own included; at most `MOST_SHARERS`.
        cases: every case named anywhere in here.
        recent: persona → its latest cases, the latest first; then those under a mass mail that was asked for.
        numbered: reference → cases.
        refused: conversation → cases a person said it does not belong to.
    """

    roots: Mapping[str, str] = field(default_factory=dict)
    placed: Mapping[str, tuple[Placed, ...]] = field(default_factory=dict)
    under: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    own: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    mass: frozenset[str] = frozenset()
    personas: Mapping[str, PersonaRef] = field(default_factory=dict)
    links: tuple[Link, ...] = ()
    sharers: Mapping[str, frozenset[str]] = field(default_factory=dict)
    cases: Mapping[str, CaseRow] = field(default_factory=dict)
    recent: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    numbered: Mapping[str, frozenset[str]] = field(default_factory=dict)
    refused: Mapping[str, frozenset[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, repr=False)
class CaseTouch:
    """Something of a conversation came under a case: what is added to the two.

    Attributes:
        topic, references: all of the conversation's now; None = as they were.
        personas: persona id → when it last had a part.
    """

    case: str
    conversation: str
    channel: str
    at: datetime
    topic: frozenset[str] | None = None
    references: frozenset[str] | None = None
    personas: Mapping[str, datetime] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CaseRevocation:
    """An assignment is no longer in force."""

    assignment: str
    at: datetime
    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class SuggestionAnswer:
    """What became of a suggestion."""

    suggestion: str
    state: SuggestionState
    by: str
    at: datetime


@dataclass(frozen=True, slots=True, repr=False)
class CaseChange:
    """One decision about cases, written whole or not at all, in this order.

    Attributes:
        seq: of the backlog or page it was decided from; another number in the store is a Conflict.
        upto: interactions up to this one are decided about; None = as before.
        checked: causes of rechecks that are done; `rechecks`: interactions to be decided about again.
        revoked: assignments put out of force; `reinstated` ones come into force again.
        forgotten: (case, conversation) pairs that `touches` tell anew.
        assignments: new ones. A second one in force for the same unit is a Conflict, and so is one that depends on
            a link that is not in force.
        states: case → its state; `joined`: case → the case it was joined to (None: no longer).
        suggestions: new ones; one that is known (same interaction, case and kind) stays as it is.
        mass: conversations that turned out to be mass mails.
        refused: (conversation, case) that a person said do not belong together; `allowed` ones may again.
        decisions: what a person decided.
        undone: decisions a person took back: (id, by, at).
    """

    seq: int
    upto: int | None = None
    checked: Sequence[str] = ()
    rechecks: Sequence[str] = ()
    cases: Sequence[Case] = ()
    revoked: Sequence[CaseRevocation] = ()
    reinstated: Sequence[str] = ()
    forgotten: Sequence[tuple[str, str]] = ()
    assignments: Sequence[Assignment] = ()
    touches: Sequence[CaseTouch] = ()
    states: Mapping[str, CaseState] = field(default_factory=dict)
    joined: Mapping[str, str | None] = field(default_factory=dict)
    suggestions: Sequence[Suggestion] = ()
    answers: Sequence[SuggestionAnswer] = ()
    mass: frozenset[str] = frozenset()
    refused: Sequence[tuple[str, str]] = ()
    allowed: Sequence[tuple[str, str]] = ()
    decisions: Sequence[CaseDecision] = ()
    undone: Sequence[tuple[str, str, datetime]] = ()
