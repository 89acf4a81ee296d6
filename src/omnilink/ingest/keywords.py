"""Keywords: a message that is a stop or start word is one more event of its envelope. Pure.

Where law or custom gives such words an effect (`Capabilities.keyword_channels`), they have it here whether or not
the provider acts on them too. The event has a key made of its message's, so a redelivery is a duplicate like any other.
"""

from collections.abc import Collection, Iterable, Sequence

from omnilink.model.consent import KEYWORD
from omnilink.model.event import ConversationKind, Direction, Event, MessageReceived, OptOutReceived
from omnilink.model.handle import Handle
from omnilink.model.part import Text
from omnilink.model.participant import Attestation, Participant, Role
from omnilink.policy.optout import KeywordKind, match_keyword


def read_keyword(event: Event, people: Sequence[Participant]) -> OptOutReceived | None:
    """The stop or start a message is, if it is nothing else and its writer is a citizen in a conversation with us.

    Args:
        people: its participants, normalised, our own side known.
    """
    if not isinstance(event, MessageReceived) or event.automated is not None:
        return None
    if event.conversation_kind is not ConversationKind.DM or event.direction is not Direction.INBOUND:
        return None
    writer = next((p for p in people if p.role is Role.AUTHOR), None)
    if writer is None or writer.handle is None or writer.own or writer.attestation is Attestation.FAILED:
        return None
    if len(event.parts) != 1 or not isinstance(event.parts[0], Text) or event.parts[0].format == "html":
        return None
    keyword = match_keyword(event.parts[0].text)
    if keyword is None or keyword.kind is KeywordKind.HELP:
        return None
    return OptOutReceived(
        event_key=f"{KEYWORD}{event.event_key}",
        lane_key=event.lane_key,
        occurred_at=event.occurred_at,
        refs=event.refs,
        handle=writer.handle,
        sender=_addressed(people),
        opted_in=keyword.kind is KeywordKind.START,
        keyword=event.parts[0].text,
    )


def _addressed(people: Iterable[Participant]) -> Handle | None:
    """Which address of ours it was said to; None (every one) where that is not told."""
    ours = [p.handle for p in people if p.handle is not None and p.own and p.role is not Role.AUTHOR]
    return ours[0] if len(ours) == 1 else None


def is_told(word: OptOutReceived, events: Collection[Event]) -> bool:
    """Whether the provider tells in the same envelope that this person said so: it is the same word."""
    return any(isinstance(event, OptOutReceived) and event.handle.key == word.handle.key for event in events)
