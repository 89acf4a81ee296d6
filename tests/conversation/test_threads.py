"""`thread(mails)` for any program, the tree of a conversation, and how it is drawn."""

import time
import xml.etree.ElementTree as ET
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnilink.conversation import Mail, draw_svg, draw_text, thread
from omnilink.conversation.case_facts import Decision, Rung
from omnilink.conversation.mail_ids import read_ids
from omnilink.conversation.mail_reading import read_mail
from omnilink.conversation.mail_tree import grow_tree
from omnilink.errors import NotFound

QUESTION = b"""Message-ID: <q@x.example>
From: Ana Lopez <Ana@Example.org>
To: Help <help@city.example>
Subject: =?utf-8?q?L=C3=A1mpara?=
Date: Mon, 02 Mar 2026 10:00:00 +0100
Content-Type: text/plain; charset=utf-8

The street lamp in front of 14 Harbour Road is dark.
"""


def message(
    name, *, answers=None, author="help@city.example", to="ana@example.org", subject="Re: Lámpara", text="Yes."
):
    made = EmailMessage()
    made["Message-ID"] = f"<{name}>"
    if answers:
        made["In-Reply-To"] = f"<{answers}>"
    made["From"], made["To"], made["Subject"] = author, to, subject
    made["Date"] = "Tue, 03 Mar 2026 10:00:00 +0000"
    made.set_content(text)
    return made


def test_bytes_messages_and_records_are_threaded_alike():
    found = thread([QUESTION, message("a@city.example", answers="q@x.example"), Mail("r", ("r",), ("a@city.example",))])
    assert found.conversations == {"a@city.example": ("q@x.example", "a@city.example", "r")}
    assert found.case_of("r") == "q@x.example"
    assert found.conversation_of("q@x.example") == "a@city.example"


def test_a_raw_mail_is_read_whole():
    mail = read_mail(QUESTION)
    assert (mail.author, mail.author_name, mail.subject) == ("ana@example.org", "Ana Lopez", "Lámpara")
    assert mail.recipients == ("help@city.example",)
    assert mail.at_s == 1_772_442_000.0
    assert mail.text == "The street lamp in front of 14 Harbour Road is dark.\n"
    assert mail.automated is None


def test_ids_alone_are_the_same_as_in_the_whole_mail():
    raw = b"message-id :\r\n <a@b>\r\nReferences: <1@x>\r\n\t<2@\r\n x>\r\nMessage-ID: <z@z>\r\nIN-REPLY-TO: <c@d>"
    raw += b"\r\n\r\n<n@o>"
    ids, whole = read_ids(raw, "m"), read_mail(raw)
    assert ids.ids == whole.ids == ("a@b", "z@z")
    assert ids.answered == whole.answered == ("c@d",)
    assert ids.references == whole.references == ("1@x", "2@x")


def test_a_person_in_in_reply_to_is_no_mail():
    raw = b"From: ana@example.org\nIn-Reply-To: Message from Bo <bo@x.example> of Monday\nTo: bo@x.example\n\n"
    assert read_mail(raw).answered == ()


def test_html_is_read_where_there_is_no_text():
    made = EmailMessage()
    made["From"] = "ana@example.org"
    made.set_content("<p>The lamp<br>is dark</p>", subtype="html")
    assert read_mail(made).text.split() == ["The", "lamp", "is", "dark"]


def test_a_machine_is_told():
    assert read_mail(b"Auto-Submitted: auto-replied\nFrom: a@b\n\n").automated == "auto-reply"


@given(st.binary(max_size=300))
def test_reading_is_total(raw):
    for beginning in (b"", b"From: ", b"Date: ", b"Subject: =?utf-8?b?", b"Content-Type: text/plain; charset="):
        found = thread([beginning + raw + b"\n\nx"])
        assert len(found.mails) == 1
        read_ids(beginning + raw, "x")


@pytest.mark.parametrize("raw", [
    b"From: " + b"(" * 200_000 + b"\n\nx", b'To: ' + b'"a' * 100_000 + b"\n\nx", b"From: " + b"<" * 200_000 + b"\n\nx",
    b"Subject: " + b"=?utf-8?q?a?= " * 10_000 + b"\n\nx", b"References: " + b"<a@b> " * 30_000 + b"\n\nx",
    b"References: " + b"<" * 200_000 + b"\n\nx", b"Content-Type: text/html\n\n" + b"<br" * 100_000,
    b"Message-ID: <a>\n" * 10_000 + b"\nx", b"From" + b" " * 200_000 + b":\n\nx",
    b"From: a@b\nContent-Type: message/rfc822\n\n" * 3_000,
    b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n" * 50_000,
    b"Subject: x\n\n" + b"> " * 2_500_000, b"Subject: x\n\n" + b"\n" * 5_000_000,
], ids=lambda raw: repr(raw[:24]))  # fmt: skip
def test_hostile_mails_are_read_in_no_time(raw):
    begun = time.process_time()
    found = thread([raw])
    read_ids(raw, "x")
    assert len(found.mails) == 1
    assert time.process_time() - begun < 2.0


def test_an_address_within_a_name_is_none():
    raw = b'From: "Doe, ana@example.org" <eve@x.example>\nTo: a@b.c, Bo <bo@x.example>; G: h@i.j;\n\n'
    mail = read_mail(raw)
    assert (mail.author, mail.author_name) == ("eve@x.example", "Doe, ana@example.org")
    assert mail.recipients == ("a@b.c", "bo@x.example", "h@i.j")


def test_a_mail_given_twice_counts_once_and_two_with_one_id_stay_two():
    other = message("q@x.example", subject="Another with the same id")
    found = thread([QUESTION, QUESTION, other, other])
    assert len(found.mails) == 2
    assert len(found.conversations) == 1


def test_an_answer_without_headers_is_explained():
    quote = (
        "Thank you.\nOn Mon, 2 Mar 2026 at 10:00, Ana wrote:\n> The street lamp in front of 14 Harbour Road is dark."
    )
    found = thread([QUESTION, message("a@city.example", text=quote)])
    (assignment,) = found.assignments
    assert (assignment.mail, assignment.decision) == ("a@city.example", Decision.JOIN)
    (option,) = assignment.options
    assert (option.case, option.rung) == ("q@x.example", Rung.MAIL)
    assert option.depends_on == ("conversation:q@x.example",)
    assert all(evidence.weight_bits is not None for evidence in option.evidence)
    assert len(found.cases) == 1
    assert len(found.conversations) == 2


def test_merges_are_told():
    found = thread([Mail("a", ("a",)), Mail("b", ("b",)), Mail("c", ("c",), (), ("a", "b"))])
    assert [(m.into, m.merged, m.cause) for m in found.merges] == [("a", "b", "c")]


def test_what_is_not_there_is_not_found():
    with pytest.raises(NotFound):
        thread([]).tree("x")


TALK = [
    Mail("q", ("q",), subject="Lamp", author="ana@x", at_s=1.0),
    Mail("a", ("a",), ("q",), ("q",), "Re: Lamp", "desk@c", at_s=2.0),
    Mail("b", ("b",), ("q",), ("ghost", "q"), "Re: Lamp", "bo@x", at_s=3.0),
    Mail("c", ("c",), ("a",), ("q", "a"), "Re: Lamp", "ana@x", at_s=4.0),
]


def test_each_mail_stands_under_the_nearest_seen_one_it_cites():
    tree = thread(TALK[::-1]).tree("a")
    assert [(branch.mail.id, branch.depth, branch.parent) for branch in tree] == [
        ("q", 0, None), ("a", 1, "q"), ("c", 2, "a"), ("b", 1, "q"),
    ]  # fmt: skip


def test_the_tree_as_text():
    shown = draw_text(thread(TALK).tree("a"))
    assert [line[: line.index("1970")] for line in shown.split("\n")] == ["", "├─ ", "│  └─ ", "└─ "]


def test_the_tree_as_a_picture_is_xml_and_names_every_mail():
    hostile = Mail("h", ("h",), ("q",), subject='<script>&"\x00\ud800', author="<b>", at_s=9.0)
    picture = draw_svg(thread([*TALK, hostile]).tree("a"))
    root = ET.fromstring(picture.encode("utf-8"))
    assert len(root.findall("{http://www.w3.org/2000/svg}circle")) == 5
    assert "script>" not in picture


@given(
    st.lists(
        st.tuples(st.integers(0, 9), st.lists(st.integers(0, 9), max_size=3)), max_size=10, unique_by=lambda m: m[0]
    )
)
def test_a_tree_has_every_mail_once_and_no_circle(cited):
    mails = [Mail(str(n), (str(n),)) for n, _ in cited]
    tree = grow_tree(mails, {str(n): [str(c) for c in found] for n, found in cited})
    assert sorted(branch.mail.id for branch in tree) == sorted(mail.id for mail in mails)
    depth = {}
    for branch in tree:
        assert branch.depth == (0 if branch.parent is None else depth[branch.parent] + 1)
        depth[branch.mail.id] = branch.depth


def test_a_quarrel_of_thousands_is_drawn():
    chain = [Mail(str(n), (str(n),), (str(n - 1),), at_s=float(n)) for n in range(5_000)]
    found = thread(chain)
    tree = found.tree(found.conversation_of("0"))
    assert tree[-1].depth == 4_999
    assert len(draw_text(tree).split("\n")) == 5_000
