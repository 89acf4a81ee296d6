"""HTML cut into tags and texts, in time linear in its length, whatever it is.

The standard library's parser looks again at what it could not finish, which hostile mails make quadratic
(CVE-2025-6069); this one never goes back, and remembers what is not there any more.
"""

import re
from collections.abc import Iterator, Mapping
from html import unescape
from typing import NamedTuple

LONGEST_TAG = 4_096
"""Characters of a tag that are read for attributes, and within which a `>` in quotes belongs to it."""

_NAME = re.compile(r"[a-zA-Z][a-zA-Z0-9:_-]{0,40}")
_ATTRIBUTE = re.compile(r"(?<![\w-])([\w-]{1,60})\s{0,4}(?:=\s{0,4}(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+)))?")
_RAW = ("style", "script")
_NO_ATTRIBUTES: Mapping[str, str] = {}


class Tag(NamedTuple):
    """A start or an end tag."""

    name: str
    closing: bool
    attributes: Mapping[str, str]


def tokens(markup: str) -> Iterator[str | Tag]:
    """The tags and texts of a markup; comments and declarations are left out.

    Args:
        markup: HTML, well-formed or not. What is no tag is text.
    """
    missing: set[str] = set()
    place = 0
    while place < len(markup):
        opening = markup.find("<", place)
        if opening < 0:
            yield _unescaped(markup[place:])
            return
        if opening > place:
            yield _unescaped(markup[place:opening])
        place = opening
        end = _skipped(markup, opening, missing)
        if end is not None:
            place = end
            continue
        closing = markup.startswith("/", opening + 1)
        name = _NAME.match(markup, opening + 1 + closing)
        end = _tag_end(markup, opening, missing) if name else None
        if name is None or end is None:
            yield "<"
            place = opening + 1
            continue
        tag = Tag(name[0].lower(), closing, _NO_ATTRIBUTES if closing else _attributes(markup, name.end(), end))
        yield tag
        place = end + 1
        if tag.name in _RAW and not closing:
            place = _raw_end(markup, place, tag.name, missing)


def _skipped(markup: str, opening: int, missing: set[str]) -> int | None:
    """Behind a comment or a declaration that starts here."""
    if markup.startswith("<!--", opening):
        end = _find(markup, "-->", opening + 4, missing)
        return None if end is None else end + 3
    if markup.startswith(("<!", "<?"), opening):
        end = _find(markup, ">", opening + 2, missing)
        return None if end is None else end + 1
    return None


def _find(markup: str, what: str, start: int, missing: set[str]) -> int | None:
    """Where something stands next; that it stands nowhere any more is remembered."""
    if what in missing:
        return None
    found = markup.find(what, start)
    if found < 0:
        missing.add(what)
        return None
    return found


def _tag_end(markup: str, opening: int, missing: set[str]) -> int | None:
    end = _find(markup, ">", opening + 1, missing)
    if end is None or end - opening > LONGEST_TAG:
        return end
    for quote in ('"', "'"):
        if markup.count(quote, opening, end) % 2:
            # The `>` stands in quotes: the tag ends behind the quote's end, if that is near.
            closing = markup.find(quote, end, opening + LONGEST_TAG)
            further = markup.find(">", closing, opening + LONGEST_TAG) if closing >= 0 else -1
            return further if further >= 0 else end
    return end


def _raw_end(markup: str, start: int, name: str, missing: set[str]) -> int:
    """Behind the text of a style or script element, which is no text of the mail."""
    close = f"</{name}"
    if close in missing:
        return start
    found = re.compile(re.escape(close), re.IGNORECASE).search(markup, start)
    if found is None:
        missing.add(close)
        return start
    return found.start()


def _attributes(markup: str, start: int, end: int) -> Mapping[str, str]:
    if end - start < 3:
        return _NO_ATTRIBUTES
    found: dict[str, str] = {}
    for match in _ATTRIBUTE.finditer(markup, start, min(end, start + LONGEST_TAG)):
        key, double, single, bare = match.groups()
        found.setdefault(key.lower(), _unescaped(double or single or bare or ""))
    return found


def _unescaped(text: str) -> str:
    if "&" not in text:
        return text
    try:
        return unescape(text)
    except ValueError:
        # A reference of thousands of digits is no character.
        return text
