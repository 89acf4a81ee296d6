"""Sealed tokens: what we give a visitor to bring back. Pure.

A token is `payload.mac`, both base64url: the payload is JSON that says until when it holds, the mac an HMAC-SHA256
(RFC 2104) over purpose, account and payload, so that a token of one purpose or account is none of another.
"""

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

LONGEST = 4096


def b64(data: bytes) -> str:
    """Base64url without padding (RFC 7515 §2)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def unb64(text: str) -> bytes | None:
    """The bytes of one spelling only, so that a token cannot be respelled; None where it is none."""
    try:
        data = base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error):
        return None
    return data if b64(data) == text else None


def seal(payload: Mapping[str, Any], purpose: str, account: str, secret: str) -> str:
    """The token of a payload, which must have `exp` (seconds since 1970)."""
    body = b64(json.dumps(payload, separators=(",", ":")).encode())
    return f"{body}.{b64(_mac(body, purpose, account, secret))}"


def unseal(
    token: str, purpose: str, account: str, secrets: Iterable[str], now: datetime
) -> tuple[dict[str, Any], None] | tuple[None, str]:
    """The payload, or why there is none.

    Args:
        token: as it was brought.
        purpose, account: what it must have been made for.
        secrets: all in force; any of them is accepted (rotation).
        now: it must not have ended.
    """
    body, dot, mac = token.partition(".")
    given = unb64(mac) if len(token) <= LONGEST and token.isascii() else None
    if not dot or given is None:
        return None, "token-malformed"
    matches = False
    # All are tried: the time taken must not tell which secret it was.
    for secret in secrets:
        matches |= hmac.compare_digest(_mac(body, purpose, account, secret), given)
    if not matches:
        return None, "token-wrong"
    payload = json.loads(unb64(body) or b"{}")  # our own, as the mac shows
    if payload["exp"] <= now.timestamp():
        return None, "token-expired"
    return payload, None


def _mac(body: str, purpose: str, account: str, secret: str) -> bytes:
    return hmac.digest(secret.encode(), f"omnilink-webchat:{purpose}:{account}:{body}".encode(), hashlib.sha256)
