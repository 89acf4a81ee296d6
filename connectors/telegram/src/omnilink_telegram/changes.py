"""What happened to messages and memberships: reactions, deletions, a blocked bot, and all that is only noted."""

from typing import Any

from omnilink.model import (
    Event,
    Handle,
    Ignored,
    MessageDeleted,
    NativeRefs,
    OptOutReceived,
    ReactionChanged,
    Role,
    Unparsed,
)
from omnilink.plugin.fields import at, list_at, object_at, text_at
from omnilink_telegram.fields import id_at, moment_at
from omnilink_telegram.people import participant
from omnilink_telegram.place import Origin, place_of


def reaction_names(reactions: list[Any]) -> list[str]:
    """Reactions as texts: the emoji, the id of a custom one, `paid`; each once, in their order."""
    names = [
        text_at(reaction, "emoji") or text_at(reaction, "custom_emoji_id") or text_at(reaction, "type")
        for reaction in reactions
    ]
    return list(dict.fromkeys(name for name in names if name))


def parse_reaction(change: dict[str, Any], origin: Origin) -> list[Event]:
    """One person's reactions to one message: what is new, and what is gone.

    Source: https://core.telegram.org/bots/api#messagereactionupdated
    """
    place, ident = place_of(change, origin), id_at(change, "message_id")
    if place is None or ident is None:
        return [_unparsed("reaction_without_target", origin)]
    who = object_at(change, "user") or object_at(change, "actor_chat")
    old, new = reaction_names(list_at(change, "old_reaction")), reaction_names(list_at(change, "new_reaction"))
    return [
        ReactionChanged(
            event_key=origin.event_key,
            lane_key=place.prefix,
            refs=NativeRefs(
                event_id=origin.update_id, target_message_id=ident, conversation_id=place.chat,
                account_id=origin.bot_id, sender_id=id_at(who, "id"),
            ),
            target_key=place.message_key(ident),
            actor=participant(Role.AUTHOR, who, origin),
            added=tuple(name for name in new if name not in old),
            removed=tuple(name for name in old if name not in new),
            occurred_at=moment_at(change, "date"),
        )
    ]  # fmt: skip


def parse_reaction_count(change: dict[str, Any], origin: Origin) -> list[Event]:
    """The anonymous reactions a message has now: two events, all are taken back and the present ones set.

    Nobody is named; the chat stands for everybody (https://core.telegram.org/bots/api#messagereactioncountupdated).
    """
    place, ident = place_of(change, origin), id_at(change, "message_id")
    if place is None or ident is None:
        return [_unparsed("reaction_without_target", origin)]
    present = reaction_names([at(count, "type") for count in list_at(change, "reactions")])
    refs = NativeRefs(
        event_id=origin.update_id, target_message_id=ident, conversation_id=place.chat, account_id=origin.bot_id
    )
    crowd = participant(Role.AUTHOR, at(change, "chat"), origin)
    steps = (("0", ()), ("1", tuple(present))) if present else (("0", ()),)
    return [
        ReactionChanged(
            event_key=f"{origin.event_key}:{step}", lane_key=place.prefix, refs=refs,
            target_key=place.message_key(ident), actor=crowd, added=added, occurred_at=moment_at(change, "date"),
        )
        for step, added in steps
    ]  # fmt: skip


def parse_deletions(deleted: dict[str, Any], origin: Origin) -> list[Event]:
    """Messages deleted in a business account's chat (https://core.telegram.org/bots/api#businessmessagesdeleted)."""
    place = place_of(deleted, origin, business=True)
    listed = list_at(deleted, "message_ids")
    if place is None or not listed:
        return [_unparsed("deletion_without_target", origin)]
    events: list[Event] = []
    for position in range(len(listed)):
        ident = id_at(listed, position)
        if ident is None:
            bad = _unparsed("deletion_without_target", origin)
            events.append(bad.model_copy(update={"event_key": f"{origin.event_key}:bad"}))
            continue
        refs = NativeRefs(
            event_id=origin.update_id, target_message_id=ident, conversation_id=place.chat, account_id=origin.bot_id
        )
        # Telegram tells neither who deleted it nor when.
        events.append(
            MessageDeleted(
                event_key=f"{origin.event_key}:{ident}", lane_key=place.prefix, refs=refs,
                target_key=place.message_key(ident),
            )
        )  # fmt: skip
    return list({event.event_key: event for event in events}.values())


def parse_membership(change: dict[str, Any], origin: Origin) -> list[Event]:
    """The bot's own membership; in a private chat that somebody blocked the bot or let it in again.

    Source: https://core.telegram.org/bots/api#update, `my_chat_member`
    """
    events: list[Event] = [parse_notice("my_chat_member", change, origin)]
    place, person = place_of(change, origin), id_at(change, "from", "id")
    before, now = text_at(change, "old_chat_member", "status"), text_at(change, "new_chat_member", "status")
    if place is None or not place.private or person is None or person != place.chat:
        return events
    blocked = now == "kicked"
    if blocked or (before == "kicked" and now == "member"):
        bot = id_at(change, "new_chat_member", "user", "id") or origin.bot_id
        events.append(
            OptOutReceived(
                event_key=f"{origin.event_key}:{'blocked' if blocked else 'unblocked'}",
                lane_key=place.prefix,
                refs=events[0].refs,
                handle=Handle.of("telegram", person),
                sender=Handle.of("telegram", bot) if bot else None,
                opted_in=not blocked,
                occurred_at=moment_at(change, "date"),
            )
        )
    return events


def parse_notice(kind: str, value: dict[str, Any], origin: Origin) -> Ignored:
    """An update that is noted and nothing more.

    Args:
        kind: a short name for it, of our choosing.
        value: its object.
        origin: whose bot.
    """
    place = place_of(value, origin)
    sender = id_at(value, "from", "id") or id_at(value, "user", "id")
    refs = NativeRefs(
        event_id=origin.update_id, conversation_id=place.chat if place else None, account_id=origin.bot_id,
        sender_id=sender,
    )  # fmt: skip
    return Ignored(
        event_key=origin.event_key,
        lane_key=place.prefix if place else origin.key(),
        refs=refs,
        reason=kind,
        what="system",
        occurred_at=moment_at(value, "date"),
    )


def _unparsed(reason: str, origin: Origin) -> Unparsed:
    refs = NativeRefs(event_id=origin.update_id)
    return Unparsed(event_key=origin.event_key, lane_key=origin.key(), refs=refs, reason=reason)
