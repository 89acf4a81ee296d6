"""Chat logs → whom each message answers.

A log is a file `NAME.ascii.txt` of lines `[12:34] <author> text`, `[12:34]  * author does` or `=== notice`. Of the
annotation file beside it (`NAME.annotation.txt`) only the first annotated line number is read: messages from there on
are predicted, those before are context.
"""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from omnilink.conversation.disentangle import Link, LiveRoom, RoomMessage, disentangle

_SPOKEN = re.compile(r"^\[([^\]]*)\]\s+(?:<([^>]*)> ?|\* (\S+) ?)(.*)$")
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?")
_HALF_DAY_S = 12 * 3600


def predict(folder: Path, rules_only: bool = False, live: bool = False) -> Iterator[dict[str, Any]]:
    """The links of every annotated message.

    Args:
        folder: holds the logs and, beside each, its annotation file.
        rules_only: without the model.
        live: each message by those before it, as it comes.
    """
    for log in sorted(folder.glob("*.ascii.txt")):
        name = log.name.removesuffix(".ascii.txt")
        first = first_annotated(folder / f"{name}.annotation.txt")
        messages = read_log(log)
        links: Iterable[Link]
        if live:
            running = LiveRoom(model=None if rules_only else "live")
            links = (link for message in messages for link in running.add(message))
        else:
            links = disentangle(messages, model=None if rules_only else "room").links
        for link in links:
            if link.message >= first:
                yield {"file": name, "id": link.message, "parent": link.parent}


def first_annotated(path: Path) -> int:
    """The smallest line number that is annotated: the later number of a pair is the message's own."""
    pairs = ([int(number) for number in line.split() if number != "-"] for line in path.read_text().splitlines())
    return min((max(pair) for pair in pairs if pair), default=0)


def read_log(path: Path) -> list[RoomMessage]:
    """The messages of a log; a clock of 12 or 24 hours without dates only ever runs forward."""
    messages: list[RoomMessage] = []
    now_s = 0
    shown_s: int | None = None
    # Only line feeds part messages: a message may hold other separators.
    for line in path.read_bytes().decode("utf-8", errors="replace").removesuffix("\n").split("\n"):
        spoken = _SPOKEN.match(line)
        clock = _CLOCK.search(spoken[1]) if spoken else None
        if clock:
            hours, minutes, seconds = (int(part or 0) for part in clock.groups())
            told_s = hours * 3600 + minutes * 60 + seconds
            if shown_s is not None:
                passed_s = told_s - shown_s
                # One minute back is two servers' clocks; more is the clock's round.
                now_s += passed_s if passed_s >= 0 else 0 if passed_s >= -300 else passed_s % _HALF_DAY_S
            shown_s = told_s
        if spoken:
            messages.append(RoomMessage(spoken[2] or spoken[3], now_s, spoken[4]))
        else:
            messages.append(RoomMessage(None, now_s, line.removeprefix("=== ")))
    return messages
