"""What the model looks at, as numbers: one value a pair of message and candidate; the message itself is one, too."""

import math
from bisect import bisect_left
from collections import Counter, deque
from collections.abc import Sequence
from copy import copy

import numpy as np

from omnilink.conversation.disentangle.messages import LED, Line
from omnilink.conversation.disentangle.windows import Array, Window

DEPTH = 100
"""Messages back that may be answered."""

AHEAD = 40
"""Messages on in which a name called tells who was talking to whom."""

LOOKS_AHEAD = frozenset({
    "my_call_soon", "their_call_soon", "i_next_lag", "i_next_minutes", "j_next_lag", "j_next_minutes",
    "my_call_after", "their_call_after",
})  # fmt: skip
"""Features that see later messages; a model for a room that still runs is trained without them."""

_FLAGS = ("asks", "greets", "thanks", "answers", "says_i", "says_you", "command", "link", "bot", "lower")


class Spoken:
    """The spoken lines of a room as columns."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self.n = len(lines)
        self.author = np.array([line.author for line in lines], dtype=np.int32)
        self.minute = np.array([line.minute for line in lines], dtype=np.float32)
        self.called = np.array([line.calls[0][0] if line.calls else -1 for line in lines], dtype=np.int32)
        self.call_kind = np.array([line.calls[0][1] if line.calls else 0 for line in lines], dtype=np.int8)
        self.second = np.array([line.calls[1][0] if len(line.calls) > 1 else -1 for line in lines], dtype=np.int32)
        self.length = np.array([line.length for line in lines], dtype=np.int16)
        self.flags = {name: np.array([getattr(line, name) for line in lines], dtype=np.int8) for name in _FLAGS}
        self.words = [line.words for line in lines]
        self.frequency = Counter(word for words in self.words for word in words)
        self.weight = {word: math.log((self.n + 1) / count) for word, count in self.frequency.items()}
        self.history = read_history(lines)
        self.turns = read_turns(lines)

    def part(self, start: int, stop: int) -> "Spoken":
        """The messages start … stop, each with the same history and the same weights of words."""
        part = copy(self)
        part.n = stop - start
        for name in ("author", "minute", "called", "call_kind", "second", "length", "words"):
            setattr(part, name, getattr(self, name)[start:stop])
        part.flags = {name: values[start:stop] for name, values in self.flags.items()}
        part.history = {name: values[start:stop] for name, values in self.history.items()}
        part.turns = {name: values[start:stop] for name, values in self.turns.items()}
        return part


def read_history(lines: Sequence[Line]) -> dict[str, Array]:
    """What can be told of each message from the ones before it."""
    n = len(lines)
    names = (
        "own_lag",
        "own_minutes",
        "own_count",
        "called_since",
        "called_lag",
        "called_minutes",
        "target_lag",
        "target_minutes",
        "target_known",
        "rate",
        "people",
    )
    columns = {name: np.zeros(n, dtype=np.float32) for name in names}
    last: dict[int, int] = {}
    count: Counter[int] = Counter()
    called_at: dict[int, int] = {}
    calls_since: Counter[int] = Counter()
    recent: deque[int] = deque(maxlen=30)
    for at, line in enumerate(lines):
        own = last.get(line.author)
        columns["own_lag"][at] = at - own if own is not None else 999
        columns["own_minutes"][at] = line.minute - lines[own].minute if own is not None else 999
        columns["own_count"][at] = count[line.author]
        columns["called_since"][at] = calls_since[line.author]
        called = called_at.get(line.author)
        columns["called_lag"][at] = at - called if called is not None else 999
        columns["called_minutes"][at] = line.minute - lines[called].minute if called is not None else 999
        target = last.get(line.calls[0][0]) if line.calls else None
        columns["target_lag"][at] = at - target if target is not None else 999
        columns["target_minutes"][at] = line.minute - lines[target].minute if target is not None else 999
        columns["target_known"][at] = 0 if not line.calls else 2 if target is not None else 1
        columns["rate"][at] = line.minute - lines[at - 20].minute if at >= 20 else line.minute
        columns["people"][at] = len(set(recent))
        last[line.author] = at
        count[line.author] += 1
        calls_since[line.author] = 0
        recent.append(line.author)
        for author, kind in line.calls:
            if kind >= LED:
                called_at[author] = at
                calls_since[author] += 1
    return columns


def read_turns(lines: Sequence[Line]) -> dict[str, Array]:
    """Of each message, whom its author called in her turns before and after, and how soon the next one comes."""
    n = len(lines)
    before, after = np.full(n, -1, dtype=np.int32), np.full(n, -1, dtype=np.int32)
    lag, minutes = np.full(n, 999, dtype=np.float32), np.full(n, 999, dtype=np.float32)
    last: dict[int, int] = {}
    for at, line in enumerate(lines):
        own = last.get(line.author)
        if own is not None:
            before[at] = lines[own].calls[0][0] if lines[own].calls else -1
            after[own] = line.calls[0][0] if line.calls else -1
            lag[own], minutes[own] = at - own, line.minute - lines[own].minute
        last[line.author] = at
    return {"before": before, "after": after, "next_lag": lag, "next_minutes": minutes}


def pair_features(spoken: Spoken, window: Window) -> dict[str, Array]:
    """Features of every message with each of the last `DEPTH` before it."""
    author, called, second = spoken.author, spoken.called, spoken.second
    own, other = window.of_own, window.of_other
    columns: dict[str, Array] = {
        "lag": window.lag,
        "minutes": np.where(window.exists, spoken.minute[:, None] - spoken.minute[window.before], 0),
        "same_author": window.equal(author, author),
        "i_call": window.equal(called, author) * own(spoken.call_kind),
        "i_call_second": window.equal(second, author),
        "j_calls": window.equal(author, called) * other(spoken.call_kind),
        "j_calls_second": window.equal(author, second),
        "same_target": window.equal(called, called),
        "mine_between": window.between_like_own(author, author),
        "theirs_between": window.between_like_other(author, author),
        "calls_me_between": window.between_like_own(author, called),
        "calls_them_between": window.between_like_other(author, called),
        "target_between": window.between_like_own(called, author),
        "their_target_between": window.between_like_other(called, author),
    }
    pair = author * (int(author.max(initial=0)) + 2)
    to = np.where(called >= 0, pair + called, -1)
    toward_me = np.where(called >= 0, called * (int(author.max(initial=0)) + 2) + author, -1)
    columns["my_calls_like_this_between"] = window.between_like_own(to, to)
    columns["their_calls_like_that_between"] = window.between_like_other(to, to)
    columns["their_call_returned_between"] = window.between_like_other(toward_me, to)
    columns["my_call_returned_between"] = window.between_like_own(toward_me, to)
    for name, values in spoken.flags.items():
        columns[f"i_{name}"] = own(values)
        columns[f"j_{name}"] = other(values)
    columns["i_kind"], columns["j_kind"] = own(spoken.call_kind), other(spoken.call_kind)
    columns["i_length"], columns["j_length"] = own(spoken.length), other(spoken.length)
    for name, values in spoken.history.items():
        columns[f"i_{name}"] = own(values)
    for name in ("own_lag", "own_minutes", "own_count", "called_since", "target_known", "target_lag"):
        columns[f"j_{name}"] = other(spoken.history[name])
    for name in ("next_lag", "next_minutes"):
        columns[f"i_{name}"], columns[f"j_{name}"] = own(spoken.turns[name]), other(spoken.turns[name])
    for name in ("before", "after"):
        columns[f"my_call_{name}"] = window.equal(spoken.turns[name], author)
        columns[f"their_call_{name}"] = window.equal(author, spoken.turns[name])
    columns |= soon_features(spoken, window)
    columns |= word_features(spoken, window)
    return columns


def soon_features(spoken: Spoken, window: Window) -> dict[str, Array]:
    """How soon after a message its author calls the candidate's, or is called by her."""
    mine, theirs = (np.full((window.n, window.depth), 99, dtype=np.float32) for _ in range(2))
    places: dict[int, list[int]] = {}
    for at, (author, called) in enumerate(zip(spoken.author.tolist(), spoken.called.tolist(), strict=True)):
        if called >= 0:
            for table, one, other in ((mine, author, called), (theirs, called, author)):
                others = places.get(other, [])
                for own in reversed(places.get(one, [])):
                    if at - own > AHEAD:
                        break
                    for place in reversed(others[: bisect_left(others, own)]):
                        if own - place > window.depth:
                            break
                        table[own, own - place - 1] = min(table[own, own - place - 1], at - own)
        places.setdefault(author, []).append(at)
    return {"my_call_soon": mine, "their_call_soon": theirs}


def word_features(spoken: Spoken, window: Window) -> dict[str, Array]:
    """Words shared, each weighing by how rare it is in this room."""
    n, depth = window.n, window.depth
    frequency, weight = spoken.frequency, spoken.weight
    total, most, count = (np.zeros((n, depth), dtype=np.float32) for _ in range(3))
    norm = np.array([math.sqrt(sum(weight[w] ** 2 for w in words)) or 1.0 for words in spoken.words], dtype=np.float32)
    seen: dict[str, deque[int]] = {}
    for at, words in enumerate(spoken.words):
        for word in words:
            if frequency[word] == 1:
                continue
            places = seen.setdefault(word, deque())
            while places and at - places[0] > depth:
                places.popleft()
            value = weight[word]
            for place in places:
                column = at - place - 1
                total[at, column] += value * value
                count[at, column] += 1
                if value > most[at, column]:
                    most[at, column] = value
            places.append(at)
    cosine = total / (norm[:, None] * norm[window.before])
    return {"shared_cosine": cosine, "shared_most": most, "shared_count": count, "shared_total": total}


def own_value(name: str, values: Array) -> Array:
    """The feature of a message's own pair, which competes with the candidates'."""
    if name.startswith("shared_"):
        return np.asarray(values.max(axis=1))
    if name.startswith("i_") and name not in {"i_call", "i_call_second"}:
        return np.asarray(values[:, 0])
    return np.zeros(len(values), dtype=values.dtype)
