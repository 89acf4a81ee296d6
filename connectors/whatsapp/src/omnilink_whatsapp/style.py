"""WhatsApp's own formatting: `*bold*`, `_italic_`, `~strike~`, backticks, `> ` quotes, `- ` lists.

https://faq.whatsapp.com/539178204879377
"""

from omnilink.plugin.formatting import Style, between, defuse, listed

WHATSAPP = Style(
    escape=defuse("*_~`"),
    bold=between("*"),
    italic=between("_"),
    strike=between("~"),
    code=between("`"),
    code_block=lambda text, language: f"```{text}```",
    heading=lambda text, level: text if text.startswith("*") else f"*{text}*",
    items=listed("- "),
    chat_markers=True,
)
