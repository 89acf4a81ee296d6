"""Characters that end or change a header line; nothing that goes into one may hold them."""

import re

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def has_control(text: str) -> bool:
    """Does it hold a control character, another kind of line end, or half a character?"""
    return _CONTROL.search(text) is not None


def without_control(text: str) -> str:
    """The text with a blank for every run of them; for words somebody else wrote."""
    return " ".join(_CONTROL.sub(" ", text).split())
