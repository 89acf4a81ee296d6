"""Payload corpus → kinds and facts: one mapping from events, the same for every channel."""

import hashlib
import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from predict_connectors import Connectors

from omnilink.model import (
    Authenticity,
    Call,
    CallUpdated,
    ChoiceMade,
    Choices,
    ConversationKind,
    DeliveryUpdated,
    Direction,
    Envelope,
    Event,
    HandleLearned,
    Ignored,
    InteractionKind,
    Location,
    Media,
    MessageDeleted,
    MessageEdited,
    MessageReceived,
    OptOutReceived,
    Part,
    Participant,
    ReactionChanged,
    Role,
    Text,
    Unparsed,
)
from omnilink.plugin import Parses

CONNECTOR_OF = {
    "email_raw": "email",
    "slack": "slack",
    "telegram": "telegram",
    "twilio_sms": "twilio",
    "twilio_voice": "twilio",
    "twilio_whatsapp": "twilio",
    "whatsapp_cloud": "whatsapp",
    "x": "x",
}
"""Channel of the corpus → connector that reads it; other channels are not read by this version."""

CONTENT_TYPE_OF = {
    "form": "application/x-www-form-urlencoded",
    "json": "application/json",
    "eml": "message/rfc822",
}
READ_AT = datetime(2026, 1, 1, tzinfo=UTC)
"""When the files are said to have arrived: no prediction depends on the clock."""

Row = dict[str, Any]


def predict(folder: Path) -> Iterator[Row]:
    """One prediction a file of the index.

    Args:
        folder: holds `index.jsonl` and `payloads/`. Of an index row, only `file`, `channel`, `format` and `headers`
            are read.
    """
    connectors = Connectors()
    with (folder / "index.jsonl").open(encoding="utf-8") as index:
        for line in index:
            if line.strip():
                row = json.loads(line)
                asked = {name: row.get(name) for name in ("file", "channel", "format", "headers")}
                yield predict_file(folder / "payloads" / str(asked["file"]), asked, connectors)


def predict_file(path: Path, row: Row, connectors: Connectors) -> Row:
    """What one file is read as; a file that cannot be read at all is `unparsed`."""
    name = CONNECTOR_OF.get(str(row["channel"]))
    connector = connectors.get(name) if name else None
    events: list[Event] = []
    if name and isinstance(connector, Parses):
        try:
            events = connector.parse(make_envelope(path.read_bytes(), row, name))
        except Exception as error:  # one bad file must not end the run; a parser that raises is reported
            print(f"{row['file']}: {type(error).__name__}", file=sys.stderr)
    return {"file": row["file"], **answer(events)}


def make_envelope(body: bytes, row: Row, connector: str) -> Envelope:
    """The file as an envelope; headers the row tells win over those its format implies."""
    content_type = CONTENT_TYPE_OF.get(str(row["format"]))
    headers = {"content-type": content_type} if content_type else {}
    told = row["headers"] if isinstance(row["headers"], dict) else {}
    headers |= {str(key).lower(): str(value) for key, value in told.items() if value is not None}
    sha256 = hashlib.sha256(body).hexdigest()
    return Envelope(
        id=sha256,
        account="benchmark",
        connector=connector,
        received_at=READ_AT,
        body=body,
        sha256=sha256,
        headers=headers,
        authenticity=Authenticity.IMPORTED,
    )


def answer(events: list[Event]) -> Row:
    """Outcome, kinds and facts of a file's events."""
    read = [event for event in events if not isinstance(event, Unparsed)]
    if not read:
        return {"outcome": "unparsed", "events": []}
    told = [event for event in read if not isinstance(event, HandleLearned)] or read
    quiet = all(isinstance(event, Ignored | HandleLearned) for event in told)
    return {
        "outcome": "ignored" if quiet else "events",
        "events": [{"kind": kind_of(event), "facts": facts_of(event)} for event in told],
    }


def kind_of(event: Event) -> str:
    """The scorer's word for an event."""
    match event:
        case MessageReceived() | ChoiceMade() if event.direction is Direction.ECHO:
            return "echo"
        case MessageReceived(automated="bounce"):
            return "status"
        case MessageReceived(kind=InteractionKind.COMMENT):
            return "comment"
        case MessageReceived():
            return "message"
        case ChoiceMade():
            return "interactive"
        case CallUpdated():
            return "call"
        case MessageEdited():
            return "edit"
        case MessageDeleted():
            return "delete"
        case ReactionChanged():
            return "reaction"
        case DeliveryUpdated():
            return "status"
        case OptOutReceived():
            return "optout"
        case Ignored(reason="indicate_typing"):
            return "status"  # X: nobody's word and about no message, but the scorer's name for it
        case Ignored():
            return event.what
        case _:
            return "profile"


def facts_of(event: Event) -> Row:
    """Everything the event says, under the scorer's names; what it does not say is left out."""
    facts: Row = event.refs.model_dump(exclude_none=True)
    if event.occurred_at is not None:
        facts["timestamp"] = event.occurred_at.isoformat()
    if isinstance(event, MessageReceived | ChoiceMade | CallUpdated):
        facts |= facts_of_parts(event.parts) | facts_of_author(event.participants)
    elif isinstance(event, MessageEdited | MessageDeleted | ReactionChanged | DeliveryUpdated):
        facts |= facts_of_author((event.actor,) if event.actor else ())
    match event:
        case MessageReceived(conversation_kind=ConversationKind.MAIL):
            facts |= facts_of_mail(event)
        case MessageEdited():
            facts |= facts_of_parts(event.parts)
        case CallUpdated():
            facts |= facts_of_call(event.call)
        case ReactionChanged():
            facts |= {"reaction_emoji": emoji} if (emoji := next(iter(event.added + event.removed), None)) else {}
        case DeliveryUpdated():
            facts["status"] = event.status
    return facts


def facts_of_mail(event: MessageReceived) -> Row:
    """A mail's header facts."""
    told = {
        "header_from": event.refs.sender_id,
        "header_subject": event.subject,
        "header_date": event.occurred_at.isoformat() if event.occurred_at else None,
        "in_reply_to": event.refs.reply_to,
        "upstream_attachments": sum(isinstance(part, Media) for part in event.parts),
    }
    return {name: value for name, value in told.items() if value is not None}


def facts_of_call(call: Call) -> Row:
    """A call's state and what was keyed in or said."""
    told = {"status": call.status, "digits": call.digits, "speech": call.speech}
    return {name: value for name, value in told.items() if value is not None}


def facts_of_author(participants: tuple[Participant, ...]) -> Row:
    """The name shown or stated for whoever wrote, called or acted."""
    author = next((p for p in participants if p.role in (Role.AUTHOR, Role.CALLER)), None)
    if author is None:
        return {}
    name = author.stated("display_name") or author.stated("name") or (author.handle.display if author.handle else None)
    return {"sender_name": name} if name else {}


def facts_of_parts(parts: tuple[Part, ...]) -> Row:
    """Text, number of media, place and choice."""
    media = [part for part in parts if isinstance(part, Media)]
    text = "\n".join(part.text for part in parts if isinstance(part, Text))
    text = text or next((part.caption for part in media if part.caption), "")
    facts: Row = {"attachments": len(media)} | ({"text": text} if text else {})
    for part in parts:
        if isinstance(part, Location):
            facts |= {"latitude": part.latitude, "longitude": part.longitude}
    if choice := next((part for part in parts if isinstance(part, Choices)), None):
        told = {"action_id": choice.action_id, "postback_payload": choice.value}
        facts |= {name: value for name, value in told.items() if value is not None}
    return facts
