"""Keys: the canonical texts two observations can meet in, and what kind of holding each kind of key allows.

A key is a match key of `identity.normalise` (`tel:+34600111222`, `mailto:ana@example.org`, `telegram:4711`) or one of
this package's own: `device:` (a cookie, a kiosk), `case:`, `id:` (a keyed hash). Composite keys (`born:`, `home:`) only
find candidates.
"""

import hashlib
import hmac
from enum import StrEnum
from functools import lru_cache

from omnilink.identity.mail import is_role


class KeyClass(StrEnum):
    """How a key is held, which decides what it is worth (`data/online_weights.toml`)."""

    TELEPHONE = "telephone"
    """Given to somebody else one day; a WhatsApp number is one as well."""
    LANDLINE = "landline"
    """A household's."""
    MAIL = "mail"
    """Rarely given away, sometimes shared by a couple."""
    ACCOUNT = "account"
    """A platform's own id, for ever one account's: business-scoped ids, Telegram, X, Slack, Matrix."""
    DEVICE = "device"
    """A browser or a kiosk: whoever sits at it."""


@lru_cache(maxsize=1 << 18)
def key_class(key: str) -> KeyClass:
    """The class of a handle's key."""
    scheme = key.partition(":")[0]
    if scheme == "wa":
        return KeyClass.TELEPHONE
    if scheme == "tel":
        return KeyClass.LANDLINE if _is_fixed_line(key[4:]) else KeyClass.TELEPHONE
    if scheme == "mailto":
        return KeyClass.MAIL
    return KeyClass.DEVICE if scheme == "device" else KeyClass.ACCOUNT


@lru_cache(maxsize=1 << 16)
def is_place(key: str) -> bool:
    """Whether a key is nobody's own from the start: a mail address of a function (RFC 2142)."""
    return key.startswith("mailto:") and is_role(key[7:])


def keyed_hash(national_id: str, secret: bytes) -> str:
    """The key of an official number: a keyed hash, so that no directory holds the number itself (RFC 2104).

    Args:
        national_id: as stated; letters and digits count.
        secret: the agency's key.

    Returns:
        `id:` and 32 hexadecimal digits; "" where nothing is left of the number.
    """
    plain = "".join(c for c in national_id.upper() if c.isalnum())
    return f"id:{hmac.new(secret, plain.encode(), hashlib.sha256).hexdigest()[:32]}" if plain else ""


def _is_fixed_line(number: str) -> bool:
    """Whether the numbering plan says so; where it does not tell mobiles apart (+1), no."""
    import phonenumbers

    try:
        return phonenumbers.number_type(phonenumbers.parse(number)) == phonenumbers.PhoneNumberType.FIXED_LINE
    except phonenumbers.NumberParseException:
        return False
