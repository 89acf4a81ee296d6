"""How a channel writes what a text means: a style is data and a few functions of text to text."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import unquote

Wrap = Callable[[str], str]
"""Text to text."""

_ADDRESS = re.compile(r"https?://\S+|[\w.+-]{1,64}@[\w.-]{1,255}", re.IGNORECASE)


def same(text: str) -> str:
    """The text as it is: a style that holds this has no form for the thing."""
    return text


def between(before: str, after: str | None = None) -> Wrap:
    """A form that stands around its text.

    Args:
        before: what opens it.
        after: what closes it; the same again if not given.
    """
    closing = before if after is None else after
    return lambda text: f"{before}{text}{closing}"


def quoted(mark: str = "> ") -> Wrap:
    """A form that stands before each line."""
    return lambda text: "\n".join((mark + line).rstrip() for line in text.split("\n"))


def listed(bullet: str = "• ") -> Callable[[Sequence[str], int | None, bool], str]:
    """Items on lines of their own, behind a bullet or their number, what follows in an item set in below it."""

    def items(texts: Sequence[str], start: int | None, tight: bool) -> str:
        marks = [bullet if start is None else f"{start + i}. " for i in range(len(texts))]
        shown = [_hanging(mark, text) for mark, text in zip(marks, texts, strict=True)]
        return ("\n" if tight else "\n\n").join(shown)

    return items


def _hanging(mark: str, text: str) -> str:
    first, *rest = text.split("\n")
    return "\n".join([(mark + first).rstrip(), *((" " * len(mark) + line).rstrip() for line in rest)])


def bare_link(label: str, url: str) -> str:
    """`words (url)`, or the words alone where they are the address."""
    address = re.sub(r"^(?:mailto|tel):", "", url, flags=re.IGNORECASE)
    return label if unquote(label) in (unquote(address), unquote(url)) else f"{label} ({address})"


def defuse(markers: str, guard: str = "\u200a") -> Wrap:
    """An escape for a channel that has none: keeps an author's signs from being read as markup.

    A chat takes a sign for a marker only beside white space or punctuation; with a hair space on both sides it
    neither opens nor closes anything. Signs within a word, and web and mail addresses, are harmless and stay whole.

    Args:
        markers: the signs, for example "*_~`".
        guard: what is set around a sign; a hair space, which chats count as white space.
    """
    sign = re.compile(rf"(?<![^\W_])[{re.escape(markers)}]+|[{re.escape(markers)}]+(?![^\W_])")

    def escape(text: str) -> str:
        end = 0
        pieces = []
        for address in _ADDRESS.finditer(text):
            pieces += [_guarded(sign, text[end : address.start()], guard), address[0]]
            end = address.end()
        return "".join([*pieces, _guarded(sign, text[end:], guard)])

    return escape


def _guarded(sign: re.Pattern[str], text: str, guard: str) -> str:
    return sign.sub(lambda found: guard + guard.join(found[0]) + guard, text)


_PLAIN_QUOTE = quoted()
_PLAIN_ITEMS = listed()


@dataclass(frozen=True, slots=True)
class Style:
    """How a channel writes each thing. The defaults are plain text.

    Attributes:
        escape: makes an author's words safe: whatever they hold, they are read as words.
        escape_code: the same inside code, where other signs may matter; `escape` if not given.
        escape_url: the same for an address, which holds only the characters of RFC 3986 (no quote, bracket, blank).
        bold, italic, strike: forms for text that is escaped already.
        code, code_block: forms for escaped code; a block also gets the name of its language, or "".
        link: a form for escaped words and an escaped address.
        heading: a form for an escaped line and its level, 1 to 6.
        paragraph, quote: forms for a rendered block.
        items: a form for rendered items, the first's number (None for bullets) and whether the list is tight.
        rule: the line across.
        line_break: a new line within a block.
        between_blocks: what parts two blocks.
        chat_markers: bold, italic and strike are signs typed around the words, as in WhatsApp and Slack: they are
            repeated on every line, never set against a blank inside, and left out within a word.
    """

    escape: Wrap = same
    escape_code: Wrap | None = None
    escape_url: Wrap = same
    bold: Wrap = same
    italic: Wrap = same
    strike: Wrap = same
    code: Wrap = same
    code_block: Callable[[str, str], str] = lambda text, language: text
    link: Callable[[str, str], str] = bare_link
    heading: Callable[[str, int], str] = lambda text, level: text
    paragraph: Wrap = same
    quote: Wrap = _PLAIN_QUOTE
    items: Callable[[Sequence[str], int | None, bool], str] = _PLAIN_ITEMS
    rule: str = "———"
    line_break: str = "\n"
    between_blocks: str = "\n\n"
    chat_markers: bool = False
