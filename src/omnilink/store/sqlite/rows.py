"""Reading rows: what a scope may see, lists in queries, and records out of columns and documents."""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Self

from pydantic import ConfigDict, TypeAdapter

from omnilink.model.envelope import Envelope
from omnilink.model.ids import from_micros
from omnilink.model.interaction import Interaction
from omnilink.model.persona import Link
from omnilink.model.scope import Scope

_SIZES = (1, 4, 16, 64, 256)
Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class View:
    """A connection and what may be seen through it; lives as long as one read.

    Attributes:
        tenant: its key; 0 where the tenant has nothing yet.
        seq: the number of its last change.
        accounts: keys of the accounts that may be seen; None = all.
    """

    connection: sqlite3.Connection
    tenant: int
    seq: int = 0
    accounts: tuple[int, ...] | None = None

    @classmethod
    def of(cls, connection: sqlite3.Connection, scope: Scope) -> Self:
        """What a scope sees."""
        row = connection.execute("SELECT id, seq FROM tenant WHERE name = ?", (scope.tenant,)).fetchone()
        tenant, seq = row or (0, 0)
        if scope.accounts is None:
            return cls(connection, tenant, seq)
        rows = select_in(connection, _ACCOUNTS, scope.accounts, (tenant,))
        return cls(connection, tenant, seq, tuple(sorted(key for (key,) in rows)))

    def account_is_seen(self, column: str) -> str:
        """A condition: the account in that column may be seen."""
        if self.accounts is None:
            return "1"
        # 0 is no account: a list may not be empty, or SQLite sees that nothing can be found and refuses the index.
        return f"{column} IN ({','.join(map(str, self.accounts or (0,)))})"

    def interaction_is_seen(self, column: str) -> str:
        """A condition: the interaction in that column has arrived at an account that may be seen, or is its own.

        Args:
            column: with its table: `i.id`.
        """
        if self.accounts is None:
            return "1"
        own, seen = self.account_is_seen("own.account"), self.account_is_seen("seen.account")
        is_own = f"EXISTS (SELECT 1 FROM interaction own WHERE own.id = {column} AND {own})"  # noqa: S608
        return f"({is_own} OR EXISTS (SELECT 1 FROM arrival seen WHERE seen.interaction = {column} AND {seen}))"  # noqa: S608


_ACCOUNTS = "SELECT id FROM account WHERE tenant = ? AND name IN (?*)"


def select_in(
    connection: sqlite3.Connection, sql: str, values: Iterable[object], before: Row = (), after: Row = ()
) -> Iterator[Row]:
    """Runs a query whose `(?*)` stands for a list, in chunks.

    Such queries name their index where there is a choice: without statistics the planner takes one column that is
    equal for better than a list of keys, and would read a whole tenant.

    Args:
        connection: where.
        sql: the query.
        values: the list; each value once.
        before, after: the parameters around it.
    """
    listed = list(values)
    for start in range(0, len(listed), _SIZES[-1]):
        chunk = listed[start : start + _SIZES[-1]]
        size = next(size for size in _SIZES if size >= len(chunk))
        # A few sizes only, filled up with a repeated value: the statements stay in the connection's cache.
        chunk += chunk[-1:] * (size - len(chunk))
        yield from connection.execute(_listing(sql, size), (*before, *chunk, *after))


@lru_cache(maxsize=512)
def _listing(sql: str, size: int) -> str:
    return sql.replace("?*", ",".join("?" * size))


# --- envelopes ---------------------------------------------------------------------------------------------------

_ENVELOPE = """
    SELECT e.uid, a.name, e.connector, e.received_at, b.body, e.sha256, b.headers, e.authenticity, e.delivery_key,
           e.state, e.parser_version, e.attempts, e.reason, e.id
    FROM envelope e {index} JOIN account a ON a.id = e.account JOIN envelope_body b ON b.envelope = e.id
"""


def envelopes_by(index: str | None) -> str:
    """The query for envelopes through an index, or in the order they were stored."""
    return _ENVELOPE.replace("{index}", f"INDEXED BY {index}" if index else "NOT INDEXED")


def envelope_of(row: Row) -> Envelope:
    """A row of `envelopes_by` as a record."""
    return Envelope(
        id=row[0], account=row[1], connector=row[2], received_at=from_micros(row[3]), body=row[4], sha256=row[5],
        headers=json.loads(row[6]), authenticity=row[7], delivery_key=row[8], state=row[9], parser_version=row[10],
        attempts=row[11], reason=row[12],
    )  # fmt: skip


# --- links -------------------------------------------------------------------------------------------------------

LINK = "SELECT doc, revoked_at, revoked_by, revoked_reason, id, a, b, verdict, seq FROM link"


def link_doc(link: Link) -> str:
    """What never changes of a link, as JSON."""
    return link.model_dump_json(exclude={"revoked_at", "revoked_by", "revoked_reason"})


def link_of(row: Row) -> Link:
    """A row of `LINK` as a record."""
    link = Link.model_validate_json(row[0])
    if row[1] is None:
        return link
    update = {"revoked_at": from_micros(row[1]), "revoked_by": row[2], "revoked_reason": row[3]}
    return link.model_copy(update=update)


# --- interactions --------------------------------------------------------------------------------------------------

_ARRIVALS = """
    SELECT r.interaction, a.name, e.uid, r.event_key
    FROM arrival r JOIN account a ON a.id = r.account LEFT JOIN envelope e ON e.id = r.envelope
    WHERE r.interaction IN (?*) AND {seen} ORDER BY r.interaction, r.n
"""
_INTERACTIONS = TypeAdapter(list[Interaction], config=ConfigDict(defer_build=True))
_quoted = json.encoder.encode_basestring_ascii
_DOCS = "SELECT interaction, doc FROM interaction_doc WHERE interaction IN (?*)"
_BARE = """
    SELECT interaction,
        json_remove(json_set(doc, '$.participants', json_array(), '$.arrivals', json_array()), '$.parts')
    FROM interaction_doc WHERE interaction IN (?*)
"""


def interaction_doc(interaction: Interaction) -> str:
    """What never changes of an interaction, as JSON."""
    return interaction.model_dump_json(exclude={"arrivals"})


def read_docs(view: View, keys: Sequence[int]) -> dict[int, Interaction]:
    """Interactions by key, each with the arrivals that may be seen."""
    arrivals: dict[int, list[str]] = {}
    sql = _ARRIVALS.replace("{seen}", view.account_is_seen("r.account"))
    for key, account, envelope, event_key in select_in(view.connection, sql, keys):
        arrivals.setdefault(key, []).append(
            f'{{"account":{_quoted(account)},"envelope":{_quoted(envelope or "")},"event_key":{_quoted(event_key)}}}'
        )
    rows = list(select_in(view.connection, _DOCS, keys))
    # A document is an object without its arrivals: they go in before its last brace. All are read in one go.
    docs = (f'{doc[:-1]},"arrivals":[{",".join(arrivals.get(key, ()))}]}}' for key, doc in rows)
    interactions = _INTERACTIONS.validate_json(f"[{','.join(docs)}]")
    return {key: interaction for (key, _), interaction in zip(rows, interactions, strict=True)}


def read_bare(view: View, keys: Sequence[int]) -> dict[int, Interaction]:
    """Interactions by key without what was said in them, by whom and on which way: a fraction of the cost."""
    rows = list(select_in(view.connection, _BARE, keys))
    interactions = _INTERACTIONS.validate_json(f"[{','.join(doc for _, doc in rows)}]")
    return {key: interaction for (key, _), interaction in zip(rows, interactions, strict=True)}
