"""Consistent copies of a database that is in use."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from omnilink.errors import BadInput
from omnilink.store.sqlite.connection import connect


def copy_database(source: Path, target: Path) -> None:
    """Copies a database to a new file, complete on disk before it returns.

    Args:
        source: the database, in use or not.
        target: a path where there is nothing yet.

    Raises:
        BadInput: there is something, or the file cannot be made.
    """
    try:
        # Made here, so that two backups to one name cannot both win; for its owner only.
        os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    except OSError as error:
        exists = isinstance(error, FileExistsError)
        hint = "choose a name that is not taken" if exists else "choose a folder that can be written to"
        raise BadInput("the backup file cannot be made", hint=hint) from error
    try:
        with closing(connect(source, reading=True)) as reading, closing(sqlite3.connect(target)) as writing:
            reading.backup(writing)
        _sync(target)
        _sync(target.absolute().parent)
    except BaseException:
        target.unlink(missing_ok=True)
        raise


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
