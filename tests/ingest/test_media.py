"""A file's way is its own: fetched once, tried again while that may help, ended by a typed reason, never half here."""

import gzip
import json
from collections.abc import AsyncIterator
from pathlib import Path

import anyio
import pytest
from tests.ingest.depot import ANA, PNG, Yard, png
from tests.plugin.scripted import Answer

from omnilink.errors import BadInput, NotFound, StoreBusy
from omnilink.ingest.media import MOST_ATTEMPTS, is_wrong_type
from omnilink.model import MediaState
from omnilink.store.base import Store
from omnilink.store.memory import MemoryStore
from omnilink.store.sqlite import SqliteStore

pytestmark = pytest.mark.anyio
FILE = "https://cdn.depot.example/lamp.png"
PENDING, FETCHED, FAILED = MediaState.PENDING, MediaState.FETCHED, MediaState.FAILED
REFUSED, EXPIRED = MediaState.REFUSED, MediaState.EXPIRED


@pytest.fixture(params=["memory", "sqlite"])
async def store(request: pytest.FixtureRequest, tmp_path: Path, anyio_backend: str) -> AsyncIterator[Store]:
    store: Store = MemoryStore() if request.param == "memory" else await SqliteStore.open(tmp_path / "town.db")
    yield store
    await store.aclose()


@pytest.fixture
async def yard(store: Store) -> Yard:
    return Yard(store)


@pytest.fixture
async def light() -> Yard:
    """Where the store makes no difference."""
    return Yard(MemoryStore())


async def test_file_of_a_message_waits_in_its_own_row_until_it_is_fetched(yard):
    yard.net.files["cdn.depot.example/lamp.png"] = png()
    await yard.tell(FILE, type="image/png")
    item = await yard.only()
    assert (item.state, item.ref, item.filename, item.attempts) == (PENDING, FILE, "lamp.png", 0)
    (item,) = await yard.fetch()
    assert (item.state, item.held, item.size, item.mime_type) == (FETCHED, "store", len(PNG), "image/png")
    assert (await yard.hub.media.read(item.id)).content == PNG
    assert (await yard.hub.timeline(ANA)).items[0].media == (item,)
    asked = len(yard.net.web.asked)
    await yard.fetch(3)
    assert len(yard.net.web.asked) == asked
    await yard.check()


async def test_file_that_is_named_by_an_id_takes_two_steps_and_the_token_only_the_first_host(yard):
    yard.net.files["api.depot.example/files/7"] = Answer(chunks=(json.dumps({"url": FILE}).encode(),))
    yard.net.files["cdn.depot.example/lamp.png"] = png()
    await yard.tell("id:7")
    assert (await yard.fetch())[0].state is FETCHED
    assert ["Authorization" in headers for headers in yard.net.web.headers] == [True, False]


async def test_same_file_twice_in_a_message_is_one_and_in_two_messages_one_content(yard):
    yard.net.files["cdn.depot.example/lamp.png"] = png()
    await yard.tell(FILE, FILE)
    await yard.tell(FILE, key="m2")
    first, second = await yard.fetch()
    assert first.sha256 == second.sha256
    assert first.interaction != second.interaction
    await yard.check()


async def test_redelivery_tells_no_file_twice(yard):
    yard.net.files["cdn.depot.example/lamp.png"] = png()
    await yard.tell(FILE)
    await yard.fetch()
    await yard.tell(FILE, again=1)
    await yard.tell(FILE + "?again", again=2)
    assert (await yard.only()).state is FETCHED
    assert len(yard.net.web.asked) == 1


async def test_link_that_died_is_expired_until_a_redelivery_tells_a_new_one(yard):
    await yard.tell(FILE)
    assert [i.state for i in await yard.fetch()] == [EXPIRED]
    yard.net.files["cdn.depot.example/new.png"] = png()
    await yard.tell("https://cdn.depot.example/new.png")
    item = await yard.only()
    assert (item.state, item.attempts, item.ref) == (PENDING, 0, FILE)
    assert [i.state for i in await yard.fetch()] == [FETCHED]
    assert (await yard.hub.timeline(ANA)).items[0].media[0].ref == FILE
    await yard.check()


async def test_provider_that_is_busy_is_asked_again_when_it_says_so(yard):
    answers = [Answer(503), Answer(429, {"retry-after": "100"}), png()]
    yard.net.files["cdn.depot.example/lamp.png"] = lambda: answers.pop(0)
    await yard.tell(FILE)
    (item,) = await yard.fetch(after_s=0)
    assert (item.state, item.reason, (item.not_before - yard.now).total_seconds()) == (PENDING, "http-503", 2)
    await yard.fetch(after_s=0)
    assert len(answers) == 2  # too early
    yard.wait(seconds=2)
    (item,) = await yard.fetch(after_s=0)
    assert (item.reason, (item.not_before - yard.now).total_seconds()) == ("http-429", 100)
    yard.wait(seconds=100)
    (item,) = await yard.fetch()
    assert (item.state, item.attempts, item.reason) == (FETCHED, 3, None)


async def test_line_that_stays_down_ends_as_failed_and_a_person_can_try_again(yard):
    yard.net.files["cdn.depot.example/lamp.png"] = Answer(500)
    await yard.tell(FILE)
    (item,) = await yard.fetch(MOST_ATTEMPTS + 2)
    assert (item.state, item.attempts, item.reason) == (FAILED, MOST_ATTEMPTS, "gave-up:http-500")
    yard.net.files["cdn.depot.example/lamp.png"] = png()
    (again,) = await yard.hub.media.retry()
    assert (again.state, again.attempts) == (PENDING, 0)
    assert [i.state for i in await yard.fetch()] == [FETCHED]
    with pytest.raises(BadInput):
        await yard.hub.media.retry([item.id])


async def _endless() -> AsyncIterator[bytes]:
    while True:
        yield b"x" * 100


BOMB = gzip.compress(b"\0" * 1_000_000)


@pytest.mark.parametrize(
    ("answer", "state", "reason"),
    [
        (Answer(302, {"location": "https://169.254.169.254/latest/meta-data"}), REFUSED, "host"),
        (Answer(302, {"location": "http://cdn.depot.example/lamp.png"}), REFUSED, "scheme"),
        (Answer(302, {"location": "https://inside.depot.example/lamp.png"}), REFUSED, "address"),
        (Answer(302, {"location": FILE}), REFUSED, "redirects"),
        (Answer(chunks=_endless), REFUSED, "too-large"),
        (Answer(headers={"content-length": "1001"}), REFUSED, "too-large"),
        (Answer(headers={"content-encoding": "gzip"}, chunks=(BOMB,)), REFUSED, "too-large"),
        (Answer(headers={"content-type": "image/png"}, chunks=(b"<!doctype html><p>sign in",)), REFUSED, "wrong-type"),
        (Answer(headers={"content-type": "image/png"}, chunks=(b"MZ\x90\0" + b"\0" * 100,)), REFUSED, "wrong-type"),
        (Answer(401), FAILED, "not-authorised"),
        (Answer(410), EXPIRED, "gone"),
        (Answer(418), FAILED, "status"),
    ],
)
async def test_malicious_or_dead_address_ends_with_its_reason_and_leaves_no_bytes(light, answer, state, reason):
    light.net.web.names["inside.depot.example"] = [["10.0.0.1"]]
    light.net.files["cdn.depot.example/lamp.png"] = answer
    await light.tell(FILE)
    (item,) = await light.fetch(2)
    assert (item.state, item.reason, item.held, item.attempts) == (state, reason, None, 1)
    with pytest.raises(BadInput):
        await light.hub.media.read(item.id)
    assert not await light.store.read_blobs(light.hub.scope, [item.sha256 or ""])
    await light.check()


@pytest.mark.parametrize(
    ("ref", "state", "reason"),
    [
        ("https://evil.example/lamp.png", REFUSED, "host"),
        ("http://cdn.depot.example/lamp.png", REFUSED, "scheme"),
        ("file:///etc/passwd", REFUSED, "scheme"),
        ("id:none", EXPIRED, "gone"),
        ("id:round", REFUSED, "redirects"),
        ("id:bug", REFUSED, "failed:ZeroDivisionError"),
    ],
)
async def test_address_a_stranger_wrote_is_refused_and_holds_up_nobody(light, ref, state, reason):
    light.net.files["cdn.depot.example/lamp.png"] = png()
    light.net.files["api.depot.example/files/round"] = Answer(chunks=(b"{}",))
    light.net.files["api.depot.example/files/none"] = Answer(chunks=(b'{"url": null}',))
    await light.tell(ref)
    await light.tell(FILE, key="m2")
    bad, good = await light.fetch()
    assert (bad.state, bad.reason, good.state) == (state, reason, FETCHED)
    assert not any("evil" in asked for asked in light.net.web.looked_up)


async def test_worker_that_dies_between_bytes_and_commit_leaves_a_file_that_is_due_again(yard, monkeypatch):
    yard.net.files["cdn.depot.example/lamp.png"] = png()
    await yard.tell(FILE)
    commit = type(yard.store).commit_change
    commits = 0

    async def dies_at_the_second(self, scope, change):
        nonlocal commits
        commits += 1
        if commits == 2:
            raise StoreBusy("the power went")
        return await commit(self, scope, change)

    monkeypatch.setattr(type(yard.store), "commit_change", dies_at_the_second)
    with pytest.raises(StoreBusy):
        await yard.hub.media.fetch()
    item = await yard.only()
    assert (item.state, item.attempts, item.held) == (PENDING, 1, None)
    assert (await yard.desk().fetch()).count == 0  # it might still be alive
    yard.wait(hours=1)
    (item,) = await yard.fetch()
    assert (item.state, item.attempts) == (FETCHED, 2)
    await yard.check()


async def test_file_that_kills_every_worker_is_given_up(yard, monkeypatch):
    await yard.tell(FILE)
    scopes: list[anyio.CancelScope] = []

    async def kill(self, item):
        scopes[-1].cancel()
        await anyio.sleep(10)

    monkeypatch.setattr(type(yard.desk()), "_fetch", kill)
    for _ in range(MOST_ATTEMPTS):
        with anyio.CancelScope() as scope:
            scopes.append(scope)
            await yard.hub.media.fetch()
        yard.wait(hours=1)
    await yard.hub.media.fetch()
    item = await yard.only()
    assert (item.state, item.reason) == (FAILED, "gave-up:no-answer")


async def test_two_workers_fetch_a_file_once(yard):
    yard.net.files["cdn.depot.example/lamp.png"] = png()
    await yard.tell(FILE)
    async with anyio.create_task_group() as tasks:
        for _ in range(4):
            tasks.start_soon(yard.desk().fetch)
    assert (await yard.only()).state is FETCHED
    assert len(yard.net.web.asked) == 1


async def test_new_picture_of_an_edit_and_recording_of_a_call_are_files_too(yard):
    for name in ("a", "b", "c"):
        yard.net.files[f"cdn.depot.example/{name}"] = png(PNG + name.encode())
    await yard.tell("https://cdn.depot.example/b", kind="edit", event="e1")  # before its message
    await yard.tell("https://cdn.depot.example/a")
    await yard.tell(kind="call", key="c1", event="ringing")
    await yard.tell("https://cdn.depot.example/c", kind="call", key="c1", event="completed")
    assert [i.state for i in await yard.fetch()] == [FETCHED] * 3
    call, message = (await yard.hub.timeline(ANA)).items
    assert (len(call.media), len(message.media)) == (1, 2)
    assert message.current_parts[0].ref in {i.ref for i in message.media}


async def test_file_in_the_envelope_is_here_at_once_without_a_network(yard, tmp_path):
    await yard.tell("part:2", "part:9", account="letters")
    there, lost = await yard.all()
    assert (there.state, there.held) == (FETCHED, "envelope")
    target = tmp_path / "out.png"
    assert (await yard.hub.media.export(there.id, target)).mime_type == "image/png"
    assert target.read_bytes() == PNG
    with pytest.raises(BadInput):
        await yard.hub.media.export(there.id, target)  # nothing is overwritten
    with pytest.raises(BadInput):
        await yard.hub.media.read(lost.id)
    with pytest.raises(NotFound):
        await yard.hub.media.read("nothing")
    assert yard.net.web.asked == []


async def test_other_accounts_files_are_not_seen(yard):
    from omnilink.model.scope import Scope

    await yard.tell(FILE)
    item = await yard.only()
    elsewhere = Scope("town", frozenset({"letters"}))
    assert await yard.store.read_media(elsewhere, ids=[item.id], interactions=[item.interaction]) == []
    assert await yard.store.read_due_media(elsewhere, now=yard.now) == []


@pytest.mark.parametrize(
    ("declared", "sniffed", "wrong"),
    [
        (None, "text/html", False),
        ("text/html; charset=utf-8", "text/html", False),
        ("application/pdf", "text/html", True),
        ("image/png", "image/svg+xml", True),
        ("image/png", "image/jpeg", False),
        ("IMAGE/PNG ; x=1", "text/plain", True),
        ("application/pdf", "application/x-elf", False),
        ("audio/ogg", "application/x-elf", True),
        ("application/octet-stream", "text/html", False),
    ],
)
def test_only_a_page_text_or_program_under_another_name_is_a_wrong_type(declared, sniffed, wrong):
    assert is_wrong_type(declared, sniffed) is wrong
