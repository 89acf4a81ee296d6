"""Which messages are together once a person has taken a conversation apart."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnilink.conversation.apart import ThreadCut, ThreadFamily, part_family
from omnilink.conversation.causes import ThreadCause, cause_of
from omnilink.conversation.keys import threads
from omnilink.conversation.parted_rows import own_conversation, plan_rows
from omnilink.conversation.thread_reasons import ThreadReason, thread_reasons
from omnilink.model.ids import IdSource


def family(
    cited: dict[str, list[str]], *cuts: set[str], rows: dict[str, str] | None = None, old: str = ""
) -> ThreadFamily:
    """Messages by name, each with what it cites, the nearest last; of those in `old` it is not known."""
    causes = [
        ThreadCause(name, (name,), (), keys[-1] if keys else None, is_whole=False)
        if name in old.split()
        else ThreadCause(name, (name,), tuple(keys), keys[-1] if keys else None)
        for name, keys in cited.items()
    ]
    known = dict.fromkeys(key for cause in causes for key in (*cause.keys, *([cause.answers] if cause.answers else [])))
    messages = {name: (rows or {}).get(name, "row") for name in cited}
    return ThreadFamily(
        rows={row: next(m for m in messages if messages[m] == row) for row in messages.values()},
        messages=messages,
        keys=dict.fromkeys(known, "row"),
        causes=causes,
        cuts=[ThreadCut(f"cut{number}", frozenset(cut)) for number, cut in enumerate(cuts)],
    )


def parts(of: ThreadFamily) -> set[frozenset[str]]:
    return {frozenset(part.messages) for part in part_family(of)}


def apart(*groups: str) -> set[frozenset[str]]:
    return {frozenset(group.split()) for group in groups}


CHAIN = {"a": [], "b": ["a"], "c": ["a", "b"], "d": ["a", "b", "c"]}


def test_whatever_answers_a_message_goes_along_though_it_cites_the_whole_thread():
    assert parts(family(CHAIN)) == apart("a b c d")
    assert parts(family(CHAIN, {"c"})) == apart("a b", "c d")
    assert parts(family(CHAIN, {"b"})) == apart("a", "b c d")


def test_a_cut_at_the_beginning_cuts_nothing():
    assert parts(family(CHAIN, {"a"})) == apart("a b c d")


def test_several_messages_begin_one_conversation_together():
    star = {"a": [], "b": ["a"], "c": ["a"], "d": ["a"]}
    assert parts(family(star, {"b", "c"})) == apart("a d", "b c")


def test_a_cut_within_what_was_cut_is_a_third_conversation_and_undoing_the_first_leaves_it():
    assert parts(family(CHAIN, {"b"}, {"d"})) == apart("a", "b c", "d")
    assert parts(family(CHAIN, {"d"})) == apart("a b c", "d")


def test_an_answer_sent_in_the_wrong_thread_no_longer_holds_two_threads_together():
    cited = {"a": [], "a2": ["a"], "x": [], "x2": ["x"], "both": ["x", "a2"]}
    assert parts(family(cited)) == apart("a a2 x x2 both")
    assert parts(family(cited, {"both"})) == apart("a a2", "x x2", "both")


def test_an_answer_to_an_unseen_answer_goes_along():
    # c was never seen; d cites it and b, e cites c alone.
    cited = {"a": [], "b": ["a"], "d": ["a", "b", "c"], "e": ["c"]}
    assert parts(family(cited)) == apart("a b d e")
    assert parts(family(cited, {"b"})) == apart("a", "b d e")


def test_who_answers_what_begins_the_thread_stays_though_nobody_saw_that():
    cited = {"a": ["root"], "b": ["root", "a"], "c": ["root"]}
    assert parts(family(cited, {"b"})) == apart("a c", "b")


def test_two_mails_with_one_id_are_on_one_side():
    of = family({"a": [], "b": ["a"], "c": ["b"]}, {"b"})
    twin = ThreadCause("b'", ("b",), ("a",), "a")
    of = replace(of, messages={**of.messages, "b'": "row"}, causes=[*of.causes, twin])
    assert parts(of) == apart("a", "b b' c")


def test_references_in_a_circle_end():
    assert parts(family({"a": ["b"], "b": ["a"], "c": ["b"]}, {"c"})) == apart("a b", "c")
    assert parts(family({"a": ["b"], "b": ["a"]}, {"b"})) == apart("a b")


def test_messages_of_a_time_before_this_was_kept_stay_with_their_conversation():
    cited = {"a": [], "b": ["a"], "c": ["unseen"], "d": ["b"]}
    assert parts(family(cited, old="a b c d")) == apart("a b c d")
    assert parts(family(cited, {"b"}, old="a b c d")) == apart("a c", "b d")
    # A later mail that cites one of them, and is known whole.
    later = family({**cited, "e": ["c"], "f": ["d"]}, {"b"}, old="a b c d")
    assert parts(later) == apart("a c e", "b d f")


def test_ten_thousand_answers_in_one_line_are_parted():
    long = {f"m{n}": [f"m{n - 1}"] if n else [] for n in range(10_000)}
    assert sorted(len(part) for part in parts(family(long, {"m4000"}))) == [4000, 6000]


# --- properties ---------------------------------------------------------------------------------------------------

NAMES = [f"m{n}" for n in range(8)]
graphs = st.dictionaries(
    st.sampled_from(NAMES), st.lists(st.sampled_from([*NAMES, "g1", "g2"]), max_size=4, unique=True), min_size=1
).map(lambda found: {name: [key for key in keys if key != name] for name, keys in found.items()})


@st.composite
def taken_apart(draw) -> ThreadFamily:
    cited = draw(graphs)
    cuts = draw(st.lists(st.sets(st.sampled_from(sorted(cited)), min_size=1, max_size=2), max_size=3))
    return family(cited, *cuts)


@given(taken_apart(), st.randoms())
def test_the_order_of_messages_and_cuts_makes_no_difference(of, rng):
    names, causes, cuts, keys = list(of.messages), list(of.causes), list(of.cuts), list(of.keys)
    for each in (names, causes, cuts, keys):
        rng.shuffle(each)
    shuffled = replace(
        of, messages={n: of.messages[n] for n in names}, causes=causes, cuts=cuts, keys={k: of.keys[k] for k in keys}
    )
    assert parts(shuffled) == parts(of)
    of_keys = [{(frozenset(p.messages), key) for p in part_family(x) for key in p.keys} for x in (of, shuffled)]
    assert of_keys[0] == of_keys[1]


@given(graphs)
def test_without_cuts_the_parts_are_the_native_threads(cited):
    of = family(cited)
    native = threads((cause.interaction, cause.keys) for cause in of.causes)
    groups: dict[str, set[str]] = {}
    for message, thread in native.items():
        groups.setdefault(thread, set()).add(message)
    assert parts(of) == {frozenset(group) for group in groups.values()}


@given(taken_apart())
def test_every_message_is_in_one_part_and_every_key_at_most_in_one(of):
    found = part_family(of)
    assert sorted(message for part in found for message in part.messages) == sorted(of.messages)
    keys = [key for part in found for key in part.keys]
    assert len(keys) == len(set(keys))
    assert set(keys) == {key for cause in of.causes for key in cause.keys}


@given(taken_apart())
def test_parts_only_ever_get_smaller_by_a_cut_but_for_what_it_names_together(of):
    if not of.cuts:
        return
    before = parts(replace(of, cuts=of.cuts[:-1]))
    for part in parts(of):
        inside = {frozenset(part & group) for group in before} - {frozenset()}
        assert len(inside) == 1 or len(part & of.cuts[-1].messages) > 1 or len(of.cuts) > 1


# --- which conversation each part is --------------------------------------------------------------------------------

IDS = [IdSource(random_bits=lambda bits: 5)() for _ in range(6)]
A, B, C, D, R, X = IDS


def named(cited: dict[str, list[str]], *cuts: set[str], rows: dict[str, str] | None = None) -> ThreadFamily:
    return family(cited, *cuts, rows=rows or dict.fromkeys(cited, R))


def test_the_id_stays_with_the_message_the_conversation_began_with():
    plan = plan_rows(named({A: [], B: [A], C: [B]}, {B}))
    new = own_conversation(B)
    assert plan.made == {new: B}
    assert plan.roots == {R: R, new: new}
    assert plan.messages == {A: R, B: new, C: new}
    assert plan.keys[C] == new


def test_two_conversations_that_one_message_merged_get_their_ids_back():
    of = named({A: [], B: [], C: [A, B]}, {C}, rows={A: R, B: X, C: R})
    plan = plan_rows(of)
    new = own_conversation(C)
    assert plan.roots == {R: R, X: X, new: new}
    assert plan.messages == {A: R, B: X, C: own_conversation(C)}


def test_together_again_both_ids_lead_to_the_older_conversation():
    of = named({A: [], B: [A]})
    again = replace(of, rows={**of.rows, own_conversation(B): None})
    plan = plan_rows(again)
    assert plan.roots == {R: R, own_conversation(B): R}
    assert plan.messages == {A: R, B: R}
    assert plan.made == {}


def test_a_conversation_made_by_a_cut_is_an_id_like_any_other():
    new = own_conversation(B)
    assert len(new) == 36
    assert new[:24] == B[:24]
    assert new != B
    assert own_conversation(new) == B


# --- causes and reasons ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("keys", "answers", "own", "cited"),
    [
        (["m", "former", "a", "r1", "r2"], "a", ("m", "former"), ("a", "r1", "r2")),
        (["m", "former"], None, ("m", "former"), ()),
        (["m", "r1"], "elsewhere", ("m",), ("r1",)),
    ],
)
def test_what_a_mail_names_before_what_it_answers_is_its_own(keys, answers, own, cited):
    found = cause_of("i", keys, own=["m"], answers=answers, is_mail=True)
    assert (found.own, found.cited) == (own, cited)
    assert [*found.nearest()][0:1] == ([answers] if answers else [])


def test_of_a_chat_message_only_its_own_key_is_its_own():
    found = cause_of("i", ["thread", "m"], own=["m"], answers=None, is_mail=False)
    assert (found.own, found.cited) == (("m",), ("thread",))


def test_the_reason_for_each_message_is_told():
    of = family({"a": ["t"], "b": ["t"], "c": ["a"], "d": []}, {"c"})
    assert thread_reasons(of, ["a", "b", "c", "d"]) == {
        "a": ThreadReason("begins"),
        "b": ThreadReason("same-thread", "a"),
        "c": ThreadReason("split", "cut0"),
        "d": ThreadReason("begins"),
    }
    assert thread_reasons(family(CHAIN), list(CHAIN))["d"] == ThreadReason("answers", "c")
