"""A guard around uvicorn's connections: uvicorn itself waits for ever for the end of a request's head.

(Measured with uvicorn 0.54: of 200 sockets that sent a byte a second, it closed none.)
"""

import asyncio
from typing import Any, ClassVar

from uvicorn.config import Config
from uvicorn.protocols.http.auto import AutoHTTPProtocol
from uvicorn.server import ServerState


class GuardedConnection(asyncio.Protocol):
    """One connection of uvicorn's, closed when it does not deliver; given to uvicorn as its `http` setting.

    The clock runs from the opening of the connection, or from the first byte of a further request, to the end of a
    request's head; from there on the application's own deadline holds. Idle connections between requests are
    uvicorn's `timeout_keep_alive`.

    Attributes:
        head_deadline_s: for a whole head.
        max_head_bytes: for a head (httptools, which uvicorn prefers, has no limit of its own).
        max_connections: sockets at once; one more is closed unheard. Below the usual 1,024 open files a process.
    """

    head_deadline_s: ClassVar[float] = 10.0
    max_head_bytes: ClassVar[int] = 65_536
    max_connections: ClassVar[int] = 900

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        # The type is uvicorn's own choice: httptools if it is installed, else h11.
        self._inner: Any = AutoHTTPProtocol(  # type: ignore[call-arg]
            config=config, server_state=server_state, app_state=app_state, _loop=_loop
        )
        self._loop = _loop or asyncio.get_running_loop()
        self._connections = server_state.connections
        self._transport: asyncio.Transport | None = None
        self._waiting_since: float | None = None
        self._head_bytes = 0
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Starts the clock; over the limit, closes at once."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - a stream server makes nothing else
        self._transport = transport
        self._inner.connection_made(transport)
        if len(self._connections) > self.max_connections:
            transport.abort()
            return
        self._start_waiting()
        self._timer = self._loop.call_later(self.head_deadline_s, self._check)

    def data_received(self, data: bytes) -> None:
        """Hands the bytes on and looks whether a head is whole by now."""
        if self._waiting_since is None and not self._in_request():
            self._start_waiting()
        self._inner.data_received(data)
        if self._transport is not None and self._transport.get_protocol() is not self:
            self._stop()  # it has become a socket, whose own clocks hold from here on
            return
        if self._in_request():
            self._waiting_since = None
        elif self._waiting_since is not None:
            self._head_bytes += len(data)
            if self._head_bytes > self.max_head_bytes:
                self._abort()

    def eof_received(self) -> bool | None:
        """Hands it on."""
        answer: bool | None = self._inner.eof_received()
        return answer

    def connection_lost(self, exc: Exception | None) -> None:
        """Stops the clock."""
        self._stop()
        self._inner.connection_lost(exc)

    def pause_writing(self) -> None:
        """Hands it on."""
        self._inner.pause_writing()

    def resume_writing(self) -> None:
        """Hands it on."""
        self._inner.resume_writing()

    def _in_request(self) -> bool:
        cycle = self._inner.cycle
        return cycle is not None and not cycle.response_complete

    def _start_waiting(self) -> None:
        self._waiting_since, self._head_bytes = self._loop.time(), 0

    def _check(self) -> None:
        """One timer a connection, not one a request: it looks at the clock and comes again."""
        since = self._waiting_since
        left = self.head_deadline_s if since is None else since + self.head_deadline_s - self._loop.time()
        if left <= 0:
            self._abort()
        else:
            self._timer = self._loop.call_later(left, self._check)

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def _abort(self) -> None:
        if self._transport is not None:
            self._transport.abort()
