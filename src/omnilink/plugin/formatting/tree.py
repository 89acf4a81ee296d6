"""What formatted words are, whatever the channel: a small tree of blocks and of what runs inside a line."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, repr=False)
class Words:
    """Words as their author wrote them: no markup is left in them."""

    text: str


@dataclass(frozen=True, slots=True, repr=False)
class LineBreak:
    """A new line within a block."""


@dataclass(frozen=True, slots=True, repr=False)
class Code:
    """A few characters to be shown exactly."""

    text: str


@dataclass(frozen=True, slots=True, repr=False)
class Bold:
    """Strong emphasis."""

    children: "tuple[Inline, ...]"


@dataclass(frozen=True, slots=True, repr=False)
class Italic:
    """Emphasis."""

    children: "tuple[Inline, ...]"


@dataclass(frozen=True, slots=True, repr=False)
class Strike:
    """Words that no longer hold."""

    children: "tuple[Inline, ...]"


@dataclass(frozen=True, slots=True, repr=False)
class Link:
    """Words that lead somewhere.

    Attributes:
        url: http, https, mailto or tel; only the characters of RFC 3986, so no quote, bracket or blank.
        children: the words; the address itself where the author wrote nothing else.
    """

    url: str
    children: "tuple[Inline, ...]"


Inline = Words | LineBreak | Code | Bold | Italic | Strike | Link
"""Anything within a line."""


@dataclass(frozen=True, slots=True, repr=False)
class Paragraph:
    """A paragraph."""

    children: tuple[Inline, ...]


@dataclass(frozen=True, slots=True, repr=False)
class Heading:
    """A heading; 1 is the highest level, 6 the lowest."""

    level: int
    children: tuple[Inline, ...]


@dataclass(frozen=True, slots=True, repr=False)
class Quote:
    """Somebody's words, quoted."""

    children: "tuple[Block, ...]"


@dataclass(frozen=True, slots=True, repr=False)
class CodeBlock:
    """Lines to be shown exactly, without a last line break."""

    text: str
    language: str = ""


@dataclass(frozen=True, slots=True, repr=False)
class ListItem:
    """One item of a list; it may hold lists again."""

    children: "tuple[Block, ...]"


@dataclass(frozen=True, slots=True, repr=False)
class ItemList:
    """A list.

    Attributes:
        start: number of the first item; None where the items have bullets.
        tight: no blank line between the items.
    """

    items: tuple[ListItem, ...]
    start: int | None = None
    tight: bool = True


@dataclass(frozen=True, slots=True, repr=False)
class Rule:
    """A line across."""


Block = Paragraph | Heading | Quote | CodeBlock | ItemList | Rule
"""Anything that stands on lines of its own."""

Node = Block | Inline | ListItem


def walk(nodes: Iterable[Node]) -> Iterator[Node]:
    """Every node with all below it, parents first, in reading order."""
    waiting = [iter(nodes)]
    while waiting:
        node = next(waiting[-1], None)
        if node is None:
            waiting.pop()
            continue
        yield node
        if isinstance(node, ItemList):
            waiting.append(iter(node.items))
        elif not isinstance(node, Words | Code | LineBreak | CodeBlock | Rule):
            waiting.append(iter(node.children))
