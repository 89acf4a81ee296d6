"""Posts, likes, deletions and comments, in every form X tells of them."""

import pytest

from omnilink.model import (
    Attestation,
    Authenticity,
    ConversationKind,
    Direction,
    Ignored,
    InteractionKind,
    Location,
    Media,
    MessageDeleted,
    MessageReceived,
    Native,
    ReactionChanged,
    Role,
    Text,
)
from omnilink.plugin import ConnectorSettings
from omnilink_x.connector import XConnector

POSTS = [
    "mention", "reply", "quote", "own_post", "watched_post", "empty_post", "repost_created", "media_post", "long_post",
    "aaa_post", "aaa_long", "aaa_own", "v2_post", "v1_status", "v1_quote",
]  # fmt: skip


@pytest.mark.parametrize("name", POSTS)
def test_a_post_is_a_message_of_the_kind_post(event_of, name):
    event = event_of(name)
    assert isinstance(event, MessageReceived)
    assert (event.kind, event.conversation_kind) == (InteractionKind.POST, ConversationKind.PUBLIC)


def test_a_list_gives_one_event_a_post(parse, payload_of):
    for name in ("v2_mentions", "v1_search"):
        assert [event.type for event in parse(payload_of(name))] == ["message_received"] * 2


def test_ids_are_copied_verbatim(event_of):
    refs = event_of("reply").refs
    assert (refs.event_id, refs.message_id, refs.conversation_id, refs.reply_to) == ("u2", "9002", "9000", "9000")
    assert (refs.sender_id, refs.account_id) == ("2222", "1111")


def test_the_author_has_a_handle_and_the_name_the_account_shows(event_of):
    author, town = event_of("mention").participants
    assert (author.role, author.handle.key, author.handle.display) == (Role.AUTHOR, "x:2222", "Ana García")
    assert (author.stated("display_name"), author.stated("username")) == ("Ana García", "anagarcia")
    assert author.attestation is Attestation.SIGNATURE
    assert (town.role, town.handle.key, town.own) == (Role.TO, "x:1111", True)


def test_an_unverified_envelope_vouches_for_nobody(parse, payload_of):
    (event,) = parse(payload_of("mention"), Authenticity.IMPORTED)
    assert event.participants[0].attestation is Attestation.NONE


def test_text_is_as_sent_and_says_where_its_links_lead(event_of):
    text, links = event_of("mention").parts
    assert text == Text(text="hey @townhall the lamp is broken https://t.co/a")
    assert links.data["urls"][0]["expanded_url"] == "https://example.org/lamp"


def test_of_a_long_post_the_whole_text_is_read(event_of):
    assert event_of("long_post").parts[0].text == "The whole long lamp story"
    assert event_of("aaa_long").parts[0].text == "The full lamp text"


def test_files_are_media_with_their_address_if_it_is_told(event_of):
    found = [part for part in event_of("media_post").parts if isinstance(part, Media)]
    assert [(m.kind, m.ref) for m in found] == [
        ("image", "https://pbs.example/1.jpg"), ("video", "https://v.example/2.mp4"),
    ]  # fmt: skip
    (old,) = [part for part in event_of("v1_status").parts if isinstance(part, Media)]
    assert old.ref == "https://pbs.example/2.jpg"
    (video,) = [part for part in event_of("aaa_long").parts if isinstance(part, Media)]
    assert (video.kind, video.ref) == ("video", "https://v.example/a.mp4")


def test_a_point_is_read_longitude_first(event_of):
    for name in ("media_post", "v1_status"):
        assert Location(latitude=40.4, longitude=-3.7) in event_of(name).parts


def test_an_edited_post_names_the_posts_before_it(event_of):
    data = [part.data for part in event_of("media_post").parts if isinstance(part, Native)]
    assert {"post_ids": ["9001", "9009"]} in data


def test_a_quote_is_no_reply(event_of):
    for name in ("quote", "v1_quote"):
        event = event_of(name)
        assert (event.refs.reply_to, event.reply_to_key) == (None, None)
        assert any(isinstance(p, Native) and p.data["posts"][0]["id"] == "9000" for p in event.parts[1:])


def test_a_reply_shares_a_conversation_with_the_post_it_answers(event_of):
    root, own, old = event_of("mention"), event_of("own_post"), event_of("aaa_post")
    assert set(root.conversation_keys) & set(own.conversation_keys)
    assert set(own.conversation_keys) & set(old.conversation_keys)  # v1.1 knows only the neighbour
    assert own.reply_to_key == root.message_key
    assert old.reply_to_key == own.message_key


def test_one_post_told_in_several_ways_is_one_event(parse, payload_of):
    as_reply = payload_of("mention")
    as_reply["data"].update(event_type="post.reply.create", event_uuid="another")
    read = {"data": payload_of("mention")["data"]["payload"]}
    keys = {parse(payload)[0].event_key for payload in (payload_of("mention"), as_reply, read)}
    assert keys == {"post:9001"}


def test_our_own_post_is_outbound_and_goes_to_whom_it_answers(event_of):
    event = event_of("own_post")
    assert event.direction is Direction.OUTBOUND
    author, citizen = event.participants
    assert (author.own, citizen.own, citizen.role, citizen.handle.key) == (True, False, Role.TO, "x:2222")


def test_an_account_that_is_only_watched_is_not_ours(event_of):
    event = event_of("watched_post")
    assert event.direction is Direction.INBOUND
    assert not event.participants[0].own


def test_a_private_subscription_shows_whose_account_it_is(parse, payload_of):
    nobody = XConnector(ConnectorSettings(account="town"))
    assert parse(payload_of("mention"), by=nobody)[0].participants[1].own
    assert parse(payload_of("aaa_own"), by=nobody)[0].direction is Direction.OUTBOUND
    assert parse(payload_of("own_post"), by=nobody)[0].direction is Direction.INBOUND


def test_a_repost_says_nothing_of_its_own(event_of):
    for name in ("repost", "aaa_repost"):
        event = event_of(name)
        assert isinstance(event, Ignored)
        assert event.refs.message_id is not None
    assert not any(isinstance(part, Text | Media) for part in event_of("repost_created").parts)


def test_a_post_without_content_is_kept_under_its_event(event_of):
    event = event_of("empty_post")
    assert (event.event_key, event.parts, event.refs.event_id) == ("event:u6", (), "u6")


@pytest.mark.parametrize("name", ["post_deleted", "aaa_delete", "v1_stream_delete"])
def test_a_deletion_names_its_post_and_its_author(event_of, name):
    event = event_of(name)
    assert isinstance(event, MessageDeleted)
    assert event.target_key == f"x:{event.refs.target_message_id}"
    assert (event.refs.sender_id, event.refs.message_id, event.actor.handle.key) == ("2222", None, "x:2222")


def test_a_deletion_is_of_the_post_that_was_told(event_of):
    assert event_of("post_deleted").target_key == event_of("mention").message_key


def test_a_like_names_its_post_and_who_likes_it_if_that_is_told(event_of):
    inbound, outbound, old = event_of("like_in"), event_of("like_out"), event_of("aaa_like")
    for event in (inbound, outbound, old):
        assert isinstance(event, ReactionChanged)
        assert (event.added, event.removed) == (("like",), ())
    assert inbound.target_key == old.target_key == event_of("own_post").message_key
    assert [event.actor.handle.key for event in (inbound, outbound, old)] == ["x:2222", "x:1111", "x:2222"]
    assert old.occurred_at.timestamp() == 1522082006.14


def test_of_several_users_none_is_taken_for_who_likes(parse, payload_of):
    payload = payload_of("like_in")
    payload["data"]["includes"]["users"].append({"id": "3333", "name": "Other"})
    assert parse(payload)[0].actor is None


@pytest.mark.parametrize("name", ["broadcast_chat", "broadcast_history"])
def test_what_is_said_in_our_broadcast_is_a_comment(event_of, name):
    event = event_of(name)
    assert (event.kind, event.direction) == (InteractionKind.COMMENT, Direction.INBOUND)
    assert event.conversation_keys == ("x:broadcast/1mG",)
    assert event.participants[0].handle.key == "x:2222"
    assert event.participants[0].stated("display_name") == "Ana García"
    assert "lamp" in event.parts[0].text
