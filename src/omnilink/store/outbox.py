"""Outbox: what is owed to citizens, on disk before its first byte leaves.

Items are written and changed by `commit_change` (`Change.outbox`, `Change.outbox_updates`), so that an item, its
interaction and its receipts change together or not at all.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from omnilink.model.outgoing import OutboxItem, OutboxState
from omnilink.model.scope import Scope


@dataclass(frozen=True, slots=True, repr=False)
class OutboxUpdate:
    """Where an item stands now. Everything not named here stays as it was queued.

    Attributes:
        expected: the (state, attempts) it was decided from.
    """

    id: str
    expected: tuple[OutboxState, int]
    state: OutboxState
    attempts: int
    done: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    not_before: datetime | None = None
    lease_until: datetime | None = None
    reason: str | None = None
    error_code: str | None = None


class OutboxStore(Protocol):
    """Reading what is owed."""

    async def read_outbox(
        self,
        scope: Scope,
        *,
        ids: Sequence[str] = (),
        interactions: Sequence[str] = (),
        idempotency_key: str | None = None,
        states: Sequence[OutboxState] = (),
        limit: int = 100,
    ) -> list[OutboxItem]:
        """Items by id, by interaction, by idempotency key or by state; oldest first. One of them must be given.

        Any of them is enough. What is named comes whole; the limit is for the list of those in a state.
        """
        ...

    async def read_due(self, scope: Scope, *, now: datetime, limit: int = 100) -> list[OutboxItem]:
        """Queued items whose time has come and that are the first of their lane, oldest first.

        An item waits while an older one of its lane is queued or being sent. Items that are being sent and whose
        lease has run out (or that have none) come too: their worker is gone. The accounts of the scope decide what
        is told, not what waits: an item that is not seen holds back its lane all the same.
        """
        ...

    async def read_blobs(self, scope: Scope, digests: Sequence[str]) -> dict[str, bytes]:
        """The bytes kept under these sha256 digests (hex), as far as they are known."""
        ...
