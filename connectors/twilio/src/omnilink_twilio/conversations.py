"""Twilio Conversations' post-action webhooks: messages of a conversation with SMS, WhatsApp or chat participants.

https://www.twilio.com/docs/conversations/conversations-webhooks
"""

import json
from collections.abc import Iterator

from omnilink.model import (
    ConversationKind,
    DeliveryUpdated,
    Direction,
    Event,
    Handle,
    Ignored,
    MessageDeleted,
    MessageEdited,
    MessageReceived,
    NativeRefs,
    Participant,
    Role,
    Unparsed,
)
from omnilink.model.part import Media, Part, Text
from omnilink_twilio.addresses import is_own, make_citizen, make_own, read_address
from omnilink_twilio.form import Form, clean
from omnilink_twilio.settings import TwilioSettings

_MEDIA = {"SMS": "sms", "WHATSAPP": "whatsapp", "MESSENGER": "messenger", "SDK": "chat", "API": "chat"}
_PRE_ACTION = frozenset({"onMessageAdd", "onMessageUpdate", "onMessageRemove"})


def is_conversation(form: Form) -> bool:
    """Is it one of Conversations' events (`onMessageAdded`, `onParticipantAdded` ...)?"""
    return (form.get("EventType") or "").startswith("on") and form.has("ConversationSid", "ChatServiceSid", "UserSid")


def parse_conversation(form: Form, settings: TwilioSettings, *, verified: bool) -> Event:
    """One event of a conversation.

    Args:
        form: the request's fields.
        settings: the account's.
        verified: Twilio's signature over the envelope was checked.
    """
    event, sid = form.get("EventType") or "", form.get("MessageSid")
    conversation = form.get("ConversationSid")
    lane = f"twilio:{conversation or 'conversations'}"
    at = form.moment("DateUpdated", "DateCreated", "Timestamp")
    refs = NativeRefs(
        message_id=sid,
        conversation_id=conversation,
        account_id=form.get("AccountSid"),
        sender_id=form.get("Author"),
    )
    if event in _PRE_ACTION:
        # Asked before it happens; what did happen comes as the post-action event. Alone it must not pass unseen.
        return Unparsed(
            event_key=f"hook:{event}:{form.digest()}", lane_key=lane, refs=refs, reason="pre_action_webhook"
        )
    reason = form.code("EventType", otherwise="conversation")
    if sid is None or not event.startswith(("onMessage", "onDelivery")):
        return Ignored(
            event_key=f"hook:{event}:{form.digest()}", lane_key=lane, occurred_at=at, refs=refs, reason=reason
        )
    about = refs.model_copy(update={"message_id": None, "target_message_id": sid})
    target = f"twilio:{sid}"
    author, ours = _read_author(form, settings, verified=verified)
    medium = _MEDIA.get((form.get("Source") or "").upper())
    if event == "onMessageUpdated":
        return MessageEdited(
            event_key=f"edit:{sid}:{form.digest()}", lane_key=lane, occurred_at=at, refs=about, target_key=target,
            actor=author, parts=_read_parts(form),
        )  # fmt: skip
    if event == "onMessageRemoved":
        return MessageDeleted(
            event_key=f"delete:{sid}", lane_key=lane, occurred_at=at, refs=about, target_key=target, actor=author
        )
    if event == "onDeliveryUpdated":
        status = form.get("Status") or "unknown"
        who = form.get("ParticipantSid") or ""
        return DeliveryUpdated(
            event_key=f"status:{sid}:{status}:{who}", lane_key=lane, occurred_at=at, refs=refs, target_key=target,
            status=status, error_code=form.get("ErrorCode"),
        )  # fmt: skip
    return MessageReceived(
        event_key=f"msg:{sid}",
        lane_key=lane,
        occurred_at=form.moment("DateCreated", "Timestamp"),
        refs=refs,
        message_key=target,
        channel=medium,
        conversation_keys=(lane if conversation else target,),
        conversation_kind=ConversationKind.GROUP,
        direction=Direction.ECHO if ours else Direction.INBOUND,
        participants=(author,),
        parts=_read_parts(form),
    )


def _read_author(form: Form, settings: TwilioSettings, *, verified: bool) -> tuple[Participant, bool]:
    """Who wrote it, and whether that is our side: a configured address, or the agency's own program (`Source=API`)."""
    address = read_address(form, "Author")
    if is_own(settings, address):
        return make_own(address, Role.AUTHOR), True
    if address is not None and address.handle() is not None:
        return make_citizen(form, settings, address, Role.AUTHOR, verified=verified, speaks=True), False
    if (form.get("Source") or "").upper() == "API":
        return make_own(None, Role.AUTHOR), True
    person = make_citizen(form, settings, address, Role.AUTHOR, verified=verified, speaks=True)
    identity = form.get("ClientIdentity", "Author")
    if identity is not None and len(identity) <= 300:
        handle = Handle.of("ext", identity, scope=f"twilio-client-{form.get('AccountSid') or ''}")
        person = person.model_copy(update={"handle": handle})
    return person, False


def _read_parts(form: Form) -> tuple[Part, ...]:
    return tuple(_read_content(form))


def _read_content(form: Form) -> Iterator[Part]:
    if body := form.get("Body"):
        yield Text(text=body)
    try:
        media = json.loads(form.get("Media") or "[]")
    except (ValueError, RecursionError):
        media = []
    for one in media if isinstance(media, list) else []:
        told = one if isinstance(one, dict) else {}
        named = {str(k).lower(): clean(v) for k, v in told.items() if isinstance(v, str)}
        yield Media(ref=named.get("sid"), mime_type=named.get("contenttype"), filename=named.get("filename"))
