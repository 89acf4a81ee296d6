"""What is read out of a message: whom it calls, and when it was said."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.conversation.disentangle.rooms import room

from omnilink.conversation.disentangle import RoomMessage
from omnilink.conversation.disentangle.messages import CALLED, LED, NAMED, NOBODY, read_lines

AUTHORS = room((0, "ana", "x"), (0, "bruno_", "x"), (0, "Carla Roca", "x"), (0, "it", "x"), (0, "Dan|away", "x"))


def calls_in(text):
    *_, line = read_lines([*AUTHORS, RoomMessage("zoe", 60.0, text)])
    return line.calls


@pytest.mark.parametrize(
    ("text", "call"),
    [
        ("ana: look at the form", (0, CALLED)),
        ("ANA, look at the form", (0, CALLED)),
        ("@ana look at the form", (0, CALLED)),
        ("<@ana> look at the form", (0, CALLED)),
        ("look at the form @ana.", (0, CALLED)),
        ("ana look at the form", (0, LED)),
        ("the form is what ana wants", (0, NAMED)),
        ("bruno: yes", (1, CALLED)),
        ("@carla yes", (2, CALLED)),
        ("@Carla Roca yes", (2, CALLED)),
        ("dan: yes", (4, CALLED)),
    ],
)
def test_a_name_is_found_as_people_write_it(text, call):
    assert calls_in(text) == (call,)


def test_a_name_that_is_an_ordinary_word_is_one_only_when_called():
    assert calls_in("it does not open") == ()
    assert calls_in("it: does it open?") == ((3, CALLED),)


def test_two_people_called_are_both_found():
    assert calls_in("ana, bruno_: both of you") == ((0, CALLED), (1, CALLED))


def test_nobody_calls_herself():
    *_, line = read_lines([*AUTHORS, RoomMessage("ana", 60.0, "ana: is my name")])
    assert line.calls == ()


def test_a_short_name_two_people_share_calls_neither():
    lines = read_lines(room((0, "ana1", "x"), (0, "ana2", "x"), (0, "zoe", "ana: hello")))
    assert lines[-1].calls == ()


def test_an_author_who_renames_herself_stays_the_same():
    lines = read_lines(room((0, "ana", "x"), (0, None, "ana is now known as ana_away"), (0, "ana_away", "y")))
    assert [line.author for line in lines] == [0, NOBODY, 0]


def test_a_notice_calls_nobody():
    assert read_lines([*AUTHORS, RoomMessage(None, 0.0, "ana: has joined")])[-1].calls == ()


def test_a_clock_that_runs_backwards_or_is_unknown_stands_still():
    lines = read_lines([RoomMessage("ana", time, "x") for time in (600.0, None, 0.0, 660.0)])
    assert [line.minute for line in lines] == [0.0, 0.0, 0.0, 1.0]


def test_times_with_and_without_a_zone_are_one_clock():
    noon = datetime(2026, 3, 1, 12, tzinfo=UTC)
    local = noon.astimezone(timezone(timedelta(hours=2))) + timedelta(minutes=1)
    lines = read_lines([RoomMessage("ana", time, "x") for time in (noon.replace(tzinfo=None), local)])
    assert [line.minute for line in lines] == [0.0, 1.0]


def test_neither_messages_nor_lines_show_their_text():
    message = RoomMessage("ana", None, "my number is 555 0100")
    assert "555" not in repr(message)
    assert "555" not in repr(read_lines([message])[0])


@given(st.lists(st.tuples(st.none() | st.text(), st.none() | st.floats(allow_nan=False), st.text()), max_size=8))
def test_any_text_of_any_author_is_read(rows):
    assert len(read_lines([RoomMessage(*row) for row in rows])) == len(rows)
