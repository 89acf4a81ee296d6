"""Events API: the inner event of an `event_callback` as one of our events."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from omnilink.model import (
    ConversationKind,
    Direction,
    Event,
    Ignored,
    MessageDeleted,
    MessageEdited,
    MessageReceived,
    Native,
    NativeRefs,
    Participant,
    ReactionChanged,
    Role,
    Unparsed,
)
from omnilink.plugin.fields import at, digest, list_at, object_at, text_at
from omnilink_slack.content import message_parts
from omnilink_slack.fields import moment
from omnilink_slack.origin import Origin

NOTICES = frozenset({
    "assistant_app_thread", "bot_add", "bot_disable", "bot_enable", "bot_remove", "channel_archive",
    "channel_canvas_updated", "channel_convert_to_private", "channel_convert_to_public", "channel_join",
    "channel_leave", "channel_name", "channel_posting_permissions", "channel_purpose", "channel_topic",
    "channel_unarchive", "file_mention", "group_archive", "group_join", "group_leave",
    "group_name", "group_purpose", "group_topic", "group_unarchive", "huddle_thread", "joiner_notification",
    "joiner_notification_for_inviter", "message_replied", "pinned_item", "reminder_add", "reply_broadcast",
    "sh_room_created", "sh_room_shared", "tombstone", "unpinned_item",
})  # fmt: skip
"""Subtypes Slack writes itself, about a channel or a message (https://docs.slack.dev/reference/events/message).

All others (`me_message`, `bot_message`, `file_share`, a future one) are somebody's words and are recorded.
"""

ORDINARY = frozenset({"bot_message", "file_share", "thread_broadcast"})
"""Subtypes that say nothing of the content; any other one is kept as a part."""

ACCOUNT_EVENTS = frozenset({"app_uninstalled", "app_installed", "app_requested", "app_deleted", "tokens_revoked",
                            "app_uninstalled_team", "team_access_granted", "team_access_revoked"})  # fmt: skip
PROFILE_EVENTS = frozenset({"user_change", "user_profile_changed", "user_status_changed", "user_huddle_changed"})

_NAME = re.compile(r"[a-z0-9_.]{1,80}")
_SYSTEM_USERS = frozenset({"USLACK", "USLACKBOT"})


def parse_event(payload: Mapping[str, object], origin: Origin) -> Event:
    """The event of one delivery.

    Args:
        payload: the outer object, whose `type` is `event_callback`.
        origin: where it comes from.
    """
    outer = dict(payload)
    event = object_at(outer, "event")
    kind = text_at(event, "type")
    if kind is None:
        return _unparsed("event_without_type", outer, origin)
    if kind == "message" and text_at(event, "subtype") == "message_changed":
        if text_at(event, "message", "subtype") == "tombstone":
            # The root of a thread is not deleted but emptied; its author withdrew it all the same.
            return _deletion(outer, event, origin)
        return _edit(outer, event, origin)
    if kind == "message" and text_at(event, "subtype") == "message_deleted":
        return _deletion(outer, event, origin)
    if kind == "app_mention" or (kind == "message" and text_at(event, "subtype") not in NOTICES):
        return _message(outer, event, origin)
    if kind in ("reaction_added", "reaction_removed"):
        return _reaction(outer, event, kind, origin)
    return _quiet(outer, event, kind, origin)


def channel_of(node: object) -> str | None:
    """The channel an object names; some events give it as an object."""
    return (
        text_at(node, "channel")
        or text_at(node, "channel", "id")
        or text_at(node, "channel_id")
        or text_at(node, "item", "channel")
    )


def user_of(node: object) -> str | None:
    """The user an object names; some events give it as an object."""
    return text_at(node, "user") or text_at(node, "user", "id") or text_at(node, "user_id")


def is_direct(channel: str, channel_type: str | None = None) -> bool:
    """Whether a channel is a conversation of two; `app_mention` has no `channel_type`, the id tells as well."""
    return channel_type == "im" or channel.startswith("D")


def conversation_of(
    channel: str, ts: str | None, thread_ts: str | None, direct: bool, origin: Origin
) -> tuple[str, ...]:
    """The keys of a message's native thread.

    In a channel every root message is its own thread and its replies cite the root's `ts`. In a direct message the
    two people have one conversation, whether or not they open threads in it.
    """
    thread = origin.key(channel, thread_ts) if thread_ts else None
    if direct:
        return (origin.key(channel), thread) if thread else (origin.key(channel),)
    return (thread or origin.key(channel, ts or ""),)


def _refs(event: object, origin: Origin, **more: str | None) -> NativeRefs:
    known: dict[str, str | None] = {
        "event_id": origin.event_id,
        "account_id": origin.team,
        "conversation_id": channel_of(event),
        "sender_id": user_of(event),
        "thread_id": text_at(event, "thread_ts"),
    }
    return NativeRefs(**{**known, **more})


def _occurred_at(outer: object, event: object) -> datetime | None:
    told = (at(event, "ts"), at(event, "event_ts"), at(outer, "event_ts"), at(outer, "event_time"))
    return next((found for value in told if (found := moment(value)) is not None), None)


def _author(event: object, origin: Origin) -> tuple[Participant, bool]:
    """Who wrote a message, and whether it is a machine."""
    profile = object_at(event, "bot_profile")
    machine = bool(text_at(event, "bot_id") or profile or text_at(event, "subtype") == "bot_message")
    user = user_of(event)
    display = (
        text_at(event, "user_profile", "display_name")
        or text_at(event, "user_profile", "real_name")
        or text_at(event, "username")
        or text_at(profile, "name")
    )
    team = origin.user_team(event, "user_team", "source_team", "team")
    author = origin.participant(Role.AUTHOR, user or text_at(event, "bot_id"), team, display)
    return author, machine or user in _SYSTEM_USERS


def _by_this_app(message: object, origin: Origin) -> bool:
    app_id = text_at(message, "app_id") or text_at(message, "bot_profile", "app_id")
    return app_id is not None and app_id == origin.app_id


def _mentions(event: object, user: str | None) -> bool:
    """Whether a text addresses a user (`<@U1>`, formerly `<@U1|name>`); `app_mention` and its `message` twin agree."""
    text = text_at(event, "text") or ""
    return user is not None and (f"<@{user}>" in text or f"<@{user}|" in text)


def _message(outer: dict[str, object], event: dict[str, object], origin: Origin) -> Event:
    channel, ts = channel_of(event), text_at(event, "ts")
    if channel is None or ts is None:
        return _unparsed("message_without_id", outer, origin)
    author, machine = _author(event, origin)
    files = [name for file in list_at(event, "files") if (name := text_at(file, "id"))]
    # A file that the bot's token shares comes as the bot user's, not always with the app's id.
    by_our_bot = bool(files) and origin.bot_user is not None and user_of(event) == origin.bot_user
    echo = by_our_bot or _by_this_app(event, origin)
    subtype = text_at(event, "subtype")
    manner = (Native(name="message_subtype", data={"subtype": subtype}),) if subtype and subtype not in ORDINARY else ()
    direction = Direction.ECHO if echo else Direction.OUTBOUND if author.own else Direction.INBOUND
    if echo:
        author = author.model_copy(update={"own": True})
    direct = is_direct(channel, text_at(event, "channel_type"))
    participants = [author]
    addressed = direct or _mentions(event, origin.bot_user)
    if addressed and not author.own and user_of(event) != origin.bot_user and (bot := origin.bot()) is not None:
        participants.append(bot)
    thread_ts = text_at(event, "thread_ts")
    # Completing an upload tells the file's id and no `ts`: what we sent is known by that.
    sent = tuple(origin.key("file", name) for name in files) if echo else ()
    # `app_mention` and `message` tell of one post: the post, not the delivery, is the event.
    return MessageReceived(
        event_key=f"msg:{origin.home}/{channel}/{ts}",
        lane_key=origin.key(channel),
        refs=_refs(event, origin, message_id=ts, sender_id=user_of(event) or text_at(event, "bot_id")),
        message_key=origin.key(channel, ts),
        also_keys=sent,
        conversation_keys=(*conversation_of(channel, ts, thread_ts, direct, origin), *sent),
        conversation_kind=ConversationKind.DM if direct else ConversationKind.GROUP,
        reply_to_key=origin.key(channel, thread_ts) if thread_ts and thread_ts != ts else None,
        direction=direction,
        participants=tuple(participants),
        parts=(*message_parts(event), *manner),
        automated="bot" if machine else None,
        occurred_at=_occurred_at(outer, event),
    )


def _edit(outer: dict[str, object], event: dict[str, object], origin: Origin) -> Event:
    channel, message = channel_of(event), object_at(event, "message")
    target = text_at(message, "ts") or text_at(event, "previous_message", "ts")
    if channel is None or target is None:
        return _unparsed("edit_without_target", outer, origin)
    author = user_of(message)
    editor = text_at(message, "edited", "user") or author
    actor = None
    if editor is not None:
        actor = origin.participant(Role.AUTHOR, editor, origin.user_team(message, "user_team", "source_team", "team"))
        if _by_this_app(message, origin):
            actor = actor.model_copy(update={"own": True})
    return MessageEdited(
        event_key=f"edit:{origin.home}/{channel}/{_stamp(event, origin) or digest(outer)}",
        lane_key=origin.key(channel),
        refs=_refs(event, origin, target_message_id=target, sender_id=author or text_at(message, "bot_id"),
                   thread_id=text_at(event, "thread_ts") or text_at(message, "thread_ts")),
        target_key=origin.key(channel, target),
        actor=actor,
        parts=message_parts(message),
        occurred_at=_occurred_at(outer, event),
    )  # fmt: skip


def _deletion(outer: dict[str, object], event: dict[str, object], origin: Origin) -> Event:
    channel, previous = channel_of(event), object_at(event, "previous_message")
    target = text_at(event, "deleted_ts") or text_at(previous, "ts") or text_at(event, "message", "ts")
    if channel is None or target is None:
        return _unparsed("deletion_without_target", outer, origin)
    # Slack does not say who deleted it (an administrator may); the author is known, the actor is not.
    return MessageDeleted(
        event_key=f"delete:{origin.home}/{channel}/{target}",
        lane_key=origin.key(channel),
        refs=_refs(event, origin, target_message_id=target,
                   sender_id=user_of(previous) or text_at(previous, "bot_id"),
                   thread_id=text_at(event, "thread_ts") or text_at(previous, "thread_ts")),
        target_key=origin.key(channel, target),
        occurred_at=_occurred_at(outer, event),
    )  # fmt: skip


def _reaction(
    outer: dict[str, object],
    event: dict[str, object],
    kind: str,
    origin: Origin,
) -> Event:
    channel, item = channel_of(event), object_at(event, "item")
    name, user = text_at(event, "reaction"), user_of(event)
    file = text_at(item, "file_comment") or text_at(item, "file")
    if name is None or ((target := text_at(item, "ts")) is None and file is None):
        return _unparsed("reaction_without_target", outer, origin)
    # Reactions to files are no longer sent, but old exports hold them.
    place = (channel or "", target) if target is not None else ("file", file or "")
    when = _stamp(event, origin) or text_at(outer, "event_ts") or digest(outer)
    added = kind == "reaction_added"
    return ReactionChanged(
        event_key=f"{kind}:{origin.home}/{'/'.join(place)}/{user or ''}/{name}/{when}",
        lane_key=origin.key(place[0]),
        refs=_refs(event, origin, target_message_id=target),
        target_key=origin.key(*place),
        actor=origin.participant(Role.AUTHOR, user, origin.user_team(event, "user_team", "team")) if user else None,
        added=(name,) if added else (),
        removed=() if added else (name,),
        occurred_at=_occurred_at(outer, event),
    )


def _quiet(outer: dict[str, object], event: dict[str, object], kind: str, origin: Origin) -> Event:
    what: Literal["account", "profile", "system"] = (
        "account" if kind in ACCOUNT_EVENTS else "profile" if kind in PROFILE_EVENTS else "system"
    )
    subtype = text_at(event, "subtype") if kind == "message" else None
    channel = channel_of(event)
    name = f"message.{subtype}" if subtype else kind
    return Ignored(
        event_key=f"quiet:{origin.home}/{name}/{origin.event_id or digest(outer)}",
        lane_key=origin.key(channel) if channel else origin.key(),
        refs=_refs(event, origin, message_id=text_at(event, "ts") if kind == "message" else None),
        reason=name if _NAME.fullmatch(name) else "unknown",
        what=what,
        occurred_at=_occurred_at(outer, event),
    )


def _stamp(event: object, origin: Origin) -> str | None:
    """What tells two events of one kind about one thing apart."""
    return text_at(event, "ts") or text_at(event, "event_ts") or origin.event_id


def _unparsed(reason: str, outer: dict[str, object], origin: Origin) -> Unparsed:
    return Unparsed(
        event_key=f"unparsed:{origin.home}/{digest(outer)}",
        lane_key=origin.key(),
        reason=reason,
        refs=NativeRefs(event_id=origin.event_id, account_id=origin.team),
    )
