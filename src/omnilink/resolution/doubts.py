"""Doubts: two people with evidence between them that is not enough, or contradicts itself: a person should look."""

from collections.abc import Iterable
from typing import NamedTuple

from omnilink.identity.online.evidence import Clue, forbidden, why_apart
from omnilink.identity.online.neighbourhood import Neighbourhood
from omnilink.identity.online.persona import Persona


class Doubt(NamedTuple):
    """Two personas of two people who may be one.

    Attributes:
        a, b: persona keys.
        bits: of the evidence; `line` is what a link needs.
        clues: the evidence.
        why: `below-the-line`, `one-claim` (nothing else supports it), `ambiguous` or `contradicts`.
    """

    a: str
    b: str
    bits: float
    line: float
    clues: tuple[Clue, ...]
    why: str


def find_doubts(near: Neighbourhood, observations: Iterable[str]) -> list[Doubt]:
    """What is in doubt about the people of these observations, the strongest evidence first.

    Args:
        near: a neighbourhood in which they are closed.
        observations: of one or more contacts.
    """
    d, w = near.directory, near.resolver.weights
    slots = (d.slots[id].key for id in observations if id in d.slots)
    people = {id(q): q for key in slots if (p := d.personas.get(key)) is not None for q in [d.person[p.number]]}
    best: dict[tuple[int, int], Doubt] = {}
    for person in people.values():
        for p in person.members:
            for number, weighed in d.links[p.number].items():
                other, they = d.by_number[number], d.person[number]
                if they is person or weighed.bits < w.review or forbidden(p, other) or _is_decided(near, p, other):
                    continue
                a, b = _name(near, p), _name(near, other)
                unsure = p.number in d.ambiguous or number in d.ambiguous
                why = "ambiguous" if unsure else why_apart(weighed, w)
                pair = (min(id(person), id(they)), max(id(person), id(they)))
                if a and b and (pair not in best or best[pair].bits < weighed.bits):
                    best[pair] = Doubt(min(a, b), max(a, b), weighed.bits, w.link, weighed.clues, why)
    return sorted(best.values(), key=lambda doubt: (-doubt.bits, doubt.a, doubt.b))


def _name(near: Neighbourhood, p: Persona) -> str:
    return min((known.persona for id in p.seen if (known := near.known[id]).persona), default="")


def _is_decided(near: Neighbourhood, a: Persona, b: Persona) -> bool:
    """Whether a person said already that the two are two people."""
    d = near.directory
    mine = {tag for p in d.person[a.number].members for tag in d.sides.get(p.number, ())}
    theirs = {tag for p in d.person[b.number].members for tag in d.sides.get(p.number, ())}
    return any((number, 1 - side) in theirs for number, side in mine)
