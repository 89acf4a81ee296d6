"""Whole mails, as bytes or parsed."""

import email
from email.message import EmailMessage

from omnilink.conversation.quotes import reply_text

PLAIN = "Hello\n\nOn 5 Jan 2026, at 10:00, Bob <b@example.org> wrote:\n> Hi\n"


def test_the_plain_text_of_a_mail_is_read():
    mail = EmailMessage()
    mail["Subject"] = "Re: x"
    mail.set_content(PLAIN)
    mail.add_alternative("<p>other</p>", subtype="html")
    mail.add_attachment(b"attached", maintype="text", subtype="plain", filename="a.txt")
    assert reply_text(mail).text == "Hello"
    assert reply_text(bytes(mail)).text == "Hello"


def test_the_html_is_read_where_there_is_no_plain_text():
    mail = EmailMessage()
    mail.set_content("<p>Hello</p><blockquote type=cite>Hi</blockquote>", subtype="html")
    assert reply_text(bytes(mail)).text == "Hello"
    assert reply_text(" \n", html="<p>Hello</p>").text == "Hello"


def test_an_attached_mail_is_not_the_reply():
    inner = EmailMessage()
    inner.set_content("inside")
    mail = EmailMessage()
    mail.set_content("outside")
    mail.add_attachment(inner)
    assert reply_text(mail).text == "outside"


def test_a_wrong_or_unknown_charset_loses_no_word():
    for charset in ("no-such-charset", "utf-8", "us-ascii"):
        raw = f"Content-Type: text/plain; charset={charset}\n\n".encode() + "café at nine".encode("latin-1")
        assert reply_text(raw).text == "café at nine"


def test_a_mail_without_a_body_says_nothing():
    assert reply_text(b"").text == ""
    assert reply_text(email.message_from_string("Content-Type: multipart/mixed; boundary=x\n\n--x--\n")).text == ""
    assert reply_text(b"Content-Type: image/png\n\nabc").text == ""


def test_many_nested_parts_are_not_followed_for_ever():
    mail = "".join(f"Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n" for n in range(90)) + "\nHello"
    assert reply_text(mail.encode()).source in ("", "Hello")
