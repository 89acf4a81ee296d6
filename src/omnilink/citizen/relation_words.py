"""Relations in words, as seen from one of the two people. Pure."""

from collections.abc import Mapping
from datetime import date

from omnilink.model.contact import Contact
from omnilink.model.relationship import Relation, RelationKind, Relationship

NAMELESS = "somebody who stated no name"
_WORDS = {
    (RelationKind.ACTS_FOR, True): "acts for {other}",
    (RelationKind.ACTS_FOR, False): "is acted for by {other}",
    (RelationKind.PARENT, True): "is a parent of {other}",
    (RelationKind.PARENT, False): "is a child of {other}",
    (RelationKind.CARER, True): "cares for {other}",
    (RelationKind.CARER, False): "is cared for by {other}",
    (RelationKind.MEMBER_OF, True): "is a member of {other}",
    (RelationKind.MEMBER_OF, False): "has {other} as a member",
    (RelationKind.SAME_HOUSEHOLD, True): "lives in one household with {other}",
    (RelationKind.SAME_HOUSEHOLD, False): "lives in one household with {other}",
}


def relation_text(kind: RelationKind, other: str | None, *, first: bool) -> str:
    """What somebody is to another, in words.

    Args:
        other: the other's name, if one is known.
        first: the somebody is the relationship's first.
    """
    return _WORDS[kind, first].format(other=other or NAMELESS)


def relation_state(relationship: Relationship, today: date) -> str:
    """`in force`, `not yet`, `over` or `revoked`."""
    if relationship.revoked:
        return "revoked"
    if relationship.holds(today):
        return "in force"
    over = relationship.last_day is not None and relationship.last_day < today
    return "over" if over else "not yet"


def render_relation(relationship: Relationship, contacts: Mapping[str, Contact], person: str, today: date) -> Relation:
    """A relationship as one contact sees it.

    Args:
        contacts: persona id → the contact that now holds it, for both ends.
        person: the contact's id.
    """
    first = contacts[relationship.a].id == person
    here, there = (relationship.a, relationship.b) if first else (relationship.b, relationship.a)
    other = contacts[there]
    text = relation_text(relationship.kind, other.name, first=first)
    if other.id == person:
        text += " (both are one contact now)"
    return Relation(
        person=person,
        other=other.id,
        name=contacts[here].name,
        other_name=other.name,
        first=first,
        state=relation_state(relationship, today),
        text=text,
        relationship=relationship,
    )
