"""Settled: what a resolved decision writes about people. Pure."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from omnilink.errors import BadHandle
from omnilink.identity.normalise import normalise
from omnilink.identity.online.findings import Findings, Spot
from omnilink.identity.online.keys import KeyClass, key_class
from omnilink.identity.online.neighbourhood import Known
from omnilink.identity.online.observation import ADDRESSED, NAMED, Distrust, Observation
from omnilink.identity.people import People
from omnilink.identity.resolve import PersonaSeed
from omnilink.model.handle import Handle
from omnilink.model.participant import Role
from omnilink.model.persona import FAILED_KEY, UNNAMED_KEY, UNVOUCHED_KEY, Decision, PersonaRef
from omnilink.resolution.seen import Seen, write_known
from omnilink.store.base import Context, StoredObservation

HOLDER = "holder"
MOST_BITS = 10.0
"""However alone somebody is on a telephone, now and then another picks it up."""
_NOTHING = Observation("", 0)


@dataclass(frozen=True, slots=True, repr=False)
class Settled:
    """What was resolved, before it is written.

    Attributes:
        findings: who is who in the region that was re-decided.
        context: everything the findings name, as stored.
        versions: of everything it was decided from.
        entered: observation id → (what is known of it now, what was stored until now).
        known: observation id → what is known, for everything the findings name.
        decisions: of people, made or revoked with it.
    """

    findings: Findings
    context: Context
    versions: Mapping[str, int]
    entered: Mapping[str, tuple[Known, Known | None]]
    known: Mapping[str, Known]
    decisions: Sequence[Decision] = ()

    @property
    def observations(self) -> list[StoredObservation]:
        """What is to be kept."""
        return [
            write_known(known, before)
            for known, before in self.entered.values()
            if before is None or _told(known) != _told(before)
        ]

    def people(self, new_id: Callable[[], str], now: datetime) -> People:
        """Everybody concerned, ready to be changed."""
        context = self.context
        return People(
            personas=context.personas, holders=context.holders, members=context.members, links=context.links,
            new_id=new_id, now=now,
        )  # fmt: skip

    def write(self, people: People, seen: Sequence[Seen]) -> dict[str, tuple[str, str]]:
        """Says of everybody who they are, and links the personas that are one.

        Args:
            people: of `people`.
            seen: the participants of the interactions that are being recorded.

        Returns:
            Observation id → key of the persona it is attributed to now, and the rule.
        """
        for each in seen:
            ref = people.persona(each.seed, each.at)
            if not _is_nobodys_word(each):
                people.claim(ref, each.participant, each.at, each.source, by_others=each.participant.role in NAMED)
        attributed: dict[str, tuple[str, str]] = {}
        for id, spot in self.findings.spots.items():
            known = self.known[id]
            new = id in self.entered and self.entered[id][1] is None
            # What is stored and attributed to nobody was the echo of what we sent ourselves.
            if (known.persona, known.reason) != spot[:2] and (new or known.persona):
                _attribute(people, known, spot)
                attributed[id] = spot[:2]
        concerned, ties = self.findings.ties(people.holders(self.findings.handles))
        for tie in ties:
            for key in (tie.a, tie.b):
                if people.ref(key) is None:
                    _make(people, key, datetime.fromtimestamp(0).astimezone())
        people.tie(concerned, ties)
        return attributed


def _is_nobodys_word(seen: Seen) -> bool:
    """Whether what is said of a participant is neither its own word nor the writer's about it.

    An unvouched caller may be anybody. Beside the address of whom they write to people put what they like; only an
    account's name there is the platform's, and so its holder's.
    """
    if seen.participant.role in ADDRESSED:
        return not any(key_class(key) is KeyClass.ACCOUNT for key in seen.seed.shown.keys)
    return seen.seed.shown.distrust is Distrust.UNVOUCHED


def _attribute(people: People, known: Known, spot: Spot) -> None:
    o = known.observation
    ref = people.ref(spot.persona) or _make(people, spot.persona, datetime.fromtimestamp(o.at).astimezone())
    interaction, _, ordinal = o.id.partition("/")
    bits = _bits(spot.share) if spot.kind == HOLDER else None
    people.attribute(interaction, int(ordinal), Role(known.role), ref, spot.kind, bits=bits)


def _bits(share: float) -> float:
    """How sure it is that a handle's holder spoke who had this share of its use around then."""
    return MOST_BITS if share >= 1 else min(MOST_BITS, math.log2(share / (1 - share)))


def _told(known: Known) -> Known:
    """Without who it is taken to be."""
    return known._replace(persona="", reason="")


def _make(people: People, key: str, at: datetime) -> PersonaRef:
    """A persona that a case or a human told from others that show the same."""
    base = people.ref(key.rpartition("!")[0])
    text, _, name = (base.key if base is not None else key.rpartition("!")[0]).partition("#")
    handle = None
    if not text.startswith((FAILED_KEY, UNNAMED_KEY, UNVOUCHED_KEY)):
        try:
            handle = normalise(Handle.parse(text))
        except BadHandle:
            handle = None
    match_keys = base.match_keys if base is not None else (handle.match_keys if handle is not None else ())
    stated = base.name if base is not None else name.partition("~")[0] or None
    return people.persona(PersonaSeed(key, handle, match_keys, stated, _NOTHING), at, key=key)
