"""Frames: what a visitor's client says, read and checked. What is refused here was never acknowledged. Pure."""

import json
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from omnilink.model import FeedEntry, Received
from omnilink.plugin import Heard, Rejected, StoredFile, Visitor
from omnilink.plugin.fields import flag_at, list_at, text_at
from omnilink_webchat.manifest import TEXT_CHARS
from omnilink_webchat.sessions import make_body

CLIENT_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
OUR_ID = re.compile(r"o\.[A-Za-z0-9._-]{1,80}")
MESSAGE_ID = re.compile(r"[io]\.[A-Za-z0-9._-]{1,80}")
MOST_FILES = 10
MOST_SEEN = 200

OpenFile = Callable[[str], StoredFile | Rejected]


def read_frame(said: bytes, visitor: Visitor, account: str, open_file: OpenFile, now: datetime) -> Heard | Rejected:
    """What a frame means: an envelope to store and an entry for the visitor's feed, or a signal, or a refusal."""
    try:
        frame = json.loads(said)
    except (ValueError, RecursionError):
        return Rejected("frame-malformed", 400)
    kind, ident = text_at(frame, "t"), text_at(frame, "id") or ""
    if kind == "typing":
        return Heard(id="", signal=json.dumps({"t": "typing", "on": flag_at(frame, "on")}))
    if not CLIENT_ID.fullmatch(ident):
        return Rejected("frame-without-id", 400)
    if kind == "say":
        content = _read_said(frame, open_file)
    elif kind == "choose":
        content = _read_choice(frame)
    elif kind == "seen":
        content = _read_seen(frame)
    else:
        return Rejected("frame-unknown", 400)
    if isinstance(content, Rejected):
        return content
    body = make_body(visitor.feed, visitor.identified, visitor.claims, {"t": kind, "id": ident, **content}, now)
    if kind == "seen":  # its events name themselves; a second telling changes nothing
        return Heard(id=ident, received=Received(body=body))
    shown = {"t": "message", "id": f"i.{ident}", "from": "visitor", "at": now.isoformat(), **_shown(kind, content)}
    entry = FeedEntry(account=account, feed=visitor.feed, key=f"i.{ident}", body=json.dumps(shown), at=now)
    received = Received(body=body, delivery_key=f"frame:{visitor.feed}:{ident}")
    return Heard(id=ident, received=received, entry=entry)


def _read_said(frame: Any, open_file: OpenFile) -> dict[str, Any] | Rejected:
    text = text_at(frame, "text") or ""
    if len(text) > TEXT_CHARS:
        return Rejected("too-long", 413)
    tokens = list_at(frame, "files")
    if len(tokens) > MOST_FILES:
        return Rejected("too-many-files", 413)
    files = []
    for token in tokens:
        file = open_file(token) if isinstance(token, str) else Rejected("token-malformed", 400)
        if isinstance(file, Rejected):
            return file
        files.append({"sha256": file.sha256, "size": file.size, "mime": file.mime_type, "name": file.filename})
    if not text.strip() and not files:
        return Rejected("empty", 400)
    content: dict[str, Any] = {"text": text, "files": files}
    to = text_at(frame, "to") or ""
    if MESSAGE_ID.fullmatch(to):
        content["to"] = to
    if page := read_page(text_at(frame, "page") or ""):
        content["page"] = page
    return content


def _read_choice(frame: Any) -> dict[str, Any] | Rejected:
    of, value = text_at(frame, "of") or "", text_at(frame, "value")
    label = (text_at(frame, "label") or value or "")[:500]
    if not OUR_ID.fullmatch(of) or value is None or len(value) > 1000:
        return Rejected("choice-malformed", 400)
    return {"of": of, "value": value, "label": label}


def _read_seen(frame: Any) -> dict[str, Any] | Rejected:
    told = {name: [i for i in list_at(frame, name) if isinstance(i, str)] for name in ("delivered", "read")}
    ids = [*told["delivered"], *told["read"]]
    if not 0 < len(ids) <= MOST_SEEN or not all(OUR_ID.fullmatch(i) for i in ids):
        return Rejected("receipt-malformed", 400)
    return told


def _shown(kind: str, content: dict[str, Any]) -> dict[str, Any]:
    if kind == "choose":
        return {"parts": [{"type": "choice", **content}]}
    text = [{"type": "text", "text": content["text"], "marks": []}] if content["text"].strip() else []
    files = [{"type": "file", **file} for file in content["files"]]
    return {"parts": [*text, *files], **({"to": content["to"]} if "to" in content else {})}


def read_page(url: str) -> str | None:
    """Where the visitor was, without what an address may carry beside its path."""
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not host:
        return None
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"[:500]
