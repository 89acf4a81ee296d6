"""A mail made to hurt costs little and comes out as an event. Bounds are generous: they catch explosions, not noise."""

import random
import time
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from omnilink.model import Event, MessageReceived, Native, Unparsed
from omnilink_email.inbound import parse_mail
from omnilink_email.settings import EmailSettings

HEAD = b"From: a@example.org\r\nSubject: x\r\n"
M = 1024 * 1024
EVENTS = TypeAdapter(list[Event])
SETTINGS = EmailSettings(frozenset({"help@town.example"}), frozenset({"mx"}))


def multipart(boundary: bytes = b"b") -> bytes:
    return b'Content-Type: multipart/mixed; boundary="' + boundary + b'"\r\n\r\n--' + boundary + b"\r\n"


HOSTILE = {
    "depth": HEAD + b"".join(multipart(b"b%d" % n) for n in range(2000)) + b"\r\nhi\r\n",
    "depth of one boundary": HEAD + multipart() * 2000,
    "boundaries that begin alike": HEAD + b"".join(multipart(b"b" * n) for n in range(1, 40)) + b"--bbbX\n" * M,
    "header fields": HEAD + b"".join(b"X-%d: y\r\n" % n for n in range(100_000)) + b"\r\nhi",
    "fields of parts": HEAD + multipart() + (b"X: y\r\n" * 1000 + b"\r\nhi\r\n--b\r\n") * 900,
    "boundary lines": HEAD + multipart() + b"--b\r\n" * 100_000,
    "boundary lines of one byte less": HEAD + multipart() + b"\r--b" * (2 * M),
    "base64": HEAD + b"Content-Type: a/b\nContent-Transfer-Encoding: base64\n\n" + b"QUJD" * (5 * M),
    "base64 text": HEAD + b"Content-Transfer-Encoding: base64\n\n" + b"QUJD" * (5 * M),
    "base64 paddings": HEAD + b"Content-Type: a/b\nContent-Transfer-Encoding: base64\n\n" + b"QQ==" * (5 * M),
    "folding": HEAD + b"Subject: " + b"a\r\n " * M + b"\r\n\r\nhi",
    "folding of nothing": b"From: " + b"\r\n \t" * M + b"\r\n\r\nhi",
    "encoded words": b"From: a@example.org\nSubject: " + b"=?utf-8?q?a" * 5000 + b"\n\nhi",
    "encoded file names": HEAD
    + multipart()
    + (b'Content-Type: a/b; name="' + b"=?a?q?b?= " * 900 + b'"\n\nx\n--b\n') * 900,
    "comments": HEAD + b"To: " + b"(" * 60_000 + b"\nCc: " + b"()" * 30_000 + b"\n\nhi",
    "quotes": HEAD + b'To: "' + b"\\" * 60_000 + b"\nCc: " + b'\\"' * 30_000 + b"\n\nhi",
    "addresses": HEAD + (b"To: " + b"a@example.org, " * 4000 + b"\r\n") * 10 + b"\r\nhi",
    "references": HEAD + b"References: " + b"<a@b> " * M + b"\r\n\r\nhi",
    "empty lines": HEAD + b"\n" + b" \n" * (5 * M) + b"x",
    "leading lines": b"\n" * (5 * M) + HEAD + b"\nhi",
    "unlabelled parts": HEAD + multipart() + b"\n\xe9\xe8\xff abc \x81 def\n--b\n" * 999,
    "slow codecs": b"From: a@example.org\nSubject: =?idna?q?" + b"a" * 60_000 + b"?=\n\nhi",
    "recipients": HEAD.replace(b"\r\n", b"\n")
    + b"Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n"
    + b"Content-Type: message/delivery-status\n\n"
    + b"Final-Recipient: rfc822;a@example.org\nAction: failed\n\n" * 50_000,
    "lines that are no fields": HEAD.replace(b"\r\n", b"\n")
    + b"Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n"
    + (b"--b\nContent-Type: message/delivery-status\n\n" + b"x" * 60_000 + b"\n") * 100,
}


def check(raw: bytes) -> list[Event]:
    events = parse_mail(raw, SETTINGS)
    assert events
    # Nothing may rest on the net that catches what was not foreseen.
    assert not any(isinstance(e, Unparsed) and e.reason == "unreadable" for e in events)
    assert EVENTS.validate_json(EVENTS.dump_json(events)) == events
    assert len({e.event_key for e in events}) == len(events)
    assert [e.event_key for e in parse_mail(raw, SETTINGS)] == [e.event_key for e in events]
    return events


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_a_hostile_mail_costs_little(name):
    raw = HOSTILE[name]
    parse_mail(HEAD + b"\nwarm up \xe9")
    start = time.process_time()
    (event, *_) = parse_mail(raw, SETTINGS)
    assert time.process_time() - start < 2.0
    assert isinstance(event, MessageReceived)


@pytest.mark.parametrize("name", ["fields of parts", "base64", "base64 text", "empty lines", "header fields"])
def test_a_hostile_mail_takes_little_memory(name):
    tracemalloc.start()
    parse_mail(HOSTILE[name], SETTINGS)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 100 * M


@pytest.mark.parametrize(
    ("name", "limit"),
    [("depth", "depth"), ("header fields", "headers"), ("boundary lines", "parts"), ("base64 text", "text"),
     ("addresses", "addresses"), ("folding", "header_bytes")],
)  # fmt: skip
def test_what_was_cut_off_is_told(name, limit):
    message = parse_mail(HOSTILE[name], SETTINGS)[0]
    assert isinstance(message, MessageReceived)
    (cut,) = (p.data["limits"] for p in message.parts if isinstance(p, Native) and p.name == "mail_cut")
    assert limit in cut


def test_lines_lost_repeated_or_cut_never_break_parsing(fixture_mail):
    lines = fixture_mail.splitlines(keepends=True)
    for n in range(len(lines)):
        check(b"".join(lines[:n] + lines[n + 1 :]))
        check(b"".join(lines[:n] + [lines[n]] * 3 + lines[n + 1 :]))
        check(b"".join(lines[:n]) + lines[n][: len(lines[n]) // 2])


NASTY = [
    b"", b" ", b"\x00", b"\xff\xfe\x80", b"\xed\xa0\x80", b"<", b'"', b"(", b"\\", b"=?utf-8?B?/////?=",
    b"=?utf-7?Q?+2AA-?=",
    b"a" * 70_000, b";" * 500, b"@" * 50, "\u202e\u0000\ud7ff".encode(), b"99999999999999999999", b"multipart/mixed",
    b"message/rfc822", b"Tue, 99 Foo 99999 99:99:99 +9999", b"<" * 100 + b">" * 100, b"\r\r\r", b"\x1b$B\xff",
]  # fmt: skip


def test_nasty_values_in_every_field_never_break_parsing(fixture_mail):
    lines = fixture_mail.splitlines(keepends=True)
    for n, line in enumerate(lines):
        name, colon, _ = line.partition(b":")
        if not colon or line[:1] in b" \t":
            continue
        for value in NASTY:
            check(b"".join([*lines[:n], name, b": ", value, b"\r\n", *lines[n + 1 :]]))


def test_random_damage_never_breaks_parsing(fixture_mail):
    source = random.Random(20240305)
    for _ in range(300):
        damaged = bytearray(fixture_mail)
        for _ in range(source.randint(1, 8)):
            at = source.randrange(len(damaged))
            inserted = source.choice((b"", b"\n", b"\x00", b"\xff", b'"', b"--", b":"))
            damaged[at : at + source.choice((0, 1, 5))] = inserted
        check(bytes(damaged))


@given(st.binary(max_size=400))
def test_any_bytes_give_an_event(raw):
    check(raw)


@given(st.lists(st.sampled_from([
    b"From: ", b"To: ", b"Subject: ", b"Content-Type: ", b"multipart/mixed; boundary=b", b"\r\n", b"\n\n", b"--b",
    b"--", b"<a@b>", b",", b'"', b"(", b"=?utf-8?q?", b"?=", b"\xe9", b"message/delivery-status", b"multipart/report",
    b"Content-Transfer-Encoding: base64", b"a", b";", b"charset=", b"\t", b"Date: ", b"Message-ID: ", b"References: ",
]), max_size=40))  # fmt: skip
def test_any_order_of_mail_tokens_gives_an_event(tokens):
    check(b"".join(tokens))
