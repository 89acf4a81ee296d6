"""Contacts as components: which personas are one under the links in force (law 1).

*Same* links are applied strongest first (human, attested, exact, probabilistic; then score; then canonical persona
keys: never ids or arrival times, so that the partition is the same in every order of arrival). One that would join
a *different* pair is blocked and reported as a conflict.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from omnilink.model.persona import STRENGTH, Link, Verdict


@dataclass(frozen=True, slots=True)
class Partition:
    """Personas in groups.

    Attributes:
        group: persona key → the smallest persona key of its group.
        conflicts: same-links in force that were blocked.
    """

    group: Mapping[str, str]
    conflicts: tuple[Link, ...] = ()

    def members(self) -> dict[str, list[str]]:
        """Smallest key → all keys of the group, sorted."""
        found: dict[str, list[str]] = {}
        for key in sorted(self.group):
            found.setdefault(self.group[key], []).append(key)
        return found


@dataclass(slots=True)
class _Groups:
    """Union-find over persona keys that refuses to join a *different* pair."""

    parent: dict[str, str]
    apart: dict[str, set[str]] = field(default_factory=dict)

    def find(self, key: str) -> str:
        root = key
        while self.parent[root] != root:
            root = self.parent[root]
        while self.parent[key] != root:
            self.parent[key], key = root, self.parent[key]
        return root

    def keep_apart(self, a: str, b: str) -> None:
        self.apart.setdefault(a, set()).add(b)
        self.apart.setdefault(b, set()).add(a)

    def join(self, a: str, b: str) -> bool:
        a, b = self.find(a), self.find(b)
        if a == b:
            return True
        if b in self.apart.get(a, ()):
            return False
        keep, gone = min(a, b), max(a, b)
        self.parent[gone] = keep
        for other in self.apart.pop(gone, ()):
            self.apart[other].discard(gone)
            self.keep_apart(keep, other)
        return True


def precedence(link: Link) -> tuple[int, float, str, str, str, str]:
    """Sort key of a same-link: strongest first, then canonical and independent of ids and times."""
    return (-STRENGTH[link.method], -(link.score or 0.0), link.key_a, link.key_b, link.method, link.basis)


def partition(personas: Iterable[str], links: Iterable[Link]) -> Partition:
    """Groups personas.

    Args:
        personas: persona keys; ends of links that are not among them are added.
        links: in any order; revoked ones count for nothing.

    Returns:
        The partition, the same for every order of the arguments.
    """
    in_force = [link for link in links if link.in_force]
    keys = {*personas, *(link.key_a for link in in_force), *(link.key_b for link in in_force)}
    groups = _Groups({key: key for key in keys})
    for link in in_force:
        if link.verdict is Verdict.DIFFERENT and link.key_a != link.key_b:
            groups.keep_apart(link.key_a, link.key_b)
    same = sorted((link for link in in_force if link.verdict is Verdict.SAME), key=precedence)
    conflicts = tuple(link for link in same if not groups.join(link.key_a, link.key_b))
    return Partition({key: groups.find(key) for key in keys}, conflicts)
