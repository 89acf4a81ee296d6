"""Settling steps: components that changed fall into people anew, and their nameless observations are asked anew.

This is the incremental re-decision. It is bounded: a component holds the personas of a few people, a handle the
nameless observations of one household; whatever is larger is a place's and is not asked at all.
"""

from omnilink.identity.online.directory import Component, Directory, Person
from omnilink.identity.online.evidence import Tie
from omnilink.identity.online.grouping import HUMAN_BITS, Edge, agrees, group
from omnilink.identity.online.keys import KeyClass, is_place, key_class
from omnilink.identity.online.nameless import Bare, Holder, attribute
from omnilink.identity.online.persona import Persona
from omnilink.identity.online.upkeep import Touched, Upkeep
from omnilink.identity.online.weights import Weights


class Settlement:
    """Brings people and nameless observations up to date after a change."""

    def __init__(self, directory: Directory, upkeep: Upkeep, weights: Weights) -> None:
        self._d, self._upkeep, self._w = directory, upkeep, weights

    def settle(self, touched: Touched) -> None:
        """Re-decides everything a step touched; who spoke on a handle waits until somebody wants to `hear` it."""
        d = self._d
        for component in list(touched.torn.values()):
            touched.components.pop(id(component), None)
            for part in self._parts(component):
                touched.component(part)
        for component in touched.components.values():
            if component.members:
                self._regroup(component, touched)
        for key in touched.keys:
            # One more than a household's: said of all of them once, and then of each newcomer alone (`places`).
            if (bare_ones := d.nameless.get(key)) and len(bare_ones) <= self._w.most_nameless + 1:
                d.unasked.add(key)

    def hear(self) -> None:
        """Asks anew who spoke on every handle that a step since the last time touched.

        Who spoke decides nothing else, so any number of steps may wait for one asking.
        """
        d = self._d
        for key in d.unasked:
            if bare_ones := d.nameless.get(key):
                self.ask(key, bare_ones)
        d.unasked.clear()

    # --- components -----------------------------------------------------------------------------------------------

    def _parts(self, component: Component) -> list[Component]:
        """The components a torn one has fallen into."""
        d = self._d
        left = dict(component.members)
        parts = []
        while left:
            number, persona = next(iter(left.items()))
            reached = {number: persona}
            todo = [number]
            del left[number]
            while todo:
                here = todo.pop()
                for other in self._tied(here):
                    if other in left:
                        reached[other] = left.pop(other)
                        todo.append(other)
            part = Component(reached, clean=agrees(list(reached.values())))
            part.hinted = self._is_hinted(reached)
            for member in reached:
                d.component[member] = part
            part.people = component.people
            parts.append(part)
        return parts

    def _tied(self, number: int) -> list[int]:
        d = self._d
        return [n for n, weighed in d.links[number].items() if weighed.tie] + list(d.same.get(number, ()))

    def _is_hinted(self, members: dict[int, Persona]) -> bool:
        return any(weighed.tie is Tie.HINT for number in members for weighed in self._d.links[number].values())

    def _regroup(self, component: Component, touched: Touched) -> None:
        d = self._d
        members = component.members
        by_human = bool(d.sides or d.same) and any(n in d.sides or n in d.same for n in members)
        if component.clean and not component.hinted and not by_human:
            for number in members:
                d.ambiguous.discard(number)
            people = [Person(list(members.values()))]
        else:
            people = self._grouped(members)
        if len(people) == 1 and len(component.people) == 1 and len(component.people[0].members) == len(members):
            old = component.people[0]
            if all(d.person.get(n) is old for n in members):
                return
        component.people = people
        for person in people:
            for p in person.members:
                d.person[p.number] = person
                touched.keys.update(p.keys)

    def _grouped(self, members: dict[int, Persona]) -> list[Person]:
        d = self._d
        in_order = sorted(members.values(), key=lambda p: p.signature)
        place = {p.number: n for n, p in enumerate(in_order)}
        links: list[Edge] = []
        hints: list[Edge] = []
        for number, here in place.items():
            for other, weighed in d.links[number].items():
                if weighed.tie and here < (there := place[other]):
                    (links if weighed.tie is Tie.LINK else hints).append((-weighed.bits, here, there))
            if number in d.same:
                links += [
                    (-HUMAN_BITS - max(decisions), here, place[other])
                    for other, decisions in d.same[number].items()
                    if here < place[other]
                ]
        result = group(in_order, links, hints, self._w, d.sides)
        d.ambiguous.difference_update(members)
        d.ambiguous.update([in_order[n].number for n in result.ambiguous])
        people = [Person([in_order[n] for n in places]) for places in result.groups]
        of = {n: person for places, person in zip(result.groups, people, strict=True) for n in places}
        for minus_bits, a, b in result.blocked:
            for person in (of[a], of[b]):
                person.blocked = max(person.blocked, -minus_bits)
        return people

    # --- nameless observations ------------------------------------------------------------------------------------

    def ask(self, key: str, bare_ones: list[Bare]) -> None:
        """Asks anew who spoke on a handle."""
        d = self._d
        hot = self._upkeep.is_hot(key) or is_place(key) or len(d.nameless[key]) > self._w.most_nameless
        d.spoke.update(attribute(key, bare_ones, [] if hot else self._holders(key), hot, self._w))

    def _holders(self, key: str) -> list[Holder]:
        d = self._d
        of: dict[int, tuple[Person, list[Persona]]] = {}
        for number, p in d.index.get(key, {}).items():
            person = d.person[number]
            of.setdefault(id(person), (person, []))[1].append(p)
        holders = [self._holder(key, person, on_it) for person, on_it in of.values()]
        # Whoever is nobody yet does not compete with those who are somebody.
        known = [h for h in holders if h.forms or h.born]
        return sorted(known or holders, key=lambda h: h.contact)

    def _holder(self, key: str, person: Person, on_it: list[Persona]) -> Holder:
        members = person.members
        return Holder(
            contact=person.id,
            times=on_it[0].times if len(on_it) == 1 else sorted(t for p in on_it for t in p.times),
            elsewhere=len(members) > len(on_it),
            numbers=len({k for p in members for k in p.keys if k.startswith("tel:")}),
            born=min((p.born for p in members if p.born), default=""),
            forms=[p.form for p in members if p.form is not None],
            in_passing=all(p.loose and p.home is None and not p.identity and _is_one_handle(p) for p in on_it),
        )


def _is_one_handle(p: Persona) -> bool:
    """Whether a single handle was shown, or an account beside it that the platform says is the same one's."""
    return sum(key_class(key) is not KeyClass.ACCOUNT for key in p.keys) < 2
