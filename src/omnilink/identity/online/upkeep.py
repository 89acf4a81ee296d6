"""Upkeep of what lies between personas: the index, the traffic of keys, the evidence between pairs.

When traffic changes, the pairs whose evidence rested on it are weighed again: later evidence re-decides what depends
on it, and only that.
"""

from collections.abc import Iterable

from omnilink.identity.online.born import age_years
from omnilink.identity.online.directory import Component, Directory
from omnilink.identity.online.evidence import Scales, Tie, Weighed
from omnilink.identity.online.keys import KeyClass, key_class
from omnilink.identity.online.persona import Persona
from omnilink.identity.online.traffic import QUIET, Traffic, can_be_one, one_more, read_traffic
from omnilink.identity.online.weights import Weights


class Touched:
    """What one step has to look at again.

    Attributes:
        components: whose links changed; `torn` lost one and may fall apart.
        keys: handles whose nameless observations are asked anew.
        moved: observations that were given a place.
        turned: handles that became a place's, or are none any more.
    """

    __slots__ = ("components", "keys", "moved", "torn", "turned")

    def __init__(self) -> None:
        self.components: dict[int, Component] = {}
        self.torn: dict[int, Component] = {}
        self.keys: set[str] = set()
        self.moved: set[str] = set()
        self.turned: set[str] = set()

    def component(self, component: Component) -> None:
        """Marks a component."""
        self.components[id(component)] = component


class Region:
    """What several steps re-decided.

    Attributes:
        numbers: personas whose people may be others now.
        keys: handles whose nameless observations may be somebody else's now.
        moved: observations that were given a place.
    """

    __slots__ = ("keys", "moved", "numbers")

    def __init__(self) -> None:
        self.numbers: set[int] = set()
        self.keys: set[str] = set()
        self.moved: set[str] = set()

    def take(self, touched: Touched) -> None:
        """Adds what one step touched."""
        for component in touched.components.values():
            self.numbers.update(component.members)
        self.keys |= touched.keys
        self.moved |= touched.moved

    def look_at(self, d: Directory, observations: Iterable[str]) -> None:
        """Adds what these observations are in."""
        for id in observations:
            slot = d.slots.get(id)
            if slot is not None and slot.key in d.personas:
                self.numbers.update(d.component[d.personas[slot.key].number].members)
            elif slot is not None and slot.key in d.nameless:
                self.keys.add(slot.key)


class Upkeep:
    """Keeps a directory's index, traffic and links in step with its personas."""

    def __init__(self, directory: Directory, weights: Weights) -> None:
        self._d, self._w = directory, weights
        self._scales = Scales(weights)

    # --- personas -------------------------------------------------------------------------------------------------

    def entered(self, p: Persona, touched: Touched) -> None:
        """A persona is new and holds its first observation."""
        d = self._d
        d.links[p.number] = {}
        d.component[p.number] = component = Component({p.number: p}, clean=True)
        touched.component(component)
        found: dict[int, Persona] = {}
        for key in self._indexed(p):
            shared = d.index.get(key)
            if shared is None:
                d.index[key] = {p.number: p}
            else:
                shared[p.number] = p
        for key in p.keys if p.findable else ():
            self._retraffic(key, p, p.times[-1], touched)
        for key in self._indexed(p):
            self._overflow(key, 1, touched)
            if not self.is_hot(key):
                found.update(d.index[key])
        found.pop(p.number, None)
        self._weigh_all(p, found.values(), touched)

    def gone(self, p: Persona, lost_cases: Iterable[str], touched: Touched) -> None:
        """A persona lost its last observation, and its cases with it."""
        d = self._d
        for other in list(d.links[p.number]):
            self._set_link(p, d.by_number[other], None, touched)
        del d.links[p.number]
        for key in (*p.index_keys, *lost_cases) if p.findable else ():
            del d.index[key][p.number]
            if key in p.keys:
                self._retraffic(key, p, None, touched)
            self._overflow(key, -1, touched)
            if not d.index[key]:
                del d.index[key]
        component = d.component.pop(p.number)
        component.members.pop(p.number)
        touched.torn[id(component)] = component
        touched.component(component)
        d.ambiguous.discard(p.number)
        touched.keys.update(p.keys)

    def gained(self, p: Persona, at: int, cases: Iterable[str], touched: Touched) -> None:
        """A persona gained an observation, and with it these cases."""
        d = self._d
        again: dict[int, Persona] = {}
        for case in cases if p.findable else ():
            shared = d.index.setdefault(case, {})
            shared[p.number] = p
            self._overflow(case, 1, touched)
            if not self.is_hot(case):
                again.update(shared)
        self._changed(p, at, again, touched, used=True)

    def lost(self, p: Persona, at: int, cases: Iterable[str], touched: Touched) -> None:
        """A persona lost an observation, and with it these cases, and has others."""
        d = self._d
        again: dict[int, Persona] = {}
        for case in cases if p.findable else ():
            del d.index[case][p.number]
            self._overflow(case, -1, touched)
            if not d.index[case]:
                del d.index[case]
            again.update({n: d.by_number[n] for n in d.links[p.number]})
        self._changed(p, at, again, touched, used=False)

    def again(self, p: Persona, touched: Touched) -> None:
        """Weighs a persona again with everybody it meets."""
        d = self._d
        others = {n: d.by_number[n] for n in d.links[p.number]}
        for key in self._indexed(p):
            if not self.is_hot(key):
                others.update(d.index[key])
        others.pop(p.number, None)
        for other in others.values():
            self._reweigh(p, other, touched)

    def _changed(self, p: Persona, at: int, again: dict[int, Persona], touched: Touched, *, used: bool) -> None:
        """Weighs again what depends on when and how often a persona was seen, and those given."""
        d = self._d
        if person := d.person.get(p.number):
            person.renamed()
            if at <= p.times[0]:
                # Whoever is taken to be this person, on any handle, is called by its earliest observation.
                touched.keys.update(key for member in person.members for key in member.keys)
        was_child = bool(p.born) and age_years(p.born, min(p.times[0], at)) < self._w.adult_years
        for key in p.keys if p.findable else ():
            self._retraffic(key, p, at if used else None, touched)
            if self.is_hot(key):
                continue
            if was_child:
                again.update(d.index[key])
            elif key_class(key) is KeyClass.TELEPHONE and not p.times[0] < at < p.times[-1]:
                # How long a number rested between two uses counts where the name alone does not tell.
                again.update(d.index[key] if p.loose else {n: o for n, o in d.index[key].items() if o.loose})
        again.pop(p.number, None)
        for other in again.values():
            self._reweigh(p, other, touched)

    def _indexed(self, p: Persona) -> tuple[str, ...]:
        return (*p.index_keys, *p.cases) if p.findable else ()

    # --- traffic --------------------------------------------------------------------------------------------------

    def is_hot(self, key: str) -> bool:
        """Whether a key is too many people's to find anybody by."""
        traffic = self._d.traffic.get(key)
        if traffic is not None:
            return traffic.hot
        return len(self._d.index.get(key, ())) > self._w.most_composite

    def _retraffic(self, key: str, p: Persona, used_at: int | None, touched: Touched) -> None:
        """Brings a key's traffic up to date; pairs whose evidence depended on it are weighed again.

        Args:
            key: the key.
            p: who came, changed or went.
            used_at: when it used the key once more; None where it did not.
            touched: what to look at again.
        """
        d, w = self._d, self._w
        shared = d.index.get(key, {})
        touched.keys.add(key)
        old = d.traffic.get(key, QUIET)
        if len(shared) > w.most_personas and old.hot:
            return
        if used_at is not None and len(shared) <= w.most_personas and (more := one_more(old, p.claimed, used_at, w)):
            d.traffic[key] = more
            return
        new = read_traffic(key, shared.values(), len(shared), w)
        if not shared:
            d.traffic.pop(key, None)
            return
        d.traffic[key] = new
        if new.hot != old.hot:
            touched.turned.add(key)
        if new.hot != old.hot and old is not QUIET:
            self._cooled_or_heated(shared, touched, hot=new.hot)
        elif not new.hot:
            self._restand(shared, p, old, new, touched)

    def _restand(self, shared: dict[int, Persona], p: Persona, old: Traffic, new: Traffic, touched: Touched) -> None:
        for one in list(shared.values()):
            was, now = _standing(one, old, self._w), _standing(one, new, self._w)
            if was == now:
                continue
            for other in list(shared.values()):
                # Whether a use was the first one counts only for pairs that nothing but the key joins.
                if other is not one and (was[0] != now[0] or one.loose or other.loose):
                    self._reweigh(one, other, touched)

    def _overflow(self, key: str, step: int, touched: Touched) -> None:
        """A key that is no handle just passed, or came back under, the number of personas it may find."""
        if key in self._d.traffic:
            return
        shared = self._d.index[key]
        limit = self._w.most_composite
        if step > 0 and len(shared) == limit + 1:
            self._d.crowded.add(key)
            self._cooled_or_heated(shared, touched, hot=True)
        elif step < 0 and len(shared) == limit:
            self._d.crowded.discard(key)
            self._cooled_or_heated(shared, touched, hot=False)

    def _cooled_or_heated(self, shared: dict[int, Persona], touched: Touched, *, hot: bool) -> None:
        for number, p in list(shared.items()):
            others = self._d.links.get(number, {}) if hot else shared
            for other in [n for n in others if n > number and n in shared]:
                self._reweigh(p, shared[other], touched)

    # --- pairs ----------------------------------------------------------------------------------------------------

    def _weigh_all(self, p: Persona, others: Iterable[Persona], touched: Touched) -> None:
        weigh, traffic, crowded = self._scales.weigh, self._d.traffic, self._d.crowded
        for other in others:
            weighed = weigh(p, other, traffic, crowded)
            if weighed is not None:
                self._set_link(p, other, weighed, touched)

    def _reweigh(self, a: Persona, b: Persona, touched: Touched) -> None:
        """Weighs a pair again; one that no key finds any more has no evidence."""
        weighed = self._scales.weigh(a, b, self._d.traffic, self._d.crowded) if self._meet(a, b) else None
        self._set_link(a, b, weighed, touched)

    def _meet(self, a: Persona, b: Persona) -> bool:
        others = set(self._indexed(b))
        return any(key in others and not self.is_hot(key) for key in self._indexed(a))

    def _set_link(self, a: Persona, b: Persona, weighed: Weighed | None, touched: Touched) -> None:
        d = self._d
        links = d.links[a.number]
        old = links.get(b.number)
        if old == weighed:
            return
        if weighed is None:
            del links[b.number]
            del d.links[b.number][a.number]
        else:
            links[b.number] = weighed
            d.links[b.number][a.number] = weighed
        was, now = old is not None and old.tie, weighed is not None and weighed.tie
        if not (was or now):
            return
        one, other = d.component[a.number], d.component[b.number]
        if now and one is not other:
            one = self._join(one, other, touched)
        if now == Tie.HINT:
            one.hinted = True
        if was and (not now or one.hinted):
            touched.torn[id(one)] = one
        touched.component(one)

    def tie(self, a: Persona, b: Persona, touched: Touched) -> None:
        """Brings two personas into one component."""
        one, other = self._d.component[a.number], self._d.component[b.number]
        touched.component(one if one is other else self._join(one, other, touched))

    def tear(self, p: Persona, touched: Touched) -> None:
        """Has a persona's component looked at as a whole."""
        component = self._d.component[p.number]
        touched.torn[id(component)] = component
        touched.component(component)

    def _join(self, a: Component, b: Component, touched: Touched) -> Component:
        if len(a.members) < len(b.members):
            a, b = b, a
        a.hinted = a.hinted or b.hinted
        a.clean = a.clean and b.clean and not _contradict(a, b)
        a.members.update(b.members)
        a.people += b.people
        for number in b.members:
            self._d.component[number] = a
        touched.components.pop(id(b), None)
        if touched.torn.pop(id(b), None) is not None:
            touched.torn[id(a)] = a
        return a


def _standing(p: Persona, traffic: Traffic, w: Weights) -> tuple[str, bool]:
    """What a key's traffic means for one persona on it; a pair's evidence depends on the standing of its two."""
    group = traffic.group_of.get(p.claimed)
    band = traffic.band(w)
    if band in ("few", "many") and traffic.leader is not None and group in (None, traffic.leader):
        band = "one"
    return band, group in traffic.steady


def _contradict(a: Component, b: Component) -> bool:
    """Whether anything said in one component contradicts anything said in the other."""
    here = {p.claimed for p in a.members.values()}
    there = {p.claimed for p in b.members.values()}
    if any(not can_be_one(x, y) for x in here for y in there if x != y):
        return True
    ids = {p.identity for c in (a, b) for p in c.members.values() if p.identity and p.identity_checked}
    return len(ids) > 1
