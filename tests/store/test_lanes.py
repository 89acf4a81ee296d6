"""Lanes: messages of one lane leave in the order they were queued, one at a time, whatever happens to each."""

from datetime import datetime

import pytest
from anyio.from_thread import start_blocking_portal
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.store.desk import Desk, at
from tests.store.town import Town

from omnilink.errors import Conflict
from omnilink.model import OutboxState
from omnilink.model.scope import Scope
from omnilink.store.memory import MemoryStore
from omnilink.store.outbox import OutboxUpdate
from omnilink.store.sqlite import SqliteStore

Q, S, A = OutboxState.QUEUED, OutboxState.SENDING, OutboxState.ACCEPTED
waits = pytest.mark.anyio


@waits
async def test_first_of_each_lane_is_due(desk):
    a = [await desk.queue(f"a{n}", lane="a") for n in range(3)]
    b = [await desk.queue(f"b{n}", lane="b") for n in range(2)]
    assert await desk.due() == [a[0].id, b[0].id]
    assert await desk.due(limit=1) == [a[0].id]


@waits
async def test_item_being_sent_holds_back_its_lane_until_it_is_settled(desk):
    first, second, other = [await desk.queue(key, lane=key[0]) for key in ("a1", "a2", "b1")]
    first = await desk.move(first, S, lease_until=at(5))
    assert await desk.due() == [other.id]
    first = await desk.move(first, S, lease_until=at(5), done={"upload": ("f",)})
    assert await desk.due() == [other.id]
    await desk.move(first, A)
    assert await desk.due() == [second.id, other.id]


@waits
@pytest.mark.parametrize("state", [s for s in OutboxState if s not in (Q, S)])
async def test_item_that_is_over_holds_nothing_back(desk, state):
    first, second = [await desk.queue(key) for key in ("a1", "a2")]
    await desk.move(first, state)
    assert await desk.due() == [second.id]


@waits
async def test_item_waits_for_its_time_and_its_lane_waits_with_it(desk):
    first = await desk.queue("a1", not_before=at(10))
    second = await desk.queue("a2")
    assert await desk.due(9.99) == []
    assert await desk.due(10) == [first.id]
    first = await desk.move(await desk.move(first, S, lease_until=at(11)), Q, not_before=at(20))
    assert await desk.due(15) == []
    assert await desk.due(20) == [first.id]
    await desk.move(first, OutboxState.CANCELLED)
    assert await desk.due(15) == [second.id]


@waits
async def test_lease_that_ran_out_shows_its_item_whatever_its_lane(desk):
    first, second = [await desk.queue(key) for key in ("a1", "a2")]
    await desk.move(first, S, lease_until=at(5))
    assert await desk.due(5) == []
    assert await desk.due(5.01) == [first.id]
    await desk.move(second, S)  # without any lease: nobody could ever end it
    assert await desk.due(0) == [second.id]
    assert await desk.due(6) == [first.id, second.id]


@waits
async def test_older_item_that_is_queued_again_goes_first(desk):
    first, second = [await desk.queue(key) for key in ("a1", "a2")]
    first = await desk.move(await desk.move(first, S), OutboxState.UNKNOWN)
    assert await desk.due() == [second.id]
    await desk.move(first, Q)
    assert await desk.due() == [first.id]


@waits
async def test_lane_is_held_by_an_item_of_an_account_that_is_not_seen(desk, store, town):
    await desk.queue("a1", account="mail")
    second = await desk.queue("a2", account="sms")
    sms = Scope("town", frozenset({"sms"}))
    assert await store.read_due(sms, now=at(0)) == []
    (first,) = await store.read_outbox(Scope("town", frozenset({"mail"})), states=[Q])
    await desk.move(first, A)
    assert [i.id for i in await store.read_due(sms, now=at(0))] == [second.id]


@waits
async def test_limit_counts_what_is_due_not_what_waits(desk):
    held = [await desk.queue(f"a{n}", lane="a", not_before=at(99)) for n in range(5)]
    due = [await desk.queue(f"b{n}", lane=f"b{n}") for n in range(5)]
    late = await desk.queue("c", lane="c")
    await desk.move(late, S, lease_until=at(-1))
    assert await desk.due(limit=3) == [i.id for i in due[:3]]
    assert await desk.due() == [*(i.id for i in due), late.id]
    assert len(held) == 5


# --- any order of events ---------------------------------------------------------------------------------------------

STEPS = st.lists(
    st.one_of(
        st.tuples(
            st.just("queue"),
            st.sampled_from("abc"),
            st.sampled_from(["sms", "mail"]),
            st.one_of(st.none(), st.integers(-3, 3)),
        ),
        st.tuples(
            st.just("move"),
            st.integers(0, 9),
            st.sampled_from(list(OutboxState)),
            st.one_of(st.none(), st.integers(-3, 3)),
        ),
        st.tuples(st.just("wrong"), st.integers(0, 9), st.sampled_from(list(OutboxState)), st.integers(0, 3)),
    ),
    min_size=1,
    max_size=25,
)


class Books:
    """What must be true, written down as simply as it is said in the contract."""

    def __init__(self) -> None:
        self.items: dict[str, dict] = {}

    def due(self, now: datetime, accounts: frozenset[str] | None) -> list[str]:
        found = []
        for n, (name, item) in enumerate(self.items.items()):
            older = [other for other in list(self.items.values())[:n] if other["lane"] == item["lane"]]
            if item["state"] is Q:
                is_due = all(o["state"] not in (Q, S) for o in older) and (item["not_before"] or now) <= now
            else:
                is_due = item["state"] is S and (item["lease_until"] is None or item["lease_until"] < now)
            if is_due and (accounts is None or item["account"] in accounts):
                found.append(name)
        return found


async def live(store, steps) -> None:
    desk, books = Desk(Town(), store), Books()
    ours = await desk.say("out:1")
    for kind, *step in steps:
        if kind == "queue":
            lane, account, minutes = step
            not_before = None if minutes is None else at(minutes)
            item = desk.item(ours.id, lane=lane, account=account, not_before=not_before)
            await desk.commit(outbox=[item])
            books.items[item.id] = {
                "state": Q, "attempts": 0, "lane": lane, "account": account, "not_before": not_before,
                "lease_until": None,
            }  # fmt: skip
        elif books.items:
            number, state, extra = step
            name = list(books.items)[number % len(books.items)]
            known = books.items[name]
            expected = (known["state"], known["attempts"])
            moment = None if extra is None else at(extra)
            if kind == "move":
                attempts = known["attempts"] + (state is S)
                update = OutboxUpdate(name, expected, state, attempts, not_before=moment, lease_until=moment)
                await desk.commit(outbox_updates=[update])
                known |= {"state": state, "attempts": attempts, "not_before": moment, "lease_until": moment}
            elif (state, extra) != expected:
                with pytest.raises(Conflict):
                    await desk.commit(outbox_updates=[OutboxUpdate(name, (state, extra), A, 9)])
    for scope in (desk.town.scope, Scope("town", frozenset({"sms"})), Scope("town", frozenset())):
        for minutes in (-4, -1, 0, 0.5, 4):
            due = [i.id for i in await store.read_due(scope, now=at(minutes))]
            assert due == books.due(at(minutes), scope.accounts)
        for state in OutboxState:
            listed = [i.id for i in await store.read_outbox(scope, states=[state])]
            seen = {n: i for n, i in books.items.items() if scope.accounts is None or i["account"] in scope.accounts}
            assert listed == [name for name, item in seen.items() if item["state"] is state]
    assert await store.check() == []


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=STEPS)
def test_what_is_due_is_what_the_books_say(steps):
    with start_blocking_portal() as portal:
        portal.call(live, MemoryStore(), steps)


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=STEPS)
def test_what_is_due_in_a_file_is_what_the_books_say(tmp_path_factory, steps):
    with start_blocking_portal() as portal:
        store = portal.call(SqliteStore.open, tmp_path_factory.mktemp("lanes") / "town.db")
        portal.call(live, store, steps)
        portal.call(store.aclose)


@waits
@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.permutations(range(6)))
async def test_lane_is_sent_in_order_however_long_each_takes(order):
    """Deliverers that take what is due, and answers in any order: each lane is heard in the order it was queued."""
    desk = Desk(Town(), MemoryStore())
    queued = [await desk.queue(f"out:{n}", lane="ab"[n % 2]) for n in range(6)]
    heard: list[str] = []
    while len(heard) < len(queued):
        due = await desk.store.read_due(desk.town.scope, now=at(0))
        assert 1 <= len(due) <= 2
        first = min(due, key=lambda item: order[queued.index(item)])
        await desk.move(await desk.move(first, S, lease_until=at(1)), A)
        heard.append(first.id)
    for lane in (0, 1):
        expected = [item.id for item in queued[lane::2]]
        assert [name for name in heard if name in expected] == expected
    assert await desk.store.read_outbox(desk.town.scope, states=[Q, S]) == []
