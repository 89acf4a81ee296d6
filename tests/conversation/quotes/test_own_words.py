"""Nothing of the writer's words is ever dropped: what is not surely somebody else's is new."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnilink.conversation.quotes import reply_text
from omnilink.conversation.quotes.lines import MOST_CHARACTERS, MOST_LINES

ON = "On 5 Jan 2026, at 10:00, Bob <bob@example.org> wrote:\n"
PIECES = st.sampled_from([
    "Hello", "", "", "> quoted", ">> deeper", ON.strip(), "-- ", "--", "-----", "Ana Ruiz", "Sent from my iPhone",
    "From: Bob <b@example.org>", "Sent: Monday 10:00", "To: Ana", "Subject: x", "-----Original Message-----", "```",
    "Bob wrote:", "| bar", "\u202e> a\u200f:", "\0", "Begin forwarded message:", "confidential", "<div>", "\t", "5 > 3",
    "On 5 Jan 2026, at 10:00, Bob <", "bob@example.org> wrote:", "> On 5 Jan 2026, Bob wrote:", "–",
    "reply above this line --",
])  # fmt: skip


@given(st.lists(PIECES, max_size=30), st.sampled_from(["\n", "\r\n", "\r"]))
def test_spans_cover_the_text_in_order_without_a_gap(pieces, newline):
    text = newline.join(pieces)
    found = reply_text(text)
    assert found.source == text
    assert "".join(text[span.start : span.end] for span in found.spans) == text
    assert all(left.end == right.start for left, right in zip(found.spans, found.spans[1:], strict=False))
    assert all(span.start < span.end for span in found.spans)
    assert all(
        span.shown for span in found.spans if span.kind == "new" and text[span.start : span.end].strip("-–_ \t\r\n\0")
    )


@given(st.text())
def test_any_text_at_all_is_covered(text):
    found = reply_text(text)
    assert "".join(text[span.start : span.end] for span in found.spans) == text


@given(st.lists(st.text(alphabet="abcdefghij ,.!?()", max_size=60), max_size=20))
def test_plain_words_are_all_new(lines):
    text = "\n".join(lines)
    assert reply_text(text).text.split() == text.split()


@given(st.lists(st.sampled_from(["Yes, that is so.", "No", "I come at five", "ja"]), min_size=1, max_size=6))
def test_answers_between_quotations_are_shown_with_their_questions(answers):
    mail = ON + "".join(f"> Question {n}?\n{answer}\n" for n, answer in enumerate(answers))
    shown = reply_text(mail).text.splitlines()
    for n, answer in enumerate(answers):
        assert answer in shown
        assert len(answers) == 1 or f"> Question {n}?" in shown
    assert ON.strip() not in shown


def test_the_quotation_behind_the_last_answer_is_not_shown():
    assert reply_text(f"{ON}> Q1?\nA1\n> Q2?\nA2\n> Bye\n> Bob\n").text == "> Q1?\nA1\n> Q2?\nA2"


def test_an_answer_below_a_whole_quotation_stands_alone():
    assert reply_text(f"{ON}> Hi\n> there\n\nMy answer\n").text == "My answer"
    assert reply_text(f"> {ON}> Hi\n\nMy answer\n").text == "My answer"


def test_a_quotation_without_an_author_is_kept_above_an_answer():
    assert reply_text("> the bin is full\n\nIt still is.\n").text == "> the bin is full\n\nIt still is."


def test_words_above_and_below_a_quotation_are_both_shown():
    assert reply_text(f"Hello\n\n{ON}> Hi\n\nOne more thing\n").text == "Hello\n\n> Hi\n\nOne more thing"


def test_a_mail_that_only_quotes_says_nothing_new():
    assert reply_text(f"> {ON}>\n>> {ON}>> Hi\n").text == ""


def test_a_mail_of_quote_marks_without_an_author_is_shown():
    assert reply_text("> nobody emptied the bin\n").text == "> nobody emptied the bin"


@pytest.mark.parametrize("own", ["> 5 is fine with me", ">:(", "5 > 3 and 3 < 5", "->look", "|a|b|\n|c|d|"])
def test_a_mark_that_quotes_nothing_is_the_writer_s(own):
    assert reply_text(f"More than five?\n{own}\n").text == f"More than five?\n{own}"


def test_the_end_of_a_quoted_line_broken_in_transit_is_quoted():
    long = "> " + "lorem ipsum dolor sit amet " * 3
    assert reply_text(f"Yes\n\n{ON}{long.strip()}\nconsectetur elit\n> more\n").text == "Yes"
    assert "ja" in reply_text(f"Yes\n\n{ON}{long.strip()}.\nja\n> more\n").text.splitlines()


def test_code_between_fences_is_kept():
    code = "Try this:\n\n```\n> quote\n-- \n# ----\n\nOn 5 Jan 2026, at 10:00, Bob <b@example.org> wrote:\n```\n\nBye"
    assert reply_text(code).text == code


def test_indentation_and_empty_lines_stay():
    text = "    - one\n    - two\n\n\nBye"
    assert reply_text(f"\n\n{text}\n\n").text == text


def test_line_ends_of_any_kind_are_read():
    for newline in ("\r\n", "\r"):
        assert reply_text(f"a\nb\n\n{ON}> Hi\n".replace("\n", newline)).text == "a\nb"


def test_what_lies_behind_the_limits_is_new():
    quoted = f"Hello\n\n{ON}" + "> x\n" * (MOST_LINES + 10)
    found = reply_text(quoted + "My last words")
    assert found.spans[-1].kind == "new"
    assert found.text.endswith("My last words")
    far = "Hello\n" + "x" * MOST_CHARACTERS + " my last words"
    assert reply_text(far).text == far


def test_nothing_is_found_in_nothing():
    assert reply_text("").spans == ()
    assert reply_text("").text == ""
    assert reply_text(" \n\n").text == ""


def test_a_repr_holds_no_words():
    assert "secret" not in repr(reply_text("secret words"))
