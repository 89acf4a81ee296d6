"""The bodies of a mail: its plain text and its HTML, from whatever it claims to be encoded in."""

import email
from email.message import Message

MOST_PARTS = 200
"""Parts of a mail that are looked at."""


def mail_bodies(mail: bytes | Message) -> tuple[str, str]:
    """The first plain text and the first HTML of a mail that are no attachments.

    Args:
        mail: raw bytes, or a parsed mail.

    Returns:
        Both, empty where the mail has none. A mail inside the mail is an attachment.
    """
    message = email.message_from_bytes(mail) if isinstance(mail, bytes) else mail
    found: dict[str, str] = {}
    stack: list[Message] = [message]
    for _ in range(MOST_PARTS):
        if not stack:
            break
        part = stack.pop()
        kind = part.get_content_type()
        if kind == "message/rfc822" or part.get_content_disposition() == "attachment":
            continue
        payload = part.get_payload()
        if isinstance(payload, list):
            stack.extend(one for one in reversed(payload) if isinstance(one, Message))
        elif kind in ("text/plain", "text/html") and kind not in found:
            found[kind] = _decoded(part)
    return found.get("text/plain", ""), found.get("text/html", "")


def _decoded(part: Message) -> str:
    raw = part.get_payload(decode=True)
    if not isinstance(raw, bytes):
        return str(part.get_payload())
    charset = part.get_content_charset() or "utf-8"
    for name in (charset, "utf-8"):
        try:
            return raw.decode(name)
        except (LookupError, ValueError):
            continue
    # Every byte means something in this one: no word is lost to a wrong label.
    return raw.decode("cp1252", errors="replace")
