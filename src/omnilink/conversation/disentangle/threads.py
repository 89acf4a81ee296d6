"""What the model looks at in its second reading: the threads the first one found.

All pairs of a room stand in one list, sorted by message, a message's own pair (lag 0) after its candidates'.
"""

from collections import Counter, defaultdict, deque
from dataclasses import dataclass

import numpy as np

from omnilink.conversation.disentangle.features import Spoken
from omnilink.conversation.disentangle.windows import Array

RECENT = 30
"""Messages in which a thread counts as alive."""

MEMORY = 200
"""Messages after which a thread no longer answers for a word."""

NEVER = 999

OWN_NAMES = (
    "first_odds", "first_rank", "first_best", "first_self", "thread_share", "thread_words", "thread_words_share",
    "my_thread_lag", "i_replies", "threads_alive",
)  # fmt: skip
"""Features every pair has."""

NAMES = (
    *OWN_NAMES,
    "first_in_thread", "thread_after", "thread_size", "thread_people", "thread_minutes", "thread_lag", "mine_in_thread",
    "my_last_thread", "target_in_thread", "replies_before", "my_replies_before", "replies_after", "answers_me",
    "answers_target", "my_links_to_them", "their_links_to_me", "pair_lag", "depth", "is_root", "root_mine",
    "root_asks", "their_thread_switch", "their_last_thread", "they_answer_it", "next_thread", "next_parent",
    "last_answered_them", "next_answers_them",
)  # fmt: skip
"""Features of a pair with a candidate; those of a message's own pair end with `OWN_NAMES` and hold zeros after."""


LOOKS_AHEAD = frozenset({
    "i_replies", "replies_after", "they_answer_it", "next_thread", "next_parent", "next_answers_them",
})  # fmt: skip
"""Those of them that see later messages."""


class Threads:
    """Threads as they grow, message by message."""

    def __init__(self, spoken: Spoken) -> None:
        self.authors: list[int] = spoken.author.tolist()
        self.words = spoken.words
        self.root: list[int] = []
        self.depth: list[int] = []
        self.order: list[int] = []
        """Of each message, how many its thread had before."""
        self.size: Counter[int] = Counter()
        self.last: dict[int, int] = {}
        self.people: dict[int, Counter[int]] = defaultdict(Counter)
        self.last_by: dict[tuple[int, int], int] = {}
        """(thread, author) → her last message in it."""
        self.thread_by: dict[int, int] = {}
        """Author → the thread she spoke in last."""
        self.links: Counter[tuple[int, int]] = Counter()
        self.met: dict[frozenset[int], int] = {}
        self._threads_of_word: dict[str, dict[int, int]] = defaultdict(dict)
        self._recent: deque[int] = deque(maxlen=RECENT)

    def add(self, at: int, parent: int) -> None:
        """Takes in a message and the one it answers by the first reading."""
        author = self.authors[at]
        root = at if parent == at else self.root[parent]
        self.root.append(root)
        self.depth.append(0 if parent == at else self.depth[parent] + 1)
        self.order.append(self.size[root])
        self.size[root] += 1
        self.last[root] = at
        self.people[root][author] += 1
        self.last_by[root, author] = at
        self.thread_by[author] = root
        self._recent.append(root)
        if parent != at:
            other = self.authors[parent]
            self.links[author, other] += 1
            self.met[frozenset((author, other))] = at
        for word in self.words[at]:
            self._threads_of_word[word].pop(root, None)
            self._threads_of_word[word][root] = at

    def with_word(self, word: str, at: int) -> list[int]:
        """Threads in which a word was said not long ago; older ones are forgotten, so that a big room stays fast."""
        threads = self._threads_of_word[word]
        while threads and at - (oldest := next(iter(threads.items())))[1] > MEMORY:
            del threads[oldest[0]]
        return list(threads)

    def alive(self) -> int:
        """How many threads went on in the last messages."""
        return sum(1 for root in set(self._recent) if self.size[root] > 1)


class Replies:
    """Replies expected by the first reading, each weighing its probability."""

    def __init__(self, spoken: Spoken, at: Array, lag: Array, odds: Array) -> None:
        self.in_all: list[float] = np.bincount(at - lag, np.where(lag > 0, odds, 0), minlength=spoken.n).tolist()
        self.before = [0.0] * spoken.n
        self.by: dict[tuple[int, int], float] = {}
        """(message, author) → replies of that author before the message that is looked at."""
        self.by_in_all: dict[tuple[int, int], float] = {}
        """(message, author) → replies of that author, later ones included."""
        for parent, author, chance in zip((at - lag).tolist(), spoken.author[at].tolist(), odds.tolist(), strict=True):
            self.by_in_all[parent, author] = self.by_in_all.get((parent, author), 0.0) + chance
        self.to: list[dict[int, float]] = []
        """Of each message, the authors it answers."""

    def add(self, author: int, candidates: list[tuple[int, int, float]]) -> None:
        """Takes in the candidates of a message, (place, author, probability), in the order of the room."""
        answers: dict[int, float] = {}
        for parent, other, chance in candidates:
            self.before[parent] += chance
            self.by[parent, author] = self.by.get((parent, author), 0.0) + chance
            answers[other] = answers.get(other, 0.0) + chance
        self.to.append(answers)


class Turns:
    """Of each message, the likeliest parent, its thread, and the turns of its author before and after."""

    def __init__(self, authors: list[int], parents: list[int]) -> None:
        self.parents = parents
        self.roots: list[int] = []
        self.author_answered: list[int] = []
        self.last: list[int | None] = []
        self.next: list[int | None] = [None] * len(parents)
        latest: dict[int, int] = {}
        for at, (author, parent) in enumerate(zip(authors, parents, strict=True)):
            self.roots.append(at if parent == at else self.roots[parent])
            self.author_answered.append(-1 if parent == at else authors[parent])
            self.last.append(latest.get(author))
            if author in latest:
                self.next[latest[author]] = at
            latest[author] = at

    def features(self, here: int, other: int, them: int) -> list[float]:
        """Whether the author's turns before and after lead to the candidate, its thread or its author."""
        last, after = self.last[here], self.next[here]
        return [
            after is not None and self.roots[after] == self.roots[other],
            after is not None and self.parents[after] == other,
            last is not None and self.author_answered[last] == them,
            after is not None and self.author_answered[after] == them,
        ]


@dataclass(frozen=True, slots=True)
class Moment:
    """A message at the moment it comes: what all its pairs share."""

    at: int
    author: int
    target: int
    minute: float
    share: dict[int, float]
    """Thread → probability of all its candidates."""
    most: dict[int, float]
    """Thread → probability of its likeliest candidate."""
    words: dict[int, float]
    """Thread → weight of the words it shares."""
    words_in_all: float
    own_thread: int


def thread_features(spoken: Spoken, at: Array, lag: Array, odds: Array, since: int = 0) -> dict[str, Array]:
    """Features of each pair from the threads of a first reading.

    Args:
        spoken: the room.
        at: message of each pair; every message has at least its own pair.
        lag: how far before it the candidate stands; 0 = itself.
        odds: the first reading's probability of each pair.
        since: the message from which on pairs are looked at; those before only make the threads.

    Returns:
        Columns by name, one value a pair; zeros for what was not looked at.
    """
    threads, replies = Threads(spoken), Replies(spoken, at, lag, odds)
    minutes, asks = spoken.minute.tolist(), spoken.flags["asks"].tolist()
    ends = np.append(np.flatnonzero(np.diff(at)) + 1, len(at)).tolist()
    lags, chances = lag.tolist(), odds.tolist()
    parents = [
        here - lags[begin + chances[begin:end].index(max(chances[begin:end]))]
        for here, (begin, end) in enumerate(zip([0, *ends], ends, strict=False))
    ]
    turns = Turns(threads.authors, parents)
    table = np.zeros((len(at), len(NAMES)), dtype=np.float32)
    begin = 0
    for here, end in enumerate(ends):
        own_lags, own_chances = lags[begin:end], chances[begin:end]
        if here < since:
            replies.add(
                threads.authors[here],
                [
                    (here - back, threads.authors[here - back], chance)
                    for back, chance in zip(own_lags, own_chances, strict=True)
                    if back
                ],
            )
            threads.add(here, parents[here])
            begin = end
            continue
        moment = moment_of(spoken, threads, here, own_lags, own_chances)
        best, alone, alive = max(own_chances), own_chances[-1], threads.alive()
        ranked = sorted(own_chances, reverse=True)
        candidates = []
        for place, (back, chance) in enumerate(zip(own_lags, own_chances, strict=True), begin):
            root = threads.root[here - back] if back else moment.own_thread
            shared = moment.words.get(root, 0.0) if back else max(moment.words.values(), default=0.0)
            row: list[float] = [
                chance, ranked.index(chance), best, alone,
                moment.share[root] if back else max(moment.share.values()),
                shared, shared / moment.words_in_all,
                here - threads.last_by.get((root, moment.author), here - NEVER if back else here),
                replies.in_all[here], alive,
            ]  # fmt: skip
            if back:
                row += row_of_pair(threads, replies, moment, here - back, chance, minutes, asks)
                row += turns.features(here, here - back, threads.authors[here - back])
                candidates.append((here - back, threads.authors[here - back], chance))
            table[place, : len(row)] = row
        replies.add(moment.author, candidates)
        threads.add(here, parents[here])
        begin = end
    return {name: table[:, place] for place, name in enumerate(NAMES)}


def moment_of(spoken: Spoken, threads: Threads, at: int, lags: list[int], chances: list[float]) -> Moment:
    """What all pairs of a message share."""
    share: dict[int, float] = defaultdict(float)
    most: dict[int, float] = defaultdict(float)
    for back, chance in zip(lags, chances, strict=True):
        root = threads.root[at - back] if back else -1
        share[root] += chance
        most[root] = max(most[root], chance)
    words: dict[int, float] = defaultdict(float)
    for word in spoken.words[at]:
        for root in threads.with_word(word, at):
            words[root] += spoken.weight[word] ** 2
    author = threads.authors[at]
    return Moment(
        at=at,
        author=author,
        target=int(spoken.called[at]),
        minute=float(spoken.minute[at]),
        share=share,
        most=most,
        words=words,
        words_in_all=sum(spoken.weight[word] ** 2 for word in spoken.words[at]) or 1.0,
        own_thread=threads.thread_by.get(author, -2),
    )


def row_of_pair(
    threads: Threads,
    replies: Replies,
    moment: Moment,
    other: int,
    chance: float,
    minutes: list[float],
    asks: list[int],
) -> list[float]:
    """The features after `OWN_NAMES`, of a message and a candidate."""
    here, me, them = moment.at, moment.author, threads.authors[other]
    root = threads.root[other]
    last, people, answered = threads.last[root], threads.people[root], replies.to[other]
    return [
        chance >= moment.most[root],
        threads.size[root] - 1 - threads.order[other],
        threads.size[root],
        len(people),
        moment.minute - minutes[last],
        here - last,
        people[me],
        moment.own_thread == root,
        people[moment.target],
        replies.before[other],
        replies.by.get((other, me), 0.0),
        replies.in_all[other] - replies.before[other] - chance,
        answered.get(me, 0.0),
        answered.get(moment.target, 0.0),
        threads.links[me, them],
        threads.links[them, me],
        here - threads.met.get(frozenset((me, them)), here - NEVER),
        threads.depth[other],
        root == other,
        threads.authors[root] == me,
        asks[root],
        threads.thread_by[them] != root,
        threads.last_by[root, them] - other,
        replies.by_in_all.get((here, them), 0.0),
    ]
