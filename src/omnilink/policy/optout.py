"""Stop words: what counts as "no more messages", in many languages. Pure.

A keyword counts only where it is the whole message (Twilio: "STOP PLEASE" is none), and then it decides. Free wording
is a suggestion for an official to look at. The words and their sources are in `data/opt_out_keywords.toml`.
"""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from omnilink.plugin.tables import read_toml

LONGEST_READ = 2_000
"""Characters of a message in which a wording is looked for: who wants no more messages says so early."""

_LETTERS = str.maketrans({"ı": "i", "ł": "l", "ø": "o", "đ": "d", "æ": "ae", "œ": "oe", "’": "'", "ʼ": "'", "`": "'"})
_ACCENTS = re.compile("[\u0300-\u036f\u0591-\u05c7\u064b-\u0655\u0670]")
_GAP = r"(?:[^ ]+ ){0,3}"


class KeywordKind(StrEnum):
    """What a keyword asks for."""

    STOP = "stop"
    START = "start"
    HELP = "help"


@dataclass(frozen=True, slots=True)
class Keyword:
    """A message that is a keyword.

    Attributes:
        kind: what it asks for.
        language: ISO 639 code of the first table that has the word.
        word: the table's spelling.
        is_answer: it is a common answer to a question as well.
    """

    kind: KeywordKind
    language: str
    word: str
    is_answer: bool = False


def match_keyword(text: str) -> Keyword | None:
    """The keyword a message is, if it is nothing else.

    Case, accents, width, invisible characters and punctuation around the word do not matter.

    Args:
        text: the message as it was written.
    """
    return _keywords().get(_folded(text)) if len(text) <= LONGEST_READ else None


def same_words(text: str, other: str) -> bool:
    """Whether a text is another one, or its beginning ("cancel" of "Cancel the visit"), in any spelling."""
    words, others = _folded(text).split(), _folded(other).split()
    return bool(words) and words == others[: len(words)]


def suggests_opt_out(text: str) -> bool:
    """Whether a message in free words seems to ask for no more messages. A hint for an official, never a decision.

    Args:
        text: the message; of a long one the beginning is read.
    """
    words = _folded(text[:LONGEST_READ])
    plain = " ".join(word for word in words.split() if word[0].isalnum())
    wording = _wording()
    keyword = _keywords().get(plain)
    if plain in wording.whole or (keyword is not None and keyword.kind is KeywordKind.STOP):
        return True
    rest = wording.unless.sub(" ; ", f" {words} ")
    return wording.pattern.search(rest) is not None


@dataclass(frozen=True, slots=True)
class _Wording:
    pattern: re.Pattern[str]
    whole: frozenset[str]
    unless: re.Pattern[str]


@cache
def _keywords() -> dict[str, Keyword]:
    found: dict[str, Keyword] = {}
    for language, table in read_toml("omnilink.policy", "data", "opt_out_keywords.toml").items():
        for kind in KeywordKind:
            for word in table[kind.value]:
                found.setdefault(_folded(word), Keyword(kind, language, word, word in table.get("answers", ())))
    return found


@cache
def _wording() -> _Wording:
    tables = read_toml("omnilink.policy", "data", "opt_out_keywords.toml").values()
    phrases = [_phrase(phrase) for table in tables for phrase in table["wording"]]
    whole = frozenset(_folded(phrase) for table in tables for phrase in table.get("whole", ()))
    unless = [_phrase(phrase) for table in tables for phrase in table.get("unless", ())]
    return _Wording(re.compile("|".join(phrases)), whole, re.compile("|".join(unless)))


def _phrase(phrase: str) -> str:
    """A phrase of a table as a pattern over folded words; where a script sets no blanks, anywhere in the text."""
    words = " ".join("~" if word == "~" else _folded(word) for word in phrase.split())
    pattern = re.escape(words).replace(r"\~\ ", _GAP)
    return pattern if any("\u3040" <= c <= "\u30ff" or "\u4e00" <= c <= "\u9fff" for c in words) else f" {pattern} "


def _folded(text: str) -> str:
    """Words in one case, without accents and width, one blank between; punctuation is blank, other signs are words."""
    text = unicodedata.normalize("NFKD", text).casefold().translate(_LETTERS)
    text = unicodedata.normalize("NFC", _ACCENTS.sub("", unicodedata.normalize("NFKD", text)))
    return " ".join("".join(map(_kept, text)).split()).strip("'")


def _kept(character: str) -> str:
    kind = unicodedata.category(character)
    if kind[0] in "LNM" or character == "'":
        return character
    if kind in ("Cf", "Cs", "Co", "Cn"):
        return ""
    return f" {character} " if kind in ("So", "Sm", "Sc") else " "
