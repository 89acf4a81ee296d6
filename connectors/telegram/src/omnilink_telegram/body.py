"""From a request's bytes to updates: one of a webhook, or the list `getUpdates` answers with."""

import json
from typing import Any


def read_updates(body: bytes) -> list[Any] | None:
    """The updates in some bytes, not yet checked.

    Args:
        body: any bytes: an `Update`, a list of them, or an answer of `getUpdates` (`{"ok": true, "result": [...]}`).

    Returns:
        At least one value of any kind; None where there is nothing of Telegram's.
    """
    try:
        value = json.loads(body.decode("utf-8-sig", "replace"))
    except (ValueError, RecursionError):
        return None
    if isinstance(value, dict) and "update_id" not in value and isinstance(value.get("result"), list):
        value = value["result"]
    if isinstance(value, list):
        return value or None
    return [value] if isinstance(value, dict) else None
