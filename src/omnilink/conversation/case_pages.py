"""What a batch knows and changes about cases, on top of what was read. Private to `case_book`."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from omnilink.conversation.case_context import (
    MOST_CASES_OF_PERSONA,
    CaseChange,
    CaseContext,
    CaseRevocation,
    CaseRow,
    CaseThread,
    CaseTouch,
    Moment,
    Placed,
)
from omnilink.conversation.case_facts import KnownCase
from omnilink.conversation.case_people import CasePeople, seats_that_count
from omnilink.conversation.moment_text import MOST_WORDS
from omnilink.model.case import RULE_CASES, Assignment, Case, CaseOption, CaseState, Suggestion

_NO_WORDS: frozenset[str] = frozenset()
ONE_CONVERSATION = "the conversations proved to be one"
"""Why of two assignments only one stays."""


@dataclass(slots=True)
class _Page:
    """A case as it stands in this batch."""

    case: Case
    threads: dict[str, CaseThread]
    personas: set[str]
    state: CaseState = field(init=False)
    last_at: datetime = field(init=False)
    channel: str = field(init=False)

    def __post_init__(self) -> None:
        self.state, self.last_at, self.channel = self.case.state, self.case.last_at, self.case.channel

    @classmethod
    def of(cls, row: CaseRow) -> "_Page":
        return cls(row.case, {thread.conversation: thread for thread in row.threads}, set(row.personas))


class CasePages:
    """The cases of a batch.

    Args:
        context: what was read.
        new_id, now: injected.
    """

    def __init__(self, context: CaseContext, new_id: Callable[[], str], now: datetime) -> None:
        self._pages = {name: _Page.of(row) for name, row in context.cases.items()}
        self._placed = {name: list(placed) for name, placed in context.placed.items()}
        self._under = {name: dict.fromkeys(cases) for name, cases in context.under.items()}
        for name, row in context.cases.items():
            for thread in row.threads:
                self._under.setdefault(thread.conversation, {})[name] = None
        self._recent = {name: dict.fromkeys(reversed(cases)) for name, cases in context.recent.items()}
        self._numbered = {name: dict.fromkeys(sorted(cases)) for name, cases in context.numbered.items()}
        self._own = {name: dict(own) for name, own in context.own.items()}
        self._mass = set(context.mass)
        self._new_mass: set[str] = set()
        self._new_id, self._now = new_id, now
        self._cases: list[Case] = []
        self._assignments: list[Assignment] = []
        self._revoked: list[CaseRevocation] = []
        self._touches: dict[tuple[str, str], CaseTouch] = {}
        self._suggestions: dict[tuple[str, str, str], Suggestion] = {}
        self._states: dict[str, CaseState] = {}

    # --- reading ----------------------------------------------------------------------------------------------------

    def settle(self, conversation: str) -> Placed | None:
        """A conversation's assignment. Of two conversations that proved to be one, one assignment stays."""
        placed = self._placed.get(conversation)
        if not placed:
            return None
        kept = next((p for p in placed if p.by_person), placed[0])
        for other in [p for p in placed if p is not kept]:
            self.revoke(other, conversation, ONE_CONVERSATION)
        return kept

    def is_mass(self, conversation: str) -> bool:
        """It began with a mail of ours to many."""
        return conversation in self._mass

    def is_ours(self, conversation: str) -> bool:
        """Whether we began the conversation, as far as its case tells: the case began with it, and no citizen did."""
        return any(
            self._pages[case].case.begun_by_us for case in self._under.get(conversation, ()) if case in self._pages
        )

    def under(self, conversation: str) -> Iterable[str]:
        """The cases that hold something of a conversation."""
        return [case for case in self._under.get(conversation, ()) if case in self._pages]

    def holds(self, case: str, conversation: str) -> bool:
        """Whether a case holds something of a conversation."""
        return case in self._under.get(conversation, ()) and case in self._pages

    def held(self, conversation: str, personas: Iterable[str]) -> list[str]:
        """The cases of these personas that hold something of a conversation."""
        within = self._under.get(conversation, {})
        found = dict.fromkeys(case for persona in personas for case in self._recent.get(persona, ()) if case in within)
        return [case for case in found if case in self._pages]

    def own_case(self, moment: Moment) -> str | None:
        """The case of what a moment answers, where that was parted from its conversation."""
        answered = moment.interaction.in_reply_to
        return self._own.get(moment.conversation, {}).get(answered) if answered else None

    def recent(self, personas: Iterable[str]) -> list[str]:
        """The latest cases of these personas, the latest first."""
        found = dict.fromkeys(case for persona in personas for case in self._recent.get(persona, ()))
        known = [case for case in found if case in self._pages]
        known.sort(key=lambda case: (self._last_at(case), case), reverse=True)
        return known[:MOST_CASES_OF_PERSONA]

    def since(self, case: str) -> frozenset[str]:
        """A case and all that were begun later."""
        return frozenset(other for other in self._pages if other >= case)

    def numbered(self, reference: str) -> Iterable[str]:
        """The cases that mention a number."""
        return [case for case in self._numbered.get(reference, ()) if case in self._pages]

    def personas(self, case: str) -> frozenset[str]:
        """Whose matter it is."""
        return frozenset(self._pages[case].personas)

    def subject(self, case: str) -> str | None:
        """What it began with."""
        return self._pages[case].case.subject

    def thread(self, case: str, conversation: str) -> CaseThread | None:
        """A conversation as far as it is under a case."""
        return self._pages[case].threads.get(conversation)

    def has_room(self, case: str, conversation: str) -> bool:
        """Whether further words would be kept."""
        thread = self.thread(case, conversation)
        return thread is None or len(thread.topic) < MOST_WORDS

    def is_alone(self, case: str, conversation: str) -> bool:
        """Whether nothing else is under a case."""
        return set(self._pages[case].threads) <= {conversation}

    def known(
        self, case: str, contacts: Mapping[str, float], depends: tuple[str, ...], under: frozenset[str]
    ) -> KnownCase:
        """A case as the ladder reads it."""
        page = self._pages[case]
        threads = page.threads.values()
        return KnownCase(
            id=case,
            last_at=self._last_at(case),
            channel=page.channel,
            contacts=contacts,
            contacts_depend_on=depends,
            conversations=under,
            is_open=page.state is CaseState.OPEN,
            service=page.case.service,
            topic=_NO_WORDS.union(*(thread.topic for thread in threads)),
            references=_NO_WORDS.union(*(thread.references for thread in threads)),
        )

    def _last_at(self, case: str) -> datetime:
        return self._pages[case].last_at

    # --- changing ---------------------------------------------------------------------------------------------------

    def begin(self, moment: Moment, *, is_closed: bool) -> str:
        """A new case that begins with a moment."""
        interaction = moment.interaction
        made = Case(
            id=self._new_id(),
            subject=interaction.subject,
            state=CaseState.CLOSED if is_closed else CaseState.OPEN,
            channel=interaction.channel,
            created_at=self._now,
            last_at=interaction.occurred_at,
            begun_by_us=interaction.direction != "inbound",
        )
        self._cases.append(made)
        self._pages[made.id] = _Page(made, {}, set())
        return made.id

    def place(self, assignment: Assignment) -> None:
        """Puts a conversation, or one interaction, under a case."""
        self._assignments.append(assignment)
        if assignment.interaction is None:
            self._placed.setdefault(assignment.conversation, []).append(Placed(assignment.id, assignment.case))
        self._under.setdefault(assignment.conversation, {})[assignment.case] = None

    def keep_own(self, moment: Moment, case: str) -> None:
        """Whatever answers a moment that has an assignment of its own goes along with it."""
        self._own.setdefault(moment.conversation, {})[moment.interaction.message_key] = case

    def end(self, assignment: Assignment, *, by: str, reason: str) -> None:
        """A person takes an assignment out of force, and from its case what it knew by it."""
        self._revoked.append(CaseRevocation(assignment.id, self._now, by, reason))

    def revoke(self, placed: Placed, conversation: str, reason: str) -> None:
        """Takes an assignment out of force, and from its case what it knew by it."""
        self._placed[conversation] = [p for p in self._placed[conversation] if p is not placed]
        if any(a.id == placed.assignment for a in self._assignments):
            # Made within this batch, so nobody has seen it.
            self._assignments = [a for a in self._assignments if a.id != placed.assignment]
        else:
            self._revoked.append(CaseRevocation(placed.assignment, self._now, RULE_CASES, reason))
        if any(p.case == placed.case for p in self._placed[conversation]):
            return
        self._under.get(conversation, {}).pop(placed.case, None)
        self._touches.pop((placed.case, conversation), None)
        if placed.case in self._pages:
            self._pages[placed.case].threads.pop(conversation, None)

    def touch(
        self, case: str, moment: Moment, *, topic: frozenset[str] | None, references: frozenset[str] | None,
        people: CasePeople,
    ) -> None:  # fmt: skip
        """Something of a conversation came under a case."""
        page, interaction = self._pages[case], moment.interaction
        at, conversation = interaction.occurred_at, moment.conversation
        before = page.threads.get(conversation) or CaseThread(conversation, interaction.channel, at)
        words = before.topic | topic if topic else before.topic
        if len(words) > MOST_WORDS:
            words = frozenset(sorted(words)[:MOST_WORDS])
        numbers = before.references | references if references else before.references
        channel = interaction.channel if at >= before.last_at else before.channel
        page.threads[conversation] = CaseThread(conversation, channel, max(at, before.last_at), words, numbers)
        if at >= page.last_at:
            page.last_at, page.channel = at, interaction.channel
        is_mass = conversation in self._mass and interaction.direction != "inbound"
        seated = () if is_mass else seats_that_count(moment)
        held = self._touches.get((case, conversation))
        personas = dict(held.personas) if held else {}
        for seat in seated:
            personas[seat.persona] = max(at, personas.get(seat.persona, at))
            page.personas.add(seat.persona)
            self._recent.setdefault(seat.persona, {})[case] = None
        for number in numbers - before.references:
            self._numbered.setdefault(number, {})[case] = None
        self._touches[case, conversation] = CaseTouch(
            case=case, conversation=conversation, channel=channel, at=page.threads[conversation].last_at,
            topic=words if words != before.topic or (held and held.topic is not None) else None,
            references=numbers if numbers != before.references or (held and held.references is not None) else None,
            personas=personas,
        )  # fmt: skip

    def forget(self, case: str, conversation: str) -> None:
        """What a case knew by a conversation is told anew."""
        self._pages[case].threads.pop(conversation, None)
        self._touches.pop((case, conversation), None)

    def reopen(self, case: str) -> None:
        """A person wrote again in a closed matter."""
        if self._pages[case].state is CaseState.CLOSED:
            self._pages[case].state = self._states[case] = CaseState.OPEN

    def mark_mass(self, conversation: str, case: str) -> None:
        """A mail of ours went to many: whoever answers has a matter of their own."""
        if conversation in self._mass:
            return
        self._mass.add(conversation)
        self._new_mass.add(conversation)
        self._pages[case].personas.clear()
        if (held := self._touches.get((case, conversation))) is not None:
            self._touches[case, conversation] = replace(held, personas={})

    def suggest(self, moment: Moment, option: CaseOption, *, kind: Literal["join", "split"]) -> None:
        """Something an official should decide."""
        made = Suggestion(
            id=self._new_id(), kind=kind, conversation=moment.conversation, interaction=moment.interaction.id,
            case=option.case, option=option, at=self._now,
        )  # fmt: skip
        self._suggestions.setdefault((moment.interaction.id, option.case, kind), made)

    def _is_open(self, suggestion: Suggestion) -> bool:
        """It was not done since, and its case still holds something."""
        page = self._pages[suggestion.case]
        is_done = suggestion.kind == "join" and suggestion.conversation in page.threads
        return bool(page.threads) and not is_done

    def change(self, seq: int, upto: int | None, checked: tuple[str, ...]) -> CaseChange:
        """Everything that was changed."""
        return CaseChange(
            seq=seq, upto=upto, checked=checked, cases=self._cases, revoked=self._revoked,
            assignments=self._assignments, touches=list(self._touches.values()), states=self._states,
            suggestions=[s for s in self._suggestions.values() if self._is_open(s)], mass=frozenset(self._new_mass),
        )  # fmt: skip
