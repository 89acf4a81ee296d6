"""Slack's names of the reactions people use; Slack takes names, other channels take the signs themselves.

The names are those of Slack's own picker (https://docs.slack.dev/reference/methods/reactions.add); written from it.
"""

_NAMES = {
    "👍": "+1", "👎": "-1", "❤": "heart", "😂": "joy", "😀": "grinning", "🙂": "slightly_smiling_face", "😢": "cry",
    "😮": "open_mouth", "😡": "rage", "🎉": "tada", "🙏": "pray", "✅": "white_check_mark", "❌": "x", "👀": "eyes",
    "🔥": "fire", "👏": "clap", "💯": "100", "🤔": "thinking_face", "🚀": "rocket", "👋": "wave",
    "✔": "heavy_check_mark", "⏳": "hourglass_flowing_sand", "⚠": "warning", "☎": "phone", "📎": "paperclip",
    "📌": "pushpin",
}  # fmt: skip


def emoji_name(reaction: str) -> str | None:
    """The name Slack has for a reaction; None where it is not known. A name in colons is taken as it is."""
    if len(reaction) > 2 and reaction.startswith(":") and reaction.endswith(":"):
        return reaction.strip(":")
    return _NAMES.get(reaction.replace("\ufe0f", ""))
