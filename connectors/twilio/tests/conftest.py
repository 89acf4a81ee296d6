"""Requests written after Twilio's documentation, and what turns them into envelopes."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from omnilink.model import Authenticity, Envelope, Event, Handle
from omnilink.plugin import ConnectorSettings
from omnilink_twilio.connector import TwilioConnector

SAMPLES: dict[str, dict[str, Any]] = json.loads((Path(__file__).parent / "samples.json").read_text(encoding="utf-8"))
"""Name → form fields."""
ACCOUNT = "AC" + "a" * 32


def build_body(fields: dict[str, Any] | list[tuple[str, str]] | bytes) -> bytes:
    return fields if isinstance(fields, bytes) else urlencode(fields, doseq=True).encode()


def build_envelope(fields: Any, authenticity: Authenticity = Authenticity.VERIFIED, **headers: str) -> Envelope:
    body = build_body(fields)
    return Envelope(
        id="e1", account="helpline", connector="twilio", received_at=datetime(2026, 1, 1, tzinfo=UTC), body=body,
        sha256=hashlib.sha256(body).hexdigest(), authenticity=authenticity,
        headers={name.replace("_", "-"): value for name, value in headers.items()},
    )  # fmt: skip


@pytest.fixture
def samples() -> dict[str, dict[str, Any]]:
    return {name: {"AccountSid": ACCOUNT, "ApiVersion": "2010-04-01", **fields} for name, fields in SAMPLES.items()}


@pytest.fixture
def envelope_of() -> Callable[..., Envelope]:
    return build_envelope


@pytest.fixture
def connect() -> Callable[..., TwilioConnector]:
    def make(own: tuple[str, ...] = (), **options: Any) -> TwilioConnector:
        handles = tuple(Handle.parse(text) for text in own)
        return TwilioConnector(ConnectorSettings(account="helpline", own_handles=handles, options=options))

    return make


@pytest.fixture
def parse(connect: Callable[..., TwilioConnector]) -> Callable[..., list[Event]]:
    """Parses fields (or bytes) as a verified webhook."""
    connector = connect()
    return lambda fields, authenticity=Authenticity.VERIFIED: connector.parse(build_envelope(fields, authenticity))


@pytest.fixture
def read(parse: Callable[..., list[Event]], samples: dict[str, dict[str, Any]]) -> Callable[..., list[Event]]:
    """Parses one sample by name, with fields changed."""
    return lambda name, **more: parse({**samples[name], **more})


@pytest.fixture
def sign() -> Callable[..., str]:
    """Twilio's algorithm once more, written apart from the connector's."""

    def make(token: str, url: str, fields: dict[str, Any] | None = None) -> str:
        text = url
        for name in sorted(fields or {}):
            values = fields[name] if isinstance(fields[name], list) else [fields[name]]
            text += "".join(name + value for value in sorted(set(values)))
        return base64.b64encode(hmac.new(token.encode(), text.encode(), hashlib.sha1).digest()).decode()

    return make
