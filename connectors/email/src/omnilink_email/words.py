"""Encoded words (RFC 2047) in header texts, also broken ones. Time is linear in the text's length."""

import re
from binascii import a2b_base64

from omnilink_email.charsets import decode_text

_START = re.compile(r"=\?([^?\s]{1,80})\?([bBqQ])\?")
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]+")
_Q_BYTE = re.compile(rb"=([0-9A-Fa-f]{2})")


def _decode_b(text: bytes) -> bytes:
    text = _NOT_BASE64.sub(b"", text)
    if len(text) % 4 == 1:
        text = text[:-1]
    return a2b_base64(text + b"=" * (-len(text) % 4))


def _decode_q(text: bytes) -> bytes:
    return _Q_BYTE.sub(lambda m: bytes((int(m[1], 16),)), text.replace(b"_", b" "))


def _find_words(text: str) -> list[tuple[int, int, str, bytes]]:
    """Every encoded word as (start, end, charset, its decoded bytes)."""
    found = []
    position = 0
    while (match := _START.search(text, position)) is not None:
        end = text.find("?=", match.end())
        if end < 0:
            break
        # An unfinished word before a finished one: the finished one counts.
        inner = text.rfind("=?", match.end(), end)
        if inner >= 0 and _START.match(text, inner):
            position = inner
            continue
        content = text[match.end() : end].encode("utf-8", "replace")
        raw = _decode_b(content) if match[2] in "bB" else _decode_q(content)
        found.append((match.start(), end + 2, match[1].lower(), raw))
        position = end + 2
    return found


def decode_words(text: str) -> str:
    """Decodes all encoded words of a header text.

    White space between two words goes (RFC 2047 §6.2); neighbours in one charset are joined before they are
    decoded, since many programs cut a character in two.
    """
    if "=?" not in text:
        return text
    pieces: list[str] = []
    position = 0
    run: list[bytes] = []
    charset = ""
    for start, end, word_charset, raw in _find_words(text):
        between = text[position:start]
        is_neighbour = bool(run) and not between.strip(" \t\r\n")
        if not (is_neighbour and word_charset == charset) and run:
            pieces.append(decode_text(b"".join(run), charset))
            run = []
        if not is_neighbour:
            pieces.append(between)
        run.append(raw)
        charset = word_charset
        position = end
    if run:
        pieces.append(decode_text(b"".join(run), charset))
    pieces.append(text[position:])
    return "".join(pieces)
