"""A `Message` of any kind of update, as a message, an edit or a notice."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from omnilink.model import (
    Direction,
    Event,
    Ignored,
    InteractionKind,
    MessageEdited,
    MessageReceived,
    NativeRefs,
    Participant,
    Role,
    Unparsed,
)
from omnilink.plugin.fields import at, flag_at, object_at
from omnilink_telegram.content import CONTENT, CONTEXT, message_parts, unknown_fields
from omnilink_telegram.fields import id_at, moment_at
from omnilink_telegram.people import (
    addressed,
    is_business_owner,
    is_machine,
    learn_number,
    participant,
    sender_id,
    sender_of,
)
from omnilink_telegram.place import Origin, Place, place_of, topic_of

NOTICES = frozenset({
    "boost_added", "channel_chat_created", "chat_background_set", "chat_owner_changed", "chat_owner_left",
    "chat_shared", "checklist_tasks_added", "checklist_tasks_done", "connected_website", "delete_chat_photo",
    "direct_message_price_changed", "forum_topic_closed", "forum_topic_created", "forum_topic_edited",
    "forum_topic_reopened", "general_forum_topic_hidden", "general_forum_topic_unhidden", "gift",
    "gift_upgrade_sent", "giveaway_completed", "giveaway_created", "group_chat_created", "left_chat_member",
    "left_chat_participant", "managed_bot_created", "message_auto_delete_timer_changed", "migrate_from_chat_id",
    "migrate_to_chat_id", "new_chat_member", "new_chat_members", "new_chat_participant", "new_chat_photo",
    "new_chat_title", "paid_message_price_changed", "passport_data", "pinned_message", "poll_option_added",
    "poll_option_deleted", "proximity_alert_triggered", "refunded_payment", "successful_payment",
    "suggested_post_approval_failed", "suggested_post_approved", "suggested_post_declined", "suggested_post_paid",
    "suggested_post_refunded", "supergroup_chat_created", "unique_gift", "user_shared", "users_shared",
    "video_chat_ended", "video_chat_participants_invited", "video_chat_scheduled", "video_chat_started",
    "voice_chat_ended", "voice_chat_participants_invited", "voice_chat_scheduled", "voice_chat_started",
    "web_app_data", "write_access_allowed",
})  # fmt: skip
"""Fields that make a message a service message (https://core.telegram.org/bots/api#message)."""

ABOUT = frozenset({
    "author_signature", "business_connection_id", "caption", "caption_entities", "chat", "date",
    "direct_messages_topic", "edit_date", "effect_id", "entities", "forward_date", "forward_from",
    "forward_from_chat", "forward_from_message_id", "forward_sender_name", "forward_signature", "from",
    "guest_bot_caller_chat", "guest_bot_caller_user", "guest_query_id", "has_media_spoiler",
    "has_protected_content", "is_automatic_forward", "is_from_offline", "is_paid_post", "is_topic_message",
    "link_preview_options", "media_group_id", "message_id", "message_thread_id", "paid_star_count",
    "reply_markup", "reply_to_checklist_task_id", "reply_to_message", "reply_to_poll_option_id",
    "sender_boost_count", "sender_business_bot", "sender_chat", "sender_tag", "show_caption_above_media", "via_bot",
    *CONTEXT,
})  # fmt: skip
"""Fields about a message that are not its content."""

KNOWN = NOTICES | ABOUT | CONTENT
"""All fields this version knows; others are kept as data."""

# Service messages of later versions are named for what happened: `community_chat_added`, `video_chat_started`.
_HAPPENED = re.compile(
    r"[a-z][a-z0-9_]{0,60}_(?:added|allowed|approved|boosted|changed|closed|completed|created|declined|deleted|done|"
    r"edited|ended|failed|hidden|invited|joined|left|opened|paid|pinned|refunded|removed|reopened|scheduled|sent|set|"
    r"shared|started|triggered|unhidden|unpinned|updated|upgraded)"
)


@dataclass(frozen=True, slots=True)
class Manner:
    """How a message comes.

    Attributes:
        post: in a channel.
        business: through a business account's connection.
        guest: from a chat the bot is no member of.
        edited: it is the new version of an earlier one.
    """

    post: bool = False
    business: bool = False
    guest: bool = False
    edited: bool = False


def notice_of(message: Mapping[str, Any]) -> str | None:
    """The field that makes a message a service message, or None where it is somebody's content."""
    if any(message.get(name) is not None for name in CONTENT):
        # A message about content cannot be a notice of something else.
        return None
    for name, value in message.items():
        if value is not None and value is not False and (name in NOTICES or _is_later_notice(name, value)):
            return name if name in NOTICES else "later_notice"
    return None


def _is_later_notice(name: str, value: object) -> bool:
    return name not in KNOWN and isinstance(value, dict | bool) and _HAPPENED.fullmatch(name) is not None


def parse_message(message: dict[str, Any], manner: Manner, origin: Origin) -> list[Event]:
    """The events of an update that carries a `Message`.

    Args:
        message: the `Message`.
        manner: which of the updates it came in.
        origin: whose bot, and the update's key.
    """
    place = place_of(message, origin, business=manner.business, guest=manner.guest)
    ident = id_at(message, "message_id")
    if place is None or ident is None:
        refs = NativeRefs(event_id=origin.update_id, sender_id=sender_id(message))
        return [Unparsed(event_key=origin.event_key, lane_key=origin.key(), refs=refs, reason="message_without_id")]
    refs = _refs(message, place, ident, manner, origin)
    if (notice := notice_of(message)) is not None:
        return [
            Ignored(
                event_key=origin.event_key, lane_key=place.prefix, refs=refs, reason=notice, what="system",
                occurred_at=moment_at(message, "date"),
            )
        ]  # fmt: skip
    author = _author(message, place, manner, origin)
    if manner.edited:
        return [_edit(message, place, ident, refs, author, origin)]
    learned = learn_number(message, place, origin, refs) if manner == Manner() else None
    said: Event = _message(message, place, ident, refs, author, manner, origin)
    return [said, learned] if learned else [said]


def _refs(message: object, place: Place, ident: str, manner: Manner, origin: Origin) -> NativeRefs:
    replied = object_at(message, "reply_to_message")
    # In a topic every message "answers" the notice that made the topic.
    answers = None if at(replied, "forum_topic_created") is not None else id_at(replied, "message_id")
    return NativeRefs(
        event_id=origin.update_id,
        message_id=None if manner.edited else ident,
        target_message_id=ident if manner.edited else None,
        reply_to=answers,
        conversation_id=place.chat,
        thread_id=id_at(message, "message_thread_id"),
        account_id=origin.bot_id,
        sender_id=sender_id(message),
    )


def _author(message: object, place: Place, manner: Manner, origin: Origin) -> Participant | None:
    author = participant(Role.AUTHOR, sender_of(message) or (at(message, "chat") if manner.post else None), origin)
    if author is not None and manner.business and is_business_owner(message, place):
        author = author.model_copy(update={"own": True})
    return author


def _edit(
    message: dict[str, Any], place: Place, ident: str, refs: NativeRefs, author: Participant | None, origin: Origin
) -> Event:
    return MessageEdited(
        event_key=origin.event_key,
        lane_key=place.prefix,
        refs=refs,
        target_key=place.message_key(ident),
        actor=author,
        parts=(*message_parts(message), *unknown_fields(message, KNOWN)),
        occurred_at=moment_at(message, "edit_date") or moment_at(message, "date"),
    )


def _message(
    message: dict[str, Any],
    place: Place,
    ident: str,
    refs: NativeRefs,
    author: Participant | None,
    manner: Manner,
    origin: Origin,
) -> MessageReceived:
    own = author is not None and author.own
    other = addressed(message, place, origin, own)
    people = [person for person in (author, other) if person is not None]
    return MessageReceived(
        event_key=origin.event_key,
        lane_key=place.prefix,
        refs=refs,
        message_key=place.message_key(ident),
        conversation_keys=(place.topic_key(topic_of(message) if not place.private else None),),
        conversation_kind=place.kind,
        reply_to_key=place.message_key(refs.reply_to) if refs.reply_to else None,
        kind=InteractionKind.POST if manner.post else InteractionKind.MESSAGE,
        direction=_direction(message, own, origin),
        participants=tuple(people),
        parts=(*message_parts(message), *unknown_fields(message, KNOWN)),
        automated=_automation(message),
        occurred_at=moment_at(message, "date"),
    )


def _direction(message: object, own: bool, origin: Origin) -> Direction:
    writers = {id_at(message, "from", "id"), id_at(message, "sender_business_bot", "id")}
    if origin.bot_id is not None and origin.bot_id in writers:
        return Direction.ECHO
    return Direction.OUTBOUND if own else Direction.INBOUND


def _automation(message: object) -> str | None:
    if flag_at(message, "is_from_offline"):
        return "auto-replied"
    return "bot" if is_machine(message) else None
