"""Event keys: the same for the same update, different for different ones."""

import json


def test_parsing_again_gives_the_same_events(parse, update_of, each_update):
    assert parse(update_of(each_update)) == parse(update_of(each_update))


def test_every_event_of_all_updates_has_a_key_of_its_own(parse, update_of):
    from pathlib import Path

    names = json.loads((Path(__file__).parent / "payloads.json").read_text(encoding="utf-8"))
    keys = [event.event_key for name in names for event in parse(update_of(name))]
    assert len(keys) == len(set(keys))


def test_a_key_is_the_update_s_id(event_of, update_of):
    assert event_of("text").event_key == f"update:{update_of('text')['update_id']}"


def test_key_order_and_white_space_change_no_key(parse, update_of):
    update = update_of("text")
    del update["update_id"]
    turned = json.dumps(dict(reversed(update.items())), indent=3).encode()
    assert parse(turned)[0].event_key == parse(update)[0].event_key
    assert len(parse(update)[0].event_key) == len("update:") + 64


def test_an_update_without_an_id_is_told_by_its_content(parse, update_of):
    update = update_of("text")
    del update["update_id"]
    first = parse(update)[0].event_key
    update["message"]["text"] = "other words"
    assert parse(update)[0].event_key != first


def test_an_edit_its_reaction_and_its_message_share_a_lane(event_of):
    assert event_of("edited_message").lane_key == event_of("text").lane_key
    assert event_of("reaction").lane_key == event_of("group_text").lane_key
