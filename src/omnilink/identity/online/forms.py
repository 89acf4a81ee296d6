"""Name forms: each written name once, so that comparing two of them is one look into a cache."""

from functools import cache, lru_cache
from typing import NamedTuple

from omnilink.identity.name_evidence import compare_given, compare_words, formal_names
from omnilink.identity.name_letters import consonants
from omnilink.identity.name_parts import known_given_names
from omnilink.identity.person_name import NameEvidence, NameLevel, PersonName, compare_names
from omnilink.identity.tables import read_table

CLIPPED = 3
"""Letters of a given name inside another that make it a clipped form (Essa of Vanessa)."""


class NameForm:
    """One way a name is written; equal forms are one object.

    Attributes:
        text: canonical: what makes two forms one, and orders them.
        full: given name and surname are both written out.
        sounds: of its words, for finding candidates. `initials`: of given name and last surname, sorted: those of a
            name with a slip in either word, and of one with its fields exchanged.
    """

    __slots__ = ("full", "initials", "name", "sounds", "text")

    def __init__(self, name: PersonName) -> None:
        self.name = name
        self.text = "|".join((" ".join(name.given), " ".join(name.family), name.generation, " ".join(name.whole)))
        self.full = any(len(w) > 1 for w in name.given) and any(len(w) > 1 for w in name.family)
        words = [w for w in (*name.given[:1], *name.family) if len(w) > 1]
        self.sounds = tuple(sorted({consonants(w) or w for w in words}))
        self.initials = "".join(sorted(w[0] for w in (*name.given[:1], *name.family[-1:])))


class Likeness(NamedTuple):
    """What two forms say: bits of both parts, whether they contradict each other, and how."""

    given: NameLevel
    family: NameLevel
    clash: bool
    generation_conflict: bool
    two_surnames: bool


@lru_cache(maxsize=1 << 17)
def name_form(name: PersonName) -> NameForm | None:
    """The form of a parsed name; None for an empty one."""
    return NameForm(name) if name else None


@lru_cache(maxsize=1 << 19)
def compare_forms(a: NameForm, b: NameForm) -> Likeness:
    """How two forms compare. They clash where they cannot be one person's, marriages and slips allowed for."""
    evidence = compare_names(a.name, b.name)
    given = evidence.given
    straight, middle = compare_given(a.name.given, b.name.given)
    as_read = straight is NameLevel.CONFLICT is not middle
    if given is NameLevel.CONFLICT and as_read and (called := _called_alike(a.name.given, b.name.given)):
        given = called
    elif given is NameLevel.CONFLICT and _is_clipped(a.name, b.name):
        given = NameLevel.PARTIAL
    elif given is evidence.family is NameLevel.MISSING and _are_single_words(a.name, b.name):
        # Ana and Luis: that one could be a given name and the other a surname is no reason to take them for one.
        given = NameLevel.CONFLICT
    clash = (
        evidence.generation_conflict or given is NameLevel.CONFLICT or _another_surname(given, evidence, a.name, b.name)
    )
    return Likeness(
        given, evidence.family, clash, evidence.generation_conflict,
        len(a.name.family) > 1 and len(b.name.family) > 1,
    )  # fmt: skip


def _another_surname(given: NameLevel, evidence: NameEvidence, a: PersonName, b: PersonName) -> bool:
    """Another surname is another person unless the given name is surely the same: people marry.

    Whoever has two surnames keeps them: two others are somebody else's.
    """
    if evidence.family is not NameLevel.CONFLICT:
        return False
    return given < NameLevel.NEAR or (len(a.family) > 1 and len(b.family) > 1)


def _are_single_words(a: PersonName, b: PersonName) -> bool:
    here, there = (*a.given, *a.family), (*b.given, *b.family)
    return len(here) == len(there) == 1 and min(len(here[0]), len(there[0])) > 1


def _is_clipped(a: PersonName, b: PersonName) -> bool:
    return any(_is_part(x, y) or _is_part(y, x) for x in a.given for y in b.given)


def _is_part(x: str, y: str) -> bool:
    """Whether x is what is left of y. A name of its own is not: Juan of Juana, Martin of Martina."""
    return len(x) >= CLIPPED and x in y and x not in known_given_names() and not x.isupper()


def _called_alike(a: tuple[str, ...], b: tuple[str, ...]) -> NameLevel | None:
    """NICKNAME where the given names in use are a name and one of its further short forms, or two of one name's.

    NEAR where one of them is written with a slip.
    """
    if not a or not b:
        return None
    here, there = _names_for(a[0]), _names_for(b[0])
    if not here.isdisjoint(there):
        # Emma is called Emily, and may have a sister Emily.
        both_known = a[0] in known_given_names() and b[0] in known_given_names()
        return NameLevel.PARTIAL if both_known else NameLevel.NICKNAME
    if any(compare_words(x, y, given=True) >= NameLevel.NICKNAME for x in here for y in there):
        return NameLevel.NICKNAME
    for one, other in ((a[0], b[0]), (b[0], a[0])):
        if not _is_written_right(one) and any(
            compare_words(one, name, given=True) >= NameLevel.NEAR for name in _names_for(other) | formal_names(other)
        ):
            return NameLevel.NEAR
    return None


def _names_for(word: str) -> frozenset[str]:
    return _formal().get(word) or frozenset({word})


def _is_written_right(word: str) -> bool:
    return len(word) < 4 or word in known_given_names() or word in _formal()


@cache
def _formal() -> dict[str, frozenset[str]]:
    """Short form → the names it stands for."""
    found: dict[str, set[str]] = {}
    for name, called in read_table("online_nicknames")["english"].items():
        for short in called:
            found.setdefault(short, set()).add(name)
    return {short: frozenset(names) for short, names in found.items()}


@lru_cache(maxsize=1 << 18)
def names_mailbox(local: str, form: NameForm) -> int:
    """Whether the local part of a mail address names this person.

    Returns:
        1: it has their given name, or their surname with the right initial or alone. -1: it has words, and they are
        another name. 0: it says nothing (`x77@…`, one short word).
    """
    letters = "".join(c for c in local if c.isalpha())
    if len(letters) < 4:
        return 0
    given = [w for w in form.name.given if len(w) > 2]
    if any(w in letters for w in given):
        return 1
    for surname in form.name.family:
        if len(surname) > 2 and surname in letters:
            rest = letters.replace(surname, "", 1)
            for other in form.name.family:
                rest = rest.replace(other, "", 1) if len(other) > 2 else rest
            if len(rest) < 3:
                return 1 if not rest or any(w[0] == rest[0] for w in form.name.given) else -1
            return -1
    return -1
