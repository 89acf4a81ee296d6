"""Usage in memory."""

from collections.abc import Mapping

from omnilink.model.scope import Scope
from omnilink.model.usage import Usage
from omnilink.store.memory.state import State, in_scope


def commit_usage(state: State, account: str, month: str, used: Mapping[str, tuple[int, int]]) -> None:
    """Adds to counters; see `usage.UsageStore`."""
    for what, (count, micros) in used.items():
        before = state.usage.get((account, month, what), (0, 0))
        state.usage[account, month, what] = (before[0] + count, before[1] + micros)


def read_usage(state: State, scope: Scope, month: str, account: str | None) -> list[Usage]:
    """The counters of a month; see `usage.UsageStore`."""
    return [
        Usage(account=name, month=when, what=what, count=count, micros=micros)
        for (name, when, what), (count, micros) in sorted(state.usage.items())
        if when == month and account in (None, name) and in_scope(scope, [name])
    ]
