"""Union-find over whole numbers, with the members of every component and a way to take one apart."""

from collections.abc import Iterable, Iterator


class Components:
    """Nodes 0, 1, 2 ... in components that only join, until one is dissolved.

    Joining is near constant time (path halving, union by size); the members of a component are a ring, so that
    listing them costs their number and joining two rings costs nothing.
    """

    __slots__ = ("_parent", "_ring", "_size")

    def __init__(self) -> None:
        self._parent: list[int] = []
        self._ring: list[int] = []
        self._size: list[int] = []

    def __len__(self) -> int:
        return len(self._parent)

    def add(self) -> int:
        """A new node, alone."""
        node = len(self._parent)
        self._parent.append(node)
        self._ring.append(node)
        self._size.append(1)
        return node

    def find(self, node: int) -> int:
        """The node that stands for this node's component now."""
        parent = self._parent
        while parent[node] != node:
            parent[node] = node = parent[parent[node]]
        return node

    def join(self, a: int, b: int) -> int:
        """Makes two nodes' components one; returns the node that stands for it."""
        a, b = self.find(a), self.find(b)
        if a == b:
            return a
        if self._size[a] < self._size[b]:
            a, b = b, a
        self._parent[b] = a
        self._size[a] += self._size[b]
        self._ring[a], self._ring[b] = self._ring[b], self._ring[a]
        return a

    def size(self, node: int) -> int:
        """How many nodes this node's component has."""
        return self._size[self.find(node)]

    def members(self, node: int) -> Iterator[int]:
        """Every node of this node's component, itself first."""
        yield node
        following = self._ring[node]
        while following != node:
            yield following
            following = self._ring[following]

    def dissolve(self, nodes: Iterable[int]) -> None:
        """Makes every one of these nodes a component of its own; they must be whole components."""
        for node in nodes:
            self._parent[node] = self._ring[node] = node
            self._size[node] = 1
