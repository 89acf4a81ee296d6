"""Places: putting observations where they belong, and elsewhere when a case, a human or a place's handle moves them."""

from bisect import insort
from collections.abc import Iterable

from omnilink.identity.online.directory import Directory
from omnilink.identity.online.human import Humans
from omnilink.identity.online.nameless import Bare
from omnilink.identity.online.observation import Distrust, Observation
from omnilink.identity.online.persona import Persona, Place, Slot, in_crowd, pinned, signature, slot_of
from omnilink.identity.online.settle import Settlement
from omnilink.identity.online.upkeep import Touched, Upkeep
from omnilink.identity.online.weights import Weights


class Places:
    """Gives every observation its place and keeps the personas there."""

    def __init__(
        self, directory: Directory, upkeep: Upkeep, humans: Humans, settlement: Settlement, weights: Weights
    ) -> None:
        self._d, self._upkeep, self._humans = directory, upkeep, humans
        self._settlement, self._w = settlement, weights

    def enter(self, o: Observation, touched: Touched) -> None:
        """Gives an observation its place; a case two have shown, or a handle of too many, may give others another."""
        shared = self._show_case(o, touched)
        self._place(o, touched, case_is_shared=shared)
        self._turn(touched)

    def leave(self, o: Observation, touched: Touched) -> None:
        """Takes an observation from its place."""
        self._displace(o, touched)
        if self._shows_case(o):
            self._hide_case(o, touched)
        self._turn(touched)

    def look_at(self, signatures: Iterable[str], touched: Touched) -> None:
        """Looks again whether personas hold together: a human decision about them came or went."""
        for each in signatures:
            if (p := self._d.personas.get(each)) is not None:
                self._scatter(p, touched)

    def _hide_case(self, o: Observation, touched: Touched) -> None:
        shown = self._d.case_shown[o.cases[0]]
        sign = signature(o)
        shown[sign].discard(o.id)
        if not shown[sign]:
            del shown[sign]
            if len(shown) == 1:
                self._replace(shown, touched, case_is_shared=False)
            elif not shown:
                del self._d.case_shown[o.cases[0]]

    def _shows_case(self, o: Observation) -> bool:
        return bool(o.cases) and o.distrust is Distrust.NOTHING

    def _show_case(self, o: Observation, touched: Touched) -> bool:
        """Whether a case is now shown by two that show something else beside it."""
        if not self._shows_case(o):
            return False
        shown = self._d.case_shown.setdefault(o.cases[0], {})
        sign = signature(o)
        if sign not in shown and len(shown) == 1:
            self._replace(shown, touched, case_is_shared=True)
        shown.setdefault(sign, set()).add(o.id)
        return len(shown) > 1

    def _replace(self, shown: dict[str, set[str]], touched: Touched, *, case_is_shared: bool) -> None:
        for id in sorted(id for ids in shown.values() for id in ids):
            o = self._d.observations[id]
            if id not in self._d.pins and slot_of(o, case_is_shared=case_is_shared) != self._base(id):
                self._displace(o, touched)
                self._place(o, touched, case_is_shared=case_is_shared)

    def _place(self, o: Observation, touched: Touched, *, case_is_shared: bool) -> None:
        d = self._d
        touched.moved.add(o.id)
        pin = o.id in d.pins
        d.slots[o.id] = slot = pinned(o) if pin else slot_of(o, case_is_shared=case_is_shared)
        if slot.place is Place.PERSONA:
            p = self._join(slot.key, o, touched, pin=o.id if pin else "")
            if p.scattered:
                self._set_aside(o, touched)
            elif not p.held:
                self._scatter(p, touched)
        elif slot.place is Place.NAMELESS:
            bare = _bare(o)
            on_it = d.nameless.setdefault(slot.key, [])
            insort(on_it, bare)
            touched.keys.add(slot.key)
            if len(on_it) > self._w.most_nameless + 1:
                self._settlement.ask(slot.key, [bare])

    def _displace(self, o: Observation, touched: Touched) -> None:
        d = self._d
        if o.id in d.crowd:
            self._take_back(o, touched)
        slot = d.slots.pop(o.id)
        if slot.place is Place.PERSONA:
            self._part(slot.key, o, touched)
        elif slot.place is Place.NAMELESS:
            d.nameless[slot.key].remove(_bare(o))
            d.spoke.pop(o.id, None)
            touched.keys.add(slot.key)
            if not d.nameless[slot.key]:
                del d.nameless[slot.key]

    def _join(self, sign: str, o: Observation, touched: Touched, *, pin: str = "", crowd: bool = False) -> Persona:
        d = self._d
        p = d.personas.get(sign)
        if p is None:
            d.numbers += 1
            p = d.personas[sign] = d.by_number[d.numbers] = Persona(d.numbers, sign, o, pin, crowd=crowd)
            p.add(o)
            self._upkeep.entered(p, touched)
            self._humans.arrived(p, touched)
        else:
            self._upkeep.gained(p, o.at, p.add(o), touched)
        return p

    def _part(self, sign: str, o: Observation, touched: Touched) -> None:
        d = self._d
        p = d.personas[sign]
        if len(p.seen) == 1:
            self._humans.left(p, touched)
        lost = p.remove(o)
        if p.seen:
            self._upkeep.lost(p, o.at, lost, touched)
        else:
            self._upkeep.gone(p, lost, touched)
            del d.personas[sign], d.by_number[p.number]
            d.person.pop(p.number, None)

    # --- crowds ---------------------------------------------------------------------------------------------------
    # A persona that falls apart stays in the directory: how many people use its handles must not depend on that.

    def _turn(self, touched: Touched) -> None:
        """On handles that became a place's personas fall apart; on those that are none any more they come back."""
        for key in touched.turned:
            for p in list(self._d.index.get(key, {}).values()):
                self._scatter(p, touched)
        touched.turned.clear()

    def _scatter(self, p: Persona, touched: Touched) -> None:
        d = self._d
        by_human = p.signature in d.anchors
        scattered = not (p.held or by_human) and p.findable and all(self._upkeep.is_hot(key) for key in p.keys)
        if scattered == p.scattered:
            return
        p.scattered = scattered
        touched.component(d.component[p.number])
        self._upkeep.again(p, touched)
        for id in sorted(p.seen):
            touched.moved.add(id)
            if scattered:
                self._set_aside(d.observations[id], touched)
            else:
                self._take_back(d.observations[id], touched)

    def _set_aside(self, o: Observation, touched: Touched) -> None:
        d = self._d
        d.crowd[o.id] = d.slots[o.id]
        d.slots[o.id] = slot = Slot(Place.PERSONA, in_crowd(o))
        self._join(slot.key, o, touched, crowd=True)

    def _take_back(self, o: Observation, touched: Touched) -> None:
        d = self._d
        self._part(d.slots[o.id].key, o, touched)
        d.slots[o.id] = d.crowd.pop(o.id)

    def _base(self, id: str) -> Slot:
        """Where an observation belonged if no persona fell apart."""
        return self._d.crowd.get(id) or self._d.slots[id]

    def pin(self, id: str, number: int, touched: Touched) -> None:
        """Makes an observation a persona of its own while a human decision stands; it may not be there now."""
        pins = self._d.pins.setdefault(id, set())
        pins.add(number)
        if len(pins) == 1 and (o := self._d.observations.get(id)):
            self._displace(o, touched)
            self._place(o, touched, case_is_shared=False)
            self._turn(touched)

    def unpin(self, id: str, number: int, touched: Touched) -> None:
        """Ends a pin; with the last one the observation goes back to its place."""
        pins = self._d.pins[id]
        pins.discard(number)
        if pins:
            return
        o = self._d.observations.get(id)
        if o is not None:
            self._displace(o, touched)
        del self._d.pins[id]
        if o is not None:
            self._place(o, touched, case_is_shared=self._case_is_shared(o))
        self._turn(touched)

    def _case_is_shared(self, o: Observation) -> bool:
        return self._shows_case(o) and len(self._d.case_shown[o.cases[0]]) > 1


def _bare(o: Observation) -> Bare:
    return Bare(o.at, o.id, o.distrust is not Distrust.UNVOUCHED, o.form)
