"""X's webhook signature and challenge (CRC): pure functions, usable without the core.

Source: https://docs.x.com/x-api/webhooks/quickstart : `sha256=` + base64 HMAC-SHA256(consumer secret, raw body) in
`x-twitter-webhooks-signature`, and the *same* function over `crc_token` as the answer to a challenge.

Whoever can ask for an answer can therefore have a text of their choice signed. So the two kinds of text are kept
apart: a token is a short text of base64 or base64url letters, and a body must begin as a JSON object does. No text
is both, and no answer to a challenge is the signature of a body that is accepted.
"""

import base64
import binascii
import hashlib
import hmac
import json
import re
from collections.abc import Iterable

HEADER = "x-twitter-webhooks-signature"
_TOKEN = re.compile(r"[A-Za-z0-9+/=_-]{1,256}")
_SIGNATURE = re.compile(r"sha256=([A-Za-z0-9+/]{43}=)")
_JSON_SPACE = b" \t\r\n"


def sign(secret: str, message: bytes) -> str:
    """The signature X sends for a body, and wants for a token.

    Args:
        secret: the app's consumer secret (API key secret).
        message: the raw bytes.

    Returns:
        The value of `x-twitter-webhooks-signature`.
    """
    made = hmac.new(secret.encode("utf-8", "surrogatepass"), message, hashlib.sha256).digest()
    return "sha256=" + base64.b64encode(made).decode("ascii")


def answer_challenge(token: str, secrets: Iterable[str]) -> bytes | None:
    """The answer to a challenge.

    Args:
        token: the value of `crc_token`.
        secrets: the consumer secrets, newest first; the newest one is used.

    Returns:
        A JSON object; None where the token is not an opaque text of at most 256 characters, or there is no secret.
    """
    if not _TOKEN.fullmatch(token):
        return None
    secret = next((secret for secret in secrets if secret.strip()), None)
    if secret is None:
        return None
    return json.dumps({"response_token": sign(secret, token.encode("ascii"))}).encode("ascii")


def refusal(body: bytes, signature: str | None, secrets: Iterable[str]) -> str | None:
    """Why a request is not shown to be X's.

    Args:
        body: the raw bytes of the request.
        signature: value of `x-twitter-webhooks-signature`, None if absent or repeated.
        secrets: all consumer secrets in force; any of them is accepted (rotation).

    Returns:
        A reason code, or None where the signature is right.
    """
    if signature is None:
        return "signature_missing"
    if decode(signature) is None:
        return "signature_malformed"
    if not body.lstrip(_JSON_SPACE).startswith(b"{"):
        return "not_an_object"
    given = signature.encode("ascii")
    matches, tried = False, False
    for secret in secrets:
        if not secret.strip():
            continue
        tried = True
        # All are tried: the time taken must not tell which secret it was.
        matches |= hmac.compare_digest(sign(secret, body).encode("ascii"), given)
    if not tried:
        return "no_secret"
    return None if matches else "signature_wrong"


def decode(signature: str) -> bytes | None:
    """The 32 bytes of a signature, or None where the text is not the one way to write them."""
    found = _SIGNATURE.fullmatch(signature)
    if found is None:
        return None
    try:
        value = base64.b64decode(found[1], validate=True)
    except binascii.Error:
        return None
    # The last letter has two bits that decoding drops: four spellings would mean the same bytes.
    return value if base64.b64encode(value) == found[1].encode("ascii") else None


def replay_key(signature: str) -> str:
    """What names one delivery: a digest of the decoded signature."""
    return "sig:" + hashlib.sha256(decode(signature) or b"").hexdigest()
