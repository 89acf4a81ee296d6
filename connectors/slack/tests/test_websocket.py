"""Socket Mode over a real TLS WebSocket on this machine: whole sessions, broken frames, silence and ends."""

import json
import ssl
from contextlib import asynccontextmanager, suppress
from types import SimpleNamespace

import anyio
import pytest
import trustme
from anyio.abc import SocketAttribute
from anyio.streams.tls import TLSStream
from wsproto import ConnectionType, WSConnection
from wsproto.events import (
    AcceptConnection,
    BytesMessage,
    CloseConnection,
    Ping,
    Pong,
    RejectConnection,
    Request,
    TextMessage,
)

from omnilink.errors import ConfigError, TransientError
from omnilink.hub import Hub
from omnilink.plugin.registry import Registry
from omnilink.plugin.settings import parse_settings
from omnilink.store.memory import MemoryStore
from omnilink_slack import websocket
from omnilink_slack.connector import SlackConnector
from omnilink_slack.tunnel import find_proxy
from omnilink_slack.websocket import connect_websocket

pytestmark = [pytest.mark.anyio, pytest.mark.real]


class Server:
    """Takes WebSockets; a test sends events and sees what came."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self.context, self.refuses, self.port = context, False, 0
        self.targets: list[str] = []
        self.came: list[object] = []
        self.links: list[Link] = []

    async def handle(self, raw) -> None:
        protocol = WSConnection(ConnectionType.SERVER)
        async with raw:
            with suppress(OSError, anyio.EndOfStream, anyio.BrokenResourceError, anyio.ClosedResourceError):
                stream = await TLSStream.wrap(
                    raw, server_side=True, ssl_context=self.context, standard_compatible=False
                )
                await self._read(stream, protocol)

    async def _read(self, stream, protocol) -> None:
        while True:
            protocol.receive_data(await stream.receive())
            for event in protocol.events():
                if isinstance(event, Request):
                    self.targets.append(event.target)
                    answer = RejectConnection(status_code=403) if self.refuses else AcceptConnection()
                    await stream.send(protocol.send(answer))
                    link = Link(stream, protocol)
                    if not self.refuses:
                        self.links.append(link)
                elif isinstance(event, Ping):
                    await link.send(event.response())
                else:
                    self.came.append(event)

    async def link(self):
        await until(lambda: self.links)
        return self.links[-1]

    def texts(self) -> list[object]:
        return [json.loads(event.data) for event in self.came if isinstance(event, TextMessage)]


class Link:
    def __init__(self, stream, protocol) -> None:
        self._stream, self._protocol, self._lock = stream, protocol, anyio.Lock()

    async def send(self, *events) -> None:
        async with self._lock:
            await self._stream.send(b"".join(self._protocol.send(event) for event in events))

    async def say(self, *frames) -> None:
        await self.send(*(TextMessage(json.dumps(frame)) for frame in frames))

    async def cut(self) -> None:
        await self._stream.aclose()


@asynccontextmanager
async def serving(authority, tmp_path, monkeypatch):
    trust = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(trust)
    monkeypatch.setenv("SSL_CERT_FILE", str(trust))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    server = Server(context)
    async with await anyio.create_tcp_listener(local_host="127.0.0.1") as listener, anyio.create_task_group() as tasks:
        server.port = listener.extra(SocketAttribute.local_port)
        tasks.start_soon(listener.serve, server.handle)
        yield server
        tasks.cancel_scope.cancel()


@pytest.fixture(scope="module")
def authority():
    return trustme.CA()


@pytest.fixture
def serve(authority, tmp_path, monkeypatch):
    return lambda: serving(authority, tmp_path, monkeypatch)


async def read_for_ever(line) -> None:
    with anyio.fail_after(5):
        while True:
            await line.receive_texts()


async def until(condition) -> None:
    with anyio.fail_after(5):
        while not condition():  # noqa: ASYNC110 - it may become true in a task that knows no event
            await anyio.sleep(0.005)


async def test_whole_messages_arrive_however_they_are_cut(serve):
    async with serve() as server:
        line = await connect_websocket(f"wss://localhost:{server.port}/link/?ticket=1&app_id=2")
        link = await server.link()
        assert server.targets == ["/link/?ticket=1&app_id=2"]
        await link.send(TextMessage("he", message_finished=False), TextMessage("llo"), TextMessage("wörld 街灯"))
        texts: list[str] = []
        with anyio.fail_after(5):
            while len(texts) < 2:
                texts += await line.receive_texts()
        assert texts == ["hello", "wörld 街灯"]
        await line.aclose()
        await until(lambda: any(isinstance(event, CloseConnection) for event in server.came))


async def test_a_ping_is_answered_and_a_message_before_the_close_is_not_lost(serve):
    async with serve() as server:
        line = await connect_websocket(f"wss://localhost:{server.port}/")
        link = await server.link()
        await link.send(Ping(b"x"))
        assert await line.receive_texts() == []
        await until(lambda: any(isinstance(event, Pong) for event in server.came))
        await link.send(Ping(b"y"), TextMessage("last"), CloseConnection(1001))
        assert await line.receive_texts() == ["last"]
        with pytest.raises(TransientError):
            await line.receive_texts()
        await line.aclose()


@pytest.mark.parametrize("bad", ["bytes", "cut", "large"])
async def test_a_line_that_cannot_be_read_is_a_transient_error(serve, monkeypatch, bad):
    monkeypatch.setattr(websocket, "MAX_MESSAGE_CHARS", 1000)
    async with serve() as server:
        line = await connect_websocket(f"wss://localhost:{server.port}/")
        link = await server.link()
        if bad == "cut":
            await link.cut()
        else:
            await link.send(BytesMessage(b"\x00") if bad == "bytes" else TextMessage("x" * 1001))
        with pytest.raises(TransientError):
            await read_for_ever(line)
        await line.aclose()


async def test_a_silent_line_is_asked_and_then_given_up(serve, monkeypatch):
    monkeypatch.setattr(websocket, "QUIET_S", 0.05)
    monkeypatch.setattr(websocket, "DEAD_S", 0.1)
    async with serve() as server:
        line = await connect_websocket(f"wss://localhost:{server.port}/")
        for _ in range(6):  # it answers each ping, so it is there
            assert await line.receive_texts() == []
        monkeypatch.setattr(line._stream, "receive", lambda size: anyio.sleep_forever())  # no answer any more
        with pytest.raises(TransientError):
            await read_for_ever(line)
        await line.aclose()


class Proxy:
    """Passes bytes on after a CONNECT, or answers as it is told."""

    def __init__(self, answer=b"HTTP/1.1 200 Connection established\r\n\r\n") -> None:
        self.answer, self.asked = answer, b""

    async def handle(self, client) -> None:
        async with client:
            while b"\r\n\r\n" not in self.asked:
                self.asked += await client.receive()
            await client.send(self.answer)
            if b" 200 " not in self.answer:
                return
            port = int(self.asked.split()[1].rpartition(b":")[2])
            async with await anyio.connect_tcp("127.0.0.1", port) as upstream, anyio.create_task_group() as tasks:
                tasks.start_soon(self._pass, client, upstream)
                tasks.start_soon(self._pass, upstream, client)

    async def _pass(self, source, target) -> None:
        with suppress(anyio.EndOfStream, anyio.BrokenResourceError, anyio.ClosedResourceError):
            while True:
                await target.send(await source.receive())


@asynccontextmanager
async def proxying(proxy, monkeypatch):
    async with await anyio.create_tcp_listener(local_host="127.0.0.1") as listener, anyio.create_task_group() as tasks:
        port = listener.extra(SocketAttribute.local_port)
        monkeypatch.setenv("HTTPS_PROXY", f"http://ana:s%40cret@127.0.0.1:{port}")
        monkeypatch.setenv("NO_PROXY", "")
        monkeypatch.setenv("no_proxy", "")
        tasks.start_soon(listener.serve, proxy.handle)
        yield
        tasks.cancel_scope.cancel()


async def test_a_line_goes_through_the_proxy_of_the_environment(serve, monkeypatch):
    proxy = Proxy()
    async with serve() as server, proxying(proxy, monkeypatch):
        line = await connect_websocket(f"wss://localhost:{server.port}/link/?ticket=1")
        await (await server.link()).send(TextMessage("hello"))
        assert await line.receive_texts() == ["hello"]
        assert proxy.asked.startswith(f"CONNECT localhost:{server.port} HTTP/1.1\r\n".encode())
        assert b"Proxy-Authorization: Basic YW5hOnNAY3JldA==" in proxy.asked
        assert b"ticket" not in proxy.asked
        await line.aclose()


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n", ConfigError),
        (b"HTTP/1.1 503 No\r\n\r\n", TransientError),
        (b"SSH-2.0-x\r\n\r\n", TransientError),
        (b"x" * 9000, TransientError),
        (b"HTTP/1.1 2", TransientError),
    ],
)
async def test_a_proxy_that_does_not_let_through_is_told(monkeypatch, answer, error):
    async with proxying(Proxy(answer), monkeypatch):
        with pytest.raises(error) as raised:
            await connect_websocket("wss://localhost:1/link/?ticket=secret")
        assert "secret" not in f"{raised.value!r}{raised.value}"


async def test_only_plain_proxies_are_used_and_none_where_it_says_so(monkeypatch):
    for name in ("https_proxy", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HTTPS_PROXY", "socks5://127.0.0.1:1")
    with pytest.raises(ConfigError):
        find_proxy("wss-primary.slack.com")
    monkeypatch.setenv("NO_PROXY", ".slack.com")
    assert find_proxy("wss-primary.slack.com") is None
    monkeypatch.setenv("HTTPS_PROXY", "proxy.town.example:3128")
    assert find_proxy("other.example").hostname == "proxy.town.example"


async def test_a_refused_or_foreign_line_holds_no_ticket_in_its_error(serve):
    async with serve() as server:
        server.refuses = True
        with pytest.raises(TransientError) as refused:
            await connect_websocket(f"wss://localhost:{server.port}/link/?ticket=secret")
        with pytest.raises(TransientError) as foreign:  # the certificate is for another name
            await connect_websocket(f"wss://127.0.0.1:{server.port}/link/?ticket=secret")
        assert "secret" not in f"{refused.value!r}{refused.value}{foreign.value!r}{foreign.value}"
    with pytest.raises(TransientError):
        await connect_websocket(f"wss://localhost:{server.port}/")


async def test_a_hub_in_socket_mode_stores_before_it_acknowledges_and_refreshes_without_a_gap(
    serve, payload_of, monkeypatch
):
    monkeypatch.setenv("APP_TOKEN", "xapp-1-secret")
    registry = Registry()
    registry.add(SlackConnector)
    async with serve() as server:

        class Web:
            async def request(self, method, url, *, content=None, headers=None):
                told = {"ok": True, "url": f"wss://localhost:{server.port}/link/?ticket={len(server.links)}"}
                return SimpleNamespace(status_code=200, headers={}, content=json.dumps(told).encode())

            async def aclose(self): ...

        settings = parse_settings(f"""
            [accounts.town]
            connector = "slack"
            socket_mode = true
            app_token = "env:APP_TOKEN"
            api_url = "https://localhost:{server.port}/api"
        """)
        hub = Hub(MemoryStore(), settings, registry=registry, http=Web())
        told: list[str | None] = []
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(lambda: hub.sessions.run(report=lambda name, e: told.append(e and type(e).__name__)))
            first = await server.link()
            await first.say(
                {"type": "hello"}, {"type": "events_api", "envelope_id": "e1", "payload": payload_of("message")}
            )
            await until(lambda: {"envelope_id": "e1"} in server.texts())
            assert (await hub.ledger()).pending == 1
            await first.say({"type": "disconnect", "reason": "refresh_requested"})
            await until(lambda: len(server.links) == 2)
            await server.links[1].say({"type": "events_api", "envelope_id": "e2", "payload": payload_of("message")})
            await first.say({"type": "events_api", "envelope_id": "e3", "payload": payload_of("message_reply")})
            await until(lambda: len(server.texts()) == 3)
            await first.send(CloseConnection(1000))
            await until(lambda: hub.sessions.open_lines("town") == 1)
            await server.links[1].say({"type": "disconnect", "reason": "link_disabled"})
            await until(lambda: ConfigError.__name__ in told)
            tasks.cancel_scope.cancel()
        await hub.process()
        ledger = await hub.ledger()
        assert ledger.balanced
        assert (ledger.events["recorded"], ledger.events["duplicate"]) == (2, 1)
        assert told == [None, None, "ConfigError"]
