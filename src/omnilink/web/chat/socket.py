"""Socket: a visitor's line as a WebSocket. https://asgi.readthedocs.io/en/latest/specs/www.html#websocket

The token comes in the first frame, not in the address: addresses end in logs.
"""

import json
from contextlib import aclosing, suppress
from typing import Any

import anyio

from omnilink.errors import TransientError
from omnilink.plugin.visitors import Visitor
from omnilink.plugin.webhook import Rejected
from omnilink.web.asgi import Receive, Send
from omnilink.web.chat.talk import Talk

HELLO_S = 10.0
QUIET_S = 90.0
"""A client says `ping` every half minute; who is silent for longer has gone without telling."""

MAX_FRAME_BYTES = 65_536
GONE, REFUSED, FULL, TOO_LARGE = 1001, 4401, 4429, 4413
"""Close codes; ours are those from 4000 on (RFC 6455 §7.4)."""

PING = b'{"t":"ping"}'


class _Gone(Exception):
    """The client has closed its end."""


async def serve_socket(talk: Talk, account: str, address: str, receive: Receive, send: Send) -> None:
    """Serves one socket until either side has had enough."""
    await receive()  # websocket.connect
    await send({"type": "websocket.accept"})
    with suppress(_Gone, OSError):
        code = await _Socket(talk, account, address, receive, send).run()
        await send({"type": "websocket.close", "code": code})


class _Socket:
    def __init__(self, talk: Talk, account: str, address: str, receive: Receive, send: Send) -> None:
        self._talk, self._account, self._address = talk, account, address
        self._receive, self._send = receive, send
        self._sending = anyio.Lock()

    async def run(self) -> int:
        """The close code."""
        with anyio.move_on_after(HELLO_S) as waiting:
            said = await self._read()
        if waiting.cancelled_caught:
            return REFUSED
        if said is None:
            return TOO_LARGE
        hello = _object(said)
        visitor = self._talk.recognise(self._account, str(hello.get("token", "")))
        if isinstance(visitor, Rejected):
            await self._talk.hub.refuse(self._account, visitor.reason)
            await self._tell({"t": "refused", "reason": visitor.reason})
            return REFUSED
        if self._talk.lines.is_full(self._account, visitor.feed):
            await self._tell({"t": "refused", "reason": "too-many-lines"})
            return FULL
        return await self._talk_with(visitor, hello.get("after"))

    async def _talk_with(self, visitor: Visitor, after: object) -> int:
        left_s = (visitor.expires_at - self._talk.hub.visitors.clock()).total_seconds()
        known = after if isinstance(after, int) and not isinstance(after, bool) and after >= 0 else None
        code = GONE
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self._write, visitor, known, tasks.cancel_scope)
            with anyio.move_on_after(left_s) as life:
                code = await self._hear(visitor)
            if life.cancelled_caught:  # its token has ended
                code = REFUSED
            tasks.cancel_scope.cancel()
        return code

    async def _hear(self, visitor: Visitor) -> int:
        try:
            return await self._hear_all(visitor)
        except OSError:  # within a group of tasks it would be a group of errors, which nobody takes for a goodbye
            return GONE

    async def _hear_all(self, visitor: Visitor) -> int:
        while True:
            with anyio.move_on_after(QUIET_S) as quiet:
                try:
                    said = await self._read()
                except _Gone:
                    return GONE
            if quiet.cancelled_caught:
                return GONE
            if said is None:
                return TOO_LARGE
            if said == PING:
                await self._tell({"t": "pong"})
                continue
            _, answer = await self._talk.take(self._account, visitor, self._address, said)
            if answer:
                await self._tell(answer)

    async def _write(self, visitor: Visitor, after: int | None, all_of_it: anyio.CancelScope) -> None:
        try:
            await self._tell({"t": "welcome", "last": await self._talk.last(self._account, visitor)})
            async with aclosing(self._talk.entries(self._account, visitor, after)) as entries:
                async for _, shown in entries:
                    if shown:
                        await self._tell(shown)
        except (OSError, TransientError):  # gone, or a store that is busy: the client opens another line
            pass
        all_of_it.cancel()

    async def _read(self) -> bytes | None:
        message: Any = await self._receive()
        if message["type"] == "websocket.disconnect":
            raise _Gone
        text = message.get("text")
        said = text.encode("utf-8", "replace") if isinstance(text, str) else message.get("bytes") or b""
        return None if len(said) > MAX_FRAME_BYTES else said

    async def _tell(self, frame: dict[str, object] | str) -> None:
        text = frame if isinstance(frame, str) else json.dumps(frame)
        async with self._sending:
            await self._send({"type": "websocket.send", "text": text})


def _object(said: bytes) -> dict[str, Any]:
    try:
        value = json.loads(said)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
