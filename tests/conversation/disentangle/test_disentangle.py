"""A room in, links and threads out: by rules and by the model, the same promises."""

import json
import subprocess
import sys
import time
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.conversation.disentangle.rooms import TWO_MATTERS, room

from omnilink.conversation.disentangle import RoomMessage, disentangle
from omnilink.errors import BadInput, ConfigError

MODELS = [None, "room"]

messages = st.builds(
    RoomMessage,
    st.sampled_from(["ana", "bruno", "clerk", "Carla Roca", "", None]),
    st.none() | st.floats(0, 1e5) | st.datetimes(),
    st.sampled_from(["hello", "ana: yes", "bruno, no?", "@carla the permit", "!help", "", "https://x.example/?a"])
    | st.text(max_size=40),
)


@pytest.fixture(params=MODELS, ids=["rules", "model"])
def model(request):
    if request.param:
        pytest.importorskip("numpy")
    return request.param


def test_two_matters_at_once_are_two_threads(model):
    threads = disentangle(TWO_MATTERS, model=model).threads
    assert threads == ((0, 2, 4, 6, 8), (1, 3, 5), (7,))


def test_an_empty_room_has_no_threads(model):
    found = disentangle([], model=model)
    assert (found.links, found.threads) == ((), ())


def test_a_single_message_is_a_thread(model):
    assert disentangle(room((0, "ana", "hello?")), model=model).threads == ((0,),)


def test_notices_are_threads_of_their_own(model):
    found = disentangle(room((0, None, "ana joined"), (0, "ana", "hi"), (0, None, "ana left")), model=model)
    assert found.threads == ((0,), (1,), (2,))


def test_a_room_of_notices_only_is_no_error(model):
    assert disentangle(room((0, None, "a"), (0, None, "b")), model=model).threads == ((0,), (1,))


def test_the_same_room_gives_the_same_answer(model):
    assert disentangle(TWO_MATTERS, model=model) == disentangle(TWO_MATTERS, model=model)


def test_dates_may_be_far_apart(model):
    times = [datetime(1970, 1, 1, tzinfo=UTC), datetime(2099, 1, 1, tzinfo=UTC), datetime(1, 1, 1, tzinfo=UTC), None]
    found = disentangle([RoomMessage("ana", moment, "hello") for moment in times], model=model)
    assert len(found.links) == len(times)


@settings(max_examples=60)
@given(st.lists(messages, max_size=14), st.sampled_from(MODELS))
def test_links_lead_backwards_and_threads_part_the_room(rows, model):
    if model:
        pytest.importorskip("numpy")
    found = disentangle(rows, model=model)
    assert {link.message for link in found.links} == set(range(len(rows)))
    assert all(link.parent <= link.message and 0 <= link.confidence <= 1 for link in found.links)
    assert sorted(place for thread in found.threads for place in thread) == list(range(len(rows)))
    thread_of = {place: thread for thread in found.threads for place in thread}
    assert all(link.parent in thread_of[link.message] for link in found.links)


def test_a_rule_is_named_as_the_reason():
    links = disentangle(TWO_MATTERS).links
    assert "calls_last" in links[2].reasons
    assert all(link.reasons for link in links)


def test_an_unknown_model_is_told():
    with pytest.raises(BadInput) as caught:
        disentangle(TWO_MATTERS, model="castle")
    assert caught.value.hint


def test_a_missing_numpy_is_told_with_what_to_install(monkeypatch):
    monkeypatch.setattr("omnilink.conversation.disentangle.decode.find_spec", lambda name: None)
    with pytest.raises(ConfigError, match="numpy") as caught:
        disentangle(TWO_MATTERS, model="room")
    assert "disentangle" in caught.value.hint
    assert disentangle(TWO_MATTERS).threads


def test_the_rules_do_not_load_numpy():
    code = (
        "from omnilink.conversation.disentangle import RoomMessage, disentangle; "
        "disentangle([RoomMessage('ana', None, 'hello')]); "
        "import json, sys; print(json.dumps('numpy' in sys.modules))"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(result.stdout) is False


def test_twice_the_room_takes_about_twice_the_time():
    def seconds(size):
        rows = room(*((at / 7, f"author{at % 13}", f"author{at * 5 % 13}: word{at % 29} again") for at in range(size)))
        begin = time.process_time()
        disentangle(rows)
        return time.process_time() - begin

    seconds(200)
    assert min(seconds(800) for _ in range(2)) < 3.5 * max(seconds(400) for _ in range(2))


def test_a_pasted_book_is_read_only_in_part(model):
    rows = room((0, "ana", "hello " * 500_000), (1, "bruno", "ana: too long"))
    begin = time.process_time()
    assert len(disentangle(rows, model=model).links) == 2
    assert time.process_time() - begin < 2
