"""Mail conversations: exact, in every order, with ghosts, merges told and splits kept."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnilink.conversation.mail_record import LONGEST_ID, MOST_IDS, Mail, cited_ids
from omnilink.conversation.mail_threads import MailConversations


def mail(name, *cites, ids=None, answered=()):
    return Mail(name, ids or (name,), tuple(answered), tuple(cites))


def threaded(mails, conversations=None):
    conversations = conversations or MailConversations()
    for one in mails:
        conversations.add(one)
    return conversations


def partition(conversations):
    groups = {}
    for number, name in enumerate(conversations.mails):
        groups.setdefault(conversations.conversation(number), set()).add(name)
    return {key: frozenset(names) for key, names in groups.items()}


@st.composite
def mailboxes(draw):
    names = [f"m{n:02}" for n in range(draw(st.integers(1, 9)))]
    ghosts = ["ghost0", "ghost1"]
    return [
        Mail(
            name,
            tuple(draw(st.lists(st.sampled_from([name, f"alias-{name}", *ghosts[:1]]), max_size=2, unique=True))),
            tuple(draw(st.lists(st.sampled_from(names + ghosts), max_size=1))),
            tuple(draw(st.lists(st.sampled_from(names + ghosts), max_size=3))),
        )
        for name in names
    ]


@given(mailboxes(), st.randoms(use_true_random=False))
def test_every_order_of_arrival_gives_the_same_conversations_under_the_same_ids(mails, rng):
    shuffled = list(mails)
    rng.shuffle(shuffled)
    assert partition(threaded(mails)) == partition(threaded(shuffled))


@given(mailboxes())
def test_a_merge_is_told_exactly_when_two_conversations_with_mails_become_one(mails):
    conversations = MailConversations()
    before = 0
    for one in mails:
        placed = conversations.add(one)
        now = len(partition(conversations))
        assert len(placed.merges) == (before - now if placed.neighbours else 0)
        before = now


def test_answers_to_a_mail_nobody_saw_meet():
    assert partition(threaded([mail("a", "ghost"), mail("b", "ghost")])) == {"a": {"a", "b"}}


def test_a_mail_that_cites_two_known_trees_makes_them_one():
    conversations = threaded([mail("a"), mail("b"), mail("c", "a", "b")])
    assert partition(conversations) == {"a": {"a", "b", "c"}}
    (merge,) = conversations.merges
    assert (merge.into, merge.merged, merge.cause) == ("a", "b", "c")


def test_in_reply_to_and_all_references_count_alike():
    assert len(partition(threaded([mail("a"), mail("b", answered=("a",)), mail("c", "x", "y", "a", "z")]))) == 1


def test_further_message_ids_of_one_mail_are_aliases():
    assert len(partition(threaded([mail("a", ids=("a", "a2")), mail("b", "a2")]))) == 1


def test_a_learned_alias_brings_an_answer_home_in_both_orders():
    aliases = {"0102@eu-west-1.amazonses.com": "ours"}
    mails = [mail("ours"), mail("answer", "0102@eu-west-1.amazonses.com")]
    assert len(partition(threaded(mails, MailConversations(aliases)))) == 1
    assert len(partition(threaded(mails[::-1], MailConversations(aliases)))) == 1


def test_mails_without_an_id_stay_apart_unless_they_cite():
    mails = [Mail("x"), Mail("y"), Mail("z", (), ("a",)), mail("a")]
    groups = set(partition(threaded(mails)).values())
    assert groups == {frozenset({"x"}), frozenset({"y"}), frozenset({"z", "a"})}


def test_reference_loops_end():
    conversations = threaded([mail("a", "b"), mail("b", "a"), mail("c", "c")])
    assert partition(conversations) == {"a": {"a", "b"}, "c": {"c"}}


def test_of_ten_thousand_references_the_first_and_the_last_count():
    many = tuple(f"r{n}" for n in range(10_000))
    kept = cited_ids(Mail("a", ("a",), ("answered",), many))
    assert len(kept) <= MOST_IDS
    assert {"r0", "r9999", "answered"} <= set(kept)
    assert kept[0] == "r9999"
    assert len(partition(threaded([mail("r9999"), mail("r0"), mail("a", *many)]))) == 1


def test_an_id_longer_than_a_line_is_no_id():
    long = "x" * (LONGEST_ID + 1)
    assert len(partition(threaded([mail("a", long), mail("b", long)]))) == 2
    assert len(partition(threaded([Mail("a", (long,)), Mail("b", (long,))]))) == 2


def test_cutting_a_mail_leaves_everything_else_together():
    conversations = threaded([mail("a"), mail("b", "a"), mail("c", "b", "a"), mail("d", "c")])
    conversations.cut(2)
    assert set(partition(conversations).values()) == {frozenset({"a", "b"}), frozenset({"c", "d"})}


def test_only_the_named_citations_are_cut():
    conversations = threaded([mail("a"), mail("b"), mail("c", "a", "b")])
    conversations.cut(2, ["b"])
    assert set(partition(conversations).values()) == {frozenset({"a", "c"}), frozenset({"b"})}


def test_a_cut_holds_when_the_mail_comes_again():
    conversations = threaded([mail("a"), mail("b", "a")])
    conversations.cut(1)
    conversations.add(mail("b", "a"))
    assert set(partition(conversations).values()) == {frozenset({"a"}), frozenset({"b"})}


@given(mailboxes(), st.data())
def test_after_a_cut_the_conversations_are_as_if_the_mail_had_cited_nothing(mails, data):
    number = data.draw(st.integers(0, len(mails) - 1))
    conversations = threaded(mails)
    conversations.cut(number)
    without = [one._replace(answered=(), references=()) if n == number else one for n, one in enumerate(mails)]
    assert set(partition(conversations).values()) == set(partition(threaded(without)).values())


def test_members_are_the_conversation_in_order_of_arrival():
    conversations = threaded([mail("b", "a"), mail("x"), mail("a")])
    assert [conversations.mails[n] for n in conversations.members(2)] == ["b", "a"]
    assert conversations.first(2) == 0


def test_nothing_of_a_mail_is_in_its_repr():
    assert "ana" not in repr(Mail("ana", ("ana",), subject="ana", author="ana"))


@pytest.mark.long
def test_a_million_mails_cost_the_same_each_as_ten_thousand():
    import time

    def seconds(start, count):
        rng = random.Random(start)
        begun = time.thread_time()
        for n in range(start, start + count):
            conversations.add(mail(f"m{n}", f"m{n - n % 8}", f"m{max(0, n - rng.randrange(1, 4))}"))
        return time.thread_time() - begun

    conversations = MailConversations()
    early = seconds(0, 20_000)
    seconds(20_000, 960_000)
    assert seconds(980_000, 20_000) < 2.5 * early
