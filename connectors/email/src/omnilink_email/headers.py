"""Header blocks: where one ends, its fields in order, and their texts on demand."""

import re

from omnilink_email.charsets import decode_header_bytes
from omnilink_email.limits import MAX_FIELD_BYTES, MAX_HEADER_BLOCK_BYTES, MAX_HEADER_FIELDS, Budget

_FIELD_END = re.compile(rb"\r?\n(?![ \t])")
_FIELD = re.compile(rb"([!-9;-~]+)[ \t]*:")
_WORD = re.compile(r"[a-z][a-z0-9_-]*")
_KNOWN = frozenset({
    b"from", b"to", b"cc", b"bcc", b"date", b"subject", b"message-id", b"received", b"return-path", b"reply-to",
    b"references", b"in-reply-to", b"sender", b"delivered-to", b"mime-version", b"authentication-results",
    b"precedence", b"auto-submitted", b"importance", b"priority", b"organization", b"user-agent", b"status",
})  # fmt: skip
_KNOWN_PREFIXES = (b"content-", b"x-", b"resent-", b"list-", b"dkim-", b"arc-", b"received-", b"original-", b"thread-")


def is_known_name(name: bytes) -> bool:
    """Is this (lower case) the name of a field that mails have?"""
    return name in _KNOWN or name.startswith(_KNOWN_PREFIXES)


def unfold(text: str) -> str:
    """One line out of a folded field (RFC 5322 §2.2.3)."""
    if "\n" in text or "\r" in text:
        text = text.replace("\r\n", "").replace("\n", "").replace("\r", " ")
    return text.replace("\t", " ").strip()


class Headers:
    """The fields of one header block.

    Attributes:
        fields: (lower-case name, raw value) in order.
        fallback: charset of raw 8-bit values that are not UTF-8, if the body tells one.
    """

    __slots__ = ("_by_name", "fallback", "fields")

    def __init__(self, fields: list[tuple[str, bytes]]) -> None:
        self.fields = fields
        self.fallback: str | None = None
        self._by_name: dict[str, list[bytes]] = {}
        for name, value in fields:
            self._by_name.setdefault(name, []).append(value)

    def raw(self, name: str) -> list[bytes]:
        """All raw values of a field."""
        return self._by_name.get(name, [])

    def decode(self, raw: bytes) -> tuple[str, bool]:
        """A raw value as one line, and whether its charset is certain."""
        text, is_certain = decode_header_bytes(raw, self.fallback)
        return unfold(text), is_certain

    def all(self, name: str) -> list[str]:
        """All values of a field, unfolded, encoded words left alone."""
        return [self.decode(value)[0] for value in self.raw(name)]

    def first(self, name: str) -> str | None:
        """The first value of a field, unfolded; None if there is none."""
        values = self._by_name.get(name)
        return self.decode(values[0])[0] if values else None

    @property
    def is_header(self) -> bool:
        """Is at least one field named as fields are (and not, say, the first line of a JSON text)?"""
        return any(_WORD.fullmatch(name) for name in self._by_name)


def _nth_field_start(block: bytes, number: int) -> int:
    if number == 0:
        return 0
    for count, match in enumerate(_FIELD_END.finditer(block), 1):
        if count == number:
            return match.end()
    return len(block)


def _find_block_end(raw: bytes, start: int, end: int) -> tuple[int, int]:
    """Where the block ends and where the body starts."""
    if raw.startswith(b"\n", start, end):
        return start, start + 1
    if raw.startswith(b"\r\n", start, end):
        return start, start + 2
    # A first look close by: most blocks are short, and the whole body of a CRLF mail holds no "\n\n".
    near = min(end, start + 16_384)
    for limit in (near, end):
        plain = raw.find(b"\n\n", start, limit)
        crlf = raw.find(b"\n\r\n", start, plain if plain >= 0 else limit)
        if crlf >= 0:
            return crlf, crlf + 3
        if plain >= 0:
            return plain, plain + 2
    return end, end


def _shorten(name: str, value: bytes) -> bytes:
    """The beginning of a field that is too long; of References the end too, which names what is answered."""
    if name != "references":
        return value[:MAX_FIELD_BYTES]
    half = MAX_FIELD_BYTES // 2
    # The brackets keep the two ids that were cut from becoming one.
    return value[:half] + b" <> " + value[-half:]


def read_headers(raw: bytes, start: int, end: int, budget: Budget, *, is_top: bool = False) -> tuple[Headers, int]:
    """Reads the header block at `start`.

    A line that is no field is skipped if a well-known field follows it; otherwise the body starts there, the empty
    line having been forgotten. At the top, a leading mbox `From ` line is skipped.

    Returns:
        The fields and the offset of the body.
    """
    block_end, body_start = _find_block_end(raw, start, end)
    block = raw[start : min(block_end, start + min(MAX_HEADER_BLOCK_BYTES, budget.header_bytes))]
    budget.header_bytes -= len(block)
    if start + len(block) < block_end:
        budget.cut.add("header_bytes")
    most = min(MAX_HEADER_FIELDS, budget.header_fields)
    lines = _FIELD_END.split(block, most) if most else []
    budget.header_fields -= min(most, len(lines))
    if len(lines) > most or (block and not most):
        budget.cut.add("headers")
        lines = lines[:most]
    fields: list[tuple[str, bytes]] = []
    for number, line in enumerate(lines):
        if (match := _FIELD.match(line)) is not None:
            name, value = match[1].decode("ascii").lower(), line[match.end() :]
            if len(value) > MAX_FIELD_BYTES:
                budget.cut.add("header_bytes")
                value = _shorten(name, value)
            fields.append((name, value))
        elif line and not (is_top and not fields and line.startswith((b"From ", b">From "))):
            following = _FIELD.match(lines[number + 1]) if number + 1 < len(lines) else None
            if following is None or not is_known_name(following[1].lower()):
                return Headers(fields), start + _nth_field_start(block, number)
    return Headers(fields), body_start
