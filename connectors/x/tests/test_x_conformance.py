"""X under every contract of the kit. Signature and challenge: https://docs.x.com/x-api/webhooks/quickstart"""

import base64
import hashlib
import hmac
import json
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

from omnilink.model import Action, Outgoing, Quoted
from omnilink.plugin import Accepted, Declined, Throttled
from omnilink.testing import ConnectorSuite, Sample, SendSample, VendorAnswer, find_specs, http
from omnilink.testing.fakes.x import FakeX
from omnilink_x.connector import XConnector

PAYLOADS = json.loads((Path(__file__).parent / "payloads.json").read_text(encoding="utf-8"))
ECHOES = {"own_post", "dm_sent", "chat_sent", "aaa_own", "aaa_dm_own"}


def mac(secret, text):
    return "sha256=" + base64.b64encode(hmac.new(secret.encode(), text, hashlib.sha256).digest()).decode()


class TestX(ConnectorSuite):
    """X's posts and direct messages."""

    connector = XConnector
    own = ("x:1111", "tel:+34910000000")
    colleagues = True
    polling: ClassVar = {"polling": True, "poll_every_s": 3}
    signed_with = "consumer_secret"
    hosts = frozenset({"api.x.com"})
    recordings = ("x",)

    def samples(self):
        for name, payload in PAYLOADS.items():
            says = ("Is the lamp repaired?",) if name == "dm_received" else ()
            asked = name.startswith(("v1_", "v2_"))  # answers of the REST API
            yield Sample.json(name, payload, says=says, echo=name in ECHOES, webhook=not asked)
        token = "MzY1ZGYyN2EtYWEyOS00YmQyLTk5MzQ"
        answer = json.dumps({"response_token": mac(self.secret("consumer_secret"), token.encode())}).encode()
        url = f"{self.webhook_url}?crc_token={token}"
        yield Sample("challenge", b"", method="GET", url=url, handshake=True, answer=answer)

    def sign(self, request, secret, now):
        signature = mac(secret, request.body)
        return replace(request, headers={**request.headers, "x-twitter-webhooks-signature": signature})

    def answers(self):
        direct = b'{"data": {"dm_conversation_id": "2222-1111", "dm_event_id": "1800000000000000001"}}'
        yield VendorAnswer("taken", http(201, direct), Accepted(("x:dm/1800000000000000001",)))
        yield VendorAnswer(
            "private", http(403, b'{"detail": "You cannot send messages to this user."}'), Declined("unreachable")
        )
        resets = {"date": "Mon, 02 Mar 2026 09:00:00 GMT", "x_rate_limit_reset": "1772442060"}
        yield VendorAnswer("limit", http(429, **resets), Throttled(60.0, "429"))
        day = {"x_user_limit_24hour_remaining": "0", "x_user_limit_24hour_reset": "1772449200"}
        yield VendorAnswer("limit of a day", http(429, **resets, **day), Throttled(7200.0, "429"))
        yield VendorAnswer("limit of a proxy", http(429, retry_after="9"), Throttled(9.0, "429"))

    def drafts(self):
        post = Quoted(message_keys=("out:1", "x:1900000000000000001"), own=True)
        delete = Outgoing(action=Action.DELETE, target=post)
        yield SendSample("a deleted post", delete, "delete", {"delete": ("1900000000000000001",)})

    def polled(self):
        fake = self.fake()
        fake.mention("first")
        fake.mention("second")
        return fake

    def fake(self):
        return FakeX(access_token=self.secret("access_token"), specs=find_specs())
