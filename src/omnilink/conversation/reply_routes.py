"""Reply tokens of one account: made for a message that leaves, and found in what comes back. Pure."""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime

from omnilink.conversation.tokens import (
    Purpose,
    RefusedToken,
    Route,
    TokenKey,
    find_tokens,
    make_token,
    read_token,
)
from omnilink.model.outgoing import ReplyTokens
from omnilink.plugin.settings import Secret

_NUMBER = b"omnilink reply key number\x00"
_TELLING = ("malformed", "other_place", "unknown_key", "forged", "expired")


def token_keys(secrets: Iterable[Secret]) -> tuple[TokenKey, ...]:
    """An account's signing keys, the newest first.

    A key's number follows from the key, so that the order in the configuration may change and a replaced key is still
    known for as long as it stands there.

    Raises:
        ConfigError: a key is too short.
    """
    return tuple(TokenKey(hashlib.sha256(_NUMBER + secret.reveal().encode()).digest()[0], secret) for secret in secrets)


def make_reply_tokens(keys: Sequence[TokenKey], conversation: str, *, now: datetime) -> ReplyTokens | None:
    """The tokens of a message in a conversation, signed by the newest key; None without any key."""
    if not keys:
        return None
    return ReplyTokens(
        reply_to=make_token(keys[0], conversation, Purpose.REPLY_TO, now=now),
        envelope_sender=make_token(keys[0], conversation, Purpose.ENVELOPE_SENDER, now=now),
        message_id=make_token(keys[0], conversation, Purpose.MESSAGE_ID, now=now),
    )


def read_reply_tokens(
    keys: Sequence[TokenKey], addresses: Iterable[str], ids: Iterable[str], *, now: datetime
) -> Route | RefusedToken | None:
    """What the tokens in a message's addresses and cited ids say.

    Args:
        keys: all that are known.
        addresses: it was sent to.
        ids: it cites.
        now: when it arrived.

    Returns:
        The first one that is believed; else why the most telling one is not; None where nothing looks like one.
    """
    refused: list[RefusedToken] = []
    for texts, purposes in (
        (addresses, (Purpose.REPLY_TO, Purpose.ENVELOPE_SENDER)),
        (ids, (Purpose.MESSAGE_ID,)),
    ):
        for token in find_tokens(texts):
            for purpose in purposes:
                # One key at a time: two may have one number.
                for key in keys or (None,):
                    found = read_token([key] if key else [], token, purpose, now=now)
                    if isinstance(found, Route):
                        return found
                    refused.append(found)
    return max(refused, key=lambda one: _TELLING.index(one.reason), default=None)


def without_token(address: str) -> str:
    """An address without a reply token in its local part (`help+<token>@city.example` to `help@city.example`)."""
    local, at, domain = address.rpartition("@")
    mailbox, plus, detail = local.rpartition("+")
    if not (at and plus and mailbox) or find_tokens([detail]) != (detail.lower(),):  # not secret: its shape
        return address
    return f"{mailbox}@{domain}"
