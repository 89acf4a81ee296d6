"""Consent: whether somebody may be written to, by everything they ever said about it. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from omnilink.model.consent import Consent

ANY = "any"


@dataclass(frozen=True, slots=True, repr=False)
class ConsentDecision:
    """May they be written to, and the consent that says no (None where nothing does)."""

    allowed: bool
    because: Consent | None = None


def decide_consent(consents: Iterable[Consent], *, purpose: str, sender_key: str) -> ConsentDecision:
    """Whether a message of this purpose from this sender is allowed.

    The newest word per (persona, purpose, sender) counts, so a start after a stop restores what it names. Over all
    personas of a contact the strictest wins: a merge must not bring back what somebody refused.

    Args:
        consents: of all personas of the contact.
        purpose: what the message is for. A stop for `any` purpose covers all; one for marketing covers marketing.
        sender_key: the key of our own address. A stop to no sender in particular covers all.
    """
    newest: dict[tuple[str, str, str], Consent] = {}
    for consent in sorted(consents, key=lambda c: (c.at, c.state != "granted")):
        newest[consent.persona, consent.purpose, consent.sender] = consent
    for consent in newest.values():
        concerns = consent.purpose in (ANY, purpose) and consent.sender in ("", sender_key)
        if concerns and consent.state != "granted":
            return ConsentDecision(False, consent)
    return ConsentDecision(True)
