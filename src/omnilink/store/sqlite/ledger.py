"""Both ledgers, read from SQLite: what was counted where it happened against what rows there are."""

from collections import Counter
from collections.abc import Iterable

from omnilink.model.view import Ledger
from omnilink.store.base import EventState
from omnilink.store.sqlite.rows import View, select_in

_ACCOUNTS = "SELECT id, name FROM account WHERE tenant = ? AND {seen}"
_COUNTED = "SELECT id, received, duplicate FROM account WHERE id IN (?*)"
_ENVELOPES = """
    SELECT state, count(*), sum(parsed) FROM envelope INDEXED BY envelope_ledger WHERE account IN (?*) GROUP BY state
"""
_EVENTS = "SELECT state, count(*) FROM event INDEXED BY event_ledger WHERE account IN (?*) GROUP BY state"
_REFUSED = "SELECT reason, sum(count) FROM refusal WHERE account IN (?*) GROUP BY reason"


def read_ledger(view: View, account: str | None) -> Ledger:
    """Both ledgers; see `base.LedgerStore`."""
    sql = _ACCOUNTS.replace("{seen}", view.account_is_seen("id"))
    accounts = view.connection.execute(sql, (view.tenant,)).fetchall()
    return ledger_of(view, [key for key, name in accounts if account is None or name == account])


def ledger_of(view: View, accounts: Iterable[int]) -> Ledger:
    """The ledgers of these accounts together."""
    keys = list(accounts)
    counted = list(select_in(view.connection, _COUNTED, keys))
    states: Counter[str] = Counter()
    parsed = 0
    for state, number, events_of_state in select_in(view.connection, _ENVELOPES, keys):
        states[state] += number
        parsed += events_of_state
    events: Counter[str] = Counter()
    for state, number in select_in(view.connection, _EVENTS, keys):
        events[state] += number
    refused: Counter[str] = Counter()
    for reason, number in select_in(view.connection, _REFUSED, keys):
        refused[reason] += number
    return Ledger(
        received=sum(row[1] for row in counted),
        duplicate=sum(row[2] for row in counted),
        pending=states["pending"],
        processed=states["processed"],
        quarantined=states["quarantined"],
        parsed=parsed,
        events={kind.value: events[kind] for kind in EventState},
        refused=dict(refused),
    )
