"""The values the case ladder reads and returns."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from omnilink.conversation.tokens import RefusedToken, Route
from omnilink.model.case import Rung
from omnilink.model.persona import Evidence

__all__ = ["Assignment", "Decision", "Incoming", "KnownCase", "MailHint", "Option", "Rung", "SetApart"]


class Decision(StrEnum):
    """What is done: joined (and revocable), shown to an official as likely, or a new case."""

    JOIN = "join"
    SUGGEST = "suggest"
    NEW = "new"


@dataclass(frozen=True, slots=True)
class MailHint:
    """What `mail_cases` found: a conversation a mail may answer, how sure, and why."""

    conversation: str
    confidence: float
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True, repr=False)
class Incoming:
    """A contact moment to be put under a case.

    Attributes:
        interaction: its id.
        conversation: id of its native conversation.
        channel: `email`, `sms`, `voice` ...
        at: when it occurred.
        contact: id of the contact it comes from; None where that is nobody in particular (a shared telephone and no
            name stated).
        identity_confidence: how sure that contact is, 0 to 1: 1 for exact keys and humans' links, the score of a
            probabilistic link otherwise.
        identity_depends_on: ids of the links it rests on.
        handle_shared_by: every contact known on the same address.
        service: of the agency's catalogue, where it is known.
        topic: `topics.topic_words` of its subject and text.
        references: `references.find_references` of them.
        duplicate_of: id of the interaction it repeats.
        token: what `tokens.read_token` made of the address it was sent to.
        aliased_conversations: conversations of our mails whose provider ids it cites.
        mail_hints: of `mail_cases`.
        answers_mass_mail: it answers a mail of ours that went to many (`is_mass_mail`).
        refused_cases: cases a person said it does not belong to.
    """

    interaction: str
    conversation: str
    channel: str
    at: datetime
    contact: str | None = None
    identity_confidence: float = 1.0
    identity_depends_on: tuple[str, ...] = ()
    handle_shared_by: frozenset[str] = frozenset()
    service: str | None = None
    topic: frozenset[str] = frozenset()
    references: frozenset[str] = frozenset()
    duplicate_of: str | None = None
    token: Route | RefusedToken | None = None
    aliased_conversations: frozenset[str] = frozenset()
    mail_hints: tuple[MailHint, ...] = ()
    answers_mass_mail: bool = False
    refused_cases: frozenset[str] = frozenset()

    def forbids(self, case: str) -> bool:
        """Whether a person said that it does not belong to that case."""
        return case in self.refused_cases


@dataclass(frozen=True, slots=True, repr=False)
class KnownCase:
    """A case as far as the ladder needs it.

    Attributes:
        id: its id.
        contacts: whose it is → how sure, 0 to 1.
        contacts_depend_on: links that say so.
        conversations: under it.
        interactions: under it, those that may be repeated.
        channel: of its last contact moment.
        last_at: when that was.
        is_open: not closed.
        service, topic, references: as in `Incoming`, of the whole case.
    """

    id: str
    last_at: datetime
    channel: str
    contacts: Mapping[str, float] = field(default_factory=dict)
    contacts_depend_on: tuple[str, ...] = ()
    conversations: frozenset[str] = frozenset()
    interactions: frozenset[str] = frozenset()
    is_open: bool = True
    service: str | None = None
    topic: frozenset[str] = frozenset()
    references: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Option:
    """One case something may belong to.

    Attributes:
        case: its id.
        rung: the rule that speaks for it.
        confidence: 0 to 1.
        evidence: why, with weights in bits where the rule has some.
        depends_on: ids of links and conversations it was decided from; if one goes, so does this.
        needs_review: an official should look, whatever the confidence.
    """

    case: str
    rung: Rung
    confidence: float
    evidence: tuple[Evidence, ...] = ()
    depends_on: tuple[str, ...] = ()
    needs_review: bool = False


@dataclass(frozen=True, slots=True)
class SetApart:
    """A case that was looked at and left alone; `reason` is one word for why."""

    case: str
    reason: str


@dataclass(frozen=True, slots=True)
class Assignment:
    """Where a contact moment goes.

    Attributes:
        decision: joined, suggested or new.
        chosen: the case joined or suggested.
        alternatives: other cases, likeliest first.
        set_apart: cases that are somebody else's.
    """

    decision: Decision
    chosen: Option | None
    alternatives: tuple[Option, ...] = ()
    set_apart: tuple[SetApart, ...] = ()

    @property
    def case(self) -> str | None:
        """The case joined; None if it is a new one or only suggested."""
        return self.chosen.case if self.chosen is not None and self.decision is Decision.JOIN else None
