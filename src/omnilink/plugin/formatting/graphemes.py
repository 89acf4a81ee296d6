"""Where a text may be cut without breaking what a reader sees as one character.

The extended grapheme clusters of Unicode Standard Annex 29, but for the rare prepended marks: no cut before a mark
or a joiner, within a flag, a tagged or joined emoji, a Hangul syllable, a CR LF, or a pair of surrogates.
"""

import re
import unicodedata
from collections.abc import Iterator

ZWJ = "\u200d"
_LAST_PLAIN = "\u02ff"
"""Below the first combining mark (U+0300); of these only CR LF hold together, and U+00AD and ZWNJ may be cut at."""

_EXTENDING = re.compile("[\u200c\u200d\ufe00-\ufe0f\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f\U000e0100-\U000e01ef]")
_MARKS = frozenset({"Mn", "Me", "Mc"})
_FLAG_LETTERS = ("\U0001f1e6", "\U0001f1ff")


def may_cut(text: str, at: int, floor: int = 0) -> bool:
    """Whether a reader's character ends at a position.

    Args:
        text: any text.
        at: position of the character that would be the first behind the cut.
        floor: position of an earlier cut: nothing before it matters.
    """
    if at <= floor or at >= len(text):
        return True
    left, right = text[at - 1], text[at]
    if right <= _LAST_PLAIN:
        return not (left == "\r" and right == "\n")
    if _extends(right) or ("\ud800" <= left <= "\udbff" and "\udc00" <= right <= "\udfff"):
        return False
    if left == ZWJ:
        return not _is_pictograph(right)
    if _is_flag_letter(left) and _is_flag_letter(right):
        return _flag_letters_before(text, at, floor) % 2 == 0
    return not _one_syllable(left, right)


def cut_before(text: str, at: int, floor: int = 0) -> int:
    """The last position between `floor` and `at` where the text may be cut; `floor` if there is none."""
    while not may_cut(text, at, floor):
        at -= 1
    return at


def graphemes(text: str) -> Iterator[str]:
    """What a reader sees as single characters, in order."""
    start = 0
    for at in range(1, len(text) + 1):
        if may_cut(text, at, start):
            yield text[start:at]
            start = at


def is_emoji(seen: str) -> bool:
    """Whether one of `graphemes` is an emoji made of several code points: a flag, a keycap, a joined or toned one."""
    if len(seen) == 1:
        return False
    return _is_flag_letter(seen[0]) or "\u20e3" in seen or (_is_pictograph(seen[0]) and not _is_mark(seen[1]))


def _extends(character: str) -> bool:
    return _EXTENDING.match(character) is not None or _is_mark(character)


def _is_mark(character: str) -> bool:
    return not _EXTENDING.match(character) and unicodedata.category(character) in _MARKS


def _is_pictograph(character: str) -> bool:
    # Emoji are symbols (So), and U+1F000 and above whatever this Python's Unicode version knows of them.
    return "\U0001f000" <= character <= "\U0001faff" or unicodedata.category(character) == "So"


def _is_flag_letter(character: str) -> bool:
    return _FLAG_LETTERS[0] <= character <= _FLAG_LETTERS[1]


def _flag_letters_before(text: str, at: int, floor: int) -> int:
    start = at
    while start > floor and _is_flag_letter(text[start - 1]):
        start -= 1
    return at - start


def _one_syllable(left: str, right: str) -> bool:
    """UAX 29 GB6-GB8: leading, vowel and trailing jamo and the syllables made of them."""
    if not "\u1100" <= right <= "\ud7ff":
        return False
    first, second = _hangul(left), _hangul(right)
    return (first, second) in {
        ("L", "L"), ("L", "V"), ("L", "LV"), ("L", "LVT"), ("LV", "V"), ("V", "V"), ("LV", "T"), ("V", "T"),
        ("LVT", "T"), ("T", "T"),
    }  # fmt: skip


def _hangul(character: str) -> str:
    point = ord(character)
    if 0x1100 <= point <= 0x115F or 0xA960 <= point <= 0xA97C:
        return "L"
    if 0x1160 <= point <= 0x11A7 or 0xD7B0 <= point <= 0xD7C6:
        return "V"
    if 0x11A8 <= point <= 0x11FF or 0xD7CB <= point <= 0xD7FB:
        return "T"
    if 0xAC00 <= point <= 0xD7A3:
        return "LVT" if (point - 0xAC00) % 28 else "LV"
    return ""
