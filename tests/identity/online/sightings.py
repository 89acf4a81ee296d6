"""Observations for the tests: a few people of an invented town, and random histories of them."""

import dataclasses
import random

from omnilink.identity.online.observation import Observation, observe
from omnilink.identity.online.resolver import OnlineResolver
from omnilink.identity.online.weights import Weights, default_weights
from omnilink.model.participant import Attestation

DAY = 86_400
START = 1_700_000_000
TIGHT = dataclasses.replace(
    default_weights(),
    most_personas=6,
    most_composite=4,
    most_nameless=4,
    many_people=3,
    forms_compared=5,
    remembered_s=300 * DAY,
)
"""Limits so low that a handful of records passes them."""

NAMES = (
    "Ana Ruiz", "Ana María Ruiz Gil", "A. Ruiz", "Ana", "Berta Ruiz", "Robert Hale Jr", "Robert Hale Sr",
    "Robert Hale", "Bob Hale", "Luis Gil", "Lewis Gill", "Maria Ruiz", None, None, None, None,
)  # fmt: skip
BORN = (None, None, None, "1980-02-01", "1980-01-02", "1980-01-01", "1999-09-09", "2019-01-05")
MAILS = ("ana.ruiz", "b", "info", "luisgil")


def seen(id: str, day: int = 0, **shown: object) -> Observation:
    """An observation of a day."""
    return observe(id, START + day * DAY, **shown)


def resolved(*observations: Observation, weights: Weights | None = None) -> OnlineResolver:
    """A resolver that saw these."""
    resolver = OnlineResolver(weights=weights)
    for observation in observations:
        resolver.observe(observation)
    return resolver


def contacts(resolver: OnlineResolver) -> set[frozenset[str]]:
    """The partition as sets of observations."""
    found: dict[str, set[str]] = {}
    for observation, contact in resolver.partition():
        found.setdefault(contact, set()).add(observation)
    return {frozenset(ids) for ids in found.values()}


def together(resolver: OnlineResolver, *ids: str) -> bool:
    """Whether these observations are in one contact."""
    return len({resolver.contact(id) for id in ids}) == 1


def sighting(rng: random.Random, number: int) -> Observation:
    """A random observation of a town small enough for everything to collide."""
    keys = []
    if rng.random() < 0.7:
        keys.append(f"tel:+34600110{rng.randrange(3):03}")
    if rng.random() < 0.3:
        keys.append(f"mailto:{rng.choice(MAILS)}@gmail.com")
    if rng.random() < 0.1:
        keys.append(f"x:{rng.randrange(2)}")
    return observe(
        f"o{number:03}",
        START + DAY * rng.randrange(900),
        keys=keys,
        full_name=rng.choice(NAMES),
        born=rng.choice(BORN),
        street=rng.choice((None, None, None, "Calle Mayor 5", "Calle Mayor 7, 2A")),
        postcode="28001",
        national_id=rng.choice((None,) * 6 + ("1", "2")),
        id_checked=rng.random() < 0.5,
        case=rng.choice((None,) * 4 + ("c1", "c2")),
        device=rng.choice((None,) * 6 + ("d1",)),
        call_attestation=rng.choice("AC"),
        attestation=Attestation.FAILED if rng.random() < 0.05 else Attestation.NONE,
        hearsay=rng.random() < 0.1,
    )
