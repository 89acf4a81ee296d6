"""Signed reply tokens: where an answer belongs, told by the address it is sent to.

A token routes and never authenticates: whoever was forwarded a mail has its token too. It stands in Reply-To
(`help+<token>@city.example`), in the envelope sender (bounces come back to it) and in our Message-IDs.

    version and purpose, key number, conversation (UUID), expiry in hours, HMAC-SHA256 (RFC 2104) cut to 80 bits

as base32 (RFC 4648 §6) in lower case, since servers fold the case of local parts: 50 characters, so that a local part
keeps within 64 octets (RFC 5321 §4.5.3.1.1).
"""

import hashlib
import hmac
import re
from base64 import b32decode, b32encode
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import IntEnum
from typing import Literal
from uuid import UUID

from omnilink.errors import BadInput, ConfigError
from omnilink.plugin.settings import Secret

VERSION = 1
TOKEN_CHARS = 50
LONGEST_LOCAL_PART = 64
LEAST_SECRET_CHARS = 16
DEFAULT_VALIDITY = timedelta(days=400)
"""People answer last year's letter."""
_MAC_BYTES = 10
_BODY_BYTES = 21
_CONTEXT = b"omnilink reply token\x00"
_TOKEN = re.compile(rf"(?<![a-z2-7])[a-z2-7]{{{TOKEN_CHARS}}}(?![a-z2-7])")
_MOST_TEXT = 2_000
_HOUR = timedelta(hours=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Purpose(IntEnum):
    """Where a token stands; one made for one place is refused in another."""

    REPLY_TO = 1
    ENVELOPE_SENDER = 2
    MESSAGE_ID = 3


@dataclass(frozen=True, slots=True)
class TokenKey:
    """One signing key.

    Attributes:
        number: 0 to 255, part of every token; a new key takes a new number.
        secret: at least `LEAST_SECRET_CHARS` characters.

    Raises:
        ConfigError: the number or the secret will not do.
    """

    number: int
    secret: Secret

    def __post_init__(self) -> None:
        if not 0 <= self.number <= 255:
            raise ConfigError("a token key's number is 0 to 255")
        if len(self.secret.reveal()) < LEAST_SECRET_CHARS:
            raise ConfigError("a token key is too short", hint=f"at least {LEAST_SECRET_CHARS} random characters")


@dataclass(frozen=True, slots=True)
class Route:
    """A token's word, believed: the conversation an answer belongs to.

    Attributes:
        conversation: its id.
        purpose: where the token stood.
        expires_at: until when it is believed.
        key: number of the key that signed it: an old number says that the rotation is not through.
    """

    conversation: str
    purpose: Purpose
    expires_at: datetime
    key: int


@dataclass(frozen=True, slots=True)
class RefusedToken:
    """A text in a token's place that is not believed. An expired one was ours: its route is told, for a suggestion."""

    reason: Literal["malformed", "unknown_key", "forged", "other_place", "expired"]
    conversation: str | None = None


def make_token(
    key: TokenKey, conversation: str, purpose: Purpose, *, now: datetime, valid_for: timedelta = DEFAULT_VALIDITY
) -> str:
    """A token for a conversation, 50 characters of `a-z2-7`.

    Args:
        key: the newest one.
        conversation: its id, a UUID.
        purpose: where it will stand.
        now: the moment, aware.
        valid_for: how long answers are routed by it; whole hours, rounded up.

    Raises:
        BadInput: the id is no UUID, or the expiry is out of range.
    """
    try:
        identity = UUID(conversation).bytes
    except ValueError:
        raise BadInput("a token is made for a conversation's id", hint="a UUID") from None
    hours = -((_EPOCH - now - valid_for) // _HOUR)
    if not 0 <= hours < 1 << 24:
        raise BadInput("a token's expiry is out of range")
    body = bytes(((VERSION << 4) | purpose, key.number)) + identity + hours.to_bytes(3, "big")
    return b32encode(body + _mac(key, body)).decode("ascii").rstrip("=").lower()


def read_token(keys: Iterable[TokenKey], token: str, purpose: Purpose, *, now: datetime) -> Route | RefusedToken:
    """Whether a token is ours, for this place and in time.

    Args:
        keys: the newest and those it replaced, for as long as their tokens may come back.
        token: as found; case does not matter.
        purpose: where it stood.
        now: the moment, aware.
    """
    token = token.lower()
    if not _TOKEN.fullmatch(token):
        return RefusedToken("malformed")
    raw = b32decode(token.upper() + "=" * (-TOKEN_CHARS % 8))
    body, given = raw[:_BODY_BYTES], raw[_BODY_BYTES:]
    # Base32 leaves two bits over; a token has one spelling only.
    if b32encode(raw).decode("ascii").rstrip("=").lower() != token or body[0] >> 4 != VERSION:  # not secret: spelling
        return RefusedToken("malformed")
    key = next((key for key in keys if key.number == body[1]), None)
    if key is None:
        return RefusedToken("unknown_key")
    if not hmac.compare_digest(_mac(key, body), given):
        return RefusedToken("forged")
    if body[0] & 15 != purpose:
        return RefusedToken("other_place")
    conversation = str(UUID(bytes=body[2:18]))
    expires_at = _EPOCH + _HOUR * int.from_bytes(body[18:], "big")
    if now >= expires_at:
        return RefusedToken("expired", conversation)
    return Route(conversation, purpose, expires_at, key.number)


def find_tokens(texts: Iterable[str]) -> tuple[str, ...]:
    """Everything shaped like a token in addresses, ids or a subject, each once; nothing is checked yet."""
    found: dict[str, None] = {}
    for text in texts:
        found.update(dict.fromkeys(_TOKEN.findall(text[:_MOST_TEXT].lower())))
    return tuple(found)


def address_with(token: str, mailbox: str, *, separator: str = "+") -> str:
    """The address that carries a token: `help+<token>@city.example` (RFC 5233 calls it a detail).

    Raises:
        BadInput: the mailbox's local part is too long to carry one.
    """
    local, at, domain = mailbox.rpartition("@")
    carried = f"{local}{separator}{token}"
    if not (at and local and domain):
        raise BadInput("no mailbox to carry a reply token", hint="local@domain")
    if len(carried.encode()) > LONGEST_LOCAL_PART:
        most = LONGEST_LOCAL_PART - TOKEN_CHARS - len(separator)
        raise BadInput("the mailbox's name is too long for a reply token", hint=f"at most {most} octets before the @")
    return f"{carried}@{domain}"


def message_id_with(token: str, unique: str, domain: str) -> str:
    """A Message-ID that carries a token, without brackets.

    Args:
        unique: what tells this mail from others of the conversation; letters, digits and hyphens.
        domain: ours.
    """
    if not re.fullmatch(r"[A-Za-z0-9-]{1,64}", unique):
        raise BadInput("the unique part of a message id is letters, digits and hyphens")
    return f"{unique}.{token}@{domain}"


def _mac(key: TokenKey, body: bytes) -> bytes:
    return hmac.digest(key.secret.reveal().encode(), _CONTEXT + body, hashlib.sha256)[:_MAC_BYTES]
