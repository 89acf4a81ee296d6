"""Mail conversations, exact: whoever cites the same id is in one conversation, in every order of arrival.

Every id a mail has or cites is a node, seen or not ("ghosts"): two answers to a mail nobody saw meet. Source of the
headers: RFC 5322 §3.6.4. Nothing here guesses: subjects, people and words play no part.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from omnilink.conversation.components import Components
from omnilink.conversation.mail_record import LONGEST_ID, Mail, cited_ids

NOBODY = -1


@dataclass(frozen=True, slots=True)
class Merge:
    """Two conversations turned out to be one.

    Attributes:
        into: id of the conversation that stays: the smaller of the two.
        merged: id of the one that ended.
        cause: id of the mail that showed it.
        key: the cited id they share.
    """

    into: str
    merged: str
    cause: str
    key: str


class Placed(NamedTuple):
    """Where a mail went.

    Attributes:
        number: of the mail, in order of arrival.
        neighbours: the first mail of every conversation it belongs to or joined; none = it stands alone so far.
        merges: conversations it joined to one another.
    """

    number: int
    neighbours: tuple[int, ...]
    merges: tuple[Merge, ...]


class MailConversations:
    """Conversations of mails as they come.

    Args:
        aliases: id → the canonical id of the same mail (see `aliases`); consulted for every id read.
    """

    def __init__(self, aliases: Mapping[str, str] | None = None) -> None:
        self._aliases: dict[str, str] = dict(aliases or {})
        self._nodes: dict[str, int] = {}
        self._keys: list[str] = []
        self._components = Components()
        self._smallest: list[str] = []
        self._first: list[int] = []
        self._cut: set[tuple[str, str]] = set()
        self.mails: list[str] = []
        self._own: list[int] = []
        self._cited: list[tuple[int, ...]] = []
        # Of nearly every node there is one mail at most: a number a node costs less than a list a mail.
        self._mail_of: list[int] = []
        self._more_mails: dict[int, list[int]] = {}
        self.merges: list[Merge] = []

    def add(self, mail: Mail) -> Placed:
        """Takes in one mail."""
        number = len(self.mails)
        own = [self._canonical(i) for i in mail.ids if i and len(i) <= LONGEST_ID] or [f"mail-without-id:{mail.id}"]
        cited = cited_ids(mail)
        if self._aliases:
            cited = list(dict.fromkeys(map(self._canonical, cited)))
        if self._cut:
            cited = [key for key in cited if (mail.id, key) not in self._cut]
        node = self._node(own[0])
        others = [self._node(key) for key in own[1:]]
        ancestors = tuple([self._node(key) for key in cited])
        self.mails.append(mail.id)
        self._own.append(node)
        self._cited.append(ancestors)
        for name in (node, *others):
            if self._mail_of[name] == NOBODY:
                self._mail_of[name] = number
            else:
                self._more_mails.setdefault(name, []).append(number)
        neighbours, merges = self._join(mail.id, node, (*others, *ancestors))
        if not neighbours:
            self._first[self._components.find(node)] = number
        return Placed(number, neighbours, merges)

    def conversation(self, number: int) -> str:
        """The id of a mail's conversation: the smallest id in it, the same for every order of arrival."""
        return self._smallest[self._components.find(self._own[number])]

    def root(self, number: int) -> int:
        """A number that two mails share exactly while they are in one conversation."""
        return self._components.find(self._own[number])

    def first(self, number: int) -> int:
        """The first mail of a mail's conversation, in order of arrival."""
        return self._first[self._components.find(self._own[number])]

    def members(self, number: int) -> list[int]:
        """The mails of a mail's conversation, in order of arrival."""
        return sorted({n for node in self._components.members(self._own[number]) for n in self._mails(node)})

    def knows(self, message_id: str) -> int | None:
        """The number of the first mail with that id, if it was seen."""
        node = self._nodes.get(self._canonical(message_id))
        return None if node is None or self._mail_of[node] == NOBODY else self._mail_of[node]

    def parents(self, number: int) -> Iterator[int]:
        """The seen mails that a mail cites, the nearest first."""
        for node in self._cited[number]:
            if self._mail_of[node] != NOBODY:
                yield self._mail_of[node]

    def cut(self, number: int, cited: Iterable[str] | None = None) -> None:
        """Takes back what a mail's citations joined: a person said that it belongs elsewhere.

        Only that one conversation is built again, so that everything else it holds stays together; the cut holds
        for later arrivals of the mail too.

        Args:
            number: of the mail.
            cited: the ids no longer believed; None = all it cites.
        """
        mail = self.mails[number]
        gone = {self._canonical(i) for i in cited} if cited is not None else None
        kept = tuple(n for n in self._cited[number] if gone is not None and self._keys[n] not in gone)
        self._cut.update((mail, self._keys[n]) for n in self._cited[number] if n not in kept)
        mails = self.members(number)
        self._cited[number] = kept
        nodes = list(self._components.members(self._own[number]))
        self._components.dissolve(nodes)
        for node in nodes:
            self._smallest[node], self._first[node] = self._keys[node], NOBODY
        alias_of: dict[int, list[int]] = {}
        for node in nodes:
            for mail_number in self._mails(node):
                alias_of.setdefault(mail_number, []).append(node)
        for n in mails:
            neighbours, _ = self._join("", self._own[n], (*alias_of.get(n, ()), *self._cited[n]))
            if not neighbours:
                self._first[self._components.find(self._own[n])] = n

    def _join(self, cause: str, node: int, others: Iterable[int]) -> tuple[tuple[int, ...], tuple[Merge, ...]]:
        """Joins nodes; returns the first mails of the conversations among them, and the merges these amount to."""
        components, smallest, first = self._components, self._smallest, self._first
        root = components.find(node)
        neighbours: tuple[int, ...] = () if first[root] == NOBODY else (first[root],)
        merges: tuple[Merge, ...] = ()
        for other in others:
            away = components.find(other)
            if away == root:
                continue
            here, there, low, high = first[root], first[away], smallest[root], smallest[away]
            if low > high:
                low, high = high, low
            if there != NOBODY:
                neighbours = (*neighbours, there)
                if here == NOBODY:
                    here = there
                else:
                    here = min(here, there)
                    merges = (*merges, Merge(low, high, cause, self._keys[other]))
            root = components.join(root, away)
            smallest[root], first[root] = low, here
        if merges and cause:
            self.merges.extend(merges)
        return neighbours, merges

    def _mails(self, node: int) -> list[int]:
        return [] if self._mail_of[node] == NOBODY else [self._mail_of[node], *self._more_mails.get(node, ())]

    def _canonical(self, key: str) -> str:
        return self._aliases.get(key, key)

    def _node(self, key: str) -> int:
        node = self._nodes.get(key)
        if node is None:
            node = self._nodes[key] = self._components.add()
            self._keys.append(key)
            self._smallest.append(key)
            self._first.append(NOBODY)
            self._mail_of.append(NOBODY)
        return node
