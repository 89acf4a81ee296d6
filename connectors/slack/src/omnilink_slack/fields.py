"""Fields as only Slack writes them; the common ones are in `omnilink.plugin.fields`."""

import re
from datetime import UTC, datetime, timedelta

from omnilink.plugin.fields import at

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TS = re.compile(r"([0-9]{1,12})(?:\.([0-9]{1,6})[0-9]{0,12})?")


def flag_at(node: object, *path: str | int) -> bool:
    """Whether a flag is set; forms write it as the word `true`."""
    found = at(node, *path)
    return found is True or found == "true"


def moment(value: object) -> datetime | None:
    """The time of a Slack timestamp (`1355517523.000005`, or whole seconds), in UTC.

    Args:
        value: anything.

    Returns:
        An aware time of the years 1970 to 9999, or None.
    """
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**12:
        value = str(value)
    match = _TS.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        return None
    try:
        return _EPOCH + timedelta(seconds=int(match[1]), microseconds=int((match[2] or "0").ljust(6, "0")))
    except OverflowError:
        return None
