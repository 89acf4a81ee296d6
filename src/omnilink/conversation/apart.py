"""Conversations a person took apart: which messages are together once some references no longer count. Pure.

A cut names messages that begin a conversation of their own. Whatever answers them, however far down, goes along, and
what a message cites on the other side of the cut no longer joins anything. Which side a message is on follows from all
messages and all cuts and from nothing else: the parts are the same in whatever order messages came and cuts were made,
and without its cut everything is where it would have been.

A message is on the side of what it answers: the nearest message it cites that was seen. What it cites further up does
not count, because mail programs, ours too, cite whole threads (RFC 5322 §3.6.4).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from omnilink.conversation.causes import ThreadCause

MOST_PARTED = 10_000
"""Messages of a conversation that can be taken apart."""
_Label = frozenset[str]
_Node = tuple[str, str, _Label]
_UNCUT: _Label = frozenset()


@dataclass(frozen=True, slots=True)
class ThreadCut:
    """A cut in force: the messages (ids) that begin a conversation of their own."""

    id: str
    messages: frozenset[str]


@dataclass(frozen=True, slots=True, repr=False)
class ThreadFamily:
    """All that would be one conversation without cuts.

    A row is a conversation as it is stored: it has an id, and may be held by another one.

    Attributes:
        rows: row → the message recorded in it first, if it is known; those made by earlier cuts have none.
        messages: id → row it was recorded in, in the order in which they were recorded.
        keys: native key → row it is in.
        causes: of each message at least one.
        cuts: those in force.
    """

    rows: Mapping[str, str | None]
    messages: Mapping[str, str]
    keys: Mapping[str, str]
    causes: Sequence[ThreadCause] = ()
    cuts: Sequence[ThreadCut] = ()


@dataclass(slots=True)
class ThreadPart:
    """Messages that are one conversation, in the order in which they were recorded, and the keys they named."""

    messages: list[str] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)


def part_family(family: ThreadFamily) -> list[ThreadPart]:
    """The conversations that a family comes to under its cuts.

    Returns:
        Parts, that with the message recorded first in front. A key that joins nobody any more is with one of those that
        name it; of several, those under the fewest cuts, then by their own keys.
    """
    reading = _Reading(family)
    nodes = _Nodes()
    for message, cause in reading.all_causes():
        mine = reading.label(message)
        here: _Node = ("message", message, _UNCUT)
        nodes.find(here)
        for key in cause.keys:
            if key in family.keys and reading.key_label(key) == mine:
                nodes.join(here, ("key", key, _UNCUT))
        parent = reading.parent(cause)
        if parent is not None and reading.label(parent) == mine:
            nodes.join(here, ("message", parent, _UNCUT))
        if not cause.is_whole:
            nodes.join(here, ("row", family.messages[message], mine))
    partly_known = {family.messages[cause.interaction] for _, cause in reading.all_causes() if not cause.is_whole}
    for key, row in family.keys.items():
        if row in partly_known:
            nodes.join(("key", key, _UNCUT), ("row", row, reading.key_label(key)))
    for cut in family.cuts:
        _join_heads(nodes, [m for m in family.messages if m in cut.messages], reading)
    return _collect(family, nodes, reading)


class _Reading:
    """What the causes of a family say: whose a key is, what answers what, and which cuts each is under."""

    def __init__(self, family: ThreadFamily) -> None:
        self._family = family
        self._causes: dict[str, list[ThreadCause]] = {}
        for cause in family.causes:
            if cause.interaction in family.messages:
                self._causes.setdefault(cause.interaction, []).append(cause)
        self._owners: dict[str, list[str]] = {}
        for message, cause in self.all_causes():
            for key in cause.own:
                self._owners.setdefault(key, []).append(message)
        self._labels: dict[str, _Label] = {}
        self._unseen: dict[str, _Label] = {}
        for cut in family.cuts:
            messages, unseen = self._below(cut)
            for table, names in ((self._labels, messages), (self._unseen, unseen)):
                for name in names:
                    table[name] = table.get(name, _UNCUT) | {cut.id}

    def all_causes(self) -> Iterator[tuple[str, ThreadCause]]:
        """(message, cause) of every cause, in the order in which the messages were recorded."""
        return ((message, cause) for message in self._family.messages for cause in self._causes.get(message, ()))

    def parent(self, cause: ThreadCause) -> str | None:
        """The nearest message it cites that was seen, and is not the message itself."""
        for key in cause.nearest():
            for owner in self._owners.get(key, ()):
                if owner != cause.interaction:
                    return owner
        return None

    def label(self, message: str) -> _Label:
        """The cuts a message is under."""
        return self._labels.get(message, _UNCUT)

    def key_label(self, key: str) -> _Label:
        """The cuts a key is under: those of the message whose it is; of one not seen, those of what answers it."""
        owners = self._owners.get(key)
        return self.label(owners[0]) if owners else self._unseen.get(key, _UNCUT)

    def _below(self, cut: ThreadCut) -> tuple[set[str], set[str]]:
        """The messages under a cut, and the unseen keys that are answers to something under it."""
        below: dict[str, list[str]] = {}
        beside: dict[str, list[str]] = {}
        for message, cause in self.all_causes():
            parent = self.parent(cause)
            if parent is not None:
                below.setdefault(parent, []).append(message)
            for key in cause.nearest():
                if key in self._owners:
                    break
                # Unseen, and nearer than anything that was seen: whoever answers the same unseen mail goes along.
                beside.setdefault(key, []).append(message)
        above = {key for head in cut.messages for cause in self._causes.get(head, ()) for key in cause.cited}
        found: set[str] = set()
        unseen: set[str] = set()
        waiting = [message for message in cut.messages if message in self._family.messages]
        while waiting:
            message = waiting.pop()
            if message in found:
                continue
            found.add(message)
            waiting += below.get(message, ())
            for cause in self._causes.get(message, ()):
                # Two messages with one id are copies of each other.
                waiting += [twin for key in cause.own for twin in self._owners[key]]
                answered = cause.answers
                if answered is not None and answered not in self._owners and answered not in above | unseen:
                    unseen.add(answered)
                    waiting += beside.get(answered, ())
        return found, unseen


class _Nodes:
    """Union-find by value."""

    def __init__(self) -> None:
        self._parent: dict[_Node, _Node] = {}

    def find(self, node: _Node) -> _Node:
        parent = self._parent
        parent.setdefault(node, node)
        while parent[node] != node:
            parent[node] = node = parent[parent[node]]
        return node

    def join(self, a: _Node, b: _Node) -> None:
        self._parent[self.find(a)] = self.find(b)


def _join_heads(nodes: _Nodes, heads: Sequence[str], reading: _Reading) -> None:
    """What one cut names is one conversation, as far as no other cut parts it."""
    first: dict[_Label, str] = {}
    for head in heads:
        other = first.setdefault(reading.label(head), head)
        nodes.join(("message", head, _UNCUT), ("message", other, _UNCUT))


def _collect(family: ThreadFamily, nodes: _Nodes, reading: _Reading) -> list[ThreadPart]:
    parts: dict[_Node, ThreadPart] = {}
    for message in family.messages:
        parts.setdefault(nodes.find(("message", message, _UNCUT)), ThreadPart()).messages.append(message)
    naming: dict[str, tuple[tuple[int, tuple[str, ...]], str]] = {}
    for message, cause in reading.all_causes():
        rank = (len(reading.label(message)), cause.own)
        for key in cause.keys:
            naming[key] = min(naming.get(key, (rank, message)), (rank, message))
    for key in family.keys:
        part = parts.get(nodes.find(("key", key, _UNCUT)))
        if part is None and key in naming:
            part = parts[nodes.find(("message", naming[key][1], _UNCUT))]
        if part is not None:
            part.keys.append(key)
    return list(parts.values())
