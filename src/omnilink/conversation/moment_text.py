"""What a contact moment says, as text for comparing matters: never shown to anybody."""

import re
from collections.abc import Iterable, Sequence

from omnilink.conversation.references import ReferencePicture, find_references
from omnilink.conversation.topics import topic_words
from omnilink.model.interaction import Interaction
from omnilink.model.part import Call, Choices, FormAnswers, Media, Part, Text

MOST_CHARS = 1_000
"""Of one moment. People begin with their matter; what follows is told, quoted or signed."""
MOST_WORDS = 60
_TAG = re.compile(r"<[^<>]*>")


def moment_text(interaction: Interaction, later: Iterable[Part] = (), *, most_chars: int = MOST_CHARS) -> str:
    """The subject and the first words of a contact moment, without what it quotes by `>`.

    Args:
        interaction: the moment.
        later: what a call's later callbacks brought (speech, a transcript).
        most_chars: characters at most.
    """
    pieces = [interaction.subject or ""]
    left = most_chars
    for part in (*interaction.parts, *later):
        said = _said(part)
        if not said:
            continue
        kept = "\n".join(line for line in said[:left].split("\n") if not line.lstrip().startswith(">"))
        pieces.append(kept)
        left -= len(kept)
        if left <= 0:
            break
    return "\n".join(pieces)


def moment_topic(interaction: Interaction, later: Iterable[Part] = ()) -> frozenset[str]:
    """The words that may tell a moment's matter, at most `MOST_WORDS`."""
    words = topic_words(moment_text(interaction, later))
    return words if len(words) <= MOST_WORDS else frozenset(sorted(words)[:MOST_WORDS])


def mentioned_numbers(numbers: Iterable[str], interaction: Interaction, later: Iterable[Part] = ()) -> frozenset[str]:
    """Which of these case numbers, as `system:NUMBER`, a moment mentions, in what it quotes too."""
    said = (_said(part) for part in (*interaction.parts, *later))
    text = "\n".join([interaction.subject or "", *said]).casefold()
    return frozenset(number for number in numbers if number.partition(":")[2].casefold() in text)


def moment_references(
    interaction: Interaction, pictures: Sequence[ReferencePicture], later: Iterable[Part] = ()
) -> frozenset[str]:
    """The case numbers a moment mentions, in what it quotes too."""
    if not pictures:
        return frozenset()
    said = (_said(part) for part in (*interaction.parts, *later))
    return find_references("\n".join([interaction.subject or "", *said]), pictures)


def _said(part: Part) -> str:
    match part:
        case Text():
            return part.text if part.format != "html" else _TAG.sub(" ", part.text[: 8 * MOST_CHARS])
        case Call():
            return " ".join(words for words in (part.speech, part.transcript) if words)
        case Choices():
            return part.label or ""
        case FormAnswers():
            return "\n".join(part.answers.values())
        case Media():
            return part.caption or ""
        case _:
            return ""
