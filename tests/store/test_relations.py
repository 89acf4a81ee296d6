"""Relationships: added and closed, never overwritten; they stay with their personas, and move nobody."""

from datetime import date

import pytest

from omnilink.errors import Conflict, NotFound
from omnilink.model import Closing, RelationKind, Relationship, RelationshipClosed
from omnilink.model.scope import Scope
from omnilink.store.base import Change
from omnilink.store.memory import MemoryStore

pytestmark = pytest.mark.anyio


async def two(store, town):
    people = [town.persona("tel:+34600000001", "ana"), town.persona("tel:+34600000002", "bo")]
    await store.commit_change(town.scope, Change(personas=people, memberships={p.id: p.id for p in people}))
    return people


def carer(town, a, b, **more) -> Relationship:
    fields = {"kind": RelationKind.CARER, "asserted_by": "eva", "reason": "papers seen"} | more
    return Relationship(id=town.ids(), a=a.id, b=b.id, key_a=a.key, key_b=b.key, at=town.now(), **fields)


def closed(town, relationship, how=Closing.ENDED, **more) -> RelationshipClosed:
    return RelationshipClosed(relationship=relationship.id, how=how, by="eva", at=town.now(), **more)


async def test_a_relationship_is_read_by_its_id_and_from_either_side_alone(store, town):
    ana, bo = await two(store, town)
    made = carer(town, ana, bo, valid_from=date(2026, 1, 2), valid_until=date(2027, 1, 2))
    await store.commit_change(town.scope, Change(relationships=[made]))
    for asked in ({"ids": [made.id]}, {"personas": [ana.id]}, {"personas": [bo.id, ana.id]}):
        assert await store.read_relationships(town.scope, **asked) == [made]
    assert await store.read_relationships(town.scope) == []
    assert await store.read_relationships(town.scope, personas=[town.ids()], ids=["x"]) == []
    assert await store.read_relationships(Scope("another town"), ids=[made.id], personas=[ana.id]) == []
    assert await store.check() == []


async def test_what_is_closed_keeps_what_was_said_and_is_closed_in_each_way_once(store, town):
    ana, bo = await two(store, town)
    made = carer(town, ana, bo)
    over, mistake = closed(town, made, until=date(2026, 3, 1)), closed(town, made, Closing.REVOKED)
    await store.commit_change(town.scope, Change(relationships=[made]))
    await store.commit_change(town.scope, Change(relationships_closed=[over]))
    with pytest.raises(Conflict):
        await store.commit_change(town.scope, Change(relationships_closed=[closed(town, made)]))
    await store.commit_change(town.scope, Change(relationships_closed=[mistake]))
    assert await store.read_relationships(town.scope, ids=[made.id]) == [
        made.model_copy(update={"closed": (over, mistake)})
    ]


async def test_the_same_one_of_two_processes_is_a_conflict_and_the_next_one_is_not(store, town):
    ana, bo = await two(store, town)
    await store.commit_change(town.scope, Change(relationships=[carer(town, ana, bo)]))
    with pytest.raises(Conflict):
        await store.commit_change(town.scope, Change(relationships=[carer(town, ana, bo)]))
    further = [carer(town, ana, bo, n=1), carer(town, bo, ana), carer(town, ana, bo, kind=RelationKind.PARENT)]
    await store.commit_change(town.scope, Change(relationships=further))
    assert [r.n for r in await store.read_relationships(town.scope, personas=[ana.id])] == [0, 1, 0, 0]


async def test_a_relationship_of_nobody_or_closing_none_leaves_nothing(store, town):
    ana, bo = await two(store, town)
    made = carer(town, ana, bo)
    for change in (
        Change(relationships=[carer(town, ana, town.persona("tel:+34600000003"))]),
        Change(relationships=[made], relationships_closed=[closed(town, carer(town, ana, bo))]),
    ):
        with pytest.raises(NotFound):
            await store.commit_change(town.scope, change)
    assert await store.read_relationships(town.scope, personas=[ana.id, bo.id]) == []


async def test_both_stores_give_one_digest_and_a_relationship_and_its_end_are_in_it(store, town):
    digests = []
    other = MemoryStore()
    for each in (store, other):
        ana, bo = await two(each, town)
        made = carer(town, ana, bo)
        seen = [await each.read_digest(town.scope)]
        await each.commit_change(town.scope, Change(relationships=[made]))
        seen.append(await each.read_digest(town.scope))
        await each.commit_change(town.scope, Change(relationships_closed=[closed(town, made, until=date(2026, 1, 1))]))
        seen.append(await each.read_digest(town.scope))
        digests.append(seen)
    assert digests[0] == digests[1]
    assert len(set(digests[0])) == 3


async def test_check_finds_a_relationship_that_says_something_else_than_its_document(sqlite, town):
    ana, bo = await two(sqlite, town)
    await sqlite.commit_change(town.scope, Change(relationships=[carer(town, ana, bo)]))
    await sqlite._writer.write(lambda tx: tx.connection.execute("UPDATE relationship SET a = b").fetchone())
    assert await sqlite.check() == [
        "1 relationships between two tenants, or of a persona with itself",
        "1 relationships that say something else than their document",
    ]
