"""What connectors' tests share: a connector reading bytes as the core hands them over."""

import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from omnilink.model import Authenticity, Envelope, Event


@pytest.fixture
def parse(connector: Any) -> Callable[..., list[Event]]:
    """The events that a folder's `connector` (or another one) reads out of bytes, or of a value written as JSON."""

    def parse(body: Any, authenticity: Authenticity = Authenticity.VERIFIED, by: Any = connector) -> list[Event]:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode("utf-8", "surrogatepass")
        envelope = Envelope(
            id="1",
            account="town",
            connector=by.manifest.name,
            received_at=datetime(2026, 1, 1, tzinfo=UTC),
            body=raw,
            sha256=hashlib.sha256(raw).hexdigest(),
            authenticity=authenticity,
        )
        events: list[Event] = by.parse(envelope)
        return events

    return parse
