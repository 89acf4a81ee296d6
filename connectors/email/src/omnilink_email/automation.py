"""Did a machine write it? (RFC 3834, RFC 3464, RFC 2919, RFC 2369)"""

import re

from omnilink_email.comments import strip_comments
from omnilink_email.headers import Headers
from omnilink_email.mime import Entity
from omnilink_email.reports import is_bounce, is_receipt

_KEYWORD = re.compile(r"[a-z][a-z0-9-]{0,39}")


def _first_word(value: str | None) -> str:
    return strip_comments(value or "").partition(";")[0].strip().lower()


def _by_auto_submitted(headers: Headers) -> str | None:
    """RFC 3834 §5: `no` (whatever its parameters) says that a person wrote it."""
    word = _first_word(headers.first("auto-submitted"))
    if not word or word == "no":
        return None
    return word if _KEYWORD.fullmatch(word) else "auto-generated"


def find_automation(root: Entity) -> str | None:
    """Why a machine is believed to have written the mail.

    Returns:
        `bounce` (a delivery status notification), `receipt` (a disposition notification), the keyword of
        Auto-Submitted (`auto-replied`, `auto-generated`, `auto-notified`), `list`, `bulk`; None for a person's mail.
        A null Return-Path alone says nothing: many programs write one.
    """
    headers = root.headers
    if is_bounce(root):
        return "bounce"
    if is_receipt(root):
        return "receipt"
    if (keyword := _by_auto_submitted(headers)) is not None:
        return keyword
    precedence = _first_word(headers.first("precedence"))
    if precedence in {"auto_reply", "auto-reply"}:
        return "auto-replied"
    if headers.raw("list-id") or headers.raw("list-unsubscribe"):
        return "list"
    return "bulk" if precedence in {"bulk", "junk"} else None
