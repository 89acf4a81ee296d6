"""Random histories of a resolver, and the same state reached another way."""

import random
from dataclasses import dataclass, field

from tests.identity.online.sightings import sighting

from omnilink.identity.online.directory import HumanDecision
from omnilink.identity.online.observation import Observation
from omnilink.identity.online.resolver import Decided, OnlineResolver
from omnilink.identity.online.weights import Weights


@dataclass
class History:
    """A resolver after a random history, with what is left in it."""

    resolver: OnlineResolver
    seen: dict[str, Observation] = field(default_factory=dict)
    decided: dict[int, HumanDecision] = field(default_factory=dict)


def wander(seed: int, weights: Weights, steps: int, *, humans: bool = True) -> History:
    """Observations come and go, humans confirm, reject, split and take back."""
    rng = random.Random(seed)
    history = History(OnlineResolver(weights=weights))
    for number in range(steps):
        chance = rng.random()
        if history.seen and chance < 0.25:
            gone = rng.choice(sorted(history.seen))
            history.resolver.forget(gone)
            del history.seen[gone]
        elif humans and len(history.seen) > 1 and chance < 0.33:
            _say(rng, history)
        elif history.decided and chance < 0.38:
            number = rng.choice(sorted(history.decided))
            history.resolver.revoke(number)
            del history.decided[number]
        else:
            observation = sighting(rng, number)
            history.seen[observation.id] = observation
            history.resolver.observe(observation)
    return history


def anew(history: History, seed: int) -> OnlineResolver:
    """The same observations and decisions in a fresh resolver, in another order."""
    rng = random.Random(seed)
    seen, decided = list(history.seen.values()), list(history.decided.values())
    rng.shuffle(seen)
    rng.shuffle(decided)
    fresh = OnlineResolver(weights=history.resolver.weights)
    middle = rng.randrange(len(seen) + 1)
    for observation in seen[:middle]:
        fresh.observe(observation)
    for decision in decided:
        fresh.enforce(decision)
    for observation in seen[middle:]:
        fresh.observe(observation)
    return fresh


def state(resolver: OnlineResolver) -> dict[str, Decided]:
    """What is decided of everything."""
    return {id: resolver.decided(id) for id in resolver.directory.observations}


def _say(rng: random.Random, history: History) -> None:
    resolver = history.resolver
    a, b = rng.sample(sorted(history.seen), 2)
    kind = rng.random()
    if kind < 0.4:
        said = resolver.confirm(a, b, by="ana", at=1)
    elif kind < 0.7:
        said = resolver.reject(a, b, by="ana", at=1)
    else:
        members = resolver.members(a)
        if len(members) < 2:
            return
        said = resolver.split(rng.sample(members, rng.randrange(1, len(members))), by="ana", at=1)
    history.decided[said.number] = said
