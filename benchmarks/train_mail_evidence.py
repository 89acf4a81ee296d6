"""Learns the weights of `conversation/data/mail_evidence.toml` from mails whose threads are known.

    python benchmarks/train_mail_evidence.py GOLD MAILS... > weights.toml

GOLD and MAILS are JSONL(.gz) files as in the thread predictor. A conditional logit: of the cases a mail may belong to,
and none of them, the right one is to be the likeliest. Needs numpy; the library reads only the table.
"""

import gzip
import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import predict_mail

from omnilink.conversation.mail_cases import Candidate, MailCases
from omnilink.conversation.mail_evidence import Seen
from omnilink.conversation.mail_record import Mail

ROUNDS, STEPS, PENALTY = 5, 400, 0.3
SURE = 0.97
FOR = {
    "introduced_author": 0.0, "introduced_minute": 0.0, "next_part": 0.0, "one_reference_more": 0.0,
    "quoted_only_there": 0.4, "quoted_share": 0.4, "rare_people": 0.0, "same_author": 0.0, "same_people": 0.2,
    "same_people_together": 0.2, "subject_rare": 0.0, "to_its_author": 0.0,
}  # fmt: skip
"""Facts that can only speak for, whatever a sample says, and how much they do at least: a programmers' archive quotes
the same lines in many threads, which citizens' mails do not. `AGAINST`: facts that can only speak against."""
AGAINST = frozenset({
    "author_from_outside", "before_it", "days_later", "introduced_other_author", "introduced_other_minute",
    "other_people", "other_people_together", "other_series", "seconds_apart", "sent_apart", "subject_differs",
})  # fmt: skip


class Group(NamedTuple):
    """One decision: rows of facts, the case of each row, and which case is right (None: none of them)."""

    start: str
    rows: list[dict[str, float]]
    cases: list[int]
    right: int | None


class Taught(MailCases):
    """Decides as it is told, and keeps what there was to decide from."""

    def __init__(self, thread_of: dict[str, str]) -> None:
        super().__init__()
        self._thread_of, self._first_of = thread_of, {}
        self._names: list[str] = []
        self.groups: list[Group] = []

    def add(self, mail: Mail):
        self._names.append(mail.id)
        placed = super().add(mail)
        number = placed.number
        thread = self._thread_of.get(mail.id, mail.id)
        known = self._first_of.setdefault(thread, number)
        if known != number:
            self._cases.join(number, known)
        return placed

    def candidates(self, new: Seen) -> list[Candidate]:
        rows, cases = [], []
        for case, _, facts in self.compare(new):
            row: dict[str, float] = {}
            for name, amount in facts:
                row[name] = row.get(name, 0.0) + amount
            rows.append(row)
            cases.append(case)
        if rows:
            thread = self._thread_of.get(self._names[new.number])
            right = self._cases.find(self._first_of[thread]) if thread in self._first_of else None
            self.groups.append(Group("answer" if new.is_answer else "part", rows, cases, right))
        return []


def read_threads(path: Path) -> dict[str, str]:
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8") as lines:
        return {str(row["id"]): str(row["thread"]) for row in map(json.loads, lines)}


def fit(groups: Iterable[Group]) -> dict[str, float]:
    """Weights by gradient ascent with momentum (Adam), the best row of a case standing for it.

    Of the cases an answer may belong to one is right, or none; of those a part may belong to, each is right or not. A
    decision that all evidence contradicts is left out after the first round: its known thread was cut before we saw it.
    """
    groups = list(groups)
    names = sorted({name for group in groups for row in group.rows for name in row})
    place = {name: i + 2 for i, name in enumerate(names)}
    rows, group_of, key_of, right_of = [], [], [], []
    for n, group in enumerate(groups):
        for row, case in zip(group.rows, group.cases, strict=True):
            vector = np.zeros(len(names) + 2)
            vector[0 if group.start == "answer" else 1] = 1.0
            for name, amount in row.items():
                vector[place[name]] = amount
            rows.append(vector)
            group_of.append(n)
            key_of.append((n, case))
            right_of.append(case == group.right)
    x, group_ids, right = np.array(rows), np.array(group_of), np.array(right_of)
    is_answer = x[:, 0] == 1.0
    low = np.array([-np.inf, -np.inf, *(FOR.get(name, -np.inf) for name in names)])
    high = np.array([np.inf, np.inf, *(0.0 if name in AGAINST else np.inf for name in names)])
    weights = np.zeros(x.shape[1])
    weights[:2] = -2.0
    kept = np.ones(len(x), dtype=bool)
    for number in range(ROUNDS):
        score = x @ weights
        best: dict[tuple[int, int], int] = {}
        for i, key in enumerate(key_of):
            if key not in best or score[i] > score[best[key]]:
                best[key] = i
        chosen = np.array(sorted(best.values()))
        if number:
            likely = chances(x[chosen] @ weights, group_ids[chosen], is_answer[chosen], len(groups))
            wrong = group_ids[chosen][(likely > SURE) & ~right[chosen]]
            kept = ~np.isin(group_ids, wrong)
            print(f"round {number}: {len(set(wrong.tolist()))} decisions left out", file=sys.stderr)
        chosen = chosen[kept[chosen]]
        xs, gs, ys, answers = x[chosen], group_ids[chosen], right[chosen], is_answer[chosen]
        m, v = np.zeros_like(weights), np.zeros_like(weights)
        for step in range(1, STEPS + 1):
            gradient = xs.T @ (ys - chances(xs @ weights, gs, answers, len(groups))) - PENALTY * weights
            gradient[:2] += PENALTY * weights[:2]
            m, v = 0.9 * m + 0.1 * gradient, 0.999 * v + 0.001 * gradient**2
            weights += 0.05 * (m / (1 - 0.9**step)) / (np.sqrt(v / (1 - 0.999**step)) + 1e-8)
            weights = np.clip(weights, low, high)
    return {"start:answer": weights[0], "start:part": weights[1], **{n: weights[place[n]] for n in names}}


def chances(score: np.ndarray, group_ids: np.ndarray, is_answer: np.ndarray, groups: int) -> np.ndarray:
    """How likely each row is by these scores, as `MailCases.candidates` reckons."""
    e = np.exp(np.clip(score, -50, 50))
    total = np.bincount(group_ids, e, minlength=groups)[group_ids]
    return e / (1.0 + np.where(is_answer, total, e))


def collect(gold: Path, mails: Iterable[Path]) -> Iterator[Group]:
    thread_of = read_threads(gold)
    for path in mails:
        taught = Taught(thread_of)
        for mail in predict_mail.read_mails(path):
            taught.add(mail)
        yield from taught.groups


def main(gold: str, *mails: str) -> None:
    groups = list(collect(Path(gold), map(Path, mails)))
    weights = fit(groups)
    in_part = {name for group in groups if group.start == "part" for row in group.rows for name in row}
    print("# Weights in natural logarithms; learned by benchmarks/train_mail_evidence.py.")
    print("[start]")
    for start in ("answer", "part"):
        print(f"{start} = {weights.pop(f'start:{start}'):.3f}")
    for section in ("answer", "part"):
        print(f"\n[{section}]")
        for name, weight in weights.items():
            if (name in in_part) == (section == "part"):
                print(f"{name} = {weight:.3f}")


if __name__ == "__main__":
    main(*sys.argv[1:])
