"""The words of a rich message, whose text is nested in blocks (https://core.telegram.org/bots/api#richmessage)."""

import re
from typing import Any

from omnilink.plugin.fields import clean

MAX_NODES = 10_000

_WORDS = ("label", "summary", "text", "expression", "alternative_text", "caption", "credit")
_LINES = ("blocks", "items", "cells")
_BLANK_LINES = re.compile(r"\n{2,}")


def rich_words(value: object) -> str | None:
    """All words of a rich message, one block (or list item, or row of a table) a line.

    Args:
        value: a `RichMessage`, or anything.
    """
    words: list[str] = []
    waiting: list[Any] = [value]
    for _ in range(MAX_NODES):
        if not waiting:
            break
        node = waiting.pop()
        if isinstance(node, str):
            words.append(node)
        elif isinstance(node, list):
            waiting.extend(reversed(node))
        elif isinstance(node, dict):
            waiting.extend(reversed(_inside(node)))
    return _BLANK_LINES.sub("\n", clean("".join(words))).strip() or None


def _inside(node: dict[str, Any]) -> list[Any]:
    found: list[Any] = [node[name] for name in _WORDS if isinstance(node.get(name), str | list | dict)]
    for name in _LINES:
        lines = node.get(name)
        for line in lines if isinstance(lines, list) else ():
            found.extend(("\n", line))
    return found
