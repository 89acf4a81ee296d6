"""Any bytes give an event: nothing raises, and nothing that was said is lost without a word."""

import time
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from omnilink.model import Event, Ignored, Unparsed
from omnilink.plugin.fields import clean, plain
from omnilink.testing.payloads import DEEP, WRONG, places, replaced
from omnilink_x.fields import id_at, moment_at

EVENT: TypeAdapter[Any] = TypeAdapter(Event)


def check(events: list[Any]) -> list[Any]:
    """Events that can be stored and read again, and that the last resort did not have to make."""
    assert events
    for event in events:
        assert EVENT.validate_json(EVENT.dump_json(event)) == event
        assert event.event_key
        assert event.lane_key
        assert getattr(event, "reason", "") != "unreadable"
    # Without any id, only the content tells two items apart.
    assert len({event.event_key for event in events}) == len({EVENT.dump_json(event) for event in events})
    return events


WORDS = [
    ("mention", ("data", "payload")),
    ("long_post", ("data", "payload")),
    ("dm_received", ("data", "payload", "direct_message_events")),
    ("chat_received", ("data", "payload")),
    ("aaa_post", ("tweet_create_events",)),
    ("aaa_dm", ("direct_message_events",)),
]


@pytest.mark.parametrize(("name", "path"), WORDS)
def test_words_are_never_ignored_because_another_field_is_odd(parse, payload_of, name, path):
    payload = payload_of(name)
    inner = payload
    for step in path:
        inner = inner[step]
    for place in places(inner):
        for value in WRONG:
            # What kind of event it is, X says in `type`; without words there is nothing to lose.
            if place[-1] != "type" and place != (0,):
                events = check(parse(replaced(payload, (*path, *place), value)))
                assert not isinstance(events[0], Ignored), (place, value)


@pytest.mark.parametrize(
    "body",
    [
        b"", b" ", b"\x00", b"\xff\xfe\x00", b"null", b"[]", b"[1]", b'"x"', b"1", b"{}", b"{", b"a=b",
        b"[" * 100_000, b'{"a":' * 100_000, b'{"data":' + b"9" * 5000 + b"}", b'{"message":5}',
        '{"data":{}}'.encode("utf-16"),
    ],
)  # fmt: skip
def test_bytes_that_are_nothing_of_x_s_are_quarantined(parse, body):
    (event,) = check(parse(body))
    assert isinstance(event, Unparsed)


@given(st.binary(max_size=200) | st.text(max_size=100).map(lambda t: t.encode("utf-8", "surrogatepass")))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_random_bytes_give_an_event(parse, body):
    check(parse(body))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=12,
)


@given(
    st.sampled_from(["post.create", "dm.received", "dm.read", "chat.received", "like.create", "broadcast.chat", "new"]),
    st.dictionaries(
        st.sampled_from(["id", "text", "author_id", "direct_message_events", "users", "sender_id", "encoded_event"]),
        JSON,
    ),
    JSON,
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_random_structures_give_an_event(parse, kind, payload, other):
    check(parse({"data": {"event_type": kind, "payload": payload, "filter": other, "includes": other}}))
    check(parse({"data": payload, "includes": other}))
    check(parse({"for_user_id": other, "tweet_create_events": [payload], "direct_message_events": [payload, other]}))
    check(parse(payload or [other]))


def test_nul_is_dropped_and_a_lone_surrogate_replaced_and_nothing_else_replaced():
    assert clean("a\x00b\ud800c😀\ufeff é") == "ab\ufffdc😀\ufeff é"


@pytest.mark.parametrize(
    "value",
    [
        None, True, -1, 1.5, "", "x", "9" * 16, 10**15, 10**300, [], {}, "2026-13-01T00:00:00Z", "2026-01-01", "٣",
        "1969-12-31T23:59:59Z", "0000-01-01T00:00:00Z", "Fri Foo 05 15:55:44 +0000 2014",
        "Fri Dec 35 15:55:44 +0000 2014", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59",
    ],
)  # fmt: skip
def test_a_time_that_is_none_is_none(value):
    assert moment_at({"t": value}, "t") is None


@pytest.mark.parametrize(
    "value",
    [
        1417794944000, "1417794944000", "2014-12-05T15:55:44Z", "2014-12-05T15:55:44.000Z", "2014-12-05T16:55:44+01:00",
        "2014-12-05T15:55:44", "Fri Dec 05 15:55:44 +0000 2014", "Fri Dec 05 16:55:44 +0100 2014",
    ],
)  # fmt: skip
def test_a_time_is_read_in_every_form_x_writes(value):
    assert moment_at({"t": value}, "t").isoformat() == "2014-12-05T15:55:44+00:00"


@pytest.mark.parametrize("value", [None, True, 1.5, "", "9" * 201, 10**300, [], {}])
def test_an_id_that_is_none_is_none(value):
    assert id_at({"id": value}, "id") is None


def test_an_id_beyond_53_bits_is_exact():
    assert id_at({"id": 2**62 + 1}, "id") == str(2**62 + 1)


@pytest.mark.parametrize("piece", ["{", '\\"', "\n", "_events", "%25", "1-", ":"])
def test_a_long_hostile_text_is_read_in_linear_time(parse, payload_of, piece):
    started_s = time.perf_counter()
    payload = payload_of("mention")
    payload["data"]["payload"]["text"] = payload["data"]["payload"]["created_at"] = piece * 100_000
    assert not isinstance(check(parse(payload))[0], Unparsed)
    chat = payload_of("chat_received")
    chat["data"]["payload"]["conversation_id"] = piece * 100_000
    check(parse(chat))
    check(parse({piece * 100_000 + "_events": [1, {}]}))
    check(parse((piece * 100_000).encode()))
    # Some 0.1 s; what grows with the square takes minutes.
    assert time.perf_counter() - started_s < 10


def test_what_is_stored_as_data_is_of_bounded_depth():
    depth, node = 0, plain(DEEP)
    while node:
        depth, node = depth + 1, node[0] if isinstance(node, list) else node.get("a")
    assert depth < 30
