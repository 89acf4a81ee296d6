"""Who is logged in, as the agency's own site signs it: a JSON Web Token with HS256, read by hand. Pure.

Sources: RFC 7519 (JWT), RFC 7515 §A.1 (HS256), RFC 8725 (pin the algorithm), OpenID Connect Core §5.1 (claim names).
"""

import hashlib
import hmac
import json
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from omnilink.plugin.fields import clean
from omnilink_webchat.tokens import b64, unb64

SKEW_S = 60.0
LONGEST_LIFE_S = 24 * 3600.0
"""A token that holds for longer is refused: whoever finds it in a page's history would be that person for ever."""

LONGEST = 4096
_PLAIN_SUB = re.compile(r"[A-Za-z0-9_@-][A-Za-z0-9._@-]{0,99}")
_CLAIMS = ("name", "email", "phone_number", "birthdate", "locale")


@dataclass(frozen=True, slots=True, repr=False)
class Identity:
    """Who is logged in.

    Attributes:
        feed: the visitor's feed, made of the subject.
        nonce: names this token; one device may use it.
        claims: what the site says of the person; `email` and `phone_number` are in `verified` where it checked them.
    """

    feed: str
    nonce: str
    claims: Mapping[str, str]
    verified: frozenset[str]


def read_identity(token: str, account: str, secrets: Iterable[str], now: datetime) -> Identity | str:
    """The identity a token proves, or a code that says why it proves none.

    Args:
        token: as the page handed it over.
        account: whom it must be for, if it names somebody (`aud`).
        secrets: all in force.
        now: the time.
    """
    pieces = token.split(".")
    if len(token) > LONGEST or not token.isascii() or len(pieces) != 3:
        return "identity-malformed"
    head, body, mac = (unb64(piece) for piece in pieces)
    header = _object(head)
    if mac is None or header is None:
        return "identity-malformed"
    if header.get("alg") != "HS256" or "crit" in header:
        return "identity-algorithm"
    signed = f"{pieces[0]}.{pieces[1]}".encode()
    matches = False
    for secret in secrets:
        matches |= hmac.compare_digest(hmac.digest(secret.encode(), signed, hashlib.sha256), mac)
    if not matches:
        return "identity-wrong"
    claims = _object(body)
    return "identity-malformed" if claims is None else _read(claims, account, now.timestamp())


def _read(claims: dict[str, Any], account: str, now_s: float) -> Identity | str:
    ends, begins = _time(claims.get("exp")), _time(claims.get("nbf", 0))
    if ends is None or begins is None:
        return "identity-without-end"
    if ends <= now_s:
        return "identity-expired"
    if ends > now_s + LONGEST_LIFE_S + SKEW_S:
        return "identity-too-long"
    if begins > now_s + SKEW_S:
        return "identity-not-yet"
    audience = claims.get("aud", account)
    if account not in (audience if isinstance(audience, list) else [audience]):
        return "identity-for-another"
    subject, nonce = claims.get("sub"), claims.get("nonce") or claims.get("jti")
    if not isinstance(subject, str) or not 0 < len(subject) <= 200:
        return "identity-without-subject"
    if not isinstance(nonce, str) or not 8 <= len(nonce) <= 200:
        return "identity-without-nonce"
    told = {n: clean(v)[:200] for n in _CLAIMS if isinstance(v := claims.get(n), str) and v.strip()}
    verified = {n for n in ("email", "phone_number") if n in told and claims.get(f"{n}_verified") is True}
    return Identity(feed_of(clean(subject)), nonce, told, frozenset(verified))


def feed_of(subject: str) -> str:
    """The feed of a subject: as it is where it may stand in an address, else by its digest."""
    if _PLAIN_SUB.fullmatch(subject):
        return f"u.{subject}"
    return f"h.{b64(hashlib.sha256(subject.encode()).digest())}"


def _object(data: bytes | None) -> dict[str, Any] | None:
    try:
        value = json.loads(data or b"")
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _time(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return float(value) if abs(value) < 1e12 else None
