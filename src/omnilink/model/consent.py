"""Consent: what a persona allows one sender to use, with its evidence."""

from typing import ClassVar, Literal

from omnilink.model.record import Record, Utc

KEYWORD = "keyword:"
"""What the key of an event begins with that is a message's being a stop or start word; the message's follows."""


class Consent(Record):
    """One granted, denied or withdrawn consent; the newest per (persona, purpose, sender) counts.

    Attributes:
        purpose: what for; `any` for a stop word.
        sender: the handle key of the agency's number it was said to; "" = every sender.
        evidence: event key of the message that said so.
    """

    persona: str
    purpose: str = "any"
    sender: str = ""
    state: Literal["granted", "denied", "withdrawn"]
    evidence: str
    at: Utc

    shown: ClassVar[tuple[str, ...]] = ("persona", "purpose", "state")
