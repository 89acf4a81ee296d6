"""Usage in a store: counters by account, month and thing billed."""

from collections.abc import Mapping
from typing import Protocol

from omnilink.model.scope import Scope
from omnilink.model.usage import Usage


class UsageStore(Protocol):
    """What has been billed."""

    async def commit_usage(self, scope: Scope, account: str, month: str, used: Mapping[str, tuple[int, int]]) -> None:
        """Adds to counters: thing billed → (how often, millionths); negative numbers take back.

        Raises:
            StoreBusy: nothing was written.
        """
        ...

    async def read_usage(self, scope: Scope, *, month: str, account: str | None = None) -> list[Usage]:
        """The counters of a month, by account and thing billed; accounts outside the scope are left out."""
        ...
