"""What was attributed once and is attributed again: what it costs, in SQLite, does not depend on how much there is."""

import time

import pytest
from tests.store.town import Town

from omnilink.model import Evidence
from omnilink.store.base import Change
from omnilink.store.sqlite import SqliteStore

pytestmark = pytest.mark.anyio
SEATS = 20
LONG = (Evidence(kind="key", refs=("x" * 1000,)),)
"""So that what is written lies on many pages, as it does where there is much else."""


async def test_one_of_many_costs_what_one_of_few_costs(tmp_path):
    town, cost_s = Town(), {}
    store = await SqliteStore.open(tmp_path / "town.db")
    for mails in (16, 240):
        people = [town.persona(f"tel:+3460000{mails + n:04}") for n in range(2)]
        talk = town.conversation()
        told = [town.interaction(f"m{mails}.{n}", talk.id) for n in range(mails)]
        first, again = (
            [
                town.attribution(one.id, person.id, seat).model_copy(update={"evidence": LONG})
                for one in told
                for seat in range(SEATS)
            ]
            for person in people
        )
        change = Change(conversations=[talk], interactions=told, personas=people, attributions=first)
        await store.commit_change(town.scope, change)
        begun = time.process_time()
        await store.commit_change(town.scope, Change(attributions=again))
        cost_s[mails] = (time.process_time() - begun) / mails
    assert cost_s[240] < 2 * cost_s[16]
    await store.aclose()
