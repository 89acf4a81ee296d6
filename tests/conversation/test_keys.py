"""Native threads: exact, order-free, with ghosts."""

from hypothesis import given
from hypothesis import strategies as st

from omnilink.conversation.keys import join_conversation, threads

mails = st.lists(
    st.tuples(st.integers(0, 30), st.lists(st.integers(0, 12), max_size=4)), max_size=25, unique_by=lambda m: m[0]
).map(lambda found: [(f"m{n}", [f"mail:{k}" for k in keys]) for n, keys in found])


def partition_of(found):
    groups = {}
    for message, thread in threads(found).items():
        groups.setdefault(thread, set()).add(message)
    return sorted(map(sorted, groups.values()))


@given(mails, st.randoms())
def test_every_order_of_arrival_gives_the_same_threads(found, rng):
    shuffled = list(found)
    rng.shuffle(shuffled)
    assert partition_of(found) == partition_of(shuffled)


@given(mails, st.randoms())
def test_joining_one_by_one_gives_the_same_threads(found, rng):
    shuffled = list(found)
    rng.shuffle(shuffled)
    known, of, ids = {}, {}, iter(range(10_000))
    for message, keys in shuffled:
        join = join_conversation(keys or [f"message:{message}"], known)
        conversation = join.conversation or f"c{next(ids):05}"
        for loser in join.merged:
            known = {k: conversation if v == loser else v for k, v in known.items()}
            of = {k: conversation if v == loser else v for k, v in of.items()}
        known.update(dict.fromkeys(join.new_keys, conversation))
        of[message] = conversation
    groups = {}
    for message, conversation in of.items():
        groups.setdefault(conversation, set()).add(message)
    assert sorted(map(sorted, groups.values())) == partition_of(found)


def test_two_replies_to_a_mail_never_seen_meet():
    assert partition_of([("a", ["mail:a", "mail:ghost"]), ("b", ["mail:b", "mail:ghost"])]) == [["a", "b"]]


def test_reference_loops_end():
    assert partition_of([("a", ["mail:a", "mail:b", "mail:a"]), ("b", ["mail:b", "mail:a"])]) == [["a", "b"]]
