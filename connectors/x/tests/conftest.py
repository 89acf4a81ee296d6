"""Payloads written after X's documentation, and what is made of them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from omnilink.model import Event, Handle
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
def event_of(parse: Callable[..., list[Event]], payload_of: Callable[[str], Any]) -> Callable[[str], Any]:
    """The first event of a payload of the file."""
    return lambda name: parse(payload_of(name))[0]
