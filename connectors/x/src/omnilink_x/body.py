"""From a request's bytes to a JSON value."""

import json


def read_json(body: bytes) -> object:
    """The JSON object or list in some bytes; None where there is none."""
    try:
        value = json.loads(body.decode("utf-8-sig", "replace"))
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict | list) else None
