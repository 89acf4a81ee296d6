"""Personas: observations that show the same handles and claims, as one.

A persona's contents are a function of the set of its observations. What shows a single handle and nothing else is no
persona: who used the handle that day is asked of everybody who holds it (`nameless`).
"""

from bisect import bisect_left, insort
from enum import Enum
from typing import NamedTuple

from omnilink.identity.online.forms import NameForm
from omnilink.identity.online.home import Home, home_keys
from omnilink.identity.online.keys import KeyClass, key_class
from omnilink.identity.online.observation import Distrust, Observation


class Place(Enum):
    """Where an observation belongs."""

    PERSONA = "persona"
    NAMELESS = "nameless"
    ALONE = "alone"


class Slot(NamedTuple):
    """Where an observation belongs: `key` is a persona's signature, the handle it shows, or its own id."""

    place: Place
    key: str


def slot_of(o: Observation, *, case_is_shared: bool) -> Slot:
    """Where an observation belongs; a function of what it shows.

    Args:
        o: the observation.
        case_is_shared: somebody else, or the same person elsewhere, named its case too, so that the case may tell whose
            it is.
    """
    if o.distrust in (Distrust.UNVOUCHED, Distrust.HEARSAY) and len(o.keys) == 1:
        return Slot(Place.NAMELESS, o.keys[0])
    if o.distrust is not Distrust.NOTHING:
        return Slot(Place.ALONE, o.id)
    named = o.form is not None
    if o.identity or (o.keys and (named or o.born or o.home or len(o.keys) > 1)) or (named and (o.born or o.home)):
        return Slot(Place.PERSONA, signature(o))
    if o.keys and key_class(o.keys[0]) is KeyClass.ACCOUNT:
        return Slot(Place.PERSONA, signature(o))
    if case_is_shared:
        return Slot(Place.PERSONA, signature(o) + o.cases[0])
    return Slot(Place.NAMELESS, o.keys[0]) if o.keys else Slot(Place.ALONE, o.id)


def signature(o: Observation) -> str:
    """What makes two observations one persona: everything shown but the time and the cases."""
    home = "\x1e".join(o.home) if o.home else ""
    checked = "1" if o.identity_checked else ""
    return "\x1f".join((*o.keys, o.form.text if o.form else "", o.born, home, o.identity, checked))


def in_crowd(o: Observation) -> str:
    """The signature of an observation's part of a persona that falls apart.

    Who says the same of themselves and names one case is one person. Everybody else is one for one moment: the time
    tells them apart, since nothing canonical does that they show.
    """
    described = o.form is not None or o.born or o.home
    return f"{signature(o)}\x1dcrowd:{''.join(o.cases) if described and o.cases else o.at}"


def pinned(o: Observation) -> Slot:
    """The place of an observation a human told apart: a persona of its own."""
    return Slot(Place.PERSONA, f"{signature(o)}\x1dpin:{o.id}")


class Persona:
    """Observations with one signature.

    Attributes:
        number: its handle within one directory; never part of a decision.
        signature: canonical; orders personas where an order is needed.
        pin: the observation a human took out of its persona, or "".
        claimed: who it says it is, name and birth date.
        findable: nothing distrusted it, so other personas may find it by what it shows.
        held: two claims, or a checked one, hold it together whatever its handles are worth.
        scattered: it is not held, and its handles are places': whoever shows the same may be anybody.
        cases: case key → number of observations.
        seen: observation id → time; `times`: the same, sorted; `first`: the earliest as (time, id).
        loose: it shows no full name. `weak`: nor a birth date or an official number, so it may fit several people.
    """

    __slots__ = (
        "born", "cases", "claimed", "findable", "first", "form", "held", "home", "identity", "identity_checked",
        "index_keys", "keys", "loose", "number", "pin", "scattered", "seen", "signature", "times", "weak",
    )  # fmt: skip

    def __init__(self, number: int, sign: str, o: Observation, pin: str = "", *, crowd: bool = False) -> None:
        self.number, self.signature, self.pin = number, sign, pin
        # Who uses a place's handles is told by the persona that fell apart, and not by its parts once more.
        self.keys = () if crowd else o.keys
        self.form, self.born, self.home = o.form, o.born, o.home
        self.identity, self.identity_checked = o.identity, o.identity_checked
        self.claimed = (o.form, o.born)
        self.cases: dict[str, int] = {}
        self.seen: dict[str, int] = {}
        self.times: list[int] = []
        self.first = (o.at, o.id)
        self.loose = self.form is None or not self.form.full
        self.weak = not (self.form is not None and self.form.full) and not self.born and not self.identity
        self.findable = o.distrust is Distrust.NOTHING
        by_case = sign != signature(o)  # not secret: what a persona shows
        claims = (o.form is not None, o.born, o.home, o.identity, by_case)
        self.held = bool(pin) or crowd or (bool(o.identity) and o.identity_checked) or sum(map(bool, claims)) > 1
        self.scattered = False
        self.index_keys = _index_keys(self.keys, self.form, self.born, self.home, self.identity)

    def add(self, o: Observation) -> tuple[str, ...]:
        """Takes an observation in; returns the cases that are new to the persona."""
        self.seen[o.id] = o.at
        insort(self.times, o.at)
        self.first = min(self.first, (o.at, o.id))
        new = tuple(case for case in o.cases if case not in self.cases)
        for case in o.cases:
            self.cases[case] = self.cases.get(case, 0) + 1
        return new

    def remove(self, o: Observation) -> tuple[str, ...]:
        """Takes an observation out; returns the cases the persona has no more."""
        del self.times[bisect_left(self.times, self.seen.pop(o.id))]
        if self.first == (o.at, o.id) and self.seen:
            self.first = min((at, id) for id, at in self.seen.items())
        gone = []
        for case in o.cases:
            self.cases[case] -= 1
            if not self.cases[case]:
                del self.cases[case]
                gone.append(case)
        return tuple(gone)


def _index_keys(
    keys: tuple[str, ...], form: NameForm | None, born: str, home: Home | None, identity: str
) -> tuple[str, ...]:
    """Under which keys other personas may find this one; without those of its cases."""
    found = list(keys)
    if identity:
        found.append(identity)
    if form is not None:
        if born:
            found += [f"born:{born}{sound}" for sound in form.sounds]
            found.append(f"born:{born}{form.initials}.")
        if home is not None:
            found += home_keys(home, form.sounds)
    return tuple(dict.fromkeys(found))
