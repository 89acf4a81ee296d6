"""What stands above a whole quoted or forwarded mail: "-----Original Message-----", and From/Sent/To/Subject blocks.

A block counts by the roles of its labels, in any language: who, and at least two of when, to whom and about what, and
an address or a time among them, so that a citizen's own "From: Monday / To: Friday" stays hers.
"""

from collections.abc import Sequence

from omnilink.conversation.quotes.attribution import CLOCK, DATE
from omnilink.conversation.quotes.lines import DASHES, Line, unquoted, visible
from omnilink.conversation.quotes.tables import words

LONGEST_LABEL = 34
MOST_BLOCK_LINES = 40
_MARKERS = ("--", "__", "==", "——", "‐‐", "––", "~~", "##", "──", "- -")
_FRAME = DASHES + " \t<>:：.|[]"


def is_original(lines: Sequence[Line], at: int) -> bool:
    """Whether a line is the marker of an original or a forwarded mail ("-----Original Message-----")."""
    bare = lines[at].bare
    if len(bare) > 160:
        return False
    framed = bare[0] in DASHES or (bare[0] in "<>[|" and bare[-1] in DASHES + "<>[]|")
    if not framed:
        colon = bare[-1] in ":："
        return colon and visible(bare).rstrip(":： *_").casefold() in words().alone and _label_near(lines, at)
    core = visible(bare).strip(_FRAME).casefold()
    if core in words().dashed or core in words().alone:
        return bare.lstrip("*> ").startswith(_MARKERS) or _label_near(lines, at)
    if core.startswith(words().dashed_starts):
        return True
    # Notes: "-----Ana Lopez/Town wrote: -----", and the labels below it.
    return _is_framed(bare) and core.endswith(words().wrote) and _label_near(lines, at)


def is_group_wise(bare: str) -> bool:
    """Whether a line is what GroupWise puts above what it quotes: ">>> Ana Lopez 1/5/2026 10:00 AM >>>"."""
    return bare.startswith(">>> ") and bare.endswith(" >>>") and len(bare) <= 160 and DATE.search(bare) is not None


def announces(bare: str) -> bool:
    """Whether a line directly above a header block belongs to it: a marker in any language, or Notes' summary.

    The latter is "Ana Lopez ---05.01.2026 10:00:00---Dear Sir or Madam".
    """
    return _is_framed(bare) or (bare.count("---") > 1 and CLOCK.search(bare) is not None)


def _is_framed(bare: str) -> bool:
    return bare.startswith(_MARKERS) and bare.endswith(_MARKERS) and len(bare) <= 160


def is_reply_above(bare: str) -> bool:
    """Whether a line says that answers go above it, as helpdesks write ("--- reply above this line ---")."""
    if len(bare) > 160 or (bare[0].isalnum() and bare[-1].isalnum()):
        return False
    if bare[0] not in DASHES + "[(<" and bare[-1] not in DASHES:
        return False
    lowered = bare.casefold()
    return any(phrase in lowered for phrase in words().above)


def roles(bare: str) -> frozenset[str]:
    """What a line labels as part of a header block; empty for other lines."""
    colon = bare.find(":", 0, LONGEST_LABEL)
    wide = bare.find("：", 0, LONGEST_LABEL if colon < 0 else colon)
    colon = colon if wide < 0 else wide
    if colon < 1:
        return _NONE
    label = bare[:colon].strip("*_ \t\u00a0|\u202f\u200e\u200f\u202a\u202b\u202c")
    return words().roles.get(label.casefold(), _NONE)


_NONE: frozenset[str] = frozenset()


def _label_near(lines: Sequence[Line], at: int) -> bool:
    return any(roles(unquoted(line.bare)) for line in lines[at + 1 : at + 4] if line.bare)


def block_end(lines: Sequence[Line], first: int, *, announced: bool) -> int | None:
    """Where the header block that starts on a line ends.

    Args:
        lines: all lines.
        first: a line with a label; the line above has none.
        announced: a marker or a line of dashes stands above, so less is asked of the block.

    Returns:
        The line behind its last one; None if it is no block.
    """
    seen: list[frozenset[str]] = []
    proved = announced
    end = first
    loose = 0
    for at in range(first, min(first + MOST_BLOCK_LINES, len(lines))):
        line = lines[at]
        found = roles(line.bare) if line.code == "text" else _NONE
        if found:
            seen.append(found)
            end = at + 1
            loose = 0
            proved = proved or "@" in line.bare or ("date" in found and CLOCK.search(visible(line.bare)) is not None)
            continue
        # A value may be wrapped over two lines, and some programs put blank lines between the labels.
        loose += 1
        if loose > 2 or line.code not in ("text", "empty") or (line.code == "empty" and _complete(seen)):
            break
        proved = proved or ("@" in line.bare and loose == 1)
    if not proved or not _complete(seen, few=announced):
        return None
    wrapped = end + 1 < len(lines) and lines[end].code == "text" and lines[end + 1].code == "empty"
    # A subject goes on below where the blank line comes only after.
    return end + 1 if wrapped and "subject" in seen[-1] else end


def _complete(seen: list[frozenset[str]], *, few: bool = False) -> bool:
    """Whether the labels make a block: who, and two others (one where it was announced)."""
    main = [found for found in seen if found != {"other"}]
    union = frozenset[str]().union(*main) if main else _NONE
    needed = 2 if few else 3
    return "from" in union and len(main) >= needed and len(union - {"other"}) >= needed
