"""Mails as programs have them (bytes, `email.message.Message`) to what threading needs of them.

Total: whatever the bytes are, a `Mail` comes out. For conversations alone, `mail_ids.read_ids` is ten times as fast.
"""

import hashlib
import re
from collections.abc import Iterable
from datetime import UTC
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import Message
from email.parser import BytesHeaderParser
from email.utils import parsedate_to_datetime

from omnilink.conversation.aliases import former_id_headers
from omnilink.conversation.automation import MailSigns, decide_automation
from omnilink.conversation.mail_ids import bare_id, header_end
from omnilink.conversation.mail_record import LONGEST_ID, Mail

MOST_ADDRESSES = 200
MOST_PARTS = 200
MOST_MAIL_BYTES = 1024 * 1024
MOST_TEXT_CHARS = 65_536
_NAME_CHARS = 300
EARLIEST_S, LATEST_S = 315_532_800.0, 4_102_444_800.0
"""1980 and 2100: a date outside is a broken clock's and says nothing."""
_BRACKETED = re.compile(r"<([^<>]*)>")
_ADDRESS = re.compile(r"[^\s<>,;:()\[\]\"@]{1,64}@[^\s<>,;:()\[\]\"@]{1,255}")
_BLANK_COLON = re.compile(rb"(?m)^([!-9;-~]{1,80})[ \t]{1,8}:")
_TAG = re.compile(r"<[^<>]*>")
_BREAK = re.compile(r"<(?:br|/p|/div|/tr|/li)\b[^<>]*>", re.IGNORECASE)


def read_mail(given: bytes | Message | Mail, name: str | None = None, own: Iterable[str] = ()) -> Mail:
    """Everything threading uses of a mail.

    Args:
        given: the raw bytes, a parsed message or a record.
        name: what the caller calls it; None = its first Message-ID, or a digest where it has none.
        own: our own addresses, in lower case.
    """
    if isinstance(given, Mail):
        return given
    message = _parsed(given) if isinstance(given, bytes) else given
    fields: dict[str, list[str]] = {}
    for field, value in message.items():
        fields.setdefault(field.lower(), []).append(str(value))
    authors = _addresses(fields.get("from", []))
    recipients = _addresses([*fields.get("to", []), *fields.get("cc", [])])
    people = {address for _, address in (*authors, *recipients)}
    ids = dict.fromkeys(_ids(fields.get("message-id", []), set()))
    for former in former_id_headers():
        ids.update(dict.fromkeys(_ids(fields.get(former, []), people)))
    author_name, author = authors[0] if authors else ("", "")
    subject = _decoded(" ".join(fields.get("subject", [""])[0].split()))
    signs = MailSigns(
        fields,
        [part.get_content_type() for part in _parts(message)],
        str(message.get_param("report-type", "")).lower(),
        author,
        (fields.get("return-path") or [None])[0],  # type: ignore[list-item]
        subject,
    )
    kind = decide_automation(signs).kind
    return Mail(
        id=name or next(iter(ids), None) or f"sha256:{_digest(message, given)}",
        ids=tuple(ids),
        # Old programs wrote `In-Reply-To: Message from Ana <ana@example.org>`: that is a person, no mail.
        answered=tuple(_ids(fields.get("in-reply-to", []), people)),
        references=tuple(_ids(fields.get("references", []), people)),
        subject=subject,
        author=author,
        author_name=author_name,
        recipients=tuple(dict.fromkeys(address for _, address in recipients)),
        at_s=_moment(fields.get("date", [])),
        text=_text(message),
        automated=kind.value if kind else None,
        is_own=author in set(own),
    )


def _parsed(raw: bytes) -> Message:
    # What is compared stands at the beginning; attachments of megabytes need no parsing.
    raw = _tidied(raw[:MOST_MAIL_BYTES])
    try:
        return message_from_bytes(raw, policy=policy.compat32)
    except RecursionError:  # parts within parts by the thousand: what the header says still counts
        return BytesHeaderParser(policy=policy.compat32).parsebytes(raw)


def _parts(message: Message) -> list[Message]:
    """The whole and its parts, at most `MOST_PARTS`, without recursion."""
    found: list[Message] = []
    waiting = [message]
    while waiting and len(found) < MOST_PARTS:
        part = waiting.pop()
        found.append(part)
        if part.is_multipart():
            payload = part.get_payload()
            inner = payload if isinstance(payload, list) else []
            waiting.extend(p for p in reversed(inner) if isinstance(p, Message))
    return found


def _tidied(raw: bytes) -> bytes:
    """The mail as the standard library expects it: no mbox line on top, no blanks before a field's colon."""
    if raw.startswith((b"From ", b">From ")):
        raw = raw.partition(b"\n")[2]
    end = header_end(raw)
    if end is None or not _BLANK_COLON.search(raw, 0, end):
        return raw
    return _BLANK_COLON.sub(rb"\1:", raw[:end]) + raw[end:]


def _ids(values: Iterable[str], people: set[str]) -> list[str]:
    found: list[str] = []
    for value in values:
        words = _BRACKETED.findall(value) or [w.decode("latin-1") for w in bare_id(value.encode("latin-1", "replace"))]
        found.extend("".join(word.split()) for word in words)
    return [w for w in dict.fromkeys(found) if 0 < len(w) <= LONGEST_ID and w.lower() not in people]


def _addresses(values: list[str]) -> list[tuple[str, str]]:
    """(name shown, address in lower case) of address fields; an address within a name is none.

    Nobody is identified by these: they are evidence. (The standard library's parser recurses on nested comments.)
    """
    found: list[tuple[str, str]] = []
    for value in values:
        text, position = value[:MOST_TEXT_CHARS], 0
        for match in _ADDRESS.finditer(text):
            is_bare = text[max(0, match.start() - 1) : match.start()] != "<"
            after = text[match.end() : match.end() + _NAME_CHARS].partition(",")[0]
            if is_bare and "<" in after:
                continue  # part of the name that stands before the address
            shown = " ".join(text[position : match.start()].strip(" \t\r\n<>,;\"'").split())
            found.append((_decoded(shown), match[0].lower()))
            position = match.end()
            if len(found) >= MOST_ADDRESSES:
                return found
    return found


def _decoded(value: str) -> str:
    if "=?" not in value:
        return value
    try:
        return str(make_header(decode_header(value[:MOST_TEXT_CHARS])))
    except (ValueError, LookupError, UnicodeError):  # an encoded word in no charset there is
        return value


def _moment(values: list[str]) -> float | None:
    for value in values[:1]:
        try:
            moment = parsedate_to_datetime(value)
            seconds = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
        except (ValueError, TypeError, OverflowError, IndexError, OSError):
            return None
        return seconds if EARLIEST_S <= seconds <= LATEST_S else None
    return None


def _text(message: Message) -> str:
    """The first plain text, else the first HTML without its tags."""
    fallback = ""
    for part in _parts(message):
        kind = part.get_content_type()
        if kind not in {"text/plain", "text/html"} or part.get_content_disposition() == "attachment":
            continue
        payload = part.get_payload(decode=True)
        if not isinstance(payload, bytes):
            continue
        text = _charset_decoded(payload[: 4 * MOST_TEXT_CHARS], part.get_content_charset() or "utf-8")
        if kind == "text/plain":
            return text[:MOST_TEXT_CHARS]
        fallback = fallback or _TAG.sub("", _BREAK.sub("\n", text))[:MOST_TEXT_CHARS]
    return fallback


def _charset_decoded(payload: bytes, charset: str) -> str:
    try:
        return payload.decode(charset, "replace")
    except (LookupError, ValueError):  # no charset there is, or no name of one
        return payload.decode("utf-8", "replace")


def _digest(message: Message, given: bytes | Message) -> str:
    raw = given if isinstance(given, bytes) else message.as_bytes()
    return hashlib.sha256(raw).hexdigest()[:32]
