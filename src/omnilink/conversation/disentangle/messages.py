"""What a message of a room says about whom it answers: author, minute, names called, kind of sentence, words."""

import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files

NOBODY = -1
"""Author of a notice: the room itself speaks (somebody joined, the topic changed)."""

MAX_CHARS = 4_000
"""Of a longer text only the beginning is read: a pasted log says nothing about whom it answers after that."""

CALLED, LED, NAMED = 3, 2, 1
"""How a name stands in a text: first and with a colon or an @; first; anywhere."""

_TOKEN = re.compile(r"\S+")
_EDGES = ".,:;!?()[]{}<>\"'`*~|/\\-_^=+"
_SOFT_EDGES = ".,:;!?()<>\"'*~=+"
_MENTION = re.compile(r"^<?@!?(.+?)>?[,:;.!?)]*$")
_RENAMED = re.compile(r"^(\S+) is now known as (\S+)\s*$")
_TAIL = re.compile(r"[\W_\d]+$")
_PARTS = re.compile(r"[\s|\[(]")
_LINK = re.compile(r"\b(?:https?://|www\.)\S+")


@dataclass(frozen=True, slots=True, repr=False)
class RoomMessage:
    """One message of a room, in the order of the room.

    Args:
        author: the name or id the room shows; None for a notice of the room itself.
        time: a datetime, seconds on any clock, or None where unknown; it may stand still, and one that runs
            backwards counts as standing still.
        text: what was said.
    """

    author: str | None
    time: datetime | float | None
    text: str


@dataclass(frozen=True, slots=True, repr=False)
class Line:
    """A message as read: only what the rules and the model look at."""

    author: int
    minute: float
    words: tuple[str, ...]
    """Distinct words that may tell one matter from another."""
    calls: tuple[tuple[int, int], ...]
    """Authors named, the strongest first: (author, CALLED | LED | NAMED)."""
    length: int
    """Words in all."""
    asks: bool
    greets: bool
    thanks: bool
    answers: bool
    says_i: bool
    says_you: bool
    command: bool
    link: bool
    bot: bool
    lower: bool
    """Begins with a small letter, as the second half of a sentence does."""


@cache
def words_of(kind: str) -> frozenset[str]:
    """The words of one kind in all languages of the table."""
    table = files("omnilink.conversation.disentangle").joinpath("data", "words.toml").read_text(encoding="utf-8")
    return frozenset(word for words in tomllib.loads(table)[kind].values() for word in words)


def read_lines(messages: Sequence[RoomMessage]) -> list[Line]:
    """Reads a room: names are looked for among all authors of the messages given.

    Args:
        messages: in the order of the room.

    Returns:
        One line a message.
    """
    authors = number_authors(messages)
    names = Names(messages, authors)
    lines: list[Line] = []
    minute = 0.0
    start: float | None = None
    for message in messages:
        seconds = seconds_of(message.time)
        if seconds is not None:
            start = seconds if start is None else start
            minute = max(minute, (seconds - start) / 60)
        author = NOBODY if message.author is None else authors[message.author]
        lines.append(read_line(message, author, minute, names))
    return lines


def seconds_of(time: datetime | float | None) -> float | None:
    """Seconds of a time; a datetime without a zone counts as UTC, so that no local clock change is read into it."""
    if isinstance(time, datetime):
        return (time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp()
    return time


def number_authors(messages: Iterable[RoomMessage]) -> dict[str, int]:
    """A number for each author; an author who renames herself keeps hers (RFC 2812 §3.1.2, as clients log it)."""
    numbers: dict[str, int] = {}
    count = 0
    for message in messages:
        if message.author is not None:
            if message.author not in numbers:
                numbers[message.author] = count
                count += 1
        elif (renamed := _RENAMED.match(message.text[:MAX_CHARS])) and renamed[2] not in numbers:
            old, new = renamed.groups()
            if old not in numbers:
                numbers[old] = count
                count += 1
            numbers[new] = numbers[old]
    return numbers


class Names:
    """Finds authors' names in a text."""

    def __init__(self, messages: Sequence[RoomMessage], authors: dict[str, int]) -> None:
        spoken = Counter(token.strip(_EDGES).casefold() for m in messages for token in m.text[:MAX_CHARS].split())
        written = Counter(authors[m.author] for m in messages if m.author is not None)
        self._exact: dict[str, int] = {}
        self._rough: dict[str, int | None] = {}
        for name, number in authors.items():
            self._exact.setdefault(name.casefold(), number)
            for rough in rough_names(name):
                self._rough[rough] = number if self._rough.get(rough, number) == number else None
        # A name that is used far more often than its bearer speaks is an ordinary word of this room.
        self._ordinary = {
            key
            for table in (self._exact, self._rough)
            for key, number in table.items()
            if number is not None
            and (len(key) < 3 or key in words_of("common") or spoken[key.strip(_EDGES)] > 3 + 4 * written[number])
        }

    def find(self, token: str, first: bool) -> tuple[int, int] | None:
        """The author a token names, and how."""
        mention = _MENTION.match(token)
        called = mention is not None or (first and token[-1:] in ":,;")
        bare = mention[1] if mention else token
        for key in (bare.casefold(), bare.casefold().rstrip(":,;.!?)"), bare.casefold().strip(_SOFT_EDGES)):
            number = self._exact.get(key)
            if number is None:
                continue
            if called:
                return number, CALLED
            if key not in self._ordinary:
                return number, LED if first else NAMED
        key = bare.casefold().strip(_EDGES)
        number = self._rough.get(key) if called or first else None
        if number is None or (key in self._ordinary and not called):
            return None
        return number, CALLED if called else LED


def rough_names(name: str) -> set[str]:
    """What others may call an author: without the tail of signs and digits, or by the first part of a name."""
    key = name.casefold()
    head = _PARTS.split(key.strip(_EDGES))[0]
    rough = {_TAIL.sub("", key).strip(_EDGES), key.strip(_EDGES), head}
    return {one for one in rough if len(one) >= 3}


def read_line(message: RoomMessage, author: int, minute: float, names: Names) -> Line:
    """One message as read."""
    text = message.text[:MAX_CHARS]
    tokens = _TOKEN.findall(text)
    calls: dict[int, int] = {}
    words: list[str] = []
    addressing = True
    for position, token in enumerate(tokens):
        found = names.find(token, addressing) if author != NOBODY else None
        if found and found[0] != author:
            calls[found[0]] = max(found[1], calls.get(found[0], 0))
        elif word := token.strip(_EDGES).casefold():
            words.append(word)
        addressing = addressing and bool(found) and position < 3
    heads = set(words[:2])
    every = set(words)
    return Line(
        author=author,
        minute=minute,
        words=tuple(dict.fromkeys(word for word in words if len(word) > 1 and word not in words_of("common"))),
        calls=tuple(sorted(calls.items(), key=lambda call: -call[1])),
        length=len(tokens),
        asks="?" in _LINK.sub("", text) or bool(words[:1] and words[0] in words_of("question")),
        greets=bool(heads & words_of("greeting")),
        thanks=bool(every & words_of("thanks")),
        answers=bool(words[:1] and words[0] in words_of("answer")),
        says_i=bool(every & words_of("self")),
        says_you=bool(every & words_of("you")),
        command=text[:1] in "!/" and text[1:2].isalpha(),
        link=bool(_LINK.search(text)),
        bot="bot" in (message.author or "").casefold(),
        lower=text[:1].islower(),
    )
