"""Payloads written after Slack's documentation, and what is made of them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from omnilink.model import Event, Handle
from omnilink.plugin import ConnectorSettings
from omnilink_slack.connector import SlackConnector

PAYLOADS = json.loads((Path(__file__).parent / "payloads.json").read_text(encoding="utf-8"))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """`each_payload` is every payload of the file, by name."""
    if "each_payload" in metafunc.fixturenames:
        metafunc.parametrize("each_payload", sorted(PAYLOADS["json"]) + sorted(PAYLOADS["form"]))


@pytest.fixture
def body_of() -> Callable[[str], bytes]:
    """A payload as the bytes Slack sends: events as JSON, commands and interactions as forms."""

    def body(name: str) -> bytes:
        if name in PAYLOADS["form"]:
            return urlencode(PAYLOADS["form"][name]).encode()
        payload = PAYLOADS["json"][name]
        text = json.dumps(payload)
        return urlencode({"payload": text}).encode() if "actions" in payload or "user" in payload else text.encode()

    return body


@pytest.fixture
def payload_of() -> Callable[[str], Any]:
    """A fresh copy of a payload."""

    def payload(name: str) -> Any:
        return json.loads(json.dumps(PAYLOADS["json"].get(name) or PAYLOADS["form"][name]))

    return payload


@pytest.fixture
def connector() -> SlackConnector:
    own = (Handle.of("slack", "U0LUIS", scope="T0TOWN"), Handle.of("tel", "+34910000000"))
    return SlackConnector(ConnectorSettings(account="town", own_handles=own))


@pytest.fixture
def event_of(parse: Callable[..., list[Event]], body_of: Callable[[str], bytes]) -> Callable[[str], Any]:
    """The one event of a payload of the file."""

    def event(name: str) -> Any:
        (only,) = parse(body_of(name))
        return only

    return event
