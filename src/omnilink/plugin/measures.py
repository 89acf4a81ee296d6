"""How long a text is for a channel: each measure fits `split_text` and `render_pieces`.

The tables and their sources are in `data/measures.toml`.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Literal

from omnilink.plugin.formatting.graphemes import graphemes, is_emoji
from omnilink.plugin.tables import read_toml

_URL = re.compile(r"https?://\S+", re.IGNORECASE)
_HOST = re.compile(r"[\w.-]+(?:[:/?#]\S*)?")


@dataclass(frozen=True, slots=True)
class Segments:
    """What a text costs as SMS.

    Attributes:
        encoding: `gsm7` where every character is of the GSM alphabet, else `ucs2`.
        units: septets, or 16-bit units.
        segments: messages on the air; 0 for an empty text.
    """

    encoding: Literal["gsm7", "ucs2"]
    units: int
    segments: int


def sms_segments(text: str) -> Segments:
    """How a text goes out as SMS (3GPP TS 23.038, 23.040). No character is torn between two segments.

    Args:
        text: as it is handed to the provider; a provider that replaces signs by simpler ones may need less.
    """
    sms = read_toml("omnilink.plugin", "data", "measures.toml")["sms"]
    units = _gsm_units()
    try:
        sizes = [units[character] for character in text]
        encoding: Literal["gsm7", "ucs2"] = "gsm7"
    except KeyError:
        sizes = [1 if character <= "\uffff" else 2 for character in text]
        encoding = "ucs2"
    total = sum(sizes)
    if total <= sms[f"{encoding}_single"]:
        return Segments(encoding, total, 1 if total else 0)
    room: int = sms[f"{encoding}_joined"]
    segments, used = 1, 0
    for size in sizes:
        if used + size > room:
            segments, used = segments + 1, 0
        used += size
    return Segments(encoding, total, segments)


def sms_count(text: str) -> int:
    """Segments of a text: the measure of a limit in SMS."""
    return sms_segments(text).segments


def utf16_units(text: str) -> int:
    """Length in UTF-16 code units, as Telegram and JavaScript count."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def utf8_bytes(text: str) -> int:
    """Length in bytes of UTF-8."""
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))


def x_length(text: str) -> int:
    """Weighted length of a post on X: 280 at most; a URL counts 23, an emoji 2, a Chinese character 2.

    A name that looks like a host (`town.example`) counts as X may count it: never less.
    """
    rules = read_toml("omnilink.plugin", "data", "measures.toml")["x"]
    text = unicodedata.normalize("NFC", text)
    total, end = 0, 0
    for url in _URL.finditer(text):
        total += _words_weight(text[end : url.start()], rules["url"]) + rules["url"]
        end = url.end()
    return total + _words_weight(text[end:], rules["url"])


def _words_weight(text: str, url_weight: int) -> int:
    total, end = 0, 0
    for run in _HOST.finditer(text) if "." in text else ():
        if _may_be_url(run[0]):
            total += _weight(text[end : run.start()]) + max(url_weight, _weight(run[0]))
            end = run.end()
    return total + _weight(text[end:])


def _may_be_url(text: str) -> bool:
    host = re.split("[:/?#]", text, maxsplit=1)[0]
    return any(len(label) > 1 and label.isalpha() for label in host.split(".")[1:])


def _weight(text: str) -> int:
    if text.isascii():
        return len(text)
    weight = _x_weight()
    return sum(2 if is_emoji(seen) else sum(map(weight, seen)) for seen in graphemes(text))


@cache
def _gsm_units() -> dict[str, int]:
    sms = read_toml("omnilink.plugin", "data", "measures.toml")["sms"]
    return dict.fromkeys(sms["basic"], 1) | dict.fromkeys(sms["extension"], 2)


@cache
def _x_weight() -> Callable[[str], int]:
    rules = read_toml("omnilink.plugin", "data", "measures.toml")["x"]
    light, other = rules["light"], rules["other"]
    return lambda character: 1 if any(low <= ord(character) <= high for low, high in light) else other
