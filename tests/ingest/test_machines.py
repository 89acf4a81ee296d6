"""What wrote a mail is judged by the signs its connector hands over, kept with them, and answered accordingly."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from omnilink.errors import SendRefused
from omnilink.hub import Hub
from omnilink.ingest.accept import accept
from omnilink.model import Received
from omnilink.model.case import CaseState
from omnilink.plugin.settings import parse_settings
from omnilink.store.memory import MemoryStore
from omnilink.store.sqlite import SqliteStore

pytestmark = pytest.mark.anyio
SETTINGS = """
[accounts.mail]
connector = "email"
own_handles = ["mailto:help@city.example"]
smtp_host = "smtp.city.example"
"""
START = datetime(2026, 3, 2, 9, tzinfo=UTC)


class Desk:
    """A hub that reads raw mail."""

    def __init__(self, store) -> None:
        self.now, self.store, self.count = START, store, 0
        self.hub = Hub(store, parse_settings(SETTINGS), clock=lambda: self.now)

    async def mail(self, *fields: str, text: str = "Is anybody there?", who: str = "ana@example.org"):
        """Hears one mail; returns the interaction."""
        self.count += 1
        head = [f"From: {who}", "To: help@city.example", f"Message-ID: <{self.count}@example.org>", *fields]
        raw = "\r\n".join([*head, "", text]).encode()
        await accept(
            self.store, self.hub.scope, [Received(body=raw, received_at=self.now)], account="mail", connector="email",
            new_id=self.hub._new_id, clock=lambda: self.now,
        )  # fmt: skip
        await self.hub.process()
        return (await self.store.read_latest(self.hub.scope, "mail", limit=1))[0]

    async def answer(self, interaction, **fields):
        return await self.hub.outbox.reply(interaction.id, "We have your message.", automated=True, **fields)


@pytest.fixture
def anyio_backend() -> str:
    """Once is enough: nothing here depends on the event loop."""
    return "asyncio"


@pytest.fixture(params=["memory", "sqlite"])
async def desk(request, tmp_path) -> AsyncIterator[Desk]:
    store = MemoryStore() if request.param == "memory" else await SqliteStore.open(tmp_path / "town.db")
    yield Desk(store)
    await store.aclose()


@pytest.mark.parametrize(
    ("fields", "automated", "by"),
    [
        (["Subject: A lamp"], None, ()),
        (["Auto-Submitted: no"], None, ()),
        (["Auto-Submitted: auto-replied (vacation)"], "auto-reply", ("auto_submitted",)),
        (["X-Autoreply: yes"], "auto-reply", ("auto_reply_field",)),
        (["Precedence: bulk"], "bulk", ("precedence",)),
        (["List-Id: <streets.lists.example>"], "list", ("list",)),
        (["X-Loop: omnilink"], "loop", ("x_loop",)),
        (["Return-Path: <>", "Subject: Automatic reply: lamp", "In-Reply-To: <9@x>"], "auto-reply", ("subject",)),
        (["Content-Type: multipart/report; report-type=delivery-status; boundary=b"], "bounce", ("report",)),
    ],
)
async def test_a_machine_is_told_from_a_person_with_its_signs(desk, fields, automated, by):
    found = await desk.mail(*fields)
    assert found.automated == automated
    assert set(by) <= set(found.automated_by)
    assert "@" not in "".join(found.automated_by)


async def test_what_a_person_wrote_to_us_is_answered_by_machine_once_a_day(desk):
    asked = await desk.mail()
    first = await desk.answer(asked)
    again = await desk.mail("In-Reply-To: <1@example.org>", text="And now?")
    with pytest.raises(SendRefused) as refused:
        await desk.answer(again)
    assert refused.value.reason == "answered-lately"
    assert (await desk.hub.outbox.reply(again.id, "An official writes.")).id != first.id
    desk.now += timedelta(days=1, seconds=1)
    assert await desk.answer(again)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        (["Auto-Submitted: auto-replied"], "machine"),
        (["List-Id: <streets.lists.example>"], "machine"),
        (["X-Auto-Response-Suppress: All"], "unwanted"),
        (["Return-Path: <>"], "unwanted"),
    ],
)
async def test_no_machine_and_nobody_who_minds_is_answered_by_machine(desk, fields, reason):
    asked = await desk.mail(*fields)
    with pytest.raises(SendRefused) as refused:
        await desk.answer(asked)
    assert refused.value.reason == reason
    assert await desk.hub.outbox.reply(asked.id, "An official writes.")


async def test_a_loop_that_changes_its_address_each_time_ends(desk):
    outcomes = []
    for n in range(20):
        desk.now += timedelta(seconds=20)
        asked = await desk.mail(f"Subject: Ticket {n}", text=f"Your ticket {n} was opened", who=f"t{n}@desk.example")
        try:
            await desk.answer(asked)
            outcomes.append("sent")
        except SendRefused as refused:
            outcomes.append(refused.reason)
    assert outcomes == ["sent"] * 4 + ["loop"] * 16


async def test_a_bounce_is_under_the_case_of_what_we_sent_and_opens_nothing(desk):
    asked = await desk.mail()
    (case,) = await desk.hub.cases.list()
    await desk.hub.cases.close(case.id, by="clerk")
    await desk.mail("In-Reply-To: <1@example.org>", "Auto-Submitted: auto-replied", "Subject: Re: away")
    (same,) = await desk.hub.cases.list()
    assert (same.id, same.state, same.interactions) == (case.id, CaseState.CLOSED, 2)
    assert asked.automated is None
