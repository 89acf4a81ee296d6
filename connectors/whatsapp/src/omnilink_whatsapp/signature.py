"""Meta's webhook signature and set-up handshake, as pure functions.

Source: https://developers.facebook.com/docs/graph-api/webhooks/getting-started ("Verification Requests",
"Validating Payloads"): `X-Hub-Signature-256: sha256=<hex HMAC-SHA256(app secret, raw body)>`; the older
`X-Hub-Signature` (SHA-1) is not accepted. The scheme itself has no defence against replay.
"""

import hashlib
import hmac
import re
from collections.abc import Iterable, Sequence

HEADER = "x-hub-signature-256"
OLD_HEADER = "x-hub-signature"
_CANONICAL = re.compile(rb"sha256=[0-9a-f]{64}")
# Meta sends a number; a wider answer could be made into content of the agency's origin.
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{1,256}")


def compute_signature(secret: str, body: bytes) -> str:
    """The header value Meta sends with this body.

    Args:
        secret: the app secret.
        body: the raw body, before any decoding.
    """
    return "sha256=" + hmac.new(secret.encode("utf-8", "surrogatepass"), body, hashlib.sha256).hexdigest()


def is_signed(header: str, body: bytes, secrets: Iterable[str]) -> bool:
    """Is `header` the signature of `body` under one of the secrets, in its one canonical spelling?

    Args:
        header: the value of `X-Hub-Signature-256`, as received.
        body: the raw body.
        secrets: the app secrets in force; blank ones sign nothing.
    """
    given = header.encode("utf-8", "surrogatepass")
    if _CANONICAL.fullmatch(given) is None:
        return False
    right = False
    for secret in secrets:
        if secret.strip():
            right |= hmac.compare_digest(compute_signature(secret, body).encode(), given)
    return right


def make_replay_key(header: str) -> str:
    """Names a delivery by its decoded signature, so that no other spelling of it is another delivery.

    Args:
        header: a header that `is_signed` accepted.
    """
    return "sig:" + hashlib.sha256(bytes.fromhex(header.removeprefix("sha256="))).hexdigest()


def answer_challenge(query: Sequence[tuple[str, str]], tokens: Iterable[str]) -> str | None:
    """The text to echo to Meta's set-up request, or None when it must be refused.

    Args:
        query: the query's pairs; every `hub.` name may occur once.
        tokens: the verify tokens in force; blank ones admit nobody.
    """
    hub = [(name, value) for name, value in query if name.startswith("hub.")]
    fields = dict(hub)
    if len(fields) != len(hub) or fields.get("hub.mode") != "subscribe":
        return None
    given = fields.get("hub.verify_token", "").encode("utf-8", "surrogatepass")
    known = False
    for token in tokens:
        if token.strip():
            known |= hmac.compare_digest(token.encode("utf-8", "surrogatepass"), given)
    challenge = fields.get("hub.challenge", "")
    return challenge if known and _CHALLENGE.fullmatch(challenge) else None
