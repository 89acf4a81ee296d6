"""From lines to spans: which are the writer's, which somebody else's, and which of those a reader needs to see."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from omnilink.conversation.quotes import attribution, signatures
from omnilink.conversation.quotes.lines import Code, Line, unquoted
from omnilink.conversation.quotes.scan import QUOTE_TOP, next_line

SpanKind = Literal["new", "quoted", "signature", "forwarded header", "disclaimer"]

_KINDS: dict[Code, SpanKind] = {
    "text": "new",
    "fenced": "new",
    "rule": "new",
    "empty": "new",
    "quote": "quoted",
    "attribution": "quoted",
    "header": "quoted",
    "original": "quoted",
    "mobile": "signature",
    "signature": "signature",
    "notice": "disclaimer",
}
_OWN: tuple[Code, ...] = ("text", "fenced")


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of a text.

    Attributes:
        kind: whose or what it is.
        start, end: offsets in the text.
        shown: whether a reader needs it: what is new, and quotations that answers stand between.
    """

    kind: SpanKind
    start: int
    end: int
    shown: bool


def decide(lines: Sequence[Line], length: int) -> tuple[Span, ...]:
    """The spans of a text.

    Args:
        lines: classified lines of its beginning.
        length: of the whole text; what lies behind the lines is new.

    Returns:
        Spans in order that cover the text without a gap.
    """
    if not lines:
        return (Span("new", 0, length, True),) if length else ()
    more = length > lines[-1].end
    _put_back_mobile(lines)
    top = _forward_top(lines)
    kinds, shown = _replied(lines, more) if top is None else _forwarded(lines, top)
    _settle_empty(lines, kinds, shown)
    return _joined(lines, kinds, shown, length)


def _forward_top(lines: Sequence[Line]) -> int | None:
    """The marker or header block at the top, if one is: what was forwarded is then all the mail says."""
    top = next_line(lines, -1)
    while top is not None and lines[top].code == "mobile":
        top = next_line(lines, top)
    return top if top is not None and lines[top].code in ("original", "header") else None


def _forwarded(lines: Sequence[Line], top: int) -> tuple[list[SpanKind], list[bool]]:
    """Without a marker the block may be the head of the writer's own letter: it is shown, and the letter is new."""
    marked = lines[top].code == "original" or lines[top].mark == "rest"
    body: SpanKind = "quoted" if marked else "new"
    kinds: list[SpanKind] = []
    head = True
    for n, line in enumerate(lines):
        head = head and (n < top or line.code in ("original", "header", "empty", "rule"))
        kinds.append(_KINDS[line.code] if n < top else "forwarded header" if head else body)
    shown = [n >= top and (not marked or kind == "quoted") for n, kind in enumerate(kinds)]
    return kinds, shown


def _replied(lines: Sequence[Line], more: bool) -> tuple[list[SpanKind], list[bool]]:
    codes = [line.code for line in lines]
    cut = _cut(lines)
    # A line of dashes apart from the header block below it may be the writer's.
    apart = next((n for n in range(cut - 1, -1, -1) if codes[n] != "empty"), None) if cut < len(lines) else None
    own = [n for n in range(cut) if codes[n] in _OWN or (n == apart and codes[n] == "rule")]
    goes_on = more and cut == len(lines)
    last = cut - 1 if goes_on else (own[-1] if own else -1)
    first = own[0] if own else (cut if goes_on else -1)
    kinds: list[SpanKind] = [_KINDS[code] for code in codes]
    shown = [n <= last and codes[n] in ("text", "fenced", "rule", "empty", "quote") for n in range(len(lines))]
    for n in range(cut, len(lines)):
        kinds[n] = "quoted"
    quotes = [n for n in range(cut) if codes[n] == "quote"]
    if not own and not goes_on:
        _show_what_there_is(lines, quotes, shown)
    elif (
        quotes and quotes[0] < first and not any(n > first for n in quotes if n < last) and _is_attributed(lines, first)
    ):
        # The answer stands below a whole quotation, which is not needed to understand it.
        for n in range(first):
            shown[n] = False
    for n in range(last + 1, cut):
        if codes[n] == "rule":
            kinds[n] = "signature"
    return kinds, shown


def _cut(lines: Sequence[Line]) -> int:
    """The line from which all is quoted: a marker, a header block or a sure attribution below words of the writer's."""
    own = False
    for n, line in enumerate(lines):
        if line.mark == "rest" and own:
            return n
        if line.code in _OWN:
            own = True
        elif own and line.code in ("original", "header"):
            return n
        elif own and line.code == "attribution":
            behind = _behind_attribution(lines, n)
            if behind is None or lines[behind].code != "quote":
                return n
        elif own and line.code == "mobile":
            behind = next_line(lines, n)
            if behind is not None and lines[behind].code == "text" and signatures.starts_letter(lines[behind].bare):
                # A person writes above what the program signs; a letter below is the one answered.
                return n
    return len(lines)


def _behind_attribution(lines: Sequence[Line], at: int) -> int | None:
    behind: int | None = at
    while behind is not None and lines[behind].code == "attribution":
        behind = next_line(lines, behind)
    return behind


def _put_back_mobile(lines: Sequence[Line]) -> None:
    """Above an attribution with quote marks below it answers may go on, so a program's line there ends nothing."""
    for n, line in enumerate(lines):
        if line.code != "mobile" or signatures.is_advert(line.bare):
            continue
        above = next_line(lines, n)
        if above is None or lines[above].code != "attribution" or lines[above].mark:
            continue
        behind = _behind_attribution(lines, above)
        if behind is not None and lines[behind].code == "quote" and lines[behind].bare.startswith(">"):
            line.code = "text"


def _is_attributed(lines: Sequence[Line], end: int) -> bool:
    """Whether the quotation above a line names whose it is."""
    return any(line.code == "attribution" for line in lines[:end]) or _names_author(lines, end)


def _names_author(lines: Sequence[Line], end: int) -> bool:
    """Whether an attribution stands inside the quote marks, among the first lines."""
    first = next_line(lines, -1)
    if first is None or lines[first].code != "quote":
        return False
    for n in range(first, min(first + QUOTE_TOP + 1, end)):
        words = unquoted(lines[n].bare)
        if lines[n].code == "quote" and words and attribution.may_end(words) and attribution.find(lines, n):
            return True
    return False


def _show_what_there_is(lines: Sequence[Line], quotes: list[int], shown: list[bool]) -> None:
    """Nothing is the writer's own: quote marks without an author may be the writer's way to write, and are shown."""
    if not quotes or _is_attributed(lines, len(lines)):
        return
    for n in range(quotes[0], quotes[-1] + 1):
        shown[n] = lines[n].code in ("quote", "empty", "rule")


def _settle_empty(lines: Sequence[Line], kinds: list[SpanKind], shown: list[bool]) -> None:
    """Empty lines go with what is shown above them; between what is hidden and what is shown they are new."""
    above: int | None = None
    for n, line in enumerate(lines):
        if line.code != "empty":
            above = n
        elif above is not None and (shown[above] or not shown[n]):
            kinds[n], shown[n] = kinds[above], shown[above]
        else:
            kinds[n] = "new"


def _joined(lines: Sequence[Line], kinds: Sequence[SpanKind], shown: Sequence[bool], length: int) -> tuple[Span, ...]:
    pieces: list[Span] = []
    start = 0
    for n, line in enumerate(lines):
        is_last = n + 1 == len(lines)
        if is_last or kinds[n + 1] != kinds[n] or shown[n + 1] != shown[n]:
            pieces.append(Span(kinds[n], start, line.end, shown[n]))
            start = line.end
    if start < length:
        if pieces and pieces[-1].kind == "new" and pieces[-1].shown:
            start = pieces.pop().start
        pieces.append(Span("new", start, length, True))
    return tuple(pieces)
