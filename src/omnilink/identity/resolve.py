"""Resolve, first floor: which persona took part, and which personas exact keys make one.

A persona is keyed by its handle; by handle and stated name on a telephone; on its own after a failed
authentication. Personas that share a match key are linked pairwise (`exact_key`). A telephone number is taken
as one person's only while at most one name was ever stated on it: with the second name its exact links are
revoked, and its nameless caller is nobody in particular.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from omnilink.identity.normalise import is_withheld, normalise_name
from omnilink.model.handle import Handle
from omnilink.model.participant import Attestation, Participant
from omnilink.model.persona import Evidence, Link, Method

PHONE_SCHEMES = frozenset({"tel", "wa"})
RULE_EXACT = "rule:exact-key"
HOT_KEY = 12
"""Personas that may share one exact key and still be linked; above it the key names a place, not a person."""


@dataclass(frozen=True, slots=True)
class PersonaSeed:
    """The persona a participant belongs to, by its canonical key (it may exist already)."""

    key: str
    handle: Handle | None
    match_keys: tuple[str, ...]
    name: str | None
    method: Method
    reason: str


def seed_persona(participant: Participant, *, account: str, event_key: str, ordinal: int) -> PersonaSeed:
    """Which persona a participant is attributed to.

    Args:
        participant: as seen, its handle normalised.
        account, event_key, ordinal: where it was seen: what names a persona that nothing else names.
    """
    handle = participant.handle
    place = f"{account}/{event_key}/{ordinal}"
    if handle is None or is_withheld(handle):
        # Everybody who withholds the number shares the word for it; it must not make them one person.
        reason = "no-handle" if handle is None else "withheld"
        return PersonaSeed(f"unnamed:{place}", handle, (), None, Method.EXACT_KEY, reason)
    if participant.attestation is Attestation.FAILED:
        # The handle is what somebody claims to be; it must not lead to its holder.
        return PersonaSeed(f"failed:{handle.key}#{place}", handle, (), None, Method.EXACT_KEY, "failed-authentication")
    if handle.scheme == "tel" and (stated := participant.stated("name")) and (name := normalise_name(stated)):
        return PersonaSeed(
            f"{handle.key}#{name}", handle, handle.match_keys, name, Method.EXACT_KEY, "handle-and-stated-name"
        )
    return PersonaSeed(handle.key, handle, handle.match_keys, None, Method.EXACT_KEY, "handle")


@dataclass(frozen=True, slots=True)
class Holder:
    """A persona that has a match key."""

    id: str
    key: str
    name: str | None


@dataclass(frozen=True, slots=True)
class PairDecision:
    """What the exact-key rule wants of one pair of holders, `key_a` < `key_b`."""

    a: Holder
    b: Holder
    basis: str
    linked: bool
    reason: str
    depends_on: tuple[str, ...]
    evidence: tuple[Evidence, ...]


def band(match_key: str, holders: Sequence[Holder]) -> tuple[bool, str]:
    """Whether a key may link its holders, and the name of its frequency band."""
    names = {h.name for h in holders if h.name}
    if len(names) > 1:
        return False, "several-names"
    if len(holders) > HOT_KEY:
        return False, "hot"
    return True, "one-name" if names else "no-name"


def decide_exact(match_key: str, holders: Iterable[Holder]) -> list[PairDecision]:
    """What should hold between all pairs of holders of one key: a pure function of the *set*.

    Returns:
        A decision for every pair; the caller compares it with the links there are.
    """
    ordered = sorted(holders, key=lambda h: h.key)
    linked, name = band(match_key, ordered)
    basis = f"key:{match_key}"
    depends = (f"band:{match_key}={name}",)
    return [
        PairDecision(a, b, basis, linked, name, depends, (Evidence(kind="exact-key", refs=(basis,)),))
        for a, b in combinations(ordered, 2)
    ]


@dataclass(frozen=True, slots=True)
class LinkPlan:
    """What to change about links so that they say what the rules say."""

    create: tuple[PairDecision, ...]
    revoke: tuple[tuple[Link, str], ...]
    reinstate: tuple[Link, ...]


def plan_exact(match_key: str, holders: Iterable[Holder], links: Mapping[tuple[str, str], Link]) -> LinkPlan:
    """Compares what the rule wants with the links there are.

    Args:
        match_key: the key concerned.
        holders: all personas that have it.
        links: (key_a, key_b) → the link this rule once made for this key, in force or not.

    Returns:
        The difference. What a human revoked stays revoked.
    """
    create, revoke, reinstate = [], [], []
    for decision in decide_exact(match_key, holders):
        link = links.get((decision.a.key, decision.b.key))
        if link is None:
            if decision.linked:
                create.append(decision)
        elif link.in_force and not decision.linked:
            revoke.append((link, f"the key is shared: {decision.reason}"))
        elif not link.in_force and decision.linked and (link.revoked_by or "").startswith("rule:"):
            reinstate.append(link)
    return LinkPlan(tuple(create), tuple(revoke), tuple(reinstate))
