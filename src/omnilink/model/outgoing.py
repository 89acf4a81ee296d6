"""Outgoing: what an official wants to say (`Draft`), what a connector gets (`Outgoing`), what is owed (`OutboxItem`).

Draft → OutboxItem → Delivery: the item is on disk before the first byte leaves, and its delivery is a fold over
everything that was heard since (`model.delivery.fold_delivery`).
"""

from enum import StrEnum
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from omnilink.model.handle import Handle
from omnilink.model.part import ContactCard, Location, Media, Template, Text
from omnilink.model.record import Record, Utc


class Option(Record):
    """One thing to choose: `value` comes back with the choice, `label` is what the person sees."""

    value: str
    label: str
    description: str | None = None

    shown: ClassVar[tuple[str, ...]] = ()


class Offer(Record):
    """Options to choose from: buttons, a list to open, or a telephone menu."""

    type: Literal["offer"] = "offer"
    options: tuple[Option, ...]
    title: str | None = None


OutgoingPart = Annotated[
    Text | Media | Location | ContactCard | Template | Offer,
    Field(discriminator="type"),
]
"""Any piece of content that can be sent. A `Media.ref` is an https URL, or `blob:<sha256>` of bytes kept here."""


class Action(StrEnum):
    """What is done to the channel."""

    SEND = "send"
    EDIT = "edit"
    DELETE = "delete"
    REACT = "react"


class Draft(Record):
    """What an official wants to say.

    Attributes:
        to: a handle or a contact id; "" where `reply_to` or `target` names the interaction.
        parts: what is said. Plain strings given to `Hub.send` are Markdown.
        account: the account to send from; None = chosen.
        name: the stated name, where several people share the handle.
        reply_to: id of the interaction this answers.
        target: id of our interaction that is edited, deleted, or of any that is reacted to.
        reaction: the emoji; "" takes it back.
        purpose: what for (`service`, `statutory`, `marketing`): consent is asked by it.
        idempotency_key: the same key is the same message for ever: a second one is not sent.
        automated: a machine wrote it; mails carry `Auto-Submitted` (RFC 3834).
        not_before, deadline: not sent earlier; given up afterwards.
    """

    to: str = ""
    parts: tuple[OutgoingPart, ...] = ()
    subject: str | None = None
    account: str | None = None
    name: str | None = None
    reply_to: str | None = None
    action: Action = Action.SEND
    target: str | None = None
    reaction: str | None = None
    purpose: str = "service"
    idempotency_key: str | None = None
    automated: bool = False
    not_before: Utc | None = None
    deadline: Utc | None = None

    shown: ClassVar[tuple[str, ...]] = ("action", "account")


class Quoted(Record):
    """An earlier interaction as a connector needs it to answer, edit, delete or react to it.

    Attributes:
        message_keys: its names, the channel's own last (`mail:<id>`, `slack:T1/C2/17.1`, `wa:<wamid>`).
        conversation_keys: every native key of its thread.
        author: who spoke, as the channel wrote the address.
        addressed_us: the agency's own account was addressed or mentioned in it.
        text: what it said, for channels whose quote is text.
    """

    message_keys: tuple[str, ...]
    conversation_keys: tuple[str, ...] = ()
    in_reply_to: str | None = None
    author: Handle | None = None
    author_name: str | None = None
    subject: str | None = None
    text: str = ""
    occurred_at: Utc | None = None
    own: bool = False
    addressed_us: bool = False

    shown: ClassVar[tuple[str, ...]] = ("own",)


class ReplyTokens(Record):
    """Signed tokens that tell where answers to a message belong, one for each place they may stand in.

    They route and never authenticate: whoever was forwarded a mail has its tokens too.
    """

    reply_to: str
    envelope_sender: str
    message_id: str

    shown: ClassVar[tuple[str, ...]] = ()


class Outgoing(Record):
    """What a connector renders: content and, where there is one, the message it refers to.

    Attributes:
        tokens: for channels whose answers carry an address or an id of ours; None where the account has no keys.
    """

    action: Action = Action.SEND
    parts: tuple[OutgoingPart, ...] = ()
    subject: str | None = None
    quoted: Quoted | None = None
    target: Quoted | None = None
    reaction: str | None = None
    automated: bool = False
    tokens: ReplyTokens | None = None

    shown: ClassVar[tuple[str, ...]] = ("action",)


class Loss(Record):
    """Something that could not be said as meant; the official is told before it is sent.

    Attributes:
        what: what it is about: `bold`, `link`, `subject`, `media`, `text` ...
        how: `dropped` (the citizen does not get it), `degraded` (shown otherwise), `shortened`, `split`
            (comes as several messages).
        count: how often.
    """

    what: str
    how: Literal["dropped", "degraded", "shortened", "split"]
    count: int = 1
    detail: str = ""

    shown: ClassVar[tuple[str, ...]] = ("what", "how")


class OutboxState(StrEnum):
    """Where an outbox item is. Only `QUEUED` ones are ever sent; `UNKNOWN` is never repeated by itself (law 5)."""

    QUEUED = "queued"
    SENDING = "sending"
    ACCEPTED = "accepted"
    UNKNOWN = "unknown"
    FAILED = "failed"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


PREPARES = "+"
"""In `OutboxItem.done`, what a preparing step's name begins with: its ids name no message."""


class OutboxItem(Record):
    """A durable intent to send one message to one recipient.

    Attributes:
        interaction: id of the outbound interaction it is.
        recipient: the address as the channel wrote it.
        sender: our own address there.
        lane: items of one lane leave in the order they were queued.
        done: finished step → ids the provider gave; what is done is not done again. Steps that only prepare (an
            upload) have `PREPARES` before their name.
        attempts: how often a delivery was begun.
        lease_until: while `SENDING`: until when its worker is believed alive. Past it the outcome is unknown.
        reason, error_code: why it failed, as codes.
    """

    id: str
    interaction: str
    account: str
    recipient: Handle | None = None
    sender: Handle | None = None
    message: Outgoing
    purpose: str = "service"
    lane: str
    idempotency_key: str | None = None
    state: OutboxState = OutboxState.QUEUED
    attempts: int = 0
    done: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    losses: tuple[Loss, ...] = ()
    created_at: Utc
    not_before: Utc | None = None
    deadline: Utc | None = None
    lease_until: Utc | None = None
    reason: str | None = None
    error_code: str | None = None

    shown: ClassVar[tuple[str, ...]] = ("id", "account", "state")

    @property
    def delivered(self) -> tuple[str, ...]:
        """The message keys the provider gave, in the order of the steps."""
        return tuple(key for name, ids in self.done.items() if not name.startswith(PREPARES) for key in ids)


class SendCheck(Record):
    """Whether something could be sent now, told before anything is.

    Attributes:
        reason: why not (`SendRefused.reason`); None when it could.
        account: the account it would leave from.
        scheme: the kind of address it would go to.
        window_until: until when free text is possible there; None = always, or not at all.
        needs_template: only a template is possible now.
        losses: what of the given message could not be said as meant.
        steps: what would be done, without recipients and credentials.
    """

    allowed: bool
    reason: str | None = None
    hint: str | None = None
    account: str | None = None
    channel: str | None = None
    scheme: str | None = None
    window_until: Utc | None = None
    needs_template: bool = False
    losses: tuple[Loss, ...] = ()
    steps: tuple[str, ...] = ()

    shown: ClassVar[tuple[str, ...]] = ("allowed", "reason", "account")
