"""Annotated rooms for training: a log and, for its later messages, which they answer."""

from dataclasses import dataclass
from pathlib import Path

from predict_irc import read_log

from omnilink.conversation.disentangle.messages import NOBODY, Line, read_lines


@dataclass(frozen=True, slots=True)
class AnnotatedRoom:
    """One room.

    Args:
        lines: all messages and notices as read.
        answers: place of a line → places of the lines it answers, its own where it starts a thread.
        spoken: the lines that are no notices.
        parents: the same as `answers`, by places among the spoken lines.
    """

    lines: list[Line]
    answers: dict[int, set[int]]
    spoken: list[Line]
    parents: dict[int, set[int]]


def read_rooms(folder: Path) -> list[AnnotatedRoom]:
    """Every room of a folder, by name."""
    return [read_room(log) for log in sorted(folder.glob("*.ascii.txt"))]


def read_room(log: Path) -> AnnotatedRoom:
    """One log with the annotation beside it."""
    lines = read_lines(read_log(log))
    annotation = log.with_name(log.name.removesuffix(".ascii.txt") + ".annotation.txt")
    answers: dict[int, set[int]] = {}
    for row in annotation.read_text(encoding="utf-8").splitlines():
        pair = [int(number) for number in row.split() if number != "-"]
        if pair:
            answers.setdefault(max(pair), set()).add(min(pair))
    places = {at: place for place, at in enumerate(at for at, line in enumerate(lines) if line.author != NOBODY)}
    return AnnotatedRoom(
        lines,
        answers,
        [lines[at] for at in places],
        {
            places[at]: {places[parent] for parent in parents if parent in places}
            for at, parents in answers.items()
            if at in places
        },
    )
