"""Account Activity API (deprecated): `for_user_id` and lists named `*_events`.

Source: https://docs.x.com/x-api/account-activity/introduction
"""

from collections.abc import Callable
from typing import Any

from omnilink.model import Event, Ignored, Unparsed
from omnilink.plugin.fields import clean, digest, object_at
from omnilink_x.direct import parse_dm, parse_read, parse_typing
from omnilink_x.fields import id_at, moment_at
from omnilink_x.origin import Origin
from omnilink_x.posts import is_repost, parse_deletion, parse_like, parse_post, parse_repost, post_id

NOTICES = frozenset({
    "follow_events", "unfollow_events", "block_events", "unblock_events", "mute_events", "unmute_events", "user_event",
})  # fmt: skip


def is_account_activity(payload: dict[str, Any]) -> bool:
    """Whether an object is an Account Activity payload."""
    return "user_event" in payload or any(
        name.endswith("_events") and isinstance(value, list) for name, value in payload.items()
    )


def parse_account_activity(payload: dict[str, Any], origin: Origin) -> list[Event]:
    """The events of one payload, each item read on its own.

    Args:
        payload: the whole object.
        origin: the payload's context.
    """
    # Only the account's own holder can subscribe to it, so it is ours.
    origin = origin.knowing(payload).through(id_at(payload, "for_user_id"))
    events: list[Event] = []
    for name, value in payload.items():
        if name == "user_event" or (name.endswith("_events") and isinstance(value, list)):
            for item in value if isinstance(value, list) else [value]:
                events.append(_parse(name, item, origin))
    return events or [_quiet("empty_activity", payload, origin)]


def _parse(name: str, item: object, origin: Origin) -> Event:
    if not isinstance(item, dict):
        return Unparsed(
            event_key=f"unparsed:{clean(name[:60])}/{digest(item)}", lane_key=origin.lane, refs=origin.refs(),
            reason="item_not_an_object",
        )  # fmt: skip
    readers: dict[str, Callable[[dict[str, Any], Origin], Event]] = {
        "tweet_create_events": _post,
        "tweet_delete_events": _deletion,
        "favorite_events": _like,
        "direct_message_events": parse_dm,
        "direct_message_mark_read_events": parse_read,
        "direct_message_indicate_typing_events": parse_typing,
    }
    if name in readers:
        return readers[name](item, origin)
    return _quiet(name if name in NOTICES else "unknown", item, origin)


def _post(post: dict[str, Any], origin: Origin) -> Event:
    return parse_repost(post, origin) if is_repost(post) else parse_post(post, origin)


def _deletion(deleted: dict[str, Any], origin: Origin) -> Event:
    status = object_at(deleted, "status")
    author = id_at(status, "user_id_str") or id_at(status, "user_id")
    return parse_deletion(deleted, origin, post=post_id(status), author=author)


def _like(like: dict[str, Any], origin: Origin) -> Event:
    user = object_at(like, "user")
    liker = id_at(user, "id_str") or id_at(user, "id")
    return parse_like(like, origin, post=post_id(object_at(like, "favorited_status")), liker=liker, told=user)


def _quiet(reason: str, item: dict[str, Any], origin: Origin) -> Event:
    sender = id_at(item, "source", "id") or id_at(item, "revoke", "source", "user_id")
    return Ignored(
        event_key=f"{reason}:{digest(item)}",
        lane_key=origin.lane,
        refs=origin.refs(sender_id=sender),
        reason=reason,
        what="unsupported" if reason == "unknown" else "system",
        occurred_at=moment_at(item, "created_timestamp") or moment_at(item, "revoke", "date_time"),
    )
