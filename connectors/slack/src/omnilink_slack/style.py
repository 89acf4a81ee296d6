"""Slack's mrkdwn. https://docs.slack.dev/messaging/formatting-message-text"""

from omnilink.plugin.formatting import Style, between, defuse, listed

_defuse = defuse("*_~`")


def _entities(text: str) -> str:
    """The three signs Slack wants escaped; with them no mention, channel or link can be written by an author."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


SLACK = Style(
    escape=lambda text: _defuse(_entities(text)),
    escape_code=_entities,
    escape_url=lambda url: _entities(url).replace("|", "%7C"),
    bold=between("*"),
    italic=between("_"),
    strike=between("~"),
    code=between("`"),
    code_block=lambda text, language: f"```{text}```",
    link=lambda label, url: f"<{url}|{label.replace('|', '¦')}>",
    heading=lambda text, level: text if text.startswith("*") else f"*{text}*",
    items=listed("• "),
    chat_markers=True,
)
