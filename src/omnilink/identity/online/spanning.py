"""Spanning: the links that hold a person together, the strongest evidence first and no more of them than needed."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, Self

from omnilink.identity.online.directory import Directory, HumanDecision, Person
from omnilink.identity.online.evidence import Clue
from omnilink.model.persona import Evidence, Method, Verdict

DECISION = "decision:"
"""The basis of a link that rests on a human's decision begins so; its number follows."""


class Tie(NamedTuple):
    """A link there should be. Two personas by their keys, `a` < `b`; the rest as of `model.Link`."""

    a: str
    b: str
    verdict: Verdict
    method: Method
    basis: str
    score: float | None = None
    evidence: tuple[Evidence, ...] = ()
    depends_on: tuple[str, ...] = ()
    by: str = ""

    @classmethod
    def of(cls, a: str, b: str, method: Method, kind: str, *, refs: tuple[str, ...] = ()) -> Self:
        """A certain link."""
        a, b = sorted((a, b))
        return cls(a, b, Verdict.SAME, method, ":".join((kind, *refs)), evidence=(Evidence(kind=kind, refs=refs),))

    @classmethod
    def of_clues(cls, a: str, b: str, clues: Sequence[Clue], method: Method) -> Self:
        """A link by evidence in bits."""
        a, b = sorted((a, b))
        bands = tuple(sorted({f"band:{clue.ref}={clue.band}" for clue in clues if clue.band}))
        basis = hashlib.blake2b(repr([tuple(clue) for clue in clues]).encode(), digest_size=8).hexdigest()
        bits = sum(clue.bits for clue in clues)
        return cls(a, b, Verdict.SAME, method, f"evidence:{basis}", bits, evidence_of(clues), bands)

    @classmethod
    def of_human(cls, a: str, b: str, decision: HumanDecision, verdict: Verdict) -> Self:
        """A link a human made."""
        a, b = sorted((a, b))
        evidence = (Evidence(kind="person"),)
        return cls(
            a, b, verdict, Method.STAFF_CONFIRMED, f"{DECISION}{decision.number}", evidence=evidence, by=decision.by
        )


def evidence_of(clues: Iterable[Clue]) -> tuple[Evidence, ...]:
    """Clues as a link, or a doubt, shows them."""
    return tuple(
        Evidence(kind=clue.kind, refs=(f"key:{clue.ref}",) if clue.ref else (), weight_bits=clue.bits) for clue in clues
    )


class _Edge(NamedTuple):
    strength: float
    a: str
    b: str
    here: int
    there: int
    clues: tuple[Clue, ...]
    decision: HumanDecision | None


def same_ties(keys: Sequence[str], kind: str, method: Method = Method.EXACT_KEY) -> list[Tie]:
    """Ties the first of these personas to each of the others."""
    return [Tie.of(keys[0], other, method, kind) for other in keys[1:]]


def person_ties(d: Directory, person: Person, keys: Mapping[int, Sequence[str]]) -> list[Tie]:
    """The links of one person.

    Args:
        d: the directory.
        person: the person.
        keys: number of each of its personas → keys of the personas of the records that show the same; none where only
            a platform told of it: then what it joins is linked directly.
    """
    ties = [tie for found in keys.values() for tie in same_ties(found, "shows-the-same")]
    if len(person.members) < 2:
        return ties
    tree = _tree(d, person)
    ordered = sorted(person.members, key=lambda p: p.signature)
    start = next((p.number for p in ordered if keys[p.number]), None)
    if start is None:
        return ties
    todo: list[tuple[int, str, tuple[Clue, ...], bool]] = [(start, keys[start][0], (), False)]
    reached = {start}
    while todo:
        number, anchor, carried, attested = todo.pop()
        for edge in tree.get(number, ()):
            other = edge.there if edge.here == number else edge.here
            if other in reached:
                continue
            reached.add(other)
            clues = (*carried, *edge.clues)
            if not keys[other]:
                todo.append((other, anchor, clues, True))
                continue
            ties.append(_tie(anchor, keys[other][0], edge, clues, attested=attested))
            todo.append((other, keys[other][0], (), False))
    return ties


def _tie(a: str, b: str, edge: _Edge, clues: Sequence[Clue], *, attested: bool) -> Tie:
    if edge.decision is not None:
        return Tie.of_human(a, b, edge.decision, Verdict.SAME)
    return Tie.of_clues(a, b, clues, Method.PLATFORM_ATTESTED if attested else Method.PROBABILISTIC)


def _tree(d: Directory, person: Person) -> dict[int, list[_Edge]]:
    """The strongest spanning tree: number → its edges."""
    top = {p.number: p.number for p in person.members}

    def find(number: int) -> int:
        while top[number] != number:
            top[number] = number = top[top[number]]
        return number

    tree: dict[int, list[_Edge]] = {}
    for edge in sorted(_edges(d, person), key=lambda e: (-e.strength, e.a, e.b)):
        one, other = find(edge.here), find(edge.there)
        if one != other:
            top[one] = other
            tree.setdefault(edge.here, []).append(edge)
            tree.setdefault(edge.there, []).append(edge)
    return tree


def _edges(d: Directory, person: Person) -> Iterable[_Edge]:
    inside = {p.number: p for p in person.members}
    for p in person.members:
        for number, weighed in d.links[p.number].items():
            other = inside.get(number)
            if other is not None and weighed.tie and p.signature < other.signature:
                yield _Edge(weighed.bits, p.signature, other.signature, p.number, number, weighed.clues, None)
        for number, decisions in d.same.get(p.number, {}).items():
            other = inside.get(number)
            if other is not None and p.signature < other.signature:
                latest = max(decisions)
                yield _Edge(1e6 + latest, p.signature, other.signature, p.number, number, (), d.decisions[latest])
