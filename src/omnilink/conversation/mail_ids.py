"""The ids in a raw mail's header, fast: all that conversations need.

No header parser is run: three names are looked for in the header block, and ids in what follows them (RFC 5322 §3.6.4,
with blanks before the colon and folding as in §4.5).
"""

import re

from omnilink.conversation.mail_record import LONGEST_ID, Mail

MOST_HEADER_BYTES = 1024 * 1024
_BLANKS = (b" ", b"\t")
_BRACKETED = re.compile(rb"<([^<>]*)>")


def read_ids(raw: bytes, name: str) -> Mail:
    """The ids of a raw mail, and nothing else of it.

    Args:
        raw: the mail, or its beginning as far as the header goes.
        name: what the caller calls it.
    """
    end = header_end(raw)
    block = b"\n" + raw[: MOST_HEADER_BYTES if end is None else end]
    lowered = block.lower()
    own = _field_ids(block, lowered, b"\nmessage-id")
    answered = _field_ids(block, lowered, b"\nin-reply-to")
    return Mail(name, own, answered, _field_ids(block, lowered, b"\nreferences"))


def header_end(raw: bytes) -> int | None:
    """Where the line break before the empty line after the header is; None if there is no such line."""
    # Two searches for fixed bytes take a tenth of a pattern's time; the likely one first, so that the other one ends
    # where the header does.
    first = raw.find(b"\n", 0, MOST_HEADER_BYTES)
    likely, other = (b"\n\r\n", b"\n\n") if raw[first - 1 : first] == b"\r" else (b"\n\n", b"\n\r\n")
    end = raw.find(likely, 0, MOST_HEADER_BYTES)
    sooner = raw.find(other, 0, end + 1 if end >= 0 else MOST_HEADER_BYTES)
    found = sooner if sooner >= 0 else end
    return None if found < 0 else found


def _field_ids(block: bytes, lowered: bytes, name: bytes) -> tuple[str, ...]:
    """The ids of all fields of a name. `name` begins with the line break before it."""
    start = lowered.find(name)
    found: list[str] = []
    while start >= 0:
        colon = start + len(name)
        if not lowered.startswith(b":", colon):
            told = lowered.find(b":", colon, colon + 80)
            colon = -1 if lowered[colon:told].strip(b" \t") else told
        if colon >= 0:
            end = lowered.find(b"\n", colon + 1)
            while end >= 0 and lowered.startswith(_BLANKS, end + 1):
                end = lowered.find(b"\n", end + 1)
            value = block[colon + 1 : end if end >= 0 else len(block)]
            words = _BRACKETED.findall(value) or bare_id(value)
            found += ["".join(word.decode("latin-1").split()) for word in words]
        start = lowered.find(name, start + 1)
    if len(found) == 1 and 0 < len(found[0]) <= LONGEST_ID:
        return (found[0],)
    return tuple([word for word in dict.fromkeys(found) if 0 < len(word) <= LONGEST_ID])


def bare_id(value: bytes) -> list[bytes]:
    """An id without brackets: one word with an @."""
    word = value.strip(b" \t\r\n<>,;")
    return [word] if b"@" in word and len(word.split()) == 1 and b'"' not in word else []
