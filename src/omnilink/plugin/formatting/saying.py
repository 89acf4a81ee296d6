"""Saying: parts of a message as a channel's texts, and the truth about what is lost on the way.

What every connector that sends texts needs, so that none cuts a text, a caption or a label without telling.
"""

from collections.abc import Iterable

from omnilink.model.outgoing import Loss, Offer
from omnilink.model.part import ContactCard, Location, Text
from omnilink.plugin.formatting.graphemes import cut_before
from omnilink.plugin.formatting.parse import parse_markdown
from omnilink.plugin.formatting.pieces import render_pieces
from omnilink.plugin.formatting.render import lost
from omnilink.plugin.formatting.splitting import Measure, split_text
from omnilink.plugin.formatting.style import Style


def say_texts(parts: Iterable[object], style: Style, *, limit: int, measure: Measure = len) -> list[str]:
    """All `Text` parts in pieces the channel takes; Markdown in its formatting, any other text as it is, escaped.

    Args:
        parts: of a message; those of other types are passed over.
        style: how the channel writes.
        limit: the most a piece may measure, markup included.
        measure: how long a text is for the channel.
    """
    pieces: list[str] = []
    for part in parts:
        if isinstance(part, Text) and part.format == "markdown":
            pieces += render_pieces(parse_markdown(part.text), style, limit=limit, measure=measure)
        elif isinstance(part, Text):
            plain = split_text(part.text, limit, measure=lambda text: measure(style.escape(text)))
            pieces += [style.escape(piece) for piece in plain]
    return pieces


def lost_looks(parts: Iterable[object], style: Style) -> list[Loss]:
    """What the Markdown of the parts means that the style has no form for."""
    return [
        Loss(what=name, how="degraded", detail="shown as plain text")
        for part in parts
        if isinstance(part, Text) and part.format == "markdown"
        for name in lost(parse_markdown(part.text), style)
    ]


def say_caption(
    caption: str | None, style: Style, *, limit: int, measure: Measure = len
) -> tuple[str, tuple[Loss, ...]]:
    """A file's caption, Markdown as every text an official writes, cut where it is too long for one.

    Returns:
        The text ("" for none), and the loss where it was cut.
    """
    pieces = render_pieces(parse_markdown(caption), style, limit=limit, measure=measure) if caption else []
    losses = (Loss(what="caption", how="shortened"),) if len(pieces) > 1 else ()
    return (pieces[0] if pieces else ""), losses


def say_in_words(part: Location | ContactCard | Offer) -> str:
    """A place, a card or options as plain text, for a channel that has no form for them."""
    if isinstance(part, Location):
        at = f"https://www.openstreetmap.org/?mlat={part.latitude}&mlon={part.longitude}"
        return "\n".join(filter(None, (part.name, part.address, at)))
    if isinstance(part, ContactCard):
        return "\n".join(filter(None, (part.name, *part.phones, *part.emails)))
    lines = [
        f"{n}. {o.label}" + (f" – {o.description}" if o.description else "") for n, o in enumerate(part.options, 1)
    ]
    return "\n".join([part.title, *lines] if part.title else lines)


def shorten(text: str, limit: int) -> str:
    """The text, or as much of it as fits before an ellipsis; no character a reader sees as one is torn.

    Args:
        text: one line.
        limit: the most characters, the ellipsis among them.
    """
    if len(text) <= limit:
        return text
    return text[: cut_before(text, limit - 1)].rstrip() + "…"


def shortened(what: str, before: Iterable[str], limit: int, detail: str) -> tuple[Loss, ...]:
    """The loss of `shorten`ing texts, if any of them is too long.

    Args:
        what: as of `Loss`; `detail` too.
        before: the texts, as they were meant.
        limit: as it was given to `shorten`.
    """
    count = sum(len(text) > limit for text in before)
    return (Loss(what=what, how="shortened", count=count, detail=detail),) if count else ()
