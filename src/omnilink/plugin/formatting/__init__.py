"""Markdown in, each channel's own formatting out, in pieces the channel takes.

    blocks = parse_markdown("Your **permit** is ready: [details](https://town.example/p/7)")
    render(blocks, Style(bold=between("*"), italic=between("_"), chat_markers=True))

A connector's style is the few lines that say how its channel writes bold, a link, a list. What a style has no form
for is named by `lost`, so that a loss report tells the truth.
"""

from omnilink.plugin.formatting.parse import parse_markdown
from omnilink.plugin.formatting.pieces import render_pieces
from omnilink.plugin.formatting.render import PLAIN, lost, plain, render
from omnilink.plugin.formatting.saying import lost_looks, say_caption, say_in_words, say_texts, shorten, shortened
from omnilink.plugin.formatting.splitting import split_text
from omnilink.plugin.formatting.style import Style, bare_link, between, defuse, listed, quoted
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
    walk,
)

__all__ = [
    "PLAIN", "Block", "Bold", "Code", "CodeBlock", "Heading", "Inline", "Italic", "ItemList", "LineBreak", "Link",
    "ListItem", "Paragraph", "Quote", "Rule", "Strike", "Style", "Words", "bare_link", "between", "defuse", "listed",
    "lost", "lost_looks", "parse_markdown", "plain", "quoted", "render", "render_pieces", "say_caption", "say_in_words",
    "say_texts", "shorten", "shortened", "split_text", "walk",
]  # fmt: skip
