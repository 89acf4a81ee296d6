"""Twilio under every contract of the kit. Signature: https://www.twilio.com/docs/usage/security#validating-requests"""

import base64
import hashlib
import hmac
import json
from dataclasses import replace
from pathlib import Path
from typing import ClassVar
from urllib.parse import parse_qsl

from omnilink.plugin import Accepted, Declined, Throttled
from omnilink.testing import ConnectorSuite, Sample, VendorAnswer, find_specs, http
from omnilink.testing.fakes.twilio import FakeTwilio
from omnilink_twilio.connector import TwilioConnector

FIELDS = json.loads((Path(__file__).parent / "samples.json").read_text(encoding="utf-8"))
ACCOUNT = "AC" + "a" * 32
EXPECTED = {
    "stop": ("message_received", "opt_out_received"),
    "start": ("message_received", "opt_out_received"),
    "conv_pre_action": ("unparsed",),
}


def error(code, status=400):
    return http(status, json.dumps({"code": code, "message": "no", "status": status}).encode())


class TestTwilio(ConnectorSuite):
    connector = TwilioConnector
    own = ("tel:+34910000000",)
    options: ClassVar = {"account_sid": ACCOUNT}
    signed_with = "auth_token"
    template = "HX" + "0" * 32
    hosts = frozenset({"api.twilio.com"})
    recordings = ("twilio_sms", "twilio_voice", "twilio_whatsapp")

    def samples(self):
        for name, fields in FIELDS.items():
            whole = {"AccountSid": ACCOUNT, "ApiVersion": "2010-04-01", **fields}
            says = ("The street lamp is out",) if name == "sms" else ()
            yield Sample.form(name, whole, expect=EXPECTED.get(name, ()), says=says, echo=name == "conv_ours")
        for name, query, digits in (("turn", "state=main.es.0&step=1", "9"), ("secret", "secret=1&step=2", "471193")):
            turn = {"AccountSid": ACCOUNT, "ApiVersion": "2010-04-01", **FIELDS["call_digits"], "Digits": digits}
            yield Sample.form(f"call_{name}", turn, url=f"{self.webhook_url}?{query}")
        # Event Streams: JSON, covered by the hash in the URL that is signed.
        batch = [
            {
                "specversion": "1.0", "type": "com.twilio.messaging.message.delivered", "id": f"EZ{n:032}",
                "source": f"/2010-04-01/Accounts/{ACCOUNT}/Messages/SM{n:032}.json", "time": "2025-11-18T09:00:00.000Z",
                "data": {"messageSid": f"SM{n:032}", "messageStatus": "DELIVERED", "accountSid": ACCOUNT},
            }
            for n in (71, 72, 73)
        ]  # fmt: skip
        body = json.dumps(batch).encode()
        url = f"{self.webhook_url}?bodySHA256={hashlib.sha256(body).hexdigest()}"
        yield Sample("stream", body, headers={"content-type": "application/json"}, url=url)

    def sign(self, request, secret, now):
        form = request.headers.get("content-type", "").startswith("application/x-www-form")
        pairs = parse_qsl(request.body.decode("latin-1"), keep_blank_values=True, encoding="latin-1") if form else ()
        signed = request.url + "".join(name + value for name, value in sorted(set(pairs)))
        made = hmac.new(secret.encode(), signed.encode("latin-1"), hashlib.sha1).digest()
        return replace(request, headers={**request.headers, "x-twilio-signature": base64.b64encode(made).decode()})

    def answers(self):
        sid = "SM" + "0" * 32
        taken = json.dumps({"sid": sid, "status": "queued", "error_code": None}).encode()
        yield VendorAnswer("taken", http(201, taken), Accepted((f"twilio:{sid}",)))
        for code, reason in (
            (21610, "opted-out"),
            (21211, "bad-address"),
            (21614, "unreachable"),
            (63016, "window-closed"),
        ):
            yield VendorAnswer(str(code), error(code), Declined(reason, str(code)))
        yield VendorAnswer("wrong token", error(20003, 401), Declined("not-authorised", "20003"))
        yield VendorAnswer("too many", error(20429, 429), Throttled(error_code="20429"))
        failed = json.dumps({"sid": sid, "status": "failed", "error_code": 30003}).encode()
        yield VendorAnswer("failed at once", http(201, failed), Declined("unreachable", "30003"))

    def fake(self):
        return FakeTwilio(account_sid=ACCOUNT, auth_token=self.secret("auth_token"), specs=find_specs())
