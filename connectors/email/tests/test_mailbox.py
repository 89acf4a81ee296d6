import io
import os

import pytest

from omnilink.errors import UnreadableFile
from omnilink.model import Authenticity
from omnilink_email import mailbox, mbox
from omnilink_email.inbound import parse_mail
from omnilink_email.limits import MAX_MAIL_BYTES
from omnilink_email.mailbox import read_mailbox
from omnilink_email.mbox import read_mbox

LINE = b"From ana@example.org Tue Mar  5 10:00:00 2024\n"
ONE = b"From: ana@example.org\nSubject: one\n\nhi\n"
TWO = b"From: bob@example.org\nSubject: two\n\nFrom the start\n>From x\n>>From y\n"


def bodies(path):
    return [r.body for r in read_mailbox(path)]


def quote(mail):
    return b"".join(b">" + x if x.lstrip(b">").startswith(b"From ") else x for x in mail.splitlines(keepends=True))


def make_mbox(*mails):
    return b"".join(LINE + quote(m) + b"\n" for m in mails)


def test_a_message_is_given_exactly_as_it_is(tmp_path, mails):
    path = tmp_path / "a.eml"
    path.write_bytes(mails["plain"])
    (received,) = read_mailbox(path)
    assert received.body == mails["plain"]
    assert received.authenticity is Authenticity.IMPORTED
    assert received.delivery_key is None


@pytest.mark.parametrize("name", ["x.mbox", "mbox", "Inbox", "x.eml"])
def test_an_mbox_gives_its_mails_back_unquoted(tmp_path, name):
    path = tmp_path / name
    path.write_bytes(make_mbox(ONE, TWO, ONE))
    assert bodies(path) == [ONE, TWO, ONE]


def test_an_mbox_with_crlf_is_read(tmp_path):
    path = tmp_path / "mbox"
    path.write_bytes(make_mbox(ONE, TWO).replace(b"\n", b"\r\n"))
    assert bodies(path) == [ONE.replace(b"\n", b"\r\n"), TWO.replace(b"\n", b"\r\n")]


def test_a_sentence_that_starts_with_from_is_no_separator():
    body = b"Subject: x\n\nDear all,\n\nFrom my window I see it: dark.\n\nFrom here\nOn Monday: nothing\n"
    body += b"\nFrom us\nNote: x\n"
    stream = io.BytesIO(LINE + body + b"\n" + LINE + ONE)
    assert list(read_mbox(stream))[-1] == ONE
    assert b"From my window" in next(read_mbox(io.BytesIO(LINE + body)))


@pytest.mark.parametrize(
    "separator",
    [
        b"From - Tue Mar 05 10:00:00 2024\n", b"From ana at example.org  Tue Mar  5 10:00:00 2024\n",
        b"From 123@xxx Tue Mar 05 10:00:00 +0000 2024\n", b"From MAILER-DAEMON Fri Jul  8 12:08:34 2011\n",
        b"From ana@example.org\n",
    ],
)  # fmt: skip
def test_separators_of_other_programs_are_known(separator):
    assert list(read_mbox(io.BytesIO(separator + ONE + b"\n" + separator + TWO))) == [ONE, mbox.unquote(TWO)]


def test_a_missing_empty_line_before_a_separator_is_forgiven():
    assert list(read_mbox(io.BytesIO(LINE + ONE + LINE + ONE))) == [ONE, ONE]


@pytest.mark.parametrize("chunk", [1, 7, 64, 1000, 5000])
def test_an_mbox_is_split_alike_whatever_the_chunks(monkeypatch, chunk):
    mails = [b"From: a@example.org\nSubject: %d\n\n%s\n" % (n, b"text \n" * (n * 37 % 900)) for n in range(40)]
    monkeypatch.setattr(mbox, "CHUNK_BYTES", chunk if chunk > 64 else chunk * 50)
    assert list(read_mbox(io.BytesIO(make_mbox(*mails)))) == mails


@pytest.mark.parametrize("chunk", [100, 3000])
def test_a_mail_over_the_cap_is_cut_and_its_neighbours_are_whole(monkeypatch, chunk):
    monkeypatch.setattr(mbox, "CHUNK_BYTES", chunk)
    large = b"From: a@example.org\n\n" + b"line\n" * 5000
    found = list(read_mbox(io.BytesIO(make_mbox(ONE, large, TWO)), cap=2000))
    assert found[0] == ONE
    assert len(found[1]) == 2001
    assert found[2:] == [TWO]


def test_a_message_over_the_cap_is_refused_when_parsed(tmp_path):
    path = tmp_path / "a.eml"
    with path.open("wb") as stream:
        stream.write(ONE)
        stream.truncate(MAX_MAIL_BYTES + 4096)
    (received,) = read_mailbox(path)
    assert len(received.body) == MAX_MAIL_BYTES + 1
    assert [e.reason for e in parse_mail(received.body)] == ["too_large"]


def test_an_mbox_is_streamed(tmp_path):
    path = tmp_path / "mbox"
    path.write_bytes(make_mbox(*[ONE] * 10))
    stream = read_mailbox(path)
    assert next(stream).body == ONE
    assert len(list(stream)) == 9


def test_a_maildir_gives_every_message_and_no_other_file(tmp_path):
    for folder in ("cur", "new", "tmp", ".Sent/cur", ".Sent/new", ".Sent/tmp"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "cur" / "1.a:2,S").write_bytes(ONE)
    (tmp_path / "new" / "2.b").write_bytes(b"\nnot even a header\n")
    (tmp_path / "tmp" / "3.c").write_bytes(ONE)
    (tmp_path / ".Sent" / "cur" / "4.d:2,").write_bytes(TWO)
    (tmp_path / "dovecot.index").write_bytes(b"\x00\x01")
    assert bodies(tmp_path) == [TWO, ONE, b"\nnot even a header\n"]


def test_a_folder_mixes_forms_and_keeps_one_order(tmp_path):
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "x.eml").write_bytes(ONE)
    (tmp_path / "a.mbox").write_bytes(make_mbox(TWO, ONE))
    (tmp_path / "c.EML").write_bytes(b"broken \x00")
    (tmp_path / "17").write_bytes(TWO)
    (tmp_path / "photo.jpg").write_bytes(b"\xff\xd8\xff")
    (tmp_path / "README.txt").write_bytes(b"About this folder\n")
    (tmp_path / "loop").symlink_to(tmp_path)
    expected = [TWO, TWO, ONE, b"broken \x00", ONE]
    assert bodies(tmp_path) == expected
    assert bodies(tmp_path) == expected


def test_what_is_no_mailbox_is_told_at_once(tmp_path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "a.jpg").write_bytes(b"\xff\xd8\xff")
    os.mkfifo(tmp_path / "pipe")
    for name in ("missing", "empty", "photos", "pipe"):
        with pytest.raises(UnreadableFile):
            read_mailbox(tmp_path / name)


def test_an_empty_mailbox_is_no_error(tmp_path):
    (tmp_path / "mbox").write_bytes(b"")
    (tmp_path / "Maildir" / "cur").mkdir(parents=True)
    (tmp_path / "Maildir" / "new").mkdir()
    assert bodies(tmp_path / "mbox") == []
    assert bodies(tmp_path / "Maildir") == []


def test_a_file_that_cannot_be_read_holds_up_nothing(tmp_path, monkeypatch):
    for name in ("a.eml", "b.eml", "c.eml"):
        (tmp_path / name).write_bytes(ONE)
    sniff = mailbox._sniff

    def failing(path):
        if path.name == "b.eml":
            raise PermissionError
        return sniff(path)

    monkeypatch.setattr(mailbox, "_sniff", failing)
    stream = read_mailbox(tmp_path)
    assert [next(stream).body, next(stream).body] == [ONE, ONE]
    with pytest.raises(UnreadableFile, match="1 files"):
        next(stream)


def test_the_same_mail_from_mbox_and_file_is_one(tmp_path, mails):
    (tmp_path / "mbox").write_bytes(make_mbox(mails["mixed"]))
    (received,) = read_mailbox(tmp_path / "mbox")
    assert parse_mail(received.body)[0].event_key == parse_mail(mails["mixed"])[0].event_key
    quoted = mails["mixed"].replace(b"See the photo\n--inner--", b">From here\n--inner--")
    unquoted = quoted.replace(b">From here", b"From here")
    assert parse_mail(quoted)[0].event_key == parse_mail(unquoted)[0].event_key
