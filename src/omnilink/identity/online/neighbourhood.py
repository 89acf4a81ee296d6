"""Neighbourhood: the part of everything that was seen which a decision has to know, and what it still lacks.

The resolver decides over a `Directory` that is loaded key by key. A key is *whole* when every persona under it is there
with everything seen of it (or so many of them that it finds nobody, however many more there are). A persona is *closed*
when all its keys are whole: then its evidence is what it would be in a directory of everything. `missing` names the
keys without which a region is not closed. Pure: it asks, and somebody else reads.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from omnilink.identity.online.directory import Component, Directory, HumanDecision
from omnilink.identity.online.footprint import PIN, keys_of, sign_of, sign_of_signature
from omnilink.identity.online.keys import is_place
from omnilink.identity.online.nameless import Bare
from omnilink.identity.online.observation import ADDRESSED, Observation
from omnilink.identity.online.resolver import OnlineResolver
from omnilink.identity.online.upkeep import Region
from omnilink.identity.online.weights import Weights

NOBODY = ""


class Known(NamedTuple):
    """An observation with what it is kept for.

    Attributes:
        seed: key of the persona its participant is taken to be as long as nothing else is known; "" where no
            participant showed it (a platform told it).
        persona: key of the persona it is attributed to in the store; "" if to none. `reason` is the rule.
        rank: which of several accounts of one participant came first.
        role: of its participant; "" where none showed it.
    """

    observation: Observation
    seed: str
    persona: str = NOBODY
    rank: str = ""
    role: str = ""
    reason: str = ""

    @property
    def addressed(self) -> bool:
        """The participant was written to or called, and showed nothing itself."""
        return self.role in ADDRESSED


@dataclass(frozen=True, slots=True, repr=False)
class Wanted:
    """What has to be loaded before a decision can be trusted."""

    keys: frozenset[str] = frozenset()
    signs: frozenset[str] = frozenset()
    ids: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.keys or self.signs or self.ids)


class Neighbourhood:
    """A resolver over what was loaded, and what is known of the rest.

    Args:
        weights: the weights; the default set if not given.

    Attributes:
        seq: number of the last change it knows.
        whole: keys that are loaded; `signs` likewise; `sought`: ids that were asked for.
        known: observation id → what is known of it.
        seeds_of: sign → seed → how many observations that are loaded have both.
        entered: observation id → what was stored of it until now, for those this decision has entered.
    """

    def __init__(self, weights: Weights | None = None) -> None:
        self.resolver = OnlineResolver(weights=weights)
        self.seq = 0
        self.whole: set[str] = set()
        self.signs: set[str] = set()
        self.sought: set[str] = set()
        self.known: dict[str, Known] = {}
        self.seeds_of: dict[str, dict[str, int]] = {}
        self.entered: dict[str, Known | None] = {}

    @property
    def directory(self) -> Directory:
        """What is loaded."""
        return self.resolver.directory

    # --- what is stored ---------------------------------------------------------------------------------------------

    def absorb(self, stored: Iterable[Known], wanted: Wanted | None = None) -> None:
        """Takes in what a store knows.

        Args:
            stored: observations; what this decision has entered itself stays as it is.
            wanted: what they are the answer to: its keys and signs are whole now.
        """
        watched, self.resolver.region = self.resolver.region, Region()
        arrived: set[str] = set()
        for each in stored:
            id = each.observation.id
            if id not in self.known:
                arrived.add(id)
            if id in self.entered:
                if self.entered[id] is None:
                    self.entered[id] = each
                continue
            self._put(each)
        if wanted is not None:
            self.whole |= wanted.keys
            self.signs |= wanted.signs
            self.sought |= wanted.ids
        if watched is not None and (moved := self.resolver.region.moved - arrived):
            # What is known of a case now gave others another place, after what this decision entered.
            watched.moved |= moved
            watched.look_at(self.directory, moved)
        self.resolver.region = watched

    def enforce(self, decisions: Iterable[HumanDecision], revoked: Iterable[int] = ()) -> None:
        """Puts human decisions in force that a store knows, and out of it those that are revoked there."""
        watched, self.resolver.region = self.resolver.region, None
        for number in revoked:
            if number in self.directory.decisions:
                self.resolver.revoke(number)
        for decision in decisions:
            if decision.number not in self.directory.decisions:
                self.resolver.enforce(decision)
        self.resolver.region = watched

    def concerns(self, o: Observation, sign: str) -> bool:
        """Whether an observation that somebody else stored belongs to what is loaded."""
        return o.id in self.known or sign in self.signs or any(key in self.whole for key in keys_of(o))

    def _put(self, each: Known) -> None:
        o = each.observation
        if (before := self.known.get(o.id)) is not None:
            self._count_seed(before, -1)
        self.known[o.id] = each
        self._count_seed(each, 1)
        self.resolver.take(o)

    def _count_seed(self, each: Known, step: int) -> None:
        if not each.seed:
            return
        sign = sign_of(each.observation)
        seeds = self.seeds_of.setdefault(sign, {})
        seeds[each.seed] = seeds.get(each.seed, 0) + step
        if not seeds[each.seed]:
            del seeds[each.seed]
        if not seeds:
            del self.seeds_of[sign]

    # --- what is decided --------------------------------------------------------------------------------------------

    def needs(self, observations: Iterable[Observation], ids: Iterable[str] = ()) -> Wanted:
        """What has to be loaded before these are entered.

        Args:
            observations: new ones.
            ids: of observations that may be stored already, in another form.
        """
        keys: set[str] = set()
        signs: set[str] = set()
        for o in observations:
            found = keys_of(o)
            keys.update(found)
            if found:
                signs.add(sign_of(o))
        # Not by subtracting `known`, which would look at all of it.
        unknown = frozenset(id for id in ids if id not in self.known and id not in self.sought)
        return Wanted(frozenset(keys - self.whole), frozenset(signs - self.signs), unknown)

    def begin(self) -> Region:
        """Begins a decision: from here on every step notes what it re-decides."""
        self.entered = {}
        self.resolver.region = region = Region()
        return region

    def enter(self, each: Known) -> None:
        """Takes in an observation of this decision."""
        id = each.observation.id
        if id not in self.entered:
            self.entered[id] = self.known.get(id)
        region, before = self.resolver.region, self.known.get(id)
        if region is not None and before is not None and before.seed != each.seed:
            region.look_at(self.directory, [id])
        is_new = each.seed and each.seed not in self.seeds_of.get(sign_of(each.observation), {})
        self._put(each)
        if region is not None and is_new:
            # Another spelling of a handle, with the same said of its holder: a persona more of the same person.
            region.look_at(self.directory, [id])

    def keep(self, seq: int, attributed: Mapping[str, tuple[str, str]]) -> None:
        """The decision is stored.

        Args:
            seq: number of its change.
            attributed: observation id → key of the persona it is attributed to now, and the rule.
        """
        if seq == self.seq + 1:
            self.seq = seq
        for id, (persona, reason) in attributed.items():
            if id in self.known:
                self.known[id] = self.known[id]._replace(persona=persona, reason=reason)
        self.entered, self.resolver.region = {}, None

    def undo(self) -> None:
        """The decision was not stored: as if it had never been made."""
        self.resolver.region = None
        for id, before in self.entered.items():
            self.resolver.forget(id)
            self._count_seed(self.known.pop(id), -1)
            if before is not None:
                self._put(before)
        self.entered = {}

    # --- what is lacking ----------------------------------------------------------------------------------------------

    def missing(self, region: Region) -> Wanted:
        """What has to be loaded before everything in a region is decided as in a directory of everything."""
        lack = _Lack(self)
        components = self.components(region)
        for component in components:
            lack.of_component(component)
        if not lack.found:
            for key in self.asked(region, components):
                lack.of_key(key, components, region)
        return lack.found

    def components(self, region: Region) -> list[Component]:
        """The components a region's personas are in now."""
        d = self.directory
        found = {id(c): c for number in region.numbers if (c := d.component.get(number)) is not None}
        return list(found.values())

    def asked(self, region: Region, components: Iterable[Component]) -> set[str]:
        """The handles whose holders may be others now."""
        d = self.directory
        inside = (p for component in components for p in component.members.values() if p.findable)
        keys = {*region.keys, *(key for p in inside for key in p.keys)}
        # Somebody whom only a platform told of is known by nothing but the handles it named: they go together.
        told = {
            id(person): person
            for key in keys
            if not self.is_hot(key)
            for number in d.index.get(key, ())
            if all(not self.known[seen].seed for seen in d.by_number[number].seen)
            and (person := d.person.get(number)) is not None
        }
        return keys | {key for person in told.values() for p in person.members for key in p.keys}

    def most_signs(self, key: str) -> int:
        """How many signs under a key are worth loading: with more, it finds nobody, whoever they are."""
        w, scheme = self.resolver.weights, key.partition(":")[0]
        composite = scheme in ("born", "home", "id", "case")
        return (w.most_composite if composite else w.most_personas + w.most_nameless) + 4

    @property
    def most_seen(self) -> int:
        """How many nameless observations on a handle are worth loading."""
        return self.resolver.weights.most_nameless + 2

    def is_hot(self, key: str) -> bool:
        """Whether a handle's key is a place's, or too many nameless observations are on it to ask whose they are."""
        d, w = self.directory, self.resolver.weights
        traffic = d.traffic.get(key)
        return (traffic is not None and traffic.hot) or is_place(key) or len(d.nameless.get(key, ())) > w.most_nameless

    def finds_nobody(self, key: str) -> bool:
        """Whether so many are under a key that only so many were loaded as show that."""
        traffic = self.directory.traffic.get(key)
        w, found = self.resolver.weights, len(self.directory.index.get(key, ()))
        return traffic.hot if traffic is not None else found > w.most_composite

    def to_say(self, key: str, region: Region) -> list[Bare]:
        """The nameless observations on a handle of which it may have to be said anew who spoke."""
        bare = self.directory.nameless.get(key, [])
        most = self.resolver.weights.most_nameless
        if len(bare) <= most + 1:
            return bare
        # Of a place's key everything was said when it became one; newcomers are said of alone.
        new = [each for each in bare if each.id in region.moved]
        return bare if len(bare) - len(new) <= most else new


class _Lack:
    """What is not loaded of what a region depends on."""

    def __init__(self, near: Neighbourhood) -> None:
        self._near, self._d = near, near.directory
        self._keys: set[str] = set()
        self._signs: set[str] = set()
        self._ids: set[str] = set()

    @property
    def found(self) -> Wanted:
        return Wanted(frozenset(self._keys), frozenset(self._signs), frozenset(self._ids))

    def of_component(self, component: Component) -> None:
        near = self._near
        for p in component.members.values():
            keys = (*p.index_keys, *p.cases) if p.findable else ()
            self._keys.update(key for key in keys if key not in near.whole)
            if all(map(near.finds_nobody, keys)) and (sign := sign_of_signature(p.signature)) not in near.signs:
                self._signs.add(sign)  # of what is under such keys only one observation is loaded
            for number in self._d.anchors.get(p.signature, ()):
                self._of_decision(self._d.decisions[number])

    def _of_decision(self, decision: HumanDecision) -> None:
        near = self._near
        for side in decision.sides:
            self._signs.update(sign for each in side if (sign := sign_of_signature(each)) not in near.signs)
        # A side may be an observation that an earlier decision pinned: it is stored under another sign.
        pins = {each.partition(PIN)[2] for side in decision.sides for each in side} - {""}
        self._ids.update(id for id in decision.pinned | pins if id not in near.known and id not in near.sought)

    def of_key(self, key: str, components: list[Component], region: Region) -> None:
        near, d = self._near, self._d
        if key not in near.whole:
            self._keys.add(key)
            return
        for one in near.to_say(key, region):
            self._keys.update(case for case in d.observations[one.id].cases if case not in near.whole)
        if near.is_hot(key):
            return
        inside = {id(component) for component in components}
        for number in d.index.get(key, ()):
            component = d.component[number]
            if id(component) not in inside:
                self.of_component(component)
