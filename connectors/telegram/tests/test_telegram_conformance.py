"""Telegram under every contract of the kit. https://core.telegram.org/bots/api#setwebhook (`secret_token`)"""

import json
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

from omnilink.plugin import Accepted, Declined, Throttled
from omnilink.testing import ConnectorSuite, Sample, VendorAnswer, find_specs, http
from omnilink.testing.clock import START
from omnilink.testing.fakes.telegram import FakeTelegram
from omnilink_telegram.connector import TelegramConnector

UPDATES = json.loads((Path(__file__).parent / "payloads.json").read_text(encoding="utf-8"))
ECHOES = {"own_bot", "business_bot"}
TOKEN = "77:AAcanaryTelegramBotToken0123456789"


def error(status, description, **parameters):
    told = {"ok": False, "error_code": status, "description": description, "parameters": parameters}
    return http(status, json.dumps(told).encode())


class TestTelegram(ConnectorSuite):
    connector = TelegramConnector
    own = ("telegram:55", "telegram:-1009999", "tel:+34910000000")
    options: ClassVar = {"bot_id": 77}
    polling: ClassVar = {"bot_id": 77, "polling": True}
    secrets: ClassVar = {"bot_token": TOKEN}
    colleagues = True
    signed_with = "secret_token"
    hosts = frozenset({"api.telegram.org"})
    recordings = ("telegram",)

    def samples(self):
        for name, update in UPDATES.items():
            says = ("My street lamp is broken",) if name == "text" else ()
            yield Sample.json(name, update, says=says, echo=name in ECHOES)

    def sign(self, request, secret, now):
        return replace(request, headers={**request.headers, "x-telegram-bot-api-secret-token": secret})

    def answers(self):
        sent = {"message_id": 7, "date": 1700000000, "chat": {"id": 42, "type": "private"}, "text": "x"}
        taken = json.dumps({"ok": True, "result": sent}).encode()
        yield VendorAnswer("taken", http(200, taken), Accepted(("telegram:77/42/7",)))
        yield VendorAnswer(
            "blocked", error(403, "Forbidden: bot was blocked by the user"), Declined("opted-out", "403")
        )
        yield VendorAnswer("no chat", error(400, "Bad Request: chat not found"), Declined("unreachable", "400"))
        yield VendorAnswer("slow down", error(429, "Too Many Requests", retry_after=11), Throttled(11, "429"))

    def fake(self):
        return FakeTelegram(
            token=TOKEN, secret_token=self.secret("secret_token"), specs=find_specs(), clock=lambda: START
        )

    def polled(self):
        fake = self.fake()
        for text in ("first", "second"):
            fake.say(text, poll=True)
        return fake
