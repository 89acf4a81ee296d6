"""Points of the rules of disentangling, fitted to annotated rooms."""

from collections.abc import Sequence

import numpy as np
import scipy.optimize
import scipy.sparse
from disentangle_rooms import AnnotatedRoom

from omnilink.conversation.disentangle.messages import NOBODY
from omnilink.conversation.disentangle.rules import Floor, candidates_of

RIDGE = 3.0
FARTHEST = 300
"""Messages back from which an annotated answer counts as the start of a thread of its own."""

Case = tuple[list[tuple[str, ...]], list[bool]]


def cases_of(room: AnnotatedRoom) -> list[Case]:
    """For each annotated message, the rules of every candidate and whether it is a true one."""
    cases: list[Case] = []
    floor = Floor(room.lines)
    for at, line in enumerate(room.lines):
        parents = room.answers.get(at, {at})
        if at in room.answers and line.author != NOBODY:
            candidates = list(candidates_of(floor, at))
            truths = [candidate in parents for candidate, _ in candidates]
            if any(truths):
                cases.append(([rules for _, rules in candidates], truths))
        near = [one for one in parents if at - one < FARTHEST and room.lines[one].author != NOBODY]
        floor.add(at, max(near, default=at))
    return cases


def fit_points(rooms: Sequence[AnnotatedRoom]) -> list[tuple[str, float]]:
    """Points by which the true candidate of the annotated messages is likeliest, rules of the start first."""
    cases = [case for room in rooms for case in cases_of(room)]
    names = sorted({rule for candidates, _ in cases for rules in candidates for rule in rules})
    number = {name: place for place, name in enumerate(names)}
    rows = [rules for candidates, _ in cases for rules in candidates]
    columns = np.fromiter((number[rule] for rules in rows for rule in rules), dtype=np.int32)
    ends = np.cumsum([0] + [len(rules) for rules in rows])
    applies = scipy.sparse.csr_matrix((np.ones(len(columns)), columns, ends), shape=(len(rows), len(names)))
    truth = np.array([one for _, truths in cases for one in truths], dtype=float)
    sizes = np.array([len(truths) for _, truths in cases])
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])

    def loss(points: np.ndarray) -> tuple[float, np.ndarray]:
        scores = applies @ points
        odds = np.exp(scores - np.repeat(np.maximum.reduceat(scores, starts), sizes))
        odds /= np.repeat(np.add.reduceat(odds, starts), sizes)
        hit = np.add.reduceat(odds * truth, starts)
        slope = applies.T @ (odds - odds * truth / np.repeat(hit, sizes)) + RIDGE * points
        return (RIDGE / 2 * points @ points - np.log(hit).sum()) / len(cases), slope / len(cases)

    found = scipy.optimize.minimize(loss, np.zeros(len(names)), jac=True, method="L-BFGS-B", options={"maxiter": 150})
    order = sorted(names, key=lambda name: (not name.startswith("start"), name))
    return [(name, round(float(found.x[number[name]]), 2)) for name in order]
