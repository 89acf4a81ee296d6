"""Long texts in pieces a channel takes, cut where a reader would pause."""

import re
from collections.abc import Callable

from omnilink.plugin.formatting.graphemes import cut_before

Measure = Callable[[str], int]
"""How long a text is for a channel; a part of a text is never longer than the text."""

_PARAGRAPH = re.compile(r"\n[^\S\n]*\n\s*")
_LINE = re.compile(r"\n\s*")
_SENTENCE = re.compile(r"(?<![.!?…؟।։])[.!?…؟।։]+[\"'”’»)\]]*\s+|[。！？]+[」』”）]*\s*")
_WORD = re.compile(r"\s+")
_BORDERS = ((_PARAGRAPH, 0.5), (_LINE, 0.5), (_SENTENCE, 0.5), (_WORD, 0.0))
"""Each border, best first, with the share of a piece that must lie before it to be worth cutting at."""


def split_text(text: str, limit: int, *, measure: Measure = len) -> list[str]:
    """Cuts a text at the ends of paragraphs, lines, sentences or words, in this order of liking.

    A character a reader sees as one (a flag, a joined emoji, a letter with its marks) is cut only where it alone is
    too long for a piece.

    Args:
        text: any text.
        limit: the most a piece may measure.
        measure: how long a text is for the channel.

    Returns:
        The pieces, none blank; joined, they are the text but for white space where it was cut.

    Raises:
        ValueError: a single character measures more than the limit.
    """
    if measure(text) <= limit:
        return [text] if text.strip() else []
    pieces: list[str] = []
    start = _skip_blank(text, 0)
    while start < len(text):
        end = border(text, start, start + furthest(_fits(text, start, limit, measure), len(text) - start, limit))
        while measure(text[start:end].rstrip()) > limit:  # a measure that grows when text is left out
            end = max(cut_before(text, end - 1, start), start + 1)
        pieces.append(text[start:end].rstrip())
        start = _skip_blank(text, end)
    return pieces


def _fits(text: str, start: int, limit: int, measure: Measure) -> Callable[[int], bool]:
    return lambda length: measure(text[start : start + length]) <= limit


def border(text: str, start: int, end: int) -> int:
    """The best place to cut in a part of a text.

    Args:
        text: the whole text.
        start: where the piece begins; a cut is always behind it.
        end: the furthest place the piece may end.
    """
    if end >= len(text):
        return len(text)
    for pattern, share in _BORDERS:
        found = _last(pattern, text, start, end)
        if found > start + (end - start) * share:
            return found
    cut = cut_before(text, end, start)
    return cut if cut > start else end


def furthest(fits: Callable[[int], bool], length: int, guess: int) -> int:
    """How much of something fits: at least one, found in steps that double and then halve.

    Args:
        fits: whether so many fit; fewer fit as well.
        length: how many there are.
        guess: about how many will fit.

    Raises:
        ValueError: not even one fits.
    """
    most, step = 0, max(guess, 1)
    while most < length and fits(min(most + step, length)):
        most = min(most + step, length)
        step *= 2
    too_many = min(most + step, length + 1)
    while too_many - most > 1:
        middle = (most + too_many) // 2
        if fits(middle):
            most = middle
        else:
            too_many = middle
    if not most:
        raise ValueError("a single character is longer than the limit")
    return most


def _last(pattern: re.Pattern[str], text: str, start: int, end: int) -> int:
    """The end of the last border in a part of a text, or the start. White space may reach past the end."""
    last = start
    for found in pattern.finditer(text, start, min(end + 2, len(text))):
        if found.start() + len(found[0].rstrip()) > end:
            break
        last = found.end()
    return last


def _skip_blank(text: str, at: int) -> int:
    while at < len(text) and text[at].isspace():
        at += 1
    return at
