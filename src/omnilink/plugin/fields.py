"""Fields of a payload that may hold anything: every function here takes any value and never raises.

What makes a parser total: connectors read JSON through these and nothing else.
"""

import hashlib
import json
import math
from typing import Any

MAX_DEPTH = 24
"""Levels kept of a structure stored as data; deeper ones are cut, as a stored record must be written out again."""

MAX_INTEGER = 2**63 - 1


def read_json(body: bytes | str) -> object:
    """The JSON value in some bytes or text; None where there is none (or it is `null`)."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def clean(text: str) -> str:
    """The text without NUL and with lone surrogates replaced; otherwise untouched."""
    text = text.replace("\x00", "")
    if text.isascii():
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def at(node: object, *path: str | int) -> object:
    """What lies at a path of keys and positions, or None."""
    for step in path:
        if isinstance(node, dict) and isinstance(step, str):
            node = node.get(step)
        elif isinstance(node, list) and isinstance(step, int) and -len(node) <= step < len(node):
            node = node[step]
        else:
            return None
    return node


def text_at(node: object, *path: str | int) -> str | None:
    """The text at a path, cleaned; None where there is none or it is empty."""
    found = at(node, *path)
    return (clean(found) or None) if isinstance(found, str) else None


def object_at(node: object, *path: str | int) -> dict[str, Any]:
    """The object at a path, or an empty one."""
    found = at(node, *path)
    return found if isinstance(found, dict) else {}


def list_at(node: object, *path: str | int) -> list[Any]:
    """The list at a path, or an empty one."""
    found = at(node, *path)
    return found if isinstance(found, list) else []


def flag_at(node: object, *path: str | int) -> bool:
    """Whether a flag is set."""
    return at(node, *path) is True


def count_at(node: object, *path: str | int) -> int | None:
    """The number of things (bytes, pixels) at a path, if it is a sensible one."""
    found = at(node, *path)
    return found if isinstance(found, int) and not isinstance(found, bool) and 0 <= found <= MAX_INTEGER else None


def degrees_at(node: object, limit: float, *path: str | int) -> float | None:
    """The latitude or longitude at a path.

    Args:
        limit: degrees it may be away from zero.
    """
    found = at(node, *path)
    if isinstance(found, bool) or not isinstance(found, int | float) or not -limit <= found <= limit:
        return None
    return float(found)


def plain(value: object, depth: int = MAX_DEPTH) -> Any:
    """A copy that can be stored and written as JSON again, whatever was in it."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, int) and not isinstance(value, bool):
        return value if abs(value) <= MAX_INTEGER else None
    if isinstance(value, dict | list) and depth <= 0:
        return None
    if isinstance(value, dict):
        return {clean(str(key)): plain(item, depth - 1) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item, depth - 1) for item in value]
    return value if isinstance(value, bool) else None


def digest(value: object) -> str:
    """Hex sha256 of a value's canonical JSON: the key of what has no id of its own."""
    try:
        canonical = json.dumps(value, sort_keys=True, separators=(",", ":"))
    except (RecursionError, TypeError, ValueError):
        canonical = json.dumps(plain(value), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode("ascii")).hexdigest()
