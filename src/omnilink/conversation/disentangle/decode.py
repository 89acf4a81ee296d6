"""A room in, links and threads out."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Literal

from omnilink.conversation.disentangle.messages import Line, RoomMessage, read_lines
from omnilink.conversation.disentangle.rules import link_by_rules
from omnilink.errors import BadInput, ConfigError

BY_MODEL = ("model",)
"""Reasons of a link the model made: it cannot say more."""


@dataclass(frozen=True, slots=True)
class Link:
    """One message answers another: an inference, with its reasons.

    Args:
        message: place of the message in what was given, from 0.
        parent: place of the message it answers; its own place where it starts a thread.
        confidence: between 0 and 1.
        reasons: the rules that spoke for it, or "model".
    """

    message: int
    parent: int
    confidence: float
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Room:
    """A disentangled room.

    Args:
        links: at least one for every message, in order; a message may answer several.
        threads: places of the messages of each thread, in order; threads by their first message.
    """

    links: tuple[Link, ...]
    threads: tuple[tuple[int, ...], ...]


def disentangle(messages: Sequence[RoomMessage], *, model: Literal["room"] | None = None) -> Room:
    """Finds whom each message of a room answers, and so the threads of the room.

    Args:
        messages: in the order of the room.
        model: None = by rules; "room" = by the model of this package, which needs numpy.

    Returns:
        Links and threads.

    Raises:
        BadInput: there is no model of that name.
        ConfigError: the model was asked for and numpy is not installed.
    """
    lines = read_lines(messages)
    links = tuple(links_by_rules(lines) if model is None else links_by_model(lines, model))
    return Room(links, threads_of(links))


def links_by_rules(lines: Sequence[Line]) -> list[Link]:
    """One link a message, with the rules that made it."""
    return [Link(at, parent, share, rules) for at, (parent, share, rules) in enumerate(link_by_rules(lines))]


def links_by_model(lines: Sequence[Line], name: str) -> list[Link]:
    """One link a message or more, with their probabilities."""
    check_model(name, ("room",))
    from omnilink.conversation.disentangle.model import link_by_model

    parents = link_by_model(lines, name)
    return [Link(at, parent, chance, BY_MODEL) for at, some in enumerate(parents) for parent, chance in some]


def check_model(name: str, known: tuple[str, ...]) -> None:
    """Whether a model can be used.

    Raises:
        BadInput: there is no model of that name.
        ConfigError: numpy is not installed.
    """
    if name not in known:
        raise BadInput("there is no model of that name", hint=f'model="{known[0]}", or None for the rules')
    if find_spec("numpy") is None:
        raise ConfigError(
            "the model needs numpy, which is not installed",
            hint='pip install "omnilink-sdk[disentangle]", or model=None for the rules',
            setting="model",
        )


def threads_of(links: Sequence[Link]) -> tuple[tuple[int, ...], ...]:
    """Messages that are linked, directly or through others."""
    root: dict[int, int] = {}

    def find(one: int) -> int:
        while root.setdefault(one, one) != one:
            root[one] = root[root[one]]
            one = root[one]
        return one

    for link in links:
        first, second = sorted((find(link.message), find(link.parent)))
        root[second] = first
    threads: dict[int, list[int]] = {}
    for message in sorted(root):
        threads.setdefault(find(message), []).append(message)
    return tuple(tuple(thread) for thread in threads.values())
