"""Usage in SQLite."""

from collections.abc import Mapping

from omnilink.model.scope import Scope
from omnilink.model.usage import Usage
from omnilink.store.sqlite.rows import View
from omnilink.store.sqlite.transaction import Transaction

_ADD = """
    INSERT INTO usage (account, month, what, count, micros) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (account, month, what) DO UPDATE SET count = count + excluded.count, micros = micros + excluded.micros
"""
_OF = """
    SELECT a.name, u.month, u.what, u.count, u.micros FROM account a JOIN usage u ON u.account = a.id
    WHERE a.tenant = ? AND u.month = ? AND {seen} ORDER BY a.name, u.what
"""


def commit_usage(tx: Transaction, scope: Scope, account: str, month: str, used: Mapping[str, tuple[int, int]]) -> None:
    """Adds to counters; see `usage.UsageStore`."""
    key = tx.account(tx.tenant(scope.tenant), account)
    tx.connection.executemany(_ADD, [(key, month, what, *added) for what, added in used.items()])


def read_usage(view: View, month: str, account: str | None) -> list[Usage]:
    """The counters of a month; see `usage.UsageStore`."""
    rows = view.connection.execute(_OF.replace("{seen}", view.account_is_seen("a.id")), (view.tenant, month))
    return [
        Usage(account=name, month=when, what=what, count=count, micros=micros)
        for name, when, what, count, micros in rows
        if account in (None, name)
    ]
