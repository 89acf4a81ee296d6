"""What a request says, read back from its bytes: JSON, forms, multipart bodies and mails, whatever holds them."""

import base64
import binascii
import html
import json
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from email import message_from_bytes, policy
from email.message import Message
from typing import Any
from urllib.parse import unquote, urlsplit

from omnilink.plugin.sending import HttpRequest
from omnilink.testing.payloads import read_form, read_json

_MAIL_HEADERS = ("subject", "from", "to", "cc", "in-reply-to", "references", "message-id")


def read_texts(request: Any) -> list[str]:
    """Every text of a request: fields of its body, its path and query, names of its files.

    Args:
        request: an `HttpRequest`, or a record of a connector that transmits by itself.
    """
    if isinstance(request, HttpRequest):
        parts = urlsplit(request.url)
        return [unquote(parts.path), unquote(parts.query.replace("+", " ")), *_read_body(request)]
    return [text for value in _values(request) for text in _read_value(value)]


def read_bytes(request: Any) -> list[bytes]:
    """Everything binary a request carries, decoded: its body, files within it, base64 in its fields."""
    if isinstance(request, HttpRequest):
        found = [request.body, *_files(_as_mail(request))]
        value = read_json(request.body)
        return [*found, *(_decoded(text) for text in _strings(value) if len(text) > 20)]
    found = []
    for value in _values(request):
        if isinstance(value, bytes | Message):
            mail = value if isinstance(value, Message) else message_from_bytes(value, policy=policy.default)
            found += [*([value] if isinstance(value, bytes) else []), *_files(mail)]
        elif isinstance(value, tuple):
            found += [item for item in value if isinstance(item, bytes)]
    return found


def _read_body(request: HttpRequest) -> list[str]:
    kind = request.headers.get("content-type", request.headers.get("Content-Type", "")).lower()
    if kind.startswith("multipart/"):
        return _mail_texts(_as_mail(request))
    value = read_json(request.body)
    if value is not None:
        return list(_strings(value))
    if pairs := read_form(request.body):
        return [text for _, field in pairs for text in (field, *_strings(read_json(field)))]
    try:
        return [request.body.decode()]
    except UnicodeDecodeError:
        return []


def _as_mail(request: HttpRequest) -> Message:
    kind = request.headers.get("content-type", request.headers.get("Content-Type", ""))
    return message_from_bytes(
        f"Content-Type: {kind}\r\n\r\n".encode("utf-8", "replace") + request.body, policy=policy.default
    )


def _mail_texts(mail: Message) -> list[str]:
    found = [str(mail[name]) for name in _MAIL_HEADERS if mail[name]]
    for part in mail.walk():
        if name := part.get_filename():
            found.append(name)
        if part.get_content_maintype() == "text" or (
            not part.is_multipart() and part.get_content_type() == "application/json"
        ):
            payload = part.get_payload(decode=True)
            text = (
                payload.decode(part.get_content_charset() or "utf-8", "replace") if isinstance(payload, bytes) else ""
            )
            found += [text, html.unescape(text), *_strings(read_json(text))]
    return found


def _files(mail: Message) -> list[bytes]:
    payloads = [part.get_payload(decode=True) for part in mail.walk() if not part.is_multipart()]
    return [payload for payload in payloads if isinstance(payload, bytes)]


def _read_value(value: Any) -> Iterable[str]:
    if isinstance(value, str):
        return [value, *_strings(read_json(value))]
    if isinstance(value, Message):
        return _mail_texts(value)
    if isinstance(value, bytes):
        structured = read_json(value)
        if structured is not None:
            return _strings(structured)
        return _mail_texts(message_from_bytes(value, policy=policy.default))
    return _strings(value)


def _values(record: Any) -> list[Any]:
    """The values of a request that is a connector's own record."""
    if is_dataclass(record):
        return [getattr(record, field.name) for field in fields(record)]
    if isinstance(record, str | bytes | Mapping | Message | list | tuple):
        return [record]
    return list(vars(record).values()) if hasattr(record, "__dict__") else []


def _strings(value: Any) -> Iterable[str]:
    if isinstance(value, str):
        yield value
        if value[:1] in ("{", "["):
            yield from _strings(read_json(value))
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _strings(str(key))
            yield from _strings(item)
    elif isinstance(value, list | tuple | set | frozenset):
        for item in value:
            yield from _strings(item)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield json.dumps(value)


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text.rpartition(",")[2], validate=True)
    except (binascii.Error, ValueError):
        return b""
