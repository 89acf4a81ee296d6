"""The online resolver: takes observations in and out, and human decisions, and says who is who after each step."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from omnilink.errors import BadInput, NotFound
from omnilink.identity.online.directory import Directory, HumanDecision
from omnilink.identity.online.explain import Waterfall, explain
from omnilink.identity.online.human import Humans
from omnilink.identity.online.keys import key_class
from omnilink.identity.online.observation import Distrust, Observation
from omnilink.identity.online.persona import Place, Slot, pinned
from omnilink.identity.online.places import Places
from omnilink.identity.online.settle import Settlement
from omnilink.identity.online.upkeep import Region, Touched, Upkeep
from omnilink.identity.online.weights import Weights, default_weights


class Outcome(StrEnum):
    """What became of an observation."""

    LINK = "link"
    """It is in a contact with others."""
    REVIEW = "review"
    """Nothing was joined, and a person should look: the evidence is between the lines or contradicts itself."""
    NEW = "new"
    """A contact of its own."""


@dataclass(frozen=True, slots=True, repr=False)
class Decided:
    """What is decided of one observation now.

    Attributes:
        observation: its id.
        contact: the contact it is in: the id of that contact's earliest observation.
        outcome: what became of it.
        why: the rule, where it is not evidence between personas: who spoke on a shared handle, or why nobody did.
    """

    observation: str
    contact: str
    outcome: Outcome
    why: str = ""


class OnlineResolver:
    """Decides who is who while it happens.

    The partition into people is a function of the set of observations and human decisions in the directory: the order
    they came in makes no difference, and what is taken out leaves no trace.

    Args:
        directory: what was seen so far; empty if not given.
        weights: the weights; the default set if not given.

    Attributes:
        region: where every step notes what it re-decided, if somebody wants to know.
    """

    def __init__(self, directory: Directory | None = None, weights: Weights | None = None) -> None:
        self.directory = directory if directory is not None else Directory()
        self.weights = weights or default_weights()
        self._upkeep = Upkeep(self.directory, self.weights)
        self._humans = Humans(self.directory, self._upkeep)
        self._settlement = Settlement(self.directory, self._upkeep, self.weights)
        self._places = Places(self.directory, self._upkeep, self._humans, self._settlement, self.weights)
        self.region: Region | None = None

    # --- observations ---------------------------------------------------------------------------------------------

    def observe(self, o: Observation) -> Decided:
        """Takes an observation in and re-decides what depends on it. The same one twice changes nothing."""
        self.take(o)
        return self.decided(o.id)

    def take(self, o: Observation) -> None:
        """Takes one of many observations in. What `observe` does beyond that waits until something is asked."""
        if o.id in self.directory.observations:
            if self.directory.observations[o.id] == o:
                return
            self._take_out(o.id)
        touched = Touched()
        self.directory.observations[o.id] = o
        self._places.enter(o, touched)
        self._settle(touched)

    def hear(self) -> None:
        """Brings `Directory.spoke` up to date: who spoke on the handles that a step touched. Every answer begins so."""
        self._settlement.hear()

    def forget(self, observation: str) -> None:
        """Takes an observation out: everything is decided as if it had never been there.

        Raises:
            NotFound: there is no such observation.
        """
        self._take_out(observation)
        self.hear()

    # --- human decisions ------------------------------------------------------------------------------------------

    def confirm(self, a: str, b: str, *, by: str, at: int) -> HumanDecision:
        """A human says that two observations are one person's. See `decide`."""
        return self.decide(same=True, sides=([a], [b]), by=by, at=at)

    def reject(self, a: str, b: str, *, by: str, at: int) -> HumanDecision:
        """A human says that two observations are two people's. See `decide`."""
        return self.decide(same=False, sides=([a], [b]), by=by, at=at)

    def split(self, observations: Iterable[str], *, by: str, at: int) -> HumanDecision:
        """A human says that these observations are not the rest of their contact.

        Args:
            observations: all of one contact.
            by: who says so.
            at: when, in seconds since 1970.

        Raises:
            NotFound: there is no such observation.
            BadInput: they are not all in one contact, or are all of it.
        """
        apart = sorted(set(observations))
        contacts = {self.contact(id) for id in apart}
        if len(contacts) != 1:
            raise BadInput("what is split off has to be of one contact", hint="split one contact at a time")
        rest = sorted(set(self.members(contacts.pop())) - set(apart))
        if not rest:
            raise BadInput("nothing of the contact would be left", hint="name fewer observations")
        return self.decide(same=False, sides=(apart, rest), by=by, at=at)

    def decide(self, *, same: bool, sides: tuple[Iterable[str], Iterable[str]], by: str, at: int) -> HumanDecision:
        """Puts a human decision in force; everything that depends on it is decided again.

        A *no* is stronger than a *yes*, a later *yes* than an earlier one.

        Args:
            same: the two sides are one person; else two.
            sides: ids of observations.
            by: who says so.
            at: when, in seconds since 1970.

        Raises:
            NotFound: there is no such observation.
        """
        d = self.directory
        here, there = (tuple(dict.fromkeys(side)) for side in sides)
        slots = [{id: self._slot(id) for id in side} for side in (here, there)]
        shared = {s.key for s in slots[0].values()} & {s.key for s in slots[1].values()}
        pins = {id for side in slots for id, s in side.items() if s.place is not Place.PERSONA or id in d.crowd}
        for id, slot in slots[0].items():
            if slot.key in shared or (not same and self._is_divided(slot, slots[0])):
                pins.add(id)
        anchors = [
            tuple(dict.fromkeys(pinned(d.observations[id]).key if id in pins else s.key for id, s in side.items()))
            for side in slots
        ]
        number = max(d.decisions, default=0) + 1
        decision = HumanDecision(number, same, (anchors[0], anchors[1]), frozenset(pins), by, at)
        self.enforce(decision)
        return decision

    def enforce(self, decision: HumanDecision) -> None:
        """Puts a recorded human decision in force again, whatever is there to hold it (replay)."""
        touched = Touched()
        for id in sorted(decision.pinned):
            self._places.pin(id, decision.number, touched)
        self._humans.enforce(decision, touched)
        self._places.look_at((each for side in decision.sides for each in side), touched)
        self._settle(touched)
        self.hear()

    def revoke(self, number: int) -> None:
        """Takes a human decision back: everything is decided as if it had never been made.

        Raises:
            NotFound: there is no such decision.
        """
        d = self.directory
        if number not in d.decisions:
            raise NotFound("no such decision")
        touched = Touched()
        decision = d.decisions[number]
        self._humans.lift(decision, touched)
        self._places.look_at((each for side in decision.sides for each in side), touched)
        for id in sorted(decision.pinned):
            self._places.unpin(id, number, touched)
        self._settle(touched)
        self.hear()

    # --- answers --------------------------------------------------------------------------------------------------

    def decided(self, observation: str) -> Decided:
        """What is decided of an observation now.

        Raises:
            NotFound: there is no such observation.
        """
        self.hear()
        d = self.directory
        o = self._observation(observation)
        slot = d.slots[observation]
        if slot.place is Place.ALONE:
            outcome = Outcome.REVIEW if o.distrust is Distrust.UNVOUCHED else Outcome.NEW
            return Decided(observation, observation, outcome, o.distrust.value)
        if slot.place is Place.NAMELESS:
            spoke = d.spoke[observation]
            contact = spoke.contact or observation
            if spoke.contact and (contact != observation or self._is_followed(observation, slot.key)):
                return Decided(observation, contact, Outcome.LINK, spoke.why)
            unsure = spoke.why in ("household", "rest", Distrust.UNVOUCHED)
            return Decided(observation, contact, Outcome.REVIEW if unsure else Outcome.NEW, spoke.why)
        p = d.personas[slot.key]
        person = d.person[p.number]
        contact = person.id
        if len(person.members) > 1 or len(p.seen) > 1:
            return Decided(observation, contact, Outcome.LINK)
        doubtful = person.blocked or p.number in d.ambiguous or d.links[p.number]
        why = "place" if observation in d.crowd else ""
        return Decided(observation, contact, Outcome.REVIEW if doubtful else Outcome.NEW, why)

    def contact(self, observation: str) -> str:
        """The id of the contact an observation is in now: its earliest observation's."""
        return self.decided(observation).contact

    def members(self, contact: str) -> list[str]:
        """The observations of a contact, by the id of any of them, sorted."""
        self.hear()
        d = self.directory
        slot = self._slot(contact)
        if slot.place is Place.PERSONA:
            person = d.person[d.personas[slot.key].number]
        elif slot.place is Place.NAMELESS and (holder := d.spoke[contact].contact):
            there = self._slot(holder)
            if there.place is not Place.PERSONA:
                return sorted(b.id for b in d.nameless[slot.key] if d.spoke[b.id].contact == holder)
            person = d.person[d.personas[there.key].number]
        else:
            return [contact]
        found = [id for p in person.members for id in p.seen]
        name = person.id
        for key in {key for p in person.members for key in p.keys}:
            found += [b.id for b in d.nameless.get(key, ()) if d.spoke[b.id].contact == name]
        return sorted(found)

    def explain(self, a: str, b: str) -> Waterfall:
        """Why two observations are, or are not, in one contact, from what was stored.

        Raises:
            NotFound: there is no such observation.
        """
        for id in (a, b):
            self._observation(id)
        self.hear()
        return explain(self.directory, a, b, self.weights)

    def hot_keys(self) -> dict[str, int]:
        """How many keys of each kind are a place's, so that nobody is found by them.

        Returns:
            Kind (`telephone`, `mail`, `case`, `born` …) → number of keys.
        """
        d = self.directory
        found: Counter[str] = Counter()
        found.update(key_class(key).value for key, traffic in d.traffic.items() if traffic.hot)
        found.update(key.partition(":")[0] for key in d.crowded)
        found.update("nameless" for on_it in d.nameless.values() if len(on_it) > self.weights.most_nameless)
        return dict(found)

    def partition(self) -> Iterator[tuple[str, str]]:
        """Every observation with its contact."""
        self.hear()
        d = self.directory
        names: dict[int, str] = {}
        for observation, slot in d.slots.items():
            if slot.place is Place.PERSONA:
                person = d.person[d.personas[slot.key].number]
                contact = names.get(id(person))
                if contact is None:
                    contact = names[id(person)] = person.id
                yield observation, contact
            elif slot.place is Place.NAMELESS:
                yield observation, d.spoke[observation].contact or observation
            else:
                yield observation, observation

    # --- places ---------------------------------------------------------------------------------------------------

    def _take_out(self, observation: str) -> None:
        touched = Touched()
        self._places.leave(self._observation(observation), touched)
        del self.directory.observations[observation]
        self._settle(touched)

    def _settle(self, touched: Touched) -> None:
        self._settlement.settle(touched)
        if self.region is not None:
            self.region.take(touched)

    def _observation(self, observation: str) -> Observation:
        try:
            return self.directory.observations[observation]
        except KeyError:
            raise NotFound("no such observation") from None

    def _slot(self, observation: str) -> Slot:
        self._observation(observation)
        return self.directory.slots[observation]

    def _is_divided(self, slot: Slot, side: dict[str, Slot]) -> bool:
        """Whether a persona has observations that are not on the side."""
        return slot.place is Place.PERSONA and not self.directory.personas[slot.key].seen.keys() <= side.keys()

    def _is_followed(self, observation: str, key: str) -> bool:
        d = self.directory
        return any(d.spoke[b.id].contact == observation for b in d.nameless[key] if b.id != observation)
