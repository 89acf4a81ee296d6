"""Views: what the citizen view hands out. Made when asked for, never stored."""

from typing import ClassVar

from pydantic import Field

from omnilink.model.consent import Consent
from omnilink.model.event import Direction, InteractionKind
from omnilink.model.interaction import Interaction, Revision
from omnilink.model.media import MediaItem
from omnilink.model.part import Part
from omnilink.model.participant import Role
from omnilink.model.record import Record, Utc


class Why(Record):
    """Why an item is in somebody's history, as ids and rules; `text` says it in words without personal data."""

    persona: str
    role: Role
    method: str
    links: tuple[str, ...] = ()
    text: str

    shown: ClassVar[tuple[str, ...]] = ("persona", "role", "method")


class TimelineItem(Record):
    """One interaction in one person's history, with what happened to it since.

    Attributes:
        role: what this person was in it.
        acted: where somebody acted for another, who wrote and whom it is about, as named in it: personal data.
        state: `sent`, `delivered`, `read`, `failed` of our own message; the folded call state; `deleted`; `edited`.
        reactions: reaction to number of people.
        media: where the bytes of its files are; an item's `ref` is that of the part it is about.
        consents: what was said by it about being written to (a stop word, a start word).
        current_parts: the content after all edits (`interaction.parts` stays what was first said).
    """

    interaction: Interaction
    conversation: str
    role: Role
    acted: str | None = None
    why: Why
    revisions: tuple[Revision, ...] = ()
    current_parts: tuple[Part, ...] = ()
    current_subject: str | None = None
    state: str | None = None
    reactions: dict[str, int] = Field(default_factory=dict)
    media: tuple[MediaItem, ...] = ()
    consents: tuple[Consent, ...] = ()

    shown: ClassVar[tuple[str, ...]] = ("role", "state")

    @property
    def occurred_at(self) -> Utc:
        """When it happened."""
        return self.interaction.occurred_at

    @property
    def kind(self) -> InteractionKind:
        """What kind of contact moment it is."""
        return self.interaction.kind

    @property
    def direction(self) -> Direction:
        """Who spoke to whom."""
        return self.interaction.direction


class TimelinePage(Record):
    """One page of a history, newest first; `next_cursor` asks for the next older page."""

    contact: str
    items: tuple[TimelineItem, ...]
    next_cursor: str | None = None

    shown: ClassVar[tuple[str, ...]] = ("contact",)


class Ledger(Record):
    """The two ledgers (law 2). `received` and `parsed` are counted where they happen, the rest where it ends."""

    received: int = 0
    duplicate: int = 0
    pending: int = 0
    processed: int = 0
    quarantined: int = 0
    parsed: int = 0
    events: dict[str, int] = Field(default_factory=dict)
    """recorded, duplicate, ignored, unparsed, parked, failed."""
    refused: dict[str, int] = Field(default_factory=dict)
    """Requests refused before anything was stored, by reason."""

    shown: ClassVar[tuple[str, ...]] = ("received", "duplicate", "pending", "processed", "quarantined", "parsed")

    @property
    def balanced(self) -> bool:
        """Nothing admitted was dropped."""
        envelopes = self.duplicate + self.pending + self.processed + self.quarantined
        return self.received == envelopes and self.parsed == sum(self.events.values())
