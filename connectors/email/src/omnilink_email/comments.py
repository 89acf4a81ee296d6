"""Comments of structured header fields (RFC 5322 §3.2.2): nested, in parentheses, anywhere between tokens."""

import re

_PIECE = re.compile(r'"(?:[^"\\]|\\.)*(?:"|\\?\Z)|[^";]+|;', re.DOTALL)
_MOST_SECTIONS = 200
_PLAIN = re.compile(r'"[^\s";=\\]*"')


def strip_comments(value: str) -> str:
    """The value without its comments; quoted strings stay. An unclosed comment takes the rest with it."""
    if "(" not in value:
        return value
    kept: list[str] = []
    depth = 0
    quoted = False
    escaped = False
    for char in value:
        if escaped:
            escaped = False
        elif char == "\\" and (depth or quoted):
            escaped = True
        elif quoted:
            quoted = char != '"'
        elif char == "(":
            depth += 1
            if depth == 1:
                kept.append(" ")
            continue
        elif char == ")" and depth:
            depth -= 1
            continue
        elif char == '"' and not depth:
            quoted = True
        if not depth:
            kept.append(char)
    return "".join(kept)


def split_sections(value: str) -> list[str]:
    """The first 200 sections of a value that `;` parts, without comments. Of quoted strings only single words are kept.

    A sender has a say in what is quoted: `smtp.mailfrom="x; dmarc=pass"@evil.example` tells nothing of DMARC.

    Args:
        value: the value, comments and all.
    """
    sections = [""]
    for piece in _PIECE.findall(strip_comments(value)):
        if piece == ";":
            if len(sections) == _MOST_SECTIONS:
                break
            sections.append("")
        elif piece.startswith('"') and not _PLAIN.fullmatch(piece):
            sections[-1] += '""'
        else:
            sections[-1] += piece
    return sections


def has_quote_in_comment(value: str) -> bool:
    """Whether a comment holds a quotation mark: it may have copied an address whose `)` ended it early."""
    return value.count('"') != strip_comments(value).count('"')
