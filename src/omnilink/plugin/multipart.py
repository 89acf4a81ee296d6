"""A form with one file (RFC 7578). The boundary is given, so that the same message gives the same bytes."""

from collections.abc import Mapping

from omnilink.plugin.sending import MediaFile


def encode_form(fields: Mapping[str, str], file: MediaFile, *, boundary: str, name: str = "file") -> tuple[str, bytes]:
    """The content type and the body.

    Args:
        fields: names and values beside the file.
        file: its bytes, type and name.
        name: of the field that holds the file.
        boundary: unlike anything in the file; an outbox item's id is a random number.
    """
    pieces = []
    for field, value in fields.items():
        pieces.append(f'--{boundary}\r\nContent-Disposition: form-data; name="{field}"\r\n\r\n{_safe(value)}\r\n')
    pieces.append(
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"; filename="{_quoted(file.filename)}"\r\n'
        f"Content-Type: {_one_line(file.mime_type)}\r\n\r\n"
    )
    head = "".join(pieces).encode()
    return f"multipart/form-data; boundary={boundary}", head + file.content + f"\r\n--{boundary}--\r\n".encode()


def _safe(value: str) -> str:
    """A value may have lines; only a boundary could end it, and that is unlike any text."""
    return value.replace("\0", "")


def _one_line(text: str) -> str:
    return "".join(c for c in text if c.isprintable())


def _quoted(text: str) -> str:
    # As browsers do (WHATWG HTML, multipart form data): a quote in a name is percent-encoded.
    return _one_line(text).replace('"', "%22") or "file"
