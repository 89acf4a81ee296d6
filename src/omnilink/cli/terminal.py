"""Text for terminals: citizens' words made harmless, measured in columns and wrapped.

What a citizen writes must not steer the terminal of the official who reads it: control characters and escape
sequences become a visible mark, direction overrides are dropped, and right-to-left text is isolated
(UAX #9, first strong isolate) so that it cannot reorder what stands around it.
"""

import re
import unicodedata

MARK = "\N{REPLACEMENT CHARACTER}"
MAX_COMBINING = 8
"""Combining characters kept on one letter; more would climb over the lines above."""

_NEWLINES = re.compile(r"\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_DIRECTION = re.compile("[\u202a-\u202e\u2066-\u2069]")
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_ISOLATE, _POP = "\N{FIRST STRONG ISOLATE}", "\N{POP DIRECTIONAL ISOLATE}"
_RIGHT_TO_LEFT = frozenset({"R", "AL", "AN"})
_ZERO_WIDTH = frozenset({"Mn", "Me", "Cf", "Cc"})


def neutralise(text: str) -> str:
    """The text without anything that steers a terminal; only line breaks are left of the controls."""
    text = _NEWLINES.sub("\n", text).replace("\t", "    ")
    text = _CONTROL.sub(MARK, _DIRECTION.sub("", text))
    return text if text.isascii() else _limit_combining(text)


def one_line(text: str, columns: int | None = None) -> str:
    """The text as one harmless line, cut to a number of columns if one is given."""
    line = " ".join(neutralise(text).split())
    return isolate(line if columns is None else cut(line, columns))


def isolate(line: str) -> str:
    """A line that keeps its reading direction to itself."""
    if line.isascii() or not any(unicodedata.bidirectional(c) in _RIGHT_TO_LEFT for c in line):
        return line
    return f"{_ISOLATE}{line}{_POP}"


def width(text: str) -> int:
    """How many columns a terminal gives the text (UAX #11: wide and fullwidth characters take two)."""
    return len(text) if text.isascii() else sum(map(_char_width, text))


def cut(line: str, columns: int) -> str:
    """The line within a number of columns, with an ellipsis where something is left out."""
    if width(line) <= columns:
        return line
    return _take(line, columns - 1)[0] + "…"


def pad(line: str, columns: int) -> str:
    """The line with spaces up to a number of columns."""
    return line + " " * (columns - width(line))


def count(number: int, thing: str) -> str:
    """A number of things: `1 item`, `2,000 items`."""
    return f"{number:,} {thing}" if number == 1 else f"{number:,} {thing}s"


def wrap(text: str, columns: int, indent: str = "") -> list[str]:
    """Harmless lines of at most so many columns; the first of each paragraph is not indented, the others are."""
    lines: list[str] = []
    for paragraph in neutralise(text).split("\n"):
        line, lead = "", ""
        for word in paragraph.split():
            while True:
                joined = f"{line} {word}" if line else word
                if width(lead) + width(joined) <= columns:
                    line = joined
                    break
                if line:
                    lines.append(lead + isolate(line))
                else:  # a word longer than the line
                    head, word = _take(word, columns - width(lead))
                    lines.append(lead + isolate(head))
                line, lead = "", indent
                if not word:
                    break
        lines.append(lead + isolate(line) if line else "")
    return lines


def _take(line: str, columns: int) -> tuple[str, str]:
    """As much of the line as fits (one character at least), and the rest."""
    used = 0
    for index, char in enumerate(line):
        used += _char_width(char)
        if used > columns and index:
            return line[:index], line[index:]
    return line, ""


def _char_width(char: str) -> int:
    if unicodedata.category(char) in _ZERO_WIDTH:
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def _limit_combining(text: str) -> str:
    kept: list[str] = []
    run = 0
    for char in text:
        run = run + 1 if unicodedata.category(char) in ("Mn", "Me") else 0
        if run <= MAX_COMBINING:
            kept.append(char)
    return "".join(kept)
