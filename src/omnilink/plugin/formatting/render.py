"""Blocks to a channel's text, by its style."""

from collections.abc import Iterable, Sequence

from omnilink.plugin.formatting.style import Style, Wrap
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
    Paragraph,
    Quote,
    Rule,
    Strike,
    Words,
    walk,
)

PLAIN = Style()
"""Plain text: addresses behind their words, bullets before items."""

_FORMS = {
    Bold: "bold", Italic: "italic", Strike: "strike", Code: "code", CodeBlock: "code_block", Heading: "heading",
}  # fmt: skip


def render(blocks: Iterable[Block], style: Style = PLAIN) -> str:
    """The blocks as one text in a channel's formatting.

    Args:
        blocks: what `parse_markdown` read.
        style: how the channel writes it.

    Returns:
        The text, with everything the author wrote escaped by the style.
    """
    return style.between_blocks.join(text for block in blocks if (text := _block(block, style)))


def plain(blocks: Iterable[Block]) -> str:
    """The blocks as plain text: `words (url)` for links, bullets for lists, `>` for quotes."""
    return render(blocks, PLAIN)


def lost(blocks: Iterable[Block], style: Style) -> tuple[str, ...]:
    """What the blocks hold that a style has no form for, by the names of the style's fields, sorted.

    The words themselves are never lost; this is what a loss report says of their looks.
    """
    names = {name for node in walk(blocks) if (name := _FORMS.get(type(node)))}
    return tuple(sorted(name for name in names if getattr(style, name) is getattr(PLAIN, name)))


def _block(block: Block, style: Style) -> str:
    match block:
        case Paragraph():
            text = _inline(block.children, style)
            return style.paragraph(text) if text else ""
        case Heading():
            text = _inline(block.children, style)
            return style.heading(text, block.level) if text else ""
        case Quote():
            return style.quote(render(block.children, style))
        case CodeBlock():
            return style.code_block(_code(block.text, style), block.language)
        case ItemList():
            texts = [_item(item.children, style, block.tight) for item in block.items]
            return style.items(texts, block.start, block.tight)
        case Rule():
            return style.rule


def _item(blocks: Sequence[Block], style: Style, tight: bool) -> str:
    if not tight:
        return render(blocks, style)
    texts = [_inline(b.children, style) if isinstance(b, Paragraph) else _block(b, style) for b in blocks]
    return "\n".join(texts)


def _code(text: str, style: Style) -> str:
    return (style.escape_code or style.escape)(text)


def _inline(nodes: Sequence[Inline], style: Style, before: str = "", after: str = "") -> str:
    """A line's nodes, each rendered knowing the author's character before and after it."""
    befores = [before, *(_edge(node, -1) for node in nodes[:-1])]
    afters = [*(_edge(node, 0) for node in nodes[1:]), after]
    return "".join(_node(node, style, b, a) for node, b, a in zip(nodes, befores, afters, strict=bool(nodes)))


def _edge(node: Inline, end: int) -> str:
    """The first (0) or last (-1) character of a node; "" where it is no letter or digit of a word."""
    match node:
        case Words():
            return node.text[-1:] if end else node.text[:1]
        case Bold() | Italic() | Strike() | Link():
            return _edge(node.children[end], end) if node.children else ""
        case _:
            return ""


def _node(node: Inline, style: Style, before: str, after: str) -> str:
    match node:
        case Words():
            return style.escape(node.text)
        case LineBreak():
            return style.line_break
        case Code():
            return style.code(_code(node.text, style))
        case Link():
            return style.link(_inline(node.children, style), style.escape_url(node.url))
        case Bold():
            wrap = style.bold
        case Italic():
            wrap = style.italic
        case Strike():
            wrap = style.strike
    content = _inline(node.children, style, before, after)
    return _chat_marked(content, wrap, style.line_break, before, after) if style.chat_markers else wrap(content)


def _chat_marked(content: str, wrap: Wrap, line_break: str, before: str, after: str) -> str:
    """Sets a chat's markers: on each line, inside the blanks at its ends, and not against a letter outside."""
    lines = content.split(line_break)
    for i, line in enumerate(lines):
        words = line.strip()
        start = line.index(words)
        left, right = line[:start], line[start + len(words) :]
        within = (i == 0 and not left and before.isalnum()) or (i == len(lines) - 1 and not right and after.isalnum())
        if words and not within:
            lines[i] = left + wrap(words) + right
    return line_break.join(lines)
