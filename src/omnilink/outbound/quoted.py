"""Quoted: an earlier interaction as a connector needs it to answer or change it. Pure."""

from collections.abc import Iterable

from omnilink.model.event import Direction
from omnilink.model.interaction import Interaction
from omnilink.model.outgoing import Action, OutboxItem, Quoted
from omnilink.model.part import Text
from omnilink.model.participant import Participant, Role

_SPEAKS = (Role.AUTHOR, Role.CALLER)
_HEARS = (Role.TO, Role.CALLEE)


def quote(interaction: Interaction, items: Iterable[OutboxItem], conversation_keys: Iterable[str]) -> Quoted:
    """An interaction with every name it has, the channel's own last.

    Args:
        interaction: the earlier one.
        items: the outbox items it was sent by, if it is ours: they know the ids the provider gave.
        conversation_keys: every native key of its conversation.
    """
    given = [key for item in items if item.message.action is Action.SEND for key in item.delivered]
    author = next((p for p in interaction.participants if p.role in _SPEAKS), None)
    return Quoted(
        message_keys=tuple(dict.fromkeys([interaction.message_key, *given])),
        conversation_keys=tuple(conversation_keys),
        in_reply_to=interaction.in_reply_to,
        author=author.handle if author else None,
        author_name=(author.stated("name") or author.stated("display_name")) if author else None,
        subject=interaction.subject,
        text="\n".join(p.text for p in interaction.parts if isinstance(p, Text) and p.format != "html"),
        occurred_at=interaction.occurred_at,
        own=interaction.direction is not Direction.INBOUND,
        addressed_us=any(p.own and p.role not in _SPEAKS for p in interaction.participants),
    )


def speaker_of(interaction: Interaction) -> Participant | None:
    """The citizen's side of an interaction: who wrote to us, or whom we wrote to."""
    wanted = _SPEAKS if interaction.direction is Direction.INBOUND else _HEARS
    return next((p for p in interaction.participants if p.role in wanted and not p.own), None)
