"""Slack under every contract of the kit. Signature: https://docs.slack.dev/authentication/verifying-requests-from-slack"""

import hashlib
import hmac
import json
from dataclasses import replace
from pathlib import Path

from omnilink.testing import ConnectorSuite, Sample
from omnilink_slack.connector import SlackConnector

PAYLOADS = json.loads((Path(__file__).parent / "payloads.json").read_text(encoding="utf-8"))
ECHOES = {"echo", "echo_by_profile"}
TWINS = {"message_mention": "app_mention"}


class TestSlack(ConnectorSuite):
    connector = SlackConnector
    own = ("slack:T0TOWN/U0LUIS", "tel:+34910000000")
    colleagues = True
    signed_with = "signing_secret"
    recordings = ("slack",)

    def samples(self):
        for name, payload in PAYLOADS["json"].items():
            more = {"echo": name in ECHOES, "same_as": TWINS.get(name)}
            if name == "message":
                more |= {"expect": ("message_received",), "says": ("My street lamp is",)}
            if "actions" in payload or "user" in payload:  # interactions come as JSON in a form
                yield Sample.form(name, {"payload": json.dumps(payload)}, **more)
            else:
                yield Sample.json(name, payload, **more)
        for name, fields in PAYLOADS["form"].items():
            yield Sample.form(name, fields)
        question = PAYLOADS["json"]["url_verification"]
        yield Sample.json("set-up", question, handshake=True, answer=question["challenge"].encode())

    def sign(self, request, secret, now):
        at = str(int(now.timestamp()))
        made = hmac.new(secret.encode(), f"v0:{at}:".encode() + request.body, hashlib.sha256).hexdigest()
        signed = {"x-slack-request-timestamp": at, "x-slack-signature": f"v0={made}"}
        return replace(request, headers={**request.headers, **signed})

    def oracle(self, request, secret, now):
        from slack_sdk.signature import Clock, SignatureVerifier

        class StandingClock(Clock):
            def now(_):
                return now.timestamp()

        at, given = (request.headers.get(f"x-slack-{name}", "") for name in ("request-timestamp", "signature"))
        try:
            return SignatureVerifier(secret, StandingClock()).is_valid(request.body, at, given)
        except ValueError:  # it raises for a timestamp that is no number
            return False
