"""What every line of a mail is taken for: one pass down, each line looked at with a few neighbours only."""

from collections.abc import Sequence

from omnilink.conversation.quotes import attribution, footers, headers, signatures
from omnilink.conversation.quotes.lines import DASHES, Code, Line

TABLE_MARK = "|"
QUOTE_TOP = 3
"""Lines of a run of quote marks in which its attribution may stand."""
WRAP_COLUMN = 72
"""Where mail programs wrap at the earliest; a quoted line that would have gone past it was broken in transit."""


def classify(lines: Sequence[Line], text: str) -> None:
    """Sets the code of every line.

    Args:
        lines: from `lines.split`.
        text: what they are of: a signature separator is told by the blank at its end.
    """
    _mark_originals(lines)
    _mark_attributions(lines)
    _settle_maybe(lines)
    _mark_comparisons(lines)
    _mark_wrapped(lines)
    footers.mark_footers(lines)
    _mark_signatures(lines, text)
    signatures.mark_notices(lines)


def next_line(lines: Sequence[Line], at: int) -> int | None:
    """The next line behind `at` that is not empty."""
    for n in range(at + 1, len(lines)):
        if lines[n].code != "empty":
            return n
    return None


def _set(lines: Sequence[Line], first: int, end: int, code: Code) -> None:
    for line in lines[first:end]:
        if line.code != "empty":
            line.code = code


def _mark_originals(lines: Sequence[Line]) -> None:
    """Markers and header blocks. Below the first sure one all is somebody else's, so no more are looked for."""
    announced = -9
    labelled = False
    n = 0
    while n < len(lines):
        line = lines[n]
        if line.code == "rule":
            announced = n
        elif line.code == "quote" and headers.is_group_wise(line.bare):
            line.code = "original"
        elif line.code == "text":
            if headers.is_original(lines, n):
                line.code = "original"
                announced = n
            elif found := headers.roles(line.bare):
                near = 0 <= n - announced <= 3 and all(one.code != "text" for one in lines[announced:n])
                if not labelled and found != {"other"} and (end := headers.block_end(lines, n, announced=near)):
                    _set(lines, n, end, "header")
                    spaced = announced + 2 == n and n + 1 < end and lines[n + 1].code == "empty"
                    if near and (announced + 1 == n or spaced or lines[announced].mark == "rule"):
                        lines[announced].code = "original"
                    _mark_announcement(lines, n)
                    n = end
                    labelled = False
                    continue
                labelled = True
            else:
                labelled = False
                if line.bare[0] in DASHES + "[(<" and headers.is_reply_above(line.bare):
                    line.code = "original"
        n += 1


def _mark_announcement(lines: Sequence[Line], block: int) -> None:
    above = next((n for n in range(block - 1, max(block - 3, -1), -1) if lines[n].code != "empty"), None)
    if above is not None and lines[above].code == "text" and headers.announces(lines[above].bare):
        lines[above].code = "original"


def _mark_attributions(lines: Sequence[Line]) -> None:
    run = 0
    n = 0
    while n < len(lines):
        line = lines[n]
        run = run + 1 if line.code == "quote" else 0
        if line.mark == "attribution" and line.code == "text":
            n = _mark_told_attribution(lines, n)
            continue
        if line.code == "text" and attribution.may_end(line.bare) and (found := attribution.find(lines, n)):
            behind = next_line(lines, n)
            quoted = behind is not None and _quotes_from(lines, behind)
            if found.sure or quoted:
                _set(lines, found.first, n + 1, "attribution")
                if quoted and behind is not None:
                    _mark_table(lines, behind)
        n += 1


def _mark_told_attribution(lines: Sequence[Line], first: int) -> int:
    """HTML calls these lines an attribution: believed where a quotation follows."""
    end = first
    while end < len(lines) and lines[end].code in ("text", "empty") and lines[end].mark == "attribution":
        end += 1
    behind = next_line(lines, end - 1)
    if behind is not None and lines[behind].code == "quote":
        _set(lines, first, end, "attribution")
    return max(end, first + 1)


def _quotes_from(lines: Sequence[Line], at: int) -> bool:
    return lines[at].code == "quote" or lines[at].bare.startswith(TABLE_MARK)


def _mark_table(lines: Sequence[Line], first: int) -> None:
    """Some programs quote by bars; elsewhere a line with a bar may be somebody's own table."""
    for line in lines[first:]:
        if line.code == "text" and line.bare.startswith(TABLE_MARK):
            line.code = "quote"
        elif line.code != "empty":
            return


def _settle_maybe(lines: Sequence[Line]) -> None:
    """An indentation in HTML is a quotation with an attribution above or on top; the indent button makes the same."""
    told = inside = False
    for n, line in enumerate(lines):
        if line.code == "quote" and line.mark == "maybe":
            told = told or (not inside and _is_told_inside(lines, n))
            inside = True
            if not told:
                line.code = "text"
        elif line.code != "empty":
            told, inside = line.code == "attribution", False


def _is_told_inside(lines: Sequence[Line], first: int) -> bool:
    """Whether an indentation begins with a sure attribution, as Yahoo's and Mail.ru's do."""
    for n in range(first, min(first + QUOTE_TOP, len(lines))):
        line = lines[n]
        if line.mark == "maybe" and line.bare and attribution.may_end(line.bare):
            found = attribution.find(lines, n)
            return found is not None and found.sure and found.first >= first
    return False


def _mark_comparisons(lines: Sequence[Line]) -> None:
    """A single "> 5 …" that nothing says is a quotation is somebody's "more than five"."""
    for n, line in enumerate(lines):
        if line.code != "quote" or line.mark or not line.bare.lstrip("> ")[:1].isdigit():
            continue
        around = [lines[k].code for k in (n - 1, n + 1) if 0 <= k < len(lines)]
        if "quote" not in around and not (n and _above_is_attribution(lines, n)):
            line.code = "text"


def _above_is_attribution(lines: Sequence[Line], at: int) -> bool:
    above = lines[at - 1] if lines[at - 1].code != "empty" or at < 2 else lines[at - 2]
    return above.code in ("attribution", "original", "header")


def _mark_wrapped(lines: Sequence[Line]) -> None:
    """Ends of quoted lines that were broken in transit lost their mark; they go on in the middle of a sentence."""
    for n in range(1, len(lines) - 1):
        line, above = lines[n], lines[n - 1]
        if line.code != "text" or above.code != "quote" or above.mark or lines[n + 1].code not in ("quote", "empty"):
            continue
        word = line.bare.split(maxsplit=1)[0]
        goes_on = above.bare[-1] not in ".!?:;。！？…" and not word[0].isupper()
        behind = next_line(lines, n)
        if goes_on and len(above.bare) + len(word) >= WRAP_COLUMN and (behind is None or lines[behind].code == "quote"):
            line.code = "quote"


def _goes_on(lines: Sequence[Line], at: int) -> bool:
    """Whether the line below goes on in the middle of a sentence."""
    return at + 1 < len(lines) and lines[at + 1].code == "text" and lines[at + 1].bare[0].islower()


def _mark_signatures(lines: Sequence[Line], text: str) -> None:
    seen = False
    for n, line in enumerate(lines):
        if line.code == "text" and line.mark == "signature" and seen:
            line.code = "signature"
        elif line.code == "text" and signatures.is_mobile(line.bare) and not _goes_on(lines, n):
            line.code = "mobile"
        elif line.code in ("rule", "text") and seen and (line.code == "rule" or signatures.is_separator(line.bare)):
            raw = text[line.start : line.end].rstrip("\r\n")
            # A separator is looked at with a bounded number of lines, or many would cost their square.
            end = n + 1
            last = min(len(lines), n + 2 + 3 * signatures.MOST_SIGNATURE_LINES)
            while end < last and lines[end].code in ("text", "empty", "mobile", "rule"):
                if signatures.is_postscript(lines[end].bare):
                    break
                end += 1
            if (end < last or end == len(lines)) and signatures.looks_signed(lines[n + 1 : end], raw):
                _set(lines, n, end, "signature")
        seen = seen or (line.code in ("text", "fenced", "quote") and line.mark != "signature")
