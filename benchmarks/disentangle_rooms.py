"""Annotated rooms for training: a log and, for its later messages, which they answer."""

import re
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

from predict_irc import read_log

from omnilink.conversation.disentangle import Link, RoomMessage, disentangle
from omnilink.conversation.disentangle.decode import threads_of
from omnilink.conversation.disentangle.messages import NOBODY, Line, read_lines

KEEPS_THREAD, DROPS_CALL = 0.5, 0.5
_CALL = re.compile(r"^[^\s:,]{2,20}[:,]\s+")

Answers = dict[int, set[int]]


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
    return [annotated_room(*read_annotated(log)) for log in sorted(folder.glob("*.ascii.txt"))]


def read_quieter_rooms(folder: Path, every: int) -> list[AnnotatedRoom]:
    """Some rooms of a folder as they would be with half the threads and half the names called."""
    logs = sorted(folder.glob("*.ascii.txt"))[::every]
    return [annotated_room(*quieten(*read_annotated(log), Random(log.name))) for log in logs]  # noqa: S311


def read_annotated(log: Path) -> tuple[list[RoomMessage], Answers]:
    """One log and the annotation beside it."""
    annotation = log.with_name(log.name.removesuffix(".ascii.txt") + ".annotation.txt")
    answers: Answers = {}
    for row in annotation.read_text(encoding="utf-8").splitlines():
        pair = [int(number) for number in row.split() if number != "-"]
        if pair:
            answers.setdefault(max(pair), set()).add(min(pair))
    return read_log(log), answers


def annotated_room(messages: list[RoomMessage], answers: Answers) -> AnnotatedRoom:
    """A room for training."""
    lines = read_lines(messages)
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


def quieten(messages: list[RoomMessage], answers: Answers, random: Random) -> tuple[list[RoomMessage], Answers]:
    """A room without some of its threads and some of the names called.

    Not every room is as busy as those that were annotated, nor do people call each other by name everywhere. Threads
    are the annotated ones and, before the annotation begins, those of the rules.
    """
    guessed = [link for link in disentangle(messages).links if link.message not in answers]
    stated = [Link(at, parent, 1.0, ()) for at, parents in answers.items() for parent in parents]
    threads = threads_of([*guessed, *stated])
    kept = sorted(at for thread in threads if random.random() < KEEPS_THREAD for at in thread)
    place = {at: number for number, at in enumerate(kept)}
    fewer = [
        replace(messages[at], text=_CALL.sub("", messages[at].text)) if random.random() < DROPS_CALL else messages[at]
        for at in kept
    ]
    return fewer, {place[at]: {place[parent] for parent in answers[at]} for at in kept if at in answers}
