"""Telegram's HTML: the only mode whose escaping is whole (https://core.telegram.org/bots/api#html-style)."""

import html

from omnilink.plugin.formatting import Style, between


def _escape(text: str) -> str:
    return html.escape(text, quote=False)


def _code_block(text: str, language: str) -> str:
    name = "".join(c for c in language if c.isalnum() or c in "+-#")
    return f'<pre><code class="language-{name}">{text}</code></pre>' if name else f"<pre>{text}</pre>"


TELEGRAM = Style(
    escape=_escape,
    escape_url=html.escape,
    bold=between("<b>", "</b>"),
    italic=between("<i>", "</i>"),
    strike=between("<s>", "</s>"),
    code=between("<code>", "</code>"),
    code_block=_code_block,
    link=lambda label, url: f'<a href="{url}">{label}</a>' if url.startswith("http") else label,
    heading=lambda text, level: f"<b>{text}</b>",
    quote=between("<blockquote>", "</blockquote>"),
)
