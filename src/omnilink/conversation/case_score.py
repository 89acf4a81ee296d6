"""R6: how likely a contact moment continues a case of the same person on another channel."""

import math
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

from omnilink.conversation.case_facts import Incoming, KnownCase, Option, Rung
from omnilink.conversation.tables import read_table
from omnilink.conversation.topics import topic_overlap
from omnilink.model.persona import Evidence

SHARED_ADDRESS = 0.5
"""Identity of somebody who is nobody in particular on an address of several: never enough to join."""
LEAST = 0.1
"""A case that is less likely is no alternative to anything."""
MASS_MAIL_RECIPIENTS = 20
MASS_MAIL_REPLIERS = 8


def score_case(incoming: Incoming, case: KnownCase, cases: Sequence[KnownCase]) -> Option | None:
    """What speaks for one case.

    Args:
        incoming: the contact moment.
        case: the case looked at.
        cases: all that were looked up, to see whether it is the contact's only open one.

    Returns:
        None where the case is somebody else's, or hardly likely.
    """
    identity, depends = _identity(incoming, case)
    if identity <= 0.0:
        return None
    facts: list[tuple[str, float]] = [("recency", recency(incoming.channel, incoming.at, case.channel, case.last_at))]
    if (topic := topic_overlap(incoming.topic, case.topic)) > 0.0:
        facts.append(("topic", topic))
    if incoming.service and case.service:
        facts.append(("same_service" if incoming.service == case.service else "other_service", 1.0))
    if not case.is_open:
        facts.append(("closed", 1.0))
    elif not any(_is_rival(incoming, case, other) for other in cases):
        facts.append(("only_open_case", 1.0))
    if incoming.references & case.references:
        facts.append(("same_reference", 1.0))
    elif incoming.references & frozenset[str]().union(*(other.references for other in cases)):
        facts.append(("other_reference", 1.0))
    weights = _table()["weight"]
    total: float = weights["start"] + math.fsum(weights[name] * amount for name, amount in facts)
    confidence = identity / (1.0 + math.exp(-total))
    if confidence < LEAST:
        return None
    evidence = [Evidence(kind="identity", refs=depends, weight_bits=math.log2(identity))]
    evidence += [Evidence(kind=name, weight_bits=weights[name] * amount / math.log(2)) for name, amount in facts]
    return Option(case.id, Rung.SAME_MATTER, confidence, tuple(evidence), depends)


def recency(channel: str, at: datetime, last_channel: str, last_at: datetime) -> float:
    """How fresh a case is to somebody who comes back: 1 at once, one half after the half-life, towards 0.

    The slower of the two channels counts: who waits for an answer to a mail rings after days, not minutes.
    """
    table = _table()
    lives, kinds = table["half_life_h"], table["channel"]
    half_life_s = 3600.0 * max(lives[kinds.get(name, "other")] for name in (channel, last_channel))
    return float(0.5 ** (abs((at - last_at).total_seconds()) / half_life_s))


def is_mass_mail(recipients: int, external_repliers: int) -> bool:
    """Whether a mail of ours went to so many that answers to it are no common matter: one case a contact then.

    Args:
        recipients: it was sent to, as far as known (blind copies included).
        external_repliers: different people outside who answered it.
    """
    return recipients >= MASS_MAIL_RECIPIENTS or external_repliers > MASS_MAIL_REPLIERS


def _identity(incoming: Incoming, case: KnownCase) -> tuple[float, tuple[str, ...]]:
    if incoming.contact is not None:
        known = case.contacts.get(incoming.contact, 0.0)
        links = dict.fromkeys((*incoming.identity_depends_on, *case.contacts_depend_on))
        return known * incoming.identity_confidence, tuple(links) if known else ()
    shared = incoming.handle_shared_by & case.contacts.keys()
    return (SHARED_ADDRESS / len(incoming.handle_shared_by), ()) if shared else (0.0, ())


def _is_rival(incoming: Incoming, case: KnownCase, other: KnownCase) -> bool:
    return other.id != case.id and other.is_open and incoming.contact in other.contacts


@cache
def _table() -> dict[str, Any]:
    return read_table("assign")
