"""`thread(mails)`: conversations, cases and trees of any program's mails, without a Hub."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from email.message import Message
from math import log
from typing import TypeVar

from omnilink.conversation.case_facts import Decision, Option, Rung
from omnilink.conversation.mail_cases import Candidate, CaseChoice, MailCases
from omnilink.conversation.mail_evidence import weights
from omnilink.conversation.mail_reading import read_mail
from omnilink.conversation.mail_record import Mail
from omnilink.conversation.mail_threads import Merge
from omnilink.conversation.mail_tree import Branch, grow_tree
from omnilink.errors import NotFound
from omnilink.model.persona import Evidence

_Value = TypeVar("_Value")
_NAT_BITS = 1.0 / log(2.0)


@dataclass(frozen=True, slots=True)
class MailAssignment:
    """What was decided, and why, for a mail whose headers lead nowhere.

    Attributes:
        mail: its id.
        decision: joined or suggested.
        options: what it was joined to, or what is suggested; `Option.case` is the id of a mail of that case, and
            `depends_on` names the conversations the guess rests on.
        alternatives: the other cases looked at, likeliest first.
    """

    mail: str
    decision: Decision
    options: tuple[Option, ...]
    alternatives: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class SplitSuggestion:
    """A mail answers an old one (`parent`) and is about something new: an official may part them. Never done alone."""

    mail: str
    parent: str


@dataclass(frozen=True, slots=True, repr=False)
class Threads:
    """Mails, threaded.

    Attributes:
        mails: as read, in the order given.
        conversations: id of a conversation → ids of its mails, in the order given. Exact.
        cases: id of the first mail of a case → ids of its mails. Scored; a case holds whole conversations, except for
            answers to our own mass mails.
        merges: conversations that turned out to be one, in the order it was found out.
        assignments: what was joined or suggested without headers.
        splits: suggestions to part a recycled thread.
    """

    mails: tuple[Mail, ...]
    conversations: Mapping[str, tuple[str, ...]]
    cases: Mapping[str, tuple[str, ...]]
    merges: tuple[Merge, ...]
    assignments: tuple[MailAssignment, ...]
    splits: tuple[SplitSuggestion, ...]
    _conversation_of: Mapping[str, str] = field(default_factory=dict)
    _case_of: Mapping[str, str] = field(default_factory=dict)
    _parents: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"Threads(mails={len(self.mails)}, conversations={len(self.conversations)}, cases={len(self.cases)})"

    def conversation_of(self, mail: str) -> str:
        """The id of a mail's conversation.

        Raises:
            NotFound: no such mail.
        """
        return _found(self._conversation_of, mail)

    def case_of(self, mail: str) -> str:
        """The id of a mail's case.

        Raises:
            NotFound: no such mail.
        """
        return _found(self._case_of, mail)

    def tree(self, conversation: str) -> tuple[Branch, ...]:
        """The mails of a conversation as trees: each under the nearest mail it cites that was seen.

        Raises:
            NotFound: no such conversation.
        """
        wanted = set(_found(self.conversations, conversation))
        return grow_tree([mail for mail in self.mails if mail.id in wanted], self._parents)


def thread(
    mails: Iterable[Mail | Message | bytes],
    *,
    own: Iterable[str] = (),
    tags: Iterable[str] = (),
    aliases: Mapping[str, str] | None = None,
) -> Threads:
    """Threads mails.

    Args:
        mails: in order of arrival: raw bytes, `email.message.Message` objects or `Mail` records. Conversations are
            the same in every order; cases use it.
        own: our own addresses.
        tags: words in brackets our side puts into subjects.
        aliases: id → canonical id, where a provider replaced ours (see `aliases`).

    Returns:
        Conversations, cases, merges, assignments with reasons, and trees. A mail given twice counts once.
    """
    mine = {address.lower() for address in own}
    cases = MailCases(tags, aliases)
    taken: list[Mail] = []
    known: dict[str, list[str]] = {}
    for given in mails:
        mail = read_mail(given, own=mine)
        said = _digest(mail)
        before = known.setdefault(mail.id, [])
        if said in before:
            continue
        # Two different mails with one Message-ID stay two.
        mail = mail._replace(id=f"{mail.id}#{said}") if before else mail
        before.append(said)
        cases.add(mail)
        taken.append(mail)
    return _summary(taken, cases)


def _summary(mails: list[Mail], cases: MailCases) -> Threads:
    conversations: dict[str, list[str]] = {}
    first_in: dict[int, str] = {}
    grouped: dict[str, list[str]] = {}
    conversation_of: dict[str, str] = {}
    case_of: dict[str, str] = {}
    for number, mail in enumerate(mails):
        conversation_of[mail.id] = conversation = cases.conversations.conversation(number)
        conversations.setdefault(conversation, []).append(mail.id)
        case_of[mail.id] = case = first_in.setdefault(cases.case(number), mail.id)
        grouped.setdefault(case, []).append(mail.id)
    return Threads(
        tuple(mails),
        {key: tuple(ids) for key, ids in conversations.items()},
        {key: tuple(ids) for key, ids in grouped.items()},
        tuple(cases.conversations.merges),
        tuple(_assignment(choice, mails, cases) for choice in cases.choices),
        tuple(SplitSuggestion(mails[new].id, mails[old].id) for new, old in cases.recycled),
        conversation_of,
        case_of,
        {mail.id: tuple(mails[p].id for p in cases.conversations.parents(n)) for n, mail in enumerate(mails)},
    )


def _assignment(choice: CaseChoice, mails: list[Mail], cases: MailCases) -> MailAssignment:
    def options(found: tuple[Candidate, ...]) -> tuple[Option, ...]:
        return tuple(_option(one, mails, cases) for one in found)

    if choice.joined:
        return MailAssignment(
            mails[choice.mail].id,
            Decision.JOIN,
            options(choice.joined),
            options((*choice.suggested, *choice.alternatives)),
        )
    return MailAssignment(
        mails[choice.mail].id, Decision.SUGGEST, options(choice.suggested), options(choice.alternatives)
    )


def _option(one: Candidate, mails: list[Mail], cases: MailCases) -> Option:
    table = weights()
    evidence = tuple(
        Evidence(kind=name, refs=(mails[one.mail].id,), weight_bits=table.get(name, 0.0) * amount * _NAT_BITS)
        for name, amount in one.facts
    )
    conversation = cases.conversations.conversation(one.mail)
    return Option(mails[one.mail].id, Rung.MAIL, one.confidence, evidence, (f"conversation:{conversation}",))


def _digest(mail: Mail) -> str:
    said = "\x00".join((mail.author, mail.subject, str(mail.at_s), mail.text))
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def _found(table: Mapping[str, _Value], key: str) -> _Value:
    if key not in table:
        raise NotFound("no such mail or conversation")
    return table[key]
