"""A group's transaction: savepoints, and integer keys of public ids through a cache that believes only COMMIT."""

import sqlite3
from collections.abc import Iterable

from omnilink.errors import NotFound
from omnilink.store.sqlite.rows import select_in

CACHED_KEYS = 50_000
"""Public ids remembered, twice at most; about 10 MB."""

_FIND = {
    "envelope": "SELECT uid, id FROM envelope INDEXED BY envelope_uid WHERE tenant = ? AND uid IN (?*)",
    "persona": "SELECT uid, id FROM persona INDEXED BY persona_uid WHERE tenant = ? AND uid IN (?*)",
    "conversation": "SELECT uid, id FROM conversation INDEXED BY conversation_uid WHERE tenant = ? AND uid IN (?*)",
    "interaction": "SELECT uid, id FROM interaction INDEXED BY interaction_uid WHERE tenant = ? AND uid IN (?*)",
    "link": "SELECT uid, id FROM link INDEXED BY link_uid WHERE tenant = ? AND uid IN (?*)",
    "relationship": "SELECT uid, id FROM relationship INDEXED BY relationship_uid WHERE tenant = ? AND uid IN (?*)",
    "thread_split": "SELECT uid, id FROM thread_split INDEXED BY thread_split_uid WHERE tenant = ? AND uid IN (?*)",
    "case_": "SELECT uid, id FROM case_ INDEXED BY case_uid WHERE tenant = ? AND uid IN (?*)",
    "assignment": "SELECT uid, id FROM assignment INDEXED BY assignment_uid WHERE tenant = ? AND uid IN (?*)",
}
_LAST = {
    "envelope": "SELECT max(id) FROM envelope",
    "persona": "SELECT max(id) FROM persona",
    "conversation": "SELECT max(id) FROM conversation",
    "interaction": "SELECT max(id) FROM interaction",
    "case_": "SELECT max(id) FROM case_",
    "assignment": "SELECT max(id) FROM assignment",
}
Name = tuple[str, int, str]


class KeyCache:
    """Keys of committed rows, which never change. Bounded: when full, the half not used lately goes.

    Args:
        size: names in each half.
    """

    def __init__(self, size: int = CACHED_KEYS) -> None:
        self._size = size
        self._young: dict[Name, int] = {}
        self._old: dict[Name, int] = {}

    def get(self, name: Name) -> int | None:
        """The key of a name, if remembered."""
        key = self._young.get(name)
        if key is None and (key := self._old.get(name)) is not None:
            self.update({name: key})
        return key

    def update(self, keys: dict[Name, int]) -> None:
        """Remembers keys."""
        self._young.update(keys)
        if len(self._young) > self._size:
            self._old, self._young = self._young, {}


class Transaction:
    """What a write request works with.

    Attributes:
        connection: the writer's.
    """

    def __init__(self, connection: sqlite3.Connection, cache: KeyCache | None = None) -> None:
        self.connection = connection
        self._cache = cache or KeyCache()
        self._group: dict[Name, int] = {}
        self._request: dict[Name, int] = {}
        self._next: dict[str, int] = {}

    # --- for the writer --------------------------------------------------------------------------------------------

    def begin(self) -> None:
        """Takes the write lock."""
        if self.connection.in_transaction:  # left behind by a failure
            self.connection.execute("ROLLBACK")
        self._next.clear()
        self.connection.execute("BEGIN IMMEDIATE")

    def begin_request(self) -> None:
        """From here on a request can be undone."""
        self.connection.execute("SAVEPOINT request")

    def keep_request(self) -> None:
        """The request's work stays in the transaction."""
        self.connection.execute("RELEASE request")
        self._group.update(self._request)
        self._request.clear()

    def undo_request(self) -> None:
        """The request's work never was."""
        self._request.clear()
        self.connection.execute("ROLLBACK TO request")
        self.connection.execute("RELEASE request")

    def commit(self) -> None:
        """Everything kept is on disk; only now is it remembered."""
        self.connection.execute("COMMIT")
        self._cache.update(self._group)
        self._group.clear()

    def abandon(self) -> None:
        """Nothing of the group is written."""
        self._request.clear()
        self._group.clear()
        if self.connection.in_transaction:
            try:
                self.connection.execute("ROLLBACK")
            except sqlite3.Error:
                return  # the next group tries again

    # --- for requests ----------------------------------------------------------------------------------------------

    def tenant(self, name: str) -> int:
        """The key of a tenant; a new one is made."""
        key = self._get(("tenant", 0, name))
        if key is None:
            self.connection.execute("INSERT INTO tenant (name) VALUES (?) ON CONFLICT DO NOTHING", (name,))
            key = self.connection.execute("SELECT id FROM tenant WHERE name = ?", (name,)).fetchone()[0]
            self._request["tenant", 0, name] = key
        return key

    def account(self, tenant: int, name: str) -> int:
        """The key of an account; a new one is made."""
        key = self._get(("account", tenant, name))
        if key is None:
            row = (tenant, name)
            self.connection.execute("INSERT INTO account (tenant, name) VALUES (?, ?) ON CONFLICT DO NOTHING", row)
            key = self.connection.execute("SELECT id FROM account WHERE tenant = ? AND name = ?", row).fetchone()[0]
            self._request["account", tenant, name] = key
        return key

    def keys(self, table: str, tenant: int, uids: Iterable[str]) -> dict[str, int]:
        """The keys of public ids, all of them.

        Raises:
            NotFound: one is not there.
        """
        found: dict[str, int] = {}
        missing = []
        for uid in set(uids):
            key = self._get((table, tenant, uid))
            if key is None:
                missing.append(uid)
            else:
                found[uid] = key
        if missing:
            read: dict[str, int] = dict(select_in(self.connection, _FIND[table], missing, (tenant,)))
            if len(read) < len(missing):
                raise NotFound("the store has no such record")
            for uid, key in read.items():
                found[uid] = self._request[table, tenant, uid] = key
        return found

    def assign(self, table: str, tenant: int, uids: Iterable[str]) -> dict[str, int]:
        """New keys for new rows, ascending. The write lock is held, so nobody else can take them."""
        following = self._next.get(table)
        if following is None:
            following = (self.connection.execute(_LAST[table]).fetchone()[0] or 0) + 1
        keys = {}
        for uid in uids:
            keys[uid] = self._request[table, tenant, uid] = following
            following += 1
        self._next[table] = following
        return keys

    def _get(self, name: Name) -> int | None:
        key = self._request.get(name)
        if key is None:
            key = self._group.get(name)
        return self._cache.get(name) if key is None else key
