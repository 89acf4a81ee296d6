"""Signs that may be read as markup, and styles as connectors write them: typed markers, tags, mail."""

import html

from hypothesis import strategies as st

from omnilink.plugin.formatting import Style, between, defuse

SIGNS = [
    "*", "**", "_", "__", "~~", "~", "`", "```", "[", "](", ")", "![", "<", ">", "> ", "&", "&amp;", "\\", "# ", "- ",
    "1. ", "\n", "\n\n", "    ", " ", "http://x.example", "https://town.example/p/7?a=1&b=2", "(javascript:alert(1))",
    "<b>", "</b>", '"', "'", "<!channel>", "word", "ñ", "🇪🇸", "👩‍👩‍👧", "e\u0301",
    "<https://x.example>", "<a@b.example>",
    "|", "{", "}", "+", "=", "---", "\t", "\r\n", "\x00", "\ud83d", "---\n", "[a]: b\n", ":", "https://x.example/a_b*c",
]  # fmt: skip
TEXTS = st.lists(st.sampled_from(SIGNS), max_size=25).map("".join)

CHAT = Style(
    escape=defuse("*_~`"),
    escape_code=defuse("`"),
    bold=between("*"),
    italic=between("_"),
    strike=between("~"),
    code=between("`"),
    code_block=lambda text, language: f"```{text}```",
    heading=lambda text, level: f"*{text}*",
    chat_markers=True,
)
TAGS = Style(
    escape=html.escape,
    escape_url=html.escape,
    bold=between("<b>", "</b>"),
    italic=between("<i>", "</i>"),
    strike=between("<s>", "</s>"),
    code=between("<code>", "</code>"),
    code_block=lambda text, language: f"<pre>{text}</pre>",
    link=lambda words, url: f'<a href="{url}">{words}</a>',
    heading=lambda text, level: f"<b>{text}</b>",
    quote=between("<blockquote>", "</blockquote>"),
)


def _items(texts, start, tight):
    tag = "ul" if start is None else "ol"
    return f"<{tag}>" + "".join(f"<li>{text}</li>" for text in texts) + f"</{tag}>"


MAIL = Style(
    escape=html.escape,
    escape_url=html.escape,
    bold=between("<strong>", "</strong>"),
    italic=between("<em>", "</em>"),
    strike=between("<s>", "</s>"),
    code=between("<code>", "</code>"),
    code_block=lambda text, language: f"<pre>{text}</pre>",
    link=lambda words, url: f'<a href="{url}">{words}</a>',
    heading=lambda text, level: f"<h{level}>{text}</h{level}>",
    paragraph=between("<p>", "</p>"),
    quote=between("<blockquote>", "</blockquote>"),
    items=_items,
    rule="<hr>",
    line_break="<br>",
    between_blocks="",
)
