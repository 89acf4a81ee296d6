"""Webhooks over real sockets: every message is stored once, whoever dies meanwhile."""

import asyncio
import random
from collections import deque
from contextlib import suppress

import pytest

pytestmark = pytest.mark.real

KILLS = 5


def test_500_messages_at_once_each_sent_twice_are_each_stored_once(server, call, messages):
    async def send(message):
        async with call(server.port) as line:
            return [await line.post(message) for _ in range(2)]

    async def send_all():
        return await asyncio.gather(*(send(m) for m in messages))

    statuses = asyncio.run(send_all())
    assert statuses == [[200, 200]] * len(messages)
    assert server.stop() == 0
    ledger = server.audit()
    assert ledger.balanced
    assert (ledger.received, ledger.duplicate, ledger.processed) == (1000, 500, 500)
    assert (ledger.parsed, ledger.events["recorded"]) == (500, 500)
    assert server.errors() == ""


def test_killed_server_has_lost_nothing_it_acknowledged_and_doubles_nothing(server, call, messages):
    waiting = deque(messages)
    acknowledged = []
    resent = 0

    async def work():
        """Sends as a provider does: what was not acknowledged is sent again, later."""
        nonlocal resent
        while len(acknowledged) < len(messages):
            if not waiting:
                await asyncio.sleep(0.01)
                continue
            message = waiting.popleft()
            try:
                async with call(server.port) as line:
                    assert await line.post(message) == 200
            except (OSError, EOFError):
                waiting.append(message)
                resent += 1
                await asyncio.sleep(0.02)
            else:
                acknowledged.append(message)
                if random.random() < 0.1:  # and a provider may not have heard the answer
                    async with asyncio.timeout(5):
                        with suppress(OSError, EOFError):
                            async with call(server.port) as line:
                                await line.post(message)

    async def kill():
        for n in range(1, KILLS + 1):
            while len(acknowledged) < n * len(messages) // (KILLS + 2):  # noqa: ASYNC110
                await asyncio.sleep(0.002)
            await asyncio.sleep(random.uniform(0, 0.02))
            await asyncio.to_thread(server.kill)
            await asyncio.to_thread(server.start)

    async def run():
        async with asyncio.TaskGroup() as tasks:
            for _ in range(40):
                tasks.create_task(work())
            tasks.create_task(kill())

    asyncio.run(run())
    assert resent > 0
    server.stop()
    ledger = server.audit()
    assert ledger.balanced
    assert ledger.processed == ledger.events["recorded"] == len(messages)


def test_stopped_server_answers_what_is_under_way_and_leaves_no_error(server, call, messages):
    async def run():
        async with call(server.port) as line:
            raw = messages[0].render()
            line.writer.write(raw[:-5])
            await asyncio.sleep(0.3)
            stopping = asyncio.create_task(asyncio.to_thread(server.stop))
            await asyncio.sleep(0.3)
            line.writer.write(raw[-5:])
            assert await line.read_status() == 200
            return await stopping

    assert asyncio.run(run()) == 0
    assert server.audit().processed == 1
    assert server.errors() == ""


def test_single_changed_byte_is_refused_and_counted(server, call, messages):
    async def run():
        statuses = []
        async with call(server.port) as line:
            for message in messages[:3]:
                body = message.body.replace(b"0", b"1", 1)
                statuses.append(await line.post(type(message)(message.target, message.headers, body)))
        return statuses

    assert asyncio.run(run()) == [401, 401, 401]
    server.stop()
    ledger = server.audit()
    assert ledger.received == 0
    assert sum(ledger.refused.values()) == 3
