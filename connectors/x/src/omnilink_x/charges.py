"""Charges: what X bills for what we read and write. Pure; the prices are in `prices.toml`.

https://docs.x.com/x-api/getting-started/pricing : reads by the resource returned, writes by the request. X bills what
is read twice within a day of UTC once; here it is counted each time, so the meter never shows too little.
"""

import re
from collections.abc import Mapping

from omnilink.model import Received
from omnilink.model.envelope import Authenticity
from omnilink.plugin.fields import list_at, object_at, text_at
from omnilink_x.body import read_json

_LINK = re.compile(r"https?://|(?<![\w@.])[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}(?![\w@])", re.IGNORECASE)
_POSTS = ("post.",)
_MESSAGES = ("dm.received", "chat.received")


def charge_post(text: str, *, summoned: bool) -> Mapping[str, int]:
    """What a post is billed as: one with an address costs many times one without."""
    return {"post_with_link" if _LINK.search(text) else "summoned_reply" if summoned else "post": 1}


def charge_received(received: Received) -> Mapping[str, int]:
    """What was billed for one answer to a poll, or for one event of the Activity API."""
    payload = read_json(received.body)
    if received.authenticity is Authenticity.POLLED:
        read = {"owned_read": ("data",), "user_read": ("includes", "users"), "media_read": ("includes", "media")}
        return {what: count for what, path in read.items() if (count := len(list_at(payload, *path)))}
    if received.authenticity is not Authenticity.VERIFIED:
        return {}
    kind = text_at(object_at(payload, "data"), "event_type") or text_at(payload, "event_type") or ""
    if kind.startswith(_MESSAGES):
        return {"direct_message_read": 1}
    return {"post_read": 1} if kind.startswith(_POSTS) and not kind.startswith("post.delete") else {}
