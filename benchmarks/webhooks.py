"""Webhooks over HTTP, measured: verified, on disk, acknowledged, and read into the history.

    python benchmarks/webhooks.py --n 3000 --rounds 3 --connections 20 200

Three servers under the same uvicorn take turns, so that a noisy machine is as unkind to each:

    noop       reads the body and answers: what the server itself costs
    commits    reads the body and commits it as an envelope: that, and being durable
    hooks      `WebhookApp` with Slack's signatures; `settled` counts on until every message is in the history

Figures are of the server's process: CPU of all its threads, wall time and latency as its client sees them.
"""

import argparse
import asyncio
import hashlib
import hmac
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import uvicorn

from omnilink.hub import Hub
from omnilink.ingest.accept import make_envelope
from omnilink.model import Received
from omnilink.model.ids import IdSource, system_clock
from omnilink.plugin.settings import Settings, parse_settings
from omnilink.store.sqlite import SqliteStore
from omnilink.web.asgi import Receive, Scope, Send
from omnilink.web.connection import GuardedConnection
from omnilink.web.serve import run

SECRET = "bench-signing-secret"  # noqa: S105 - of nobody
SETTINGS = """
public_url = "https://hooks.town.example"

[accounts.team]
connector = "slack"
signing_secret = "env:BENCH_SECRET"
"""
KINDS = ("noop", "commits", "hooks")
TEXT = "Good morning, the street lamp in front of 14 Harbour Road has been out for nine days. " * 9
ACKNOWLEDGED = b"HTTP/1.1 200"
SENT_WITHIN_S, SETTLED_WITHIN_S = 100, 60
SERVED_WITHIN_S = 300
"""A server ends itself by then, also when nobody is left to end it."""


# --- the servers -------------------------------------------------------------------------------------------------


class Plain:
    """Reads a body and answers; commits it first if there is a store."""

    def __init__(self, store: SqliteStore | None, settings: Settings) -> None:
        self._store, self._scope, self._new_id = store, Hub(store, settings).scope if store else None, IdSource()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message["body"], message["more_body"]
        if self._store is not None and self._scope is not None:
            envelope = make_envelope(
                Received(body=body), account="team", connector="slack", new_id=self._new_id, now=system_clock()
            )
            await self._store.commit_envelopes(self._scope, [envelope])
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body", "body": b""})


async def serve_plain(kind: str, db: Path) -> None:
    store = await SqliteStore.open(db) if kind == "commits" else None
    config = uvicorn.Config(
        Plain(store, parse_settings(SETTINGS)), http=GuardedConnection, ws="none", lifespan="off", log_config=None,
        access_log=False, proxy_headers=False, server_header=False, port=0, timeout_graceful_shutdown=5,
    )  # fmt: skip
    server = uvicorn.Server(config)
    listener = config.bind_socket()
    print(f"listening on http://127.0.0.1:{listener.getsockname()[1]}", flush=True)
    await server.serve(sockets=[listener])


def serve(kind: str, db: Path) -> None:
    signal.alarm(SERVED_WITHIN_S)
    if kind == "hooks":
        run(parse_settings(SETTINGS), db, port=0, hooks_only=True, say=partial(print, flush=True))
    else:
        asyncio.run(serve_plain(kind, db))


# --- the client --------------------------------------------------------------------------------------------------


def make_request(i: int, now: int) -> bytes:
    """Slack message number i, signed now."""
    at = f"{now}.{i:06d}"
    event = {"type": "message", "channel": f"D{i % 1000:09d}", "user": f"U{i % 1000:09d}", "text": TEXT, "ts": at}
    block = {"type": "rich_text", "elements": [{"type": "text", "text": TEXT}]}
    payload = {
        "type": "event_callback",
        "team_id": "T1",
        "event_id": f"Ev{i:09d}",
        "event": {**event, "blocks": [block]},
    }
    body = json.dumps(payload).encode()
    mac = hmac.new(SECRET.encode(), b"v0:%d:" % now + body, hashlib.sha256).hexdigest()
    head = (
        f"POST /hooks/team HTTP/1.1\r\nhost: hooks.town.example\r\nuser-agent: Slackbot 1.0\r\naccept: */*\r\n"
        f"content-type: application/json\r\ncontent-length: {len(body)}\r\n"
        f"x-slack-request-timestamp: {now}\r\nx-slack-signature: v0={mac}\r\n\r\n"
    )
    return head.encode() + body


class Line(asyncio.Protocol):
    """One connection: the next request goes out when the last one is answered."""

    def __init__(self, requests: Iterator[bytes], latencies: list[float], done: asyncio.Future[None]) -> None:
        self.requests, self.latencies, self.done = requests, latencies, done
        self.answer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.send()

    def send(self) -> None:
        request = next(self.requests, None)
        if request is None:
            self.transport.close()
            self.done.set_result(None)
            return
        self.sent = time.perf_counter()
        self.transport.write(request)

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(exc or ConnectionError(f"not acknowledged: {self.answer[:200]!r}"))

    def data_received(self, data: bytes) -> None:
        self.answer += data
        if not ACKNOWLEDGED.startswith(self.answer[: len(ACKNOWLEDGED)]):
            self.transport.abort()
        elif self.answer.endswith(b"\r\n\r\n"):
            self.latencies.append(time.perf_counter() - self.sent)
            self.answer = b""
            self.send()


async def send_all(port: int, requests: list[bytes], connections: int) -> tuple[float, list[float]]:
    """Wall seconds, and each request's latency."""
    loop, latencies, source = asyncio.get_running_loop(), list[float](), iter(requests)
    ends = [loop.create_future() for _ in range(connections)]
    start = time.perf_counter()
    await asyncio.gather(
        *(loop.create_connection(partial(Line, source, latencies, end), "127.0.0.1", port) for end in ends)
    )
    async with asyncio.timeout(SENT_WITHIN_S):
        await asyncio.gather(*ends)
    return time.perf_counter() - start, latencies


async def wait_until_settled(db: Path, n: int) -> None:
    async with asyncio.timeout(SETTLED_WITHIN_S), Hub.open(db, parse_settings(SETTINGS)) as hub:
        while (await hub.ledger()).processed < n:  # noqa: ASYNC110 - another process does it
            await asyncio.sleep(0.05)


def cpu_s(pid: int) -> float:
    """CPU of a process, all threads."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measure(kind: str, connections: int, n: int) -> dict[str, float]:
    """One run of one server, in a process and a folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        db = Path(folder) / "bench.db"
        command = [sys.executable, __file__, "--serve", kind, "--db", str(db)]
        with subprocess.Popen(  # noqa: S603 - this file
            command, env={**os.environ, "BENCH_SECRET": SECRET}, stdout=subprocess.PIPE
        ) as server:
            try:
                assert server.stdout is not None
                port = int(server.stdout.readline().rpartition(b":")[2])
                now = int(time.time())
                asyncio.run(send_all(port, [make_request(i, now) for i in range(n, n + 300)], connections))
                requests = [make_request(i, now) for i in range(n)]
                if kind == "hooks":
                    asyncio.run(wait_until_settled(db, 300))
                before, start = cpu_s(server.pid), time.perf_counter()
                wall_s, latencies = asyncio.run(send_all(port, requests, connections))
                acknowledged = cpu_s(server.pid)
                if kind == "hooks":
                    asyncio.run(wait_until_settled(db, n + 300))
                settled, settled_s = cpu_s(server.pid), time.perf_counter() - start
            finally:
                server.terminate()
    latencies.sort()
    return {
        "per_s": n / wall_s,
        "p50_ms": latencies[n // 2] * 1000,
        "p99_ms": latencies[n * 99 // 100] * 1000,
        "over_1_s": sum(x > 1 for x in latencies) / n,
        "ack_cpu_us": (acknowledged - before) / n * 1e6,
        "settled_cpu_us": (settled - before) / n * 1e6,
        "settled_per_s": n / settled_s,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--n", type=int, default=3000, help="requests a run")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--connections", type=int, nargs="+", default=[20, 200])
    parser.add_argument("--json", action="store_true", help="one JSON object a row")
    parser.add_argument("--serve", choices=KINDS, help=argparse.SUPPRESS)
    parser.add_argument("--db", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        serve(options.serve, options.db)
        return
    found: dict[tuple[str, int], list[dict[str, float]]] = {}
    for _ in range(options.rounds):
        for connections in options.connections:
            for kind in KINDS:
                found.setdefault((kind, connections), []).append(measure(kind, connections, options.n))
    for (kind, connections), rows in sorted(found.items(), key=lambda item: (item[0][1], KINDS.index(item[0][0]))):
        row = {name: statistics.median(r[name] for r in rows) for name in rows[0]}
        if options.json:
            print(json.dumps({"server": kind, "connections": connections, "n": options.n, **row}))
        else:
            print(f"{kind:8} {connections:4} connections  " + "  ".join(f"{k} {v:9.3f}" for k, v in row.items()))


if __name__ == "__main__":
    main()
