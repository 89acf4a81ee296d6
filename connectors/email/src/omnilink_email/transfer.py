"""Content transfer encodings (RFC 2045 §6), decoded leniently and piece by piece. Never raises."""

import re
from binascii import Error, a2b_base64, a2b_qp, a2b_uu
from collections.abc import Iterator

from omnilink_email.comments import strip_comments

CHUNK_BYTES = 1024 * 1024
MAX_UUENCODED_BYTES = 4 * 1024 * 1024
"""A longer uuencoded part is given as it stands: it is decoded line by line, which is slow."""
_MAX_PADDED_RUNS = 100
_KEPT = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=")
_NOT_BASE64 = bytes(b for b in range(256) if b not in _KEPT)
_UU_BEGIN = re.compile(rb"^begin [0-7]{3,4} [^\r\n]*\r?\n", re.MULTILINE)


def encoding_of(value: str | None) -> str:
    """The encoding a Content-Transfer-Encoding field names: `base64`, `qp`, `uu` or `` (identity, unknown)."""
    if not value:
        return ""
    word = strip_comments(value).strip().lower().partition(";")[0].strip(" \t\"'")
    if word == "base64":
        return "base64"
    if word in {"quoted-printable", "quoted-printeable", "quotedprintable"}:
        return "qp"
    return "uu" if word in {"x-uuencode", "uuencode", "x-uue", "uue"} else ""


def _decode_base64(raw: bytes, start: int, end: int) -> Iterator[bytes]:
    """Characters that are no base64 are passed over; text after padding is a run of its own (joined encodings)."""
    rest = b""
    runs = 0
    for position in range(start, end, CHUNK_BYTES):
        piece = rest + raw[position : min(end, position + CHUNK_BYTES)].translate(None, _NOT_BASE64)
        while (pad := piece.find(b"=")) >= 0:
            yield _decode_run(piece[:pad])
            runs += 1
            if runs >= _MAX_PADDED_RUNS:
                return
            piece = piece[pad:].lstrip(b"=")
        whole = len(piece) & ~3
        yield a2b_base64(piece[:whole])
        rest = piece[whole:]
    yield _decode_run(rest)


def _decode_run(piece: bytes) -> bytes:
    if len(piece) % 4 == 1:
        piece = piece[:-1]
    return a2b_base64(piece + b"=" * (-len(piece) % 4))


def _decode_qp(raw: bytes, start: int, end: int) -> Iterator[bytes]:
    position = start
    while position < end:
        stop = min(end, position + CHUNK_BYTES)
        if stop < end and (line_end := raw.rfind(b"\n", position, stop)) >= 0:
            stop = line_end + 1
        yield a2b_qp(raw[position:stop])
        position = stop


def _decode_uu(raw: bytes, start: int, end: int) -> Iterator[bytes]:
    begin = _UU_BEGIN.search(raw, start, end) if end - start <= MAX_UUENCODED_BYTES else None
    if begin is None:
        yield from decode_pieces(raw, start, end, "")
        return
    text = raw[begin.end() : end]
    for line in text.splitlines():
        if line.strip() in {b"end", b"`"}:
            break
        try:
            yield a2b_uu(line)
        except Error:
            # Trailing garbage: the first character says how much of the line counts.
            try:
                yield a2b_uu(line[: (((line[0] - 32) & 63) * 4 + 5) // 3] if line else b"")
            except Error:
                continue


def decode_pieces(raw: bytes, start: int, end: int, encoding: str) -> Iterator[bytes]:
    """The decoded bytes of raw[start:end], in pieces of about a mebibyte."""
    if encoding == "base64":
        yield from _decode_base64(raw, start, end)
    elif encoding == "qp":
        yield from _decode_qp(raw, start, end)
    elif encoding == "uu":
        yield from _decode_uu(raw, start, end)
    else:
        for position in range(start, end, CHUNK_BYTES):
            yield raw[position : min(end, position + CHUNK_BYTES)]
