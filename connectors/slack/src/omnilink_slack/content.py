"""Content of a message as parts: text, files, and what only Slack has."""

from collections.abc import Iterable
from typing import Any, Literal

from omnilink.model import Media, Native, Part, Text
from omnilink.plugin.fields import count_at, list_at, plain, text_at

MediaKind = Literal["image", "audio", "video", "document", "voice", "other"]

MAX_RICH_TEXT_NODES = 10_000


def text_part(node: object, *path: str | int) -> tuple[Text, ...]:
    """The text at a path as a part; none where it is empty."""
    text = text_at(node, *path)
    return (Text(text=text, format="slack_mrkdwn"),) if text else ()


def file_parts(files: Iterable[object]) -> tuple[Media, ...]:
    """One part a file, in order; also for files Slack says nothing more about (`check_file_info`, `tombstone`)."""
    return tuple(_media(file) for file in files)


def _media(file: object) -> Media:
    mime_type = text_at(file, "mimetype")
    return Media(
        kind=_kind(text_at(file, "subtype"), mime_type),
        ref=text_at(file, "url_private_download") or text_at(file, "url_private") or text_at(file, "id"),
        mime_type=mime_type,
        filename=text_at(file, "name") or text_at(file, "title"),
        size=count_at(file, "size"),
    )


def _kind(subtype: str | None, mime_type: str | None) -> MediaKind:
    if subtype == "slack_audio":  # recorded in the client
        return "voice"
    family = (mime_type or "").partition("/")[0]
    if family == "image":
        return "image"
    if family == "audio":
        return "audio"
    if family == "video":
        return "video"
    return "document" if mime_type else "other"


def message_parts(message: object) -> tuple[Part, ...]:
    """All content of a message object.

    `attachments` (pasted tables, forwarded messages, previews) are kept as data beside the text; `blocks` repeat the
    text and are kept only where there is none.
    """
    parts: list[Part] = [*text_part(message, "text"), *file_parts(list_at(message, "files"))]
    if attachments := list_at(message, "attachments"):
        parts.append(Native(name="attachments", data={"attachments": plain(attachments)}))
    if not text_at(message, "text") and (blocks := list_at(message, "blocks")):
        parts.append(Native(name="blocks", data={"blocks": plain(blocks)}))
    return tuple(parts)


def rich_text(value: object) -> str | None:
    """The words of a `rich_text` value (https://docs.slack.dev/reference/block-kit/blocks/rich-text-block)."""
    words: list[str] = []
    waiting: list[Any] = [value]
    for _ in range(MAX_RICH_TEXT_NODES):
        if not waiting:
            break
        node = waiting.pop()
        kind = text_at(node, "type") or ""
        if kind.startswith("rich_text_") and words:
            words.append("\n")
        words.append(_word(kind, node))
        waiting.extend(reversed(list_at(node, "elements")))
    return "".join(words).strip() or None


def _word(kind: str, node: object) -> str:
    match kind:
        case "user":
            return f"<@{text_at(node, 'user_id') or ''}>"
        case "channel":
            return f"<#{text_at(node, 'channel_id') or ''}>"
        case "emoji":
            return f":{text_at(node, 'name') or ''}:"
        case "broadcast":
            return f"@{text_at(node, 'range') or ''}"
        case _:
            return text_at(node, "text") or text_at(node, "url") or ""
