"""Event keys: the same for the same event, different for different ones."""

import json
from pathlib import Path

PAYLOADS = json.loads((Path(__file__).parent / "payloads.json").read_text(encoding="utf-8"))


def test_parsing_again_gives_the_same_events(parse, payload_of, each_payload):
    assert parse(payload_of(each_payload)) == parse(payload_of(each_payload))


def test_every_event_of_all_payloads_has_a_key_of_its_own(parse):
    # These tell of one thing twice: a deletion.
    told_twice = {"v1_stream_delete"}
    keys = [e.event_key for name in PAYLOADS if name not in told_twice for e in parse(PAYLOADS[name])]
    assert len(keys) == len(set(keys))


def test_key_order_and_white_space_change_no_key(parse, payload_of, each_payload):
    payload = payload_of(each_payload)
    turned = json.dumps(dict(reversed(payload.items())), indent=3).encode()
    assert [e.event_key for e in parse(turned)] == [e.event_key for e in parse(payload)]


def test_two_deliveries_of_one_event_have_one_key(parse, payload_of):
    again = payload_of("dm_received")
    again["data"]["tag"] = "another"
    assert parse(again)[0].event_key == parse(payload_of("dm_received"))[0].event_key == "dm:7001"


def test_a_like_told_by_two_subscriptions_is_one_event_and_one_given_again_another(parse, payload_of):
    told, again, later, removed = (payload_of("like_in") for _ in range(4))
    again["data"]["event_uuid"] = "another"
    later["data"]["payload"]["timestamp_ms"] = "1784999999999"
    removed["data"]["event_type"] = "like.delete"
    keys = [parse(payload)[0].event_key for payload in (told, again, later, removed)]
    assert keys[0] == keys[1]
    assert len(set(keys)) == 3


def test_what_refers_to_a_message_uses_its_key(event_of):
    assert event_of("mention").message_key == "x:9001"
    assert event_of("dm_received").message_key == "x:dm/7001"
    assert event_of("chat_received").message_key == "x:chat/e4f4"
