"""Payloads written after Meta's documentation, and what turns them into envelopes."""

import hashlib
import json
from collections.abc import Callable
from copy import deepcopy
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from omnilink.model import Authenticity, Envelope, Event, Handle
from omnilink.plugin import ConnectorSettings
from omnilink_whatsapp.connector import WhatsAppConnector

NUMBER = "34910000001"
NUMBER_ID = "500100200300"
BUSINESS = "700800900"
ANA = {"profile": {"name": "Ana Ruiz", "username": "@anaruiz"}, "wa_id": "34600111222", "user_id": "ES.1122334455"}

SAMPLES: dict[str, dict[str, Any]] = json.loads((Path(__file__).parent / "samples.json").read_text(encoding="utf-8"))
"""Name → the value of one change, without what all have; `field` where it is not `messages`."""


def build_payload(*values: dict[str, Any]) -> dict[str, Any]:
    """A webhook with one change a value."""
    changes = []
    for value in deepcopy(values):
        field = value.pop("field", "messages")
        if value.pop("bare", False) is False:
            about = {"display_phone_number": NUMBER, "phone_number_id": NUMBER_ID}
            value = {"messaging_product": "whatsapp", "metadata": about, "contacts": [ANA], **value}
        changes.append({"field": field, "value": value})
    return {"object": "whatsapp_business_account", "entry": [{"id": BUSINESS, "time": 1760000000, "changes": changes}]}


def build_envelope(payload: object, authenticity: Authenticity = Authenticity.VERIFIED) -> Envelope:
    body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    return Envelope(
        id="e1", account="town", connector="whatsapp", received_at=datetime(2026, 1, 1, tzinfo=UTC), body=body,
        sha256=hashlib.sha256(body).hexdigest(), authenticity=authenticity,
    )  # fmt: skip


@pytest.fixture
def samples() -> dict[str, dict[str, Any]]:
    return deepcopy(SAMPLES)


@pytest.fixture
def connect() -> Callable[..., WhatsAppConnector]:
    def make(**options: Any) -> WhatsAppConnector:
        own = (Handle.of("wa", "+" + NUMBER),)
        return WhatsAppConnector(ConnectorSettings(account="town", own_handles=own, options=options))

    return make


@pytest.fixture
def parse(connect: Callable[..., WhatsAppConnector]) -> Callable[..., list[Event]]:
    """Parses a payload (or bytes) as a verified webhook."""
    connector = connect()
    return lambda payload, authenticity=Authenticity.VERIFIED: connector.parse(build_envelope(payload, authenticity))


@pytest.fixture
def read(parse: Callable[..., list[Event]]) -> Callable[..., list[Event]]:
    """Parses samples by name (one webhook with a change each), without what is learned of handles."""

    def make(*names: str, keep_learned: bool = False) -> list[Event]:
        events = parse(build_payload(*(SAMPLES[name] for name in names)))
        return [e for e in events if keep_learned or e.type != "handle_learned"]

    return make


@pytest.fixture
def payload_of() -> Callable[..., dict[str, Any]]:
    return build_payload


@pytest.fixture
def envelope_of() -> Callable[..., Envelope]:
    return build_envelope
