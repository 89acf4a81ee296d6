"""Files are told once, move only from where they stand, and have their bytes in the same commit."""

import hashlib
from datetime import timedelta

import pytest
from tests.store.town import START

from omnilink.errors import Conflict, NotFound
from omnilink.model import MediaItem, MediaState
from omnilink.store.base import Change
from omnilink.store.media import MediaUpdate

pytestmark = pytest.mark.anyio
P, F = MediaState.PENDING, MediaState.FETCHED
BYTES = b"a picture"
DIGEST = hashlib.sha256(BYTES).hexdigest()


async def _envelope(town, store):
    envelope = town.envelope()
    await store.commit_envelopes(town.scope, [envelope])
    return envelope.id


async def _item(desk, store, town, key="p:1", **more):
    interaction = await desk.say(key)
    fields = {"ref": "https://a.example/1", "event_key": "e1", "position": 0} | more
    return MediaItem(
        id=town.ids(), interaction=interaction.id, account="sms", envelope=await _envelope(town, store),
        created_at=START, not_before=START, **{"address": fields["ref"], **fields},
    )  # fmt: skip


def _update(item, state, **more):
    return MediaUpdate(item.id, (item.state, item.attempts), state, item.attempts + 1, item.not_before, **more)


async def test_file_comes_back_as_it_was_told(desk, store, town):
    item = await _item(desk, store, town, filename="ünï.png", declared_type="image/png")
    await desk.commit(media=[item])
    for names in ({"ids": [item.id]}, {"interactions": [item.interaction]}, {"states": [P]}):
        assert await store.read_media(town.scope, **names) == [item]
    assert await store.read_media(town.scope, states=[F]) == []
    assert await store.check() == []


async def test_due_is_what_is_pending_and_whose_time_has_come_the_longest_first(desk, store, town):
    items = [await _item(desk, store, town, f"p:{n}") for n in range(3)]
    items = [i.model_copy(update={"not_before": START + timedelta(hours=3 - n)}) for n, i in enumerate(items)]
    await desk.commit(media=items)
    due = await store.read_due_media(town.scope, now=START + timedelta(hours=2))
    assert [i.id for i in due] == [items[2].id, items[1].id]
    await desk.commit(media_updates=[_update(items[2], MediaState.EXPIRED)])
    assert [i.id for i in await store.read_due_media(town.scope, now=START + timedelta(hours=2), limit=1)] == [
        items[1].id
    ]


async def test_update_from_elsewhere_is_a_conflict_and_its_bytes_do_not_stay(desk, store, town):
    item = await _item(desk, store, town)
    await desk.commit(media=[item])
    done = _update(item, F, held="store", sha256=DIGEST, size=9)
    with pytest.raises(NotFound):
        await desk.commit(media_updates=[done])  # its bytes are nowhere
    await desk.commit(media_updates=[done], blobs={DIGEST: BYTES})
    with pytest.raises(Conflict):
        await desk.commit(media_updates=[done], blobs={hashlib.sha256(b"other").hexdigest(): b"other"})
    with pytest.raises(NotFound):
        await desk.commit(media_updates=[_update(item.model_copy(update={"id": town.ids()}), F)])
    (now,) = await store.read_media(town.scope, ids=[item.id])
    assert (now.state, now.attempts, now.sha256, now.size) == (F, 1, DIGEST, 9)
    assert list(await store.read_blobs(town.scope, [DIGEST, hashlib.sha256(b"other").hexdigest()])) == [DIGEST]
    assert await store.check() == []


async def test_file_told_again_at_a_new_address_waits_again_unless_it_is_here(desk, store, town):
    item = await _item(desk, store, town)
    await desk.commit(media=[item])
    await desk.commit(media_updates=[_update(item, MediaState.EXPIRED, reason="gone")])
    again = item.model_copy(update={"id": town.ids(), "ref": "https://a.example/2", "address": "https://a.example/2"})
    await desk.commit(media=[again])
    (now,) = await store.read_media(town.scope, interactions=[item.interaction])
    assert now == item.model_copy(update={"address": again.address})
    await desk.commit(media_updates=[_update(now, F, held="envelope")])
    third = item.model_copy(update={"id": town.ids(), "address": "https://a.example/3"})
    await desk.commit(media=[third, third.model_copy(update={"id": town.ids(), "position": 1})])
    (now,) = await store.read_media(town.scope, interactions=[item.interaction])
    assert (now.state, now.address) == (F, again.address)


async def test_files_of_an_echo_are_those_of_the_message_it_is_the_echo_of(desk, store, town):
    echo, ours = await desk.say("p:9"), await desk.say("out:1")
    base = await _item(desk, store, town, "p:0")
    mine = base.model_copy(update={"id": town.ids(), "interaction": ours.id})
    same = base.model_copy(update={"id": town.ids(), "interaction": echo.id})
    other = same.model_copy(update={"id": town.ids(), "ref": "https://a.example/2", "position": 1})
    await desk.commit(media=[mine, same, other])
    await desk.commit(shadowed=[(echo.id, ours.id)])
    assert {i.id for i in await store.read_media(town.scope, interactions=[ours.id])} == {mine.id, other.id}
    assert await store.read_media(town.scope, interactions=[echo.id]) == []
    with pytest.raises(Conflict):
        await desk.commit(media=[same.model_copy(update={"id": town.ids()})])
    assert await store.check() == []


async def test_both_stores_have_one_digest_of_files(desk, store, town):
    before = await store.read_digest(town.scope)
    item = await _item(desk, store, town)
    await store.commit_change(town.scope, Change(media=[item]))
    told = await store.read_digest(town.scope)
    await desk.commit(media_updates=[_update(item, MediaState.EXPIRED)])
    assert len({before, told, await store.read_digest(town.scope)}) == 3
