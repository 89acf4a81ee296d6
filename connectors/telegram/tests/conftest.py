"""Updates written after Telegram's Bot API documentation, and what is made of them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from omnilink.model import Event, Handle
from omnilink.plugin import ConnectorSettings
from omnilink_telegram.connector import TelegramConnector

UPDATES = json.loads((Path(__file__).parent / "payloads.json").read_text(encoding="utf-8"))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """`each_update` is every update of the file, by name."""
    if "each_update" in metafunc.fixturenames:
        metafunc.parametrize("each_update", sorted(UPDATES))


@pytest.fixture
def update_of() -> Callable[[str], Any]:
    """A fresh copy of an update."""
    return lambda name: json.loads(json.dumps(UPDATES[name]))


@pytest.fixture
def connector() -> TelegramConnector:
    own = (Handle.of("telegram", "55"), Handle.of("telegram", "-1009999"), Handle.of("tel", "+34910000000"))
    return TelegramConnector(ConnectorSettings(account="town", own_handles=own, options={"bot_id": 77}))


@pytest.fixture
def event_of(parse: Callable[..., list[Event]], update_of: Callable[[str], Any]) -> Callable[[str], Any]:
    """The first event of an update of the file."""
    return lambda name: parse(update_of(name))[0]
