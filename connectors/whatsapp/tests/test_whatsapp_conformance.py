"""WhatsApp under every contract of the kit. Signature: Meta, "Validate payloads" of its webhooks' getting started."""

import hashlib
import hmac
import json
from dataclasses import replace
from pathlib import Path
from typing import ClassVar
from urllib.parse import urlencode

from omnilink.plugin import Accepted, Declined, NotDispatched, Throttled
from omnilink.testing import ConnectorSuite, Sample, VendorAnswer, find_specs, http
from omnilink.testing.fakes.whatsapp import FakeWhatsApp
from omnilink_whatsapp.connector import WhatsAppConnector

VALUES = json.loads((Path(__file__).parent / "samples.json").read_text(encoding="utf-8"))
NUMBER, NUMBER_ID, BUSINESS = "34910000001", "106540352242922", "102290129340398"
ANA = {"profile": {"name": "Ana Ruiz", "username": "@anaruiz"}, "wa_id": "34600111222", "user_id": "ES.1122334455"}
EXPECTED = {
    "text": ("handle_learned", "message_received"),
    "new_kind": ("handle_learned", "unparsed"),
    "unknown": ("ignored",),
}


def webhook(*names):
    """One webhook with a change a sample."""
    changes = []
    for name in names:
        value = dict(VALUES[name])
        field = value.pop("field", "messages")
        if not value.pop("bare", False):
            about = {"display_phone_number": NUMBER, "phone_number_id": NUMBER_ID}
            value = {"messaging_product": "whatsapp", "metadata": about, "contacts": [ANA], **value}
        changes.append({"field": field, "value": value})
    return {"object": "whatsapp_business_account", "entry": [{"id": BUSINESS, "time": 1760000000, "changes": changes}]}


def error(code, status=400):
    return http(status, json.dumps({"error": {"message": "no", "code": code}}).encode())


class TestWhatsApp(ConnectorSuite):
    connector = WhatsAppConnector
    own = (f"wa:+{NUMBER}",)
    options: ClassVar = {"phone_number_id": NUMBER_ID, "waba_id": BUSINESS}
    signed_with = "app_secret"
    hosts = frozenset({"graph.facebook.com"})
    recordings = ("whatsapp_cloud",)

    def samples(self):
        for name in VALUES:
            says = ("Good morning",) if name == "text" else ()
            yield Sample.json(name, webhook(name), says=says, echo=name in ("echo_text", "echo_image"))
        several = json.dumps(webhook("text", "image", "reaction", "status_read", "group_text"))
        yield Sample.json("batch", json.loads(several.replace("wamid.", "wamid.batch.")))
        question = {"hub.mode": "subscribe", "hub.verify_token": self.secret("verify_token"), "hub.challenge": "115820"}
        yield Sample(
            "set-up",
            b"",
            method="GET",
            url=f"{self.webhook_url}?{urlencode(question)}",
            handshake=True,
            answer=b"115820",
        )

    def sign(self, request, secret, now):
        made = hmac.new(secret.encode(), request.body, hashlib.sha256).hexdigest()
        return replace(request, headers={**request.headers, "x-hub-signature-256": f"sha256={made}"})

    def answers(self):
        taken = {"messages": [{"id": "wamid.1"}], "contacts": [{"input": "34600111222", "wa_id": "34600111222"}]}
        yield VendorAnswer("taken", http(200, json.dumps(taken).encode()), Accepted(("wa:wamid.1",)))
        yield VendorAnswer("uploaded", http(200, b'{"id": "1001"}'), Accepted(("1001",)), step="upload")
        for code, reason in (
            (131047, "window-closed"),
            (131050, "opted-out"),
            (131026, "unreachable"),
            (368, "policy"),
        ):
            yield VendorAnswer(str(code), error(code), Declined(reason, str(code)))
        for code in (130429, 80007, 131056):
            yield VendorAnswer(str(code), error(code), Throttled(error_code=str(code)))
        yield VendorAnswer("131000", error(131000), NotDispatched("code-131000"))

    def fake(self):
        return FakeWhatsApp(app_secret=self.secret("app_secret"), number_id=NUMBER_ID, specs=find_specs())
