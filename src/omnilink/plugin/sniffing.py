"""What a file is, by its own bytes: what a sender or a server says of it is only believed where these agree."""

import codecs
from functools import cache
from typing import Any

from omnilink.plugin.tables import read_toml

UNKNOWN = "application/octet-stream"

_HEAD_BYTES = 1024


def sniff_type(content: bytes, declared: str | None = None) -> str:
    """The media type of some bytes.

    Args:
        content: the file, or its beginning.
        declared: what the server says; decides only between types the bytes leave open (which office document a zip
            is, which kind of text).

    Returns:
        A type without parameters; `application/octet-stream` where nothing is known.
    """
    said = (declared or "").partition(";")[0].strip().lower()
    for entry in _magic():
        if content.startswith(entry["bytes"], entry["offset"]) and (
            "also" not in entry or content.startswith(entry["also"]["bytes"], entry["also"]["offset"])
        ):
            return said if _may_be_within(entry["type"], said) else str(entry["type"])
    return _text_type(content[:_HEAD_BYTES], said)


def _may_be_within(container: str, said: str) -> bool:
    return any(said.startswith(start) for start in _rules()["within"].get(container, ()))


def _text_type(head: bytes, said: str) -> str:
    try:
        text = codecs.getincrementaldecoder("utf-8-sig")().decode(head)
    except UnicodeDecodeError:
        return UNKNOWN
    if not text or any(c < " " and c not in "\t\n\r\f" for c in text):
        return UNKNOWN
    start = text.lstrip().lower()
    for active, signs in _rules()["active"].items():
        if start.startswith(tuple(signs)):
            return str(active)
    return said if said.startswith("text/") and said != "text/html" else "text/plain"


def _rules() -> dict[str, Any]:
    return read_toml("omnilink.plugin", "data", "magic.toml")


@cache
def _magic() -> tuple[dict[str, Any], ...]:
    return tuple(_as_bytes({"offset": 0} | entry) for entry in _rules()["magic"])


def _as_bytes(entry: dict[str, Any]) -> dict[str, Any]:
    found = entry | {"bytes": entry["bytes"].encode("latin-1")}
    return found | {"also": _as_bytes(entry["also"])} if "also" in entry else found
