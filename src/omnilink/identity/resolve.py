"""Resolve: which persona a participant is taken to be as long as nothing else is known, and what it showed.

A persona is what was shown on one handle: the handle alone (whoever uses it), or the handle with a stated name and
other claims. Whoever failed an authentication, and whoever showed no handle, is a persona of its own. Who of a
handle's holders a participant was, and which personas are one person, `identity.online` decides.
"""

import hashlib
from dataclasses import dataclass, replace
from functools import lru_cache

from omnilink.identity.normalise import is_withheld, normalise_name
from omnilink.identity.online.forms import name_form
from omnilink.identity.online.observation import Distrust, Observation, observe_participant
from omnilink.identity.online.persona import Place, signature, slot_of
from omnilink.identity.person_name import parse_name
from omnilink.model.handle import Handle
from omnilink.model.participant import Attestation, Participant
from omnilink.model.persona import FAILED_KEY, UNNAMED_KEY, UNVOUCHED_KEY, PersonaRef


@dataclass(frozen=True, slots=True, repr=False)
class PersonaSeed:
    """The persona a participant is taken to be at first, by its canonical key (it may exist already).

    Attributes:
        shown: what the participant showed; its id and time are still to be set.
        name: the stated name, normalised.
    """

    key: str
    handle: Handle | None
    match_keys: tuple[str, ...]
    name: str | None
    shown: Observation


def seed_persona(participant: Participant, *, place: str) -> PersonaSeed:
    """Which persona a participant is taken to be at first.

    Args:
        participant: as seen, its handle normalised.
        place: where it was seen: what names a persona that nothing else names.
    """
    seed = _seed(participant)
    return seed if seed.key else replace(seed, key=f"{_prefix(participant, seed)}{place}")


def _prefix(participant: Participant, seed: PersonaSeed) -> str:
    handle = seed.handle
    if handle is None or is_withheld(handle):
        # Everybody who withholds the number shares the word for it; it must not make them one person.
        return UNNAMED_KEY
    failed = participant.attestation is Attestation.FAILED
    return f"{FAILED_KEY if failed else UNVOUCHED_KEY}{handle.key}#"


@lru_cache(maxsize=1 << 14)
def _seed(participant: Participant) -> PersonaSeed:
    """The seed; its key is "" where the place has to name it."""
    handle = participant.handle
    if handle is None or is_withheld(handle):
        hidden = participant.model_copy(update={"handle": None})
        return PersonaSeed("", handle, (), None, observe_participant(hidden, id="", at=0))
    match_keys = handle.match_keys or (handle.key,)
    usable = participant.model_copy(update={"handle": handle.model_copy(update={"match_keys": match_keys})})
    shown = observe_participant(usable, id="", at=0)
    slot = slot_of(shown, case_is_shared=False)
    if shown.distrust is not Distrust.NOTHING and slot.place is Place.ALONE:
        # The handle is what somebody claims to be; it must not lead to its holder.
        return PersonaSeed("", handle, (), None, shown)
    if slot.place is not Place.PERSONA:
        return PersonaSeed(handle.key, handle, match_keys, None, shown)
    name = (normalise_name(_stated_name(participant)) or None) if shown.form is not None else None
    claims = _claims(shown, match_keys)
    return PersonaSeed(f"{handle.key}{claims}", handle, match_keys, name, shown)


def _stated_name(participant: Participant) -> str:
    stated = participant.stated
    pieces = f"{stated('given_name') or ''} {stated('family_name') or ''}".strip()
    display = participant.handle.display if participant.handle is not None else None
    return stated("name") or stated("display_name") or display or pieces


def _claims(shown: Observation, keys: tuple[str, ...]) -> str:
    """What a persona's key says beside the handle, so that equal keys mean that the same was shown."""
    form, plain, text = shown.form, None, ""
    if form is not None:
        words = " ".join(word for word in (*form.name.given, *form.name.family, form.name.generation) if word)
        plain, text = name_form(parse_name(words)), f"#{words}"
    only_name = form is plain and not (shown.born or shown.home or shown.identity)
    if only_name and set(shown.keys) == set(keys):
        return text
    rest = hashlib.blake2b(signature(shown).encode(errors="surrogatepass"), digest_size=5).hexdigest()
    return f"{text or '#'}~{rest}"


def only_contact(ref: PersonaRef, holders: dict[str, PersonaRef]) -> PersonaRef | None:
    """The persona a new one without a name is taken to belong to: that of the only contact on its handle, if one is.

    Args:
        ref: the new persona.
        holders: persona key → everybody on the handle, the new one included.
    """
    others = [holder for key, holder in sorted(holders.items()) if key != ref.key]
    return others[0] if others and len({other.contact for other in others}) == 1 else None
