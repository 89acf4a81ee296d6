"""New messages that only answer what is there are where it is, and nothing else is moved by them."""

from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from tests.conversation.test_apart import CHAIN, family, taken_apart

from omnilink.conversation.apart import ThreadFamily, part_family
from omnilink.conversation.causes import ThreadCause
from omnilink.conversation.following import find_followers

NEW = "new"


def places(of: ThreadFamily) -> dict[str, str]:
    """Message → its part, by the first message of that."""
    return {message: part.messages[0] for part in part_family(of) for message in part.messages}


def key_places(of: ThreadFamily) -> dict[str, str]:
    return {key: part.messages[0] for part in part_family(of) for key in part.keys}


@st.composite
def newcomers(draw) -> tuple[ThreadFamily, list[ThreadCause]]:
    """A family, and messages that come to it: each answers one that was seen, a newcomer too, and cites more of it."""
    before = draw(taken_apart())
    at, known = places(before), key_places(before)
    causes = []
    for name in ("new1", "new2"):
        answered = draw(st.sampled_from(sorted(at)))
        more = [
            key
            for key in (*known, "fresh1", "fresh2", f"fresh-{name}")
            if key != answered and known.get(key, at[answered]) == at[answered]
        ]
        cited = [*draw(st.lists(st.sampled_from(more), max_size=3, unique=True)), answered]
        causes.append(ThreadCause(name, (name,), tuple(cited), draw(st.sampled_from([answered, None]))))
        at[name] = known[name] = at[answered]
        known |= dict.fromkeys(causes[-1].cited, at[answered])
    return before, causes


@given(newcomers())
def test_what_follows_is_in_the_conversation_of_what_it_answers_and_moves_nothing(given_):
    before, causes = given_
    now, known = places(before), key_places(before)
    place_of: dict[str, str] = {}
    for cause in causes:
        place_of[cause.interaction] = {**now, **place_of}[cause.cited[-1]]
    new_keys = {key: place_of[c.interaction] for c in reversed(causes) for key in c.keys if key not in before.keys}
    followers = find_followers(causes, place_of, new_keys)
    assume(followers is not None)
    for place, following in followers.places.items():
        assume(all(known.get(key) == place for key in following.keys))
        assume(all(now.get(key) == place for key in following.answered))
    of = replace(
        before,
        messages={**before.messages, **dict.fromkeys(place_of, "row")},
        keys={**before.keys, **dict.fromkeys(new_keys, "row")},
        causes=[*before.causes, *causes],
    )
    assert places(of) == {**now, **place_of}
    assert key_places(of) == {**known, **new_keys}


def test_an_answer_to_what_was_seen_follows_it():
    before = family(CHAIN, {"c"})
    cause = ThreadCause(NEW, (NEW,), ("a", "c", "d"), "d")
    found = find_followers([cause], {NEW: "c"}, {NEW: "c"})
    assert found is not None
    assert (found.own, found.places["c"].keys, found.places["c"].answered) == ({NEW}, {"a", "c", "d"}, {"d"})
    assert key_places(before)["a"] != "c"  # so the lookup fails: it cites both sides


@pytest.mark.parametrize(
    ("cause", "new_keys"),
    [
        (ThreadCause(NEW, (NEW,), ("d",), "d"), {}),  # somebody cited it before
        (ThreadCause(NEW, (NEW,)), {NEW: "c"}),  # it answers nothing
        (ThreadCause(NEW, (NEW,), ("d",), "d", is_whole=False), {NEW: "c"}),
        (ThreadCause(NEW, (NEW,), ("d",), "d"), {NEW: "c", "other": "c"}),  # a key that it does not name
        (ThreadCause(NEW, (NEW,), ("d", "fresh"), "d"), {NEW: "c", "fresh": "a"}),
    ],
)
def test_everything_else_is_worked_out(cause, new_keys):
    assert find_followers([cause], {NEW: "c"}, new_keys) is None


def test_of_messages_that_come_together_one_may_answer_another_but_not_a_later_one():
    one, two = ThreadCause("n1", ("n1",), ("d",), "d"), ThreadCause("n2", ("n2",), ("d", "n1"), "n1")
    at, new_keys = {"n1": "c", "n2": "c"}, {"n1": "c", "n2": "c"}
    found = find_followers([one, two], at, new_keys)
    assert found is not None
    assert found.places["c"].answered == {"d"}
    assert find_followers([two, one], at, new_keys) is None
