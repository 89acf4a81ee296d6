"""Payloads written after X's documentation, and what is made of them."""

import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from omnilink.model import Authenticity, Envelope, Event, Handle
from omnilink.plugin import ConnectorSettings
from omnilink_x.connector import XConnector

PAYLOADS = json.loads((Path(__file__).parent / "payloads.json").read_text(encoding="utf-8"))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """`each_payload` is every payload of the file, by name."""
    if "each_payload" in metafunc.fixturenames:
        metafunc.parametrize("each_payload", sorted(PAYLOADS))


@pytest.fixture
def payload_of() -> Callable[[str], Any]:
    """A fresh copy of a payload."""
    return lambda name: json.loads(json.dumps(PAYLOADS[name]))


@pytest.fixture
def connector() -> XConnector:
    own = (Handle.of("x", "1111"), Handle.of("tel", "+34910000000"))
    return XConnector(ConnectorSettings(account="town", own_handles=own))


@pytest.fixture
def parse(connector: XConnector) -> Callable[..., list[Event]]:
    """The events of some bytes, or of a value written as JSON."""

    def parse(body: Any, authenticity: Authenticity = Authenticity.VERIFIED, by: XConnector = connector) -> list[Event]:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode("utf-8", "surrogatepass")
        envelope = Envelope(
            id="1",
            account="town",
            connector="x",
            received_at=datetime(2026, 1, 1, tzinfo=UTC),
            body=raw,
            sha256=hashlib.sha256(raw).hexdigest(),
            authenticity=authenticity,
        )
        return by.parse(envelope)

    return parse


@pytest.fixture
def event_of(parse: Callable[..., list[Event]], payload_of: Callable[[str], Any]) -> Callable[[str], Any]:
    """The first event of a payload of the file."""
    return lambda name: parse(payload_of(name))[0]
