"""Trains what omnilink.conversation.disentangle ships, from a folder of annotated rooms.

    python benchmarks/train_disentangle.py {model,live,rules} FOLDER OUTPUT

FOLDER holds `NAME.ascii.txt` logs and, beside each, `NAME.annotation.txt` with lines `PARENT MESSAGE -`
of line numbers. `model` writes the model file (data/room.npz), `live` the one that sees no later message
(data/live.npz), `rules` the points of the rules (data/rules.toml). Needs numpy, scipy and lightgbm; of these the
library uses numpy alone. Deterministic: the same rooms give the same file.
"""

import argparse
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np
from disentangle_forest import arrays_of
from disentangle_points import fit_points
from disentangle_rooms import AnnotatedRoom, read_rooms

from omnilink.conversation.disentangle import features, threads
from omnilink.conversation.disentangle.features import Spoken
from omnilink.conversation.disentangle.forest import read_forest
from omnilink.conversation.disentangle.model import FIRST_KEEPS, Pairs, pairs_of, probability, sift, starts_of
from omnilink.conversation.disentangle.threads import thread_features

FOLDS = 3
SIEVE_ROOMS = 40
BASE = {
    "num_threads": 2,
    "verbose": -1,
    "max_bin": 127,
    "min_data_in_leaf": 50,
    # A candidate's first odds are 1 in 100, where a Newton step on the softmax would run away.
    "min_sum_hessian_in_leaf": 1.0,
    "lambda_l2": 1.0,
    "max_delta_step": 2.0,
    "deterministic": True,
    "force_row_wise": True,
}
SIEVE = {"learning_rate": 0.3, "num_leaves": 32, "max_depth": 6}
FIRST = {"learning_rate": 0.08, "num_leaves": 48, "max_depth": 9, "feature_fraction": 0.4}
SECOND = {"learning_rate": 0.05, "num_leaves": 56, "max_depth": 9, "feature_fraction": 0.3}
SIEVE_TREES, FIRST_TREES, SECOND_TREES = 24, 170, 190
SECOND_SEEDS = (1, 2, 3)


@dataclass(frozen=True, slots=True)
class Examples:
    """Pairs of many rooms, and which of them are true."""

    table: np.ndarray
    message: np.ndarray
    truth: np.ndarray
    annotated: np.ndarray

    def keep(self, which: np.ndarray) -> "Examples":
        """Some of them."""
        return Examples(self.table[which], self.message[which], self.truth[which], self.annotated[which])

    def without(self, which: np.ndarray) -> "Examples":
        """All of them, but some as if they were not annotated."""
        return replace(self, annotated=self.annotated & ~which)


def examples_of(rooms: Sequence[AnnotatedRoom], pairs: Sequence[Pairs], names: Sequence[str]) -> Examples:
    """The pairs of all rooms as one table; a message whose parents were all sifted out is not annotated."""
    truths, annotated = zip(*(truth_of(room, one) for room, one in zip(rooms, pairs, strict=True)), strict=True)
    return Examples(
        np.column_stack([np.concatenate([one.columns[name] for one in pairs]).astype(np.float32) for name in names]),
        np.concatenate([number * 1_000_000 + one.at for number, one in enumerate(pairs)]),
        np.concatenate(truths),
        np.concatenate(annotated),
    )


def truth_of(room: AnnotatedRoom, pairs: Pairs) -> tuple[np.ndarray, np.ndarray]:
    """The share of truth of each pair (several parents share it), and whether its message is annotated."""
    true = np.array(
        [parent in room.parents.get(at, ()) for at, parent in zip(pairs.at, pairs.at - pairs.lag, strict=True)],
        dtype=np.float32,
    )
    starts = starts_of(pairs.at)
    count = np.repeat(np.add.reduceat(true, starts), np.diff(np.append(starts, len(true))))
    return true / np.maximum(count, 1), count > 0


def binned(examples: Examples) -> Any:
    """The table in bins: trees trained on parts of it share their thresholds, and so fit one forest."""
    return lightgbm.Dataset(examples.table, free_raw_data=False, params=BASE).construct()


def train(bins: Any, examples: Examples, settings: dict[str, Any], trees: int, seed: int = 1) -> Any:
    """Boosted trees whose scores, as softmax over a message's candidates, are the odds of the true one.

    Args:
        bins: of all examples.
        examples: those to learn from are the annotated ones.
        settings: of LightGBM.
        trees: how many.
        seed: of the choice of features.
    """
    learned = np.flatnonzero(examples.annotated)
    examples = examples.keep(learned)
    starts = starts_of(examples.message)
    sizes = np.diff(np.append(starts, len(examples.message)))

    def objective(scores: np.ndarray, _: Any) -> tuple[np.ndarray, np.ndarray]:
        odds = np.exp(scores - np.repeat(np.maximum.reduceat(scores, starts), sizes))
        odds /= np.repeat(np.add.reduceat(odds, starts), sizes)
        return odds - examples.truth, np.maximum(odds * (1 - odds), 1e-6)

    return lightgbm.train(BASE | settings | {"objective": objective, "seed": seed}, bins.subset(learned), trees)


def train_model(rooms: Sequence[AnnotatedRoom], unseen: frozenset[str] = frozenset()) -> dict[str, np.ndarray]:
    """The arrays of the model file.

    Args:
        rooms: to learn from.
        unseen: names of features that are left out.
    """
    spoken = [Spoken(room.spoken) for room in rooms]
    names = [name for name in pairs_of(spoken[0], 0, 2).columns if name not in unseen]
    arrays = train_sieve(rooms, spoken, names)
    sieve = read_forest(arrays, "sieve")
    pairs = [sift(one, sieve, names) for one in spoken]
    examples = examples_of(rooms, pairs, names)
    tell(f"sieve: {len(examples.message) / sum(one.n for one in spoken):.1f} candidates a message")
    fold = np.concatenate([np.full(len(one.at), number % FOLDS) for number, one in enumerate(pairs)])
    # The second reading learns from odds of rooms the first has not been trained on, as they will be in use.
    odds = np.zeros(len(fold))
    bins = binned(examples)
    boosters = []
    for number in range(FOLDS):
        boosters.append(train(bins, examples.without(fold == number), FIRST, FIRST_TREES))
        forest = read_forest(arrays_of("fold", boosters[-1:], names), "fold")
        for place, one in enumerate(pairs):
            if place % FOLDS == number:
                odds[examples.message // 1_000_000 == place] = probability(forest, one)
        tell(f"first: fold {number + 1} of {FOLDS}")
    arrays |= arrays_of("first", boosters, names)
    split = np.split(odds, np.cumsum([len(one.at) for one in pairs])[:-1])
    return arrays | train_second(rooms, spoken, pairs, split, unseen)


def train_sieve(
    rooms: Sequence[AnnotatedRoom], spoken: Sequence[Spoken], names: Sequence[str]
) -> dict[str, np.ndarray]:
    """The sieve, from every pair of some of the rooms."""
    some = range(0, len(rooms), max(1, len(rooms) // SIEVE_ROOMS))
    pairs = []
    for number in some:
        one = pairs_of(spoken[number], 0, spoken[number].n)
        pairs.append(one.keep(np.isin(one.at, list(rooms[number].parents))))
    examples = examples_of([rooms[number] for number in some], pairs, names)
    booster = train(binned(examples), examples, SIEVE, SIEVE_TREES)
    return arrays_of("sieve", [booster], names)


def train_second(
    rooms: Sequence[AnnotatedRoom],
    spoken: Sequence[Spoken],
    pairs: Sequence[Pairs],
    odds: Sequence[np.ndarray],
    unseen: frozenset[str],
) -> dict[str, np.ndarray]:
    """The second reading: with the threads of the first, of the candidates it leaves."""
    left = []
    for one, its, chances in zip(spoken, pairs, odds, strict=True):
        more = thread_features(one, its.at, its.lag, chances)
        left.append(replace(its, columns=its.columns | more).keep((chances > FIRST_KEEPS) | (its.lag == 0)))
    names = [name for name in left[0].columns if name not in unseen]
    examples = examples_of(rooms, left, names)
    bins = binned(examples)
    boosters = []
    for seed in SECOND_SEEDS:
        boosters.append(train(bins, examples, SECOND, SECOND_TREES, seed))
        tell(f"second: seed {seed}")
    return arrays_of("second", boosters, names)


def tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def write_points(points: Iterable[tuple[str, float]], path: Path) -> None:
    """The table of the rules' points."""
    head = [
        "# Points of each rule of rules.py: a message goes to the candidate with the most.",
        "# Source: fitted by benchmarks/train_disentangle.py to annotated rooms (maximum likelihood), then rounded.",
        "",
        "[points]",
    ]
    path.write_text("\n".join(head + [f"{name} = {value:.2f}" for name, value in points]) + "\n", encoding="utf-8")


def main() -> None:
    """Reads the rooms, trains, writes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("model", "live", "rules"))
    parser.add_argument("folder", type=Path)
    parser.add_argument("output", type=Path)
    options = parser.parse_args()
    rooms = read_rooms(options.folder)
    tell(f"{len(rooms)} rooms")
    if options.what == "rules":
        write_points(fit_points(rooms), options.output)
    else:
        unseen = features.LOOKS_AHEAD | threads.LOOKS_AHEAD if options.what == "live" else frozenset[str]()
        np.savez_compressed(options.output, **train_model(rooms, unseen))


if __name__ == "__main__":
    main()
