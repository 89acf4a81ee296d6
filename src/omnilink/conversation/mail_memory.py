"""What is remembered of lately seen mails, so that a mail without headers finds those it may answer.

Everything is bounded: an address keeps its last mails, a subject its last sixteen, a line of text its first five, and
of all of them only the most recent are kept. So a mail costs the same after ten thousand and after a million.
"""

from collections import deque
from collections.abc import Callable
from typing import NamedTuple

from omnilink.conversation.mail_evidence import CROWD, SHORTEST_LINE, Seen, Shared
from omnilink.conversation.recent import Recent

LINES = 400_000
KEYS = 50_000
_LINE_KEEPS = 5
_EVERYWHERE: tuple[Seen, ...] = ()
"""A line in more mails than a line keeps is boilerplate and says nothing."""


class Found(NamedTuple):
    """What the memory knows of a new mail.

    Attributes:
        mails: worth comparing, the most promising first.
        shared: case → what the new mail quotes of it.
        rivals: cases that had its subject lately.
        rare: those of its people who were seen in few mails.
    """

    mails: list[Seen]
    shared: dict[int, Shared]
    rivals: int
    rare: frozenset[str]


class MailMemory:
    """Lately seen mails by their lines, subjects and people.

    Args:
        case_of: number of a mail → number of its case now.
    """

    def __init__(self, case_of: Callable[[int], int]) -> None:
        self._case_of = case_of
        self._lines: Recent[str, tuple[Seen, ...]] = Recent(LINES)
        self._by_subject: Recent[str, deque[Seen]] = Recent(KEYS)
        self._persons: Recent[str, _Person] = Recent(KEYS)

    def find(self, new: Seen, most: int) -> Found:
        """The mails a new one may belong to, at most `most`."""
        case_of, persons = self._case_of, self._persons
        # Whole numbers: their sum is the same in every order of a set.
        votes: dict[Seen, int] = {}
        bucket = self._by_subject.get(new.base) if new.base else None
        rivals = len({case_of(old.number) for old in bucket}) if bucket else 0
        author = persons.get(new.author)
        if not new.is_answer:
            # Parts of a series have one author; an answer may be to anybody.
            for old in bucket or ():
                if old.author == new.author:
                    votes[old] = 6
            if author is not None:
                _vote(votes, author.wrote, 5)
            return Found(_first(votes, most), {}, rivals, frozenset())
        for old in bucket or ():
            votes[old] = 6
        for old in (self._by_subject.get(_key_of(new.ticket)) or ()) if new.ticket else ():
            votes[old] = 12
        shared = self._vote_by_lines(new, votes)
        rare = []
        if author is not None:
            _vote(votes, author.wrote, 2)
            _vote(votes, author.got, 4)
            if author.mails <= CROWD:
                rare.append(new.author)
        for one in new.recipients:
            if (person := persons.get(one)) is not None and one != new.author:
                _vote(votes, person.wrote, 5)
                if person.mails <= CROWD:
                    rare.append(one)
        return Found(_first(votes, most), shared, rivals, frozenset(rare))

    def quotes_case(self, new: Seen, case: int) -> bool:
        """Whether a mail quotes something said in a case."""
        return any(
            self._case_of(old.number) == case for line in new.quoted or new.lines for old in self._lines.get(line) or ()
        )

    def remember(self, seen: Seen) -> None:
        """Takes in one mail."""
        lines, persons, this = self._lines, self._persons, (seen,)
        for line in seen.lines:
            mails = lines.setdefault(line, this)
            if mails is not this and mails and mails[-1] is not seen:
                lines.put(line, (*mails, seen) if len(mails) < _LINE_KEEPS else _EVERYWHERE)
        for line in seen.quoted:
            # What is quoted was said before: only what nobody was seen saying is new.
            if len(line) >= SHORTEST_LINE:
                lines.setdefault(line, this)
        if seen.base:
            self._remember_subject(seen.base, seen)
        if seen.ticket:
            self._remember_subject(_key_of(seen.ticket), seen)
        for one in seen.people:
            person = persons.get(one)
            if person is None:
                person = _Person()
                persons.put(one, person)
            person.mails += 1
            if one in seen.recipients:
                person.got.append(seen)
            if one == seen.author:
                person.wrote.append(seen)

    def _remember_subject(self, key: str, seen: Seen) -> None:
        bucket = self._by_subject.get(key)
        if bucket is None:
            self._by_subject.put(key, deque((seen,), 16))
        else:
            bucket.append(seen)

    def _vote_by_lines(self, new: Seen, votes: dict[Seen, int]) -> dict[int, Shared]:
        """Looks up what a mail quotes (or all it says, where nothing is marked as a quote)."""
        case_of, looked_up = self._case_of, 0
        in_case: dict[int, int] = {}
        only: dict[int, int] = {}
        for line in new.quoted or new.lines:
            if len(line) < SHORTEST_LINE:
                continue
            looked_up += 1
            if not (mails := self._lines.get(line)):
                continue
            cases = {case_of(old.number) for old in mails}
            for case in cases:
                in_case[case] = in_case.get(case, 0) + 1
            if len(cases) == 1:
                only[case] = only.get(case, 0) + 1
            weight = 10 // len(mails)
            for old in mails:
                votes[old] = votes.get(old, 10) + weight
        return {case: Shared(count / looked_up, only.get(case, 0)) for case, count in in_case.items()}


def _key_of(ticket: str) -> str:
    """A key that no subject is: subjects are single lines."""
    return f"\n{ticket}"


class _Person:
    """What one address lately wrote and got."""

    __slots__ = ("got", "mails", "wrote")

    def __init__(self) -> None:
        self.mails = 0
        self.got: deque[Seen] = deque(maxlen=5)
        self.wrote: deque[Seen] = deque(maxlen=5)


def _first(votes: dict[Seen, int], most: int) -> list[Seen]:
    """The mails with most votes; of equals, the latest."""
    ranked = sorted([(vote, old.number, old) for old, vote in votes.items()], reverse=True)
    return [old for _, _, old in ranked[:most]]


def _vote(votes: dict[Seen, int], mails: deque[Seen], weight: int) -> None:
    for old in mails:
        votes[old] = votes.get(old, 0) + weight
