"""Direct messages: unencrypted ones of three API versions, encrypted ones (XChat), receipts and typing.

Sources: https://docs.x.com/x-api/activity/event-payloads, https://docs.x.com/x-api/direct-messages/lookup/integrate
"""

from datetime import datetime
from typing import Any

from omnilink.model import (
    ConversationKind,
    DeliveryUpdated,
    Direction,
    Event,
    Handle,
    Ignored,
    MessageReceived,
    Native,
    NativeRefs,
    Part,
    Participant,
    Role,
    Unparsed,
)
from omnilink.plugin.fields import digest, list_at, object_at, plain, text_at
from omnilink_x.content import direct_parts
from omnilink_x.fields import id_at, moment_at
from omnilink_x.origin import Origin

_ENCODED = ("encoded_event", "conversation_key_version", "conversation_key_change_event", "message_event_signature")


def dm_key(event_id: str) -> str:
    """Names one direct message."""
    return f"x:dm/{event_id}"


def pair_id(one: str | None, other: str | None) -> str | None:
    """X's own id of a conversation of two: `{smaller user id}-{larger user id}`."""
    if one is None or other is None or not (one + other).isdecimal() or len(one + other) > 60:
        return None
    small, large = sorted((one, other), key=int)
    return f"{small}-{large}"


def parse_dm(event: dict[str, Any], origin: Origin, *, sent: bool = False) -> Event:
    """An unencrypted direct message: `message_create` of v1.1 and the Activity API, or a v2 event.

    Args:
        event: its object.
        origin: the payload's context.
        sent: X says that the subscribed account sent it.
    """
    kind = text_at(event, "type") or text_at(event, "event_type") or "message_create"
    ident = id_at(event, "id_str") or id_at(event, "id")
    created = object_at(event, "message_create")
    sender = (
        id_at(created, "sender_id") or id_at(event, "sender_id_str") or id_at(event, "sender_id")
        or id_at(event, "sender", "id_str") or id_at(event, "sender", "id")
    )  # fmt: skip
    recipient = (
        id_at(created, "target", "recipient_id") or id_at(event, "recipient_id_str") or id_at(event, "recipient_id")
        or id_at(event, "recipient", "id_str") or id_at(event, "recipient", "id")
    )  # fmt: skip
    refs = origin.refs(
        message_id=ident, sender_id=sender, recipient_id=recipient,
        conversation_id=id_at(event, "dm_conversation_id") or id_at(event, "conversation_id"),
    )  # fmt: skip
    when = moment_at(event, "created_timestamp") or moment_at(event, "created_at")
    if kind not in ("message_create", "MessageCreate") and not text_at(event, "text"):
        return _quiet("membership" if "articipant" in kind else "dm_notice", event, origin, refs, when)
    if ident is None:
        return Unparsed(
            event_key=f"unparsed:dm/{digest(event)}", lane_key=origin.lane, refs=refs, reason="dm_without_id"
        )
    conversation = refs.conversation_id or pair_id(sender, recipient)
    group = refs.conversation_id is not None and "-" not in refs.conversation_id
    return _message(
        event, origin, sent, refs, when,
        event_key=f"dm:{ident}",
        message_key=dm_key(ident),
        conversation=f"x:dm-conversation/{conversation or ident}",
        group=group,
        parts=direct_parts(object_at(created, "message_data") or event, origin),
    )  # fmt: skip


def parse_chat(event: dict[str, Any], origin: Origin, *, sent: bool = False) -> Event:
    """An end-to-end encrypted message (XChat): that it was sent, by whom and when; what it says stays sealed.

    Args:
        event: the payload.
        origin: the payload's context.
        sent: X says that the subscribed account sent it.
    """
    ident, sender = id_at(event, "id"), id_at(event, "sender_id")
    chat = id_at(event, "conversation_id")
    refs = origin.refs(message_id=ident, sender_id=sender, conversation_id=chat)
    name = ident or origin.event_id
    if name is None:
        return Unparsed(
            event_key=f"unparsed:chat/{digest(event)}", lane_key=origin.lane, refs=refs, reason="chat_without_id"
        )
    sealed = {field: plain(event[field]) for field in _ENCODED if field in event}
    return _message(
        event, origin, sent, refs,
        moment_at(event, "created_at_msec") or moment_at(event, "created_at"),
        event_key=f"chat:{name}",
        message_key=f"x:chat/{name}",
        conversation=f"x:chat-conversation/{chat or name}",
        group=chat is not None and ":" not in chat and "-" not in chat,
        parts=(Native(name="encrypted", data=sealed), *direct_parts(event, origin)),
    )  # fmt: skip


def _message(
    event: dict[str, Any],
    origin: Origin,
    sent: bool,
    refs: NativeRefs,
    when: datetime | None,
    *,
    event_key: str,
    message_key: str,
    conversation: str,
    group: bool,
    parts: tuple[Part, ...],
) -> MessageReceived:
    author = origin.participant(Role.AUTHOR, refs.sender_id, object_at(event, "sender"))
    own = sent or (author is not None and author.own)
    if author is not None and own:
        author = author.model_copy(update={"own": True})
    people = [author, *_addressees(event, origin, refs, own)]
    return MessageReceived(
        event_key=event_key,
        lane_key=conversation,
        refs=refs,
        message_key=message_key,
        conversation_keys=(conversation,),
        conversation_kind=ConversationKind.GROUP if group else ConversationKind.DM,
        direction=Direction.ECHO if own else Direction.INBOUND,
        participants=tuple(person for person in people if person is not None),
        parts=parts,
        occurred_at=when,
    )


def _addressees(event: object, origin: Origin, refs: NativeRefs, own: bool) -> list[Participant | None]:
    """The other side: told, or to be read off the id of a conversation of two."""
    if refs.recipient_id is not None:
        return [origin.participant(Role.TO, refs.recipient_id, object_at(event, "recipient"))]
    chat = (refs.conversation_id or "").replace(":", "-")
    pair = chat.split("-")
    if len(pair) == 2 and all(ident.isdecimal() for ident in pair) and refs.sender_id in pair:
        return [origin.participant(Role.TO, ident) for ident in pair if ident != refs.sender_id]
    return [origin.participant(Role.TO, origin.user)] if not own and origin.user in origin.own_ids else []


def parse_read(event: dict[str, Any], origin: Origin) -> Event:
    """A read receipt: somebody read all up to one message of ours."""
    reader, last = id_at(event, "sender_id"), id_at(event, "last_read_event_id")
    recipient = id_at(event, "target", "recipient_id")
    refs = origin.refs(target_message_id=last, sender_id=reader, recipient_id=recipient)
    when = moment_at(event, "created_timestamp")
    if last is None:
        return _quiet("read_without_target", event, origin, refs, when)
    return DeliveryUpdated(
        event_key=f"read:{reader or ''}/{last}",
        lane_key=dm_key(last),
        refs=refs,
        target_key=dm_key(last),
        actor=origin.participant(Role.AUTHOR, reader),
        status="read",
        recipient=Handle.of("x", reader) if reader else None,
        occurred_at=when,
    )


def parse_typing(event: dict[str, Any], origin: Origin) -> Event:
    """Somebody is typing: noted; it is about no message."""
    refs = origin.refs(sender_id=id_at(event, "sender_id"), recipient_id=id_at(event, "target", "recipient_id"))
    return _quiet("indicate_typing", event, origin, refs, moment_at(event, "created_timestamp"))


def _quiet(reason: str, event: object, origin: Origin, refs: NativeRefs, when: datetime | None) -> Ignored:
    name = origin.event_id or refs.message_id or digest(event)
    return Ignored(
        event_key=f"{reason}:{name}", lane_key=origin.lane, refs=refs, reason=reason, what="system", occurred_at=when
    )


def items_of(holder: object, field: str) -> list[Any]:
    """The items of a list, or the holder itself where an event is not wrapped in one."""
    return list_at(holder, field) or [holder]
