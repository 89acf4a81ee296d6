"""From an envelope's bytes to events: each update by the one field it carries beside its id.

Source: https://core.telegram.org/bots/api#update
"""

import re
from typing import Any

from omnilink.model import Envelope, Event, Ignored, NativeRefs, Unparsed
from omnilink.plugin.fields import digest, object_at
from omnilink_telegram.body import read_updates
from omnilink_telegram.changes import (
    parse_deletions,
    parse_membership,
    parse_notice,
    parse_reaction,
    parse_reaction_count,
)
from omnilink_telegram.choices import parse_callback, parse_inline, parse_vote
from omnilink_telegram.fields import id_at
from omnilink_telegram.messages import Manner, parse_message
from omnilink_telegram.place import Origin, origin_of
from omnilink_telegram.settings import TelegramSettings

MESSAGES = {
    "message": Manner(),
    "edited_message": Manner(edited=True),
    "channel_post": Manner(post=True),
    "edited_channel_post": Manner(post=True, edited=True),
    "business_message": Manner(business=True),
    "edited_business_message": Manner(business=True, edited=True),
    "guest_message": Manner(guest=True),
}
"""Updates that carry a `Message`."""

NOTICES = (
    "business_connection", "shipping_query", "pre_checkout_query", "purchased_paid_media", "poll", "chat_member",
    "chat_join_request", "chat_boost", "removed_chat_boost", "managed_bot",
)  # fmt: skip
"""Updates that nothing in a citizen's history needs."""

_NAME = re.compile(r"[a-z][a-z0-9_]{0,60}")


def parse_envelope(envelope: Envelope, settings: TelegramSettings) -> list[Event]:
    """All events of an envelope, each update read on its own.

    Args:
        envelope: any bytes.
        settings: the account's.

    Returns:
        At least one event.
    """
    updates = read_updates(envelope.body)
    if updates is None:
        lane = f"telegram:{settings.bot_id or settings.account}"
        return [Unparsed(event_key=f"unparsed:{envelope.sha256}", lane_key=lane, reason="not_a_telegram_update")]
    return [event for update in updates for event in _parse(update, envelope, settings)]


def _parse(update: object, envelope: Envelope, settings: TelegramSettings) -> list[Event]:
    update_id = id_at(update, "update_id")
    origin = origin_of(envelope, settings, update_id, update_id or digest(update))
    try:
        return _parse_update(update, origin)
    except (ValueError, TypeError, RecursionError, OverflowError):
        # Reached by no known payload; an odd one must not hold up the next.
        return [_unparsed("unreadable", origin)]


def _parse_update(update: object, origin: Origin) -> list[Event]:
    if not isinstance(update, dict):
        return [_unparsed("update_not_an_object", origin)]
    carried = {name: value for name, value in update.items() if name != "update_id" and value is not None}
    for name, manner in MESSAGES.items():
        if name in carried:
            message = carried[name]
            return parse_message(message, manner, origin) if _is_object(message) else [_unparsed(name, origin)]
    for name, value in carried.items():
        if _is_object(value) and (events := _parse_other(name, value, origin)):
            return events
    if not carried and origin.update_id is not None:
        refs = NativeRefs(event_id=origin.update_id, account_id=origin.bot_id)
        return [
            Ignored(
                event_key=origin.event_key, lane_key=origin.key(), refs=refs, reason="empty_update", what="unsupported"
            )
        ]
    return [_unparsed("unknown_update", origin)]


def _parse_other(name: str, value: dict[str, Any], origin: Origin) -> list[Event]:
    match name:
        case "callback_query":
            return [parse_callback(value, origin)]
        case "inline_query" | "chosen_inline_result":
            return [parse_inline(value, origin)]
        case "poll_answer":
            return [parse_vote(value, origin)]
        case "message_reaction":
            return parse_reaction(value, origin)
        case "message_reaction_count":
            return parse_reaction_count(value, origin)
        case "deleted_business_messages":
            return parse_deletions(value, origin)
        case "my_chat_member":
            return parse_membership(value, origin)
        case _ if name in NOTICES:
            return [parse_notice(name, value, origin)]
    if id_at(value, "message_id") and object_at(value, "chat"):
        # A later kind of update with a message in it: what somebody said is recorded, whatever the update is called.
        return parse_message(value, Manner(edited=name.startswith("edited_")), origin)
    # Later kinds of updates; nothing of a message is in them.
    known = _NAME.fullmatch(name) is not None and origin.update_id is not None
    return [parse_notice("later_update", value, origin)] if known else []


def _is_object(value: object) -> bool:
    return isinstance(value, dict)


def _unparsed(reason: str, origin: Origin) -> Unparsed:
    refs = NativeRefs(event_id=origin.update_id)
    return Unparsed(event_key=origin.event_key, lane_key=origin.key(), refs=refs, reason=reason)
