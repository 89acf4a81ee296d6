"""Automation: machines are known by strong signs, people's mail is never called an answering machine's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnilink.conversation.automation import AutomationKind as Kind
from omnilink.conversation.automation import MailSigns, decide_automation
from omnilink.conversation.tables import read_table

ANA = "ana@example.org"


def decide(*, author=ANA, path=ANA, subject="Lamp", types=(), report="", **fields):
    named = {name.replace("_", "-"): [value] if isinstance(value, str) else value for name, value in fields.items()}
    return decide_automation(MailSigns(named, types, report, author, path, subject))


@pytest.mark.parametrize(("value", "kind"), [
    ("auto-replied", Kind.AUTO_REPLY), ("Auto-Replied (vacation)", Kind.AUTO_REPLY),
    ('auto-replied; owner-email="a@b"', Kind.AUTO_REPLY), ("auto-generated", Kind.AUTO_GENERATED),
    ("auto-notified; x=y", Kind.AUTO_GENERATED), ("something-new", Kind.AUTO_GENERATED),
    ("no", None), ("No", None), ("no; reason=person", None), ("no (I am one)", None), ("", None),
    ("(vacation (of a month)) auto-replied", Kind.AUTO_REPLY), ("(really) no", None), ("((", None),
])  # fmt: skip
def test_auto_submitted_is_read_with_parameters_and_comments(value, kind):
    assert decide(auto_submitted=value).kind is kind


def test_reports_are_told_by_their_type():
    assert decide(types=["multipart/report"], report="delivery-status").kind is Kind.BOUNCE
    assert decide(types=["multipart/report"], report="disposition-notification").kind is Kind.RECEIPT
    assert decide(types=["multipart/report", "message/feedback-report"]).kind is Kind.COMPLAINT
    assert decide(types=["multipart/report"]).kind is Kind.BOUNCE


def test_a_person_who_forwards_a_bounce_is_a_person():
    assert decide(types=["multipart/mixed", "message/delivery-status"]).kind is None


def test_a_mailer_daemon_is_no_person_whatever_it_says():
    assert decide(author="MAILER-DAEMON@mx.example.org", path="").kind is Kind.BOUNCE
    assert decide(x_failed_recipients="x@y.example").kind is Kind.BOUNCE


def test_a_postmaster_may_be_a_person_and_gets_no_automatic_answer():
    found = decide(author="postmaster@example.org")
    assert (found.kind, found.may_answer, found.may_reopen) == (None, False, True)


def test_a_null_path_alone_says_nothing_about_who_wrote():
    found = decide(path="<>")
    assert (found.kind, found.may_answer, found.may_reopen) == (None, False, True)


def test_suppression_asked_by_exchange_is_a_persons_wish():
    found = decide(x_auto_response_suppress="DR, OOF, AutoReply")
    assert (found.kind, found.may_answer, found.may_reopen) == (None, False, True)
    assert decide(x_auto_response_suppress="DR").may_answer


@pytest.mark.parametrize("row", read_table("automation")["subject"], ids=lambda row: row["code"])
def test_a_notes_subject_needs_company(row):
    for start in row["starts"]:
        for subject in (f"{start}: Lamp", f"{start}：Lamp"):
            answering = {"subject": subject, "in_reply_to": "<x@city.example>"}
            assert decide(subject=subject).kind is None
            assert decide(**answering).kind is None
            assert decide(**answering, path="").kind is Kind.AUTO_REPLY
            assert decide(**answering, x_auto_response_suppress="All").kind is Kind.AUTO_REPLY
            assert decide(**answering | {"subject": f"Re: {subject}"}, path="").kind is None


@pytest.mark.parametrize("subject", [
    "Automatic reply: why do I get one every day?", "Réponse automatique : que veut dire votre message ?",
    "自动回复：什么意思？", "Autoreply: I do not understand",
])  # fmt: skip
def test_who_asks_about_notes_answers_nothing_and_is_a_person(subject):
    assert decide(subject=subject, path="<>", x_auto_response_suppress="DR, OOF, AutoReply").kind is None


def test_a_postmaster_with_a_null_path_is_a_server():
    assert decide(author="postmaster@mx.example.org", path="<>").kind is Kind.BOUNCE


def test_an_autoresponder_that_says_so_in_delivered_to_is_one():
    assert decide(delivered_to="Autoresponder", precedence="junk").kind is Kind.AUTO_REPLY
    assert decide(delivered_to="ana@example.org").kind is None


def test_who_says_no_is_believed_against_weak_signs():
    answering = {"subject": "Automatic reply: Lamp", "in_reply_to": "<x@city.example>", "path": ""}
    assert decide(**answering, auto_submitted="no").kind is None


@pytest.mark.parametrize("field", read_table("automation")["strong"]["auto_reply_fields"])
def test_fields_of_answering_machines_count_unless_they_say_no(field):
    assert decide(**{field: "yes"}).kind is Kind.AUTO_REPLY
    assert decide(**{field: "no"}).kind is None


def test_precedence():
    assert decide(precedence="auto_reply").kind is Kind.AUTO_REPLY
    assert decide(precedence="bulk").kind is Kind.BULK
    assert decide(precedence="list").kind is Kind.LIST
    assert decide(precedence="normal").kind is None


def test_a_list_passes_on_what_a_person_wrote():
    found = decide(list_id="<town.lists.example.org>")
    assert (found.kind, found.may_answer, found.may_reopen) == (Kind.LIST, False, True)


def test_machines_neither_get_answers_nor_reopen():
    for found in (decide(auto_submitted="auto-replied"), decide(precedence="bulk"), decide(x_loop="omnilink")):
        assert not found.may_answer
        assert not found.may_reopen


def test_our_own_mark_and_a_hundred_hops_are_a_loop():
    assert decide(x_loop="omnilink").kind is Kind.LOOP
    assert decide(x_loop="somebody-else").kind is None
    assert decide(received=["x"] * 101).kind is Kind.LOOP


def test_an_author_who_wants_no_answer_gets_none():
    found = decide(author="no-reply+17@shop.example")
    assert (found.kind, found.may_answer) == (None, False)


def test_a_persons_mail_may_be_answered_and_reopens():
    found = decide(subject="Out of office next week, please call")
    assert (found.kind, found.may_answer, found.may_reopen, found.signs) == (None, True, True, ())


@given(st.dictionaries(st.sampled_from(["auto-submitted", "precedence", "x-loop", "subject"]), st.lists(st.text())))
def test_no_value_shows_among_the_signs(fields):
    found = decide_automation(MailSigns(fields, (), "", ANA, None, "x"))
    assert all(sign.replace("_", "").isalpha() for sign in found.signs)
