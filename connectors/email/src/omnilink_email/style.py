"""The HTML of a mail: what every mail program shows, nothing that is fetched from elsewhere."""

from collections.abc import Sequence
from html import escape

from omnilink.plugin.formatting import Style, between


def _items(texts: Sequence[str], start: int | None, tight: bool) -> str:
    inner = "\n".join(f"<li>{text}</li>" for text in texts)
    if start is None:
        return f"<ul>\n{inner}\n</ul>"
    return f'<ol start="{start}">\n{inner}\n</ol>' if start != 1 else f"<ol>\n{inner}\n</ol>"


HTML = Style(
    escape=escape,
    escape_url=escape,
    bold=between("<strong>", "</strong>"),
    italic=between("<em>", "</em>"),
    strike=between("<s>", "</s>"),
    code=between("<code>", "</code>"),
    code_block=lambda text, language: f"<pre><code>{text}</code></pre>",
    link=lambda label, url: f'<a href="{url}">{label}</a>',
    heading=lambda text, level: f"<h{level}>{text}</h{level}>",
    paragraph=between("<p>", "</p>"),
    quote=between("<blockquote>\n", "\n</blockquote>"),
    items=_items,
    rule="<hr>",
    line_break="<br>\n",
    between_blocks="\n",
)


def whole_page(body: str) -> str:
    """The body as a document of its own."""
    return f'<!DOCTYPE html>\n<html><head><meta charset="utf-8"></head><body>\n{body}\n</body></html>\n'
