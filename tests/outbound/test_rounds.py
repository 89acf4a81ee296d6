"""What was sent again is judged by what was heard since; a name that a provider gives twice stays the first one's."""

import pytest
from tests.outbound.conftest import ANA, Response

from omnilink.model import OutboxState, Revision, RevisionAction
from omnilink.model.delivery import RESENT, fold_delivery

pytestmark = pytest.mark.anyio
BAD, DOWN = Response(400, b"{}"), Response(500, b"")


async def test_failed_message_that_was_sent_again_is_shown_as_it_is_now(desk):
    desk.provider.answers = [BAD]
    item = await desk.outbox.send(ANA, "hello")
    await desk.outbox.deliver()
    assert await desk.state() == ["failed"]
    desk.wait(minutes=1)
    await desk.outbox.resend(item.id)
    assert await desk.state() == ["queued"]
    desk.wait(minutes=1)
    await desk.outbox.deliver()
    assert await desk.state() == ["accepted"]
    desk.wait(minutes=1)
    await desk.tell(id="r1", kind="receipt", of="m2", status="failed")
    assert await desk.state() == ["failed"]
    await desk.check()


async def test_what_had_arrived_all_the_same_stays_delivered(desk):
    desk.provider.answers = [DOWN]  # it had been taken, and the answer says nothing of it
    item = await desk.outbox.send(ANA, "hello")
    await desk.outbox.deliver()
    desk.wait(minutes=1)
    if (await desk.outbox.item(item.id)).state is OutboxState.UNKNOWN:
        await desk.outbox.resend(item.id)
    desk.wait(minutes=1)
    await desk.outbox.deliver()
    assert await desk.state() == ["accepted"]
    await desk.tell(id="r1", kind="receipt", of="m2", status="delivered")
    assert await desk.state() == ["delivered"]


@pytest.mark.parametrize("backwards", [False, True])
def test_rounds_are_told_by_time_and_not_by_the_order_of_arrival(backwards):
    from datetime import timedelta

    from tests.outbound.conftest import START

    def told(*words):
        rows = [
            Revision(id=f"{n}", interaction="i", action=RevisionAction.RECEIPT, account="line", event_key=f"{n}",
                     at=START + timedelta(minutes=n), status=word)
            for n, word in enumerate(words)
        ]  # fmt: skip
        return fold_delivery(reversed(rows) if backwards else rows)

    assert told("queued", "failed", RESENT) == "queued"
    assert told("queued", "failed", RESENT, "accepted") == "accepted"
    assert told("queued", "delivered", RESENT, "failed") == "delivered"
    assert told("queued", "failed", RESENT, "accepted", "failed", RESENT, "sent") == "sent"
    assert told("queued", "failed") == "failed"


async def test_id_that_a_provider_gives_to_two_messages_makes_neither_the_echo_of_the_other(desk):
    desk.provider.answers = [Response(200, b'{"id": "same"}'), Response(200, b'{"id": "same"}')]
    first = await desk.outbox.send(ANA, "first")
    await desk.outbox.deliver()
    desk.wait(minutes=1)
    second = await desk.outbox.send(ANA, "second")
    await desk.outbox.deliver()
    states = [(await desk.outbox.item(i.id)).state for i in (first, second)]
    assert states == [OutboxState.ACCEPTED, OutboxState.ACCEPTED]
    shown = (await desk.hub.timeline(ANA)).items
    assert [item.current_parts[0].text for item in shown] == ["second", "first"]
    await desk.tell(id="r1", kind="receipt", of="same", status="delivered")
    assert await desk.state() == ["accepted", "delivered"]
    await desk.check()
