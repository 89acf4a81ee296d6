"""What is taken off every address before its scheme's own rules apply."""

import unicodedata
from collections.abc import Callable

INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Unicode categories nobody sees: controls, format characters (bidi marks, zero width), lone surrogates."""
ROUNDS = 6


def clean(text: str) -> str:
    """Without invisible characters and outer white space, in Unicode form NFC. Idempotent."""
    if text.isascii() and text.isprintable():
        return text.strip()
    visible = "".join(c for c in text if unicodedata.category(c) not in INVISIBLE)
    return unicodedata.normalize("NFC", visible).strip()


def settled(rule: Callable[[str], str | None], text: str) -> str | None:
    """Applies a rule until it changes nothing more.

    Returns:
        A text the rule maps to itself; None where the rule says None or does not settle. Thus idempotent.
    """
    for _ in range(ROUNDS):
        after = rule(text)
        if after is None or after == text:
            return after
        text = after
    return None
