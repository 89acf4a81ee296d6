"""Telling a case anew of what is under it: where a person moved something, or took a conversation apart. Pure."""

from collections.abc import Collection, Sequence

from omnilink.conversation.case_context import Moment
from omnilink.conversation.case_pages import CasePages
from omnilink.conversation.case_people import CasePeople
from omnilink.conversation.moment_text import mentioned_numbers, moment_references, moment_topic
from omnilink.conversation.references import ReferencePicture

MOST_READ = 20
"""Contact moments whose words are read again: people begin with their matter."""


def tell_case(
    pages: CasePages,
    people: CasePeople,
    case: str,
    moments: Sequence[Moment],
    pictures: Sequence[ReferencePicture] = (),
    numbers: Collection[str] = (),
) -> None:
    """Tells a case of the contact moments that are under it now, and of the case numbers they mention.

    Args:
        moments: oldest first.
        pictures: what case numbers look like, where that is known.
        numbers: where it is not, those the case knew, as `system:NUMBER`: those still mentioned stay.
    """
    for place, moment in enumerate(moments):
        topic = moment_topic(moment.interaction, moment.later) if place < MOST_READ else None
        references = None
        if pictures or numbers:
            references = moment_references(moment.interaction, pictures, moment.later)
            references |= mentioned_numbers(numbers, moment.interaction, moment.later)
        pages.touch(case, moment, topic=topic, references=references, people=people)
