"""Counters of what was billed: they add up, by account and month, within the scope and the tenant."""

import pytest

from omnilink.errors import ScopeDenied
from omnilink.model.scope import Scope

pytestmark = pytest.mark.anyio
TOWN, OTHER = Scope("town"), Scope("other")


async def counters(store, scope=TOWN, month="2026-11", **more):
    return {(u.account, u.what): (u.count, u.micros) for u in await store.read_usage(scope, month=month, **more)}


async def test_counts_add_up_and_can_be_taken_back(store):
    await store.commit_usage(TOWN, "x", "2026-11", {"post": (1, 15_000), "post_read": (3, 15_000)})
    await store.commit_usage(TOWN, "x", "2026-11", {"post": (2, 30_000), "post_read": (-1, -5_000)})
    assert await counters(store) == {("x", "post"): (3, 45_000), ("x", "post_read"): (2, 10_000)}


async def test_months_accounts_and_tenants_are_apart(store):
    await store.commit_usage(TOWN, "x", "2026-11", {"post": (1, 1)})
    await store.commit_usage(TOWN, "y", "2026-11", {"post": (2, 2)})
    await store.commit_usage(TOWN, "x", "2026-12", {"post": (4, 4)})
    await store.commit_usage(OTHER, "x", "2026-11", {"post": (8, 8)})
    assert await counters(store, account="y") == {("y", "post"): (2, 2)}
    assert await counters(store, month="2026-12") == {("x", "post"): (4, 4)}
    assert await counters(store, OTHER) == {("x", "post"): (8, 8)}
    assert await counters(store, Scope("town", frozenset({"x"}))) == {("x", "post"): (1, 1)}
    assert await counters(store, Scope("nobody")) == {}


async def test_an_account_outside_the_scope_is_not_counted_for(store):
    with pytest.raises(ScopeDenied):
        await store.commit_usage(Scope("town", frozenset({"y"})), "x", "2026-11", {"post": (1, 1)})
