"""Leaves to parts: which are the body's text, which are files."""

import hashlib
import re
from typing import Literal

from omnilink.model import Media, Part, Text
from omnilink_email.charsets import clean, decode_text
from omnilink_email.limits import MAX_LABEL_CHARS, Budget
from omnilink_email.mime import Entity, read_tree
from omnilink_email.parameters import parse_parameters
from omnilink_email.transfer import decode_pieces, encoding_of

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_REF = re.compile(r"part:([1-9]\d{0,5})")
_ENCLOSED = frozenset({"text/rfc822-headers", "text/rfc822"})


def decode_leaf(raw: bytes, leaf: Entity, limit: int | None = None) -> bytes:
    """The decoded bytes of a leaf, at most about `limit` of them."""
    encoding = encoding_of(leaf.headers.first("content-transfer-encoding"))
    # RFC 2045 §6.4: composite types are never encoded; what claims to be was mislabelled or is read as it stands.
    pieces: list[bytes] = []
    size = 0
    for piece in decode_pieces(raw, leaf.start, leaf.end, encoding):
        pieces.append(piece)
        size += len(piece)
        if limit is not None and size >= limit:
            break
    return b"".join(pieces)


def _disposition(leaf: Entity) -> tuple[str, str | None]:
    """Its disposition and its file name."""
    value = leaf.headers.first("content-disposition")
    word, parameters = parse_parameters(value) if value else ("", {})
    name = parameters.get("filename") or leaf.parameters.get("name")
    return word, (_CONTROL.sub("", name).strip()[:MAX_LABEL_CHARS] or None) if name else None


def _read_text(raw: bytes, leaf: Entity, budget: Budget) -> Text | None:
    limit = budget.text_bytes
    encoded = decode_leaf(raw, leaf, limit + 1)
    granted = budget.take_text(len(encoded))
    if granted < len(encoded):
        encoded = encoded[:granted]
    if not encoded:
        return None
    charset = leaf.parameters.get("charset")
    text = decode_text(encoded, charset, take_guess=budget.take_guess)
    if "\r" in text:
        text = text.replace("\r\n", "\n")
    return Text(text=text, format="html" if leaf.media_type == "text/html" else "plain")


_Kind = Literal["image", "audio", "video", "document", "message", "other"]
_KINDS: dict[str, _Kind] = {
    "message": "message", "image": "image", "audio": "audio", "video": "video",
    "application": "document", "text": "document",
}  # fmt: skip


def _kind_of(media_type: str) -> _Kind:
    if media_type in _ENCLOSED:
        return "message"
    return _KINDS.get(media_type.partition("/")[0], "other")


def _read_media(raw: bytes, leaf: Entity, disposition: str, filename: str | None) -> Media:
    digest = hashlib.sha256()
    size = 0
    for piece in decode_pieces(raw, leaf.start, leaf.end, encoding_of(leaf.headers.first("content-transfer-encoding"))):
        digest.update(piece)
        size += len(piece)
    is_inline = disposition == "inline" or (disposition != "attachment" and bool(leaf.headers.raw("content-id")))
    return Media(
        kind=_kind_of(leaf.media_type),
        ref=f"part:{leaf.number}",
        mime_type=clean(leaf.media_type),
        filename=filename,
        size=size,
        sha256=digest.hexdigest(),
        inline=is_inline,
    )


def _read_leaf(raw: bytes, leaf: Entity, budget: Budget) -> Part | None:
    disposition, filename = _disposition(leaf)
    is_text = leaf.media_type in {"text/plain", "text/html"} or leaf.is_broken
    if is_text and filename is None and disposition != "attachment":
        return _read_text(raw, leaf, budget)
    return _read_media(raw, leaf, disposition, filename)


def read_parts(raw: bytes, entity: Entity, budget: Budget) -> list[Part]:
    """The content parts of a mail in document order; of alternatives the plain text comes first.

    Body text is text/plain and text/html without a file name that is not an attachment, and a multipart whose parts
    cannot be told apart. All other leaves are `Media`, an enclosed message too: it is not looked into.
    """
    if not entity.children:
        part = _read_leaf(raw, entity, budget)
        return [part] if part is not None else []
    children = entity.children
    if entity.media_type == "multipart/alternative" and children[0].media_type != "text/plain":
        children = sorted(children, key=lambda child: child.media_type != "text/plain")
    return [part for child in children for part in read_parts(raw, child, budget)]


def read_media_bytes(raw: bytes, ref: str) -> bytes | None:
    """The decoded bytes of a `Media` of this mail.

    Args:
        raw: the mail, as in its envelope.
        ref: `Media.ref`, `part:<number>`.

    Returns:
        The bytes, or None if the mail has no such part.
    """
    match = _REF.fullmatch(ref)
    if match is None:
        return None
    for leaf in read_tree(raw, Budget()).leaves():
        if leaf.number == int(match[1]):
            return decode_leaf(raw, leaf)
    return None
