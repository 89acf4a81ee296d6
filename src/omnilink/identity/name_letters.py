"""The letters of names: any script into Latin comparison words, and the keys under which spellings meet.

Sources: anyascii (ISC) for scripts in general; ELOT 743 for the Greek pairs; `data/name_order.toml` for the abjads.
A word in capitals is the consonants of an abjad (Arabic, Persian, Hebrew), whose vowels nobody wrote.
"""

import re
import unicodedata
from functools import cache, lru_cache

from anyascii import anyascii

from omnilink.identity.cleaning import clean
from omnilink.identity.tables import read_table

_IN_WORDS = str.maketrans(dict.fromkeys("'`’‘ʼ´ʹʺ·", ""))
_APART = re.compile(r"[\W_]+")
_SYLLABLE = re.compile(r"[A-Z]?[a-z]+")


def latin_words(text: str) -> list[str]:
    """The words of a name in lower-case Latin letters without accents, in the order written.

    A word of Arabic or Hebrew letters becomes its consonants in capitals; syllables of Han and Hangul are joined.
    """
    if not text.isascii():
        text = unicodedata.normalize("NFKC", clean(text))
    words = (_APART.sub(" ", text.translate(_IN_WORDS)) if text.isascii() else _split_any(text)).split()
    return [
        word.lower() if word.isascii() else latin for word in words if word.isascii() or (latin := latin_word(word))
    ]


def _split_any(text: str) -> str:
    """Separators become spaces; marks stay with their letter, apostrophes vanish."""
    text = text.translate(_IN_WORDS)
    return "".join(c if c.isalnum() or unicodedata.category(c)[0] == "M" else " " for c in text)


@lru_cache(maxsize=65_536)
def latin_word(word: str) -> str:
    """One word of any script in comparison letters."""
    letters = _letters()
    for abjad in ("arabic", "hebrew"):
        table = letters[abjad]
        bare = "".join(c for c in word if unicodedata.category(c)[0] != "M" and c != "ـ")
        if bare and all(c in table for c in bare):
            without_article = bare[2:] if abjad == "arabic" and bare.startswith("ال") and len(bare) > 4 else bare
            return "".join(table[c] for c in without_article) or "H"
    plain = unicodedata.normalize("NFD", word.casefold())
    if any("Ͱ" <= c <= "Ͽ" or "ἀ" <= c <= "῿" for c in plain):
        plain = "".join(c for c in plain if unicodedata.category(c)[0] != "M")
        for pair, latin in letters["greek"].items():
            plain = plain.replace(pair, latin)
        return re.sub("[^a-z0-9]", "", anyascii(plain).lower())
    if any("Ѐ" <= c <= "ӿ" for c in plain):
        plain = unicodedata.normalize("NFC", plain)
    else:
        plain = "".join(c for c in plain if unicodedata.category(c)[0] != "M")
    return re.sub("[^a-z0-9]", "", anyascii(plain).lower())


@cache
def _letters() -> dict[str, dict[str, str]]:
    letters: dict[str, dict[str, str]] = read_table("name_order")["letters"]
    return letters


def is_han_or_hangul(word: str) -> bool:
    """Whether a word is written in characters of syllables, which need no space between surname and given name."""
    return bool(word) and all("㐀" <= c <= "鿿" or "가" <= c <= "힣" or "豈" <= c <= "﫿" for c in word)


def collapsed(word: str) -> str:
    """The word with every run of one letter as a single one."""
    return re.sub(r"(.)\1+", r"\1", word)


# --- spellings ----------------------------------------------------------------------------------------------

_TO_SKELETON = (
    ("tch", "X"), ("sch", "X"), ("sh", "X"), ("ch", "X"), ("kh", "H"), ("gh", "G"), ("th", "T"), ("dh", "D"),
    ("dj", "J"), ("zh", "J"), ("ph", "F"), ("ck", "K"),
)  # fmt: skip
_SKELETON = str.maketrans({
    **{c: c.upper() for c in "bdfghjklmnrstz"}, "p": "B", "q": "K", "c": "K", "v": "B", "x": "KS",
    **dict.fromkeys("aeiouwy0123456789", ""),
})  # fmt: skip


@lru_cache(maxsize=65_536)
def consonants(word: str) -> str:
    """The consonants of a Latin word as an abjad would write them; an abjad's word is what it is."""
    if word.isupper():
        return word
    word = collapsed(word)
    for written, sound in _TO_SKELETON:
        word = word.replace(written, sound)
    skeleton = word.translate(_SKELETON)
    return skeleton[:-1] if len(skeleton) > 2 and skeleton.endswith("H") else skeleton


_SOUNDS = tuple(
    (re.compile(written), sound)
    for written, sound in (
        ("shch|schtsch|chtch|szcz", "Q"), ("tsch|tch|cz", "C"), ("sch|sh|sz", "S"), ("zh", "Z"), ("ph", "f"),
        ("kh", "h"), ("gh", "g"), ("th", "t"), ("dj", "j"), ("ck|q", "k"), ("gu(?=[ei])", "g"), ("x", "ks"), ("w", "v"),
        ("(?<=[oe])ff?$", "v"), ("oo|ou|eo|ue", "u"), ("oe", "o"), ("ae", "a"),
        ("^mac(?=[bcdfghjklmnpqrstvwxz][a-z]{2})", "mc"),
    )
)  # fmt: skip


@lru_cache(maxsize=65_536)
def sounds(word: str) -> frozenset[str]:
    """Keys under which transliterations of one word meet: Yevgeny and Jewgenij, Müller and Mueller.

    `ch` is read both ways (Michail, Chaykovsky), and so is `j` (Jelena, Joukov).
    """
    for pattern, sound in _SOUNDS:
        word = pattern.sub(sound, word)
    return frozenset(
        _vowels(word.replace("ch", ch).replace("c", "k").replace("j", j)) for ch in ("C", "h") for j in ("i", "Z")
    )


def _vowels(word: str) -> str:
    word = re.sub("[iy]+", "i", word)
    return collapsed(re.sub("^ie|(?<=[aeou])ie", "e", word))
