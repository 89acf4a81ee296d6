"""Any bytes give events, a bad item spares its neighbours, and keys are for ever."""

import copy
import json

import pytest
from pydantic import TypeAdapter

from omnilink.model import Event

EVENTS = TypeAdapter(list[Event])
ODD = [
    None, True, 0, -1, 10**30, 1.5, float("nan"), "", " ", "\x00", "\ud800", "x" * 3000, [], [None, 1, "a", [], {}], {},
    {"a": {"b": "c"}}, "9" * 400,
]  # fmt: skip


def check(events):
    assert events
    assert EVENTS.validate_json(EVENTS.dump_json(events)) == events
    return events


@pytest.mark.parametrize(
    "body",
    [b"", b" ", b"{", b"null", b"[]", b"{}", b"\xff\xfe", b'"text"', b"[" * 50_000, b'{"entry":' * 3000, b"1e999",
     b"NaN", b"9" * 6000, b'{"entry":1}', b'{"entry":[{"changes":[{"value":null}]}]}',
     b'{"entry":[null,1,{"changes":[[]]}]}'],
)  # fmt: skip
def test_any_bytes_give_events(parse, body):
    check(parse(body))


def test_another_platforms_webhook_is_unsupported(parse):
    event = parse({"object": "page", "entry": []})[0]
    assert (event.type, event.what) == ("ignored", "unsupported")


def nodes(value, path=()):
    yield path
    if isinstance(value, dict):
        for name, member in value.items():
            yield from nodes(member, (*path, name))
    elif isinstance(value, list):
        for n, member in enumerate(value):
            yield from nodes(member, (*path, n))


def changed(value, path, new):
    value = copy.deepcopy(value)
    at = value
    for step in path[:-1]:
        at = at[step]
    if new is ...:
        del at[path[-1]]
    else:
        at[path[-1]] = new
    return value


@pytest.mark.long  # the kit's totality contract tries the same, less densely, in every run
def test_every_node_of_every_sample_may_be_anything(parse, payload_of, samples):
    for sample in samples.values():
        payload = payload_of(sample)
        for path in nodes(payload):
            if path:
                for new in (..., *ODD):
                    body = json.dumps(changed(payload, path, new)).encode()
                    check(parse(body))


def test_a_deep_item_is_read_to_a_bounded_depth(parse, payload_of, samples):
    deep = "leaf"
    for _ in range(300):
        deep = {"d": [deep]}
    samples["new_kind"]["messages"].append(samples["text"]["messages"][0])
    payload = payload_of(samples["new_kind"])
    payload["entry"][0]["changes"][0]["value"]["messages"][0]["hologram"] = deep
    events = check(parse(payload))
    assert events[1].parts[0].text == "Good morning"


@pytest.mark.parametrize("bad", [None, 5, "text", [], {"type": "edit", "edit": {}}, {"type": 7, "text": {"body": []}}])
def test_a_bad_item_spares_its_neighbours(parse, payload_of, samples, bad):
    value = samples["text"]
    value["messages"] = [value["messages"][0], bad, {**value["messages"][0], "id": "wamid.other"}]
    ids = [e.refs.message_id for e in check(parse(payload_of(value))) if e.type == "message_received"]
    assert {"wamid.text", "wamid.other"} <= set(ids)


def test_nul_and_lone_surrogates_leave_the_text(parse, payload_of, samples):
    samples["text"]["messages"][0]["text"]["body"] = "a\x00b\ud800c"
    assert parse(payload_of(samples["text"]))[0].parts[0].text == "ab?c"


def test_keys_are_unique_and_the_same_when_read_again(parse, payload_of, samples):
    payload = payload_of(*samples.values())
    first, again = parse(payload), parse(payload)
    keys = [e.event_key for e in first]
    assert keys == [e.event_key for e in again]
    assert len(set(keys)) == len(keys)


def test_a_key_does_not_depend_on_the_position(parse, payload_of, samples):
    one = {e.event_key for e in parse(payload_of(samples["text"], samples["image"]))}
    other = {e.event_key for e in parse(payload_of(samples["image"], samples["text"]))}
    assert one == other


def test_an_item_without_an_id_has_a_key_of_its_own(parse, payload_of, samples):
    item = samples["text"]["messages"][0]
    del item["id"]
    samples["text"]["messages"] = [item, {**item, "text": {"body": "another"}}]
    first, second = (e for e in parse(payload_of(samples["text"])) if e.type == "message_received")
    assert first.event_key != second.event_key
    assert first.event_key == parse(payload_of(samples["text"]))[0].event_key


@pytest.mark.parametrize("stamp", ["x", "-5", "99999999999999999999", "1e300", None, [], "nan", "253402300800"])
def test_a_senseless_time_is_no_time(parse, payload_of, samples, stamp):
    samples["text"]["messages"][0]["timestamp"] = stamp
    event = parse(payload_of(samples["text"]))[0]
    assert event.occurred_at is None or event.occurred_at.year < 9999


def test_the_value_alone_and_the_test_button_are_read_too(parse, payload_of, samples):
    change = payload_of(samples["text"])["entry"][0]["changes"][0]
    for payload in (change, change["value"], [payload_of(samples["text"])]):
        assert parse(payload)[0].parts[0].text == "Good morning"


def test_records_show_nobody_in_their_repr(parse, payload_of, samples):
    shown = repr(parse(payload_of(*samples.values())))
    for value in ("34600111222", "Ana Ruiz", "Good morning", "ES.1122334455"):
        assert value not in shown


def test_a_reason_holds_nothing_anybody_wrote(parse, payload_of, samples):
    samples["unsupported"]["messages"][0]["unsupported"]["type"] = "call me at 600"
    assert parse(payload_of(samples["unsupported"]))[0].reason == "unsupported"
    samples["phone_quality"]["field"] = "what Ana wrote"
    assert parse(payload_of(samples["phone_quality"]))[0].reason == "account"


def test_twice_the_contacts_cost_twice_the_time(connect, envelope_of):
    import time

    def payload(n):
        people = [{"wa_id": f"34600{i:06}", "profile": {"name": f"n{i}"}} for i in range(n)]
        messages = [
            {
                "from": f"34600{i:06}",
                "id": f"wamid.{i}",
                "timestamp": "1730231903",
                "type": "text",
                "text": {"body": "x"},
            }
            for i in range(n)
        ]
        value = {"metadata": {"phone_number_id": "1"}, "contacts": people, "messages": messages}
        return {"entry": [{"id": "2", "changes": [{"field": "messages", "value": value}]}]}

    def cost_s(n):
        connector, envelope = connect(), envelope_of(payload(n))
        start = time.process_time()
        connector.parse(envelope)
        return time.process_time() - start

    # The best of three: after thousands of tests one collection of garbage costs more than what is measured.
    took = [min(cost_s(n) for _ in range(3)) for n in (300, 1200)]
    assert took[1] < 9 * took[0] + 0.1
