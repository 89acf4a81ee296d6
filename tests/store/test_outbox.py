"""What is owed is written with its message or not at all, changed only from where it stands, and found again."""

import hashlib

import pytest
from tests.store.desk import Desk, at
from tests.store.town import Town

from omnilink.errors import Conflict, NotFound, ScopeDenied
from omnilink.model import Action, Loss, OutboxItem, OutboxState, Outgoing, Quoted
from omnilink.model.scope import Scope
from omnilink.store.base import Change
from omnilink.store.memory import MemoryStore
from omnilink.store.outbox import OutboxUpdate
from omnilink.store.sqlite import SqliteStore

pytestmark = pytest.mark.anyio
Q, S, A = OutboxState.QUEUED, OutboxState.SENDING, OutboxState.ACCEPTED


async def test_item_comes_back_as_it_was_queued(desk, store, town):
    ours = desk.outbound("out:1", await desk.thread())
    item = desk.item(
        ours.id, idempotency_key="ünï\0", not_before=at(1), deadline=at(9), purpose="statutory", reason="odd",
        done={"upload": ("a", "b")}, losses=(Loss(what="bold", how="dropped"),), attempts=2,
    )  # fmt: skip
    message = Outgoing(action=Action.EDIT, quoted=Quoted(message_keys=("p:1",), text="héllo"), automated=True)
    item = item.model_copy(update={"message": message})
    await desk.commit(interactions=[ours], outbox=[item])
    for names in ({"ids": [item.id]}, {"interactions": [ours.id]}, {"idempotency_key": "ünï\0"}, {"states": [Q]}):
        assert await store.read_outbox(town.scope, **names) == [item]
    assert await store.check() == []


async def test_item_of_a_message_that_is_not_there_is_not_found(desk, store, town):
    ours = desk.outbound("out:1", await desk.thread())
    before = await store.read_digest(town.scope)
    with pytest.raises(NotFound):
        await desk.commit(interactions=[ours], outbox=[desk.item(ours.id), desk.item(town.ids())])
    with pytest.raises(NotFound):
        await desk.commit(outbox_updates=[OutboxUpdate(town.ids(), (Q, 0), S, 1)])
    assert await store.read_digest(town.scope) == before
    assert await store.read_outbox(town.scope, states=list(OutboxState)) == []
    assert await store.read_interactions(town.scope, [ours.id]) == []


async def test_the_same_item_or_idempotency_key_is_a_conflict_for_ever(desk, store, town):
    item = await desk.queue("out:1", idempotency_key="once")
    empty = await desk.queue("out:2", idempotency_key="")
    await desk.move(await desk.move(item, S), A)
    ours = desk.outbound("out:3", await desk.thread())
    for again in (
        desk.item(ours.id, idempotency_key="once"),
        desk.item(ours.id, idempotency_key=""),
        item.model_copy(update={"idempotency_key": "other"}),
    ):
        with pytest.raises(Conflict):
            await desk.commit(interactions=[ours], outbox=[again])
    twice = [desk.item(ours.id, idempotency_key="new") for _ in range(2)]
    with pytest.raises(Conflict):
        await desk.commit(interactions=[ours], outbox=twice)
    await desk.commit(interactions=[ours], outbox=[desk.item(ours.id), desk.item(ours.id)])
    assert [i.id for i in await store.read_outbox(town.scope, idempotency_key="once")] == [item.id]
    assert [i.id for i in await store.read_outbox(town.scope, idempotency_key="")] == [empty.id]


async def test_update_says_where_an_item_stands_and_changes_nothing_else(desk, store, town):
    item = await desk.queue("out:1", idempotency_key="k", not_before=at(1), deadline=at(9))
    now = await desk.move(item, S, lease_until=at(5))
    leased = {"state": S, "attempts": 1, "not_before": None, "lease_until": at(5)}
    assert now == item.model_copy(update=leased)
    done = {"upload": ("f1",), "text": ("p:1", "p:2")}
    now = await desk.move(now, Q, done=done, not_before=at(2), reason="throttled", error_code="429")
    later = {"attempts": 1, "not_before": at(2), "done": done, "reason": "throttled", "error_code": "429"}
    assert now == item.model_copy(update=later)
    assert await store.check() == []


@pytest.mark.parametrize("expected", [(S, 0), (Q, 1), (A, 0)])
async def test_update_from_elsewhere_is_a_conflict_and_nothing_of_its_change_stays(desk, store, town, expected):
    item, other = await desk.queue("out:1"), await desk.queue("out:2")
    before = await store.read_digest(town.scope)
    updates = [OutboxUpdate(other.id, (Q, 0), S, 1), OutboxUpdate(item.id, expected, S, 1)]
    with pytest.raises(Conflict):
        await desk.commit(outbox_updates=updates, message_keys={"p:1": item.interaction})
    assert await store.read_outbox(town.scope, ids=[item.id, other.id]) == [item, other]
    assert await store.read_digest(town.scope) == before


async def test_of_two_workers_one_gets_the_item(desk, store, town):
    item = await desk.queue("out:1")
    update = OutboxUpdate(item.id, (Q, 0), S, 1, lease_until=at(1))
    await desk.commit(outbox_updates=[update])
    with pytest.raises(Conflict):
        await desk.commit(outbox_updates=[update])
    with pytest.raises(Conflict):
        await desk.commit(outbox_updates=[update, update])


async def test_item_queued_and_moved_in_one_change_has_moved(desk, store, town):
    ours = desk.outbound("out:1", await desk.thread())
    item = desk.item(ours.id)
    updates = [OutboxUpdate(item.id, (Q, 0), S, 1), OutboxUpdate(item.id, (S, 1), A, 1)]
    await desk.commit(interactions=[ours], outbox=[item], outbox_updates=updates)
    assert [i.state for i in await store.read_outbox(town.scope, ids=[item.id])] == [A]


async def test_items_come_oldest_first_and_lists_are_limited(desk, store, town):
    items = [await desk.queue(f"out:{n}") for n in range(5)]
    for n in (1, 3):
        items[n] = await desk.move(await desk.move(items[n], S), A)
    names = [i.id for i in items]
    queued, accepted = [names[0], names[2], names[4]], [names[1], names[3]]

    async def read(**asked) -> list[str]:
        return [i.id for i in await store.read_outbox(town.scope, **asked)]

    assert await read(states=[Q]) == queued
    assert await read(states=[A]) == accepted
    assert await read(states=[A, Q]) == names
    assert await read(states=[A, Q], limit=3) == names[:3]
    assert await read(states=[OutboxState.FAILED]) == []
    # What is named comes whole, each once, whatever the order and the limit.
    assert await read(ids=[*reversed(names), names[0], town.ids()], limit=1) == names
    assert await read(interactions=[i.interaction for i in reversed(items)], limit=1) == names
    assert await read(ids=[names[1]], states=[Q]) == sorted([*queued, names[1]])
    assert await read() == []


async def test_several_items_may_be_about_one_message(desk, store, town):
    first = await desk.queue("out:1")
    edit = desk.item(first.interaction)
    await desk.commit(outbox=[edit])
    assert await store.read_outbox(town.scope, interactions=[first.interaction]) == [first, edit]


async def test_items_are_of_the_scopes_accounts_and_of_its_tenant(desk, store, town):
    items = {account: await desk.queue(f"out:{account}", account=account, lane=account) for account in ("sms", "mail")}
    every = {"ids": [i.id for i in items.values()], "interactions": [i.interaction for i in items.values()]}
    scope = Scope("town", frozenset({"mail", "never"}))
    for names in (*({name: values} for name, values in every.items()), {"states": [Q]}):
        assert await store.read_outbox(scope, **names) == [items["mail"]]
        assert await store.read_outbox(Scope("town", frozenset()), **names) == []
        assert await store.read_outbox(Scope("other"), **names) == []
    assert await store.read_due(scope, now=at(0)) == [items["mail"]]
    assert await store.read_due(Scope("other"), now=at(0)) == []
    with pytest.raises(ScopeDenied):
        await store.commit_change(scope, Change(outbox_updates=[OutboxUpdate(items["mail"].id, (Q, 0), S, 1)]))
    with pytest.raises(NotFound):
        await store.commit_change(Scope("other"), Change(outbox_updates=[OutboxUpdate(items["sms"].id, (Q, 0), S, 1)]))
    with pytest.raises(NotFound):
        await store.commit_change(Scope("other"), Change(outbox=[desk.item(items["sms"].interaction)]))


async def test_idempotency_keys_lanes_and_blobs_of_two_tenants_have_nothing_in_common(store):
    digest = hashlib.sha256(b"x").hexdigest()
    desks = [Desk(Town(tenant), store) for tenant in ("first", "second")]
    for desk in desks:  # both make the same ids
        await desk.queue("out:1", idempotency_key="once")
    first, second = desks
    assert await first.due() == await second.due() != []
    (item,) = await store.read_outbox(first.town.scope, idempotency_key="once")
    await first.move(item, S, lease_until=at(5))
    assert await second.due() == [item.id]
    await first.commit(blobs={digest: b"x"})
    assert await store.read_blobs(second.town.scope, [digest]) == {}


# --- bytes -----------------------------------------------------------------------------------------------------------


async def test_bytes_are_kept_once_and_for_ever(desk, store, town):
    contents = [b"", b"\0\xff" * 1000, "ünï".encode()]
    blobs = {hashlib.sha256(content).hexdigest(): content for content in contents}
    await desk.commit(blobs=blobs)
    await desk.commit(blobs=blobs)
    missing = hashlib.sha256(b"missing").hexdigest()
    assert await store.read_blobs(town.scope, [*blobs, *blobs, missing]) == blobs
    assert await store.read_blobs(town.scope, []) == {}
    assert await store.check() == []


async def test_bytes_that_are_not_those_of_their_digest_are_refused(desk, store, town):
    digest = hashlib.sha256(b"right").hexdigest()
    with pytest.raises(ValueError, match="digest") as caught:
        await desk.commit(blobs={digest: b"secret"})
    assert "secret" not in str(caught.value)
    assert await store.read_blobs(town.scope, [digest]) == {}


async def test_bytes_of_a_change_that_fails_are_not_kept(desk, store, town):
    digest = hashlib.sha256(b"x").hexdigest()
    with pytest.raises(NotFound):
        await desk.commit(blobs={digest: b"x"}, outbox=[desk.item(town.ids())])
    assert await store.read_blobs(town.scope, [digest]) == {}


# --- digest, text ----------------------------------------------------------------------------------------------------


async def test_digest_tells_what_is_owed_and_how_it_ended(desk, store, town):
    seen = {await store.read_digest(town.scope)}

    async def differs() -> None:
        digest = await store.read_digest(town.scope)
        assert digest not in seen
        seen.add(digest)

    ours = await desk.say("out:1")
    await differs()
    item = desk.item(ours.id)
    await desk.commit(outbox=[item])
    await differs()
    item = await desk.move(item, S, lease_until=at(1))
    await differs()
    item = await desk.move(item, S, done={"text": ("p:1",)}, lease_until=at(1))
    await differs()
    item = await desk.move(item, A)
    await differs()
    await desk.commit(message_keys={"p:1": ours.id})
    await differs()


async def test_digest_does_not_tell_how_often_and_when_it_was_tried(store):
    digests = set()
    for tries, each in ((1, store), (3, MemoryStore())):
        desk = Desk(Town(seed=tries), each)
        item = await desk.queue("out:1", not_before=at(-tries), lane=f"lane {tries}")
        for _ in range(tries):
            item = await desk.move(item, S, lease_until=at(tries))
            item = await desk.move(item, Q)
        digests.add(await each.read_digest(desk.town.scope))
    assert len(digests) == 1


async def test_text_that_is_no_unicode_is_refused(sqlite: SqliteStore, town: Town):
    desk = Desk(town, sqlite)
    item = await desk.queue("out:1")
    for fields in ({"outbox": [desk.item(item.interaction, lane="secret\ud800")]},
                   {"outbox": [desk.item(item.interaction, purpose="secret\ud800")]},
                   {"message_keys": {"secret\ud800": item.interaction}},
                   {"outbox_updates": [OutboxUpdate(item.id, (Q, 0), S, 1, error_code="secret\ud800")]}):  # fmt: skip
        with pytest.raises(ValueError, match="Unicode") as caught:
            await desk.commit(**fields)
        assert "secret" not in str(caught.value)
    assert await sqlite.read_outbox(town.scope, states=[*OutboxState]) == [item]


def test_repr_of_an_item_shows_nobody() -> None:
    town = Town()
    item = Desk(town, MemoryStore()).item(town.ids())
    assert isinstance(item, OutboxItem)
    assert "+34" not in repr(item)
    assert "héllo" not in repr(item)
