"""What a text is about, as far as words tell, and how much two texts have in common."""

import math
import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache
from itertools import islice

from omnilink.conversation.tables import read_table

MOST_WORDS = 200
_MOST_TEXT = 20_000
_LEAST_LETTERS = 4
_STEM_LETTERS = 5
_PLAIN_WORD = re.compile(rf"[a-z]{{{_LEAST_LETTERS},}}")
_WORD = re.compile(r"[^\W\d_]+")
# Scripts that write without spaces: two characters next to each other stand for a word.
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]+")


def topic_words(text: str) -> frozenset[str]:
    """The words of a text that may tell its matter, cut to their stems' beginning; at most `MOST_WORDS`.

    Returns:
        Words, not their order: what is said cannot be read back from them, but they are still a person's data.
    """
    text = text[:_MOST_TEXT]
    if text.isascii():
        words = dict.fromkeys(_PLAIN_WORD.findall(text.lower()))
        return frozenset(_stem(word) for word in islice((w for w in words if w not in _common()), MOST_WORDS))
    folded = unicodedata.normalize("NFKC", text).casefold()
    found: dict[str, None] = {}
    for word in dict.fromkeys(_WORD.findall(folded)):
        if (run := _UNSPACED.search(word)) is not None:
            found.update(dict.fromkeys(run[0][i : i + 2] for i in range(len(run[0]) - 1)))
        elif len(word) >= _LEAST_LETTERS and word not in _common():
            found[_stem(word)] = None
        if len(found) >= MOST_WORDS:
            break
    return frozenset(found)


def _stem(word: str) -> str:
    return word[:_STEM_LETTERS] if len(word) > _STEM_LETTERS else word.removesuffix("s")


def topic_overlap(a: frozenset[str], b: frozenset[str], seen_in: Mapping[str, int] | None = None, of: int = 0) -> float:
    """How much of the shorter text's matter the other shares, 0 to 1; a word counts by its rarity.

    Args:
        a, b: as `topic_words` made them.
        seen_in: word → number of cases that have it, where that is known.
        of: number of cases it was counted in.
    """
    if not a or not b:
        return 0.0
    shared, smaller = a & b, min(a, b, key=len)
    if not shared:
        return 0.0
    whole = _weigh(smaller, seen_in, of)
    # One shared word of two is less telling than five of ten.
    return _weigh(shared, seen_in, of) / max(whole, 1.5) if whole else 0.0


def _weigh(words: Iterable[str], seen_in: Mapping[str, int] | None, of: int) -> float:
    if not seen_in or of < 2:
        return float(len(list(words)))
    full = math.log(of)
    return math.fsum(max(0.0, math.log(of / (1 + seen_in.get(word, 0)))) / full for word in sorted(words))


@cache
def _common() -> frozenset[str]:
    return frozenset(word.casefold() for words in read_table("topics")["words"].values() for word in words)
