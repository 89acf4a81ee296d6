"""Case: one matter across conversations and channels; Assignment: what put a conversation there, and why."""

from enum import StrEnum
from typing import ClassVar, Literal

from pydantic import Field

from omnilink.model.persona import Evidence
from omnilink.model.record import Record, Utc

RULE_CASES = "rule:cases"
"""Who asserts what the rules decided about cases."""


class Rung(StrEnum):
    """Which rule decided, the surest first; see docs/threading.md."""

    DUPLICATE = "R0"
    NATIVE = "R1"
    TOKEN = "R2"  # noqa: S105
    ALIAS = "R3"
    REFERENCE = "R4"
    MAIL = "R5"
    SAME_MATTER = "R6"


class CaseState(StrEnum):
    """Whether anything is still to be done. `JOINED`: a person put all of it under another case."""

    OPEN = "open"
    CLOSED = "closed"
    JOINED = "joined"


class Case(Record):
    """One matter.

    Attributes:
        subject: of the contact moment it began with.
        service: of the agency's catalogue, where it is known.
        channel: of its last contact moment, which was at `last_at`.
        begun_by_us: a message of ours began it.
        joined_into: the case it was joined to.
        conversations: ids of those under it, the newest first (the first 200).
        personas: ids of those whose matter it is: who spoke, and who was written to.
        interactions: how many contact moments it holds.
        contacts: contacts of those personas now.
        mixed_people: it holds several people's contact moments: an official should look.
    """

    id: str
    subject: str | None = None
    service: str | None = None
    state: CaseState = CaseState.OPEN
    channel: str
    created_at: Utc
    last_at: Utc
    begun_by_us: bool = False
    joined_into: str | None = None
    conversations: tuple[str, ...] = ()
    personas: tuple[str, ...] = ()
    contacts: tuple[str, ...] = ()
    interactions: int = 0
    mixed_people: bool = False

    shown: ClassVar[tuple[str, ...]] = ("id", "state", "channel")


class CaseOption(Record):
    """One case something may belong to, with the rule that speaks for it.

    Attributes:
        confidence: 0 to 1.
        depends_on: ids of links and `attribution:<interaction>`: if one goes, so does this. `conversation:<id>` is the
            one whose mails it was read off; undoing brings the guess back only while that is under the same case.
        needs_review: an official should look, whatever the confidence.
    """

    case: str
    rung: Rung
    confidence: float
    evidence: tuple[Evidence, ...] = ()
    depends_on: tuple[str, ...] = ()
    needs_review: bool = False

    shown: ClassVar[tuple[str, ...]] = ("case", "rung")


class CaseApart(Record):
    """A case that was looked at and left alone; `reason` is one word for why."""

    case: str
    reason: str

    shown: ClassVar[tuple[str, ...]] = ("case", "reason")


class Assignment(Record):
    """A conversation, or one interaction of it, is under a case.

    One is in force for a conversation; an interaction may have one of its own (an answer to a mass mail, a shared
    telephone's chat, what a person parted from the rest), which goes before its conversation's.

    Attributes:
        interaction: the one it is about; None = all of the conversation that have none of their own.
        cause: id of the interaction that was looked at.
        decision: `join` (a rule was sure enough), `new` (a case of its own) or `person`.
        rung: the rule that joined; None where nothing did.
        alternatives: other cases it may belong to, likeliest first; `apart` those that are somebody else's.
        depends_on: as of the chosen option.
        revocable: it is a guess: a revoked link of people, or a person, may take it back.
        asserted_by: `rule:cases` or a person's name.
    """

    id: str
    conversation: str
    interaction: str | None = None
    cause: str
    case: str
    decision: Literal["join", "new", "person"]
    rung: Rung | None = None
    confidence: float | None = None
    evidence: tuple[Evidence, ...] = ()
    depends_on: tuple[str, ...] = ()
    alternatives: tuple[CaseOption, ...] = ()
    apart: tuple[CaseApart, ...] = ()
    needs_review: bool = False
    asserted_by: str
    at: Utc
    revoked_at: Utc | None = None
    revoked_by: str | None = None
    revoked_reason: str | None = None

    shown: ClassVar[tuple[str, ...]] = ("id", "case", "decision", "rung")

    @property
    def in_force(self) -> bool:
        """Not revoked."""
        return self.revoked_at is None

    @property
    def revocable(self) -> bool:
        """It is a guess of a rule."""
        return self.decision == "join" and self.rung not in (Rung.DUPLICATE, Rung.NATIVE)

    @property
    def by_person(self) -> bool:
        """A person said so: no rule changes it."""
        return self.decision == "person"


class SuggestionState(StrEnum):
    """What became of a suggestion. `GONE`: the case or the reason is not there any more."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    GONE = "gone"


class Suggestion(Record):
    """Something a rule was not sure enough of to do: an official decides.

    Attributes:
        kind: `join`: the conversation likely belongs to the case. `split`: from this interaction on it is likely a
            new matter in an old thread.
        case: the case it could join; of a split, the one it is in.
        option: the rule, how sure, and why.
    """

    id: str
    kind: Literal["join", "split"]
    conversation: str
    interaction: str
    case: str
    option: CaseOption
    at: Utc
    state: SuggestionState = SuggestionState.PENDING
    decided_by: str | None = None
    decided_at: Utc | None = None

    shown: ClassVar[tuple[str, ...]] = ("id", "kind", "case", "state")


class CaseDecision(Record):
    """What a person decided about cases: kept, and undoable.

    Attributes:
        made, ended: ids of assignments it made and of those it put out of force.
        states: case id → the state it had before.
        suggestions: ids of suggestions it answered.
        refused: (conversation, case) that do not belong together.
    """

    id: str
    action: Literal["join", "split", "close", "reopen", "accept", "refuse", "part"]
    case: str | None = None
    by: str
    reason: str = ""
    at: Utc
    made: tuple[str, ...] = ()
    ended: tuple[str, ...] = ()
    states: dict[str, CaseState] = Field(default_factory=dict)
    suggestions: tuple[str, ...] = ()
    refused: tuple[tuple[str, str], ...] = ()
    undone_at: Utc | None = None
    undone_by: str | None = None

    shown: ClassVar[tuple[str, ...]] = ("id", "action", "case")
