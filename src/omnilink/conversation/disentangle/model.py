"""Whom a message answers, by the trained model: three readings of the room, each with fewer candidates than the last.

The *sieve* looks at the last hundred messages and keeps the possible ones; the *first* reading gives each a
probability; the *second* sees the threads that come of it. Needs numpy.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import as_file, files

import numpy as np

from omnilink.conversation.disentangle.features import AHEAD, DEPTH, Spoken, own_value, pair_features
from omnilink.conversation.disentangle.forest import Forest, read_forest
from omnilink.conversation.disentangle.messages import NOBODY, Line
from omnilink.conversation.disentangle.threads import NAMES, thread_features
from omnilink.conversation.disentangle.windows import Array, Window

BLOCK = 1_000
"""Messages whose pairs are held at once."""

SIEVE_KEEPS, FIRST_KEEPS = 0.0015, 0.002
"""Probability from which a candidate goes on to the next reading."""

THREAD_WEIGHS = 1.5
"""Weight of the probability that a message belongs to a candidate's thread, beside that of the candidate itself."""

ALSO_ANSWERS = 0.36
"""Probability from which a message answers a second one of the same thread.

One more link raises F1 where its probability exceeds half of the F1 reached without it.
"""


@dataclass(frozen=True, slots=True)
class Pairs:
    """Pairs of message and candidate, sorted by message, its own pair (lag 0) last."""

    at: Array
    lag: Array
    columns: dict[str, Array]

    def keep(self, which: Array) -> "Pairs":
        """Some of the pairs."""
        return Pairs(self.at[which], self.lag[which], {name: values[which] for name, values in self.columns.items()})

    def only(self, names: Sequence[str]) -> "Pairs":
        """The pairs with some of the features."""
        return Pairs(self.at, self.lag, {name: self.columns[name] for name in names})


@cache
def read_model(name: str) -> dict[str, Forest]:
    """The forests of each reading of a model of this package."""
    resource = files("omnilink.conversation.disentangle").joinpath("data", f"{name}.npz")
    with as_file(resource) as path, np.load(path, allow_pickle=False) as arrays:
        return {reading: read_forest(arrays, reading) for reading in ("sieve", "first", "second")}


def link_by_model(lines: Sequence[Line], name: str) -> list[list[tuple[int, float]]]:
    """Parents of every message with their probability, the surest first.

    Args:
        lines: the room as read.
        name: of the model.

    Returns:
        One list a message; the message itself as parent = it starts a thread.
    """
    chosen: list[list[tuple[int, float]]] = [[(at, 1.0)] for at in range(len(lines))]
    places = [at for at, line in enumerate(lines) if line.author != NOBODY]
    if places:
        spoken = Spoken([lines[at] for at in places])
        pairs, odds = read_twice(spoken, read_model(name))
        for at, parents in choose_parents(pairs, odds):
            chosen[places[at]] = [(places[parent], chance) for parent, chance in parents]
    return chosen


def read_twice(spoken: Spoken, model: dict[str, Forest]) -> tuple[Pairs, Array]:
    """The pairs that are left after the first reading, and their probability by the second."""
    names = {name: None for reading in ("first", "second") for name in model[reading].names if name not in NAMES}
    pairs = sift(spoken, model["sieve"], tuple(names))
    odds = probability(model["first"], pairs)
    more = thread_features(spoken, pairs.at, pairs.lag, odds)
    left = (odds > FIRST_KEEPS) | (pairs.lag == 0)
    pairs = Pairs(pairs.at, pairs.lag, pairs.columns | more).keep(left)
    return pairs, probability(model["second"], pairs)


Odds = tuple[tuple[int, float], ...]
"""Of one message, (messages back, probability) of what it may answer; 0 back is itself."""


def read_last(lines: Sequence[Line], earlier: Sequence[Odds]) -> tuple[list[tuple[int, float]], Odds]:
    """What the last message of a room may answer, by what came before it.

    Args:
        lines: the spoken lines.
        earlier: of each line but the last, what this function gave for it when it was the last.

    Returns:
        (message, probability) of each candidate by the second reading, and the odds of the first.
    """
    model, last = read_model("live"), len(lines) - 1
    spoken = Spoken(lines)
    pairs = pairs_of(spoken, last, last + 1)
    sieved = probability(model["sieve"], pairs) > SIEVE_KEEPS
    pairs = pairs.keep(sieved | (pairs.lag <= 1))
    odds = probability(model["first"], pairs)
    own = tuple(zip(pairs.lag.tolist(), odds.tolist(), strict=True))
    known = [(at, back, chance) for at, one in enumerate((*earlier, own)) for back, chance in one if back <= at]
    at, lag = np.array([one[0] for one in known]), np.array([one[1] for one in known])
    more = thread_features(spoken, at, lag, np.array([one[2] for one in known]), since=last)
    left = (odds > FIRST_KEEPS) | (pairs.lag == 0)
    of_last = {name: values[len(values) - len(odds) :] for name, values in more.items()}
    pairs = Pairs(pairs.at, pairs.lag, pairs.columns | of_last).keep(left)
    chances = probability(model["second"], pairs)
    return list(zip((pairs.at - pairs.lag).tolist(), chances.tolist(), strict=True)), own


def sift(spoken: Spoken, sieve: Forest, names: Sequence[str]) -> Pairs:
    """The possible pairs of a room, block by block.

    Args:
        spoken: the room.
        sieve: gives the first, rough probability.
        names: features the pairs are to have.
    """
    blocks = []
    for begin in range(0, spoken.n, BLOCK):
        pairs = pairs_of(spoken, begin, min(spoken.n, begin + BLOCK))
        blocks.append(pairs.keep((probability(sieve, pairs) > SIEVE_KEEPS) | (pairs.lag <= 1)).only(names))
    return Pairs(
        np.concatenate([block.at for block in blocks]),
        np.concatenate([block.lag for block in blocks]),
        {name: np.concatenate([block.columns[name] for block in blocks]) for name in names},
    )


def pairs_of(spoken: Spoken, begin: int, end: int) -> Pairs:
    """Every pair of the messages begin … end with those up to `DEPTH` before."""
    start = max(0, begin - DEPTH)
    part = spoken.part(start, min(spoken.n, end + AHEAD))
    window = Window(part.n, DEPTH)
    exists = np.column_stack([window.exists, np.ones(part.n, dtype=bool)])
    exists[: begin - start] = False
    exists[end - start :] = False
    at = np.broadcast_to(np.arange(start, start + part.n)[:, None], exists.shape)[exists]
    lag = np.column_stack([window.lag, np.zeros(part.n, dtype=np.int64)])[exists]
    columns = {
        name: np.column_stack([values, own_value(name, values)])[exists]
        for name, values in pair_features(part, window).items()
    }
    return Pairs(at, lag, columns)


def probability(forest: Forest, pairs: Pairs) -> Array:
    """The share of each pair among those of its message."""
    score = forest.score([pairs.columns[name] for name in forest.names])
    starts = starts_of(pairs.at)
    sizes = np.diff(np.append(starts, len(score)))
    odds = np.exp(score - np.repeat(np.maximum.reduceat(score, starts), sizes))
    return np.asarray(odds / np.repeat(np.add.reduceat(odds, starts), sizes))


def starts_of(at: Array) -> Array:
    """Where the pairs of each message begin."""
    return np.concatenate([[0], np.flatnonzero(np.diff(at)) + 1])


def choose_parents(pairs: Pairs, odds: Array) -> Iterator[tuple[int, list[tuple[int, float]]]]:
    """The parent of each message, and more where they are likely and of the same thread."""
    ends = np.append(starts_of(pairs.at)[1:], len(odds)).tolist()
    chances, parents = odds.tolist(), (pairs.at - pairs.lag).tolist()
    root: list[int] = []
    begin = 0
    for at, end in enumerate(ends):
        candidates = [
            (chance, parent, at if parent == at else root[parent])
            for chance, parent in zip(chances[begin:end], parents[begin:end], strict=True)
        ]
        thread, chosen = choose_among(candidates)
        root.append(thread)
        yield at, chosen
        begin = end


def choose_among(candidates: Sequence[tuple[float, int, int]]) -> tuple[int, list[tuple[int, float]]]:
    """The thread of a message, and its parents with their probability, the surest first.

    Args:
        candidates: (probability, message, its thread) of each, the message itself included.
    """
    share: dict[int, float] = {}
    for chance, _, thread in candidates:
        share[thread] = share.get(thread, 0.0) + chance
    best = max(candidates, key=lambda one: (one[0] + THREAD_WEIGHS * share[one[2]], one[1]))
    also = [one for one in candidates if one[0] > ALSO_ANSWERS and one[2] == best[2] and one != best]
    return best[2], [(parent, chance) for chance, parent, _ in (best, *sorted(also, reverse=True))]
