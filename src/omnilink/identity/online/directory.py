"""Directory: what was seen, by key. In memory here; a store that answers the same reads can take its place.

Only `resolver` writes to it. Everything derived (traffic, links, people) is a function of the observations and the
human decisions in it, kept up step by step.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from omnilink.identity.online.evidence import Weighed
from omnilink.identity.online.nameless import Bare, Spoke
from omnilink.identity.online.observation import Observation
from omnilink.identity.online.persona import Persona, Slot
from omnilink.identity.online.traffic import QUIET, Traffic


class Reads(Protocol):
    """What a decision reads, each by one key: at most a few dozen reads a decision, however large the directory."""

    def persona(self, signature: str) -> Persona | None:
        """The persona with this signature."""
        ...

    def sharing(self, index_key: str) -> Mapping[int, Persona]:
        """Every persona under an index key (a handle, a case, an official number, a composite), by its number."""
        ...

    def traffic_of(self, key: str) -> Traffic:
        """How many people a handle's key is used by."""
        ...

    def links_of(self, number: int) -> Mapping[int, Weighed]:
        """The evidence between one persona and others, as far as it is worth a look."""
        ...

    def nameless_on(self, key: str) -> Sequence[Bare]:
        """Observations that show this key and nothing else, sorted."""
        ...


@dataclass(frozen=True, slots=True, repr=False)
class HumanDecision:
    """What a human said.

    Attributes:
        number: in the order the decisions were made.
        same: one person; else two.
        sides: signatures of the personas on either side.
        pinned: observations it pins.
        by: who said so; `at`: when, in seconds since 1970.
    """

    number: int
    same: bool
    sides: tuple[tuple[str, ...], tuple[str, ...]]
    pinned: frozenset[str]
    by: str
    at: int


class Person:
    """Personas that are one person: a contact as computed.

    Attributes:
        members: its personas.
        blocked: strongest evidence that would have joined others but contradicts them, in bits; 0 where there is none.
    """

    __slots__ = ("_id", "blocked", "members")

    def __init__(self, members: list[Persona], blocked: float = 0.0) -> None:
        self.members, self.blocked = members, blocked
        self._id = ""

    @property
    def id(self) -> str:
        """The contact's id: its earliest observation's."""
        if not self._id:
            self._id = min([p.first for p in self.members])[1]
        return self._id

    def renamed(self) -> None:
        """An observation came or went, so the earliest may be another one."""
        self._id = ""


class Component:
    """Personas connected by links: the largest thing one decision has to look at.

    Attributes:
        clean: no two of its personas contradict each other, so they are one person in whatever order links come.
        hinted: not every tie is a link: some are hints about personas without a name.
    """

    __slots__ = ("clean", "hinted", "members", "people")

    def __init__(self, members: dict[int, Persona], *, clean: bool) -> None:
        self.members, self.clean, self.hinted = members, clean, False
        self.people: list[Person] = []


class Directory:
    """Everything that was seen, in memory."""

    def __init__(self) -> None:
        # What was seen.
        self.observations: dict[str, Observation] = {}
        # What follows from it.
        self.slots: dict[str, Slot] = {}
        self.personas: dict[str, Persona] = {}
        self.by_number: dict[int, Persona] = {}
        self.numbers = 0
        self.index: dict[str, dict[int, Persona]] = {}
        self.traffic: dict[str, Traffic] = {}
        self.crowded: set[str] = set()
        self.links: dict[int, dict[int, Weighed]] = {}
        self.component: dict[int, Component] = {}
        self.person: dict[int, Person] = {}
        self.ambiguous: set[int] = set()
        self.nameless: dict[str, list[Bare]] = {}
        self.case_shown: dict[str, dict[str, set[str]]] = {}
        # Observations of scattered personas, with where they would belong if those held together.
        self.crowd: dict[str, Slot] = {}
        self.spoke: dict[str, Spoke] = {}
        # Handles of which `spoke` has to be asked anew before it is read.
        self.unasked: set[str] = set()
        # What humans said: by signature, and what it means for the personas that are there.
        self.decisions: dict[int, HumanDecision] = {}
        self.anchors: dict[str, dict[int, int]] = {}
        self.pins: dict[str, set[int]] = {}
        self.same: dict[int, dict[int, set[int]]] = {}
        self.sides: dict[int, frozenset[tuple[int, int]]] = {}

    def persona(self, signature: str) -> Persona | None:
        """The persona with this signature."""
        return self.personas.get(signature)

    def sharing(self, index_key: str) -> Mapping[int, Persona]:
        """Every persona under an index key, by its number."""
        return self.index.get(index_key, {})

    def traffic_of(self, key: str) -> Traffic:
        """How many people a handle's key is used by."""
        return self.traffic.get(key, QUIET)

    def links_of(self, number: int) -> Mapping[int, Weighed]:
        """The evidence between one persona and others."""
        return self.links.get(number, {})

    def nameless_on(self, key: str) -> Sequence[Bare]:
        """Observations that show this key and nothing else, sorted."""
        return self.nameless.get(key, ())
