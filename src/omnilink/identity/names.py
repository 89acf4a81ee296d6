"""The comparison form of a stated name: what is left when spelling, order and courtesy are gone.

For comparing only; what was stated is kept as it was. Sources: Unicode UAX 15 (NFKD, NFKC), UTR 30's diacritic
folding for Latin and Greek. Titles and generations are data: `data/names.toml`.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import cache, lru_cache

from omnilink.identity.cleaning import settled
from omnilink.identity.tables import read_table

LONGEST_CACHED = 200
"""Characters of a text worth remembering."""

_ORDINAL_TITLE = re.compile(r"\bd(?:\.?\s?ª|ª\.?|ña\b|\.ña\b)", re.IGNORECASE)
"""`Dª`, `D.ª`: doña. The small letter would read as the Portuguese `da`."""
_DON = re.compile(r"(?:^|(?<=,)|(?<=\bsr\.)|(?<=\bsr))\s*D\.\s?(?=[^\W\d_]{2,}(?:[\s,]|$))", re.IGNORECASE)
"""`D. Juan García`: don. Before another initial, or with one name only, it is an initial (`D. H. Lawrence`)."""
_LONG_WORD = re.compile(r"[^\W\d_]{2,}")
_MARKS = frozenset(range(0x0591, 0x05C8)) | frozenset(range(0x064B, 0x0653)) | {0x0670, 0x0640}
"""Hebrew points, Arabic vowel signs and the tatweel: written or not at will."""


def normalise_name(text: str) -> str:
    """The comparison form of a stated name: words without case, accents, punctuation, titles and order.

    Letters of scripts other than Latin and Greek stay themselves. Generations (Jr, Senior, III) tell two people
    apart, so they stay, at the end. A word that occurs twice stays twice: García García is no García.

    Returns:
        The words, sorted, with single spaces; "" when nothing is left. Idempotent.
    """
    return _cached_form(text) if len(text) <= LONGEST_CACHED else _form(text)


def _form(text: str) -> str:
    return settled(_pass, text) or ""


_cached_form = lru_cache(maxsize=16_384)(_form)


def _pass(text: str) -> str:
    text = _ORDINAL_TITLE.sub(" ", text)
    if len(_LONG_WORD.findall(without_don := _DON.sub(" ", text))) > 1:
        text = without_don
    segments = [_words(part) for part in re.split("[,،，、]", text)]
    return _ordered([words for words in segments if words])


def _ordered(segments: list[list[str]]) -> str:
    generations, before_name = _generations()
    always, if_two_remain = _titles()
    core: list[str] = []
    suffixes: list[str] = []
    for words in segments:
        words = [word for word in words if word not in always]
        end = len(words)
        while end and words[end - 1] in generations and (core or end > 1):
            end -= 1
        suffixes += words[end:]
        core += [word for word in words[:end] if word not in before_name]
    core.sort()
    while len(core) > 1 and core[-1] in generations:
        suffixes.append(core.pop())
    without = [word for word in core if word not in if_two_remain]
    return " ".join([*(without if len(without) > 1 else core), *sorted(generations[word] for word in suffixes)])


def _words(text: str) -> list[str]:
    """The words of a text in comparison letters. Dots inside a title belong to it (`Ph.D.`)."""
    always = _titles()[0]
    out: list[str] = []
    for word in _letters(text).split():
        joined = word.replace(".", "")
        out += [joined] if joined in always else word.replace(".", " ").split()
    return out


def _letters(text: str) -> str:
    """Folds case and the accents of Latin and Greek; everything but letters, digits and dots becomes a space."""
    if text.isascii():
        return "".join(_ascii_letter(c) for c in text.lower())
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return unicodedata.normalize("NFC", "".join(_unaccented(unicodedata.normalize("NFD", folded))))


def _ascii_letter(c: str) -> str:
    if c.isalnum() or c == ".":
        return c
    return "" if c in "'`" else " "


def _unaccented(text: str) -> Iterable[str]:
    latin_letters = _latin_letters()
    accents_off = False
    for c in text:
        category = unicodedata.category(c)
        if category[0] == "M":
            # Elsewhere a mark is part of the letter: й is not и, が is not か.
            if not accents_off and ord(c) not in _MARKS:
                yield c
        elif category[0] in "LN":
            accents_off = c.isascii() or c in latin_letters or "Ͱ" <= c <= "Ͽ" or "Ā" <= c <= "ʯ"
            if c != "ـ":
                yield latin_letters.get(c, c)
        elif category == "Cf" or c in "'`’‘ʼ´":
            continue
        else:
            accents_off = True
            yield "." if c == "." else " "


@cache
def _titles() -> tuple[frozenset[str], frozenset[str]]:
    table = read_table("names")["titles"]
    return frozenset(table["always"]), frozenset(table["if_two_remain"])


@cache
def _generations() -> tuple[dict[str, str], frozenset[str]]:
    table = read_table("names")["generations"]
    return table["words"], frozenset(table["title_before_name"])


@cache
def _latin_letters() -> dict[str, str]:
    letters: dict[str, str] = read_table("names")["letters"]
    return letters
