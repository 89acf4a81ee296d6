"""Slack's request signature, version v0: pure functions, usable without the core.

Source: https://docs.slack.dev/authentication/verifying-requests-from-slack :
`v0=` + hex HMAC-SHA256(signing secret, `v0:{X-Slack-Request-Timestamp}:{raw body}`), and a request older than
five minutes is refused.
"""

import hashlib
import hmac
import re
from collections.abc import Iterable

WINDOW_S = 300
"""Seconds a request's timestamp may lie before or after our clock."""

# Only what Slack itself writes: `int()` would also read "+1", " 1", "1_0", "٣" and numbers of any length.
_TIMESTAMP = re.compile(r"[1-9][0-9]{0,10}")
_SIGNATURE = re.compile(r"v0=[0-9a-f]{64}")


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """The signature Slack sends for a body.

    Args:
        secret: the app's signing secret.
        timestamp: the header's value, seconds since 1970.
        body: the raw bytes of the request.

    Returns:
        The value of `X-Slack-Signature`.
    """
    base = b"v0:" + timestamp.encode("utf-8", "surrogatepass") + b":" + body
    return "v0=" + hmac.new(secret.encode("utf-8", "surrogatepass"), base, hashlib.sha256).hexdigest()


def read_timestamp(value: str | None) -> int | None:
    """The seconds of `X-Slack-Request-Timestamp`, or None where the text is not what Slack writes."""
    return int(value) if value is not None and _TIMESTAMP.fullmatch(value) else None


def refusal(
    body: bytes, timestamp: str | None, signature: str | None, secrets: Iterable[str], now_s: float
) -> str | None:
    """Why a request is not shown to be Slack's.

    Args:
        body: the raw bytes of the request.
        timestamp: value of `X-Slack-Request-Timestamp`, None if absent or repeated.
        signature: value of `X-Slack-Signature`, None if absent or repeated.
        secrets: all signing secrets in force; any of them is accepted (rotation).
        now_s: our clock, seconds since 1970.

    Returns:
        A reason code, or None where the signature is right.
    """
    if timestamp is None or signature is None:
        return "signature_missing"
    seconds = read_timestamp(timestamp)
    if seconds is None:
        return "timestamp_malformed"
    if abs(now_s - seconds) > WINDOW_S:
        return "timestamp_outside_window"
    if not _SIGNATURE.fullmatch(signature):
        return "signature_malformed"
    given = signature.encode("ascii")
    matches, tried = False, False
    for secret in secrets:
        if not secret.strip():
            continue
        tried = True
        # All are tried: the time taken must not tell which secret it was.
        matches |= hmac.compare_digest(sign(secret, timestamp, body).encode("ascii"), given)
    if not tried:
        return "no_secret"
    return None if matches else "signature_wrong"


def replay_key(signature: str) -> str:
    """What names one delivery: a digest of the decoded signature, so that no other spelling makes another key."""
    return "sig:" + hashlib.sha256(bytes.fromhex(signature.removeprefix("v0="))).hexdigest()
