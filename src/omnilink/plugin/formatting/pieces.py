"""Formatted text in pieces a channel takes: cut in the tree, so that no tag or marker is ever torn."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from omnilink.plugin.formatting.render import PLAIN, render
from omnilink.plugin.formatting.splitting import Measure, border, furthest
from omnilink.plugin.formatting.style import Style
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

Fits = Callable[[tuple[Block, ...]], bool]


def render_pieces(blocks: Sequence[Block], style: Style = PLAIN, *, limit: int, measure: Measure = len) -> list[str]:
    """Renders blocks into as few texts as fit, cut between blocks, then as `split_text` cuts.

    Bold, links, quotes and lists go on in the next piece where a cut falls within them.

    Args:
        blocks: what `parse_markdown` read.
        style: how the channel writes it.
        limit: the most a piece may measure, markup included.
        measure: how long a rendered text is for the channel.

    Returns:
        The rendered pieces, none blank.

    Raises:
        ValueError: a single character with its markup measures more than the limit.
    """

    def fits(some: tuple[Block, ...]) -> bool:
        return measure(render(some, style)) <= limit

    pieces: list[str] = []
    rest = tuple(blocks)
    while rest:
        head, rest = _split(rest, fits, limit)
        pieces.append(render(head, style).rstrip())
    return [piece for piece in pieces if piece.strip()]


def _split(blocks: tuple[Block, ...], fits: Fits, limit: int) -> tuple[tuple[Block, ...], tuple[Block, ...]]:
    """The blocks that fit, and the others; a block too long for any piece is cut where it comes first."""
    if fits(blocks[:1]):
        count = furthest(lambda n: fits(blocks[:n]), len(blocks), 4)
        return blocks[:count], blocks[count:]
    head, tail = _cut(blocks[0], fits, limit)
    return (head,), (*tail, *blocks[1:])


def _cut(block: Block, fits: Fits, limit: int) -> tuple[Block, tuple[Block, ...]]:
    """The part of one block that fits, and the rest of it."""
    match block:
        case Paragraph() | Heading():
            inline, rest = _cut_line(block.children, lambda some: fits((replace(block, children=some),)), limit)
            return replace(block, children=inline), (replace(block, children=rest),) if rest else ()
        case CodeBlock():
            reach = furthest(lambda n: fits((replace(block, text=block.text[:n]),)), len(block.text), limit)
            line_end = block.text.rfind("\n", 1, reach + 1)
            end = line_end if line_end > 0 else border(block.text, 0, reach)
            left, right = block.text[:end], block.text[end:].removeprefix("\n")
            return replace(block, text=left), (replace(block, text=right),) if right else ()
        case Quote():
            inside, others = _split(block.children, lambda some: fits((Quote(some),)), limit)
            return Quote(inside), (Quote(others),) if others else ()
        case ItemList():
            return _cut_list(block, fits, limit)
        case Rule():
            raise ValueError("a line across is longer than the limit")


def _cut_list(block: ItemList, fits: Fits, limit: int) -> tuple[Block, tuple[Block, ...]]:
    """Cuts between items, or within the first: what is left of that goes on below the list's mark, without a mark."""

    def starting(items: tuple[ListItem, ...], skipped: int = 0) -> ItemList:
        return replace(block, items=items, start=None if block.start is None else block.start + skipped)

    if fits((starting(block.items[:1]),)):
        count = furthest(lambda n: fits((starting(block.items[:n]),)), len(block.items), 4)
        return starting(block.items[:count]), (starting(block.items[count:], count),)
    head, rest = _split(block.items[0].children, lambda some: fits((starting((ListItem(some),)),)), limit)
    others = (starting(block.items[1:], 1),) if block.items[1:] else ()
    return starting((ListItem(head),)), (*rest, *others)


def _cut_line(
    nodes: tuple[Inline, ...], fits: Callable[[tuple[Inline, ...]], bool], limit: int
) -> tuple[tuple[Inline, ...], tuple[Inline, ...]]:
    length = _length(nodes)
    reach = furthest(lambda n: fits(_part(nodes, n)[0]), length, limit)
    words = _text(_part(nodes, reach + 3)[0])  # a little more, to see whether a border follows
    end = border(words, 0, reach)
    while end < length and words[end : end + 1].isspace():
        end += 1
    # A line's end is a tag in some channels: the blanks at the cut belong to neither piece.
    stop = len(words[:end].rstrip()) or end
    return _part(nodes, stop)[0], _part(nodes, end)[1]


def _part(nodes: tuple[Inline, ...], length: int) -> tuple[tuple[Inline, ...], tuple[Inline, ...]]:
    """A line's nodes up to so many characters, and from there."""
    left: list[Inline] = []
    for i, node in enumerate(nodes):
        if length <= 0:
            return tuple(left), nodes[i:]
        size = _length((node,))
        if size > length:
            one, other = _halves(node, length)
            return (*left, one), (other, *nodes[i + 1 :])
        left.append(node)
        length -= size
    return tuple(left), ()


def _halves(node: Inline, length: int) -> tuple[Inline, Inline]:
    match node:
        case Words() | Code():
            return replace(node, text=node.text[:length]), replace(node, text=node.text[length:])
        case Bold() | Italic() | Strike() | Link():
            left, right = _part(node.children, length)
            return replace(node, children=left), replace(node, children=right)
        case LineBreak():
            return node, Words("")


def _length(nodes: Sequence[Inline]) -> int:
    return sum(len(_text((node,))) if not isinstance(node, Words) else len(node.text) for node in nodes)


def _text(nodes: Sequence[Inline]) -> str:
    """The author's characters of a line, as many as `_part` counts."""
    return "".join(
        "\n" if isinstance(node, LineBreak) else node.text if isinstance(node, Words | Code) else _text(node.children)
        for node in nodes
    )
