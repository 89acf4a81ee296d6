"""The parts of a stated name: given names, surnames, generation, whichever order and script it came in.

Which word is a surname is a guess for an undivided name; `whole` keeps its words so that a comparison can try the
other readings. Tables: `data/name_order.toml`, `data/names.toml`, `data/nicknames.toml`.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from omnilink.identity.name_letters import is_han_or_hangul, latin_words
from omnilink.identity.tables import read_table

MOST_WORDS = 12
"""Words of a name that are read; the rest of an endless one is left out."""
LONGEST = 200
_COMMA = re.compile("[,،，、]")
_DOTTED_TITLE = re.compile(r"\b(?:Ph\.?\s?D|M\.\s?D)\.?(?=\W|$)", re.IGNORECASE)


@dataclass(frozen=True, slots=True, repr=False)
class PersonName:
    """A name in comparison letters.

    Attributes:
        given: given names, the one in use first; for an abjad the consonants in capitals.
        family: surnames without particles.
        generation: `jr`, `sr`, `ii`, `iii`, `iv` or "".
        whole: all words of an undivided name in the order written; empty where given and family were stated apart.
    """

    given: tuple[str, ...] = ()
    family: tuple[str, ...] = ()
    generation: str = ""
    whole: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.given or self.family)


def parse_name(full: str | None = None, given: str | None = None, family: str | None = None) -> PersonName:
    """Reads a name stated in one piece, in two, or both (then the two pieces count).

    Args:
        full: a name in one piece: a display name, `García López, María`, `王小明`, `Нгуен Ван Ань`.
        given: given names stated apart.
        family: surnames stated apart.

    Returns:
        Its parts; empty where nothing is a name. Total: any text is accepted.
    """
    return _parsed((full or "")[:LONGEST], (given or "")[:LONGEST], (family or "")[:LONGEST])


@lru_cache(maxsize=65_536)
def _parsed(full: str, given: str, family: str) -> PersonName:
    given_words, given_generation = _words(given, last=False)
    family_words, family_generation = _words(family, last=True)
    if given_words or family_words:
        generation = family_generation or given_generation
        return PersonName(_given(given_words), _family(family_words), generation)
    return _undivided(full)


def _words(text: str, *, last: bool) -> tuple[list[str], str]:
    """Words without titles, and the generation at the end.

    Args:
        text: as stated.
        last: the text ends the name, so that "Sr" there is Senior, not the Spanish title.
    """
    if not text or text.isspace():
        return [], ""
    titles = _titles()
    words = [word for word in latin_words(_DOTTED_TITLE.sub(" ", text)) if word not in titles.always][:MOST_WORDS]
    words = _written_out(words, last=last)
    generation = ""
    while len(words) > 1 and words[-1] in titles.generations:
        generation = titles.generations[words.pop()]
    if words and words[0] in titles.before_name and (len(words) > 1 or not last):
        words = words[1:]
    if len(words) > 2 and words[0] in titles.if_two_remain:
        words = words[1:]
    return words, generation


def _written_out(words: list[str], *, last: bool) -> list[str]:
    """Abbreviated names in full. `Ma` is María beside another given name (Mª Carmen, José Mª), else a surname."""
    short, known = read_table("names")["abbreviations"]["words"], known_given_names()
    out = [short.get(word, word) for word in words]
    for i, word in enumerate(out):
        if word == "ma" and len(out) > 1:
            before, after = out[i - 1] if i else "", out[i + 1] if i + 1 < len(out) else ""
            if (after in known and not before) or (before in known and (after or not last)):
                out[i] = "maria"
    return out


def _given(words: Sequence[str]) -> tuple[str, ...]:
    return _joined_servant([word for word in words if word not in _order().within_given] or words)


def _family(words: Sequence[str]) -> tuple[str, ...]:
    order = _order()
    joined: list[str] = []
    prefix = ""
    for i, word in enumerate(words):
        if word in order.joined and i + 1 < len(words) and len(words[i + 1]) > 2:
            prefix = "mc" if word in ("mc", "mac") else word
            continue
        joined.append(prefix + word)
        prefix = ""
    core = [word for word in joined if word not in order.particles]
    return _joined_servant(core or joined)


def _joined_servant(words: Sequence[str]) -> tuple[str, ...]:
    """Abd al-Rahman, Abdul Rahman and Abdurrahman are one word: abdrahman."""
    abd = _order().abd
    out: list[str] = []
    waiting = False
    for word in words:
        if (word in abd or word == "BD") and not waiting and len(words) > 1:
            waiting = True
        elif waiting and word in _order().particles:
            continue
        else:
            out.append((f"BD{word}" if word.isupper() else f"abd{word}") if waiting else _servant(word))
            waiting = False
    return tuple([*out, "abd"] if waiting else out)


_SERVANT = re.compile(r"abd(?:[aeou]+l|[aeou]+([rsnzdt])(?=\1)|[aeou]+(?=[rsnzdt][aeiou]))l?(?=[a-z]{3})")


def _servant(word: str) -> str:
    return _SERVANT.sub("abd", word, count=1) if word.startswith("abd") and len(word) > 7 else word


# --- undivided names ---------------------------------------------------------------------------------------


def _undivided(full: str) -> PersonName:
    pieces = [piece for piece in _COMMA.split(full) if piece.strip()]
    if len(pieces) > 1:
        return _with_comma(pieces)
    if is_han_or_hangul(han := full.strip()) and 2 <= len(han) <= 6:
        # Of four characters two are the surname: most names of Japan are so.
        surname = 2 if len(han) == 4 or (len(han) > 2 and han[:2] in _order().two_characters) else 1
        usual = read_table("name_order")["hangul"]["surnames"].get(han[:surname])
        return PersonName(tuple(latin_words(han[surname:])), (usual,) if usual else tuple(latin_words(han[:surname])))
    words, generation = _words(full, last=True)
    return _whole(words, generation)


def _whole(words: list[str], generation: str) -> PersonName:
    joined = list(_joined_servant(words))
    if len(joined) > 1:
        given, family = _split(joined)
    else:
        given, family = (joined, []) if joined and joined[0] in known_given_names() else ([], joined)
    return PersonName(_given(given), _family(family), generation, tuple(joined))


def _with_comma(pieces: Sequence[str]) -> PersonName:
    """`Surname, Given`; a piece that is only a generation or a title is none of the two."""
    generation = ""
    parts: list[list[str]] = []
    for piece in pieces:
        words, found = _words(piece, last=bool(parts) or len(pieces) == 1)
        if len(words) == 1 and words[0] in _titles().generations:
            generation = _titles().generations[words[0]]
            continue
        generation = generation or found
        if words:
            parts.append(words)
    if len(parts) == 1:
        return _whole(parts[0], generation)
    if not parts:
        return PersonName()
    return PersonName(_given([word for part in parts[1:] for word in part]), _family(parts[0]), generation)


def _split(words: list[str]) -> tuple[list[str], list[str]]:
    """Given names (the one in use first) and surnames of at least two words."""
    order, known = _order(), known_given_names()
    first, last = words[0], words[-1]
    if any(last.endswith(ending) for ending in order.patronymics) and len(words) > 2:
        return words[1:], words[:1]
    if first in order.vietnamese and (len(words) > 3 or (len(words) == 3 and words[1] in order.vietnamese_middle)):
        return [last, *words[1:-1]], words[:1]
    starts_with_it = (
        first in order.east_asian and last not in order.east_asian and (first not in known or len(words) > 2)
    )
    if starts_with_it and len(words) <= 3 and not any(w in known and w not in order.asian_given for w in words[1:]):
        return words[1:], words[:1]
    opens = next((i for i, word in enumerate(words) if i and word in order.opening), None)
    if opens is not None:
        after = [i for i in range(opens + 1, len(words)) if words[i] not in order.particles]
        if not after or words[after[0]] not in order.devotional or after[0] == len(words) - 1:
            return words[:opens], words[opens:]
        return words[: after[0] + 1], words[after[0] + 1 :]
    run = next((i for i, word in enumerate(words) if word not in known and len(word) > 1), len(words))
    if run == 0 and last in known:
        start = next(i for i in range(len(words) - 1, -1, -1) if i == 0 or words[i - 1] not in known)
        return words[start:], words[:start]
    run = min(max(run, 1), len(words) - 1)
    return words[:run], words[run:]


# --- tables ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Titles:
    always: frozenset[str]
    if_two_remain: frozenset[str]
    generations: dict[str, str]
    before_name: frozenset[str]


@cache
def _titles() -> _Titles:
    table = read_table("names")
    return _Titles(
        frozenset(table["titles"]["always"]),
        frozenset(table["titles"]["if_two_remain"]),
        dict(table["generations"]["words"]),
        frozenset(table["generations"]["title_before_name"]),
    )


@dataclass(frozen=True, slots=True)
class _Order:
    particles: frozenset[str]
    opening: frozenset[str]
    within_given: frozenset[str]
    devotional: frozenset[str]
    joined: frozenset[str]
    abd: frozenset[str]
    east_asian: frozenset[str]
    asian_given: frozenset[str]
    vietnamese: frozenset[str]
    vietnamese_middle: frozenset[str]
    two_characters: frozenset[str]
    patronymics: tuple[str, ...]


@cache
def _order() -> _Order:
    table = read_table("name_order")
    particles, first = table["particles"], table["family_first"]
    return _Order(
        frozenset(particles["words"]),
        frozenset(particles["open_a_surname"]),
        frozenset([*particles["open_a_surname"], *particles["between_given_names"]]),
        frozenset(particles["devotional"]),
        frozenset(particles["joined_to_next"]),
        frozenset(table["abd"]["words"]),
        frozenset([*first["chinese"], *first["korean"], *first["vietnamese"], *first["japanese"]]),
        frozenset(first["given"]),
        frozenset(first["vietnamese"]),
        frozenset(first["vietnamese_middle"]),
        frozenset(first["two_characters"]),
        tuple(table["patronymics"]["endings"]),
    )


def family_first() -> frozenset[str]:
    """Surnames of languages that put them first."""
    return _order().east_asian


@cache
def known_given_names() -> frozenset[str]:
    """Given names that the tables know: two different ones are two names, however alike they look."""
    spelt = read_table("name_spellings")["given"].values()
    nicknames = [table for name, table in read_table("nicknames").items() if isinstance(table, dict)]
    return frozenset(
        read_table("name_spellings")["known"]["given"]
        + [name for groups in spelt for group in groups for name in group if " " not in name]
        + [name for table in nicknames for key, nicks in table.items() for name in (key, *nicks) if " " not in name]
    )
