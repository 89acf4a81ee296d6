"""Part: a piece of content of an interaction."""

from typing import Annotated, Any, Literal

from pydantic import Field

from omnilink.model.record import Record, Utc


class Text(Record):
    """Words. `format` says how `text` is marked up; HTML stays HTML here and is cleaned when shown."""

    type: Literal["text"] = "text"
    text: str
    format: Literal["plain", "html", "markdown", "slack_mrkdwn"] = "plain"


class Media(Record):
    """A picture, sound, video, sticker or file.

    Attributes:
        ref: where the bytes are: the vendor's media id or URL, or `part:<n>` of the envelope itself.
        filename: as the sender wrote it (a label, never a path).
        size: bytes, if told.
    """

    type: Literal["media"] = "media"
    kind: Literal["image", "audio", "video", "document", "sticker", "voice", "message", "other"] = "other"
    ref: str | None = None
    mime_type: str | None = None
    filename: str | None = None
    size: int | None = None
    sha256: str | None = None
    caption: str | None = None
    inline: bool = False


class Location(Record):
    """A place; degrees, WGS 84."""

    type: Literal["location"] = "location"
    latitude: float
    longitude: float
    name: str | None = None
    address: str | None = None


class ContactCard(Record):
    """Somebody's card (vCard-like), sent as content."""

    type: Literal["contact_card"] = "contact_card"
    name: str | None = None
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()


class Choices(Record):
    """What somebody chose from what was offered: a button, a list row, a menu digit.

    Attributes:
        action_id: the vendor's id of the control used.
        value: its payload.
        label: what the person saw, if told.
    """

    type: Literal["choices"] = "choices"
    action_id: str | None = None
    value: str | None = None
    label: str | None = None


class FormAnswers(Record):
    """A filled-in form: field name to answer."""

    type: Literal["form_answers"] = "form_answers"
    form: str | None = None
    answers: dict[str, str] = Field(default_factory=dict)


class Template(Record):
    """A message template of the channel with its parameters."""

    type: Literal["template"] = "template"
    name: str
    language: str | None = None
    parameters: tuple[str, ...] = ()


class Call(Record):
    """One state of a call, as one callback told it. The call is the fold of them (`model.delivery.fold_call`).

    Attributes:
        status: the vendor's word (`ringing`, `in-progress`, `completed` ...).
        sequence: the vendor's order of callbacks, if told.
        duration_s: whole seconds.
    """

    type: Literal["call"] = "call"
    status: str | None = None
    sequence: int | None = None
    at: Utc | None = None
    digits: str | None = None
    speech: str | None = None
    duration_s: int | None = None
    recording_ref: str | None = None
    transcript: str | None = None


class Native(Record):
    """Content only this channel has, kept as data (an order, a poll, an encrypted text, a product)."""

    type: Literal["native"] = "native"
    name: str
    data: dict[str, Any] = Field(default_factory=dict)


Part = Annotated[
    Text | Media | Location | ContactCard | Choices | FormAnswers | Template | Call | Native,
    Field(discriminator="type"),
]
"""Any piece of content."""
