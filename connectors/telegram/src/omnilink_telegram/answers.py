"""Answers: what the Bot API's answer to a call means. https://core.telegram.org/bots/api#making-requests"""

import json
from typing import Any

from omnilink.plugin import (
    Accepted,
    Answer,
    Declined,
    HttpAnswer,
    Outcome,
    Step,
    Throttled,
    Unknown,
    read_outcome,
    retry_after_s,
)
from omnilink_telegram.fields import id_at
from omnilink_telegram.place import Origin, place_of, topic_of
from omnilink_telegram.settings import TelegramSettings

# The API has no error numbers: https://core.telegram.org/bots/api#making-requests says that `description` may change,
# so these only sharpen what the status already says.
_REASONS = (
    ("blocked by the user", "opted-out"), ("user is deactivated", "unreachable"), ("chat not found", "unreachable"),
    ("can't initiate conversation", "cannot-start"), ("kicked from", "unreachable"), ("too long", "too-large"),
    ("not enough rights", "not-authorised"), ("have no rights", "not-authorised"),
)  # fmt: skip


def read_answer(step: Step, answer: Answer, settings: TelegramSettings) -> Outcome:
    """The outcome of a call."""
    if isinstance(answer, HttpAnswer) and answer.status >= 400 and (told := _read(answer)):
        if answer.status == 429:
            wait = (told.get("parameters") or {}).get("retry_after")
            wait_s = float(wait) if isinstance(wait, int) and wait >= 0 else retry_after_s(answer)
            return Throttled(wait_s, error_code="429")
        if answer.status < 500:
            description = str(told.get("description", "")).lower()
            for words, reason in _REASONS:
                if words in description:
                    return Declined(reason, error_code=str(answer.status))
    return read_outcome(answer, lambda ok: _accepted(ok, settings))


def _accepted(answer: HttpAnswer, settings: TelegramSettings) -> Accepted | Unknown:
    told = json.loads(answer.body)
    if told.get("ok") is not True:
        return Unknown("answer-not-ok")
    result = told.get("result")
    if result is True:  # a deletion, a reaction: there is no new message
        return Accepted()
    origin = Origin(home=settings.bot_id or settings.account)
    place = place_of(result, origin, business=bool(result.get("business_connection_id")))
    ident = id_at(result, "message_id")
    if place is None or ident is None:
        return Unknown("answer-without-id")
    topic = topic_of(result) if not place.private else None
    return Accepted((place.message_key(ident),), conversation_keys=(place.topic_key(topic),))


def _read(answer: HttpAnswer) -> dict[str, Any] | None:
    try:
        told = json.loads(answer.body)
    except ValueError:
        return None
    return told if isinstance(told, dict) else None
