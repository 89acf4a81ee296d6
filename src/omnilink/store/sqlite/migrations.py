"""The schema: numbered migrations, creating a new file, upgrading an old one."""

import os
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from importlib.resources import files
from itertools import count
from pathlib import Path

from omnilink.errors import StoreBusy, StoreUnusable
from omnilink.store.sqlite.backup import copy_database
from omnilink.store.sqlite.connection import APPLICATION_ID, connect, pragma_value, translated


@dataclass(frozen=True, slots=True)
class Migration:
    """One numbered step; after it the schema has that number."""

    number: int
    script: str


def load_migrations() -> list[Migration]:
    """The migrations shipped with this version, in order."""
    folder = files("omnilink.store") / "schema" / "sqlite"
    scripts = sorted((f for f in folder.iterdir() if f.name.endswith(".sql")), key=lambda f: f.name)
    return [Migration(int(f.name.partition("_")[0]), f.read_text(encoding="utf-8")) for f in scripts]


def prepare(path: Path, *, create: bool) -> None:
    """Makes sure that a database of this version is at a path.

    Args:
        path: the file.
        create: make it if there is none.

    Raises:
        StoreUnusable: it is not ours, of another version, or not there.
        StoreBusy: another process holds it too long.
    """
    migrations = load_migrations()
    try:
        if not path.exists():
            if not create:
                raise StoreUnusable("there is no database at that path")
            # Personal data: for its owner only. SQLite gives its side files the same rights.
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
            _sync_folder(path)
        with closing(connect(path)) as connection:
            if create and _is_blank(connection):
                _apply(connection, migrations)
            _require(connection, migrations[-1].number)
    except (sqlite3.Error, OSError) as error:
        raise _unusable(error) from error


def upgrade(path: str | Path, migrations: Sequence[Migration] | None = None) -> Path | None:
    """Brings an older database to this version, each migration in a transaction; a copy is made first.

    Args:
        path: the file; no server should be using it.
        migrations: for tests; those shipped if not given.

    Returns:
        The copy of the old database, or None if there was nothing to do.

    Raises:
        StoreUnusable: it is not ours, or newer than this program.
        StoreBusy: another process holds it.
    """
    path = Path(path)
    migrations = load_migrations() if migrations is None else migrations
    if not path.exists():
        raise StoreUnusable("there is no database at that path")
    try:
        with closing(connect(path)) as connection:
            _require_ours(connection)
            version = pragma_value(connection, "user_version")
            if version > migrations[-1].number:
                raise _newer()
            if version == migrations[-1].number:
                return None
            copy = _free_name(path, version)
            copy_database(path, copy)
            _apply(connection, migrations)
            return copy
    except (sqlite3.Error, OSError) as error:
        raise _unusable(error) from error


def _apply(connection: sqlite3.Connection, migrations: Sequence[Migration]) -> None:
    connection.execute("PRAGMA journal_mode = WAL")
    for migration in migrations:
        connection.execute("BEGIN IMMEDIATE")
        try:
            # Read inside the transaction: another process may have been quicker.
            if pragma_value(connection, "user_version") < migration.number:
                for statement in _statements(migration.script):
                    connection.execute(statement)
                connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
                connection.execute(f"PRAGMA user_version = {migration.number}")
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise


def _statements(script: str) -> list[str]:
    """One by one, because `executescript` would commit first."""
    statements, lines = [], ""
    for line in script.splitlines(keepends=True):
        lines += line
        if sqlite3.complete_statement(lines):
            statements.append(lines)
            lines = ""
    return statements


def _is_blank(connection: sqlite3.Connection) -> bool:
    marks = pragma_value(connection, "application_id") or pragma_value(connection, "user_version")
    return not marks and not connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]


def _require_ours(connection: sqlite3.Connection) -> None:
    if pragma_value(connection, "application_id") != APPLICATION_ID:
        raise StoreUnusable("that file is no omnilink database")


def _require(connection: sqlite3.Connection, number: int) -> None:
    _require_ours(connection)
    version = pragma_value(connection, "user_version")
    if version < number:
        raise StoreUnusable("the database is of an older version", hint="omnilink db upgrade")
    if version > number:
        raise _newer()


def _newer() -> StoreUnusable:
    return StoreUnusable("the database is of a newer version", hint="upgrade omnilink")


def _unusable(error: Exception) -> Exception:
    if isinstance(error, OSError):
        return StoreUnusable("the database file cannot be opened")
    if getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_CANTOPEN:
        return StoreUnusable("the database file cannot be opened")
    if getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_NOTADB:
        return StoreUnusable("that file is no omnilink database")
    ours = translated(error)
    return ours if isinstance(ours, StoreUnusable | StoreBusy) else StoreUnusable("the database is damaged")


def _free_name(path: Path, version: int) -> Path:
    names = (path.with_name(f"{path.name}.v{version}.{n}.backup") for n in count(1))
    return next(name for name in names if not name.exists())


def _sync_folder(path: Path) -> None:
    folder = os.open(path.absolute().parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
