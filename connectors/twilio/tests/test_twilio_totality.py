"""Any bytes give events, and keys are for ever."""

import json
from urllib.parse import urlencode

import pytest
from pydantic import TypeAdapter

from omnilink.model import Event

EVENTS = TypeAdapter(list[Event])
ODD = [
    "", " ", "\x00", "\x00\x00", "x" * 5000, "-1", "9" * 400, "nan", "{", "[]", "null", '{"transcript":7}',
    "[" * 20_000, "whatsapp:", "client:", "sip:", ":", "true", "Tue, 99 Foo 99999 99:99:99 +9999",
    "9999-12-31T23:59:59-14:00",
    "\u202e",
]  # fmt: skip
JSON_ODD = [None, True, 0, 10**400, 1.5, float("nan"), "\ud800", [], {}, [1, [2]], {"a": None}]


def check(events):
    assert events
    assert EVENTS.validate_json(EVENTS.dump_json(events)) == events
    return events


@pytest.mark.parametrize(
    "body",
    [b"", b" \n", b"hello", b"&&&", b"=", b"%", b"%00=%00", b"\xff\xfe=\x80", b"{", b"[]", b"[null]", b"{}",
     b"[" * 50_000, b"9" * 6000, b'[{"specversion":"1.0","data":[]}]', b"MessageSid=%FF%FE",
     b"a=1&" * 20_000, b"\x00" * 100],
)  # fmt: skip
def test_any_bytes_give_events(parse, body):
    check(parse(body))


@pytest.mark.long  # the kit's totality contract tries the same, less densely, in every run
def test_every_field_of_every_sample_may_be_anything(parse, samples):
    for fields in samples.values():
        for name in fields:
            rest = {n: v for n, v in fields.items() if n != name}
            check(parse(rest))
            check(parse({**fields, name: [fields[name], "second"]}))
            for odd in ODD:
                check(parse({**fields, name: odd}))
            body = urlencode(rest).encode() + b"&" + name.encode() + b"=%FF%ED%A0%80"
            check(parse(body))


def test_every_field_of_a_json_body_may_be_anything(connect, envelope_of, samples):
    connector = connect()
    for fields in samples.values():
        for name in fields:
            for odd in JSON_ODD:
                check(connector.parse(envelope_of(json.dumps([{**fields, name: odd}]).encode())))


def test_nul_leaves_the_text(parse, samples):
    assert parse({**samples["sms"], "Body": "a\x00b"})[0].parts[0].text == "ab"


def test_a_message_without_a_sid_is_still_recorded(parse):
    event = parse({"AccountSid": "AC1", "From": "+34600111222", "To": "+34910000000", "Body": "Hello"})[0]
    assert event.type == "message_received"


def test_what_is_not_twilios_is_unparsed(parse):
    assert parse({"hello": "world"})[0].reason == "not_twilio"


def test_keys_are_unique_and_the_same_when_read_again(parse, samples):
    keys = [e.event_key for fields in samples.values() for e in parse(fields)]
    again = [e.event_key for fields in samples.values() for e in parse(dict(reversed(fields.items())))]
    assert keys == again
    assert len(set(keys)) == len(keys)


def test_records_show_nobody_in_their_repr(parse, samples):
    for fields in samples.values():
        shown = repr(parse(fields))
        for value in ("34600111222", "Ana Ruiz", "RUIZ", "street lamp"):
            assert value not in shown


def test_a_reason_holds_nothing_anybody_wrote(parse, samples):
    assert parse({**samples["debugger"], "PayloadType": "call me at 600"})[0].reason == "not_a_contact"
    assert parse({**samples["conv_participant"], "EventType": "on my way, Ana"})[0].reason == "conversation"
