"""WebSocket: the client's side of RFC 6455 over TLS, on asyncio and trio.

An address may be a credential, so errors hold none.
"""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urlsplit

from omnilink.errors import TransientError
from omnilink_slack.tunnel import open_tunnel

if TYPE_CHECKING:
    from anyio.abc import ByteStream
    from wsproto import WSConnection
    from wsproto.events import Event

OPEN_S = 15.0
QUIET_S = 10.0
"""After so long without a byte the other side is asked whether it is there."""
DEAD_S = 30.0
"""After so long it is not: a firewall may have dropped the connection without telling either side."""
MAX_MESSAGE_CHARS = 4_000_000
"""As many as a webhook's body may have."""
READ_BYTES = 65_536


class WebSocket:
    """One open connection. Make it with `connect_websocket`.

    Args:
        stream: the connection, after the handshake.
        protocol: its state.
    """

    def __init__(self, stream: "ByteStream", protocol: "WSConnection") -> None:
        import anyio

        self._stream, self._protocol = stream, protocol
        self._sending = anyio.Lock()
        self._unfinished: list[str] = []
        self._chars, self._quiet_s, self._ended = 0, 0.0, False

    async def receive_texts(self) -> list[str]:
        """Waits for bytes, and returns the messages that are whole by then; none says that the line is alive.

        Raises:
            TransientError: the connection has ended, or is silent for too long.
        """
        import anyio

        if texts := await self._take_events():  # what came together with the answer to the handshake
            return texts
        if self._ended:
            raise _failed("it was closed")
        data: bytes | None = None
        with anyio.move_on_after(QUIET_S), _as_ours():
            data = await self._stream.receive(READ_BYTES)
        if data is None:
            self._quiet_s += QUIET_S
            if self._quiet_s >= DEAD_S:
                raise _failed("it is silent")
            await self._ping()
            return []
        self._quiet_s = 0.0
        with _as_ours():
            self._protocol.receive_data(data)
        return await self._take_events()

    async def send_text(self, text: str) -> None:
        """Sends one message.

        Raises:
            TransientError: the connection has ended.
        """
        from wsproto.events import TextMessage

        await self._send(TextMessage(text))

    async def aclose(self) -> None:
        """Says goodbye and closes; never raises for what the other side does."""
        from wsproto.events import CloseConnection

        with suppress(TransientError):
            await self._send(CloseConnection(1000))
        await _close(self._stream)

    async def _ping(self) -> None:
        from wsproto.events import Ping

        await self._send(Ping())

    async def _send(self, event: "Event") -> None:
        async with self._sending:
            with _as_ours():
                await self._stream.send(self._protocol.send(event))

    async def _take_events(self) -> list[str]:
        from wsproto.events import BytesMessage, CloseConnection, Ping, TextMessage

        with _as_ours():
            events = list(self._protocol.events())
        texts: list[str] = []
        for event in events:
            if isinstance(event, TextMessage):
                self._collect(event.data)
                if event.message_finished:
                    texts.append("".join(self._unfinished))
                    self._unfinished, self._chars = [], 0
            elif isinstance(event, Ping):
                with suppress(TransientError):  # the next read tells; what came with the ping is handed over first
                    await self._send(event.response())
            elif isinstance(event, CloseConnection):
                self._ended = True  # what came before it is handed over first
            elif isinstance(event, BytesMessage):
                raise _failed("it speaks another protocol")
        return texts

    def _collect(self, text: str) -> None:
        self._chars += len(text)
        if self._chars > MAX_MESSAGE_CHARS:
            raise _failed("a message on it is too large")
        self._unfinished.append(text)


async def connect_websocket(url: str) -> WebSocket:
    """Opens a connection.

    Args:
        url: `wss://host[:port]/path?query`; who may be called is the caller's to decide.

    Raises:
        TransientError: there is no answer, or not the right one.
        ConfigError: the proxy in between cannot be used.
    """
    import anyio
    from anyio.streams.tls import TLSStream

    parts = urlsplit(url)
    with _as_ours(), anyio.fail_after(OPEN_S):
        host = parts.hostname or ""
        stream: ByteStream = await open_tunnel(host, parts.port or 443)
        try:
            stream = await TLSStream.wrap(
                stream, hostname=host, ssl_context=ssl.create_default_context(), standard_compatible=False
            )
            return WebSocket(stream, await _shake_hands(stream, parts.netloc, parts._replace(scheme="", netloc="")))
        except BaseException:
            with anyio.CancelScope(shield=True):
                await _close(stream)
            raise


async def _shake_hands(stream: "ByteStream", host: str, target: SplitResult) -> "WSConnection":
    from wsproto import ConnectionType, WSConnection
    from wsproto.events import AcceptConnection, Request

    protocol = WSConnection(ConnectionType.CLIENT)
    await stream.send(protocol.send(Request(host=host, target=target.geturl() or "/")))
    while True:
        protocol.receive_data(await stream.receive(READ_BYTES))
        event = next(protocol.events(), None)
        if isinstance(event, AcceptConnection):
            return protocol
        if event is not None:
            raise _failed("it was refused")


@contextmanager
def _as_ours() -> Iterator[None]:
    """Whatever a connection may come to, as one error."""
    import anyio
    from wsproto.utilities import ProtocolError

    try:
        yield
    except (OSError, anyio.EndOfStream, anyio.BrokenResourceError, anyio.ClosedResourceError, ProtocolError) as e:
        raise _failed(type(e).__name__) from None


def _failed(why: str) -> TransientError:
    return TransientError(f"the line to Slack is down: {why}", connector="slack")


async def _close(stream: "ByteStream") -> None:
    import anyio

    with anyio.move_on_after(1.0), suppress(OSError, anyio.BrokenResourceError, anyio.ClosedResourceError):
        await stream.aclose()
