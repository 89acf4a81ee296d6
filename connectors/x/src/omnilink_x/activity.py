"""X Activity API: `data.event_type` and `data.payload`.

Source: https://docs.x.com/x-api/activity/event-payloads
"""

import re
from typing import Any

from omnilink.model import (
    ConversationKind,
    Direction,
    Event,
    Ignored,
    InteractionKind,
    MessageReceived,
    Role,
    Text,
    Unparsed,
)
from omnilink.plugin.fields import digest, object_at, text_at
from omnilink_x.direct import items_of, parse_chat, parse_dm, parse_read, parse_typing
from omnilink_x.fields import id_at, moment_at
from omnilink_x.origin import Origin
from omnilink_x.posts import parse_deletion, parse_like, parse_post, parse_repost

NOTICES = ("follow.", "mute.", "block.", "profile.", "spaces.", "broadcast.", "news.", "oauth.", "chat.")
"""Families of events that nothing in a citizen's history needs, but for those read below."""

_ADDRESSED = frozenset({"post.mention.create", "post.reply.create", "post.quote.create"})
_PUBLIC = ("post.create", "post.delete", "profile.", "spaces.", "broadcast.start", "broadcast.end", "news.", "follow.")
"""Events that anybody may subscribe to, for any account: the account they come through need not be ours."""

_NAME = re.compile(r"[a-z][a-z0-9_.]{0,60}")


def is_activity(data: object) -> bool:
    """Whether an object is an event of the Activity API (a v2 direct message has an `event_type` too)."""
    return text_at(data, "event_type") is not None and any(
        isinstance(data, dict) and name in data for name in ("payload", "event_uuid", "filter")
    )


def parse_activity(data: dict[str, Any], includes: object, origin: Origin) -> list[Event]:
    """The events of one activity.

    Args:
        data: the object under `data`.
        includes: an `includes` object beside it, if there is one (it usually stands inside).
        origin: the payload's context.
    """
    kind = text_at(data, "event_type") or ""
    payload = object_at(data, "payload")
    user = id_at(data, "filter", "user_id")
    origin = origin.knowing(includes, object_at(data, "includes"), payload)
    origin = origin.through(user, id_at(data, "event_uuid"), private=not kind.startswith(_PUBLIC))
    match kind:
        case "post.delete":
            return [parse_deletion(payload, origin, post=id_at(payload, "id"), author=id_at(payload, "author_id"))]
        case "post.repost.create":
            return [parse_repost(payload, origin)]
        case "like.create" | "like.delete":
            return [_like(data, payload, origin, removed=kind == "like.delete")]
        case "dm.received" | "dm.sent":
            events = items_of(payload, "direct_message_events")
            return [_each(event, lambda e: parse_dm(e, origin, sent=kind == "dm.sent"), origin) for event in events]
        case "dm.read":
            return [_each(e, lambda e: parse_read(e, origin), origin)
                    for e in items_of(payload, "direct_message_mark_read_events")]  # fmt: skip
        case "dm.indicate_typing":
            return [_each(e, lambda e: parse_typing(e, origin), origin)
                    for e in items_of(payload, "direct_message_indicate_typing_events")]  # fmt: skip
        case "chat.received" | "chat.sent":
            return [parse_chat(payload, origin, sent=kind == "chat.sent")]
        case "broadcast.chat":
            return [parse_comment(payload, origin)]
    if kind.startswith("post."):
        return [parse_post(payload, origin, addressed=kind in _ADDRESSED)]
    return [_other(kind, data, payload, origin)]


def _each(event: object, parse: Any, origin: Origin) -> Event:
    if isinstance(event, dict):
        parsed: Event = parse(event)
        return parsed
    name = f"{origin.event_id or ''}/{digest(event)}"
    return Unparsed(event_key=f"unparsed:{name}", lane_key=origin.lane, refs=origin.refs(), reason="item_not_an_object")


def _like(data: object, payload: dict[str, Any], origin: Origin, *, removed: bool) -> Event:
    """A like: `outbound` by the subscribed account; of an `inbound` one the liker is among the users, if told."""
    author = id_at(payload, "liked_tweet_author_id") or id_at(payload, "tweet_author_id")
    direction = text_at(data, "filter", "direction")
    liker = id_at(payload, "user_id") or id_at(payload, "liking_user_id")
    if liker is None and direction == "outbound":
        liker = origin.user
    if liker is None and direction == "inbound":
        others = [user for user in origin.users if user not in (author, origin.user)]
        liker = others[0] if len(others) == 1 else None
    post = id_at(payload, "liked_tweet_id") or id_at(payload, "liked_post_id")
    return parse_like(payload, origin, post=post, liker=liker, removed=removed)


def parse_comment(payload: dict[str, Any], origin: Origin) -> Event:
    """A message in the chat of a live broadcast of ours."""
    ident = id_at(payload, "message_id") or id_at(payload, "id")
    author = object_at(payload, "author", "data") or object_at(payload, "author")
    sender = id_at(author, "id") or id_at(payload, "author_id")
    name = ident or origin.event_id
    broadcast = id_at(payload, "broadcast_id")
    refs = origin.refs(message_id=ident, sender_id=sender)
    if name is None:
        return Unparsed(
            event_key=f"unparsed:{digest(payload)}", lane_key=origin.lane, refs=refs, reason="comment_without_id"
        )
    told = author or {"name": text_at(payload, "author_name"), "username": text_at(payload, "author_username")}
    person = origin.participant(Role.AUTHOR, sender, told)
    text = text_at(payload, "message") or text_at(payload, "text")
    conversation = f"x:broadcast/{broadcast or name}"
    return MessageReceived(
        event_key=f"comment:{name}",
        lane_key=conversation,
        refs=refs,
        message_key=f"x:broadcast-chat/{name}",
        conversation_keys=(conversation,),
        conversation_kind=ConversationKind.PUBLIC,
        kind=InteractionKind.COMMENT,
        direction=Direction.OUTBOUND if person is not None and person.own else Direction.INBOUND,
        participants=(person,) if person is not None else (),
        parts=(Text(text=text),) if text else (),
        occurred_at=moment_at(payload, "created_at") or moment_at(payload, "created_at_ms"),
    )


def _other(kind: str, data: object, payload: dict[str, Any], origin: Origin) -> Event:
    if "encoded_event" in payload and id_at(payload, "sender_id") and kind != "chat.conversation_join":
        # A later kind of encrypted event: sealed like the others, but somebody said something.
        return parse_chat(payload, origin)
    if kind.startswith("dm.") and "direct_message_events" in payload:
        return Unparsed(
            event_key=f"unparsed:{origin.event_id or digest(data)}", lane_key=origin.lane, refs=origin.refs(),
            reason="unknown_dm_event",
        )  # fmt: skip
    name = kind if _NAME.fullmatch(kind) else "unknown"
    sender = (
        id_at(payload, "source", "data", "id") or id_at(payload, "source", "id") or id_at(payload, "user", "data", "id")
        or id_at(payload, "sender_id")
    )  # fmt: skip
    return Ignored(
        event_key=f"event:{origin.event_id or digest(data)}",
        lane_key=origin.lane,
        refs=origin.refs(sender_id=sender),
        reason=name,
        what="system" if kind.startswith(NOTICES) else "unsupported",
        occurred_at=moment_at(payload, "event_timestamp_ms") or moment_at(payload, "date_time"),
    )
