"""Parameters of Content-Type and Content-Disposition (RFC 2045 §5.1, RFC 2231), read leniently."""

import re
from collections.abc import Mapping
from functools import lru_cache
from urllib.parse import unquote_to_bytes

from omnilink_email.charsets import decode_text
from omnilink_email.comments import strip_comments
from omnilink_email.words import decode_words

_MAIN = re.compile(r"[^;\s]*")
_PARAMETER = re.compile(r';\s*([^\s=;"]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;"]*))')
# `C:\dir\file` in quotes: a backslash before a letter or digit is no escape to those who write it.
_REAL_ESCAPE = re.compile(r'\\(["\\])')
_SHORT_CHARS = 48
"""Shorter than nearly every field with a boundary or a file name in it."""
_SECTION = re.compile(r"(.+?)\*(\d{1,4})(\*?)")


def _decode_extended(value: str) -> tuple[str | None, bytes]:
    charset, quote, rest = value.partition("'")
    if not quote:
        return None, unquote_to_bytes(value)
    return charset or None, unquote_to_bytes(rest.partition("'")[2])


def _join_sections(sections: dict[int, tuple[str, bool]]) -> str:
    charset: str | None = None
    pieces: list[bytes] = []
    for number in sorted(sections):
        value, is_encoded = sections[number]
        if is_encoded and number == 0:
            charset, raw = _decode_extended(value)
        elif is_encoded:
            raw = unquote_to_bytes(value)
        else:
            raw = value.encode("utf-8", "replace")
        pieces.append(raw)
    return decode_text(b"".join(pieces), charset)


def parse_parameters(value: str) -> tuple[str, Mapping[str, str]]:
    """Reads `token; name=value ...`.

    Args:
        value: the field's unfolded text.

    Returns:
        The leading token in lower case, and the parameters by lower-case name: decoded (RFC 2231 continuations and
        charsets, encoded words), the first of a repeated one, an extended one before a plain one.
    """
    # Half of all fields are a few values (`text/plain; charset=utf-8`) that need not be read again.
    return _parse_again(value) if len(value) < _SHORT_CHARS else _parse(value)


def _parse(value: str) -> tuple[str, Mapping[str, str]]:
    value = strip_comments(value).strip()
    main = _MAIN.match(value)
    token = main[0].lower() if main else ""
    rest = value[len(token) :].lstrip()
    if not rest:
        return token, {}
    if not rest.startswith(";"):
        rest = ";" + rest
    plain: dict[str, str] = {}
    extended: dict[str, str] = {}
    sections: dict[str, dict[int, tuple[str, bool]]] = {}
    for match in _PARAMETER.finditer(rest):
        name = match[1].lower()
        if (quoted := match[2]) is not None:
            text = _REAL_ESCAPE.sub(r"\1", quoted) if "\\" in quoted else quoted
        else:
            text = match[3].strip()
        if "*" not in name:
            plain.setdefault(name, text)
        elif (section := _SECTION.fullmatch(name)) is not None:
            sections.setdefault(section[1], {}).setdefault(int(section[2]), (text, bool(section[3])))
        elif name.endswith("*"):
            charset, raw = _decode_extended(text)
            extended.setdefault(name[:-1], decode_text(raw, charset))
    parameters = {name: decode_words(text) for name, text in plain.items()}
    parameters.update({name: _join_sections(numbered) for name, numbered in sections.items()})
    parameters.update(extended)
    return token, parameters


_parse_again = lru_cache(maxsize=256)(_parse)
