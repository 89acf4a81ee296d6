"""Odd and hostile mail goes through the whole of ingest: recorded, under one case, in a time that does not explode."""

import time
from collections.abc import AsyncIterator

import pytest
from tests.ingest.test_machines import Desk

from omnilink.store.memory import MemoryStore
from omnilink.store.sqlite import SqliteStore

pytestmark = pytest.mark.anyio
MOST_S = 6.0
"""For one mail, on a machine that does other things too; usual ones take a thousandth of it."""
IDS = [f"<r{n}@example.org>" for n in range(10_000)]


@pytest.fixture
def anyio_backend() -> str:
    """Once is enough: nothing here depends on the event loop."""
    return "asyncio"


@pytest.fixture(params=["memory", "sqlite"])
async def desk(request, tmp_path) -> AsyncIterator[Desk]:
    store = MemoryStore() if request.param == "memory" else await SqliteStore.open(tmp_path / "town.db")
    yield Desk(store)
    assert await store.check() == []
    assert (await store.read_ledger(Desk(store).hub.scope)).balanced
    await store.aclose()


async def timed(desk: Desk, *fields: str, **more: str):
    start = time.perf_counter()
    found = await desk.mail(*fields, **more)
    assert time.perf_counter() - start < MOST_S
    return found


async def cases(desk: Desk) -> list[int]:
    return [case.interactions for case in await desk.hub.cases.list(limit=1000)]


async def test_mails_that_cite_each_other_in_a_circle_are_one_conversation(desk):
    await timed(desk, "References: <2@example.org> <3@example.org>")
    await timed(desk, "References: <3@example.org> <1@example.org>", "In-Reply-To: <3@example.org>")
    await timed(desk, "References: <1@example.org> <2@example.org> <3@example.org>", "In-Reply-To: <3@example.org>")
    (thread,) = await desk.hub.conversations()
    assert (thread.interactions, await cases(desk)) == (3, [3])


async def test_ten_thousand_references_cost_what_a_hundred_cost(desk):
    await timed(desk, f"References: {' '.join(IDS)}")
    await timed(desk, f"References: {IDS[0]}", who="omar@example.org")
    await timed(desk, f"References: {IDS[-1]}", who="eva@example.org")
    (thread,) = await desk.hub.conversations()
    assert thread.interactions == 3
    assert len(thread.keys) < 200


async def test_a_mail_without_an_id_is_recorded_once_and_alone(desk):
    for _ in range(2):
        await desk.mail("Message-ID:", "Message-ID: not an id", text="the same")
    assert sum(await cases(desk)) == 2


async def test_two_ids_of_one_mail_are_one_thread(desk):
    await timed(desk, "Message-ID: <second@example.org>")
    await timed(desk, "In-Reply-To: <second@example.org>", who="omar@example.org")
    assert await cases(desk) == [2]


async def test_two_mails_with_one_id_stay_two_and_are_one_thread(desk):
    await timed(desk, "Message-ID: <same@example.org>", text="one")
    await timed(desk, "Message-ID: <same@example.org>", text="another", who="eve@example.net")
    assert await cases(desk) == [2]


@pytest.mark.parametrize(
    "date",
    ["Thu, 01 Jan 1970 00:00:00 +0000", "Thu, 31 Dec 2099 23:59:59 +0000", "Fri, 31 Dec 9999 23:59:59 -1200", "when?"],
)
async def test_a_clock_that_is_wrong_loses_nothing(desk, date):
    await timed(desk, "Subject: Street lamp", text="The street lamp in Harbour Road is dark")
    await timed(desk, f"Date: {date}", "Subject: Re: Street lamp", "In-Reply-To: <1@example.org>")
    await timed(desk, "Subject: Re: Street lamp", "In-Reply-To: <2@example.org>")
    assert await cases(desk) == [3]


@pytest.mark.parametrize("line", ["> the same line once more", ">" * 200 + " deep", "On Monday, Ana wrote:"])
async def test_five_megabytes_of_quoted_text_are_a_mail_like_any(desk, line):
    await timed(desk, text="Here is my answer.\r\n" + f"{line}\r\n" * (5_000_000 // (len(line) + 2)))
    assert await cases(desk) == [1]


async def test_a_flood_of_one_persons_mails_does_not_slow_the_next(desk):
    for n in range(60):
        word = "".join(chr(97 + (n * 7 + k * 11) % 26) for k in range(8))
        await desk.mail(f"Subject: {word}", text=f"{word[::-1]} {word[2:]}x", who="shop@example.net")
    await timed(desk, "Subject: Something else", who="shop@example.net")
    assert sum(await cases(desk)) == 61
