"""Envelope: inbound bytes exactly as they arrived, stored before anything is acknowledged."""

from enum import StrEnum
from typing import ClassVar

from pydantic import Field

from omnilink.model.record import Record, Utc


class Authenticity(StrEnum):
    """How the core knows where an envelope came from."""

    VERIFIED = "verified"
    IMPORTED = "imported"
    POLLED = "polled"
    UNSIGNED = "unsigned"


class EnvelopeState(StrEnum):
    """Where an envelope is on its way. Quarantined ones are kept and can be replayed."""

    PENDING = "pending"
    PROCESSED = "processed"
    QUARANTINED = "quarantined"


class Received(Record):
    """What a connector, a webhook or a file hands over: bytes and what is known about them.

    Attributes:
        body: the bytes, unchanged.
        headers: what came with them, names in lower case (a webhook's request headers; empty for a file).
        delivery_key: names this delivery (a replay key, a mailbox UID); a known one is a duplicate.
        received_at: when it arrived; None = now.
        cursor: where a poller stands after this one; committed with the envelope.
    """

    body: bytes
    headers: dict[str, str] = Field(default_factory=dict)
    authenticity: Authenticity = Authenticity.VERIFIED
    delivery_key: str | None = None
    received_at: Utc | None = None
    cursor: str | None = None

    shown: ClassVar[tuple[str, ...]] = ("authenticity",)


class Envelope(Record):
    """A stored arrival.

    Attributes:
        account: the account's name.
        connector: which connector reads it.
        sha256: hex digest of the body.
        attempts: how often it was tried.
        reason: why it is in quarantine (a code, never content).
    """

    id: str
    account: str
    connector: str
    received_at: Utc
    body: bytes
    sha256: str
    headers: dict[str, str] = Field(default_factory=dict)
    authenticity: Authenticity = Authenticity.VERIFIED
    delivery_key: str | None = None
    state: EnvelopeState = EnvelopeState.PENDING
    parser_version: str | None = None
    attempts: int = 0
    reason: str | None = None

    shown: ClassVar[tuple[str, ...]] = ("id", "account", "state")
