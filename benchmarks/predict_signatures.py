"""Signature vectors → accepted or refused, by the connectors' own `verify`."""

import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from predict_connectors import Connectors

from omnilink.errors import SecretMissing
from omnilink.plugin import RawRequest, ReceivesWebhooks, Secret, Secrets, Verified

VERIFIER_OF = {
    "twilio": ("twilio", "auth_token"),
    "slack_v0": ("slack", "signing_secret"),
    "meta_hub256": ("whatsapp", "app_secret"),
    "telegram_secret": ("telegram", "secret_token"),
    "x_crc": ("x", "consumer_secret"),
    "x_webhook": ("x", "consumer_secret"),
}
"""Scheme → connector and the setting its key is; the other schemes have no connector in this version."""

NOW = datetime(2026, 1, 1, tzinfo=UTC)
"""The moment of a vector that names none: its scheme has no time, or it must be refused as stale."""

DEFAULT_URL = "https://hooks.example.org/hooks/benchmark"

Vector = dict[str, Any]


def predict(path: Path) -> Iterator[dict[str, Any]]:
    """One answer a vector: true, false, or null where the scheme is not supported.

    Args:
        path: a JSON file: `{"vectors": [...]}` or the list itself. `valid` is never read.
    """
    data = json.loads(path.read_text(encoding="utf-8"))
    vectors = data.get("vectors") if isinstance(data, dict) else data
    connectors = Connectors()
    for vector in vectors if isinstance(vectors, list) else ():
        if isinstance(vector, dict):
            yield {"id": vector.get("id"), "accepted": is_accepted(vector, connectors)}


def is_accepted(vector: Vector, connectors: Connectors) -> bool | None:
    """Whether the connector of the vector's scheme takes the request for its provider's."""
    name, setting = VERIFIER_OF.get(str(vector.get("scheme")), (None, ""))
    connector = connectors.get(name) if name else None
    if not isinstance(connector, ReceivesWebhooks):
        return None
    key = vector.get("key")
    try:
        # A blank key is no secret: nothing may be accepted with it.
        secrets = {setting: (Secret(key),)} if isinstance(key, str) else {}
    except SecretMissing:
        return False
    try:
        if "crc_token" in vector:
            return is_answered(vector, connector, secrets)
        verdict = connector.verify(make_request(vector), secrets, moment_of(vector), {})
    except Exception as error:  # a verifier that raises has not accepted anything; it is reported
        print(f"{vector.get('id')}: {type(error).__name__}", file=sys.stderr)
        return False
    return isinstance(verdict, Verified)


def is_answered(vector: Vector, connector: ReceivesWebhooks, secrets: Secrets) -> bool:
    """Whether the connector answers a challenge, and, where the vector tells the answer, with that one."""
    token = vector["crc_token"]
    url = f"{DEFAULT_URL}?{urlencode({'crc_token': token if isinstance(token, str) else ''}, errors='surrogatepass')}"
    answer = connector.handshake(RawRequest("GET", url), secrets, moment_of(vector))
    expected = vector.get("expected_response")
    return answer is not None and answer.status == 200 and (expected is None or json.loads(answer.body) == expected)


def make_request(vector: Vector) -> RawRequest:
    """The request a vector describes: form fields in `params`, or a text in `body`."""
    method, url = vector.get("method"), vector.get("url")
    headers: dict[str, str] = {}
    repeated: set[str] = set()
    told = vector.get("headers")
    for header, value in told.items() if isinstance(told, dict) else ():
        values = [v for v in (value if isinstance(value, list) else [value]) if isinstance(v, str)]
        if values:
            lower = str(header).lower()
            if lower in headers or len(values) > 1:
                repeated.add(lower)
            headers.setdefault(lower, values[0])
    body, content_type = make_body(vector)
    headers.setdefault("content-type", content_type)
    return RawRequest(
        method.upper() if isinstance(method, str) else "POST",
        url if isinstance(url, str) else DEFAULT_URL,
        headers,
        body,
        frozenset(repeated),
    )


def make_body(vector: Vector) -> tuple[bytes, str]:
    """The body and its type."""
    params, body = vector.get("params"), vector.get("body")
    if isinstance(params, dict):
        pairs = [
            (str(name), "" if item is None else str(item))
            for name, value in params.items()
            for item in (value if isinstance(value, list) else [value])
        ]
        return urlencode(pairs, errors="surrogatepass").encode("ascii"), "application/x-www-form-urlencoded"
    text = body if isinstance(body, str) else ""
    is_json = text.lstrip().startswith(("{", "["))
    return text.encode("utf-8", "surrogatepass"), "application/json" if is_json else "application/x-www-form-urlencoded"


def moment_of(vector: Vector) -> datetime:
    """The vector's `now` (seconds since 1970), or `NOW`."""
    now = vector.get("now")
    if isinstance(now, int | float) and not isinstance(now, bool):
        try:
            return datetime.fromtimestamp(now, UTC)
        except (OverflowError, OSError, ValueError):
            return NOW
    return NOW
