"""Keys: one post is one interaction, one thread is one conversation, and nothing is counted twice."""

import json

import pytest


def test_parsing_again_gives_the_same_events(event_of, each_payload):
    assert event_of(each_payload) == event_of(each_payload)


def test_event_keys_are_unique(event_of, request):
    from collections import Counter
    from pathlib import Path

    names = json.loads((Path(__file__).parent / "payloads.json").read_text(encoding="utf-8"))
    keys = Counter(event_of(name).event_key for kind in names.values() for name in kind)
    twins = event_of("app_mention").event_key
    assert {key for key, count in keys.items() if count > 1} == {twins}


def test_mention_and_message_of_one_post_are_one_event(event_of):
    mention, message = event_of("app_mention"), event_of("message_mention")
    assert mention.refs.event_id != message.refs.event_id
    assert mention.event_key == message.event_key
    assert mention.message_key == message.message_key
    assert mention.conversation_keys == message.conversation_keys
    assert mention.participants == message.participants


def test_a_redelivery_under_another_event_id_is_the_same_event(parse, payload_of):
    first, second = payload_of("message"), payload_of("message")
    second["event_id"], second["event_time"] = "Ev0again", 1700009999
    assert parse(first)[0].event_key == parse(second)[0].event_key


def test_every_root_is_a_thread_and_replies_cite_it(event_of):
    root = event_of("message")
    assert root.conversation_keys == ("slack:T0TOWN/C0HELP/1700000001.000100",)
    for name in ("message_reply", "thread_broadcast", "echo", "button", "interactive_message"):
        assert event_of(name).conversation_keys == root.conversation_keys
    assert event_of("message_reply").reply_to_key == root.message_key
    own_root = event_of("message_root_with_replies")
    assert own_root.conversation_keys == ("slack:T0TOWN/C0HELP/1700000011.000100",)
    assert own_root.reply_to_key is None


def test_a_direct_message_is_one_conversation_with_all_its_threads(event_of):
    channel = "slack:T0TOWN/D0ANA"
    assert event_of("message_im").conversation_keys == (channel,)
    assert event_of("message_im_thread").conversation_keys == (channel, f"{channel}/1700000004.000100")
    assert event_of("command_in_direct_message").conversation_keys == (channel,)
    assert event_of("menu_in_direct_message").conversation_keys == (channel,)


def test_a_group_s_messages_are_threads_of_their_own(event_of):
    assert event_of("message_group_im").conversation_keys == ("slack:T0TOWN/G0GROUP/1700000006.000100",)


def test_all_about_one_channel_is_one_lane(event_of):
    lane = "slack:T0TOWN/C0HELP"
    for name in (
        "message",
        "message_reply",
        "message_changed",
        "message_deleted",
        "reaction_added",
        "button",
        "command",
    ):
        assert event_of(name).lane_key == lane


def test_steps_of_one_view_are_one_conversation(event_of):
    assert event_of("view_submission").conversation_keys == event_of("view_closed").conversation_keys
    assert event_of("view_submission").message_key != event_of("view_closed").message_key


def test_an_organisation_s_events_and_interactions_meet(event_of):
    assert event_of("org_wide_button").reply_to_key == event_of("grid_message").message_key


def test_adding_a_reaction_again_is_another_event(parse, payload_of):
    first, again = payload_of("reaction_added"), payload_of("reaction_added")
    again["event"]["event_ts"] = "1700000099.000300"
    again["event_id"] = "Ev0later"
    assert parse(first)[0].event_key != parse(again)[0].event_key


@pytest.mark.parametrize("name", ["view_closed", "unknown_outer_type", "url_verification", "app_rate_limited"])
def test_what_has_no_id_is_keyed_by_its_content(parse, payload_of, name):
    changed = payload_of(name)
    changed.setdefault("view", {})["hash"] = "other"
    keys = {parse(payload)[0].event_key for payload in (payload_of(name), payload_of(name), changed)}
    assert len(keys) == 2
