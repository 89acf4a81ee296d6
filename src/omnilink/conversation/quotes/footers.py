"""What lists and encryption programs put below a mail: a mailing list's footer, an OpenPGP signature."""

from collections.abc import Sequence

from omnilink.conversation.quotes.lines import Line

SHORTEST_RULE = 20
MOST_FOOTER_LINES = 6
MOST_ARMOUR_LINES = 60
_ARMOUR_STARTS, _ARMOUR_ENDS = "-----BEGIN PGP SIGNATURE-----", "-----END PGP SIGNATURE-----"  # RFC 9580 §6.2
_LIST_WORDS = ("/listinfo/", "/mailman", "mailing list", "mailing-list", "mailingliste", "unsubscribe")


def mark_footers(lines: Sequence[Line]) -> None:
    """Marks as signature what a list put below the last line of dashes, and OpenPGP's armour.

    Args:
        lines: with what is quoted already marked.
    """
    last_rule = next((n for n in range(len(lines) - 1, -1, -1) if lines[n].code == "rule"), None)
    if last_rule and is_list_footer(lines[last_rule:]) and any(line.code != "empty" for line in lines[:last_rule]):
        _sign(lines[last_rule:])
    first: int | None = None
    for n, line in enumerate(lines):
        if line.bare == _ARMOUR_STARTS:
            first = n
        elif first is not None and line.bare == _ARMOUR_ENDS:
            if n - first <= MOST_ARMOUR_LINES:
                _sign(lines[first : n + 1])
            first = None


def is_list_footer(lines: Sequence[Line]) -> bool:
    """Whether lines that begin with a long rule are a mailing list's: few, with a link, about the list."""
    if len(lines[0].bare) < SHORTEST_RULE or len(lines) > 3 * MOST_FOOTER_LINES:
        return False
    said = [line.bare.casefold() for line in lines[1:] if line.code != "empty"]
    if not 1 < len(said) <= MOST_FOOTER_LINES:
        return False
    linked = any("http" in words or "@" in words for words in said)
    return linked and any(word in words for words in said for word in _LIST_WORDS)


def _sign(lines: Sequence[Line]) -> None:
    for line in lines:
        if line.code != "empty":
            line.code = "signature"
