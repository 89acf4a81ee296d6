"""Replies: what a request that waited for content was told, so that its repetition is told the same.

Replies are written by `commit_change` (`Change.replies`), in one commit with what was said and heard.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from omnilink.model.envelope import Envelope
from omnilink.model.scope import Scope


@dataclass(frozen=True, slots=True, repr=False)
class Reply:
    """The answer to one request, byte for byte.

    Attributes:
        key: the request's delivery key: one key has one reply, for ever.
    """

    account: str
    key: str
    status: int
    content_type: str
    body: bytes
    at: datetime


@dataclass(frozen=True, slots=True, repr=False)
class Asked:
    """What is known of a request: the envelope it is kept as, and what it was told."""

    envelope: Envelope | None = None
    reply: Reply | None = None


class ReplyStore(Protocol):
    """Reading what was told."""

    async def read_asked(self, scope: Scope, account: str, delivery_key: str) -> Asked:
        """What is known of the request with that delivery key, in one consistent read."""
        ...
