"""A MIME body: text, its HTML alternative, files. The same content gives the same bytes."""

import re
from collections.abc import Sequence
from email import policy
from email.message import EmailMessage

from omnilink.plugin import MediaFile
from omnilink_email.control import without_control

# Everything fits through a server without 8BITMIME, so no server on the way has a reason to write it anew.
_POLICY = policy.SMTP.clone(cte_type="7bit", max_line_length=76)
_MIME_TYPE = re.compile(r"([a-z]{1,40})/([a-z0-9][a-z0-9.+-]{0,80})")
# RFC 2045 §6.4: they are never encoded, so an attached one is bytes.
_COMPOSITE = frozenset({"message", "multipart"})
_LONGEST_NAME_CHARS = 200


def compose_body(text: str, html: str | None, files: Sequence[MediaFile], *, boundary: str) -> bytes:
    """The MIME fields and the body.

    Args:
        text: plain, LF line ends.
        html: the same as a document; None = there is nothing it would add.
        files: to attach.
        boundary: unique for the mail. Every part is base64 or quoted-printable, in neither of which `=_` can stand.
    """
    root = EmailMessage(policy=_POLICY)
    root.set_content(text, charset="utf-8", cte=_encoding(text))
    if html is not None:
        root.add_alternative(html, subtype="html", charset="utf-8", cte=_encoding(html))
    for file in files:
        kind, subtype = _media_type(file.mime_type)
        root.add_attachment(file.content, maintype=kind, subtype=subtype, cte="base64", filename=_label(file.filename))
    for number, part in enumerate(root.walk()):
        if part.is_multipart():
            part.set_boundary(f"=_{boundary}_{number}")
    return root.as_bytes()


def _encoding(text: str) -> str:
    rare = sum(not char.isascii() for char in text)
    return "base64" if rare * 4 > len(text) else "quoted-printable"


def _media_type(mime_type: str) -> tuple[str, str]:
    match = _MIME_TYPE.fullmatch(mime_type.partition(";")[0].strip().lower())
    if match is None or match[1] in _COMPOSITE:
        return "application", "octet-stream"
    return match[1], match[2]


def _label(filename: str) -> str:
    """A file name is a label: no path, nothing that ends the line."""
    name = re.split(r"[\\/]", without_control(filename))[-1].strip(". ")
    return name[:_LONGEST_NAME_CHARS] or "file"
