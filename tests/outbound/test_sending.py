"""A message is on disk before it leaves, leaves once, and its fate is in the citizen's history."""

from datetime import timedelta

import pytest
from tests.outbound.conftest import ANA, ConnectError, Desk, ReadTimeout, Response

from omnilink.errors import BadInput, NotFound, SendRefused
from omnilink.model import OutboxState, Template
from omnilink.store.base import Store

pytestmark = pytest.mark.anyio


async def test_message_is_in_the_history_before_it_leaves(desk: Desk) -> None:
    item = await desk.outbox.send(ANA, "hello **Ana**")
    assert item.state is OutboxState.QUEUED
    assert desk.provider.calls == []
    assert await desk.state() == ["queued"]
    await desk.outbox.deliver()
    assert await desk.state() == ["accepted"]
    assert (await desk.outbox.item(item.id)).delivered == ("carrier:m1",)
    await desk.check()


async def test_receipts_only_ever_climb(desk: Desk) -> None:
    await desk.outbox.send(ANA, "hello")
    await desk.outbox.deliver()
    for n, status in enumerate(["delivered", "sent", "read", "delivered"]):
        await desk.tell(id=f"r{n}", kind="receipt", of="m1", status=status)
    assert await desk.state() == ["read"]
    await desk.check()


async def test_receipt_that_comes_before_our_own_commit_is_settled_with_it(desk: Desk) -> None:
    item = await desk.outbox.send(ANA, "hello")
    await desk.tell(id="r1", kind="receipt", of="m1", status="delivered")
    assert await desk.state() == ["queued"]
    await desk.outbox.deliver([item.id])
    assert await desk.state() == ["delivered"]
    assert (await desk.hub.ledger()).events.get("parked", 0) == 0
    await desk.check()


async def test_echo_after_the_answer_is_the_same_message(desk: Desk) -> None:
    await desk.outbox.send(ANA, "hello")
    await desk.outbox.deliver()
    await desk.tell(id="e1", kind="echo", message="m1")
    assert await desk.state() == ["accepted"]
    await desk.check()


async def test_echo_before_the_answer_is_the_same_message(desk: Desk) -> None:
    item = await desk.outbox.send(ANA, "hello")
    await desk.tell(id="e1", kind="echo", message="m1")
    await desk.tell(id="r1", kind="receipt", of="m1", status="delivered")
    await desk.outbox.deliver([item.id])
    assert await desk.state() == ["delivered"]
    page = await desk.hub.timeline(ANA)
    assert [i.id for i in await desk.hub.conversation(page.items[0].conversation)] == [item.interaction]
    await desk.tell(id="r2", kind="receipt", of="m1", status="read")
    assert await desk.state() == ["read"]
    await desk.check()


async def test_the_same_idempotency_key_is_the_same_message(desk: Desk) -> None:
    first = await desk.outbox.send(ANA, "hello", idempotency_key="k1")
    await desk.outbox.deliver()
    again = await desk.outbox.send(ANA, "hello", idempotency_key="k1")
    await desk.outbox.deliver()
    assert again.id == first.id
    assert len(desk.provider.calls) == 1


async def test_unknown_outcome_is_never_repeated_by_itself(desk: Desk) -> None:
    desk.provider.answers = [ReadTimeout()]
    item = await desk.outbox.send(ANA, "hello")
    for _ in range(5):
        await desk.outbox.deliver()
        desk.wait(hours=3)
    assert len(desk.provider.calls) == 1
    assert (await desk.outbox.item(item.id)).state is OutboxState.UNKNOWN
    assert await desk.state() == ["unknown"]
    await desk.outbox.resend(item.id)
    await desk.outbox.deliver()
    assert await desk.state() == ["accepted"]


async def test_what_never_left_is_tried_again_later(desk: Desk) -> None:
    desk.provider.answers = [ConnectError(), ConnectError()]
    item = await desk.outbox.send(ANA, "hello")
    await desk.outbox.deliver()
    await desk.outbox.deliver()  # not due yet
    assert len(desk.provider.calls) == 1
    for _ in range(2):
        desk.wait(minutes=2)
        await desk.outbox.deliver()
    assert (await desk.outbox.item(item.id)).state is OutboxState.ACCEPTED
    assert len(desk.provider.calls) == 3


async def test_retry_after_is_honoured(desk: Desk) -> None:
    desk.provider.answers = [Response(429, headers={"Retry-After": "90"})]
    await desk.outbox.send(ANA, "hello")
    await desk.outbox.deliver()
    desk.wait(seconds=89)
    await desk.outbox.deliver()
    assert len(desk.provider.calls) == 1
    desk.wait(seconds=1)
    await desk.outbox.deliver()
    assert await desk.state() == ["accepted"]


async def test_a_message_goes_on_with_the_part_that_failed(desk: Desk, tmp_path) -> None:
    (tmp_path / "plan.pdf").write_bytes(b"%PDF")
    desk.provider.answers = [Response(200, b'{"id": "a"}'), Response(200, b'{"id": "u"}'), ConnectError()]
    item = await desk.outbox.send(ANA, "see the file", files=[tmp_path / "plan.pdf"])
    await desk.outbox.deliver()
    desk.wait(minutes=2)
    await desk.outbox.deliver()
    assert [url for url, _ in desk.provider.calls] == ["send", "upload", "send", "send"]
    assert desk.provider.sent[-1] == b'{"file": "u"}'
    done = await desk.outbox.item(item.id)
    assert done.delivered == ("carrier:a", "carrier:m4")


async def test_refusal_by_the_provider_is_a_failure_with_its_code(desk: Desk) -> None:
    desk.provider.answers = [Response(400)]
    item = await desk.outbox.send(ANA, "hello")
    await desk.outbox.deliver()
    failed = await desk.outbox.item(item.id)
    assert (failed.state, failed.reason, failed.error_code) == (OutboxState.FAILED, "bad-request", "400")
    assert await desk.state() == ["failed"]


async def test_messages_of_one_conversation_leave_in_order(desk: Desk) -> None:
    desk.provider.answers = [Response(429, headers={"retry-after": "60"})]
    for text in ("one", "two", "three"):
        await desk.outbox.send(ANA, text)
    other = await desk.outbox.send("tel:+34600999888", "elsewhere")
    await desk.outbox.deliver()
    assert (await desk.outbox.item(other.id)).state is OutboxState.ACCEPTED
    desk.wait(seconds=61)
    for _ in range(3):
        await desk.outbox.deliver()
    texts = [body for body in desk.provider.sent if b"elsewhere" not in body]
    assert texts == [b'{"text": "one"}', b'{"text": "one"}', b'{"text": "two"}', b'{"text": "three"}']


async def test_worker_that_died_leaves_an_unknown_outcome(desk: Desk, store: Store) -> None:
    class Died(BaseException):
        """As if the process ended."""

    desk.provider.answers = [Died()]  # type: ignore[list-item]
    item = await desk.outbox.send(ANA, "hello")

    async def dies(*args: object, **more: object) -> Response:
        raise Died

    desk.provider.request = dies  # type: ignore[method-assign]
    with pytest.raises(Died):
        await desk.outbox.deliver()
    assert (await desk.outbox.item(item.id)).state is OutboxState.SENDING
    again = Desk(store)
    again.now = desk.now + timedelta(minutes=10)
    await again.outbox.deliver()
    assert (await again.outbox.item(item.id)).state is OutboxState.UNKNOWN
    assert again.provider.calls == []


async def test_deadline_that_has_passed_is_kept(desk: Desk) -> None:
    item = await desk.outbox.send(ANA, "soon", deadline=desk.now + timedelta(minutes=1))
    desk.wait(minutes=2)
    await desk.outbox.deliver()
    assert (await desk.outbox.item(item.id)).state is OutboxState.EXPIRED
    assert desk.provider.calls == []


async def test_cancelled_message_never_leaves(desk: Desk) -> None:
    item = await desk.outbox.send(ANA, "no", not_before=desk.now + timedelta(hours=1))
    await desk.outbox.cancel(item.id)
    desk.wait(hours=2)
    await desk.outbox.deliver()
    assert desk.provider.calls == []
    with pytest.raises(BadInput):
        await desk.outbox.cancel(item.id)


async def test_answer_goes_back_where_it_came_from(desk: Desk) -> None:
    await desk.tell(id="i1", kind="message", text="a question")
    asked = (await desk.hub.timeline(ANA)).items[0]
    item = await desk.outbox.reply(asked.interaction.id, "an answer")
    await desk.outbox.deliver()
    page = await desk.hub.timeline(ANA)
    assert [i.direction for i in page.items] == ["outbound", "inbound"]
    assert page.items[0].conversation == page.items[1].conversation
    assert page.items[0].interaction.in_reply_to == asked.interaction.message_key
    assert item.recipient is not None
    assert item.recipient.key == ANA


async def test_reaction_and_edit_change_their_target(desk: Desk) -> None:
    sent = await desk.outbox.send(ANA, "helo")
    await desk.outbox.deliver()
    await desk.outbox.edit(sent.interaction, "hello")
    await desk.outbox.react(sent.interaction, "👍")
    await desk.outbox.deliver()
    await desk.outbox.deliver()
    (item,) = (await desk.hub.timeline(ANA)).items
    assert item.current_parts[0].text == "hello"  # type: ignore[union-attr]
    assert item.reactions == {"👍": 1}
    with pytest.raises(SendRefused, match="delete"):
        await desk.outbox.delete(sent.interaction)


async def test_stop_word_is_a_typed_refusal_before_any_network(desk: Desk) -> None:
    await desk.tell(id="s1", kind="stop")
    with pytest.raises(SendRefused) as refused:
        await desk.outbox.send(ANA, "hello")
    assert refused.value.reason == "opted-out"
    assert (await desk.outbox.can_send(ANA, "hello")).reason == "opted-out"
    assert desk.provider.calls == []


async def test_stop_word_that_comes_while_a_message_waits_holds_it_back(desk: Desk) -> None:
    item = await desk.outbox.send(ANA, "later", not_before=desk.now + timedelta(hours=1))
    await desk.tell(id="s1", kind="stop")
    desk.wait(hours=2)
    await desk.outbox.deliver()
    assert (await desk.outbox.item(item.id)).reason == "opted-out"
    assert desk.provider.calls == []


async def test_stop_the_provider_tells_by_its_code_is_remembered(desk: Desk) -> None:
    desk.provider.answers = [Response(400, b"21610")]
    await desk.outbox.send(ANA, "hello")
    await desk.outbox.deliver()
    with pytest.raises(SendRefused) as refused:
        await desk.outbox.send(ANA, "again")
    assert refused.value.reason == "opted-out"
    await desk.check()


async def test_closed_window_lets_only_templates_through(store: Store) -> None:
    desk = Desk(store, "windowed")
    with pytest.raises(SendRefused) as refused:
        await desk.outbox.send(ANA, "hello")
    assert refused.value.reason == "window-closed"
    await desk.tell(id="i1", kind="message")
    check = await desk.outbox.can_send(ANA, "hello")
    assert check.allowed
    assert check.window_until == desk.now + timedelta(days=1)
    desk.wait(days=1)
    assert (await desk.outbox.can_send(ANA, "hello")).needs_template
    item = await desk.outbox.send(ANA, [Template(name="reminder", language="es")])
    assert item.state is OutboxState.QUEUED


async def test_channel_that_only_answers_does_not_write_first(store: Store) -> None:
    desk = Desk(store, "shy")
    with pytest.raises(SendRefused) as refused:
        await desk.outbox.send(ANA, "hello")
    assert refused.value.reason == "cannot-start"
    await desk.tell(id="i1", kind="message")
    assert (await desk.outbox.send(ANA, "hello")).state is OutboxState.QUEUED


@pytest.mark.parametrize(
    ("to", "text", "reason"),
    [("mailto:ana@example.org", "hello", "unreachable"), (ANA, "   ", "empty")],
)
async def test_what_cannot_be_sent_is_refused_and_nothing_is_stored(
    desk: Desk, to: str, text: str, reason: str
) -> None:
    with pytest.raises(SendRefused) as refused:
        await desk.outbox.send(to, text)
    assert refused.value.reason == reason
    assert await desk.outbox.items() == []
    assert await desk.hub.contacts() == []


async def test_file_that_is_too_large_is_refused_before_anything_is_stored(desk: Desk, tmp_path) -> None:
    (tmp_path / "big.bin").write_bytes(b"x" * 2000)
    with pytest.raises(SendRefused, match="large"):
        await desk.outbox.send(ANA, "see", files=[tmp_path / "big.bin"])
    assert await desk.outbox.items() == []


async def test_answering_nothing_known_is_told(desk: Desk) -> None:
    with pytest.raises(NotFound):
        await desk.outbox.reply("0190b0a0-0000-7000-8000-000000000000", "hello")


async def test_two_workers_send_once(desk: Desk, store: Store) -> None:
    import anyio

    for n in range(20):
        await desk.outbox.send(f"tel:+346001112{n:02}", "hello")
    other = Desk(store)
    other.now = desk.now
    other.hub.outbox.deliverer.http().calls = desk.provider.calls  # type: ignore[attr-defined]
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(desk.outbox.deliver)
        tasks.start_soon(other.outbox.deliver)
    assert len(desk.provider.calls) == 20
    await desk.check()


async def test_answer_cannot_be_sent_to_somebody_else(desk: Desk) -> None:
    await desk.tell(id="i1", kind="message")
    await desk.tell(id="i2", kind="message", who="+34600999888")
    asked = (await desk.hub.timeline(ANA)).items[0]
    with pytest.raises(BadInput, match="somebody else"):
        await desk.outbox.send("tel:+34600999888", "for you", reply_to=asked.interaction.id)


async def test_another_account_or_number_is_no_way_around_a_stop(store: Store) -> None:
    desk = Desk(store)
    settings = desk.hub.settings.accounts["line"]
    desk.hub.accounts._configured["line"] = type(settings)(  # type: ignore[index]
        "line", "carrier", ("tel:+34920000000", "tel:+34910000000")
    )
    await desk.tell(id="s1", kind="stop")
    with pytest.raises(SendRefused) as refused:
        await desk.outbox.send(ANA, "hello")
    assert refused.value.reason == "opted-out"


async def test_connector_that_breaks_on_one_message_holds_up_nobody_else(desk: Desk, monkeypatch) -> None:
    bad = await desk.outbox.send(ANA, "poison")
    good = await desk.outbox.send("tel:+34600999888", "fine")
    carrier = desk.hub.accounts.connector("line")
    whole = type(carrier).render

    def render(self, message, context):
        if message.parts[0].text == "poison":
            raise ValueError
        return whole(self, message, context)

    monkeypatch.setattr(type(carrier), "render", render)
    await desk.outbox.deliver()
    assert (await desk.outbox.item(bad.id)).reason == "failed:ValueError"
    assert (await desk.outbox.item(good.id)).state is OutboxState.ACCEPTED


async def test_message_that_waited_past_the_window_does_not_leave(store: Store) -> None:
    desk = Desk(store, "windowed")
    await desk.tell(id="i1", kind="message")
    with pytest.raises(SendRefused, match="window"):
        await desk.outbox.send(ANA, "too late", not_before=desk.now + timedelta(days=3))
    desk.provider.answers = [Response(429, headers={"retry-after": "90000"})]
    item = await desk.outbox.send(ANA, "throttled")
    for _ in range(3):
        await desk.outbox.deliver()
        desk.wait(hours=20)
    assert (await desk.outbox.item(item.id)).state is OutboxState.EXPIRED
    assert len(desk.provider.calls) == 1


async def test_citizens_message_cannot_be_changed_by_us(desk: Desk) -> None:
    from omnilink.model import Action, Draft, Text

    await desk.tell(id="i1", kind="message")
    asked = (await desk.hub.timeline(ANA)).items[0]
    with pytest.raises(BadInput):
        await desk.outbox.send(Draft(action=Action.EDIT, target=asked.interaction.id, parts=(Text(text="x"),)))


async def test_key_of_another_message_is_refused(desk: Desk) -> None:
    await desk.outbox.send(ANA, "one", idempotency_key="k")
    with pytest.raises(BadInput, match="key"):
        await desk.outbox.send(ANA, "two", idempotency_key="k")
