"""Message ids and the keys made of them: what names a mail, its thread and its content."""

import hashlib
import re
from collections.abc import Iterable

from omnilink_email.headers import Headers
from omnilink_email.limits import MAX_ID_CHARS, MAX_IDS

_BRACKETED = re.compile(r"<([^<>]*)>")
_SPACE = re.compile(r"\s+")
_QUOTED_FROM = re.compile(rb"^>+From ", re.MULTILINE)
_CHUNK_BYTES = 1024 * 1024
_USUAL_BLANKS = 2
"""Blanks at a line's end that go at the speed of a replace; more are cut off line by line."""
FORMER_IDS = (
    "x-microsoft-original-message-id", "x-google-original-message-id", "x-ms-exchange-parent-message-id",
    "origin-messageid",
)  # fmt: skip
"""Fields in which a server that replaced a Message-ID keeps the former one (Exchange, Gmail, Brevo)."""
MOST_OF_ONE_FIELD = 10
"""Own ids, and ids of In-Reply-To, that are kept."""


def parse_ids(text: str) -> list[str]:
    """The ids of a Message-ID, In-Reply-To or References field, without brackets and inner white space, each once.

    A text without brackets is an id only if it is one word with an `@`: "Message from ana@example.org of Monday"
    names a person.
    """
    found = [_SPACE.sub("", inner) for inner in _BRACKETED.findall(text)] if "<" in text else []
    if not found:
        word = text.strip(" <>,;")
        found = [word] if "@" in word and not _SPACE.search(word) and '"' not in word else []
    return list(dict.fromkeys(word for word in found if 0 < len(word) <= MAX_ID_CHARS))


def read_ids(headers: Headers, name: str) -> list[str]:
    """All ids of all fields of that name, each once."""
    values = headers.raw(name)
    if not values:
        return []
    return list(dict.fromkeys(word for value in headers.all(name) for word in parse_ids(value)))


def choose_conversation_keys(own: list[str], answered: list[str], references: list[str]) -> tuple[str, ...]:
    """All keys of the thread, at most `MAX_IDS`; of too many references the first and the last stay.

    The first references lead to the thread's root, the last to what is answered; those between add the least.
    """
    near = list(dict.fromkeys([*own[:MOST_OF_ONE_FIELD], *answered[:MOST_OF_ONE_FIELD]]))
    far = [word for word in references if word not in set(near)]
    room = MAX_IDS - len(near)
    if len(far) > room:
        first = room // 2
        far = far[:first] + far[len(far) - (room - first) :]
    return tuple(f"mail:{word}" for word in [*near, *far])


def _normal_lines(raw: bytes, start: int) -> Iterable[bytes]:
    """The body in pieces, with LF line ends, no white space before them, nothing empty at the end.

    mbox files quote lines that start with `From `; the quotes go as well, or the same mail read from
    an mbox and from a mailbox would be two.
    """
    end = len(raw)
    while end > start:
        tail = raw[max(start, end - 4_096) : end]
        kept = len(tail.rstrip())
        if kept:
            end += kept - len(tail)
            break
        end -= len(tail)
    position = start
    while position < end:
        stop = min(end, position + _CHUNK_BYTES)
        if stop < end and (line_end := raw.rfind(b"\n", position, stop)) >= 0:
            stop = line_end + 1
        piece = raw[position:stop]
        if b"\r" in piece:
            piece = piece.replace(b"\r\n", b"\n")
        for _ in range(_USUAL_BLANKS):
            if b" \n" in piece:
                piece = piece.replace(b" \n", b"\n")
        if b" \n" in piece or b"\t\n" in piece or b"\r\n" in piece:
            piece = b"\n".join([line.rstrip() for line in piece.split(b"\n")])
        if b">From " in piece:
            piece = _QUOTED_FROM.sub(b"From ", piece)
        yield piece
        position = stop


def make_content_key(raw: bytes, headers: Headers, body_start: int, *, is_forged: bool) -> str:
    """A digest of From, Date, Subject and body: the same for the same mail in two mailboxes.

    What the body is (its type and encoding) and whether the sender's check failed belong to it: a forged copy that
    comes first must not take the real mail's place.

    Transfer encodings are left alone; line ends and white space at line ends do not count, nor does how the
    fields are folded. 32 hexadecimal digits.
    """
    digest = hashlib.sha256()
    digest.update(b"forged\n" if is_forged else b"\n")
    for name in ("from", "date", "subject", "content-type", "content-transfer-encoding"):
        values = headers.raw(name)
        digest.update(b"%d\n" % len(values))
        for value in values:
            digest.update(b" ".join(value.split()) + b"\n")
    for piece in _normal_lines(raw, body_start):
        digest.update(piece)
    return digest.hexdigest()[:32]


def make_raw_key(raw: bytes) -> str:
    """The message key of a mail without a Message-ID."""
    return f"mail-sha:{hashlib.sha256(raw).hexdigest()}"
