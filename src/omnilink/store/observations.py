"""Observations: what participants showed, kept so that whoever could be the same person is found. Values only.

A store does not read them: it finds their documents by sign and key. See `omnilink.identity.online.footprint`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from omnilink.model.persona import Decision
from omnilink.model.scope import Scope

ONE_HANDLE = "n"
"""A sign begins so where nothing but a handle was shown: there may be any number of observations of it."""

TOLD = "told:"


@dataclass(frozen=True, slots=True, repr=False)
class StoredObservation:
    """What one participant showed.

    Attributes:
        id: `<interaction id>/<ordinal>`, or `told:…` where a platform told it and no participant showed it.
        at: when, in seconds since 1970.
        sign: what it is found by together with everything that shows the same.
        keys: keys its sign is found by.
        seed: key of the persona its participant is taken to be as long as nothing else is known; "" where none
            showed it.
        doc: what was shown, as JSON.
        rank: which of several accounts of one participant came first.
        replaces: sign and keys it had in the store until now, where it says something else now.
        persona: key of the persona it is attributed to; "" if to none. `reason` is the kind of the first evidence
            for that. Both are only read.
    """

    id: str
    at: int
    sign: str
    seed: str
    doc: str
    rank: str = ""
    keys: tuple[str, ...] = ()
    replaces: tuple[str, tuple[str, ...]] | None = None
    persona: str = ""
    reason: str = ""

    @property
    def place(self) -> tuple[str, int] | None:
        """The interaction and the ordinal of its participant, if one showed it."""
        if self.id.startswith(TOLD):
            return None
        interaction, _, ordinal = self.id.partition("/")
        return interaction, int(ordinal)


@dataclass(frozen=True, slots=True, repr=False)
class ObservationLookup:
    """Which observations are asked for.

    Attributes:
        keys: key → most signs under it that matter: if there are more, one observation each of so many comes.
        signs: everything of these signs; of one that shows a handle only, at most `most_seen`.
        ids: these. `personas`: everything attributed to these persona ids.
        since: observations of later changes than this one, or attributed by them to somebody else; none if None.
            `decisions_since`: human decisions likewise.
    """

    keys: Mapping[str, int] = field(default_factory=dict)
    signs: frozenset[str] = frozenset()
    ids: frozenset[str] = frozenset()
    personas: frozenset[str] = frozenset()
    most_seen: int = 1000
    since: int | None = None
    decisions_since: int | None = None


@dataclass(frozen=True, slots=True, repr=False)
class Observations:
    """The answer to an `ObservationLookup`.

    Attributes:
        seq: number of the last change it was read after.
        found: observations, without their keys.
        decisions: human decisions since then, revoked ones included.
    """

    seq: int
    found: tuple[StoredObservation, ...] = ()
    decisions: tuple[Decision, ...] = ()


class ObservationStore(Protocol):
    """Observations and human decisions, for deciding who is who: of the whole tenant."""

    async def read_observations(self, scope: Scope, lookup: ObservationLookup) -> Observations:
        """One consistent read of everything the lookup names."""
        ...
