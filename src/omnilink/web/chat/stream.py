"""Stream: a visitor's line as server-sent events, where a socket cannot be had.

https://html.spec.whatwg.org/multipage/server-sent-events.html ; what goes up is posted.
"""

from contextlib import aclosing, suppress

import anyio

from omnilink.errors import TransientError
from omnilink.plugin.visitors import Visitor
from omnilink.web.asgi import Message, Receive, Send
from omnilink.web.chat.talk import Talk

HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-accel-buffering", b"no"),  # a proxy that collects would keep it all to itself (nginx)
]


async def serve_stream(
    talk: Talk, account: str, visitor: Visitor, after: int | None, more: dict[str, str], receive: Receive, send: Send
) -> None:
    """Serves one stream until the client goes or its token ends.

    Args:
        after: `Last-Event-ID`: the last number the client has.
        more: further headers of the answer.
    """
    headers = [*HEADERS, *((name.encode("latin-1"), text.encode("latin-1")) for name, text in more.items())]
    left_s = (visitor.expires_at - talk.hub.visitors.clock()).total_seconds()

    async def until_gone(all_of_it: anyio.CancelScope) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        all_of_it.cancel()

    with suppress(OSError):
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(until_gone, tasks.cancel_scope)
            with anyio.move_on_after(left_s):
                await _write(talk, account, visitor, after, tasks.cancel_scope, send)
            tasks.cancel_scope.cancel()
        await send({"type": "http.response.body", "body": b""})


async def _write(
    talk: Talk, account: str, visitor: Visitor, after: int | None, all_of_it: anyio.CancelScope, send: Send
) -> None:
    try:
        await send(_event(f'event: welcome\ndata: {{"t": "welcome", "last": {await talk.last(account, visitor)}}}'))
        async with aclosing(talk.entries(account, visitor, after)) as entries:
            async for n, shown in entries:
                if not shown:
                    await send(_event(": alive"))
                elif n:
                    await send(_event(f"id: {n}\ndata: {shown}"))
                else:
                    await send(_event(f"event: signal\ndata: {shown}"))
    except (OSError, TransientError):  # gone, or a store that is busy: the client opens another line
        all_of_it.cancel()


def _event(text: str) -> Message:
    return {"type": "http.response.body", "body": f"{text}\n\n".encode(), "more_body": True}
