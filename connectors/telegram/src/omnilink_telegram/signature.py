"""Telegram's webhook secret: pure functions, usable without the core.

Source: https://core.telegram.org/bots/api#setwebhook : the `secret_token` given to `setWebhook`, 1 to 256 characters
of `A-Z a-z 0-9 _ -`, comes back in the header `X-Telegram-Bot-Api-Secret-Token` of every request. It is a shared
word and no signature: it says nothing of the body, which only TLS protects.
"""

import hmac
import re
from collections.abc import Iterable

HEADER = "x-telegram-bot-api-secret-token"
_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,256}")


def refusal(token: str | None, secrets: Iterable[str]) -> str | None:
    """Why a request is not shown to be Telegram's.

    Args:
        token: value of `X-Telegram-Bot-Api-Secret-Token`, None if absent or repeated.
        secrets: all secret tokens in force; any of them is accepted (rotation). One that `setWebhook` would not have
            taken is no secret.

    Returns:
        A reason code, or None where the token is right.
    """
    if token is None:
        return "secret_missing"
    if not _TOKEN.fullmatch(token):
        return "secret_malformed"
    given = token.encode("ascii")
    matches, tried = False, False
    for secret in secrets:
        if not _TOKEN.fullmatch(secret):
            continue
        tried = True
        # All are tried: the time taken must not tell which secret it was.
        matches |= hmac.compare_digest(secret.encode("ascii"), given)
    if not tried:
        return "no_secret"
    return None if matches else "secret_wrong"
