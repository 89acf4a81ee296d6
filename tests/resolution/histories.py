"""Random histories of a town in which everything collides, and what the resolver says of what a store holds."""

from __future__ import annotations

import random
from datetime import timedelta

from tests.ingest.conftest import START, Town

from omnilink.identity.online.resolver import OnlineResolver
from omnilink.model import (
    Attestation,
    CallUpdated,
    Event,
    Handle,
    HandleLearned,
    MessageReceived,
    Participant,
    Role,
    StatedClaim,
    Text,
)
from omnilink.model.part import Call
from omnilink.resolution.seen import human, read_known
from omnilink.store.base import ObservationLookup

NAMES = (
    "Ana Ruiz",
    "Ana María Ruiz Gil",
    "Ana",
    "Berta Ruiz",
    "Luis Gil",
    "Robert Hale Jr",
    "Robert Hale Sr",
    None,
    None,
)
HANDLES = (
    "tel:+34600110001", "tel:+34600110002", "wa:34600110001", "mailto:ana.ruiz@example.org", "mailto:b@example.org",
    "mailto:info@example.org", "wa_bsuid:B/U1", "telegram:4711",
)  # fmt: skip


def participant(rng: random.Random, role: Role = Role.AUTHOR) -> Participant:
    name, claims = rng.choice(NAMES), []
    if rng.random() < 0.2:
        claims.append(StatedClaim(field="born", value=rng.choice(("1980-02-01", "1980-01-02", "1999-09-09"))))
    if rng.random() < 0.15:
        claims.append(StatedClaim(field="case", value=rng.choice(("c1", "c2"))))
    if rng.random() < 0.1:
        claims.append(StatedClaim(field="street", value="Calle Mayor 5"))
    handle = Handle.parse(rng.choice(HANDLES)) if rng.random() < 0.95 else None
    if name and rng.random() < 0.5:
        claims.append(StatedClaim(field="name", value=name))
    elif name and handle is not None:
        handle = handle.model_copy(update={"display": name})
    failed = role is Role.AUTHOR and rng.random() < 0.08
    attestation = Attestation.FAILED if failed else Attestation.NONE
    return Participant(role=role, handle=handle, claims=tuple(claims), attestation=attestation)


def event(rng: random.Random, n: int) -> Event:
    at = START + timedelta(days=rng.randrange(900))
    chance = rng.random()
    if chance < 0.1:
        wa, user = Handle.parse("wa:34600110001"), Handle.parse("wa_bsuid:B/U1")
        return HandleLearned(event_key=f"l{n}", lane_key="l", handles=(wa, user), occurred_at=at)
    if chance < 0.3:
        call = rng.randrange(3)
        return CallUpdated(
            event_key=f"c{call}:{n}", lane_key="c", message_key=f"c{call}", conversation_keys=(f"c{call}",),
            participants=(participant(rng, Role.CALLER),), call=Call(status="ringing"),
            occurred_at=START + timedelta(days=call * 100),
        )  # fmt: skip
    people = [participant(rng)] + [participant(rng, Role.TO) for _ in range(rng.randrange(2))]
    return MessageReceived(
        event_key=f"m{n}", lane_key="l", message_key=f"m{n}", conversation_keys=(f"m{n}",), participants=tuple(people),
        parts=(Text(text="x"),), occurred_at=at,
    )  # fmt: skip


def history(seed: int, events: int) -> list[Event]:
    rng = random.Random(seed)
    return [event(rng, n) for n in range(events)]


async def resolved(town: Town) -> OnlineResolver:
    """A resolver over everything the store holds."""
    answer = await town.store.read_observations(town.hub.scope, ObservationLookup(since=0, decisions_since=0))
    resolver = OnlineResolver()
    for stored in answer.found:
        resolver.observe(read_known(stored).observation)
    for decision in answer.decisions:
        if decision.in_force:
            resolver.enforce(human(decision))
    return resolver


async def attributed(town: Town) -> dict[str, str]:
    """Observation id → contact, for every participant of the store."""
    answer = await town.store.read_observations(town.hub.scope, ObservationLookup(since=0))
    personas = {}
    for row in await town.hub.contacts(limit=10_000):
        component = await town.store.read_component(town.hub.scope, row.id)
        personas.update({p.key: component.contact for p in component.personas})
    return {o.id: personas[o.persona] for o in answer.found if o.place is not None}
