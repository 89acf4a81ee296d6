"""Refresh tokens that a provider changes whenever one is used: the newest is kept where a restart finds it.

Some providers revoke the old refresh token with the answer that holds the new one (RFC 6749 §6, RFC 9700 §4.14.2), so
whoever keeps the new one in memory alone is locked out by the next restart. It is kept in a file of its own, which
nobody else may read; see docs/decisions/0008-refresh-tokens-in-a-file.md.
"""

import hashlib
import json
import os
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Protocol

from omnilink.errors import ConfigError, SecretMissing, TransientError
from omnilink.plugin.fields import read_json, text_at
from omnilink.plugin.settings import Secret

LOCK_S = 60.0
"""So long a process waits for another one that is just asking for a token."""
_LOOK_S = 0.1


class KeepsRefreshToken(Protocol):
    """Where the newest refresh token is kept."""

    def held(self) -> AbstractAsyncContextManager[None]:
        """Nobody else asks for a token meanwhile, in any process that keeps it at the same place.

        Raises:
            ConfigError: nothing can be kept there; the token in hand has not been spent.
            TransientError: somebody else takes too long.
        """
        ...

    def read(self, configured: Secret) -> Secret:
        """The newest one that came of the configured one; the configured one itself where there is none."""
        ...

    def write(self, configured: Secret, newest: Secret) -> None:
        """Keeps a newer one. What is there afterwards is the old one or the new one, whole."""
        ...


class RefreshTokenInMemory:
    """For an account without a file: the newest one holds as long as the process."""

    def __init__(self) -> None:
        self._newest: dict[str, Secret] = {}

    @asynccontextmanager
    async def held(self) -> AsyncIterator[None]:
        """Nobody else has it."""
        yield

    def read(self, configured: Secret) -> Secret:
        """See `KeepsRefreshToken.read`."""
        return self._newest.get(_name(configured), configured)

    def write(self, configured: Secret, newest: Secret) -> None:
        """See `KeepsRefreshToken.write`."""
        self._newest = {_name(configured): newest}


class RefreshTokenFile:
    """A file that only its owner may read (0600), with a lock beside it.

    Args:
        path: of the file; its folder must be there.
        connector, setting: for errors.
    """

    def __init__(self, path: Path, *, connector: str, setting: str) -> None:
        self._path, self._connector, self._setting = path, connector, setting

    def __repr__(self) -> str:
        return "RefreshTokenFile()"

    @asynccontextmanager
    async def held(self) -> AsyncIterator[None]:
        """See `KeepsRefreshToken.held`. The lock is the system's: it ends with the process that has it."""
        import anyio  # not loaded by who only reads a history

        lock = self._open_lock()
        try:
            began_s = anyio.current_time()
            while not _try_lock(lock):
                if anyio.current_time() - began_s > LOCK_S:
                    raise TransientError("another process is asking for a token", connector=self._connector)
                await anyio.sleep(_LOOK_S)
            yield
        finally:
            os.close(lock)

    def _open_lock(self) -> int:
        try:
            if not os.access(self._path.parent, os.W_OK | os.X_OK):
                raise PermissionError
            return os.open(f"{self._path}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as e:
            raise self._wrong(
                "nothing can be written there", "name a file in a folder that omnilink may write to"
            ) from e

    def read(self, configured: Secret) -> Secret:
        """See `KeepsRefreshToken.read`. What came of another configured one is not the account's any more.

        Raises:
            ConfigError: the file cannot be read.
        """
        try:
            told = read_json(self._path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return configured
        except (OSError, UnicodeDecodeError):
            told = None
        of, newest = text_at(told, "of"), text_at(told, "refresh_token")
        if of is None or newest is None:
            raise self._wrong("it holds no refresh token", "remove the file, and configure a new consent")
        try:
            return Secret(newest) if of == _name(configured) else configured
        except SecretMissing:
            raise self._wrong("it holds no refresh token", "remove the file, and configure a new consent") from None

    def write(self, configured: Secret, newest: Secret) -> None:
        """See `KeepsRefreshToken.write`: written beside it, to the disk, and then put in its place.

        Raises:
            OSError: it cannot be written.
        """
        beside = Path(f"{self._path}.new")
        beside.unlink(missing_ok=True)
        text = json.dumps({"of": _name(configured), "refresh_token": newest.reveal()})
        file = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(file, "w", encoding="utf-8") as new:
            new.write(text)
            new.flush()
            os.fsync(new.fileno())
        beside.replace(self._path)
        folder = os.open(self._path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def _wrong(self, message: str, hint: str) -> ConfigError:
        return ConfigError(f"the file for refresh tokens: {message}", connector=self._connector,
                           setting=self._setting, hint=hint)  # fmt: skip


def _try_lock(file: int) -> bool:
    import fcntl  # POSIX; elsewhere this file is not offered

    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _name(configured: Secret) -> str:
    """Names a token without telling it."""
    return hashlib.sha256(configured.reveal().encode("utf-8", "surrogatepass")).hexdigest()
