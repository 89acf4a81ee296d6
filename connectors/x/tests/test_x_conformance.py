"""X under every contract of the kit. Signature and challenge: https://docs.x.com/x-api/webhooks/quickstart"""

import base64
import hashlib
import hmac
import json
from dataclasses import replace
from pathlib import Path

from omnilink.testing import ConnectorSuite, Sample
from omnilink_x.connector import XConnector

PAYLOADS = json.loads((Path(__file__).parent / "payloads.json").read_text(encoding="utf-8"))
ECHOES = {"own_post", "dm_sent", "chat_sent", "aaa_own", "aaa_dm_own"}


def mac(secret, text):
    return "sha256=" + base64.b64encode(hmac.new(secret.encode(), text, hashlib.sha256).digest()).decode()


class TestX(ConnectorSuite):
    connector = XConnector
    own = ("x:1111", "tel:+34910000000")
    colleagues = True
    signed_with = "consumer_secret"
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
