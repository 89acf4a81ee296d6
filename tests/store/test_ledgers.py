"""Both ledgers balance after any sequence of accepting, processing, quarantining and replaying; both stores agree."""

import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import ClassVar

import pytest
from anyio.from_thread import start_blocking_portal
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from tests.store.town import Town, about, say

from omnilink.model import EnvelopeState
from omnilink.store.base import EventState, SettledEvent
from omnilink.store.memory import MemoryStore
from omnilink.store.settlement import KeptEvent, plan_resettlement
from omnilink.store.sqlite import SqliteStore

KEYS = st.sampled_from("abcde")
EVENTS = st.one_of(
    st.builds(say, KEYS, st.sampled_from(["tel:+34600000001", "tel:+34600000002"])),
    st.builds(about, KEYS.map("about {}".format), KEYS),
    KEYS.map(lambda key: {"ignore": f"ignore {key}"}),
    KEYS.map(lambda key: {"bad": key}),
)


def old(events):
    return events


def new(events):
    """Understands what was bad, has no use for what was ignored, and finds one thing more, first."""
    understood = [say(event["bad"]) if "bad" in event else event for event in events if "ignore" not in event]
    return [{"ignore": "header"}, *understood]


def wild(events):
    """Finds the same in reverse, the first twice."""
    return [*reversed(events), *events[:1]]


def none(events):
    return []


class Ledgers(RuleBasedStateMachine):
    """The same steps over every store."""

    backend: ClassVar[str] = "asyncio"

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        folder = Path(self.stack.enter_context(tempfile.TemporaryDirectory()))
        self.portal = self.stack.enter_context(start_blocking_portal(self.backend))
        self.stores = [MemoryStore(), self.portal.call(SqliteStore.open, folder / "town.db")]
        self.towns = [Town(), Town()]

    def teardown(self) -> None:
        for store in self.stores:
            assert self.portal.call(store.check) == []
            self.portal.call(store.aclose)
        self.stack.close()

    def each(self, step):
        """Takes a step in every store; they must agree."""
        first, second = (
            self.portal.call(step, town, store) for town, store in zip(self.towns, self.stores, strict=True)
        )
        assert first == second
        return first

    @rule(events=st.lists(EVENTS, max_size=5), account=st.sampled_from("xy"), key=st.one_of(st.none(), KEYS))
    def accept(self, events, account, key):
        self.each(lambda town, store: town.deliver(store, *events, account=account, key=key))

    @rule(limit=st.integers(1, 4), parser=st.sampled_from([old, new, wild, none]))
    def process(self, limit, parser):
        self.each(lambda town, store: town.settle(store, limit=limit, parser=parser))

    @rule(share=st.integers(1, 3))
    def replay(self, share):
        async def step(town, store):
            bad = await store.read_envelopes(town.scope, state=EnvelopeState.QUARANTINED)
            return await store.commit_replay(town.scope, [e.id for e in bad[::share]])

        self.each(step)

    @invariant()
    def ledgers_balance(self):
        ledger = self.each(lambda town, store: store.read_ledger(town.scope))
        assert ledger.balanced, ledger.model_dump()
        for account in "xy":
            assert self.each(lambda town, store: store.read_ledger(town.scope, account=account)).balanced  # noqa: B023

    @invariant()
    def digests_agree(self):
        self.each(lambda town, store: store.read_digest(town.scope))


Ledgers.TestCase.settings = settings(
    max_examples=20, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
)
TestLedgers = Ledgers.TestCase


def event(key: str, ordinal: int, state: EventState) -> SettledEvent:
    return SettledEvent("e", ordinal, "sms", key, "say", state)


RECORDED, DUPLICATE, PARKED, IGNORED = EventState.RECORDED, EventState.DUPLICATE, EventState.PARKED, EventState.IGNORED


@pytest.mark.parametrize(
    ("kept", "events", "written", "ordinals", "parsed"),
    [
        ([], [event("a", 0, RECORDED)], ["a"], [], 1),
        ([("a", RECORDED)], [event("a", 0, DUPLICATE)], [], [("a", 0)], 1),
        ([("a", RECORDED)], [event("b", 0, IGNORED), event("a", 1, DUPLICATE)], ["b"], [("a", 1)], 2),
        ([("a", IGNORED)], [event("a", 0, DUPLICATE), event("a", 1, DUPLICATE)], ["a"], [("a", 0)], 2),
        ([("a", PARKED)], [event("a", 0, PARKED)], [], [("a", 0)], 1),
        ([("a", RECORDED), ("b", PARKED)], [event("c", 0, RECORDED)], ["c"], [("a", 1), ("b", 2)], 3),
    ],
)  # fmt: skip
def test_events_of_a_replayed_envelope_meet_those_that_were_kept(kept, events, written, ordinals, parsed):
    rows = [KeptEvent(key, "sms", key, state) for key, state in kept]
    plan = plan_resettlement(rows, events, len(events))
    assert [e.event_key for e in plan.write] == written
    assert plan.ordinals == ordinals
    assert plan.parsed == parsed == len(plan.write) + len(plan.ordinals)
