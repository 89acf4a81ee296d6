"""A new matter begun by answering an old mail: told to an official, never parted by itself."""

from datetime import timedelta

from omnilink.conversation.case_context import CaseThread, Moment
from omnilink.conversation.mail_evidence import read_lines
from omnilink.conversation.subjects import read_subject
from omnilink.model.event import ConversationKind, Direction
from omnilink.model.part import Text

SILENT_FOR = timedelta(days=30)
"""A new subject in a thread that was silent for longer is likely a new matter under an old mail."""


def is_recycled(moment: Moment, thread: CaseThread | None, subject_before: str | None) -> bool:
    """Whether a mail in an old thread likely begins a new matter.

    It comes from outside after a month's silence, its subject is written anew, and it quotes nothing.
    """
    if moment.kind is not ConversationKind.MAIL or thread is None:
        return False
    interaction = moment.interaction
    if interaction.direction is not Direction.INBOUND or interaction.occurred_at - thread.last_at <= SILENT_FOR:
        return False
    subject = read_subject(interaction.subject)
    if not subject.base or subject.is_reply or subject.is_forward:
        return False
    if subject.base == read_subject(subject_before).base:
        return False
    text = next((part.text for part in interaction.parts if isinstance(part, Text)), "")
    return not read_lines(text)[1]
