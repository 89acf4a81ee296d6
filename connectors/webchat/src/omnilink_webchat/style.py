"""Formatting as marks beside a text: what is bold, a link, code, by its place. A widget then builds elements, and no
text of anybody's is ever read as markup.
"""

from typing import Any

from omnilink.plugin.formatting import Style

# Noncharacters (Unicode §23.7): never in a text that is meant to be read, so they can stand for what opens and closes.
_OPEN = {"bold": "\ufdd0", "italic": "\ufdd1", "strike": "\ufdd2", "code": "\ufdd3", "pre": "\ufdd4", "head": "\ufdd5"}
_LINK, _LABEL, _CLOSE = "\ufdd6", "\ufdd7", "\ufddf"
_NAMES = {sign: name for name, sign in _OPEN.items()}
_NONE = dict.fromkeys(range(0xFDD0, 0xFDF0))


def _escape(text: str) -> str:
    return text.translate(_NONE)


def _form(name: str) -> Any:
    return lambda text: f"{_OPEN[name]}{text}{_CLOSE}"


MARKED = Style(
    escape=_escape,
    escape_url=_escape,
    bold=_form("bold"),
    italic=_form("italic"),
    strike=_form("strike"),
    code=_form("code"),
    code_block=lambda text, language: _form("pre")(text),
    link=lambda label, url: f"{_LINK}{url}{_LABEL}{label}{_CLOSE}",
    heading=lambda text, level: _form("head")(text),
)


def read_marks(marked: str) -> tuple[str, list[dict[str, Any]]]:
    """A rendered text as plain text and its marks: what, from where, how long (UTF-16 units, as browsers count)."""
    text: list[str] = []
    marks: list[dict[str, Any]] = []
    opened: list[dict[str, Any]] = []
    place = 0
    url: list[str] | None = None
    for sign in marked:
        if sign == _LINK:
            url = []
        elif sign == _LABEL and url is not None:
            opened.append({"as": "link", "at": place, "url": "".join(url)})
            url = None
        elif url is not None:
            url.append(sign)
        elif sign in _NAMES:
            opened.append({"as": _NAMES[sign], "at": place})
        elif sign == _CLOSE and opened:
            mark = opened.pop()
            if place > mark["at"]:
                marks.append({**mark, "n": place - mark["at"]})
        else:
            text.append(sign)
            place += 2 if sign > "\uffff" else 1
    return "".join(text), sorted(marks, key=lambda mark: (mark["at"], -mark["n"]))
