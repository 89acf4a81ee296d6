"""Parts as words: what is shown of a text, a file, a place, a choice."""

from collections.abc import Iterable, Sequence

from omnilink.cli.html_text import text_of_html
from omnilink.model.media import MediaItem, MediaState
from omnilink.model.part import (
    Call,
    Choices,
    ContactCard,
    FormAnswers,
    Location,
    Media,
    Native,
    Part,
    Template,
    Text,
)

MAX_TEXT_CHARS = 20_000
"""Of a text, more than any terminal shows of one item."""


def words_of(parts: Sequence[Part]) -> str:
    """The words among the parts: the plain text where there is one, else HTML without its tags; and what was spoken."""
    texts = [part for part in parts if isinstance(part, Text)]
    plain = [part.text[:MAX_TEXT_CHARS] for part in texts if part.format != "html" and part.text.strip()]
    html = [text_of_html(part.text)[:MAX_TEXT_CHARS] for part in texts if part.format == "html"]
    calls = [part for part in parts if isinstance(part, Call)]
    spoken = [f"“{said[:MAX_TEXT_CHARS]}”" for call in calls for said in (call.speech, call.transcript) if said]
    return "\n".join([*(plain or html), *spoken])


def label_of(part: Part) -> str:
    """One line for a part that is not text; empty for text."""
    match part:
        case Media():
            about = [part.filename or part.mime_type or "", _size(part.size), part.caption or ""]
            return f"[{part.kind}] " + ", ".join(word for word in about if word)
        case Location():
            words = ", ".join(word for word in (part.name, part.address) if word)
            return f"[location] {part.latitude:.5f}, {part.longitude:.5f} {words}".rstrip()
        case ContactCard():
            return "[contact card] " + ", ".join(filter(None, [part.name or "", *part.phones, *part.emails]))
        case Choices():
            return f"[chose] {part.label or part.value or part.action_id or ''}"
        case FormAnswers():
            answers = "; ".join(f"{name}: {value}" for name, value in part.answers.items())
            return f"[form{' ' + part.form if part.form else ''}] {answers}"
        case Template():
            return f"[template] {part.name}" + (f": {', '.join(part.parameters)}" if part.parameters else "")
        case Call():
            return _call_words(part)
        case Native():
            return f"[{part.name.replace('_', ' ')}]{_native_words(part)}"
        case _:
            return ""


def place_of(part: Part, media: Iterable[MediaItem]) -> str:
    """Where the bytes of a part's file are: its id to export it by, or what became of it; "" if nothing is known."""
    ref = part.ref if isinstance(part, Media) else part.recording_ref if isinstance(part, Call) else None
    for item in media:
        if item.ref == ref:
            if item.state is MediaState.FETCHED:
                return f"file {item.id}"
            return f"{item.state.value} {item.reason}" if item.reason else item.state.value
    return ""


def _native_words(part: Native) -> str:
    """What can be said of content only one channel has: what there was to choose, whom a call was passed on to."""
    options = part.data.get("options") if part.name in ("offer", "menu") else None
    if isinstance(options, list):
        labels = [str(option.get("label", "")) for option in options if isinstance(option, dict)]
        return " " + " / ".join(filter(None, labels))
    return f" {part.data['to']}" if part.name == "dial" and "to" in part.data else ""


def _call_words(call: Call) -> str:
    """How a call went."""
    words = [call.status or "call"]
    if call.duration_s is not None:
        minutes, seconds = divmod(call.duration_s, 60)
        words.append(f"{minutes} min {seconds} s" if minutes else f"{seconds} s")
    if call.digits:
        words.append(f"keys {call.digits}")
    if call.recording_ref:
        words.append("recorded")
    return "[call] " + ", ".join(words)


def _size(size: int | None) -> str:
    if size is None:
        return ""
    for unit in ("bytes", "kB", "MB"):
        if size < 1000 or unit == "MB":
            return f"{size:,} {unit}"
        size = round(size / 1000)
    return ""
