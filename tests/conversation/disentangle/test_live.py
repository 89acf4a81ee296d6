"""A room that still runs: linked message by message, without looking ahead, and in bounded memory."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.conversation.disentangle.rooms import TWO_MATTERS, room

from omnilink.conversation.disentangle import LiveRoom, RoomMessage, disentangle
from omnilink.conversation.disentangle.live import KEPT
from omnilink.errors import BadInput

PEOPLE = ("ana", "bruno", "clerk1", "clerk2")
SPOKEN = st.lists(
    st.tuples(
        st.sampled_from((*PEOPLE, None)),
        st.sampled_from(("hello all", "ana: yes", "bruno: no", "clerk1, where?", "permits cost forty", "why?", "")),
    ),
    max_size=30,
)


@pytest.fixture(params=[None, "live"])
def model(request):
    if request.param:
        pytest.importorskip("numpy")
    return request.param


def links_of(messages, model):
    running = LiveRoom(model=model)
    return [running.add(message) for message in messages]


def busy(size):
    return [
        RoomMessage(PEOPLE[n * n % 4], n * 20.0, f"{PEOPLE[n % 3]}: about form {n % 11}?"[n % 3 * 5 :])
        for n in range(size)
    ]


def test_two_matters_are_told_apart_while_they_run(model):
    running = LiveRoom(model=model)
    for message in TWO_MATTERS:
        running.add(message)
    assert [running.thread(n) for n in (0, 2, 4, 6, 8)] == [0] * 5
    assert [running.thread(n) for n in (1, 3, 5)] == [1] * 3


@given(spoken=SPOKEN, cut=st.integers(0, 30))
@settings(max_examples=40, deadline=None)
def test_what_comes_later_changes_no_link(spoken, cut):
    messages = [RoomMessage(author, n * 30.0, text) for n, (author, text) in enumerate(spoken)]
    assert links_of(messages, None)[:cut] == links_of(messages[:cut], None)


def test_what_comes_later_changes_no_link_of_the_models():
    pytest.importorskip("numpy")
    messages = busy(60)
    assert links_of(messages, "live")[:35] == links_of(messages[:35], "live")


def test_every_message_has_a_link_to_itself_or_to_an_earlier_one(model):
    for n, links in enumerate(links_of(busy(80), model)):
        assert links
        assert all(link.message == n and link.parent <= n and 0 <= link.confidence <= 1 for link in links)


def test_a_notice_starts_a_thread_of_its_own(model):
    (link,) = links_of(room((0, "ana", "hello"), (1, None, "dora has joined the room")), model)[1]
    assert (link.message, link.parent) == (1, 1)


def test_old_messages_are_forgotten_and_places_go_on():
    running = LiveRoom()
    for message in busy(KEPT + 50):
        links = running.add(message)
    assert links[0].message == KEPT + 49
    assert links[0].parent >= 50
    assert running.thread(0) is None
    assert running.thread(KEPT + 50) is None
    assert running.thread(KEPT + 49) is not None
    assert len(running._lines) == KEPT


def test_crowds_who_come_and_go_take_no_room():
    running = LiveRoom()
    for n in range(3 * KEPT):
        running.add(RoomMessage(f"visitor{n}", n * 5.0, f"visitor{n - 1}: hello"))
    assert len(running._reader._authors) <= 2 * KEPT
    assert max(line.author for line in running._lines) <= 3 * KEPT


def test_who_renames_herself_stays_who_she_is():
    messages = room(
        (0, "ana", "how do I renew a permit?"),
        (1, "clerk", "ana: online"),
        (2, None, "ana is now known as ana_away"),
        (3, "ana_away", "clerk: and what does it cost?"),
        (4, "clerk", "ana_away: forty"),
    )
    running = LiveRoom()
    for message in messages:
        running.add(message)
    assert {running.thread(n) for n in (0, 1, 3, 4)} == {0}


def test_rules_while_the_room_runs_are_the_rules_afterwards_where_all_names_are_known():
    messages = [RoomMessage(name, 0.0, "hello") for name in PEOPLE] + busy(100)
    afterwards = {link.message: link.parent for link in disentangle(messages).links}
    same = sum(links[0].parent == afterwards[n] for n, links in enumerate(links_of(messages, None)))
    assert same >= 0.95 * len(messages)


def test_the_model_for_whole_rooms_is_none_for_a_running_one():
    with pytest.raises(BadInput):
        LiveRoom(model="room")


def test_nothing_said_shows_in_the_repr():
    running = LiveRoom()
    running.add(RoomMessage("ana", 0, "my secret"))
    assert repr(running) == "LiveRoom(messages=1, model=None)"
