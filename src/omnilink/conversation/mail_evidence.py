"""What speaks for one mail answering another where their headers say nothing: facts, each with a weight.

A fact is something anybody can check in the two mails; its weight is the logarithm of how much more often it holds
for an answer and its mail than for strangers (`data/mail_evidence.toml`). No fact decides alone, the subject least.
"""

import re
from functools import cache
from math import log2
from typing import NamedTuple

from omnilink.conversation.mail_record import Mail
from omnilink.conversation.subjects import read_subject
from omnilink.conversation.tables import read_table

MOST_TEXT = 8_192
"""Characters of a mail's text that are compared."""
MOST_LINES = 48
MOST_RECIPIENTS = 64
SHORTEST_LINE = 15
"""A shorter line ("Thank you!") is said by everybody."""
CROWD = 20
"""An address seen in more mails lately is everybody's (a list, a help desk)."""
_TIME = re.compile(r"(?<![\d:])(\d{1,2})[:.h](\d\d)(?::(\d\d))?(?![\d:])")
_ADDRESS = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_INTRODUCTION_LINES = 3

Facts = list[tuple[str, float]]


class Seen:
    """A mail as it is kept for comparing, with nothing that is not compared."""

    __slots__ = (
        "at_s", "author", "base", "introduced", "is_answer", "lines", "number", "part",
        "people", "quoted", "recipients", "references", "ticket",
    )  # fmt: skip

    def __init__(self, mail: Mail, number: int, tags: tuple[str, ...] = ()) -> None:
        subject = read_subject(mail.subject, tags)
        self.number = number
        self.base = subject.base
        self.part = subject.part
        self.ticket = subject.ticket
        self.at_s = mail.at_s
        self.author = mail.author
        self.recipients = frozenset(mail.recipients[:MOST_RECIPIENTS])
        self.people = self.recipients | {mail.author}
        self.references = len(mail.references) or len(mail.answered)
        self.lines, self.quoted, self.introduced = read_lines(mail.text)
        is_prefixed = subject.is_reply or subject.is_forward
        # The second part of a series may answer the first by its headers; it is still a part.
        self.is_answer = is_prefixed or (bool(mail.references or mail.answered) and subject.part is None)

    def __repr__(self) -> str:
        return f"Seen(number={self.number})"


def read_lines(text: str) -> tuple[list[str], list[str], str]:
    """A text's own lines, the lines it quotes, and what stands before the first quote ("On Monday, Ana wrote")."""
    own: list[str] = []
    quoted: list[str] = []
    before: list[str] = []
    introduced = ""
    for line in text[:MOST_TEXT].split("\n"):
        line = line.strip()
        if not line:
            continue
        if line[0] == ">":
            if not quoted:
                introduced = " ".join(before[-_INTRODUCTION_LINES:])
            line = line.lstrip("> \t")
            if len(line) >= SHORTEST_LINE or not quoted:
                quoted.append(line)
        else:
            if not quoted:
                before.append(line)
            if len(line) >= SHORTEST_LINE:
                own.append(line)
        if len(own) + len(quoted) >= MOST_LINES:
            break
    return own, quoted, introduced


class Introduction:
    """Who and when the words before a quote name ("On 3 March 2026 at 14:05, Ana <ana@example.org> wrote:")."""

    __slots__ = ("addresses", "minutes")

    def __init__(self, text: str) -> None:
        self.addresses = [found.lower() for found in _ADDRESS.findall(text)] if "@" in text else []
        self.minutes = [int(found[1]) for found in _TIME.findall(text)]

    def is_minute_of(self, at_s: float) -> bool:
        """Whether a told time is that minute of some hour: the hour depends on the teller's time zone."""
        minute = int(at_s // 60) % 60
        # Some countries' zones are half an hour off.
        return any((minute - told) % 30 == 0 for told in self.minutes)


class Shared(NamedTuple):
    """How much of what a mail quotes stands in one case.

    Attributes:
        share: of the quoted lines that were looked up, the share that stands in that case.
        only_there: how many of them stand nowhere else.
    """

    share: float
    only_there: int


def answer_facts(
    new: Seen, old: Seen, told: Introduction, shared: Shared | None, rivals: int, rare: frozenset[str]
) -> Facts:
    """The facts for a mail answering an older one, or one beside it.

    Args:
        new: the mail whose headers lead nowhere.
        old: a mail of the case it may belong to.
        told: `new`'s introduction of its quote.
        shared: what `new` quotes of that case; None if it quotes nothing that was seen.
        rivals: cases with the same subject lately.
        rare: those of `new`'s people who were seen in few mails lately; an address in everything says little.

    Returns:
        (name of the fact, its amount).
    """
    facts: Facts = []
    if shared is not None:
        facts.append(("quoted_share", shared.share))
        if shared.only_there:
            facts.append(("quoted_only_there", min(3.0, log2(1 + shared.only_there))))
    if new.base != old.base:
        facts.append(("subject_differs", 1.0))
    elif new.base:
        facts.append((_how_rare(rivals), 1.0))
    if new.ticket and old.ticket:
        facts.append(("same_ticket" if new.ticket == old.ticket else "other_ticket", 1.0))
    if told.minutes and old.at_s is not None:
        facts.append(("introduced_minute" if told.is_minute_of(old.at_s) else "introduced_other_minute", 1.0))
    if told.addresses:
        facts.append(("introduced_author" if old.author in told.addresses else "introduced_other_author", 1.0))
    if old.author in new.recipients:
        facts.append(("to_its_author", 1.0))
    if new.author == old.author:
        facts.append(("same_author", 1.0))
    elif new.author not in old.recipients:
        facts.append(("author_from_outside", 1.0))
    if new.references and new.references == old.references + 1:
        facts.append(("one_reference_more", 1.0))
    people, others = new.people, old.people
    if people == others:
        facts.append(("same_people", 1.0))
    else:
        both = len(people & others)
        facts.append(("other_people", 1.0 - both / (len(people) + len(others) - both)))
    if rare and (common := len(rare & others)):
        facts.append(("rare_people", log2(1 + min(common, 7))))
    if new.at_s is not None and old.at_s is not None:
        gap_s = new.at_s - old.at_s
        if gap_s > 0:
            facts.append(("days_later", log2(1 + gap_s / 86_400)))
        elif gap_s < -3_600:
            facts.append(("before_it", 1.0))
    return facts


def part_facts(new: Seen, old: Seen, rivals: int) -> Facts:
    """The facts for a mail that answers nothing being sent together with another of its author's.

    "Photos 1/3" and "photos 2/3", or the same subject twice within a minute.
    """
    facts: Facts = []
    if new.part and old.part:
        if new.part[0] != old.part[0] or new.part[2] != old.part[2]:
            facts.append(("other_series", 1.0))
        else:
            facts.append(("same_part" if new.part[1] == old.part[1] else "next_part", 1.0))
    elif new.part or old.part:
        facts.append(("part_and_whole", 1.0))
    elif new.base and new.base == old.base and new.ticket == old.ticket:
        facts.append((f"sent_twice_{_how_rare(rivals)}", 1.0))
        if new.lines and 2 * len(set(new.lines).intersection(old.lines)) >= len(new.lines):
            facts.append(("same_text", 1.0))
    else:
        facts.append(("sent_apart", 1.0))
    if new.people == old.people:
        facts.append(("same_people_together", 1.0))
    else:
        both = len(new.people & old.people)
        facts.append(("other_people_together", 1.0 - both / (len(new.people) + len(old.people) - both)))
    if new.at_s is not None and old.at_s is not None:
        facts.append(("seconds_apart", min(12.0, log2(1 + abs(new.at_s - old.at_s) / 10))))
    return facts


def _how_rare(rivals: int) -> str:
    return "subject_rare" if rivals <= 1 else "subject_some" if rivals <= 4 else "subject_common"


@cache
def weights() -> dict[str, float]:
    """Fact → weight, in natural logarithms; `answer` and `part` are where the two kinds of decision start from."""
    table = read_table("mail_evidence")
    return {**table["start"], **table["answer"], **table["part"]}


def weigh(start: str, facts: Facts) -> float:
    """The sum of the weights of facts, from `start` ("answer" or "part") on."""
    table = weights()
    total = table[start]
    for name, amount in facts:
        total += table.get(name, 0.0) * amount
    return total
