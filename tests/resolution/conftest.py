"""The town of ingest's tests, whose process can begin anew."""

from collections.abc import Callable

import pytest
from tests.ingest.conftest import Town as IngestTown

from omnilink.hub import Hub


class Town(IngestTown):
    """A town whose hub can be started again, and has a twin over the same store."""

    def __init__(self) -> None:
        super().__init__()
        self._twin = self._another()

    def _another(self) -> Hub:
        hub = Hub(self.store, registry=self.hub.accounts._registry, clock=self.tick, new_id=self.hub._new_id)
        for account in ("desk", "branch"):
            hub.accounts.ensure(account, "scripted")
        return hub

    def restart(self) -> None:
        """The process ends, and another begins."""
        self.hub = self._another()

    def swap(self) -> None:
        """The other of two processes goes on."""
        self.hub, self._twin = self._twin, self.hub


@pytest.fixture
def make_town() -> Callable[[], Town]:
    return Town


@pytest.fixture
def town() -> Town:
    return Town()
