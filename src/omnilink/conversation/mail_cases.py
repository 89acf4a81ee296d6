"""Cases of mails: what headers connect, and what they do not but evidence does. Scored, explained, revocable.

Two natively distinct conversations are never merged; one is put under the other's case. Whoever only looks alike by
subject stays apart. Answers to a mail of ours that went to many are one conversation and as many cases as people.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import exp
from typing import NamedTuple

from omnilink.conversation.components import Components
from omnilink.conversation.mail_evidence import Facts, Introduction, Seen, Shared, answer_facts, part_facts, weigh
from omnilink.conversation.mail_memory import MailMemory
from omnilink.conversation.mail_record import Mail
from omnilink.conversation.mail_threads import MailConversations, Placed
from omnilink.conversation.mass_mail import MassMails
from omnilink.conversation.recycled import SILENT_FOR

JOIN = 0.85
SUGGEST = 0.5
HARM = 0.2
"""Mails that may be put among strangers by one join, on the average: the larger a case, the surer a join must be."""
RECYCLED_AFTER_S = SILENT_FOR.total_seconds()
_MOST_COMPARED = 4
_HIGHEST_SCORE = 50.0


class Candidate(NamedTuple):
    """One case a mail may belong to: the mail there that speaks for it, the confidence and the facts."""

    mail: int
    confidence: float
    facts: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class CaseChoice:
    """What was decided for a mail whose headers lead nowhere.

    Attributes:
        mail: its number.
        joined: the cases it was put under: one, or all pieces of a series.
        suggested: cases for an official to look at, likeliest first.
        alternatives: the others.
    """

    mail: int
    joined: tuple[Candidate, ...]
    suggested: tuple[Candidate, ...]
    alternatives: tuple[Candidate, ...]


class MailCases:
    """Cases of mails as they come.

    Args:
        tags: words in brackets that our own side puts into subjects.
        aliases: see `MailConversations`.
    """

    def __init__(self, tags: Iterable[str] = (), aliases: Mapping[str, str] | None = None) -> None:
        self.conversations = MailConversations(aliases)
        self.choices: list[CaseChoice] = []
        self.recycled: list[tuple[int, int]] = []
        """(mail, the one it answers): a new matter was begun by answering an old mail. Suggested, never done."""
        self._tags = tuple(tags)
        self._cases = Components()
        self._links: dict[int, list[int]] = {}
        self._mass = MassMails(self.conversations)
        self._memory = MailMemory(self._cases.find)
        self._at_s: list[float | None] = []
        self._bases: list[str] = []

    def add(self, mail: Mail) -> Placed:
        """Takes in one mail: its conversation by its headers, and its case by what speaks for one."""
        placed = self.conversations.add(mail)
        number = self._cases.add()
        seen = Seen(mail, number, self._tags)
        self._at_s.append(mail.at_s)
        self._bases.append(seen.base)
        changed = self._mass.add(mail, placed)
        for neighbour in self._mass.neighbours(number, placed.neighbours):
            self._cases.join(number, neighbour)
        if changed is not None:
            self._rebuild(changed)
        if not placed.neighbours:
            self._choose(seen)
        elif seen.base and self._is_recycled(seen):
            self.recycled.append((number, next(self.conversations.parents(number))))
        self._memory.remember(seen)
        return placed

    def case(self, number: int) -> int:
        """A number that two mails share exactly while they are in one case."""
        return self._cases.find(number)

    def members(self, number: int) -> list[int]:
        """The mails of a mail's case, in order of arrival."""
        return sorted(self._cases.members(number))

    def revoke(self, number: int) -> None:
        """Takes back what evidence joined a mail to; its case is built again without it."""
        if self._links.pop(number, None):
            self._rebuild(number)

    def cut(self, number: int, cited: Iterable[str] | None = None) -> None:
        """A person said that a mail does not belong where its headers put it; see `MailConversations.cut`."""
        self.conversations.cut(number, cited)
        self._links.pop(number, None)
        self._rebuild(number)

    def candidates(self, new: Seen) -> list[Candidate]:
        """The cases a mail may belong to, likeliest first."""
        start = "answer" if new.is_answer else "part"
        best: dict[int, tuple[float, Seen, Facts]] = {}
        for case, old, facts in self.compare(new):
            score = min(weigh(start, facts), _HIGHEST_SCORE)
            if case not in best or score > best[case][0]:
                best[case] = (score, old, facts)
        # "None of them" takes part with score 0, so that two that look equally right make each other doubtful; but a
        # series in pieces is all of one case.
        total = sum([exp(score) for score, _, _ in best.values()])
        found = [
            Candidate(old.number, exp(score) / (1.0 + (total if new.is_answer else exp(score))), tuple(facts))
            for score, old, facts in best.values()
        ]
        return sorted(found, key=lambda one: (-one.confidence, -one.mail))

    def compare(self, new: Seen) -> Iterator[tuple[int, Seen, Facts]]:
        """(case, a mail of it, what speaks for `new` belonging there), for the mails worth comparing."""
        found = self._memory.find(new, _MOST_COMPARED)
        own = self._cases.find(new.number)
        told = Introduction(new.introduced) if new.introduced else _UNTOLD
        for old in found.mails:
            case = self._cases.find(old.number)
            if case == own or self._mass.is_mass(old.number):
                continue
            if new.is_answer:
                quoted = found.shared.get(case, _NOTHING) if found.shared else None
                yield case, old, answer_facts(new, old, told, quoted, found.rivals, found.rare)
            else:
                yield case, old, part_facts(new, old, found.rivals)

    def _choose(self, new: Seen) -> None:
        found = self.candidates(new)
        if not found or found[0].confidence < SUGGEST:
            return
        # An answer has one mail it answers; a part belongs with all parts of its series.
        choosable = found[:1] if new.is_answer else found
        joined = tuple([one for one in choosable if self._is_sure(one)])
        for one in joined:
            self._cases.join(new.number, one.mail)
            self._links.setdefault(new.number, []).append(one.mail)
        rest = [one for one in found if one not in joined]
        suggested = tuple([one for one in rest if one.confidence >= SUGGEST])
        self.choices.append(CaseChoice(new.number, joined, suggested, tuple(rest[len(suggested) :])))

    def _is_sure(self, one: Candidate) -> bool:
        return one.confidence >= JOIN and (1.0 - one.confidence) * self._cases.size(one.mail) <= HARM

    def _is_recycled(self, new: Seen) -> bool:
        parent = next(self.conversations.parents(new.number), None)
        if parent is None or self._bases[parent] == new.base:
            return False
        before, now = self._at_s[parent], self._at_s[new.number]
        if before is None or now is None or now - before <= RECYCLED_AFTER_S:
            return False
        return not self._memory.quotes_case(new, self._cases.find(parent))

    def _rebuild(self, number: int) -> None:
        """Builds one case again from its conversations and from the links in force."""
        members = self.members(number)
        self._cases.dissolve(members)
        for member in members:
            for neighbour in self._mass.neighbours(member, (self.conversations.first(member),)):
                self._cases.join(member, neighbour)
            for linked in self._links.get(member, ()):
                self._cases.join(member, linked)


_UNTOLD = Introduction("")
_NOTHING = Shared(0.0, 0)
