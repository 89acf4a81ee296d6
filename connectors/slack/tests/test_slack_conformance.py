"""Slack under every contract of the kit. Signature: https://docs.slack.dev/authentication/verifying-requests-from-slack"""

import hashlib
import hmac
import json
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import ClassVar
from unittest.mock import patch
from urllib.parse import parse_qsl

from omnilink.plugin import Accepted, Declined, Throttled, Unknown
from omnilink.testing import ConnectorSuite, Sample, VendorAnswer, find_specs, http
from omnilink.testing.fakes import FakeHttp, FakeLine, FakeResponse
from omnilink.testing.fakes.slack import FakeSlack
from omnilink_slack.connector import SlackConnector

PAYLOADS = json.loads((Path(__file__).parent / "payloads.json").read_text(encoding="utf-8"))
ECHOES = {"echo", "echo_by_profile"}
TWINS = {"message_mention": "app_mention"}


def answered(**fields):
    return http(200, json.dumps({"ok": "error" not in fields, **fields}).encode())


class SlackLine(FakeLine):
    """Socket Mode. https://docs.slack.dev/apis/events-api/using-socket-mode"""

    @contextmanager
    def installed(self):
        async def connect(url):
            wire = self.connect()
            wire.say('{"type": "hello", "num_connections": 1}')
            return wire

        with patch("omnilink_slack.session.connect_websocket", connect):
            yield FakeHttp(self)

    def answer(self, request_url):
        told = {"ok": True, "url": "wss://wss-primary.slack.com/link/?ticket=1"}
        if self.refuses:
            told = {"ok": False, "error": {"busy": "internal_error", "login": "invalid_auth"}[self.refuses]}
        return FakeResponse(200, {}, json.dumps(told).encode())

    def frame(self, sample, ticket):
        form = dict(parse_qsl(sample.body.decode(), keep_blank_values=True))
        if sample.headers.get("content-type") == "application/json":
            kind, payload = "events_api", json.loads(sample.body)
        elif "payload" in form:
            kind, payload = "interactive", json.loads(form["payload"])
        else:
            kind, payload = "slash_commands", form
        return json.dumps({"type": kind, "envelope_id": ticket, "payload": payload})

    def read_ticket(self, said):
        return json.loads(said).get("envelope_id")

    def ending(self):
        return '{"type": "disconnect", "reason": "warning"}'


class TestSlack(ConnectorSuite):
    connector = SlackConnector
    own = ("slack:T0TOWN/U0LUIS", "tel:+34910000000")
    colleagues = True
    signed_with = "signing_secret"
    hosts = frozenset({"slack.com", "files.slack.com"})
    recordings = ("slack",)
    holding: ClassVar = {"socket_mode": True}

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
            def now(self):
                return now.timestamp()

        at, given = (request.headers.get(f"x-slack-{name}", "") for name in ("request-timestamp", "signature"))
        try:
            return SignatureVerifier(secret, StandingClock()).is_valid(request.body, at, given)
        except ValueError:  # it raises for a timestamp that is no number
            return False

    def answers(self):
        taken = answered(channel="C0HELP", ts="1700000009.000100", message={"ts": "1700000009.000100"})
        yield VendorAnswer("taken", taken, Accepted(("slack:T0TOWN/C0HELP/1700000009.000100",)))
        for code, reason in (
            ("channel_not_found", "unreachable"),
            ("is_archived", "unreachable"),
            ("invalid_auth", "not-authorised"),
            ("missing_scope", "not-authorised"),
            ("msg_too_long", "too-large"),
        ):
            yield VendorAnswer(code, answered(error=code), Declined(reason, code))
        yield VendorAnswer("ratelimited", http(429, b'{"ok": false}', retry_after="30"), Throttled(30.0))
        yield VendorAnswer("fatal_error", answered(error="fatal_error"), Unknown("fatal_error"))

    def line(self):
        return SlackLine()

    def made_id(self, step):
        upload = "getUploadURLExternal" in step
        return "F07LAMP https://files.slack.com/upload/v1/F07LAMP" if upload else super().made_id(step)

    def fake(self):
        secrets = {"bot_token": self.secret("bot_token"), "signing_secret": self.secret("signing_secret")}
        return FakeSlack(**secrets, team="T0TOWN", specs=find_specs())
