import base64
import hashlib

import pytest

from omnilink.model import Media, Text
from omnilink_email.body import read_media_bytes


def part(headers: str, body: bytes = b"x") -> bytes:
    return headers.encode() + (b"\n\n" if headers else b"\n") + body


def mixed(*parts: bytes, kind: str = "mixed", end: bytes = b"--b--\n") -> bytes:
    head = f'From: a@example.org\nContent-Type: multipart/{kind}; boundary="b"\n\n'.encode()
    return head + b"".join(b"--b\n" + p + b"\n" for p in parts) + end


@pytest.mark.parametrize(
    ("headers", "is_body"),
    [
        ("", True),
        ("Content-Type: text/plain", True),
        ("Content-Type: text/html", True),
        ("Content-Type: TEXT/Plain; charset=x", True),
        ("Content-Type: text", True),
        ("Content-Type: nonsense", True),
        ("Content-Disposition: inline", True),
        ("Content-Disposition: strange", True),
        ('Content-Type: text/plain; name=""', True),
        ('Content-Type: text/plain; name="a.txt"', False),
        ("Content-Disposition: attachment", False),
        ("Content-Disposition: inline; filename=a.txt", False),
        ("Content-Type: text/calendar", False),
        ("Content-Type: text/rfc822-headers", False),
        ("Content-Type: image/png\nContent-ID: <x>", False),
        ("Content-Type: application/pgp-signature", False),
        ("Content-Type: message/delivery-status", False),
        ("Content-Type: message/partial; id=x", False),
        ("Content-Type: foo/bar", False),
    ],
)
def test_what_counts_as_body_text(read, headers, is_body):
    (found,) = read(mixed(part(headers))).parts
    assert isinstance(found, Text if is_body else Media)


@pytest.mark.parametrize(
    ("encoding", "body", "expected"),
    [
        ("base64", b"aGVsbG8=", b"hello"),
        ("BASE64 (x)", b"aGVs\r\n bG8", b"hello"),
        ("base64", b"aGVs!bG8=", b"hello"),
        ("base64", b"aGk=\naGVsbG8=", b"hihello"),
        ("base64", b"a", b""),
        ("quoted-printable", b"a=3D=\nb=zz", b"a=b=zz"),
        ("7bit", b"a=3D", b"a=3D"),
        ("8-bit", b"a=3D", b"a=3D"),
        ("nonsense", b"a=3D", b"a=3D"),
        ("x-uuencode", b"begin 644 a.txt\n%:&5L;&\\ \n`\nend", b"hello"),
        ("x-uuencode", b"no uuencode", b"no uuencode"),
    ],
)
def test_transfer_encodings_are_decoded_leniently(read, encoding, body, expected):
    raw = mixed(part(f"Content-Type: application/pdf\nContent-Transfer-Encoding: {encoding}", body))
    (media,) = read(raw).parts
    assert (media.size, media.sha256) == (len(expected), hashlib.sha256(expected).hexdigest())
    assert read_media_bytes(raw, media.ref) == expected


def test_large_encodings_are_decoded_whole(read):
    content = bytes(range(256)) * 12_000
    encoded = base64.encodebytes(content)
    raw = mixed(part("Content-Type: application/pdf\nContent-Transfer-Encoding: base64", encoded))
    (media,) = read(raw).parts
    assert media.sha256 == hashlib.sha256(content).hexdigest()


def test_parts_are_numbered_in_document_order(read, mails):
    media = [p for p in read(mails["mixed"]).parts if isinstance(p, Media)]
    assert [m.ref for m in media] == ["part:3", "part:4"]
    assert read_media_bytes(mails["mixed"], "part:3") == b"hello"
    assert b"<enclosed@example.com>" in (read_media_bytes(mails["mixed"], "part:4") or b"")


@pytest.mark.parametrize("ref", ["", "part:0", "part:99", "part:x", "../part:1", "part:1\n"])
def test_an_unknown_ref_has_no_bytes(mails, ref):
    assert read_media_bytes(mails["mixed"], ref) is None


def test_an_unclosed_multipart_ends_with_the_mail(read):
    assert [p.text for p in read(mixed(part("", b"one"), part("", b"two"), end=b"")).parts] == ["one", "two\n"]


def test_boundaries_are_whole_lines(read):
    raw = mixed(part("", b"a\n--bb\n--b x\n x--b\n--b- \nz"))
    assert read(raw).parts[0].text == "a\n--bb\n--b x\n x--b\n--b- \nz"
    spaced = mixed(part("", b"a")).replace(b"--b\n", b"--b \t\r\n").replace(b"--b--\n", b"--b-- \n")
    assert [p.text for p in read(spaced).parts] == ["a"]


@pytest.mark.parametrize("body", [b"only words\n", b"--other\n\nwords\n"])
def test_a_multipart_without_its_boundary_is_read_as_text(read, body):
    raw = b'From: a@example.org\nContent-Type: multipart/mixed; boundary="b"\n\n' + body
    assert [type(p) for p in read(raw).parts] == [Text]


def test_an_untold_boundary_is_found(read):
    raw = b"From: a@example.org\nContent-Type: multipart/mixed\n\n--q1\n\none\n--q1\n\ntwo\n--q1--\n"
    assert [p.text for p in read(raw).parts] == ["one", "two"]


def test_a_digest_holds_messages(read):
    parts = read(mixed(part("", b"From: x@example.org\n\nhi"), kind="digest")).parts
    assert [p.kind for p in parts] == ["message"]


def test_a_top_level_file_is_media(read):
    (media,) = read(b"From: a@example.org\nContent-Type: application/pdf\n\nx").parts
    assert (media.kind, media.ref) == ("document", "part:1")


def test_file_names_are_labels_without_control_characters(read):
    raw = mixed(part('Content-Disposition: attachment; filename="../a\x01\tb=?utf-8?Q?=00=0A?=.exe"'))
    assert read(raw).parts[0].filename == "../a b.exe"


def test_a_text_of_foreign_charset_is_read(read):
    raw = mixed(part("Content-Type: text/plain; charset=euc-jp", "日本".encode("euc_jp")))
    assert read(raw).parts[0].text == "日本"
