"""Relationship: what two people are to each other. They stay two people, and neither may do anything by it."""

from datetime import date
from enum import StrEnum
from typing import ClassVar

from omnilink.model.persona import Evidence
from omnilink.model.record import Record, Utc


class RelationKind(StrEnum):
    """What the first is to the second."""

    ACTS_FOR = "acts-for"
    PARENT = "parent"
    CARER = "carer"
    MEMBER_OF = "member-of"
    SAME_HOUSEHOLD = "same-household"

    @property
    def symmetric(self) -> bool:
        """Whether the second is the same to the first."""
        return self is RelationKind.SAME_HOUSEHOLD


class Closing(StrEnum):
    """How a relationship stopped being in force."""

    ENDED = "ended"
    REVOKED = "revoked"


class RelationshipClosed(Record):
    """A relationship is over, or never was.

    Attributes:
        relationship: its id.
        how: `ended`, it was true until `until`; `revoked`, it was a mistake.
        until: the last day on which it held, where it ended.
        by: a person.
    """

    relationship: str
    how: Closing
    until: date | None = None
    by: str
    at: Utc
    reason: str = ""

    shown: ClassVar[tuple[str, ...]] = ("relationship", "how")


class Relationship(Record):
    """What one persona is to another, as a person said it. Nothing of it is ever overwritten: it is closed.

    Attributes:
        a, b: persona ids: `a` is the carer of `b`; `key_a`, `key_b` their keys. Where it is the same both ways,
            `key_a` < `key_b`.
        n: how many of this kind there were between the two before.
        valid_from, valid_until: first and last day on which it holds, as far as they are known.
        evidence: what it rests on: ids, never copied values.
        asserted_by: the person who said so. `reason` is in their words.
        closed: how it stopped being in force; at most one `ended` and one `revoked`.
    """

    id: str
    kind: RelationKind
    a: str
    b: str
    key_a: str
    key_b: str
    n: int = 0
    valid_from: date | None = None
    valid_until: date | None = None
    evidence: tuple[Evidence, ...] = ()
    asserted_by: str
    at: Utc
    reason: str = ""
    closed: tuple[RelationshipClosed, ...] = ()

    shown: ClassVar[tuple[str, ...]] = ("id", "kind")

    @property
    def revoked(self) -> bool:
        """Somebody said that it never was."""
        return any(each.how is Closing.REVOKED for each in self.closed)

    @property
    def last_day(self) -> date | None:
        """The last day on which it holds, if it has one."""
        days = [self.valid_until, *(each.until for each in self.closed)]
        return min((day for day in days if day is not None), default=None)

    def holds(self, day: date) -> bool:
        """Whether it is in force on a day."""
        begun = self.valid_from is None or self.valid_from <= day
        return not self.revoked and begun and (self.last_day is None or day <= self.last_day)


class Relation(Record):
    """A relationship as one contact sees it: a view, made when asked for.

    Attributes:
        person, other: ids of the contacts that now hold the two personas.
        name, other_name: the best known name of each.
        first: the person is the relationship's first: the carer, not the one cared for.
        state: `in force`, `not yet`, `over` or `revoked`, on the day it was asked for.
        text: in words, as seen from the person: "cares for Ana".
    """

    person: str
    other: str
    name: str | None = None
    other_name: str | None = None
    first: bool
    state: str
    text: str
    relationship: Relationship

    shown: ClassVar[tuple[str, ...]] = ("person", "other", "state")


class RelationProposal(Record):
    """What two people may be to each other: in force only once a person adds it.

    Attributes:
        a, b: persona ids; `person_a`, `person_b` the contacts that hold them.
        why: what it rests on: a `shared-handle` and a `surname` in common, or interactions in which one `wrote-about`
            the other or did it `on-behalf-of` them.
    """

    kind: RelationKind
    a: str
    b: str
    person_a: str
    person_b: str
    name_a: str | None = None
    name_b: str | None = None
    why: tuple[Evidence, ...] = ()

    shown: ClassVar[tuple[str, ...]] = ("kind", "a", "b")
