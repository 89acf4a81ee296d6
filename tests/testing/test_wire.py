"""What a request says is read back from its bytes, whatever wraps them."""

import base64
import json
from dataclasses import dataclass
from email.message import EmailMessage
from urllib.parse import urlencode

import pytest

from omnilink.plugin import HttpRequest
from omnilink.testing.wire import read_bytes, read_texts

BLOB = b"\x89PNG" + bytes(range(200))
MAIL = EmailMessage()
MAIL["Subject"], MAIL["To"] = "Straßenlampe", "ana@example.org"
MAIL.set_content("Gracias, señora")
MAIL.add_attachment(BLOB, maintype="image", subtype="png", filename="lámpara.png")


@dataclass
class MailRequest:
    content: bytes
    recipient: str


def http(body, kind="application/json", url="https://api.example/v1/lamp%20post?to=a+b"):
    return HttpRequest("POST", url, {"content-type": kind}, body)


MULTIPART = (
    b'--b\r\nContent-Disposition: form-data; name="caption"\r\n\r\nse\xc3\xb1al\r\n'
    b'--b\r\nContent-Disposition: form-data; name="file"; filename="lamp.png"\r\nContent-Type: image/png\r\n\r\n'
    + BLOB
    + b"\r\n--b--\r\n"
)


@pytest.mark.parametrize(
    ("request_", "said"),
    [
        (
            http(b'{"text": "se\\u00f1al", "n": 41.5, "blocks": "[{\\"text\\": \\"inner\\"}]"}'),
            ["señal", "41.5", "inner"],
        ),
        (http(urlencode({"Body": "a & b", "blocks": json.dumps([{"t": "deep"}])}).encode(), "x"), ["a & b", "deep"]),
        (http(MULTIPART, "multipart/form-data; boundary=b"), ["señal", "lamp.png"]),
        (http(b"plain words", "text/plain"), ["plain words", "/v1/lamp post", "to=a b"]),
        (MailRequest(MAIL.as_bytes(), "ana@example.org"), ["Straßenlampe", "lámpara.png", "ana@example.org"]),
    ],
)
def test_every_text_is_found(request_, said):
    texts = read_texts(request_)
    for text in said:
        assert any(text in found for found in texts), text


@pytest.mark.parametrize(
    "request_",
    [
        http(BLOB, "image/png"),
        http(MULTIPART, "multipart/form-data; boundary=b"),
        http(json.dumps({"data": base64.b64encode(BLOB).decode()}).encode()),
        http(json.dumps({"data": "data:image/png;base64," + base64.b64encode(BLOB).decode()}).encode()),
        MailRequest(MAIL.as_bytes(), "x"),
    ],
)
def test_the_bytes_of_a_file_are_found(request_):
    assert any(BLOB in found for found in read_bytes(request_))
