"""Interaction: the common record, one per contact moment; Revision: what happened to it later."""

from enum import StrEnum
from typing import ClassVar

from omnilink.model.event import Direction, InteractionKind
from omnilink.model.part import Part
from omnilink.model.participant import Participant
from omnilink.model.record import Record, Utc


class Arrival(Record):
    """One way an interaction reached us: the same mail in two mailboxes is one interaction with two arrivals."""

    account: str
    envelope: str
    event_key: str

    shown: ClassVar[tuple[str, ...]] = ("account", "envelope")


class Interaction(Record):
    """One contact moment. It points to what was seen, never to a Contact (law 1).

    Attributes:
        message_key: names it for later events; see `event.MessageReceived`.
        channel: the medium (`email`, `sms`, `voice`, `whatsapp`, `slack` ...).
        account: the account it first arrived at.
        conversation: id of its conversation as first recorded (the store follows merges).
        in_reply_to: `message_key` of what it answers.
        occurred_at: by the vendor's clock; `received_at`: by ours.
        automated: what wrote it where no person did, `automated_by` the signs of that (names, never values).
        silent: the sender asks for no automatic answer, or it would reach nobody.
    """

    id: str
    kind: InteractionKind
    direction: Direction
    channel: str
    account: str
    message_key: str
    content_key: str | None = None
    conversation: str
    arrivals: tuple[Arrival, ...]
    participants: tuple[Participant, ...]
    occurred_at: Utc
    received_at: Utc
    in_reply_to: str | None = None
    subject: str | None = None
    parts: tuple[Part, ...] = ()
    language: str | None = None
    automated: str | None = None
    automated_by: tuple[str, ...] = ()
    silent: bool = False
    retention_class: str = "standard"

    shown: ClassVar[tuple[str, ...]] = ("id", "kind", "direction", "channel")


class RevisionAction(StrEnum):
    """What a revision does."""

    EDIT = "edit"
    DELETE = "delete"
    REACT = "react"
    CALL = "call"
    RECEIPT = "receipt"


class Revision(Record):
    """Something that happened to an interaction later; edits never overwrite.

    Attributes:
        interaction: its id.
        event_key: the event that brought it; orders revisions of one moment canonically.
        actor: who did it, if told (handle as seen).
        parts: the new content (edit), the call's state (call).
        added, removed: reactions.
        status: a receipt's word, verbatim.
    """

    id: str
    interaction: str
    action: RevisionAction
    account: str
    event_key: str
    at: Utc
    actor: Participant | None = None
    parts: tuple[Part, ...] = ()
    subject: str | None = None
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    status: str | None = None
    error_code: str | None = None

    shown: ClassVar[tuple[str, ...]] = ("id", "interaction", "action")
