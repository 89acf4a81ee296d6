"""Records: frozen, strict, and silent about people."""

import logging
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from omnilink.errors import BadHandle
from omnilink.model import Handle, MessageReceived, Participant, Role, Text
from omnilink.model.ids import IdSource, from_micros, to_micros
from omnilink.model.participant import StatedClaim

CANARY = "canary-7391"


def test_no_record_shows_what_a_citizen_gave(caplog):
    handle = Handle.of("mailto", f"{CANARY}@example.org", display=CANARY)
    who = Participant(role=Role.AUTHOR, handle=handle, claims=(StatedClaim(field="name", value=CANARY),))
    event = MessageReceived(
        event_key=CANARY, lane_key=CANARY, message_key=CANARY, conversation_keys=(CANARY,), participants=(who,),
        parts=(Text(text=CANARY),), subject=CANARY,
    )  # fmt: skip
    logging.getLogger("x").warning("%s %r %s", event, [who], {"h": handle})
    assert CANARY not in f"{event!r} {event} {who!r} {handle} {[event]}{caplog.text}"


def test_a_validation_error_does_not_repeat_its_input():
    with pytest.raises(ValidationError) as caught:
        Text.model_validate({"text": [CANARY]})
    assert CANARY not in str(caught.value)


def test_records_are_frozen_and_refuse_unknown_fields():
    text = Text(text="x")
    with pytest.raises(ValidationError):
        text.text = "y"
    with pytest.raises(ValidationError):
        Text.model_validate({"text": "x", "tetx": "y"})


def test_times_are_kept_in_utc_and_naive_ones_refused():
    there = datetime(2026, 5, 1, 12, tzinfo=timezone(timedelta(hours=2)))
    event = {"event_key": "k", "lane_key": "l", "message_key": "m", "conversation_keys": ()}
    assert MessageReceived(**event, occurred_at=there).occurred_at.utcoffset() == timedelta(0)
    with pytest.raises(ValidationError):
        MessageReceived(**event, occurred_at=datetime(2026, 5, 1))  # noqa: DTZ001


@pytest.mark.parametrize("text", ["", "ana", ":secret", "x" * 2000, "TEL:+34", f"tel:{CANARY}" + "1" * 1000])
def test_a_text_that_is_no_handle_is_refused_without_being_repeated(text):
    with pytest.raises(BadHandle) as caught:
        Handle.parse(text)
    assert not text or text not in str(caught.value)


def test_a_scoped_handle_is_read_and_written_alike():
    assert Handle.parse("slack:T1/U2").key == "slack:T1/U2"
    assert Handle.parse("slack:T1/U2").scope == "T1"


@given(st.datetimes(min_value=datetime(1971, 1, 1), max_value=datetime(2900, 1, 1)))  # noqa: DTZ001
def test_microseconds_go_both_ways(moment):
    aware = moment.replace(tzinfo=UTC)
    assert from_micros(to_micros(aware)) == aware


def test_ids_are_uuid7_and_never_go_backwards_even_when_the_clock_does():
    source = IdSource(iter([datetime(2026, 1, 1, second=s, tzinfo=UTC) for s in (5, 5, 3, 9)]).__next__)
    made = [source() for _ in range(4)]
    assert made == sorted(set(made))
    assert {m[14] for m in made} == {"7"}
    assert {m[19] for m in made} <= set("89ab")


def test_no_plain_value_shows_what_a_citizen_gave():
    import dataclasses

    from omnilink.citizen import explain
    from omnilink.identity import resolve
    from omnilink.ingest import prepare
    from omnilink.model import persona
    from omnilink.plugin import connector, settings, webhook
    from omnilink.store import base

    quiet_by_nature = {"Verified", "Rejected", "NeedsKeys", "ContactRow"}  # codes, ids and counts only
    for module in (explain, resolve, prepare, persona, connector, settings, webhook, base):
        for found in vars(module).values():
            if isinstance(found, type) and dataclasses.is_dataclass(found) and found.__module__ == module.__name__:
                silent = "__repr__" not in vars(found) or not found.__dataclass_params__.repr
                assert silent or found.__name__ in quiet_by_nature, found
