"""Media: where the bytes of a file stand that an interaction points to, apart from the message that brought it."""

from enum import StrEnum
from typing import ClassVar, Literal

from omnilink.model.record import Record, Utc


class MediaState(StrEnum):
    """Where a file is. `failed`, `refused` and `expired` are ends, which only a person or a new address undoes."""

    PENDING = "pending"
    FETCHED = "fetched"
    FAILED = "failed"
    REFUSED = "refused"
    EXPIRED = "expired"


class MediaItem(Record):
    """One file of one interaction.

    Attributes:
        interaction: its id; `ref` is the `Media.ref` (or the call's `recording_ref`) that names it there.
        envelope, event_key, position: where it was told of: the envelope's id, the event, the file's place in it.
        address: what is fetched: `ref`, unless a redelivery told a newer one.
        declared_type: what its sender says it is; `mime_type` what its own bytes say.
        held: where the bytes are once they are here: `store` (under their `sha256`) or `envelope` (as it arrived).
        attempts: how often it was tried; `not_before` when it may be tried again.
        reason: why it is where it is: a code, never content.
    """

    id: str
    interaction: str
    account: str
    envelope: str
    event_key: str
    position: int
    ref: str
    address: str
    filename: str | None = None
    declared_type: str | None = None
    created_at: Utc
    state: MediaState = MediaState.PENDING
    attempts: int = 0
    not_before: Utc
    reason: str | None = None
    held: Literal["store", "envelope"] | None = None
    sha256: str | None = None
    size: int | None = None
    mime_type: str | None = None

    shown: ClassVar[tuple[str, ...]] = ("id", "interaction", "state")
