"""People: whose word counts about an address, and when somebody was last heard from. One rule for all of sending."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from omnilink.errors import NotFound
from omnilink.model.handle import Handle
from omnilink.model.participant import Role
from omnilink.model.scope import Scope
from omnilink.store.base import HistoryStore, PeopleStore

MOST_HOLDERS = 100
PAGE = 100
PAGES_BACK = 10
"""How far back the last word of a person is looked for: 1,000 interactions."""


class WordStore(PeopleStore, HistoryStore, Protocol):
    """What is read of people."""


async def whose_word_counts(store: PeopleStore, scope: Scope, handle: Handle) -> set[str]:
    """Ids of all personas whose stop is a stop for this address.

    Whoever holds it under any spelling, or shares a match key with it, and everybody each of these is one person with:
    the strictest word of all of them counts.
    """
    holders = await store.read_personas(scope, handle_keys=[handle.key], match_keys=list(handle.match_keys))
    known = {persona.id for persona in holders}
    for persona in holders[:MOST_HOLDERS]:
        try:
            known |= {p.id for p in (await store.read_component(scope, persona.id)).personas}
        except NotFound:
            continue
    return known


async def last_heard(store: HistoryStore, scope: Scope, personas: Sequence[str]) -> datetime | None:
    """When any of these personas last wrote or called, as far as the scope's accounts know."""
    before: tuple[datetime, str] | None = None
    for _ in range(PAGES_BACK if personas else 0):
        rows = await store.read_timeline(scope, personas, before=before, limit=PAGE)
        for row in rows:
            if row.interaction.direction == "inbound" and row.attribution.role in (Role.AUTHOR, Role.CALLER):
                return row.interaction.occurred_at
        if len(rows) < PAGE:
            return None
        before = (rows[-1].interaction.occurred_at, rows[-1].interaction.id)
    return None
