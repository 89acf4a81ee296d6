"""Seen: what a decision wants to have resolved, and what a store knows, as the resolver takes it."""

from dataclasses import dataclass, replace
from datetime import datetime

from omnilink.identity.online.directory import HumanDecision
from omnilink.identity.online.footprint import decode, encode, keys_of, sign_of
from omnilink.identity.online.neighbourhood import Known
from omnilink.identity.online.observation import Observation
from omnilink.identity.resolve import PersonaSeed
from omnilink.model.participant import Participant
from omnilink.model.persona import Decision
from omnilink.store.base import StoredObservation
from omnilink.store.observations import TOLD


@dataclass(frozen=True, slots=True, repr=False)
class Seen:
    """A participant of an interaction that is being recorded.

    Attributes:
        interaction: its id; `ordinal` the participant's place in it.
        seed: the persona it is taken to be at first, with what it showed.
        at: when.
        source: the account, for what is claimed.
        rank: where several accounts of one participant come one after another (callbacks of a call): what orders
            them; of these the first that states a name counts.
    """

    interaction: str
    ordinal: int
    participant: Participant
    seed: PersonaSeed
    at: datetime
    source: str
    rank: str = ""

    @property
    def id(self) -> str:
        """The observation's."""
        return f"{self.interaction}/{self.ordinal}"

    @property
    def known(self) -> Known:
        """As the resolver takes it."""
        observation = replace(self.seed.shown, id=self.id, at=int(self.at.timestamp()))
        return Known(observation, self.seed.key, rank=self.rank, role=self.participant.role.value)


def told(account: str, event_key: str, keys: tuple[str, ...], at: datetime) -> Known:
    """What a platform itself tells: these handles are one account's."""
    observation = Observation(f"{TOLD}{account}:{event_key}", int(at.timestamp()), tuple(sorted(set(keys))))
    return Known(observation, "")


def first_account(before: Known, now: Known) -> Known:
    """Of two accounts of one participant the one that counts, with the earlier time: the same in every order."""
    chosen = min(before, now, key=lambda k: (k.observation.form is None, k.rank))
    at = min(before.observation.at, now.observation.at)
    return chosen._replace(observation=replace(chosen.observation, at=at), persona=before.persona, reason=before.reason)


def read_known(stored: StoredObservation) -> Known:
    """An observation as a store keeps it."""
    observation, role = decode(stored.id, stored.at, stored.doc)
    return Known(observation, stored.seed, stored.persona, stored.rank, role, stored.reason)


def write_known(known: Known, before: Known | None) -> StoredObservation:
    """The same for the store.

    Args:
        known: what is to be kept.
        before: what was kept until now.
    """
    o = known.observation
    replaces = None
    if before is not None and sign_of(before.observation) != sign_of(o):
        replaces = (sign_of(before.observation), keys_of(before.observation))
    return StoredObservation(
        o.id, o.at, sign_of(o), known.seed, encode(o, known.role), known.rank, keys_of(o), replaces
    )


def human(decision: Decision) -> HumanDecision:
    """A human's decision as the resolver takes it."""
    return HumanDecision(
        decision.number, decision.same, decision.sides, frozenset(decision.pinned), decision.by,
        int(decision.at.timestamp()),
    )  # fmt: skip
