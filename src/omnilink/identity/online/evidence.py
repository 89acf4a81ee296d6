"""Evidence between two personas, in bits; and what forbids that they are one, whatever the bits say."""

from collections.abc import Container, Mapping
from enum import IntEnum
from typing import NamedTuple

from omnilink.identity.online.born import age_years, compare_born
from omnilink.identity.online.forms import Likeness, compare_forms, names_mailbox
from omnilink.identity.online.home import compare_homes
from omnilink.identity.online.keys import KeyClass, key_class
from omnilink.identity.online.persona import Persona
from omnilink.identity.online.traffic import QUIET, Traffic
from omnilink.identity.online.weights import Weights
from omnilink.identity.person_name import NameLevel


class Clue(NamedTuple):
    """One piece of evidence: what it is, its bits, the key it rests on and the frequency band that key had.

    Never a value: `ref` is a key's canonical text, as in `Link.basis`.
    """

    kind: str
    bits: float
    ref: str = ""
    band: str = ""


class Tie(IntEnum):
    """What evidence does to two personas."""

    NONE = 0
    """Nothing by itself; it may be worth a human's look."""
    HINT = 1
    """Too little for a link, but one of the two has no name, and the name of its person may make it enough."""
    LINK = 2
    """One person, unless their groups contradict each other."""


class Weighed(NamedTuple):
    """The evidence between two personas."""

    bits: float
    clues: tuple[Clue, ...]
    tie: Tie


def forbidden(a: Persona, b: Persona) -> str:
    """Why two personas are never one, or "": two checked official numbers, or father and son (Sr, Jr)."""
    if a.identity and b.identity and a.identity != b.identity and a.identity_checked and b.identity_checked:
        return "two-checked-ids"
    if a.form is not None and b.form is not None and a.form.name.generation and b.form.name.generation:
        return "generations" if a.form.name.generation != b.form.name.generation else ""
    return ""


def why_apart(weighed: Weighed, w: Weights) -> str:
    """Why evidence joined nobody: `contradicts`, `one-claim` or `below-the-line`."""
    if weighed.tie is Tie.LINK:
        return "contradicts"
    return "one-claim" if weighed.bits >= w.link else "below-the-line"


class Scales:
    """Weighs what two personas have in common or against each other.

    Args:
        w: weights.
    """

    def __init__(self, w: Weights) -> None:
        self._w = w
        self._names: dict[Likeness, tuple[Clue, ...]] = {}

    def weigh(
        self, a: Persona, b: Persona, traffic: Mapping[str, Traffic], crowded: Container[str] = ()
    ) -> Weighed | None:
        """Weighs two personas that share a candidate key.

        Args:
            a: one.
            b: the other.
            traffic: of the handles they share.
            crowded: cases so many name that they are nobody's.

        Returns:
            None where it is not even worth a human's look.
        """
        w = self._w
        if a.scattered or b.scattered:
            return None
        clues: list[Clue] = []
        told = alike = False
        if (a.pin or b.pin) and a.claimed == b.claimed != (None, "") and a.index_keys == b.index_keys:
            clues.append(Clue("shows-the-same", w.identity["same"]))
            told = True
        if a.form is not None and b.form is not None:
            like = compare_forms(a.form, b.form)
            if like.given is like.family is NameLevel.CONFLICT and a.identity != b.identity:
                return None  # two other names: nothing but one official number could join them
            clues += self._names.get(like) or self._name_clues(like)
            told = told or not (like.given is like.family is NameLevel.MISSING)
            alike = like.given > NameLevel.MISSING
        if agreement := compare_born(a.born, b.born):
            clues.append(Clue(f"born-{agreement}", w.born[agreement]))
            told = True
            alike = alike or agreement == "year"
        if a.identity and b.identity:
            same = "same" if a.identity == b.identity else "differs"
            clues.append(Clue(f"id-{same}", w.identity[same]))
            told = True
        if a.home is not None and b.home is not None and (kind := compare_homes(a.home, b.home)):
            clues.append(Clue(f"home-{kind}", w.home[kind]))
            told = told or kind != "postcode"
        shared = [key for key in a.keys if key in b.keys]
        fewer, more = (a.cases, b.cases) if len(a.cases) <= len(b.cases) else (b.cases, a.cases)
        cases = [case for case in fewer if case in more and case not in crowded]
        told = told or bool(cases) or len(shared) > 1
        keyed = [_key_clue(a, b, key, traffic.get(key, QUIET), w, told=told, alike=alike) for key in shared]
        if cases:
            keyed.append(Clue("case", w.case, min(cases)))
        if len(keyed) > 1:
            keyed.sort(key=lambda clue: (-clue.bits, clue.ref))
            # A household shares several keys at once, so further ones are no independent evidence.
            keyed[1:] = [clue._replace(bits=clue.bits / 2) for clue in keyed[1:]]
        clues += keyed
        bits = sum([clue.bits for clue in clues])
        if bits < w.review:
            return None
        if forbidden(a, b):
            tie = Tie.NONE
        elif bits >= w.link and _is_grounded(a, b, clues, w):
            tie = Tie.LINK
        else:
            tie = Tie.HINT if a.form is None or b.form is None else Tie.NONE
        return Weighed(bits, tuple(clues), tie)

    def _name_clues(self, like: Likeness) -> tuple[Clue, ...]:
        w = self._w
        family = w.family[like.family]
        if like.family is NameLevel.EXACT and like.two_surnames:
            family += w.second_surname
        elif like.family is NameLevel.CONFLICT and like.given >= NameLevel.NEAR:
            family = w.surname_changed
        clues = (
            Clue(f"given-{like.given.name.lower()}", w.given[like.given]),
            Clue(f"family-{like.family.name.lower()}", family),
        )
        self._names[like] = clues
        return clues


def _is_grounded(a: Persona, b: Persona, clues: list[Clue], w: Weights) -> bool:
    """Whether evidence rests on more than names and places, and on more than one unchecked claim.

    Names are shared by strangers, a place's handle is everybody's, and whoever has seen a letter can state a number
    on it. A name counts that a mailbox bears. `lone_case` says that a case number needs no company.
    """
    said = 0
    named = False
    for clue in clues:
        if clue.bits <= 0:
            continue
        part = clue.kind.partition("-")[0]
        if part in ("given", "family"):
            named = True
        elif part == "case" and w.lone_case:
            return True
        elif part in ("born", "home", "case") or (part == "id" and not (a.identity_checked and b.identity_checked)):
            said += 1
        elif clue.band != "place":
            return True
    return said > 1 or (said == 1 and (named or _names_its_mailbox(a, b) or _names_its_mailbox(b, a)))


def _names_its_mailbox(a: Persona, b: Persona) -> bool:
    """Whether one's mailbox bears the other's name."""
    form = b.form
    mails = (key for key in a.keys if key.startswith("mailto:"))
    return form is not None and any(names_mailbox(_local_part(key), form) > 0 for key in mails)


def _local_part(key: str) -> str:
    """Of a mailbox's key."""
    return key[7:].partition("@")[0]


def _key_clue(a: Persona, b: Persona, key: str, traffic: Traffic, w: Weights, *, told: bool, alike: bool) -> Clue:
    """What a shared key is worth to these two."""
    kind = key_class(key)
    weights = w.key[kind]
    band = traffic.band(w)
    if band in ("few", "many") and traffic.leader is not None:
        leader, group_of = traffic.leader, traffic.group_of
        if group_of.get(a.claimed, leader) == leader == group_of.get(b.claimed, leader):
            band = "one"
    bits: float = getattr(weights, band)
    if band == "one":
        if not told and not _supported(a, b, key, kind, traffic):
            bits, band = weights.alone, "alone"
            if kind is KeyClass.TELEPHONE and max(a.times[0] - b.times[-1], b.times[0] - a.times[-1]) <= w.soon_s:
                bits += w.soon_bits
        elif kind is not KeyClass.ACCOUNT and (_is_child(a, w) or _is_child(b, w)):
            # Somebody else used it on a child's behalf.
            bits, band = weights.few, "child"
    if kind is KeyClass.TELEPHONE and (a.loose or b.loose) and band != "place":
        rest = max(a.times[0] - b.times[-1], b.times[0] - a.times[-1])
        if rest > w.rest_s:
            bits += w.rest_bits / 2 if alike else w.rest_bits
    return Clue(kind.value, bits, key, band)


def _supported(a: Persona, b: Persona, key: str, kind: KeyClass, traffic: Traffic) -> bool:
    """Whether a lone key is enough: its one holder is known from elsewhere, or was seen on it before."""
    if kind is KeyClass.MAIL:
        local = _local_part(key)
        fits = [names_mailbox(local, p.form) for p in (a, b) if p.form is not None]
        if fits and max(fits) > 0:
            return True
        if fits and min(fits) < 0:
            return False
    named = [p for p in (a, b) if p.form is not None or p.born]
    return any(traffic.group_of.get(p.claimed) in traffic.steady for p in named)


def _is_child(p: Persona, w: Weights) -> bool:
    return bool(p.born) and age_years(p.born, p.times[-1]) < w.adult_years
