"""Who is written to: the address last heard from, never past a stop, and never shown in a dry run."""

from datetime import timedelta

import pytest
from tests.outbound.conftest import ANA, START, Windowed

from omnilink.errors import SendRefused
from omnilink.model import Handle, OutboxState
from omnilink.model.persona import Persona
from omnilink.outbound.plan import without_recipient
from omnilink.outbound.route import Sender, choose_routes

pytestmark = pytest.mark.anyio
OTHER = "tel:+34600333444"
SENDER = Sender("line", "sms", Windowed.capabilities)


def holder(number: str, born_minutes: int) -> tuple[Handle, Persona]:
    handle = Handle.of("tel", number)
    return handle, Persona(id=number, key=handle.key, handle=handle,
                           born_at=START + timedelta(minutes=born_minutes))  # fmt: skip


def test_address_last_heard_from_comes_first_then_the_one_that_came_up_last():
    people = [holder("+1", 1), holder("+2", 2), holder("+3", 3)]
    born = {p.id: p.born_at.timestamp() for _, p in people}
    routes = choose_routes(people, [SENDER], heard_at={"+1": 50.0, "+2": 20.0}, born_at=born)
    assert [route.recipient.value for route in routes] == ["+1", "+2", "+3"]
    routes = choose_routes(people, [SENDER], born_at=born)
    assert [route.recipient.value for route in routes] == ["+3", "+2", "+1"]


async def test_contact_of_two_numbers_is_written_to_where_they_wrote_last(desk):
    await desk.tell(id="a", kind="dm")
    desk.wait(minutes=1)
    await desk.tell(id="b", kind="dm", who=OTHER.removeprefix("tel:"))
    await desk.hub.link(ANA, OTHER, by="desk")
    contact = (await desk.hub.contact(ANA)).id
    desk.wait(minutes=1)
    await desk.tell(id="c", kind="dm")
    item = await desk.outbox.send(contact, "hello")
    assert item.recipient.key == ANA
    desk.wait(minutes=1)
    await desk.tell(id="d", kind="dm", who=OTHER.removeprefix("tel:"))
    assert (await desk.outbox.send(contact, "hello")).recipient.key == OTHER


async def test_plan_and_delivery_ask_the_same_people_for_consent(desk):
    await desk.tell(id="a", kind="dm")
    await desk.tell(id="b", kind="dm", who=OTHER.removeprefix("tel:"))
    await desk.hub.link(ANA, OTHER, by="desk")
    item = await desk.outbox.send(ANA, "hello")
    desk.wait(minutes=1)
    await desk.tell(id="s", kind="stop", who=OTHER.removeprefix("tel:"))
    with pytest.raises(SendRefused) as refused:
        await desk.outbox.send(ANA, "hello")
    assert refused.value.reason == "opted-out"
    await desk.outbox.deliver()
    item = await desk.outbox.item(item.id)
    assert (item.state, item.reason) == (OutboxState.FAILED, "opted-out")
    assert desk.provider.sent == []


@pytest.mark.parametrize(
    ("scheme", "value", "url"),
    [
        ("x", "12345678", "POST https://api.x.com/2/dm_conversations/with/12345678/messages (9 bytes)"),
        ("tel", "+34600111222", "POST https://a.example/to/%2B34600111222 (9 bytes)"),
        ("mailto", "ana@example.org", "POST https://a.example/ana%40example.org/ana@example.org (9 bytes)"),
    ],
)
def test_dry_run_does_not_show_the_recipient(scheme, value, url):
    shown = without_recipient(url, Handle.of(scheme, value))
    assert "<recipient>" in shown
    assert value not in shown
    assert value.replace("+", "%2B").replace("@", "%40") not in shown
    assert shown.endswith("(9 bytes)")


async def test_the_name_we_write_to_somebody_under_is_not_what_they_call_themself(desk):
    await desk.tell(id="a", kind="dm")
    await desk.outbox.send(ANA, "hello", name="Nobody Else")
    assert not any(field.name.endswith("name") for field in (await desk.hub.contact(ANA)).fields)
    await desk.outbox.send(OTHER, "hello", name="Luis Gil")
    luis = await desk.hub.contact(OTHER)
    assert [(field.name, field.value) for field in luis.fields] == [("others:name", "Luis Gil")]
    assert luis.name == "Luis Gil"
