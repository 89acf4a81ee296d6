"""What a file is, by its own bytes."""

import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnilink.plugin.sniffing import sniff_type


def zipped():
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("word/document.xml", "x")
    return content.getvalue()


DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@pytest.mark.parametrize(
    ("content", "declared", "found"),
    [
        (b"\x89PNG\r\n\x1a\n....", "image/jpeg", "image/png"),
        (b"\xff\xd8\xff\xe0....", None, "image/jpeg"),
        (b"GIF89a", "text/html", "image/gif"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", None, "image/webp"),
        (b"RIFF\x00\x00\x00\x00WAVEfmt ", None, "audio/wav"),
        (b"RIFF\x00\x00\x00\x00XXXX", None, "application/octet-stream"),
        (b"\x00\x00\x00\x18ftypheic", None, "image/heic"),
        (b"\x00\x00\x00\x18ftypM4A ", None, "audio/mp4"),
        (b"\x00\x00\x00\x18ftypisom", None, "video/mp4"),
        (b"\x00\x00\x00\x18ftypisom", "audio/mp4", "audio/mp4"),
        (b"\x00\x00\x00\x18ftypisom", "text/html", "video/mp4"),
        (b"OggS\x00\x02", "audio/ogg; codecs=opus", "audio/ogg"),
        (b"ID3\x03", None, "audio/mpeg"),
        (b"#!AMR\n", None, "audio/amr"),
        (b"%PDF-1.7", "application/octet-stream", "application/pdf"),
        (zipped(), DOCX, DOCX),
        (zipped(), "image/png", "application/zip"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/msword", "application/msword"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "text/plain", "application/x-ole-storage"),
        (b"MZ\x90\x00", "image/png", "application/vnd.microsoft.portable-executable"),
        (b"\x7fELF", None, "application/x-elf"),
        (b"<!DOCTYPE html><p>", "image/png", "text/html"),
        (b"\xef\xbb\xbf \n<SCRIPT>alert(1)</SCRIPT>", "text/plain", "text/html"),
        (b"<svg onload=alert(1)>", "image/svg+xml", "text/html"),
        (b"<?xml version='1.0'?><svg/>", "image/svg+xml", "application/xml"),
        (b"a,b\n1,2\n", "text/csv; charset=utf-8", "text/csv"),
        (b"BEGIN:VCARD\r\n", "text/vcard", "text/vcard"),
        (b"hello", "text/html", "text/plain"),
        (b"hello", "image/png", "text/plain"),
        ("mañana".encode() + b"\xc3", None, "text/plain"),
        (b"a\x00b", "text/plain", "application/octet-stream"),
        (b"\xe9t\xe9", "text/plain", "application/octet-stream"),
        (b"", "image/png", "application/octet-stream"),
    ],
)
def test_a_file_is_what_its_bytes_say(content, declared, found):
    assert sniff_type(content, declared) == found


@given(st.binary(max_size=64), st.text(max_size=20))
def test_no_server_can_call_bytes_a_page(content, declared):
    found = sniff_type(content, declared)
    assert "/" in found
    if not content.lstrip().startswith(b"<"):
        assert found not in ("text/html", "application/xhtml+xml", "image/svg+xml")
