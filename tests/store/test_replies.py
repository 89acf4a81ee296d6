"""A request is told one thing, for ever: a second reply to it is refused whole, with everything that came with it."""

from dataclasses import replace

import pytest
from tests.store.desk import at
from tests.store.town import say

from omnilink.errors import Conflict, ScopeDenied
from omnilink.model.scope import Scope
from omnilink.store.base import Change, Reply
from omnilink.store.memory import MemoryStore

pytestmark = pytest.mark.anyio


def reply(key: str = "turn:1", *, account: str = "sms", body: bytes = b"<Response/>\xff") -> Reply:
    return Reply(account, key, 200, "text/xml; charset=utf-8", body, at(1))


async def test_a_reply_comes_back_byte_for_byte_beside_its_envelope(store, town):
    envelope = town.envelope(say("m1", "tel:+34600000001"), key="turn:1")
    await store.commit_envelopes(town.scope, [envelope])
    await store.commit_change(town.scope, Change(replies=[reply()]))
    asked = await store.read_asked(town.scope, "sms", "turn:1")
    assert asked.reply == reply()
    assert asked.envelope is not None
    assert asked.envelope.id == envelope.id
    assert await store.check() == []


async def test_nothing_is_known_of_a_request_that_never_came(store, town):
    for account in ("sms", "never"):
        asked = await store.read_asked(town.scope, account, "turn:9")
        assert (asked.envelope, asked.reply) == (None, None)


async def test_a_second_reply_is_a_conflict_and_writes_nothing(store, town):
    await store.commit_change(town.scope, Change(replies=[reply()]))
    before = await store.read_digest(town.scope)
    with pytest.raises(Conflict):
        await store.commit_change(town.scope, Change(replies=[reply("turn:2"), reply(body=b"other")]))
    assert await store.read_digest(town.scope) == before
    assert (await store.read_asked(town.scope, "sms", "turn:2")).reply is None


async def test_the_same_key_of_another_account_is_another_request(store, town):
    await store.commit_change(town.scope, Change(replies=[reply(), reply(account="desk", body=b"theirs")]))
    found = (await store.read_asked(town.scope, "desk", "turn:1")).reply
    assert found is not None
    assert found.body == b"theirs"


async def test_replies_are_of_one_tenant_and_of_accounts_in_scope(store, town):
    await store.commit_change(town.scope, Change(replies=[reply()]))
    assert (await store.read_asked(Scope("elsewhere"), "sms", "turn:1")).reply is None
    with pytest.raises(ScopeDenied):
        await store.read_asked(Scope(town.scope.tenant, frozenset({"desk"})), "sms", "turn:1")


async def test_the_digest_tells_what_was_said_and_not_when(store, town):
    await store.commit_change(town.scope, Change(replies=[reply()]))
    same, other = type(town)(), type(town)()
    late, wrong = MemoryStore(), MemoryStore()
    await late.commit_change(same.scope, Change(replies=[replace(reply(), at=at(9))]))
    await wrong.commit_change(other.scope, Change(replies=[reply(body=b"other")]))
    assert await late.read_digest(same.scope) == await store.read_digest(town.scope)
    assert await wrong.read_digest(other.scope) != await store.read_digest(town.scope)
