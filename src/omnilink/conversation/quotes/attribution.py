"""The line above a quotation: "On 5 Jan 2026 at 10:00, Ana <ana@example.org> wrote:", wrapped or not, in any language.

It is recognised by what it holds rather than by its language: an address in brackets, a date, a time, a word for
"wrote" and a colon at the end. What holds enough of them is sure; what holds fewer is believed only above quote marks.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from omnilink.conversation.quotes.lines import Line, unquoted, visible
from omnilink.conversation.quotes.tables import words

MOST_LINES = 4
"""Lines one attribution is wrapped over."""
MOST_CHARACTERS = 600
NARROWEST = 60
"""Columns below which no mail program wraps."""
MOST_WORDS = 40
MOMENT_WORDS = 8
QUOTING_WORDS = 6
"""Words of a line that says only whom it quotes: "Quoting Ana Lopez <ana@example.org>:"."""
TELLING_WORDS = 16
"""More words than this, without an address, are a sentence."""

_EDGES = " *_\t-—–‐‑−─"
_COLONS = (":", "：", "׃")
_OPENINGS = ("<", "[", "(", "&lt;")
_CLOSINGS = (">", "]", ")", "&gt;")
CLOCK = re.compile(r"(?<!\d)\d{1,2}(?:[:.hH]\d{2}(?!\d)|\s?[時时시点點])")
DATE = re.compile(
    r"(?<!\d)(?:(?:19|20|25)\d\d|(?:(?![0-9])\d){4}|\d{1,2}[-/.]\s?\d{1,2}[-/.]\s?\d{2,4}|\d{1,2}月\d{1,2}|\d{1,2}월)(?![\d])"
)
_ENDINGS = frozenset(":：׃->—–‐‑−─*_]")


class Attribution(NamedTuple):
    """Lines `first` to `last`; `sure` without quote marks below."""

    first: int
    last: int
    sure: bool


def may_end(bare: str) -> bool:
    """Whether a line can be the last of an attribution: the quick test before the slow one."""
    return bare[-1] in _ENDINGS


def find(lines: Sequence[Line], last: int) -> Attribution | None:
    """The attribution that ends on a line, if one does.

    Args:
        lines: all lines.
        last: the line; `may_end` holds for it.

    Returns:
        The shortest one that is sure, else the shortest one that may be, with a first line that is its date.
    """
    believed: int | None = None
    joined = ""
    for first in range(last, max(last - MOST_LINES, -1), -1):
        line = lines[first]
        if line.code not in ("text", "quote") or (first < last and _is_apart(line, lines[last])):
            break
        bare = _words_of(line)
        joined = f"{bare} {joined}" if joined else bare
        if len(joined) > MOST_CHARACTERS:
            break
        if believed is not None and not (_starts_with_date(bare) or _address(bare)[0] or bare.endswith(" <")):
            # A line that starts no attribution by itself cannot be the first of a longer one.
            continue
        found = judge(joined)
        if found == 2:
            return Attribution(_first_line(lines, first, joined), last, sure=True)
        if found and believed is None:
            believed = first
    return None if believed is None else Attribution(believed, last, sure=False)


def _first_line(lines: Sequence[Line], first: int, joined: str, tries: int = 2) -> int:
    """Where an attribution that may lack its beginning starts: what is wrapped off stands at most two lines above."""
    dated = DATE.search(joined) is not None
    for above in range(first - 1, max(first - 3, -1), -1):
        line = lines[above]
        if _is_apart(line, lines[above + 1]) or len(line.bare) > MOST_CHARACTERS:
            break
        bare = _words_of(line)
        if not bare:
            break
        word = (_words_of(lines[above + 1]).split(maxsplit=1) or [""])[0]
        if not dated and _is_moment(bare):
            # Claws Mail and others put who wrote on a line of its own below the date.
            return above
        full = len(bare) + len(word) >= NARROWEST
        if not (full or word.startswith("<") or bare.endswith(" <")):
            break
        starts = _starts_with_on(bare) or _starts_with_date(bare)
        if starts and not (dated and DATE.search(bare)):
            return above
        if bare.endswith(" <") or (full and word.startswith("<")):
            # The bracket that opens the address is wrapped off the name, which has to stand before it.
            return _first_line(lines, above, f"{bare} {joined}", tries - 1) if tries else above
    return first


def _is_moment(bare: str) -> bool:
    """Whether a line is a date and a time, and nothing else: "On Mon, 5 Jan 2026 10:00:00 +0100"."""
    return (
        len(bare.split()) <= MOMENT_WORDS
        and bare[-1].isdigit()
        and _starts_with_on(bare)
        and DATE.search(bare) is not None
        and CLOCK.search(bare) is not None
    )


def _words_of(line: Line) -> str:
    return visible(unquoted(line.bare) if line.code == "quote" else line.bare)


def judge(joined: str) -> int:
    """How sure it is that a text, put on one line, is an attribution: 2 sure, 1 above quote marks only, 0 not."""
    text = joined.strip(_EDGES)
    colon = text.endswith(_COLONS)
    dashes = joined.rstrip().endswith(("--", "——"))
    core = text.rstrip(":：׃ *_.").casefold()
    count = len(core.split())
    if not core or count > MOST_WORDS or not (colon or dashes or core.endswith(_CLOSINGS)):
        return 0
    date, clock = DATE.search(core) is not None, CLOCK.search(core) is not None
    verb_last = _ends_with_verb(core)
    if not (date or clock or verb_last or "@" in core):
        return 0
    bracket, behind = _address(core)
    if _tells(core):
        return int(bool(date or clock or verb_last))
    if not (colon or dashes):
        # "2013/7/20 Ana via Forum <ana@example.org>": old Gmail wrote no colon.
        return int(bracket and not behind and date and core[0].isdigit() and count <= TELLING_WORDS)
    if bracket:
        if verb_last or (behind and date and _starts_with_verb(behind)):
            return 2
        if date and not behind:
            return 2 if clock or _has_verb(core) else 1
        if clock and (date or not behind) and _has_verb(core):
            return 2
    verb = verb_last or _has_verb(core)
    if verb and count <= QUOTING_WORDS and "@" in core:
        return 1
    if "@" in core and verb_last and (date or clock):
        return 2
    when = (date and clock) or (clock and _starts_with_date(core))
    if when and count <= TELLING_WORDS and "@" in core.split()[-1]:
        return 2
    if when and count <= TELLING_WORDS and verb:
        return 2 if _names_somebody(text, verb) else 1
    if verb_last and 1 < count <= TELLING_WORDS:
        return 1
    return int(bool(when or (verb and (date or clock))) and count <= TELLING_WORDS)


def _address(core: str) -> tuple[bool, str]:
    """Whether an address in brackets is in the text, and what stands behind it."""
    at = core.rfind("@")
    if at < 0:
        return False, ""
    opening = max(core.rfind(mark, 0, at) for mark in _OPENINGS)
    if opening < 0 or " " in core[opening:at].strip("<[(&lt; "):
        return False, ""
    ends = [place for mark in _CLOSINGS if (place := core.find(mark, at)) >= 0]
    if not ends:
        return False, ""
    return True, core[min(ends) :].lstrip(">])&gt;, \"'").strip()


def _tells(core: str) -> bool:
    """Whether somebody tells ("your office wrote", "I called on 5 May, and Ana wrote"), which no program does."""
    if ": " in core.partition("@")[0]:
        return True
    telling = words().telling
    return any(word.strip("\"'.,()„“") in telling or word in telling for word in core.split())


def _names_somebody(text: str, verb: str) -> bool:
    """Whether a name stands beside the verb: not "the doctor wrote"."""
    lowered = text.casefold()
    place = lowered.rfind(verb)
    beside = text[:place].split()[-1:] + text[place + len(verb) :].split()[:1]
    initials = [word.strip("\"'(,“„«:")[:1] for word in beside]
    caseless = any(initial.isalpha() and not initial.isupper() and not initial.islower() for initial in initials)
    return any(initial.isupper() for initial in initials) or (caseless and DATE.search(lowered) is not None)


def _ends_with_verb(core: str) -> str:
    """The verb a text ends with, or nothing."""
    core = core.rstrip("\"'»” ")
    if not core.endswith(words().wrote):
        return ""
    for verb in words().wrote:
        if core.endswith(verb):
            before = core[: -len(verb)][-1:]
            if not before.isalpha() or verb in words().wrote_joined:
                return verb
    return ""


def _starts_with_verb(text: str) -> bool:
    return text.startswith(words().wrote)


def _has_verb(core: str) -> str:
    """The verb a text holds, or nothing."""
    padded = f" {core.replace(',', ' ')} "
    for verb in words().wrote_apart:
        if verb in padded:
            return verb.strip()
    for verb in words().wrote_joined:
        if verb in core:
            return verb
    return ""


def _starts_with_date(text: str) -> bool:
    """Whether a line starts as an attribution does: with a word for "on" and a number, or with a date and a time."""
    if _starts_with_on(text):
        return True
    lowered = text.lstrip(_EDGES)
    early = any(word[0].isdigit() for word in lowered.split(maxsplit=2)[:2])
    return early and DATE.search(lowered) is not None and CLOCK.search(lowered) is not None


def _starts_with_on(text: str) -> bool:
    lowered = text[:80].casefold().lstrip(_EDGES)
    if not lowered.startswith(words().on) or not any(character.isdigit() for character in lowered):
        return False
    if not lowered[0].isascii():
        return True
    return any(lowered.startswith(on) and not lowered[len(on) : len(on) + 1].isalpha() for on in words().on)


def _is_apart(above: Line, below: Line) -> bool:
    return above.code != below.code or _is_sentence(above.bare)


def _is_sentence(bare: str) -> bool:
    """Whether a line ends a sentence, so that nothing of it goes on below."""
    if bare[-1] not in ".!?。！？…:;":
        return False
    last = bare.rsplit(maxsplit=1)[-1]
    return bare[-1] != "." or not (last[:-1].isdigit() or len(last) <= 4 or "." in last[:-1])
