"""R5 for what a store holds: which of a person's conversations a mail answers whose headers lead nowhere. Pure."""

from collections.abc import Iterable, Sequence
from math import exp, log

from omnilink.conversation.case_context import CaseContext, CaseThread, Moment
from omnilink.conversation.case_facts import MailHint
from omnilink.conversation.case_people import CasePeople
from omnilink.conversation.mail_evidence import Facts, Introduction, Seen, Shared, answer_facts, weigh, weights
from omnilink.conversation.mail_record import Mail
from omnilink.model.event import ConversationKind, Direction
from omnilink.model.interaction import Interaction
from omnilink.model.part import Text
from omnilink.model.participant import Role
from omnilink.model.persona import Evidence

MOST_CONVERSATIONS = 6
"""The latest conversations of the people of a mail that it is compared with ..."""
MOST_MAILS = 4
"""... and the latest mails of each."""
_HIGHEST_SCORE = 50.0
_HEARS = (Role.TO, Role.CC)


def answers_unknown(moment: Moment) -> bool:
    """Whether a mail seems to answer one, so that it is worth looking for it."""
    return moment.kind is ConversationKind.MAIL and _seen(moment.interaction, 0).is_answer


def conversations_to_compare(moment: Moment, context: CaseContext, people: CasePeople) -> list[str]:
    """The latest mail conversations of a mail's people, other than its own."""
    personas = {member for seat in moment.seats for member in people.members(people.contact(seat.persona))}
    cases = {case for persona in personas for case in context.recent.get(persona, ())}
    threads: list[CaseThread] = [
        thread
        for case in cases
        for thread in context.cases[case].threads
        if thread.channel == moment.interaction.channel and thread.conversation != moment.conversation
    ]
    threads.sort(key=lambda thread: (thread.last_at, thread.conversation), reverse=True)
    return list(dict.fromkeys(thread.conversation for thread in threads))[:MOST_CONVERSATIONS]


def find_hints(moment: Moment, others: Iterable[Moment]) -> tuple[MailHint, ...]:
    """The conversations a mail may answer, likeliest first.

    Args:
        moment: the mail.
        others: mails of the conversations it is compared with.
    """
    new = _seen(moment.interaction, 0)
    olds = [
        (other.conversation, _seen(other.interaction, number))
        for number, other in enumerate(others, 1)
        if other.kind is ConversationKind.MAIL and other.conversation != moment.conversation
    ]
    if not olds or not new.is_answer:
        return ()
    told = Introduction(new.introduced)
    rivals = len({conversation for conversation, old in olds if old.base == new.base})
    shared = _shared(new, olds)
    rare = frozenset(p for p in new.people if p not in _ours(moment.interaction))
    best: dict[str, tuple[float, Facts]] = {}
    for conversation, old in olds:
        facts = answer_facts(new, old, told, shared.get(conversation), rivals, rare)
        score = min(weigh("answer", facts), _HIGHEST_SCORE)
        if conversation not in best or score > best[conversation][0]:
            best[conversation] = (score, facts)
    # "None of them" takes part with score 0.
    total = 1.0 + sum(exp(score) for score, _ in best.values())
    hints = [
        MailHint(conversation, exp(score) / total, tuple(_evidence(facts)))
        for conversation, (score, facts) in best.items()
    ]
    return tuple(sorted(hints, key=lambda hint: (-hint.confidence, hint.conversation)))


def _shared(new: Seen, olds: Sequence[tuple[str, Seen]]) -> dict[str, Shared]:
    """How much of what a mail quotes stands in each conversation; none if it quotes nothing that was seen."""
    where: dict[str, set[str]] = {}
    for conversation, old in olds:
        for line in old.lines:
            where.setdefault(line, set()).add(conversation)
    quoted = [where.get(line, set()) for line in dict.fromkeys(new.quoted)]
    if not any(quoted):
        return {}
    return {
        conversation: Shared(
            sum(conversation in found for found in quoted) / len(quoted),
            sum(found == {conversation} for found in quoted),
        )
        for conversation in {conversation for conversation, _ in olds}
    }


def _evidence(facts: Facts) -> Iterable[Evidence]:
    for name, amount in facts:
        yield Evidence(kind=name, weight_bits=weights().get(name, 0.0) * amount / log(2))


def _ours(interaction: Interaction) -> set[str]:
    return {p.handle.value for p in interaction.participants if p.own and p.handle is not None}


def _seen(interaction: Interaction, number: int) -> Seen:
    author = next((p.handle.value for p in interaction.participants if p.role is Role.AUTHOR and p.handle), "")
    recipients = [p.handle.value for p in interaction.participants if p.role in _HEARS and p.handle is not None]
    cited = (interaction.in_reply_to,) if interaction.in_reply_to else ()
    mail = Mail(
        id=interaction.id,
        answered=cited,
        subject=interaction.subject or "",
        author=author,
        recipients=tuple(recipients),
        at_s=interaction.occurred_at.timestamp(),
        text="\n".join(p.text for p in interaction.parts if isinstance(p, Text) and p.format != "html"),
        is_own=interaction.direction is not Direction.INBOUND,
    )
    return Seen(mail, number)
