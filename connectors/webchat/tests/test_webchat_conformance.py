"""Web chat under every contract of the kit. What a browser does with it is shown in Chromium (`real`)."""

import base64
import hashlib
import hmac
import json
from typing import Any, ClassVar

from omnilink.plugin import Accepted, Declined
from omnilink.testing import ConnectorSuite, Sample, VendorAnswer, http
from omnilink.testing.wire import read_texts
from omnilink_webchat.connector import WebchatConnector

ITEM = "0197f1d8-7a00-7000-8000-000000000001"
ANONYMOUS = {"feed": "a.Xk29sLq0aZ7tYp3R", "identified": False, "claims": {}}
ANA = {"feed": "u.4711", "identified": True, "claims": {"name": "Ana García", "email": "ana@example.org"}}
SHA = "5d" * 32


def b64(data: bytes) -> str:
    """RFC 7515 §2."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def said(visitor: dict[str, Any], **what: Any) -> dict[str, Any]:
    return {"v": 1, "visitor": visitor, "said": what, "at": "2026-03-02T08:15:00+00:00"}


class TestWebchat(ConnectorSuite):
    connector = WebchatConnector
    own = ("webchat:town/desk",)
    options: ClassVar = {"origins": ["https://www.town.example"]}
    secrets: ClassVar = {
        "session_secret": "canary-session-secret-0123456789abcdef",
        "identity_secret": "canary-identity-secret-0123456789abcd",
    }
    echoes = False
    real = "tests/real/webchat/test_chat.py::test_a_chat_survives_closing_the_widget_and_a_restart_of_the_server"

    def samples(self):
        yield Sample.json(
            "text",
            said(ANONYMOUS, t="say", id="c0ffee01", text="My street lamp is broken", page="https://town.example/lamps"),
            expect=("message_received",),
            says=("My street lamp is broken",),
            webhook=False,
        )
        yield Sample.json(
            "file",
            said(ANA, t="say", id="c0ffee02", text="", to="i.c0ffee01",
                 files=[{"sha256": SHA, "size": 1200, "mime": "image/png", "name": "lamp.png"}]),
            expect=("message_received",), webhook=False,
        )  # fmt: skip
        yield Sample.json(
            "choice", said(ANA, t="choose", id="c0ffee03", of=f"o.{ITEM}", value="mon", label="Monday"),
            expect=("choice_made",), webhook=False,
        )  # fmt: skip
        yield Sample.json(
            "receipts", said(ANA, t="seen", id="c0ffee04", delivered=[f"o.{ITEM}", f"o.{ITEM}.1"], read=[f"o.{ITEM}"]),
            expect=("delivery_updated", "delivery_updated", "delivery_updated"), webhook=False,
        )  # fmt: skip
        yield Sample.json("login", said(ANA, t="login", verified=["email"]), expect=("handle_learned",), webhook=False)

    def hello(self, who, secrets, now):
        if who is None:
            return b'{"device": "device-0123456789"}'
        claims = {"sub": who, "name": "Ana", "exp": now.timestamp() + 600, "nonce": f"nonce-of-{who}"}
        signed = ".".join(b64(json.dumps(part).encode()) for part in ({"alg": "HS256", "typ": "JWT"}, claims))
        mac = hmac.digest(secrets["identity_secret"].encode(), signed.encode(), hashlib.sha256)
        return json.dumps({"device": "device-0123456789", "identity": f"{signed}.{b64(mac)}"}).encode()

    def frame(self, text, ident, files=()):
        return json.dumps({"t": "say", "id": ident, "text": text, "files": list(files)}).encode()

    def wire_texts(self, request):
        return read_texts(json.loads(request.body))

    def answers(self):
        yield VendorAnswer("kept", http(201), Accepted((f"webchat:town/a.Xk29sLq0aZ7tYp3R/o.{ITEM}",)))
        yield VendorAnswer("refused", http(403), Declined("not-authorised"))
