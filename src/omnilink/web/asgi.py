"""ASGI as it is used here: its types, a capped and timed reading of bodies, one way to answer.

Source: https://asgi.readthedocs.io/en/latest/specs/www.html
"""

from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from typing import Any

import anyio

from omnilink.errors import Refused
from omnilink.plugin.webhook import WebhookResponse

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


RETRY_AFTER_S = 5.0


@dataclass(slots=True)
class Held:
    """How many bytes of bodies all requests together hold now, and may."""

    max_bytes: int
    now: int = 0


async def read_body(receive: Receive, *, max_bytes: int, deadline_s: float, held: Held) -> bytes:
    """The whole body; no more than `max_bytes` (and one chunk of the server's) is ever held.

    Args:
        receive: of the request.
        max_bytes: as counted here, whatever its headers say.
        deadline_s: for all of it together: a byte a second is not progress.
        held: the body's bytes are added to it, for the caller to take off when it lets go of the body.

    Raises:
        Refused: it is too long, too slow, too much beside the others, or the client went before its end.
    """
    chunks: list[bytes] = []
    size = 0
    try:
        with anyio.move_on_after(deadline_s):
            while True:
                message = await receive()
                if message["type"] != "http.request":
                    raise Refused("body-cut-off", status_code=400)
                chunk: bytes = message.get("body", b"")
                size += len(chunk)
                held.now += len(chunk)
                if size > max_bytes:
                    raise Refused("body-too-large", status_code=413)
                if held.now > held.max_bytes:
                    raise Refused("too-much-at-once", status_code=503, retry_after_s=RETRY_AFTER_S)
                chunks.append(chunk)
                if not message.get("more_body", False):
                    return chunks[0] if len(chunks) == 1 else b"".join(chunks)
        raise Refused("body-too-slow", status_code=408)
    except BaseException:
        held.now -= size
        raise


def render(response: WebhookResponse, *, closes: bool = False) -> tuple[Message, Message]:
    """A response as the two messages of it.

    Args:
        response: what to say.
        closes: ask an HTTP/1 server to close the connection: there may be more of the request, and nobody will read it.

    Raises:
        ValueError: a header holds what no header may hold.
    """
    headers = [(b"content-length", b"%d" % len(response.body))]
    if response.body:
        headers.append((b"content-type", response.content_type.encode("latin-1")))
        headers.append((b"x-content-type-options", b"nosniff"))
    for name, value in response.headers.items():
        if not (name + value).isprintable():
            raise ValueError("a header holds a control character")
        headers.append((name.lower().encode("latin-1"), value.encode("latin-1")))
    if closes:
        headers.append((b"connection", b"close"))
    start = {"type": "http.response.start", "status": response.status, "headers": headers}
    return start, {"type": "http.response.body", "body": response.body}
