"""Whom a message answers, by rules: each rule that applies to a candidate adds its points, the most points win.

The points stand in data/rules.toml. What the rules look at is what people do in busy rooms: they call a name, they go
on with what they were saying, they answer whoever called them, they answer soon.
"""

import math
import tomllib
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files

from omnilink.conversation.disentangle.messages import LED, NOBODY, Line

WINDOW = 60
"""Messages back that are looked at; fewer than one answer in a hundred reaches farther."""

NOTICE = ("start_notice",)
_MESSAGE_STEPS = (1, 2, 3, 4, 6, 9, 14, 22, 35)
_MINUTE_STEPS = (0, 1, 2, 4, 8, 15)


@cache
def points_of_rules() -> dict[str, float]:
    """Points of each rule."""
    table = files("omnilink.conversation.disentangle").joinpath("data", "rules.toml").read_text(encoding="utf-8")
    return {name: float(points) for name, points in tomllib.loads(table)["points"].items()}


class Floor:
    """Who has spoken, in which thread, and who was called: the room as decided up to now."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self.lines = lines
        self.last_of: dict[int, int] = {}
        self.spoken: dict[int, int] = {}
        self.called_at: dict[int, int] = {}
        self.called_by: dict[tuple[int, int], int] = {}
        self.thread_of: list[int] = []
        self.last_in: dict[int, int] = {}
        self.people: dict[int, set[int]] = {}
        self.answered: set[int] = set()
        self.seen: dict[str, int] = {}

    def add(self, at: int, parent: int) -> None:
        """Takes in a message and whom it was decided to answer."""
        line = self.lines[at]
        thread = at if parent == at else self.thread_of[parent]
        self.thread_of.append(thread)
        self.last_in[thread] = at
        self.people.setdefault(thread, set()).add(line.author)
        if parent != at and self.lines[parent].author != line.author:
            self.answered.add(parent)
        self.last_of[line.author] = at
        self.spoken[line.author] = self.spoken.get(line.author, 0) + 1
        for called, _ in line.calls:
            self.called_at[called] = at
            self.called_by[line.author, called] = at
        for word in line.words:
            self.seen[word] = self.seen.get(word, 0) + 1

    def rare(self, words: set[str]) -> float:
        """Weight of shared words: a word said often in this room weighs little."""
        return sum(1 / (1 + math.log1p(self.seen.get(word, 0) - 1)) for word in words)


def rules_of_start(floor: Floor, at: int) -> Iterator[str]:
    """The rules by which a message answers nobody."""
    line = floor.lines[at]
    yield "start"
    if line.author == NOBODY:
        yield from NOTICE
        return
    own = floor.last_of.get(line.author)
    if own is None:
        yield "start_first_message"
    else:
        yield f"start_own_minutes_{step(line.minute - floor.lines[own].minute, _MINUTE_STEPS)}"
    if line.calls:
        yield "start_calls_present" if line.calls[0][0] in floor.last_of else "start_calls_absent"
    else:
        yield "start_calls_nobody_asks" if line.asks else "start_calls_nobody"
    if floor.called_at.get(line.author, -1) > (-1 if own is None else own):
        yield "start_was_called"
    for name in ("greets", "thanks", "answers", "says_you", "command", "bot", "lower"):
        if getattr(line, name):
            yield f"start_{name}"
    yield "start_short" if line.length < 4 else "start_long" if line.length > 12 else "start_middling"


def rules_of_answer(floor: Floor, at: int, candidate: int) -> Iterator[str]:
    """The rules by which a message answers a candidate."""
    line, other = floor.lines[at], floor.lines[candidate]
    yield f"messages_{step(at - candidate, _MESSAGE_STEPS)}"
    yield f"minutes_{step(line.minute - other.minute, _MINUTE_STEPS)}"
    own = floor.last_of.get(line.author, -1)
    target = line.calls[0][0] if line.calls and line.calls[0][1] >= LED else None
    calls_me = any(called == line.author for called, _ in other.calls)
    latest = floor.last_of[other.author] == candidate
    if other.author == line.author:
        yield from rules_of_own(line, other, latest, target)
    else:
        yield from rules_of_call(line, other, latest, target, calls_me)
        if calls_me:
            newest = floor.called_by.get((other.author, line.author)) == candidate
            yield "called_me_and_waits" if candidate > own else "called_me_before"
            if newest:
                yield "called_me_last"
        elif candidate > own:
            yield "since_my_last"
    thread = floor.thread_of[candidate]
    if floor.last_in[thread] == candidate:
        yield "thread_ends_here"
    if own >= 0 and floor.thread_of[own] == thread:
        yield "my_last_thread"
    elif line.author in floor.people[thread]:
        yield "my_thread"
    elif len(floor.people[thread]) > 1:
        yield "others_thread"
    if target is not None and target != other.author and target in floor.people[thread]:
        yield "called_in_thread"
    if candidate not in floor.answered and other.asks and other.author != line.author:
        yield "open_question"
    for name in ("asks", "greets", "thanks", "command", "bot"):
        here, there = getattr(line, name), getattr(other, name)
        if here or there:
            yield f"{name}_both" if here and there else f"{name}_here" if here else f"{name}_there"
    if shared := set(line.words).intersection(other.words):
        weight = floor.rare(shared)
        yield "shares_much" if weight > 1 else "shares_some" if weight > 0.4 else "shares_little"


def rules_of_own(line: Line, other: Line, latest: bool, target: int | None) -> Iterator[str]:
    """The rules by which an author goes on with what she said."""
    yield "own_last" if latest else "own_earlier"
    there = other.calls[0][0] if other.calls else None
    here = target if target is not None else line.calls[0][0] if line.calls else None
    if here is not None or there is not None:
        yield "own_same_call" if here == there else "own_other_call" if here is not None else "own_call_dropped"
    if latest and line.lower:
        yield "own_goes_on"
    if latest and line.minute - other.minute <= 1:
        yield "own_at_once"


def rules_of_call(line: Line, other: Line, latest: bool, target: int | None, calls_me: bool) -> Iterator[str]:
    """The rules about names called, for another author's message."""
    if target is not None:
        if target == other.author:
            yield "calls_last" if latest else "calls_earlier"
            if calls_me:
                yield "calls_each_other"
        else:
            yield "calls_another"
            if any(called == target for called, _ in other.calls):
                yield "same_call"
    elif any(called == other.author for called, _ in line.calls):
        yield "names_last" if latest else "names_earlier"
    if other.calls and not calls_me:
        yield "called_another"
    if not latest:
        yield "spoke_again"


def step(value: float, steps: Sequence[int]) -> int:
    """The last step a value reaches."""
    return max((one for one in steps if value >= one), default=steps[0])


def choose_parent(floor: Floor, at: int, points: dict[str, float]) -> tuple[int, float, tuple[str, ...]]:
    """Whom a message answers, the share of the points' odds it has, and the rules that spoke for it.

    Args:
        floor: the room as decided before this message.
        at: the message.
        points: of each rule.

    Returns:
        Parent (the message itself = it starts a thread), confidence, rules.
    """
    if floor.lines[at].author == NOBODY:
        return at, 1.0, NOTICE
    scored: list[tuple[float, int, tuple[str, ...]]] = []
    for candidate, rules in candidates_of(floor, at):
        scored.append((sum(points.get(rule, 0.0) for rule in rules), candidate, rules))
    best, parent, rules = max(scored)
    share = 1 / sum(math.exp(score - best) for score, _, _ in scored)
    for_it = sorted((rule for rule in rules if points.get(rule, 0.0) > 0), key=lambda rule: -points[rule])
    return parent, share, tuple(for_it)


def candidates_of(floor: Floor, at: int) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Every message one may answer, itself included, with the rules that apply."""
    yield at, tuple(rules_of_start(floor, at))
    for candidate in range(at - 1, max(-1, at - 1 - WINDOW), -1):
        if floor.lines[candidate].author != NOBODY:
            yield candidate, tuple(rules_of_answer(floor, at, candidate))


def link_by_rules(lines: Sequence[Line]) -> list[tuple[int, float, tuple[str, ...]]]:
    """Parent, confidence and rules of every message, in order."""
    floor = Floor(lines)
    points = points_of_rules()
    chosen = []
    for at in range(len(lines)):
        parent, share, rules = choose_parent(floor, at, points)
        floor.add(at, parent)
        chosen.append((parent, share, rules))
    return chosen
