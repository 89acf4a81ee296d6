"""Answers of the REST APIs: v2 (`data`, `includes`, `meta`) and v1.1 (a status, a user, an event, lists of them)."""

from typing import Any

from omnilink.model import Event, Ignored, Unparsed
from omnilink.plugin.fields import at, digest, list_at, object_at, text_at
from omnilink_x.activity import is_activity, parse_activity, parse_comment
from omnilink_x.direct import parse_chat, parse_dm
from omnilink_x.fields import id_at
from omnilink_x.origin import Origin
from omnilink_x.posts import parse_deletion, parse_post, post_id

_POST = ("text", "full_text", "author_id", "conversation_id", "edit_history_tweet_ids", "edit_history_post_ids",
         "in_reply_to_status_id_str", "retweet_count")  # fmt: skip
_DIRECT = ("message_create", "dm_conversation_id", "sender_id", "sender", "recipient_id")
_USER = ("screen_name", "username", "profile_image_url")
_LISTS = ("events", "statuses", "direct_messages", "users")


def parse_rest(payload: dict[str, Any], origin: Origin) -> list[Event]:
    """The events of one answer, each item read on its own.

    Args:
        payload: the whole object.
        origin: the payload's context.
    """
    origin = origin.knowing(object_at(payload, "includes"))
    if "data" in payload:
        data = payload["data"]
        return [e for item in (data if isinstance(data, list) else [data]) for e in parse_item(item, payload, origin)] \
            or [_quiet("empty_answer", payload, origin)]  # fmt: skip
    if isinstance(event := payload.get("event"), dict):
        return [parse_dm(event, origin.knowing(payload))]
    for name in _LISTS:
        if isinstance(listed := payload.get(name), list):
            known = origin if name == "users" else origin.knowing(payload)
            return [e for item in listed for e in parse_item(item, payload, known)] or [
                _quiet("empty_answer", payload, origin)
            ]
    return parse_item(payload, {}, origin)


def parse_item(item: object, around: object, origin: Origin) -> list[Event]:
    """The events of one object of unknown kind.

    Args:
        item: the object.
        around: the answer it stands in.
        origin: the payload's context.
    """
    if not isinstance(item, dict):
        return [_unparsed("item_not_an_object", item, origin)]
    if is_activity(item):
        return parse_activity(item, object_at(around, "includes"), origin)
    if deleted := object_at(item, "delete", "status"):
        author = id_at(deleted, "user_id_str") or id_at(deleted, "user_id")
        return [parse_deletion(object_at(item, "delete"), origin, post=post_id(deleted), author=author)]
    if direct := object_at(item, "direct_message"):
        return [parse_dm(direct, origin)]
    if "encoded_event" in item:
        return [parse_chat(item, origin)]
    if "broadcast_id" in item and ("text" in item or "message" in item):
        return [parse_comment(item, origin)]
    # `event_type` without a payload is a v2 direct message event (MessageCreate, ParticipantsJoin ...).
    if text_at(item, "event_type") or any(name in item for name in _DIRECT):
        return [parse_dm(item, origin)]
    if any(name in item for name in _POST):
        return [parse_post(item, origin)]
    return [_without_words(item, around, origin)]


def _without_words(item: dict[str, Any], around: object, origin: Origin) -> Event:
    ident = id_at(item, "id_str") or id_at(item, "id")
    if any(name in item for name in _USER):
        return Ignored(
            event_key=f"profile:{ident or ''}/{digest(item)}", lane_key=origin.lane, refs=origin.refs(),
            reason="user", what="profile",
        )  # fmt: skip
    if any(at(item, name) is not None for name in ("crc_token", "response_token")):
        return _quiet("challenge", item, origin)
    # What stands under `data` answers a request of ours (`{"data": {"following": true}}`).
    if ident is not None or list_at(item, "errors") or object_at(item, "meta") or object_at(around):
        return _quiet("no_content", item, origin)
    return _unparsed("unknown_object", item, origin)


def _quiet(reason: str, item: object, origin: Origin) -> Event:
    return Ignored(
        event_key=f"{reason}:{digest(item)}", lane_key=origin.lane, refs=origin.refs(), reason=reason,
        what="handshake" if reason == "challenge" else "unsupported",
    )  # fmt: skip


def _unparsed(reason: str, item: object, origin: Origin) -> Unparsed:
    return Unparsed(event_key=f"unparsed:{digest(item)}", lane_key=origin.lane, refs=origin.refs(), reason=reason)
