"""What a person's decision about cases moves, and what it writes. Pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from omnilink.conversation.case_context import CaseChange, Moment, SuggestionAnswer
from omnilink.conversation.case_pages import CasePages
from omnilink.conversation.case_people import CasePeople
from omnilink.conversation.case_telling import tell_case
from omnilink.conversation.references import ReferencePicture
from omnilink.model.case import Assignment, CaseDecision, CaseState, SuggestionState
from omnilink.model.persona import Evidence

Action = Literal["join", "split", "close", "reopen", "accept", "refuse", "part"]


@dataclass(frozen=True, slots=True, repr=False)
class Unit:
    """What has one assignment: a conversation, or an interaction of it.

    Attributes:
        held: the assignment in force.
        moments: what goes with it, oldest first.
        rest: of an interaction, what else goes with its conversation.
        is_own: it is an interaction; `is_new`: it went with its conversation so far.
    """

    held: Assignment
    moments: tuple[Moment, ...]
    rest: tuple[Moment, ...] = ()
    is_own: bool = False
    is_new: bool = False

    @property
    def conversation(self) -> str:
        """Its conversation, as the assignment names it."""
        return self.held.conversation

    @property
    def case(self) -> str:
        """The case it is under."""
        return self.held.case


def choose_units(
    held: Iterable[Assignment], every: Sequence[Assignment], moments: Mapping[str, Sequence[Moment]]
) -> list[Unit]:
    """The units of assignments.

    Args:
        held: those in force.
        every: all of their conversations.
        moments: conversation as an assignment names it → its interactions.
    """
    own = {a.interaction for a in every if a.in_force and a.interaction is not None}
    units = []
    for a in held:
        of = moments.get(a.conversation, ())
        if a.interaction is None:
            units.append(Unit(a, tuple(m for m in of if m.interaction.id not in own)))
        else:
            units.append(Unit(a, tuple(m for m in of if m.interaction.id == a.interaction), is_own=True))
    return units


@dataclass(frozen=True, slots=True, repr=False)
class Move:
    """A decision to be written.

    Attributes:
        into: the case that gets the units; None = a new one.
        about: the case it is about, where nothing moves.
        states: case → its state before; `becomes`: afterwards.
        joined: case → the one it was joined to.
        answers: suggestion → what became of it.
        refused: (conversation, case) that do not belong together.
    """

    action: Action
    into: str | None = None
    about: str | None = None
    units: Sequence[Unit] = ()
    states: Mapping[str, CaseState] = field(default_factory=dict)
    becomes: Mapping[str, CaseState] = field(default_factory=dict)
    joined: Mapping[str, str | None] = field(default_factory=dict)
    answers: Mapping[str, SuggestionState] = field(default_factory=dict)
    refused: tuple[tuple[str, str], ...] = ()

    def decide(
        self, pages: CasePages, people: CasePeople, pictures: Sequence[ReferencePicture], new_id: Callable[[], str],
        now: datetime, by: str, reason: str, seq: int,
    ) -> tuple[CaseDecision, CaseChange]:  # fmt: skip
        """The decision as it is kept, and everything that is written with it."""
        target, made, ended = self.into, [], []
        for unit in self.units:
            if target is None:
                target = pages.begin(unit.moments[0], is_closed=False)
            if not unit.is_new:
                pages.end(unit.held, by=by, reason=reason)
                ended.append(unit.held.id)
            assignment = _by_person(unit, target, new_id(), now, by, reason)
            made.append(assignment.id)
            pages.place(assignment)
            tell_case(pages, people, target, unit.moments, pictures)
        moved = {moment.interaction.id for unit in self.units for moment in unit.moments}
        left = {(unit.case, unit.conversation): unit for unit in self.units if unit.is_new}
        for (case, _), unit in left.items():
            pages.forget(case, unit.moments[0].conversation)
            tell_case(pages, people, case, [m for m in unit.rest if m.interaction.id not in moved], pictures)
        decision = CaseDecision(
            id=new_id(), action=self.action, case=target or self.about, by=by, reason=reason, at=now,
            made=tuple(made), ended=tuple(ended), states=dict(self.states), suggestions=tuple(self.answers),
            refused=self.refused,
        )  # fmt: skip
        change = replace(
            pages.change(seq, None, ()),
            forgotten=tuple(left),
            states=dict(self.becomes),
            joined=dict(self.joined),
            answers=[SuggestionAnswer(name, state, by, now) for name, state in self.answers.items()],
            refused=list(self.refused),
            decisions=[decision],
        )
        return decision, change


def _by_person(unit: Unit, case: str, id_: str, now: datetime, by: str, reason: str) -> Assignment:
    cause = unit.moments[0].interaction.id
    return Assignment(
        id=id_,
        conversation=unit.conversation,
        interaction=cause if unit.is_own else None,
        cause=unit.held.cause if not unit.is_own else cause,
        case=case,
        decision="person",
        evidence=(Evidence(kind="person", refs=(reason,) if reason else ()),),
        asserted_by=by,
        at=now,
    )
