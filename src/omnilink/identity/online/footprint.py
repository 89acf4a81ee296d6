"""Footprint: how an observation is kept and found again.

An observation is stored once, under a *sign* that everything of one persona has in common, and the sign under every
key the persona may be found by. So whoever loads a key, loads whole personas.
"""

import hashlib
import json
from functools import lru_cache

from omnilink.identity.name_parts import PersonName
from omnilink.identity.online.forms import name_form
from omnilink.identity.online.home import Home
from omnilink.identity.online.observation import Distrust, Observation, own_keys
from omnilink.identity.online.persona import Persona, Place, slot_of

PERSONA, NAMELESS, ALONE = "p", "n", "a"
"""What a sign begins with: of a persona; of what shows a handle and nothing else; of what nobody finds."""
PIN = "\x1dpin:"


@lru_cache(maxsize=1 << 16)
def sign_of_signature(signature: str) -> str:
    """The sign of a persona's signature; a pin does not count, because what is pinned was stored without one."""
    return PERSONA + _digest(signature.partition(PIN)[0])


def sign_of_handle(key: str) -> str:
    """The sign of what shows a handle's key and nothing else."""
    return NAMELESS + _digest(key)


def sign_of(o: Observation) -> str:
    """The sign an observation is stored under."""
    slot = slot_of(o, case_is_shared=bool(o.cases))
    if slot.place is Place.PERSONA:
        return sign_of_signature(slot.key)
    return sign_of_handle(slot.key) if slot.place is Place.NAMELESS else ALONE + _digest(o.id)


def keys_of(o: Observation) -> tuple[str, ...]:
    """The keys an observation is found by: every one of them may matter to who it is."""
    slot = slot_of(o, case_is_shared=bool(o.cases))
    if slot.place is Place.ALONE:
        return ()
    if slot.place is Place.NAMELESS:
        return (slot.key,)
    return (*Persona(0, slot.key, o).index_keys, *o.cases)


def encode(o: Observation, role: str = "") -> str:
    """What is kept of an observation, as JSON.

    Args:
        o: the observation.
        role: of its participant.
    """
    name = o.form.name if o.form is not None else None
    fields = {
        "keys": o.keys,
        "name": [name.given, name.family, name.generation, name.whole] if name is not None else None,
        "born": o.born,
        "home": o.home,
        "identity": o.identity,
        "checked": o.identity_checked or None,
        "cases": o.cases,
        "distrust": o.distrust.value,
        "role": role,
    }
    return json.dumps({k: v for k, v in fields.items() if v}, ensure_ascii=False, separators=(",", ":"))


def decode(id: str, at: int, doc: str) -> tuple[Observation, str]:
    """The observation that `encode` was given, and its participant's role."""
    shown, role = _decoded(doc)
    return (
        Observation(
            id, at, shown.keys, shown.form, shown.born, shown.home, shown.identity, shown.identity_checked,
            shown.cases, shown.distrust,
        ),
        role,
    )  # fmt: skip


@lru_cache(maxsize=1 << 14)
def _decoded(doc: str) -> tuple[Observation, str]:
    found = json.loads(doc)
    name, home = found.get("name"), found.get("home")
    form = None
    if name is not None:
        given, family, generation, whole = name
        form = name_form(PersonName(tuple(given), tuple(family), generation, tuple(whole)))
    return (
        Observation(
            id="",
            at=0,
            keys=own_keys(found.get("keys", ())),
            form=form,
            born=found.get("born", ""),
            home=Home(*home) if home else None,
            identity=found.get("identity", ""),
            identity_checked=bool(found.get("checked")),
            cases=tuple(found.get("cases", ())),
            distrust=Distrust(found.get("distrust", "")),
        ),
        found.get("role", ""),
    )


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode(errors="surrogatepass"), digest_size=9).hexdigest()
