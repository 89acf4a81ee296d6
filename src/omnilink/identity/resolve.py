"""Resolve, first floor: which persona took part, and which personas exact keys make one.

A persona is keyed by its handle; by handle and stated name on a telephone; on its own after a failed
authentication. Personas that share a match key are linked (`exact_key`). A telephone number is taken
as one person's only while at most one name was ever stated on it: with the second name its exact links are
revoked, and its nameless caller is nobody in particular.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from omnilink.identity.normalise import is_withheld, normalise, normalise_name
from omnilink.model.handle import Handle
from omnilink.model.participant import Attestation, Participant
from omnilink.model.persona import FAILED_KEY, UNNAMED_KEY, Link, Method, PersonaRef

RULE_EXACT = "rule:exact-key"
HOT_KEY = 12
"""Personas that may share one telephone number and still be linked; above it the number is a place's."""


@dataclass(frozen=True, slots=True, repr=False)
class PersonaSeed:
    """The persona a participant belongs to, by its canonical key (it may exist already)."""

    key: str
    handle: Handle | None
    match_keys: tuple[str, ...]
    name: str | None
    method: Method
    reason: str


def seed_persona(participant: Participant, *, place: str) -> PersonaSeed:
    """Which persona a participant is attributed to.

    Args:
        participant: as seen, its handle normalised.
        place: where it was seen: what names a persona that nothing else names.
    """
    handle = participant.handle
    if handle is None or is_withheld(handle):
        # Everybody who withholds the number shares the word for it; it must not make them one person.
        reason = "no-handle" if handle is None else "withheld"
        return PersonaSeed(f"{UNNAMED_KEY}{place}", handle, (), None, Method.EXACT_KEY, reason)
    if participant.attestation is Attestation.FAILED:
        # The handle is what somebody claims to be; it must not lead to its holder.
        return PersonaSeed(
            f"{FAILED_KEY}{handle.key}#{place}", handle, (), None, Method.EXACT_KEY, "failed-authentication"
        )
    if handle.scheme == "tel" and (stated := participant.stated("name")) and (name := normalise_name(stated)):
        return PersonaSeed(
            f"{handle.key}#{name}", handle, handle.match_keys, name, Method.EXACT_KEY, "handle-and-stated-name"
        )
    return PersonaSeed(handle.key, handle, handle.match_keys, None, Method.EXACT_KEY, "handle")


@dataclass(frozen=True, slots=True, repr=False)
class ExactPlan:
    """What a new holder of a telephone number changes about the links of that number.

    Attributes:
        link_with: persona keys of the holders the new one is to be linked with.
        revoke: links of this key that are to go out of force.
        band: how the number is used now: `no-name`, `one-name`, `several-names`, `hot`.
    """

    link_with: tuple[str, ...]
    revoke: tuple[Link, ...]
    band: str


def band(holders: Iterable[PersonaRef]) -> str:
    """How a telephone number is used; a function of the set of its holders."""
    known = list(holders)
    names = {ref.name for ref in known if ref.name}
    if len(names) > 1:
        return "several-names"
    if len(known) > HOT_KEY:
        return "hot"
    return "one-name" if names else "no-name"


def plan_exact(newcomer: PersonaRef, holders: Mapping[str, PersonaRef], links: Iterable[Link]) -> ExactPlan:
    """What the exact-key rule wants when a persona becomes the newest holder of a telephone number.

    Holders never go, so a number's band only ever moves towards `several-names` and `hot`, and every order of
    arrival ends with the same links in force.

    Args:
        newcomer: the new holder.
        holders: persona key → holder, the new one included.
        links: the links this rule made for this number, in force or not.
    """
    found = band(holders.values())
    if found in ("several-names", "hot"):
        return ExactPlan((), tuple(link for link in links if link.in_force), found)
    return ExactPlan(tuple(sorted(key for key in holders if key != newcomer.key)), (), found)


def keys_to_read(seed: PersonaSeed) -> tuple[set[str], set[str]]:
    """What a decision about a persona has to read.

    Returns:
        Persona keys (its own, and the mailbox behind a variant), and the match keys whose holders count.
    """
    shared = {key for key in seed.match_keys if is_shared(key)}
    return {seed.key, *(set(seed.match_keys) - shared)}, shared


def is_shared(match_key: str) -> bool:
    """Whether a match key may be several people's: a telephone's, never a mailbox's or an account's."""
    return match_key.startswith("tel:")


def seed_mailbox(match_key: str) -> PersonaSeed:
    """The mailbox that variants of a mail address lead to (`ana+tax@gmail.com` to `ana@gmail.com`).

    Every variant is linked with it, seen or not, so that the links are the same in every order of arrival, and as
    many as there are variants.
    """
    handle = normalise(Handle.parse(match_key))
    return PersonaSeed(handle.key, handle, (match_key,), None, Method.EXACT_KEY, "handle")
