"""Event: what a connector reads out of an envelope."""

from enum import StrEnum
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from omnilink.model.handle import Handle
from omnilink.model.part import Call, Part
from omnilink.model.participant import Participant
from omnilink.model.record import Record, Utc


class InteractionKind(StrEnum):
    """What kind of contact moment an interaction is."""

    MESSAGE = "message"
    CALL = "call"
    VOICEMAIL = "voicemail"
    POST = "post"
    COMMENT = "comment"
    FORM = "form"
    LETTER = "letter"
    VISIT = "visit"
    NOTE = "note"


class Direction(StrEnum):
    """Who spoke to whom. `ECHO`: our own side's message, told to us by the platform."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"
    ECHO = "echo"
    INTERNAL = "internal"


class ConversationKind(StrEnum):
    """The shape of a channel-native thread."""

    DM = "dm"
    GROUP = "group"
    PUBLIC = "public"
    CALL = "call"
    MAIL = "mail"


class NativeRefs(Record):
    """The vendor's own identifiers, copied verbatim; what the payload does not say stays None."""

    event_id: str | None = None
    message_id: str | None = None
    target_message_id: str | None = None
    reply_to: str | None = None
    conversation_id: str | None = None
    thread_id: str | None = None
    account_id: str | None = None
    sender_id: str | None = None
    recipient_id: str | None = None
    call_id: str | None = None

    shown: ClassVar[tuple[str, ...]] = ()


class EventBase(Record):
    """What all events have.

    Attributes:
        event_key: the authoritative dedupe key, unique within the account, for ever. Made of the vendor's
            stable ids (with the time where ids are only locally unique), never of the position in a request.
        lane_key: events of one lane are decided in the order they arrived.
        occurred_at: when it happened by the vendor's clock; None = the envelope's time.
        refs: the vendor's identifiers.
    """

    event_key: str
    lane_key: str
    occurred_at: Utc | None = None
    refs: NativeRefs = NativeRefs()

    shown: ClassVar[tuple[str, ...]] = ("type",)


class _Spoken(EventBase):
    """What the events that become an Interaction have.

    Attributes:
        message_key: names the interaction for everything that refers to it later (edits, reactions,
            receipts, replies); namespaced (`mail:<id>`, `slack:T1/C2/17.1`, `wa:<wamid>`), unique in the tenant.
        conversation_keys: every native key of its thread, own and cited, namespaced; all are one conversation.
        also_keys: further names the platform's echo of what we sent has (a file's id, where sending told only that):
            ours that has one of them is this message. Of no meaning for anybody else's.
        reply_to_key: `message_key` of what it answers, if told.
        content_key: for kinds whose message_key is the sender's word (mail): a digest of the content, so that the
            same mail in two mailboxes is one interaction and two different mails with one id stay two.
        channel: the medium, where the connector serves several (`sms`, `voice`); None = its only one.
    """

    message_key: str
    conversation_keys: tuple[str, ...]
    conversation_kind: ConversationKind = ConversationKind.DM
    also_keys: tuple[str, ...] = ()
    reply_to_key: str | None = None
    content_key: str | None = None
    channel: str | None = None
    direction: Direction = Direction.INBOUND
    participants: tuple[Participant, ...] = ()
    parts: tuple[Part, ...] = ()
    subject: str | None = None
    language: str | None = None


class MachineSigns(Record):
    """What a mail shows of its making: handed over by a connector, judged by the core (RFC 3834), never stored.

    Attributes:
        fields: header fields that machines write or may be known by, name in lower case → values, unfolded.
        media_types: of the whole (first) and of its parts, in lower case.
        report_type: parameter of a multipart/report, in lower case.
        author: the bare address of From.
        envelope_sender: what the server was told; "" is the null path, None = not known.
    """

    fields: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    media_types: tuple[str, ...] = ()
    report_type: str = ""
    author: str = ""
    envelope_sender: str | None = None

    shown: ClassVar[tuple[str, ...]] = ()


class MessageReceived(_Spoken):
    """A message, post, comment or mail arrived (or our own one was echoed).

    Attributes:
        automated: what wrote it where no person did (`auto-reply`, `bounce`, `list`, `bot`), else None. With `signs`
            the core's own judgement takes its place.
        automated_by: names of the signs it was judged by.
        silent: the sender asks for no automatic answer, or it would reach nobody.
    """

    type: Literal["message_received"] = "message_received"
    kind: InteractionKind = InteractionKind.MESSAGE
    automated: str | None = None
    automated_by: tuple[str, ...] = ()
    silent: bool = False
    signs: MachineSigns | None = None


class ChoiceMade(_Spoken):
    """Somebody pressed a button, picked from a list, used a shortcut or took a form step."""

    type: Literal["choice_made"] = "choice_made"


class CallUpdated(_Spoken):
    """One callback about a call. `message_key` names the call: the first makes the interaction, all are kept."""

    type: Literal["call_updated"] = "call_updated"
    call: Call


class _About(EventBase):
    """What the events about an earlier interaction have: `target_key` is its `message_key`."""

    target_key: str
    actor: Participant | None = None


class MessageEdited(_About):
    """A message was changed; the earlier text is kept."""

    type: Literal["message_edited"] = "message_edited"
    parts: tuple[Part, ...] = ()
    subject: str | None = None


class MessageDeleted(_About):
    """A message was withdrawn by its sender; what it said is kept under its retention class."""

    type: Literal["message_deleted"] = "message_deleted"


class ReactionChanged(_About):
    """Reactions of one person to one message changed. Both empty: all were taken back."""

    type: Literal["reaction_changed"] = "reaction_changed"
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


class DeliveryUpdated(_About):
    """A receipt for a message we sent.

    Attributes:
        status: the vendor's word, verbatim.
        recipient: who the receipt is about, if told.
        error_code: the vendor's code, if it failed.
    """

    type: Literal["delivery_updated"] = "delivery_updated"
    status: str
    recipient: Handle | None = None
    error_code: str | None = None


class HandleLearned(EventBase):
    """The platform itself says that these handles are one account's (WhatsApp number and business-scoped id)."""

    type: Literal["handle_learned"] = "handle_learned"
    handles: tuple[Handle, ...]
    replaced: bool = False
    """The second handle takes the place of the first (a number was changed). Recorded, and joins nobody by itself."""


class OptOutReceived(EventBase):
    """Somebody said stop (or start again) to one sender.

    Attributes:
        sender: the agency's address it was said to; None = all of the account's.
        purpose: what it is about, if the platform says (`marketing`); `any` otherwise.
    """

    type: Literal["opt_out_received"] = "opt_out_received"
    handle: Handle
    sender: Handle | None = None
    purpose: str = "any"
    opted_in: bool = False
    keyword: str | None = None


class Ignored(EventBase):
    """Understood, and nothing a citizen's history needs. `what` is the kind of quiet event."""

    type: Literal["ignored"] = "ignored"
    reason: str
    what: Literal["system", "account", "profile", "page_event", "queue", "handshake", "unsupported"] = "system"

    shown: ClassVar[tuple[str, ...]] = ("type", "what")


class Unparsed(EventBase):
    """Not understood: the envelope goes to quarantine and can be replayed after an upgrade."""

    type: Literal["unparsed"] = "unparsed"
    reason: str


Event = Annotated[
    MessageReceived
    | ChoiceMade
    | CallUpdated
    | MessageEdited
    | MessageDeleted
    | ReactionChanged
    | DeliveryUpdated
    | HandleLearned
    | OptOutReceived
    | Ignored
    | Unparsed,
    Field(discriminator="type"),
]
"""Anything a connector can read out of an envelope."""

Spoken = MessageReceived | ChoiceMade | CallUpdated
"""The events that make (or continue) an Interaction."""

About = MessageEdited | MessageDeleted | ReactionChanged | DeliveryUpdated
"""The events that refer to an earlier Interaction and wait (parked) until it is there."""
