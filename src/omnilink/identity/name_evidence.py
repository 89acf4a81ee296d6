"""How alike two names are: a level for the given names, one for the surnames, and what must be known beside them.

Pure and cached by word, so a comparison costs microseconds. Nothing is guessed about gender: two different known
given names are a conflict, however alike they look (Mario and Maria may be twins). Jaro-Winkler: W. E. Winkler 1990,
by rapidfuzz (MIT).
"""

from dataclasses import dataclass, replace
from enum import IntEnum
from functools import cache, lru_cache

from rapidfuzz.distance import OSA, JaroWinkler

from omnilink.identity.name_letters import consonants, sounds
from omnilink.identity.name_parts import PersonName, family_first, known_given_names
from omnilink.identity.tables import read_table

Words = tuple[str, ...]


class NameLevel(IntEnum):
    """How alike two names or parts are; a higher level is stronger evidence for one person."""

    CONFLICT = 0
    """Both are stated and no reading makes them one."""
    MISSING = 1
    """One of the two does not state it: no evidence."""
    PARTIAL = 2
    """One states a part of the other: one of two surnames, a second given name alone."""
    INITIAL = 3
    """An initial that the other's name begins with."""
    NEAR = 4
    """A typing error or the same sound."""
    NICKNAME = 5
    """A familiar form, or the same name in a neighbouring language."""
    ROMANISED = 6
    """Another spelling or transliteration of the same name."""
    EXACT = 7
    """The same words, whatever their case, accents, particles and hyphens."""


@dataclass(frozen=True, slots=True)
class NameEvidence:
    """What two names say about being one person's.

    Attributes:
        level: of the whole: the lower one of its parts; PARTIAL at most where only one part can be compared.
        given: of the given names.
        family: of the surnames.
        middle: of further given names and initials, MISSING where one has none.
        swapped: given name and surname agree only with the fields exchanged.
        generation_conflict: Jr against Sr, II against III: father and son. `generation_missing`: only one states it.
    """

    level: NameLevel
    given: NameLevel
    family: NameLevel
    middle: NameLevel = NameLevel.MISSING
    swapped: bool = False
    generation_conflict: bool = False
    generation_missing: bool = False


_NOTHING = NameEvidence(NameLevel.MISSING, NameLevel.MISSING, NameLevel.MISSING)


def compare_names(a: PersonName, b: PersonName) -> NameEvidence:
    """Compares two names.

    An undivided name is read in whichever way agrees best with the other; fields filled the wrong way round are
    noticed. An initial never rescues a given name that conflicts.

    Args:
        a: one name, from `parse_name`.
        b: the other.

    Returns:
        The evidence; symmetric in its arguments.
    """
    if not a or not b:
        return _NOTHING
    best = _read_as(a, b, a.given, a.family, b.given, b.family)
    if best.level < NameLevel.NEAR and not (best.middle is NameLevel.CONFLICT and best.family >= NameLevel.NEAR):
        best = max([best, *_other_readings(a, b)], key=_strength)
    return best


def _strength(evidence: NameEvidence) -> tuple[int, int, int, bool, int, int]:
    together = evidence.given + evidence.family + evidence.middle
    # Two undivided names that share a word and differ in the other (Wang Wei, Wang Lei) are of one family.
    of_one_family = evidence.family if evidence.level is NameLevel.CONFLICT else 0
    return evidence.level, of_one_family, together, not evidence.swapped, evidence.given, evidence.family


def _other_readings(a: PersonName, b: PersonName) -> list[NameEvidence]:
    readings = []
    divided = a.given and a.family and b.given and b.family and not (a.whole or b.whole)
    if divided and (swapped := _read_swapped(a, b)) is not None:
        readings.append(swapped)
    if len(a.whole) == 2 == len(b.whole) and a.whole[0] == b.whole[0] and a.whole[0] in family_first():
        readings.append(_read_as(a, b, a.whole[1:], a.whole[:1], b.whole[1:], b.whole[:1]))
    for given, family in _splits(a.whole):
        readings.append(_reread(a, b, given, family, b.given, b.family))
    for given, family in _splits(b.whole):
        readings.append(_reread(a, b, a.given, a.family, given, family))
    return readings


def _read_swapped(a: PersonName, b: PersonName) -> NameEvidence | None:
    """One of the two has its fields filled the wrong way round: the one whose reading makes more given names known.

    Where both are as likely, what they agree in has to hold either way. None where they agree in nothing.
    """
    ways = ((a.given, a.family, b.family, b.given), (a.family, a.given, b.given, b.family))
    known = [sum(word in known_given_names() for word in (*way[0], *way[2])) for way in ways]
    readings = []
    for way, count in zip(ways, known, strict=True):
        if count == max(known):
            read = _read_as(a, b, *way, swapped=True)
            if min(read.given, read.family) <= NameLevel.MISSING or max(read.given, read.family) < NameLevel.NEAR:
                return None
            readings.append(read)
    return min(readings, key=_strength)


def _reread(
    a: PersonName, b: PersonName, given_a: Words, family_a: Words, given_b: Words, family_b: Words
) -> NameEvidence:
    """Another reading; one that explains a surname away as a second given name is no full agreement."""
    read = _read_as(a, b, given_a, family_a, given_b, family_b)
    explained_away = len(given_a) != len(given_b) and "".join(given_a) != "".join(given_b)
    return replace(read, level=min(read.level, NameLevel.PARTIAL)) if explained_away else read


@lru_cache(maxsize=16_384)
def _splits(whole: Words) -> tuple[tuple[Words, Words], ...]:
    """Every way to cut an undivided name, surname last or first."""
    if len(whole) == 1:
        return ((whole, ()), ((), whole))
    cuts = range(1, len(whole))
    return tuple([(whole[:i], whole[i:]) for i in cuts] + [(whole[i:], whole[:i]) for i in cuts])


def _read_as(
    a: PersonName,
    b: PersonName,
    given_a: Words,
    family_a: Words,
    given_b: Words,
    family_b: Words,
    *,
    swapped: bool = False,
) -> NameEvidence:
    given, middle = compare_given(given_a, given_b)
    family = compare_family(family_a, family_b)
    low, high = min(given, family), max(given, family)
    if low is NameLevel.MISSING:
        low = min(high, NameLevel.PARTIAL)
    return NameEvidence(
        low,
        given,
        family,
        middle,
        swapped,
        bool(a.generation and b.generation and a.generation != b.generation),
        bool(a.generation) != bool(b.generation),
    )


@lru_cache(maxsize=131_072)
def compare_given(a: Words, b: Words) -> tuple[NameLevel, NameLevel]:
    """The level of the given names in use, and that of the further ones."""
    if not a or not b:
        return NameLevel.MISSING, NameLevel.MISSING
    if a == b or "".join(a) == "".join(b):
        return NameLevel.EXACT, NameLevel.EXACT if min(len(a), len(b)) > 1 else NameLevel.MISSING
    compound = _compound(a, b)
    if compound is not None:
        return compound, NameLevel.MISSING
    if len(a) != len(b) and (whole := compare_words("".join(a), "".join(b), True)) is NameLevel.ROMANISED:
        return whole, NameLevel.MISSING
    first = compare_words(a[0], b[0], True)
    if first is not NameLevel.CONFLICT:
        middle = _further(a[1:], b[1:])
        if middle is NameLevel.CONFLICT and first >= NameLevel.NEAR and _are_known(a[1], b[1]):
            # José Antonio and José Manuel may be brothers.
            return NameLevel.CONFLICT, NameLevel.CONFLICT
        return (min(first, NameLevel.PARTIAL) if middle is NameLevel.CONFLICT else first), middle
    # Called by a second given name; only full words count here, or an initial would rescue a conflict.
    crossed = max(
        (compare_words(x, y, True) for x in a for y in b if (x == y and len(x) > 1) or min(len(x), len(y)) > 3),
        default=first,
    )
    if crossed >= NameLevel.NICKNAME:
        both = (
            len(a) > 1
            and len(b) > 1
            and min(compare_words(a[0], b[1], True), compare_words(a[1], b[0], True)) > NameLevel.MISSING
        )
        return (NameLevel.NEAR if both else NameLevel.PARTIAL), NameLevel.MISSING
    return NameLevel.CONFLICT, NameLevel.MISSING


def _are_known(a: str, b: str) -> bool:
    return a in known_given_names() and b in known_given_names()


def _further(a: Words, b: Words) -> NameLevel:
    if not a or not b:
        return NameLevel.MISSING
    return compare_words(a[0], b[0], True)


def _compound(a: Words, b: Words) -> NameLevel | None:
    """María Teresa and Maite, Francisco Javier and Javi; None where no compound name is concerned."""
    nicknames = _compounds()
    for one, other in ((a, b), (b, a)):
        if len(one) > 1 and (nicks := nicknames.get(" ".join(one))) and " ".join(other) in nicks:
            return NameLevel.NICKNAME
    return None


@lru_cache(maxsize=131_072)
def compare_family(a: Words, b: Words) -> NameLevel:
    """The level of the surnames."""
    if not a or not b:
        return NameLevel.MISSING
    if a == b or "".join(a) == "".join(b):
        return NameLevel.EXACT
    shorter, longer = (a, b) if len(a) <= len(b) else (b, a)
    straight = min(map(compare_words, shorter, longer))
    if len(shorter) == len(longer):
        crossed = min(map(compare_words, shorter, reversed(longer))) if len(shorter) > 1 else NameLevel.CONFLICT
        return max(straight, min(crossed, NameLevel.NEAR))
    one, other = "".join(shorter), "".join(longer)
    if abs(len(one) - len(other)) < 3 and (whole := compare_words(one, other)) >= NameLevel.NEAR:
        return whole
    if all(max(compare_words(x, y) for y in longer) >= NameLevel.NEAR for x in shorter if len(x) > 1):
        # Two initials of surnames are no surname.
        return NameLevel.PARTIAL if any(len(x) > 1 for x in shorter) else NameLevel.CONFLICT
    return NameLevel.CONFLICT


@lru_cache(maxsize=262_144)
def compare_words(a: str, b: str, given: bool = False) -> NameLevel:
    """The level of two single words of a name.

    Args:
        a: one word in comparison letters.
        b: the other.
        given: they are given names, for which nicknames and tables of known names count.
    """
    if a == b:
        return NameLevel.EXACT
    if a.isupper() or b.isupper():
        return _compare_abjad(a, b)
    if len(a) == 1 or len(b) == 1:
        return NameLevel.INITIAL if _is_initial(a, b, given) else NameLevel.CONFLICT
    if not _spellings(given).get(a, _NONE).isdisjoint(_spellings(given).get(b, _NONE)):
        return NameLevel.ROMANISED
    if given:
        if not formal_names(a).isdisjoint(formal_names(b)):
            return NameLevel.NICKNAME
        if _are_known(a, b) or (a[:-1] == b[:-1] and {a[-1], b[-1]} == {"a", "o"}) or _is_feminine(a, b):
            return NameLevel.CONFLICT
    shortest = min(len(a), len(b))
    if shortest > 2 and not sounds(a).isdisjoint(sounds(b)):
        return NameLevel.ROMANISED
    return NameLevel.NEAR if _is_near(a, b, shortest) else NameLevel.CONFLICT


_NONE: frozenset[str] = frozenset()
_SAME_LETTER = str.maketrans({"q": "k", "c": "k", "w": "v", "y": "i", "j": "i"})
"""Letters that begin one name in different transliterations: Chana and Khana, Wasil and Vasil, Yuri and Juri."""
_FEMININE = frozenset(("a", "e", "ne", "na", "ia", "ie", "ina", "ine", "ette", "etta", "ita", "la", "le"))
"""What makes a woman's name of a man's: Juana, Danielle, Martina. A slip of the pen looks the same."""


def _is_initial(a: str, b: str, given: bool) -> bool:
    """Whether the one of a single letter begins the other, or a name the other is a familiar form of (J. and Pepe)."""
    letter, word = (a, b) if len(a) == 1 else (b, a)
    if letter == word[0] or letter.translate(_SAME_LETTER) == word[0].translate(_SAME_LETTER):
        return True
    return given and len(word) > 1 and any(letter == name[0] for name in formal_names(word))


def _is_feminine(a: str, b: str) -> bool:
    shorter, longer = (a, b) if len(a) < len(b) else (b, a)
    return longer.startswith(shorter) and longer[len(shorter) :] in _FEMININE and shorter in known_given_names()


def _is_near(a: str, b: str, shortest: int) -> bool:
    if shortest < 3:
        return False
    if len(a) == len(b) and _are_exchanged(a, b):
        return True
    if shortest >= 4 and (a.startswith(b) or b.startswith(a)):
        return True
    likeness = JaroWinkler.similarity(a, b)
    if likeness < 0.78:
        return False
    slips = OSA.distance(a, b)
    if slips <= (1 if shortest < 8 or a[0] != b[0] else 2) and shortest > 3:
        return True
    if shortest == 3 and slips == 1 and abs(len(a) - len(b)) == 1:
        return True
    return likeness >= 0.93 or (len(skeleton := consonants(a)) > 2 and skeleton == consonants(b) and likeness >= 0.8)


def _are_exchanged(a: str, b: str) -> bool:
    """Whether two words differ in two neighbouring letters that changed places."""
    return sorted(a) == sorted(b) and OSA.distance(a, b) == 1


def _compare_abjad(a: str, b: str) -> NameLevel:
    # A Hebrew shin is an s or a sh.
    one, other = consonants(a).replace("X", "S"), consonants(b).replace("X", "S")
    if (len(a) == 1 and a.islower()) or (len(b) == 1 and b.islower()):
        return NameLevel.INITIAL if one[:1] == other[:1] else NameLevel.CONFLICT
    if one == other or (one and other and one.rstrip("H") == other.rstrip("H")):
        return NameLevel.ROMANISED if one else NameLevel.CONFLICT
    return NameLevel.NEAR if min(len(one), len(other)) > 3 and OSA.distance(one, other) == 1 else NameLevel.CONFLICT


# --- tables ------------------------------------------------------------------------------------------------


@cache
def _spellings(given: bool) -> dict[str, frozenset[str]]:
    """Word → the groups of spellings it stands in."""
    found: dict[str, set[str]] = {}
    for language, groups in read_table("name_spellings")["given" if given else "family"].items():
        for number, group in enumerate(groups):
            for name in group:
                found.setdefault(name, set()).add(f"{language}{number}")
    return {name: frozenset(groups) for name, groups in found.items()}


@cache
def _formal() -> dict[str, frozenset[str]]:
    """Name → the formal names its bearer may have, itself included."""
    found: dict[str, set[str]] = {}
    for language, table in read_table("nicknames").items():
        if language == "spanish_compound":
            continue
        for formal, nicks in table.items():
            found.setdefault(formal, set()).add(formal)
            for nick in nicks:
                found.setdefault(nick, set()).add(formal)
    return {name: frozenset(formals) for name, formals in found.items()}


@lru_cache(maxsize=65_536)
def formal_names(name: str) -> frozenset[str]:
    """The names of which this one is a familiar form, itself if it is none."""
    return _formal().get(name) or frozenset((name,))


@cache
def _compounds() -> dict[str, frozenset[str]]:
    table = read_table("nicknames")["spanish_compound"]
    return {
        " ".join(w for w in name.split() if w not in ("del", "de")): frozenset(nicks) for name, nicks in table.items()
    }
