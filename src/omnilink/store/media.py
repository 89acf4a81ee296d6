"""Media: the files that interactions point to, each with a state of its own.

Items come with the interaction that names them (`Change.media`) and move by `Change.media_updates`, the bytes in the
same commit: a crash leaves either both or none.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Protocol

from omnilink.model.media import MediaItem, MediaState
from omnilink.model.scope import Scope


@dataclass(frozen=True, slots=True, repr=False)
class MediaUpdate:
    """Where a file stands now; all it does not name stays as it was.

    Attributes:
        expected: the (state, attempts) it was decided from.
    """

    id: str
    expected: tuple[MediaState, int]
    state: MediaState
    attempts: int
    not_before: datetime
    reason: str | None = None
    held: str | None = None
    sha256: str | None = None
    size: int | None = None
    mime_type: str | None = None


CHANGING = tuple(f.name for f in fields(MediaUpdate) if f.name not in ("id", "expected"))
"""The fields of an item that an update sets."""


class MediaStore(Protocol):
    """Reading what is known of files."""

    async def read_media(
        self,
        scope: Scope,
        *,
        ids: Sequence[str] = (),
        interactions: Sequence[str] = (),
        states: Sequence[MediaState] = (),
        limit: int = 100,
    ) -> list[MediaItem]:
        """Files by id, by interaction or by state, oldest first. What is named comes whole; the limit is for states."""
        ...

    async def read_due_media(self, scope: Scope, *, now: datetime, limit: int = 100) -> list[MediaItem]:
        """Pending files whose time has come, the longest due first."""
        ...
