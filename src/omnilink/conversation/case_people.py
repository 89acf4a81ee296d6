"""Whose moment it is, and how surely a case is the same person's. Pure."""

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from omnilink.conversation.case_context import CaseContext, Moment, Seated
from omnilink.model.event import Direction
from omnilink.model.participant import Role
from omnilink.model.persona import STRENGTH, Link, Method, PersonaRef, Verdict

_OURS = (Role.TO, Role.CALLEE)
# A carer who writes about her mother writes in her mother's matter.
_THEIRS = (Role.SUBJECT, Role.ON_BEHALF_OF, Role.AUTHOR, Role.CALLER)
_UNSCORED = 0.9


@dataclass(frozen=True, slots=True)
class Speaker:
    """Whose moment it is.

    Attributes:
        persona: the one that counts; None where only our own side is known.
        contact: who that is; None where it is nobody in particular (a shared telephone and no name stated).
        holder: the contact of the persona itself, even then.
        confidence: how sure the attribution is.
        sharers: everybody on the same telephone number.
    """

    persona: str | None = None
    contact: str | None = None
    holder: str | None = None
    confidence: float = 1.0
    sharers: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Identity:
    """How surely two personas are one person, and the links that say so."""

    confidence: float
    links: tuple[str, ...] = ()


def seats_that_count(moment: Moment) -> tuple[Seated, ...]:
    """The seats of those whose matter it is: who speaks to us, whom it is about, whom we speak to."""
    roles = _THEIRS if moment.interaction.direction is Direction.INBOUND else _OURS
    chosen = [seat for role in roles for seat in moment.seats if seat.role is role]
    return tuple(chosen)


class CasePeople:
    """The people of a batch.

    Args:
        context: what was read.
    """

    def __init__(self, context: CaseContext) -> None:
        self._refs: Mapping[str, PersonaRef] = context.personas
        self._sharers = context.sharers
        self._near: dict[str, list[tuple[str, Link]]] = {}
        for link in sorted(context.links, key=lambda link: (-STRENGTH[link.method], link.key_a, link.key_b)):
            if link.in_force and link.verdict is Verdict.SAME and self.contact(link.a) == self.contact(link.b):
                self._near.setdefault(link.a, []).append((link.b, link))
                self._near.setdefault(link.b, []).append((link.a, link))
        self._members: dict[str, list[str]] = {}
        for ref in context.personas.values():
            self._members.setdefault(ref.contact, []).append(ref.id)

    def contact(self, persona: str) -> str:
        """Who holds a persona now."""
        ref = self._refs.get(persona)
        return persona if ref is None else ref.contact

    def members(self, contact: str) -> Iterable[str]:
        """The personas of a contact."""
        return self._members.get(contact, [contact])

    def speaker(self, moment: Moment) -> Speaker:
        """Whose moment it is."""
        seat = next(iter(seats_that_count(moment)), None)
        if seat is None:
            return Speaker()
        holder, sharers = self.contact(seat.persona), self._sharers.get(seat.persona, frozenset())
        ref = self._refs.get(seat.persona)
        is_nobody = len(sharers - {holder}) > 1 and ref is not None and ref.name is None
        return Speaker(seat.persona, None if is_nobody else holder, holder, _belief(seat.method, seat.score), sharers)

    def identity(self, persona: str, others: frozenset[str]) -> Identity | None:
        """How surely a persona is the same person as any of these; None where it is not."""
        if persona in others:
            return Identity(1.0)
        contact = self.contact(persona)
        targets = {other for other in others if self.contact(other) == contact}
        if not targets:
            return None
        came: dict[str, tuple[str, Link] | None] = {persona: None}
        todo = deque([persona])
        while todo:
            here = todo.popleft()
            if here in targets:
                return _along(here, came)
            for there, link in self._near.get(here, ()):
                if there not in came:
                    came[there] = (here, link)
                    todo.append(there)
        return Identity(_UNSCORED)


def _along(end: str, came: Mapping[str, tuple[str, Link] | None]) -> Identity:
    confidence, links = 1.0, []
    step = came[end]
    while step is not None:
        before, link = step
        confidence *= _belief(link.method, link.score)
        links.append(link.id)
        step = came[before]
    return Identity(confidence, tuple(reversed(links)))


def _belief(method: Method, score_bits: float | None) -> float:
    """A score in bits as a probability; what is certain by its method is 1."""
    if STRENGTH[method] > 1:
        return 1.0
    if score_bits is None:
        return _UNSCORED
    return float(1.0 / (1.0 + 2.0 ** -max(-60.0, min(score_bits, 60.0))))
