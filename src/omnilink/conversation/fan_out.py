"""The fan-out guard of cases: a mail of ours that many people answer was no common matter of theirs. Pure."""

from collections import Counter
from collections.abc import Iterable, Sequence

from omnilink.conversation.case_context import CaseContext, Moment
from omnilink.conversation.case_people import seats_that_count
from omnilink.conversation.case_score import MASS_MAIL_REPLIERS
from omnilink.model.event import ConversationKind, Direction

MOST_ANSWERS_READ = 100
"""The latest mails of a conversation in which those who answered are counted."""


def replier(moment: Moment) -> str | None:
    """The persona of somebody outside who wrote a mail; None for machines, for ourselves and for other channels.

    Absence notes come back from everybody a mail went to, and say nothing about whose matter it is.
    """
    if moment.kind is not ConversationKind.MAIL or moment.interaction.direction is not Direction.INBOUND:
        return None
    if moment.interaction.automated not in (None, "list"):
        return None
    seat = next(iter(seats_that_count(moment)), None)
    return None if seat is None else seat.persona


def conversations_to_count(moments: Iterable[Moment], context: CaseContext) -> list[str]:
    """The conversations of which the earlier mails have to be read to tell how many people answered us.

    Only where it may be more than a common matter has: those a case names are the ones we wrote to, too.
    """
    new = Counter(moment.conversation for moment in moments if replier(moment) is not None)
    found = []
    for conversation, count in new.items():
        placed = context.placed.get(conversation)
        if not placed or conversation in context.mass or any(p.by_person for p in placed):
            continue
        row = context.cases[placed[0].case]
        if row.case.begun_by_us and len(row.personas) + count > MASS_MAIL_REPLIERS:
            found.append(conversation)
    return found


def repliers(moments: Sequence[Moment]) -> dict[str, set[str]]:
    """Conversation → the personas that answered in it."""
    found: dict[str, set[str]] = {}
    for moment in moments:
        if (persona := replier(moment)) is not None:
            found.setdefault(moment.conversation, set()).add(persona)
    return found
