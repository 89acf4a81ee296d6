"""Any bytes give an event: nothing raises, and nothing that was said is lost without a word."""

import time
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from omnilink.model import Event, Ignored, Unparsed
from omnilink.plugin.fields import clean, plain
from omnilink.testing.payloads import DEEP, WRONG, places, replaced
from omnilink_slack.body import read_body
from omnilink_slack.fields import moment

EVENT: TypeAdapter[Any] = TypeAdapter(Event)


def check(events: list[Any]) -> Any:
    """One event that can be stored and read again, and that the last resort did not have to make."""
    assert len(events) == 1
    event = events[0]
    assert EVENT.validate_json(EVENT.dump_json(event)) == event
    assert event.event_key
    assert event.lane_key
    assert getattr(event, "reason", "") != "unreadable"
    return event


@pytest.mark.parametrize("name", ["message", "file_share", "message_mention", "future_subtype"])
def test_words_are_never_ignored_because_another_field_is_odd(parse, payload_of, name):
    payload = payload_of(name)
    for path in places(payload["event"]):
        if path[0] not in ("type", "subtype"):
            for value in WRONG:
                event = check(parse(replaced(payload, ("event", *path), value)))
                assert not isinstance(event, Ignored)


@pytest.mark.parametrize(
    "body",
    [
        b"", b" ", b"\x00", b"\xff\xfe\x00", b"null", b"[]", b"[1]", b'"x"', b"1", b"{}", b"{", b'{"type":', b"a=b",
        b"=", b"&&&", b"payload=", b"payload=%7B", b"payload=null", b"payload=[]", b"%", b"%7B%7D", b"[" * 100_000,
        b'{"a":' * 100_000, b"&" * 5000, b"a=1&" * 2000, b'{"type":' + b"9" * 5000 + b"}",
        '{"type":"event_callback"}'.encode("utf-16"),
    ],
)  # fmt: skip
def test_bytes_that_are_nothing_of_slack_s_are_quarantined(parse, body):
    assert isinstance(check(parse(body)), Unparsed)


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
    st.sampled_from(["event_callback", "block_actions", "view_submission", "url_verification", "app_rate_limited"]),
    st.dictionaries(
        st.sampled_from(
            ["event", "team", "user", "view", "actions", "channel", "authorizations", "container", "state"]
        ),
        JSON,
    ),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_random_structures_give_an_event(parse, kind, fields):
    check(parse({"type": kind, **fields}))


def test_nul_is_dropped_and_a_lone_surrogate_replaced_and_nothing_else_replaced():
    assert clean("a\x00b\ud800c😀\ufeff é") == "ab\ufffdc😀\ufeff é"
    assert clean("\ufefftext") == "\ufefftext"


@pytest.mark.parametrize(
    "value",
    [None, True, -1, 1.5, "", "x", "1e5", "-1", " 1", "1.", "1.2.3", "٣", "9" * 12, "9" * 40, 10**12, [], {}],
)
def test_a_time_that_is_none_is_none(value):
    assert moment(value) is None


@pytest.mark.parametrize("piece", ["<@U", "<@U0BOT", "<@A|", "&", "%25", "payload=", "{", '\\"', "\n"])
def test_a_long_hostile_text_is_read_in_linear_time(parse, payload_of, piece):
    started_s = time.perf_counter()
    payload = payload_of("message")
    payload["event"]["text"] = piece * 100_000
    assert not isinstance(check(parse(payload)), Unparsed)
    form = urlencode({"command": "/x", "text": piece * 100_000}).encode()
    assert not isinstance(check(parse(form)), Unparsed)
    check(parse((piece * 100_000).encode()))
    # Some 0.1 s; what grows with the square takes minutes.
    assert time.perf_counter() - started_s < 10


def test_what_is_stored_as_data_is_of_bounded_depth():
    depth, node = 0, plain(DEEP)
    while node:
        depth, node = depth + 1, node[0] if isinstance(node, list) else node.get("a")
    assert depth < 30


def test_a_form_with_a_thousand_fields_is_read_and_with_more_is_not():
    assert read_body(b"command=/x&" + b"a=1&" * 900).form
    assert not read_body(b"command=/x&" + b"a=1&" * 2000).form
