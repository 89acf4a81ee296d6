"""Grouping: which personas of a component are one person.

Strongest links first, and never plain closure: a link that would join two groups whose values contradict each other
too often, or that are forbidden to be one, is blocked. The result is a function of the set of links and personas.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple, TypeVar

from omnilink.identity.online.born import compare_born
from omnilink.identity.online.evidence import forbidden
from omnilink.identity.online.forms import NameForm, compare_forms
from omnilink.identity.online.persona import Persona
from omnilink.identity.online.traffic import can_be_one, tell_apart
from omnilink.identity.online.weights import Weights

T = TypeVar("T")
Edge = tuple[float, int, int]
"""A link as (minus its bits, place of one persona, place of the other), so that sorting puts the strongest first."""
HUMAN_BITS = 1000.0
"""The bits of a link a human made: stronger than any evidence."""

_NO_SIDES: frozenset[tuple[int, int]] = frozenset()


class Grouped(NamedTuple):
    """Personas in groups, by their places.

    Attributes:
        groups: each one person.
        blocked: links not followed because the groups contradict each other.
        ambiguous: personas whose evidence fits two different people alike.
    """

    groups: list[list[int]]
    blocked: list[Edge]
    ambiguous: set[int]


def agrees(personas: Iterable[Persona]) -> bool:
    """Whether no two of these personas contradict each other in anything."""
    everyone = list(personas)
    claimed = list({p.claimed for p in everyone})
    if any(not can_be_one(x, y) for n, x in enumerate(claimed) for y in claimed[:n]):
        return False
    return len({p.identity for p in everyone if p.identity and p.identity_checked}) < 2


def group(
    personas: Sequence[Persona],
    links: list[Edge],
    hints: list[Edge],
    w: Weights,
    sides: Mapping[int, frozenset[tuple[int, int]]] | None = None,
) -> Grouped:
    """Groups the personas of one component.

    Args:
        personas: all of the component, in the order of their signatures.
        links: every link among them, each once, the smaller place first.
        hints: what is too little for a link and joins a persona without a name: the name its person has by other links
            may make it enough.
        w: weights.
        sides: persona number → (decision, side 0 or 1) where a human said that two sides are different people.

    Returns:
        The groups.
    """
    ambiguous = _ambiguous(personas, links, w)
    of = [_Group(n, p, sides.get(p.number, _NO_SIDES) if sides else _NO_SIDES) for n, p in enumerate(personas)]
    blocked = []
    refused: set[tuple[int, int, int, int]] = set()
    links.sort()
    for edge in links:
        minus_bits, a, b = edge
        one, other = of[a], of[b]
        if one is other:
            continue
        by_human = -minus_bits >= HUMAN_BITS
        if not by_human and (a in ambiguous or b in ambiguous):
            continue
        if len(one.members) < len(other.members):
            one, other = other, one
        # Two groups that did not grow since they were refused are refused again.
        attempt = (id(one), len(one.members), id(other), len(other.members))
        if not by_human and attempt in refused:
            blocked.append(edge)
        elif not _can_join(one, other, w, by_human=by_human):
            refused.add(attempt)
            blocked.append(edge)
        else:
            _take(one, other, of)
    for minus_bits, a, b in sorted(hints):
        one, other = of[a], of[b]
        if one is other or a in ambiguous or b in ambiguous:
            continue
        agreement = _agreement(one, other, w)
        if agreement > 0 and agreement - minus_bits >= w.link and _can_join(one, other, w, by_human=False):
            _take(one, other, of)
    found = {id(g): g for g in of}
    return Grouped([sorted(g.members) for g in found.values()], blocked, ambiguous)


class _Group:
    """Personas already taken as one person, with how often they say what."""

    __slots__ = ("born", "certain", "forms", "members", "sides", "spelt")

    def __init__(self, place: int, persona: Persona, sides: frozenset[tuple[int, int]]) -> None:
        self.members = [place]
        self.sides = sides
        self.spelt = {persona.form} if persona.form is not None else set()
        self.forms: dict[NameForm, int] = {}
        if persona.form is not None and any(len(word) > 1 for word in persona.form.name.given):
            self.forms[persona.form] = 1
        self.born = {persona.born: 1} if persona.born else {}
        certain = (persona.identity and persona.identity_checked) or (persona.form and persona.form.name.generation)
        self.certain = [persona] if certain else []

    def take(self, other: "_Group") -> None:
        self.members += other.members
        self.sides |= other.sides
        self.spelt |= other.spelt
        self.certain += other.certain
        for form, count in other.forms.items():
            self.forms[form] = self.forms.get(form, 0) + count
        for born, count in other.born.items():
            self.born[born] = self.born.get(born, 0) + count


def _take(one: _Group, other: _Group, of: list[_Group]) -> None:
    one.take(other)
    for place in other.members:
        of[place] = one


def _agreement(a: _Group, b: _Group, w: Weights) -> float:
    """What the names and birth dates of two groups add to a hint: the best of each; 0 where they say nothing."""
    best = 0.0
    for x in a.spelt:
        for y in b.spelt:
            like = compare_forms(x, y)
            if not like.clash:
                best = max(best, w.given[like.given] + w.family[like.family])
    kinds = {compare_born(x, y) for x in a.born for y in b.born}
    return best + max((w.born[kind] for kind in kinds if kind), default=0.0)


def _can_join(a: _Group, b: _Group, w: Weights, *, by_human: bool) -> bool:
    if a.sides and any((decision, 1 - side) in b.sides for decision, side in a.sides):
        return False
    if by_human:
        return True
    if _dissent(a.forms, b.forms, _clash) > w.dissent:
        whole = [form for form in (*a.forms, *b.forms) if len(form.name.given) > 1]
        if not whole or _dissent(a.forms, b.forms, lambda x, y: _clash(x, y) and not _parts(x, y, whole)) > w.dissent:
            return False
    if _dissent(a.born, b.born, lambda x, y: compare_born(x, y) == "differs") > w.dissent:
        return False
    return not any(forbidden(x, y) for x in a.certain for y in b.certain)


def _dissent(a: dict[T, int], b: dict[T, int], contradicts: Callable[[T, T], bool]) -> float:
    """Share of the pairs of values that contradict each other."""
    against = 0
    for x, n in a.items():
        for y, m in b.items():
            if x is not y and contradicts(x, y):
                against += n * m
    return against / (sum(a.values()) * sum(b.values())) if against else 0.0


def _clash(x: NameForm, y: NameForm) -> bool:
    return compare_forms(x, y).clash


def _parts(x: NameForm, y: NameForm, whole: Sequence[NameForm]) -> bool:
    """Whether two names that contradict each other are parts of a third: Maria and Pilar of María Pilar."""
    return any(not _clash(x, z) and not _clash(y, z) for z in whole)


def _ambiguous(personas: Sequence[Persona], links: list[Edge], w: Weights) -> set[int]:
    """Weak personas whose best links lead to two people who cannot be one."""
    near: dict[int, list[tuple[float, int]]] = {n: [] for n, p in enumerate(personas) if p.weak}
    if not near:
        return set()
    for minus_bits, a, b in links:
        if a in near:
            near[a].append((minus_bits, b))
        if b in near:
            near[b].append((minus_bits, a))
    found = set()
    for place, ways in near.items():
        if not ways:
            continue
        best = min(ways)[0]
        if -best >= HUMAN_BITS:
            continue
        claimed = {personas[other].claimed for minus_bits, other in ways if minus_bits - best < w.margin}
        claimed.discard((None, ""))
        if len(claimed) > 1 and len(set(tell_apart(claimed, 1).values())) > 1:
            found.add(place)
    return found
