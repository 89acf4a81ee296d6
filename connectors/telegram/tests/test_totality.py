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
from omnilink_telegram.fields import id_at, moment_at
from omnilink_telegram.rich import rich_words

EVENT: TypeAdapter[Any] = TypeAdapter(Event)


def check(events: list[Any]) -> list[Any]:
    """Events that can be stored and read again, and that the last resort did not have to make."""
    assert events
    for event in events:
        assert EVENT.validate_json(EVENT.dump_json(event)) == event
        assert event.event_key
        assert event.lane_key
        assert getattr(event, "reason", "") != "unreadable"
    assert len({event.event_key for event in events}) == len(events)
    return events


@pytest.mark.parametrize("name", ["text", "photo", "venue", "business_message", "channel_post", "unknown_content"])
def test_words_are_never_ignored_because_another_field_is_odd(parse, update_of, name):
    update = update_of(name)
    (kind,) = set(update) - {"update_id"}
    for path in places(update[kind]):
        for value in WRONG:
            if path[:1] not in (("hologram",),):
                assert not isinstance(check(parse(replaced(update, (kind, *path), value)))[0], Ignored)


def test_a_message_is_no_notice_because_a_flag_is_false(parse, update_of):
    update = update_of("empty_message")
    update["message"].update(group_chat_created=False, new_chat_title=None)
    assert not isinstance(parse(update)[0], Ignored)


def test_a_message_with_words_is_no_notice(parse, update_of):
    update = update_of("text")
    update["message"].update(pinned_message={}, lamp_repaired_and_closed={})
    assert not isinstance(parse(update)[0], Ignored)


@pytest.mark.parametrize(
    "body",
    [
        b"", b" ", b"\x00", b"\xff\xfe\x00", b"null", b"[]", b"[1]", b'"x"', b"1", b"{}", b"{", b"a=b",
        b"[" * 100_000, b'{"a":' * 100_000, b'{"update_id":' + b"9" * 5000 + b"}", b'{"message":5}',
        '{"update_id":1}'.encode("utf-16"),
    ],
)  # fmt: skip
def test_bytes_that_are_nothing_of_telegram_s_are_quarantined(parse, body):
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
    st.sampled_from(["message", "callback_query", "message_reaction", "my_chat_member", "poll_answer", "new_kind"]),
    st.dictionaries(
        st.sampled_from(
            ["message_id", "chat", "from", "user", "text", "photo", "contact", "data", "id", "new_reaction"]
        ),
        JSON | st.just({"id": 42, "type": "private"}),
    ),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_random_structures_give_an_event(parse, kind, fields):
    check(parse({"update_id": 1, kind: fields}))


def test_nul_is_dropped_and_a_lone_surrogate_replaced_and_nothing_else_replaced():
    assert clean("a\x00b\ud800c😀\ufeff é") == "ab\ufffdc😀\ufeff é"


@pytest.mark.parametrize("value", [None, True, -1, 0, 1.5, "", "1700000000", 10**12, 10**300, [], {}])
def test_a_time_that_is_none_is_none(value):
    assert moment_at({"date": value}, "date") is None


@pytest.mark.parametrize("value", [None, True, 1.5, "", "x", "1e5", "٣", "9" * 40, 10**300, [], {}])
def test_an_id_that_is_none_is_none(value):
    assert id_at({"id": value}, "id") is None


def test_an_id_beyond_53_bits_is_exact():
    assert id_at({"id": 2**62 + 1}, "id") == str(2**62 + 1)


@pytest.mark.parametrize("piece", ["{", '\\"', "\n", "_created", "%25"])
def test_a_long_hostile_text_is_read_in_linear_time(parse, update_of, piece):
    started_s = time.perf_counter()
    update = update_of("text")
    update["message"]["text"] = piece * 100_000
    assert not isinstance(check(parse(update))[0], Unparsed)
    del update["message"]["text"]
    update["message"]["a" + piece * 100_000] = {}
    check(parse(update))
    check(parse((piece * 100_000).encode()))
    # Some 0.1 s; what grows with the square takes minutes.
    assert time.perf_counter() - started_s < 10


def test_what_is_stored_as_data_is_of_bounded_depth():
    depth, node = 0, plain(DEEP)
    while node:
        depth, node = depth + 1, node[0] if isinstance(node, list) else node.get("a")
    assert depth < 30


@pytest.mark.parametrize("value", [None, [], {}, 5, DEEP, {"blocks": DEEP}, {"text": [{"text": "a" * 10}] * 50_000}])
def test_rich_text_of_any_shape_is_read_within_bounds(value):
    assert rich_words(value) is None or len(rich_words(value)) <= 200_000
