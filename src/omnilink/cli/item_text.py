"""An interaction on a terminal: time, channel, direction, what was said, what became of it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import click

from omnilink.citizen.history import fold_call_parts, fold_edits, fold_reactions
from omnilink.cli.part_text import label_of, place_of, words_of
from omnilink.cli.terminal import one_line, pad, wrap
from omnilink.model.consent import Consent
from omnilink.model.delivery import fold_delivery
from omnilink.model.event import Direction, InteractionKind
from omnilink.model.interaction import Interaction, Revision, RevisionAction
from omnilink.model.media import MediaItem
from omnilink.model.part import Call, Part
from omnilink.model.participant import Participant, Role
from omnilink.model.view import TimelineItem

TEXT_LINES = 4
"""Lines of text shown of one item."""
INDENT = 9
ARROWS = {
    Direction.INBOUND: "→ us",
    Direction.OUTBOUND: "← us",
    Direction.ECHO: "← us",
    Direction.INTERNAL: "within",
}
"""Seen from the agency: an arrow to us is something a citizen said."""
USUAL_ROLES = {
    Direction.INBOUND: (Role.AUTHOR, Role.CALLER),
    Direction.OUTBOUND: (Role.TO, Role.CALLEE),
    Direction.ECHO: (Role.TO, Role.CALLEE),
}
SPEAKERS = (Role.AUTHOR, Role.CALLER)


@dataclass(frozen=True, slots=True)
class Shown:
    """One item as it is shown.

    Attributes:
        who: a word about the person beside the direction: the author in a conversation, an unusual role in a timeline.
        notes: lines under it (`--why`).
        media: where the bytes of its files are.
    """

    interaction: Interaction
    parts: Sequence[Part]
    subject: str | None
    states: Sequence[str] = ()
    reactions: Mapping[str, int] = field(default_factory=dict)
    who: str = ""
    notes: Sequence[str] = ()
    media: Sequence[MediaItem] = ()

    @classmethod
    def of_item(cls, item: TimelineItem, *, why: bool) -> "Shown":
        """A timeline's item; with `why`, the reason and the links that put it there."""
        usual = USUAL_ROLES.get(item.direction, ())
        notes = [f"why: {item.why.text}", *(f"link {link}" for link in item.why.links)] if why else []
        return cls(
            item.interaction,
            item.current_parts,
            item.current_subject,
            [*_states(item.interaction, item.revisions, item.state), *map(_consent_words, item.consents)],
            item.reactions,
            f"({item.acted})" if item.acted else "" if item.role in usual else f"({item.role.value})",
            notes,
            item.media,
        )

    @classmethod
    def of_interaction(cls, interaction: Interaction, revisions: Sequence[Revision]) -> "Shown":
        """A conversation's item, with what happened to it since."""
        parts, subject, _ = fold_edits(interaction, revisions)
        if interaction.kind is InteractionKind.CALL:
            parts = fold_call_parts(interaction, revisions)
        state = fold_delivery(revisions)
        reactions = fold_reactions(revisions)
        return cls(
            interaction, parts, subject, _states(interaction, revisions, state), reactions, _speaker(interaction)
        )


def day_lines(items: Iterable[Shown], columns: int) -> Iterator[str]:
    """The items in the order given, under a heading for each day; times are this machine's."""
    day: date | None = None
    for item in items:
        moment = item.interaction.occurred_at.astimezone()
        if moment.date() != day:
            day = moment.date()
            yield ""
            yield click.style(f"{moment:%A} {day.day} {moment:%B %Y}", bold=True, underline=True)
        yield from _item_lines(item, columns)


def _item_lines(item: Shown, columns: int) -> Iterator[str]:
    interaction = item.interaction
    moment = interaction.occurred_at.astimezone()
    arrow = ARROWS[interaction.direction]
    head = f"  {moment:%H:%M}  {pad(one_line(interaction.channel, 10), 10)} {arrow:<6} {interaction.kind.value}"
    about = " ".join(filter(None, [item.who, f"(automated: {interaction.automated})" if interaction.automated else ""]))
    if about:
        head += "  " + one_line(about, max(10, columns - len(head) - 2))
    colour = "cyan" if interaction.direction is Direction.INBOUND else "green"
    yield click.style(head, fg=colour)
    room = columns - INDENT
    body = [click.style(line, bold=True) for line in wrap(one_line(item.subject), room)] if item.subject else []
    text, hidden = _first_lines(words_of(item.parts), room)
    body += text
    if hidden:
        body.append(click.style(f"… {hidden} more lines", dim=True))
    for part in item.parts:
        if label := label_of(part):
            place = place_of(part, item.media)
            body.append(one_line(f"{label} · {place}" if place else label, room))
    became = [*item.states, *(f"{reaction} {count}" for reaction, count in sorted(item.reactions.items()))]
    if became:
        body += [click.style(line, dim=True) for line in wrap(one_line(" · ".join(became)), room)]
    body += [click.style(line, dim=True) for note in item.notes for line in wrap(note, room, "     ")]
    yield from (" " * INDENT + line for line in body or [click.style("(no text)", dim=True)])


def _first_lines(text: str, columns: int) -> tuple[list[str], int]:
    """The first lines that say something, and how many more there are."""
    lines = [line for line in wrap(text, columns) if line]
    shown = len(lines) if len(lines) == TEXT_LINES + 1 else TEXT_LINES
    return lines[:shown], max(0, len(lines) - shown)


def _states(interaction: Interaction, revisions: Sequence[Revision], folded: str | None) -> list[str]:
    """Everything that became of it: of a message that was edited, delivered and deleted, all three."""
    calls = any(isinstance(part, Call) for part in interaction.parts)
    states = [] if folded in (None, "edited", "deleted") or calls else [str(folded)]
    if any(r.action is RevisionAction.EDIT for r in revisions):
        states.append("edited")
    if any(r.action is RevisionAction.DELETE for r in revisions):
        states.append("deleted by its sender")
    return states


def _consent_words(consent: Consent) -> str:
    """What a message said about being written to."""
    sender = consent.sender or "any of ours"
    return f"messages from {sender} again" if consent.state == "granted" else f"no more messages from {sender}"


def _speaker(interaction: Interaction) -> str:
    found = next((p for p in interaction.participants if p.role in SPEAKERS), None)
    return _name_of(found) if found else ""


def _name_of(participant: Participant) -> str:
    handle, name = participant.handle, participant.called
    if handle is None:
        return name or ""
    return f"{name} <{handle.key}>" if name else handle.key
