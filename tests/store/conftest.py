"""The stores every test of the contract runs over, and a small town to fill them with."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.store.desk import Desk
from tests.store.town import Town

from omnilink.store.base import Store
from omnilink.store.memory import MemoryStore
from omnilink.store.sqlite import SqliteStore


@pytest.fixture
def town() -> Town:
    return Town()


@pytest.fixture
async def sqlite(tmp_path: Path, anyio_backend: str) -> AsyncIterator[SqliteStore]:
    """A store in a new file."""
    store = await SqliteStore.open(tmp_path / "town.db")
    yield store
    await store.aclose()


@pytest.fixture(params=["memory", "sqlite"])
async def store(request: pytest.FixtureRequest, tmp_path: Path, anyio_backend: str) -> AsyncIterator[Store]:
    """Every test of the contract runs over every store."""
    store: Store = MemoryStore() if request.param == "memory" else await SqliteStore.open(tmp_path / "town.db")
    yield store
    await store.aclose()


@pytest.fixture
def desk(town: Town, store: Store) -> Desk:
    return Desk(town, store)
