"""Slow, endless and malformed requests cost their sender more than the server, and nobody else anything."""

import asyncio
import time

import pytest

from omnilink.web.connection import GuardedConnection

pytestmark = pytest.mark.real

DRIPS = 100
LATE_S = 5.0


async def drip(server, first):
    """Sends a request's beginning, then a byte every half second; returns how long the server let it."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    start = time.monotonic()
    answer = asyncio.create_task(reader.read())
    try:
        writer.write(first)
        while not answer.done():
            await asyncio.wait([answer], timeout=0.5)
            writer.write(b"x")
        return time.monotonic() - start, await answer
    except ConnectionError:
        return time.monotonic() - start, b""
    finally:
        writer.close()


def test_slow_senders_are_closed_in_time_while_others_are_served(server, call, messages):
    head = b"POST /hooks/team HTTP/1.1\r\nhost: a\r\nx-slow: "
    body = b"POST /hooks/team HTTP/1.1\r\nhost: a\r\ncontent-length: 1000\r\n\r\n"

    async def serve_others(done):
        served = 0
        while not done.is_set():
            async with call(server.port) as line:
                assert await line.post(messages[served % len(messages)]) == 200
            served += 1
            await asyncio.sleep(0.02)
        return served

    async def run():
        done = asyncio.Event()
        others = asyncio.create_task(serve_others(done))
        slow = await asyncio.gather(*(drip(server, head if n % 2 else body) for n in range(DRIPS)))
        done.set()
        return slow, await others

    slow, served = asyncio.run(run())
    assert max(seconds for seconds, _ in slow) < GuardedConnection.head_deadline_s + LATE_S
    assert all(answer == b"" for _, answer in slow[1::2])
    # The answer to a slow body may be lost with the byte that was under way when the connection was closed.
    assert {answer.split(b" ", 2)[1] for _, answer in slow[::2] if answer} <= {b"408"}
    assert served > 50
    assert server.stop() == 0
    assert server.audit().refused["body-too-slow"] == DRIPS // 2


def test_endless_body_is_refused_with_flat_memory(server):
    chunk = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
    before = server.memory_kb()

    async def send_100_mb():
        _, writer = await asyncio.open_connection("127.0.0.1", server.port)
        sent = 0
        try:
            writer.write(b"POST /hooks/team HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n")
            while sent < 100_000_000:
                writer.write(chunk)
                await writer.drain()
                sent += len(chunk)
        except ConnectionError:
            pass
        finally:
            writer.close()
        return sent

    async def run():
        return [await send_100_mb() for _ in range(20)]

    assert max(asyncio.run(run())) < 20_000_000
    assert server.memory_kb() - before < 20_000
    server.stop()
    assert server.audit().refused == {"body-too-large": 20}


def test_told_100_mb_are_refused_before_they_are_sent(server, call):
    async def run():
        async with call(server.port) as line:
            line.writer.write(b"POST /hooks/team HTTP/1.1\r\nhost: a\r\ncontent-length: 100000000\r\n\r\n")
            assert await line.read_status() == 413
            assert await line.reader.read() == b""

    asyncio.run(run())


@pytest.mark.parametrize(
    "raw",
    [
        b"\x16\x03\x01\x02\x00\x01\x00",
        b"POST /hooks/team HTTP/1.1\r\ncontent-length: 5\r\ncontent-length: 6\r\nhost: a\r\n\r\nhello",
        b"POST /hooks/team HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
        b"POST /hooks/team HTTP/1.1\r\nhost: a\r\nx: " + b"y" * 100_000 + b"\r\n\r\n",
        b"POST /hooks/" + b"y" * 100_000 + b" HTTP/1.1\r\nhost: a\r\n\r\n",
        b"GET /hooks/team HTTP/1.1\r\nhost: a\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n",
    ],
    ids=["tls", "two lengths", "no chunk", "long header", "long path", "upgrade"],
)
def test_malformed_request_is_refused_and_the_next_one_served(server, call, messages, raw):
    async def run():
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(raw)
        writer.write_eof()
        try:
            answer = await asyncio.wait_for(reader.read(), 15)
        except ConnectionError:
            answer = b""
        writer.close()
        assert not answer or answer.split(b" ", 2)[1] in {b"400", b"401", b"404", b"414", b"431"}
        async with call(server.port) as line:
            return await line.post(messages[0])

    assert asyncio.run(run()) == 200
    assert server.stop() == 0
    assert server.errors() == ""
