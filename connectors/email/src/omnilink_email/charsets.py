"""Charsets: bytes to text whatever their label says. Never raises, never returns a lone surrogate or a NUL."""

import codecs
import re
from collections.abc import Callable
from functools import lru_cache

GUESS_SAMPLE_BYTES = 4_096
PLAUSIBLE = [
    "cp1252", "cp1250", "cp1251", "koi8_r", "cp1253", "cp1254", "cp1255", "cp1256",
    "gb18030", "big5", "euc_jp", "shift_jis", "euc_kr",
]  # fmt: skip
"""What mail without a label is written in; an open search finds EBCDIC in short texts."""

# Labels in the sense of the WHATWG Encoding Standard (what mail programs show), and names seen in mail only.
_ALIASES = {
    "ansi": "cp1252", "ansi_x3.110-1983": "cp1252", "cp-850": "cp850", "gb2312": "gb18030", "gb_2312-80": "gb18030",
    "gbk": "gb18030", "x-gbk": "gb18030", "iso-8859-8-i": "iso8859_8", "iso-8859-8-e": "iso8859_8",
    "ks_c_5601-1987": "cp949", "ks_c_5601": "cp949", "euc-kr": "cp949", "x-euc-jp": "euc_jp",
    "x-mac-roman": "mac_roman", "x-sjis": "cp932", "shift_jis": "cp932", "shift-jis": "cp932", "sjis": "cp932",
    "windows-31j": "cp932",
    "unicode-1-1-utf-7": "utf_7", "unicode-1-1-utf-8": "utf_8", "utf8mb4": "utf_8", "windows-874": "cp874",
    "big5": "big5hkscs", "big5-hkscs": "big5hkscs", "iso-8859-9": "cp1254", "tis-620": "cp874",
}  # fmt: skip
# Python codecs that are no charsets, or whose decoders are slow on purpose-made input (idna, punycode).
_REFUSED = frozenset({"idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "oem"})
# Labels that many programs put on anything: believed only where the bytes do not say otherwise.
_CARELESS = frozenset({"ascii", "iso8859-1", "cp1252"})
_HIGH = re.compile(rb"[\x80-\xff]")
_BINARY = re.compile(rb"[\x00-\x06\x0e-\x1a\x1c-\x1f]")
_SURROGATE = re.compile("[\ud800-\udfff]")


@lru_cache(maxsize=512)
def find_codec(label: str) -> str | None:
    """Python's name of a charset label, or None for an unknown or unsafe one."""
    label = label.strip(" \t\"'").lower().partition("*")[0]
    try:
        info = codecs.lookup(_ALIASES.get(label, label))
    except (LookupError, ValueError, UnicodeError):
        return None
    is_text = getattr(info, "_is_text_encoding", True)
    return info.name if is_text and info.name.replace("-", "_") not in _REFUSED else None


def clean(text: str) -> str:
    """The text without NUL characters, lone surrogates replaced."""
    if "\x00" in text:
        text = text.replace("\x00", "")
    if not text.isascii() and _SURROGATE.search(text):
        text = _SURROGATE.sub("\ufffd", text)
    return text


def is_readable(raw: bytes) -> bool:
    """Does it start as text does (and not as a picture or a program)?"""
    return _BINARY.search(raw, 0, GUESS_SAMPLE_BYTES) is None


def _decode_as(raw: bytes, codec: str) -> str | None:
    try:
        return raw.decode(codec)
    except (UnicodeError, ValueError):
        return None


def _decode_latin(raw: bytes) -> str:
    # Windows-1252 is what is meant by Latin-1; its five holes keep their Latin-1 meaning.
    return _decode_as(raw, "cp1252") or raw.decode("latin-1")


def _decode_damaged(raw: bytes, codec: str) -> str | None:
    """Text that is in this charset but for a few broken characters, or None if it hardly is."""
    text = raw.decode(codec, "replace")
    broken = text.count("\ufffd")
    foreign = sum(1 for c in text if c > "\x7f") - broken if broken < 1_000 else 0
    return text if broken * 5 <= foreign else None


def _guess(raw: bytes) -> str | None:
    first = _HIGH.search(raw)
    start = max(0, (first.start() if first else 0) - 256)
    sample = raw[start : start + GUESS_SAMPLE_BYTES]
    from charset_normalizer import from_bytes

    best = from_bytes(sample, steps=3, chunk_size=512, cp_isolation=PLAUSIBLE).best()
    return best.encoding if best is not None else None


def decode_text(raw: bytes, declared: str | None, *, take_guess: Callable[[], bool] | None = None) -> str:
    """Decodes a body or an encoded word.

    The order: the declared charset; else US-ASCII, UTF-8, a statistical guess, Windows-1252.
    UTF-8 goes before a careless label (ASCII, Latin-1) that it contradicts.

    Args:
        raw: the bytes.
        declared: the label, if any.
        take_guess: asked whether one (slow) statistical guess is allowed; None: it is not.
    """
    codec = find_codec(declared) if declared else None
    if codec in {None, "utf-8"} | _CARELESS:
        if raw.isascii() and b"\x1b" not in raw:
            return clean(raw.decode("ascii"))
        if (text := _decode_as(raw, "utf-8-sig")) is not None and b"\x1b" not in raw:
            return clean(text)
    if b"\x1b" in raw and codec in {None, "ascii"}:
        codec = "iso2022_jp_2"
    if codec in {"iso8859-1", "cp1252"}:
        return clean(_decode_latin(raw))
    if codec is not None and codec != "ascii":
        text = _decode_as(raw, codec)
        if text is None and codec == "iso2022_jp_2":
            text = _decode_as(raw, "utf-8")
        if text is None:
            text = _decode_damaged(raw, codec)
        if text is not None:
            return clean(text.removeprefix("\ufeff"))
    if take_guess is not None and take_guess() and (guessed := _guess(raw)) is not None:
        return clean(raw.decode(guessed, "replace"))
    return clean(_decode_latin(raw))


def decode_header_bytes(raw: bytes, fallback: str | None = None) -> tuple[str, bool]:
    """Decodes a raw header value: ASCII, UTF-8 (RFC 6532), else what the mail's body is written in, else Latin-1.

    Returns:
        The text and whether it is certain (ASCII or valid UTF-8).
    """
    if raw.isascii() and b"\x1b" not in raw:
        return clean(raw.decode("ascii")), True
    if b"\x1b" not in raw and (text := _decode_as(raw, "utf-8")) is not None:
        return clean(text), True
    codec = find_codec(fallback) if fallback else None
    return decode_text(raw, None if codec in {None, "utf-8"} else codec), False
