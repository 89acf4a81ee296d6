"""Findings: what a region of a neighbourhood comes to in records: who each participant is, and which personas are one.

A persona of the records is what a participant showed of itself on one handle (`seed`). What shows a handle only is
taken to be its holder's, or stays with the handle: the household's, or an unknown holder's. The links are a spanning
set of each person, so that they give the resolver's people and no others.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from omnilink.identity.online.directory import HumanDecision, Person
from omnilink.identity.online.footprint import sign_of_signature
from omnilink.identity.online.nameless import Bare
from omnilink.identity.online.neighbourhood import Neighbourhood
from omnilink.identity.online.observation import Observation
from omnilink.identity.online.persona import Persona, Place, signature
from omnilink.identity.online.spanning import Tie, person_ties, same_ties
from omnilink.identity.online.upkeep import Region
from omnilink.model.persona import Method, PersonaRef, Verdict

DIVIDED = re.compile(r"!(run\d+|[0-9a-f]{12})$")
"""How the key of a persona ends that a case, a human or a long silence told from others that show the same."""


class Spot(NamedTuple):
    """Who a participant is taken to be.

    Attributes:
        persona: key of the persona.
        kind: the rule: `handle`, `handle-and-stated-name`, `holder`, `household` …
        share: of the nearby uses of the handle, the person's.
    """

    persona: str
    kind: str
    share: float = 1.0


class _Holding(NamedTuple):
    """Who holds a handle: a person, or the unknown holder of a run of nameless observations."""

    keys: tuple[str, ...]
    person: Person | None


class Findings:
    """What a closed region of a neighbourhood comes to.

    Args:
        near: the neighbourhood.
        region: what was re-decided; nothing of it is missing.

    Attributes:
        spots: observation id → who its participant is taken to be, for all that may have changed.
        personas: keys of all personas the links may be about.
        handles: keys whose holders may be others now.
        rests_on: every key it depends on; another observation under one of them may change it.
    """

    def __init__(self, near: Neighbourhood, region: Region) -> None:
        near.resolver.hear()
        self._near, self._d, self._region = near, near.directory, region
        components = near.components(region)
        people = (self._d.person[number] for c in components for number in c.members)
        self._people = list({id(person): person for person in people}.values())
        self.handles = frozenset(key for key in near.asked(region, components) if not near.is_hot(key))
        self.rests_on = frozenset(self._read_keys())
        self.spots: dict[str, Spot] = {}
        self._holdings: dict[str, list[_Holding]] = {}
        self._kept: dict[str, set[str]] = {}
        self._stand_ins: dict[int, set[str]] = {}
        for moved in region.moved:
            if moved in self._d.slots and (known := near.known[moved]).seed:
                self._place(known.observation, known.seed)
        for key in near.asked(region, components):
            self._ask(key)
        own = [self._keys_of(p) for person in self._people for p in person.members]
        held = [holding.keys for holdings in self._holdings.values() for holding in holdings]
        spots = [(spot.persona,) for spot in self.spots.values()]
        self._apart = self._different()
        apart = [(tie.a, tie.b) for tie in self._apart]
        standing = {key for keys in (*own, *held, *spots, *apart) for key in keys}
        # Personas that observations have left, and nobody can be told apart by any more.
        before = (near.known[id].persona for id in self.spots)
        self.left = {key for key in before if DIVIDED.search(key) and key not in standing}
        self.personas = frozenset(standing | self.left | {key.rpartition("!")[0] for key in self.left})

    def _read_keys(self) -> Iterator[str]:
        d, near = self._d, self._near
        held = (d.component[n] for key in self.handles for n in d.index.get(key, ()))
        inside = (d.component[p.number] for person in self._people for p in person.members)
        for component in {id(c): c for c in (*held, *inside)}.values():
            for p in component.members.values():
                for key in (*p.index_keys, *p.cases) if p.findable else ():
                    if len(d.index.get(key, ())) < near.most_signs(key):
                        yield key
        yield from self.handles

    # --- who took part --------------------------------------------------------------------------------------------

    def _place(self, o: Observation, seed: str) -> None:
        slot = self._d.slots[o.id]
        if slot.place is Place.NAMELESS:
            return
        if slot.place is Place.ALONE:
            self.spots[o.id] = Spot(seed, o.distrust.value or "no-handle")
            return
        persona = self._name(self._d.personas[slot.key], seed)
        kind = "handle-and-stated-name" if o.form is not None else "handle"
        self.spots[o.id] = Spot(persona, kind if o.keys else "no-handle")

    def _name(self, p: Persona, seed: str) -> str:
        """The record's persona of an observation in a persona of the resolver's."""
        return f"{seed}!{_digest(p.signature)}" if self._is_apart(p) else seed

    def _is_apart(self, p: Persona) -> bool:
        """Whether a case or a human told the persona from others that show the same."""
        plain = signature(self._d.observations[next(iter(p.seen))])
        return bool(p.pin) or plain != p.signature  # not secret: what a persona shows

    def _keys_of(self, p: Persona) -> list[str]:
        if self._is_apart(p):
            seeds: Iterable[str] = {self._near.known[id].seed for id in p.seen}
        else:
            seeds = self._near.seeds_of.get(sign_of_signature(p.signature), ())
        return sorted(self._name(p, seed) for seed in seeds if seed)

    def _ask(self, key: str) -> None:
        """Who spoke on a handle, and who holds it."""
        near, d = self._near, self._d
        if not near.is_hot(key):
            people = {id(q): q for q in (d.person[n] for n in d.index.get(key, ()))}
            self._holdings[key] = [_Holding(self._held(q, key), q) for q in people.values()]
        self._speak(key, near.to_say(key, self._region))

    def _speak(self, key: str, bare: list[Bare]) -> None:
        near, d = self._near, self._d
        runs: dict[str, int] = {}
        held: dict[str, set[str]] = {}
        kept = self._kept.setdefault(key, set())
        holdings = self._holdings.get(key, [])
        only = holdings[0].person if len(holdings) == 1 else None
        for one in bare:
            spoke, seed = d.spoke[one.id], near.known[one.id].seed
            if spoke.why == "unknown-holder":
                runs.setdefault(spoke.contact, len(runs))
            if not seed:
                continue
            if spoke.why == "unknown-holder":
                number = runs[spoke.contact]
                persona = seed if not number else f"{seed}!run{number + 1}"
                held.setdefault(spoke.contact, set()).add(persona)
            elif spoke.contact:
                person = self._person_of(spoke.contact)
                persona = self._target(person, key, seed) or self._stand_in(person, seed)
            elif only is not None and near.known[one.id].addressed:
                # Whoever writes to a handle means its holder, however long the holder has not used it.
                persona = self._target(only, key, seed) or seed
            else:
                persona = seed
                kept.add(seed)
            self.spots[one.id] = Spot(persona, spoke.why, spoke.share)
        if held:
            self._holdings[key] = [_Holding(tuple(sorted(keys)), None) for keys in held.values()]

    def _stand_in(self, person: Person, seed: str) -> str:
        """A persona of the records for somebody whom only a platform told of: whoever used a handle of theirs is."""
        self._stand_ins.setdefault(id(person), set()).add(seed)
        return seed

    def _person_of(self, contact: str) -> Person:
        d = self._d
        return d.person[d.personas[d.slots[contact].key].number]

    def _held(self, person: Person, key: str) -> tuple[str, ...]:
        """The personas a person is known by on a handle."""
        return tuple(sorted({k for p in person.members if key in p.keys for k in self._keys_of(p)}))

    def _target(self, person: Person, key: str, seed: str) -> str | None:
        """The persona that stands for a person on a handle, of the same spelling if there is one."""
        held = self._held(person, key) or sorted(k for p in person.members for k in self._keys_of(p))
        alike = [k for k in held if k == seed or k.startswith((f"{seed}#", f"{seed}!"))]
        return next(iter(alike or held), None)

    # --- which personas are one -----------------------------------------------------------------------------------

    def ties(self, holders: Mapping[str, Iterable[PersonaRef]]) -> tuple[set[str], list[Tie]]:
        """The links there should be.

        Args:
            holders: handle's key → every persona of the records that has it, for all `handles`.

        Returns:
            The personas whose links may have changed, and every link between them and others that should be in force.
        """
        concerned: set[str] = set()
        ties: list[Tie] = []
        for person in self._people:
            keys = {p.number: self._keys_of(p) for p in person.members}
            concerned.update(k for found in keys.values() for k in found)
            if not any(p.scattered for p in person.members):
                ties += person_ties(self._d, person, keys)
        ties += self._apart
        concerned.update(self.left)
        ties += [self._moved(key) for key in sorted(self.left)]
        empty = {person: list(seeds) for person, seeds in self._stand_ins.items()}
        concerned.update(seed for seeds in empty.values() for seed in seeds)
        # What a human told apart stands, though nobody is found by it where somebody else named its handle.
        pins = (self._d.personas[self._d.slots[id].key] for id in self._d.pins if id in self._d.slots)
        pinned = {k for p in pins for k in self._keys_of(p)}
        for key in sorted(self.handles):
            holdings = self._holdings.get(key, [])
            for holding in holdings:
                if holding.person is None:
                    concerned.update(holding.keys)
                    ties += same_ties(holding.keys, "same-handle")
            held = {k for holding in holdings for k in holding.keys}
            kept = self._kept.get(key, set())
            concerned.update(kept)
            for ref in holders.get(key, ()):
                if ref.key in held or ref.key in kept or ref.key in self.left or ref.key in pinned:
                    continue
                if DIVIDED.search(ref.key):
                    concerned.add(ref.key)
                    ties.append(self._moved(ref.key))
                    continue
                if ref.key not in concerned and self._is_empty(ref, key):
                    concerned.add(ref.key)
                    if len(holdings) == 1:
                        ties += self._adopt(ref.key, key, holdings[0], empty)
        for found in empty.values():
            ties += same_ties(sorted(found), "platform-attested", Method.PLATFORM_ATTESTED)
        return concerned, ties

    @staticmethod
    def _moved(key: str) -> Tie:
        """What was told apart once and is no more is what it was told apart from: its id goes on leading there."""
        return Tie.of(key, key.rpartition("!")[0], Method.EXACT_KEY, "told-apart-no-more")

    def _is_empty(self, ref: PersonaRef, key: str) -> bool:
        """Whether a persona stands for nobody who was seen: nobody was seen on it that is not taken to be another."""
        d = self._d
        return all(ref.key not in self._keys_of(p) for p in d.index.get(key, {}).values())

    def _adopt(self, persona: str, key: str, holding: _Holding, empty: dict[int, list[str]]) -> list[Tie]:
        """A persona nobody is taken to be belongs to the only one who holds its handle."""
        person = holding.person
        if person is None:
            return [Tie.of(persona, holding.keys[0], Method.EXACT_KEY, "only-holder", refs=(f"key:{key}",))]
        target = self._target(person, key, persona)
        if target is None:
            empty.setdefault(id(person), []).append(persona)
            return []
        method = Method.EXACT_KEY if holding.keys else Method.PLATFORM_ATTESTED
        kind = "only-holder" if holding.keys else "platform-attested"
        return [Tie.of(persona, target, method, kind, refs=(f"key:{key}",))]

    def _different(self) -> list[Tie]:
        d = self._d
        numbers = {
            number
            for person in self._people
            for p in person.members
            for number in d.anchors.get(p.signature, ())
            if not d.decisions[number].same
        }
        ties = []
        for number in sorted(numbers):
            here, there = (self._standing_for(d.decisions[number], side) for side in (0, 1))
            if here and there and here != there:
                ties.append(Tie.of_human(here, there, d.decisions[number], Verdict.DIFFERENT))
        return ties

    def _standing_for(self, decision: HumanDecision, side: int) -> str | None:
        there = (p for s in decision.sides[side] if (p := self._d.personas.get(s)) is not None)
        return min((key for p in there for key in self._keys_of(p)), default=None)


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode(errors="surrogatepass"), digest_size=6).hexdigest()
