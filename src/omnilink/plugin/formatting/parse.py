"""Markdown to blocks: CommonMark with strikethrough, less what an official would trip over.

Left out on purpose, so that nothing an author typed vanishes or changes its sense unseen:
raw HTML and link definitions (`[note]: call us` would disappear) stay words; dashes under a line (a signature)
make no heading of it; a link whose scheme is not http, https, mailto or tel stays as it was typed.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from omnilink.plugin.fields import clean
from omnilink.plugin.formatting.tree import (
    Block,
    Bold,
    Code,
    CodeBlock,
    Heading,
    Inline,
    Italic,
    ItemList,
    LineBreak,
    Link,
    ListItem,
    Paragraph,
    Quote,
    Rule,
    Strike,
    Words,
)

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

MAX_NESTING = 48
"""Levels of lists and quotes that are read as such; a text that goes deeper is taken as words."""

_LINKED = re.compile(r"(?:https?://[^/]|mailto:[^?]|tel:)[!-~]*", re.IGNORECASE)


def parse_markdown(text: str) -> tuple[Block, ...]:
    """Reads Markdown. Total, and linear in the length of the text.

    Args:
        text: CommonMark, with `~~strikethrough~~`.

    Returns:
        The blocks in reading order.
    """
    text = clean(text)
    tokens = _parser().parse(text)
    # At its limit the parser drops what lies deeper.
    if any(token.level >= MAX_NESTING - 2 for token in tokens):
        return tuple(Paragraph(_inline(_literal(part))) for part in re.split(r"\n[ \t]*\n\s*", text) if part.strip())
    return _Builder(tokens).blocks()


@cache
def _parser() -> "MarkdownIt":
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark", {"html": False, "maxNesting": MAX_NESTING})
    parser.enable("strikethrough").disable(["reference", "lheading"])
    parser.validateLink = lambda url: _LINKED.fullmatch(url) is not None  # type: ignore[method-assign]
    return parser


class _Builder:
    """Folds the parser's flat tokens into the tree."""

    def __init__(self, tokens: "list[Token]") -> None:
        self.tokens = tokens
        self.position = 0

    def blocks(self) -> tuple[Block, ...]:
        """The blocks up to the next closing token, which is taken as well."""
        found: list[Block] = []
        while self.position < len(self.tokens):
            token = self.tokens[self.position]
            self.position += 1
            if token.nesting < 0:
                break
            found.append(self._block(token))
        return tuple(found)

    def _block(self, token: "Token") -> Block:
        match token.type:
            case "paragraph_open":
                return Paragraph(self._line())
            case "heading_open":
                return Heading(int(token.tag[1]), self._line())
            case "blockquote_open":
                return Quote(self.blocks())
            case "bullet_list_open":
                return self._items(None)
            case "ordered_list_open":
                return self._items(int(token.attrs.get("start", 1)))
            case "hr":
                return Rule()
            case _:  # fence, code_block
                return _code_block(token.info.strip(), token.content.removesuffix("\n"))

    def _line(self) -> tuple[Inline, ...]:
        content = self.tokens[self.position]
        self.position += 2
        return _inline(content.children or ())

    def _items(self, start: int | None) -> ItemList:
        opened = self.position
        items: list[ListItem] = []
        while self.tokens[self.position].type == "list_item_open":
            self.position += 1
            items.append(ListItem(self.blocks()))
        level = self.tokens[opened].level + 1
        paragraphs = (t for t in self.tokens[opened : self.position] if t.type == "paragraph_open")
        tight = all(token.hidden for token in paragraphs if token.level == level)
        self.position += 1
        return ItemList(tuple(items), start, tight)


def _code_block(info: str, text: str) -> CodeBlock:
    """What stands behind the opening fence is a language only where it is one word above some code."""
    if info and (not text or len(info.split()) > 1):
        return CodeBlock(f"{info}\n{text}".rstrip("\n"))
    return CodeBlock(text, info)


@dataclass(slots=True)
class _Open:
    """A span whose end has not come yet: what it is, what lies around it, and whether it says anything new."""

    token: "Token"
    around: list[Inline]
    counts: bool


def _inline(tokens: "Iterable[Token]") -> tuple[Inline, ...]:
    """The tree of a line. A span within one of its own kind adds nothing, which also bounds the depth."""
    here: list[Inline] = []
    spans: list[_Open] = []
    for token in tokens:
        if token.nesting > 0:
            counts = all(token.tag != span.token.tag for span in spans)
            spans.append(_Open(token, here, counts))
            here = [] if counts else here
        elif token.nesting < 0:
            span = spans.pop()
            if span.counts:
                for node in _span(span.token, tuple(here)):
                    _append(span.around, node)
            here = span.around
        else:
            linked = any(span.token.tag == "a" for span in spans)
            for node in _leaf(token, linked):
                _append(here, node)
    return tuple(here)


def _span(token: "Token", children: tuple[Inline, ...]) -> tuple[Inline, ...]:
    match token.tag:
        case "strong":
            return (Bold(children),)
        case "em":
            return (Italic(children),)
        case "s":
            return (Strike(children),)
        case _:
            return _link(token, "href", children, "[")


def _leaf(token: "Token", linked: bool) -> tuple[Inline, ...]:
    match token.type:
        case "softbreak" | "hardbreak":
            return (LineBreak(),)
        case "code_inline":
            return (Code(token.content),)
        case "image" if linked:
            return (Words(token.content or str(token.attrs["src"])),)
        case "image":
            return _link(token, "src", (Words(token.content),) if token.content else (), "![")
        case _:
            return (Words(token.content),)


def _link(token: "Token", where: str, children: tuple[Inline, ...], opening: str) -> tuple[Inline, ...]:
    """A link; its words as they were typed where it leads nowhere. A title joins them, as no chat shows titles."""
    url = str(token.attrs[where])
    title = f"({token.attrs['title']})" if token.attrs.get("title") else ""
    if not url:
        return (Words(opening), *children, Words("]" + (title or "()")))
    words: list[Inline] = list(children) or [Words(url)]
    if title:
        _append(words, Words(f" {title}"))
    return (Link(url, tuple(words)),)


def _append(children: list[Inline], node: Inline) -> None:
    """Adds a node; words join the words before them, so that an escape sees a text as a whole."""
    if isinstance(node, Words):
        if not node.text:
            return
        if children and isinstance(last := children[-1], Words):
            children[-1] = Words(last.text + node.text)
            return
    children.append(node)


def _literal(text: str) -> "list[Token]":
    from markdown_it.token import Token

    tokens: list[Token] = []
    for line in text.strip("\n").split("\n"):
        tokens += [Token("softbreak", "br", 0), Token("text", "", 0, content=line)]
    return tokens[1:]
