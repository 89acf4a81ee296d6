"""mbox files, streamed: mboxrd and mboxo, LF or CRLF, also with sloppy separators.

Formats: RFC 4155 and the mboxrd/mboxo descriptions of qmail's mbox(5). Content-Length (mboxcl) is not believed.
"""

import re
from collections.abc import Iterator
from typing import BinaryIO

from omnilink_email.headers import is_known_name
from omnilink_email.limits import MAX_MAIL_BYTES

CHUNK_BYTES = 1024 * 1024
_LOOK_AHEAD_BYTES = 4_096
_SEPARATOR = b"\nFrom "
_DATED = re.compile(rb"\d{1,2}:\d{2}.*\b\d{4}\b|\b\d{4}\b.*\d{1,2}:\d{2}")
_FULLY_DATED = re.compile(
    rb"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? +(?:[A-Z][a-z]{2} +\d{1,2}|\d{1,2} +[A-Z][a-z]{2}) +.*\d{1,2}:\d{2}"
)
_UNDATED = re.compile(rb"From \S+[ \t]*\r?")
_FIELD = re.compile(rb"([A-Za-z][A-Za-z0-9_-]*):")
_QUOTED = re.compile(rb"^>(>*From )", re.MULTILINE)


def _is_separator(head: bytes, has_blank_before: bool) -> bool:
    """Does a mail begin here? `head` starts with `From `.

    A body line that happens to start with `From ` should have been quoted, but not all programs do. So the line must
    carry a date and a field must follow; or it stands after an empty line and carries a full date, or nothing but an
    address that a well-known field follows.
    """
    line, _, following = head.partition(b"\n")
    field = _FIELD.match(following)
    if field is not None and _DATED.search(line):
        return True
    if not has_blank_before:
        return False
    if field is not None and is_known_name(field[1].lower()):
        return _UNDATED.fullmatch(line) is not None
    return _FULLY_DATED.search(line) is not None


def unquote(mail: bytes) -> bytes:
    """Takes one `>` from lines that start with `>From `, `>>From ` ... (mboxrd; mboxo where it can be told)."""
    return _QUOTED.sub(rb"\1", mail) if b">From " in mail else mail


def _finish(mail: bytes) -> bytes:
    """The mail without its `From ` line and without the empty line that the format put after it."""
    if mail.startswith(b"From "):
        _, _, mail = mail.partition(b"\n")
    if mail.endswith(b"\r\n\r\n"):
        mail = mail[:-2]
    elif mail.endswith(b"\n\n"):
        mail = mail[:-1]
    elif mail in {b"\n", b"\r\n"}:
        mail = b""
    return unquote(mail)


class _Splitter:
    """Finds separators in a growing buffer; holds at most one capped mail and one chunk."""

    def __init__(self, stream: BinaryIO, cap: int) -> None:
        self._stream = stream
        self._cap = cap
        self._buffer = b""
        self._at_end = False

    def _fill(self) -> bool:
        chunk = self._stream.read(CHUNK_BYTES)
        self._at_end = not chunk
        self._buffer += chunk
        return bool(chunk)

    def _find(self, start: int) -> int:
        """The offset of the newline before the next separator at or after `start`, or -1."""
        while (at := self._buffer.find(_SEPARATOR, start)) >= 0:
            if len(self._buffer) - at < _LOOK_AHEAD_BYTES and not self._at_end:
                return at  # undecided: the caller reads on first
            head = self._buffer[at + 1 : at + _LOOK_AHEAD_BYTES]
            before = self._buffer[max(0, at - 2) : at]
            if _is_separator(head, has_blank_before=before.endswith((b"\n", b"\n\r"))):
                return at
            start = at + 1
        return -1

    def split(self) -> Iterator[bytes]:
        """The mails, each with its `From ` line; of one over the cap, the first cap + 1 bytes."""
        kept: bytes | None = None
        start = 0
        searched = 0
        self._fill()
        while True:
            at = self._find(searched)
            is_decided = at >= 0 and (self._at_end or len(self._buffer) - at >= _LOOK_AHEAD_BYTES)
            if is_decided:
                yield kept if kept is not None else self._buffer[start : min(at + 1, start + self._cap + 1)]
                kept = None
                start = at + 1
                searched = at + 1
                continue
            if self._at_end:
                break
            searched = at if at >= 0 else max(start, len(self._buffer) - len(_SEPARATOR) - 2)
            if kept is None and searched - start > self._cap:
                kept = self._buffer[start : start + self._cap + 1]
            # What is done with goes, but for the two bytes that tell an empty line.
            drop = max(0, searched - 2) if kept is not None else start
            if drop > 0 and (kept is not None or drop >= CHUNK_BYTES or start > 0):
                self._buffer = self._buffer[drop:]
                start = max(0, start - drop)
                searched -= drop
            self._fill()
        if kept is not None:
            yield kept
        elif start < len(self._buffer):
            yield self._buffer[start : start + self._cap + 1]


def read_mbox(stream: BinaryIO, *, cap: int = MAX_MAIL_BYTES) -> Iterator[bytes]:
    """Every mail of an mbox file, in order, exactly as it was before it was put in.

    Args:
        stream: the file, at its beginning.
        cap: bytes of one mail; of a longer one only the first cap + 1 are given (its `From ` line among them), and
            parsing says `too_large`.
    """
    for mail in _Splitter(stream, cap).split():
        if len(mail) > cap:
            yield mail
        elif (finished := _finish(mail)).strip():
            yield finished
