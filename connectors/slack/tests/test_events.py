"""Events API: what each inner event becomes."""

import pytest

from omnilink.model import (
    Attestation,
    Authenticity,
    ConversationKind,
    Direction,
    Ignored,
    MessageDeleted,
    MessageEdited,
    MessageReceived,
    ReactionChanged,
    Role,
    Text,
    Unparsed,
)

MESSAGES = [
    "message", "message_reply", "message_root_with_replies", "thread_broadcast", "message_im", "message_im_thread",
    "message_group_im", "me_message", "file_share", "app_mention", "message_mention", "bot_message", "other_app",
    "echo", "echo_by_profile", "slackbot", "connect_message", "grid_message", "blocks_only", "future_subtype",
]  # fmt: skip
QUIET = {
    "channel_join": "system", "channel_topic": "system", "member_joined_channel": "system", "channel_created": "system",
    "pin_added": "system", "file_shared": "system", "team_join": "system", "app_home_opened": "system",
    "user_change": "profile", "tokens_revoked": "account", "url_verification": "handshake",
    "app_rate_limited": "account", "unknown_outer_type": "unsupported", "block_suggestion": "unsupported",
    "ssl_check": "handshake",
}  # fmt: skip


@pytest.mark.parametrize("name", MESSAGES)
def test_somebody_s_words_are_a_message(event_of, name):
    assert isinstance(event_of(name), MessageReceived)


@pytest.mark.parametrize(("name", "what"), QUIET.items())
def test_what_nobody_said_is_ignored_with_its_kind(event_of, name, what):
    event = event_of(name)
    assert isinstance(event, Ignored)
    assert event.what == what


def test_ids_are_copied_verbatim(event_of):
    event = event_of("message_reply")
    refs = event.refs
    assert (refs.event_id, refs.message_id, refs.thread_id) == ("Ev0reply", "1700000002.000100", "1700000001.000100")
    assert (refs.conversation_id, refs.sender_id, refs.account_id) == ("C0HELP", "U0ANA", "T0TOWN")
    assert refs.target_message_id is None


def test_text_is_as_sent_and_time_is_exact_to_the_microsecond(event_of):
    event = event_of("message")
    assert event.parts == (Text(text="My street lamp is <https://example.org|broken>", format="slack_mrkdwn"),)
    assert event.occurred_at.isoformat() == "2023-11-14T22:13:21.000100+00:00"


def test_author_has_a_handle_of_his_team_that_the_signature_vouches_for(event_of):
    (author,) = event_of("message").participants
    assert (author.role, author.handle.key, author.handle.display) == (Role.AUTHOR, "slack:T0TOWN/U0ANA", "Ana")
    assert author.stated("display_name") == "Ana"
    assert author.attestation is Attestation.SIGNATURE
    assert not author.own


def test_an_unverified_envelope_vouches_for_nobody(parse, body_of):
    (event,) = parse(body_of("message"), Authenticity.IMPORTED)
    assert event.participants[0].attestation is Attestation.NONE


def test_a_colleague_of_a_connected_organisation_has_the_handle_of_his_own_team(event_of):
    event = event_of("connect_message")
    assert event.participants[0].handle.key == "slack:T0EXT/U0EXT"
    assert event.message_key == "slack:T0TOWN/C0HELP/1700000016.000100"


def test_in_a_shared_channel_a_user_without_a_team_gets_no_handle(event_of):
    event = event_of("reaction_in_shared_channel")
    assert event.actor.handle is None
    assert event.refs.sender_id == "U0EXT"
    assert event.target_key == event_of("connect_message").message_key


def test_an_org_wide_installation_is_keyed_by_the_organisation_and_its_users_by_their_team(event_of):
    event = event_of("grid_message")
    assert event.message_key.startswith("slack:E0ORG/C0HELP/")
    assert event.participants[0].handle.key == "slack:T0DEPT/W0GRID"


def test_the_app_s_own_post_is_an_echo(event_of):
    for name in ("echo", "echo_by_profile"):
        event = event_of(name)
        assert event.direction is Direction.ECHO
        assert event.participants[0].own
        assert event.automated == "bot"


def test_another_bot_s_post_is_an_inbound_message_of_a_machine(event_of):
    for name, author in (("bot_message", "B0OTHER"), ("other_app", "U0OTHER"), ("slackbot", "USLACK")):
        event = event_of(name)
        assert (event.direction, event.automated) == (Direction.INBOUND, "bot")
        assert event.participants[0].handle.raw == author


def test_a_post_of_our_own_people_is_outbound(parse, payload_of):
    payload = payload_of("message")
    payload["event"]["user"] = "U0LUIS"
    (event,) = parse(payload)
    assert event.direction is Direction.OUTBOUND
    assert event.participants[0].own


def test_the_bot_is_addressed_in_a_direct_message_and_where_it_is_mentioned(event_of):
    for name in ("message_im", "app_mention", "message_mention"):
        addressed = [p for p in event_of(name).participants if p.role is Role.TO]
        assert [(p.handle.key, p.own) for p in addressed] == [("slack:T0TOWN/U0BOT", True)]
    assert all(p.role is not Role.TO for p in event_of("message").participants)


def test_files_are_media_one_each_whatever_slack_tells_of_them(event_of):
    parts = event_of("file_share").parts
    assert [part.kind for part in parts] == ["image", "voice", "other"]
    assert [part.filename for part in parts] == ["lamp.jpg", "audio_message.m4a", None]
    assert parts[0].ref.startswith("https://files.slack.com/")
    assert [part.ref for part in parts[1:]] == ["F0VOICE", "F0EXT"]


def test_content_outside_the_text_is_kept_as_data(event_of):
    parts = event_of("blocks_only").parts
    assert [part.name for part in parts] == ["attachments", "blocks"]
    assert parts[0].data["attachments"][0]["text"] == "shared"


def test_an_edit_names_its_message_and_carries_the_new_text(event_of):
    event = event_of("message_changed")
    assert isinstance(event, MessageEdited)
    assert event.target_key == event_of("message").message_key
    assert event.refs.target_message_id == "1700000001.000100"
    assert event.refs.message_id is None
    assert event.parts[0].text == "My street lamp is broken since Monday"
    assert event.occurred_at.second == 40
    assert event.actor.handle.key == "slack:T0TOWN/U0ANA"


def test_an_edit_of_the_app_s_own_post_is_by_us(parse, payload_of):
    payload = payload_of("message_changed")
    payload["event"]["message"]["app_id"] = payload["api_app_id"]
    (event,) = parse(payload)
    assert event.actor.own


def test_an_uncommon_way_of_speaking_is_kept_beside_the_words(event_of):
    for name, subtype in (("me_message", "me_message"), ("future_subtype", "carved_in_stone")):
        text, manner = event_of(name).parts
        assert text.text
        assert manner.data == {"subtype": subtype}


def test_a_deletion_names_its_message_and_its_author_but_no_actor(event_of):
    event = event_of("message_deleted")
    assert isinstance(event, MessageDeleted)
    assert event.target_key == event_of("message_reply").message_key
    assert (event.refs.sender_id, event.actor) == ("U0ANA", None)


def test_a_tombstone_is_a_deletion_of_a_thread_s_root(event_of):
    event = event_of("tombstone")
    assert isinstance(event, MessageDeleted)
    assert event.target_key == event_of("message_root_with_replies").message_key
    assert event.refs.sender_id == "U0ANA"


def test_reactions_name_their_message_and_their_reaction_without_colons(event_of):
    added, removed = event_of("reaction_added"), event_of("reaction_removed")
    assert isinstance(added, ReactionChanged)
    assert (added.added, added.removed) == (("thumbsup::skin-tone-2",), ())
    assert (removed.added, removed.removed) == ((), ("thumbsup::skin-tone-2",))
    assert added.target_key == removed.target_key == event_of("echo").message_key
    assert added.refs.target_message_id == "1700000013.000100"
    assert added.occurred_at.microsecond == 300


def test_a_reaction_to_a_file_is_a_reaction(event_of):
    assert event_of("reaction_to_file").target_key == "slack:T0TOWN/file/F0LAMP"


@pytest.mark.parametrize(
    ("name", "conversation", "sender"),
    [
        ("channel_created", "C0NEW", None),
        ("pin_added", "C0HELP", "U0LUIS"),
        ("file_shared", "C0HELP", "U0ANA"),
        ("team_join", None, "U0NEW"),
        ("member_joined_channel", "C0HELP", "U0ANA"),
        ("channel_join", "C0HELP", "U0ANA"),
    ],
)
def test_quiet_events_still_say_who_and_where(event_of, name, conversation, sender):
    refs = event_of(name).refs
    assert (refs.conversation_id, refs.sender_id) == (conversation, sender)
    assert refs.event_id is not None


@pytest.mark.parametrize("missing", ["ts", "channel"])
def test_a_message_that_cannot_be_named_is_quarantined(parse, payload_of, missing):
    payload = payload_of("message")
    del payload["event"][missing]
    (event,) = parse(payload)
    assert isinstance(event, Unparsed)


def test_a_direct_message_is_of_two_and_a_channel_of_a_group(event_of):
    assert event_of("message_im").conversation_kind is ConversationKind.DM
    assert event_of("message").conversation_kind is ConversationKind.GROUP
