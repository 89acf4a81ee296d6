"""Direct messages, receipts, and what is only noted."""

import pytest

from omnilink.model import (
    Choices,
    ConversationKind,
    DeliveryUpdated,
    Direction,
    Ignored,
    InteractionKind,
    Media,
    MessageReceived,
    Native,
    Role,
    Text,
    Unparsed,
)

QUIET = {
    "follow": "system", "profile": "system", "spaces": "system", "broadcast_start": "system", "news": "system",
    "revoked": "system", "block": "system", "chat_joined": "system", "later_event": "unsupported",
    "dm_typing": "system", "aaa_typing": "system", "aaa_follow": "system", "aaa_block": "system", "aaa_mute": "system",
    "aaa_revoke": "system", "aaa_later": "unsupported", "v2_user": "profile", "v1_user": "profile",
    "v2_empty": "unsupported", "v2_error": "unsupported", "v2_follow_answer": "unsupported",
}  # fmt: skip


@pytest.mark.parametrize(("name", "what"), QUIET.items())
def test_what_nobody_said_is_ignored_with_its_kind(parse, payload_of, name, what):
    (event,) = parse(payload_of(name))
    assert isinstance(event, Ignored)
    assert event.what == what


@pytest.mark.parametrize("name", ["dm_received", "aaa_dm", "v1_dm", "v1_old_dm"])
def test_a_direct_message_has_its_author_its_addressee_and_its_time(event_of, name):
    event = event_of(name)
    assert isinstance(event, MessageReceived)
    assert (event.kind, event.direction) == (InteractionKind.MESSAGE, Direction.INBOUND)
    assert [(p.role, p.handle.key, p.own) for p in event.participants] == [
        (Role.AUTHOR, "x:2222", False), (Role.TO, "x:1111", True),
    ]  # fmt: skip
    assert (event.refs.sender_id, event.refs.recipient_id, event.refs.conversation_id) == ("2222", "1111", None)
    assert event.occurred_at is not None
    assert isinstance(event.parts[0], Text)


def test_names_come_from_the_map_of_users(event_of):
    for name in ("dm_received", "aaa_dm", "v1_old_dm"):
        assert event_of(name).participants[0].stated("display_name") == "Ana García"


def test_two_people_have_one_conversation_in_every_form(event_of):
    names = ("dm_received", "dm_sent", "aaa_dm", "v1_dm", "v1_old_dm", "v2_dm_events")
    assert {event_of(name).conversation_keys for name in names} == {("x:dm-conversation/1111-2222",)}


@pytest.mark.parametrize("name", ["dm_sent", "aaa_dm_own", "chat_sent"])
def test_our_own_direct_message_is_an_echo(event_of, name):
    event = event_of(name)
    assert event.direction is Direction.ECHO
    assert event.participants[0].own
    assert [(p.handle.key, p.own) for p in event.participants[1:]] == [("x:2222", False)]


def test_files_and_quick_replies_of_direct_messages_are_parts(parse, payload_of):
    file, reply = parse(payload_of("dm_media"))
    assert file.parts[1] == Media(kind="image", ref="https://ton.example/5.jpg")
    assert reply.parts[1] == Choices(action_id="options", value="lamp_left")


def test_events_read_by_rest_are_messages_and_memberships(parse, payload_of):
    one, joined, group = parse(payload_of("v2_dm_events"))
    assert one.refs.conversation_id == "1111-2222"
    assert [part.type for part in one.parts] == ["text", "media", "native"]
    assert one.participants[1].handle.key == "x:1111"
    assert isinstance(joined, Ignored)
    assert group.conversation_kind is ConversationKind.GROUP


def test_a_direct_message_of_a_later_kind_with_words_is_a_message(parse):
    (event,) = parse({"data": {"id": "1", "event_type": "MessageCarved", "text": "words"}})
    assert event.parts == (Text(text="words"),)


@pytest.mark.parametrize("name", ["chat_received", "chat_later"])
def test_a_sealed_message_is_a_message_that_cannot_be_read(event_of, name):
    event = event_of(name)
    assert isinstance(event, MessageReceived)
    (sealed,) = event.parts
    assert isinstance(sealed, Native)
    assert sealed.name == "encrypted"
    assert sealed.data["encoded_event"] == "CwABAAAA"
    assert "conversation_token" not in sealed.data  # a credential, not content
    assert (event.refs.conversation_id, event.refs.sender_id) == ("2222:1111", "2222")
    assert event.participants[1].own
    assert event.occurred_at.timestamp() == 1784841183.37


@pytest.mark.parametrize(("name", "message"), [("dm_read", "dm_sent"), ("aaa_read", "aaa_dm_own")])
def test_a_read_receipt_is_about_our_message(event_of, name, message):
    event = event_of(name)
    assert isinstance(event, DeliveryUpdated)
    assert (event.status, event.recipient.key) == ("read", "x:2222")
    assert event.target_key == event_of(message).message_key


def test_a_receipt_that_names_no_message_is_noted(parse, payload_of):
    payload = payload_of("dm_read")
    del payload["data"]["payload"]["direct_message_mark_read_events"][0]["last_read_event_id"]
    assert isinstance(parse(payload)[0], Ignored)


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("v2_mentions", ("data",)),
        ("v1_dms", ("events",)),
        ("aaa_dm", ("direct_message_events",)),
        ("dm_media", ("data", "payload", "direct_message_events")),
    ],
)
def test_one_bad_item_does_not_lose_its_neighbours(parse, payload_of, name, path):
    payload = payload_of(name)
    before = parse(payload)
    items = payload
    for step in path:
        items = items[step]
    items.insert(0, "nonsense")
    after = parse(payload)
    assert isinstance(after[0], Unparsed)
    assert after[1:] == before


def test_a_list_of_payloads_gives_each_one_s_events(parse, payload_of):
    payloads = [payload_of(name) for name in ("mention", "aaa_dm", "v1_status", "v2_user")] + [None]
    assert [event.type for event in parse(payloads)] == ["message_received"] * 3 + ["ignored", "unparsed"]
