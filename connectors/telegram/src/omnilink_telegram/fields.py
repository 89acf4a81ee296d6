"""Fields as only Telegram writes them; the common ones are in `omnilink.plugin.fields`."""

import re
from datetime import UTC, datetime, timedelta

from omnilink.plugin.fields import MAX_INTEGER, at

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ID = re.compile(r"-?[0-9]{1,20}")


def id_at(node: object, *path: str | int) -> str | None:
    """The number at a path that names something (a chat, a user, a message), as decimal digits.

    Telegram writes numbers; proxies and exports that keep them as text are read as well.
    """
    found = at(node, *path)
    if isinstance(found, int) and not isinstance(found, bool) and abs(found) <= MAX_INTEGER:
        return str(found)
    return found if isinstance(found, str) and _ID.fullmatch(found) else None


def moment_at(node: object, *path: str | int) -> datetime | None:
    """The time at a path, which Telegram writes as seconds since 1970; zero stands for "not known"."""
    found = at(node, *path)
    if isinstance(found, bool) or not isinstance(found, int) or not 0 < found < 10**12:
        return None
    try:
        return _EPOCH + timedelta(seconds=found)
    except OverflowError:
        return None
