"""A mail's text as lines with a place in it: what the rules of this package read.

One pass, no regular expression. Only the first `MOST_CHARACTERS` and `MOST_LINES` are looked at.
"""

from collections.abc import Sequence
from typing import Literal

MOST_CHARACTERS = 262_144
MOST_LINES = 4_000

Mark = Literal["", "quote", "maybe", "attribution", "rest", "rule", "signature"]
"""What HTML says about a line.

"maybe" is an indentation, a quotation only below an attribution; "rule" is a drawn line.
"""
Code = Literal[
    "empty", "text", "fenced", "rule", "quote", "attribution", "header", "original", "mobile", "signature", "notice"
]
"""What a line is taken for.

"fenced" is code between two fences, "rule" a line of dashes, "original" the marker above a quoted or forwarded mail.
"""

INVISIBLE = "\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff\u00ad\x00"
"""Marks of direction and width that programs put into addresses and dates; no words."""
BLANK = (
    " \t\r\n\x0b\x0c\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u3000"
    + INVISIBLE
)
DASHES = "-_=*~#+—–─━‐‑−"
QUOTE_MARKS = (">", "＞", "&gt;", "»")
_WITHOUT_INVISIBLE = dict.fromkeys(map(ord, INVISIBLE))
_FACES = (">:", ">_", ">.<", ">;")


class Line:
    """One line.

    Attributes:
        start, end: its place in the text, line end included.
        bare: the words without surrounding blanks and invisible marks, quote marks included.
        code: what it is taken for.
        mark: what the HTML said about it.
    """

    __slots__ = ("bare", "code", "end", "mark", "start")

    def __init__(self, start: int, end: int, bare: str, mark: Mark = "") -> None:
        self.start = start
        self.end = end
        self.bare = bare
        self.mark = mark
        self.code: Code = "text"

    def __repr__(self) -> str:
        return f"Line({self.start}, {self.end}, {self.code})"


def split(text: str, marks: Sequence[Mark] = ()) -> list[Line]:
    """The first lines of a text, each with its first code (empty, rule, quote or text).

    Args:
        text: the whole text.
        marks: what HTML said, a line each; empty for plain text.

    Returns:
        Lines that follow one another without a gap; `lines[-1].end` is where the looking stopped.
    """
    head = text[:MOST_CHARACTERS]
    newline = "\n" if "\n" in head or "\r" not in head else "\r"
    lines: list[Line] = []
    start = 0
    for number, piece in enumerate(head.split(newline, MOST_LINES)):
        if number == MOST_LINES:
            break
        end = min(start + len(piece) + 1, len(head))
        if piece or end > start:
            lines.append(_line(start, end, piece.strip(BLANK), marks[number] if number < len(marks) else ""))
        start = end
    _keep_code_blocks(lines)
    return lines


def _line(start: int, end: int, bare: str, mark: Mark) -> Line:
    line = Line(start, end, bare, mark)
    if not bare:
        line.code = "empty"
    elif mark in ("quote", "maybe") or (bare.startswith(QUOTE_MARKS) and not bare.startswith(_FACES)):
        line.code = "quote"
    elif bare[0] in DASHES and len(bare) > 1 and not bare.strip(DASHES + " "):
        line.code = "rule"
    return line


def _keep_code_blocks(lines: list[Line]) -> None:
    """What stands between two fences (```) is the writer's, whatever it looks like."""
    fences = [n for n, line in enumerate(lines) if line.bare.startswith("```")]
    for first, last in zip(fences[::2], fences[1::2], strict=False):
        for line in lines[first : last + 1]:
            if line.bare:
                line.code = "fenced"


def unquoted(bare: str) -> str:
    """The words of a quoted line, without its marks (`> > On …` gives `On …`)."""
    return bare.replace("&gt;", ">").lstrip(">＞»| \t\u00a0").strip(BLANK)


def visible(words: str) -> str:
    """Words without invisible marks anywhere in them, blanks made plain."""
    return words.translate(_WITHOUT_INVISIBLE).replace("\u00a0", " ").replace("\u202f", " ")
