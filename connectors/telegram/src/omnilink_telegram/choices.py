"""What somebody pressed or picked: buttons, inline results, votes."""

from typing import Any

from omnilink.model import (
    ChoiceMade,
    Choices,
    ConversationKind,
    Direction,
    Event,
    Location,
    Native,
    NativeRefs,
    Part,
    Participant,
    Role,
    Text,
)
from omnilink.plugin.fields import at, clean, degrees_at, list_at, object_at, plain, text_at
from omnilink_telegram.fields import id_at
from omnilink_telegram.people import participant
from omnilink_telegram.place import Origin, place_of, topic_of


def parse_callback(query: dict[str, Any], origin: Origin) -> Event:
    """A button under a message (https://core.telegram.org/bots/api#callbackquery).

    The message may be out of the bot's reach (`InaccessibleMessage`), or not be told at all (inline messages).
    """
    message = object_at(query, "message")
    place = place_of(message, origin, business=text_at(message, "business_connection_id") is not None)
    ident = id_at(message, "message_id")
    value = text_at(query, "data") or text_at(query, "game_short_name")
    parts = (Choices(value=value, label=_label(message, text_at(query, "data"))),)
    name = text_at(query, "id") or origin.mark
    key = f"telegram:callback/{name}" if text_at(query, "id") else origin.key("callback", name)
    refs = NativeRefs(
        event_id=origin.update_id,
        target_message_id=ident,
        conversation_id=place.chat if place else None,
        thread_id=id_at(message, "message_thread_id"),
        account_id=origin.bot_id,
        sender_id=id_at(query, "from", "id"),
    )
    if place is not None:
        topic = topic_of(message) if not place.private else None
        return _choice(
            query, origin, refs, key, place.topic_key(topic), parts, lane=place.prefix, kind=place.kind,
            answers=place.message_key(ident) if ident else None,
        )  # fmt: skip
    chat = text_at(query, "chat_instance") or text_at(query, "inline_message_id") or name
    return _choice(query, origin, refs, key, origin.key("chat_instance", chat), parts, kind=ConversationKind.GROUP)


def _label(message: object, data: str | None) -> str | None:
    """The words on the button that was pressed, if the message still shows it."""
    if data is None:
        return None
    for row in list_at(message, "reply_markup", "inline_keyboard"):
        for button in row if isinstance(row, list) else ():
            if text_at(button, "callback_data") == data:
                return text_at(button, "text")
    return None


def parse_inline(query: dict[str, Any], origin: Origin) -> Event:
    """What somebody typed to the bot in another chat, or the result chosen there.

    Sources: https://core.telegram.org/bots/api#inlinequery, https://core.telegram.org/bots/api#choseninlineresult
    """
    sender = id_at(query, "from", "id")
    refs = NativeRefs(event_id=origin.update_id, account_id=origin.bot_id, sender_id=sender)
    parts: list[Part] = []
    if words := text_at(query, "query"):
        parts.append(Text(text=words))
    if (chosen := text_at(query, "result_id")) is not None:
        parts.append(Choices(value=chosen))
    latitude = degrees_at(query, 90, "location", "latitude")
    longitude = degrees_at(query, 180, "location", "longitude")
    if latitude is not None and longitude is not None:
        parts.append(Location(latitude=latitude, longitude=longitude))
    key = origin.key("inline", origin.mark)
    # Telegram does not tell in which chat it was typed.
    return _choice(query, origin, refs, key, origin.key("inline", "of", sender or origin.mark), tuple(parts))


def parse_vote(answer: dict[str, Any], origin: Origin) -> Event:
    """A vote in a poll of the bot; an empty one takes it back (https://core.telegram.org/bots/api#pollanswer)."""
    voter = object_at(answer, "user") or object_at(answer, "voter_chat")
    poll = text_at(answer, "poll_id")
    refs = NativeRefs(event_id=origin.update_id, account_id=origin.bot_id, sender_id=id_at(voter, "id"))
    lasting = [clean(option) for option in list_at(answer, "option_persistent_ids") if isinstance(option, str)]
    numbers = [number for place in range(len(list_at(answer, "option_ids")))
               if (number := id_at(answer, "option_ids", place)) is not None]  # fmt: skip
    parts: tuple[Part, ...] = tuple(Choices(action_id=poll, value=option) for option in lasting or numbers)
    if not parts:
        parts = (Choices(action_id=poll), Native(name="vote_retracted", data={"poll_id": poll}))
    elif lasting and numbers:
        parts = (*parts, Native(name="option_ids", data={"option_ids": plain(numbers)}))
    key = origin.key("vote", origin.mark)
    conversation = origin.key("poll", poll or origin.mark)
    return _choice({"from": voter}, origin, refs, key, conversation, parts, kind=ConversationKind.GROUP)


def _choice(
    query: dict[str, Any],
    origin: Origin,
    refs: NativeRefs,
    key: str,
    conversation: str,
    parts: tuple[Part, ...],
    *,
    lane: str | None = None,
    kind: ConversationKind = ConversationKind.DM,
    answers: str | None = None,
) -> ChoiceMade:
    author: Participant | None = participant(Role.AUTHOR, at(query, "from"), origin)
    return ChoiceMade(
        event_key=origin.event_key,
        lane_key=lane or conversation,
        refs=refs,
        message_key=key,
        conversation_keys=(conversation,),
        conversation_kind=kind,
        reply_to_key=answers,
        direction=Direction.OUTBOUND if author is not None and author.own else Direction.INBOUND,
        participants=(author,) if author is not None else (),
        parts=parts,
    )
