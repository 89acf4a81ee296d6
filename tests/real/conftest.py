"""A real server in a process of its own, three providers that sign as theirs do, and a client that speaks HTTP.

Everything here is written from the vendors' documents, not with the connectors' own functions.
"""

import asyncio
import base64
import hashlib
import hmac
import json
import os
import signal
import subprocess
import sysconfig
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

import pytest

from omnilink.hub import Hub
from omnilink.model.view import Ledger
from omnilink.plugin.settings import parse_settings

PUBLIC_URL = "https://hooks.town.example"
SECRETS = {
    "TEAM_SECRET": "slack-secret",
    "CHAT_SECRET": "meta-secret",
    "CHAT_TOKEN": "word",
    "LINE_TOKEN": "twilio-token",
}
SETTINGS = f"""
tenant = "town"
public_url = "{PUBLIC_URL}"

[accounts.team]
connector = "slack"
signing_secret = "env:TEAM_SECRET"

[accounts.chat]
connector = "whatsapp"
app_secret = "env:CHAT_SECRET"
verify_token = "env:CHAT_TOKEN"

[accounts.line]
connector = "twilio"
auth_token = "env:LINE_TOKEN"
"""
START_S = 20


@dataclass(frozen=True)
class Message:
    """One provider's request."""

    target: str
    headers: dict[str, str]
    body: bytes

    def render(self) -> bytes:
        headers = {"host": "any.example", "content-length": str(len(self.body)), **self.headers}
        head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        return f"POST {self.target} HTTP/1.1\r\n{head}\r\n".encode() + self.body


def slack_message(i: int) -> Message:
    """https://docs.slack.dev/authentication/verifying-requests-from-slack"""
    now = str(int(time.time()))
    event = {
        "type": "message", "channel": f"D{i:09d}", "channel_type": "im", "user": f"U{i:09d}", "text": f"slack {i}",
        "ts": f"1700000000.{i:06d}", "event_ts": f"1700000000.{i:06d}", "team": "T061EG9R6",
    }  # fmt: skip
    payload = {
        "type": "event_callback", "team_id": "T061EG9R6", "api_app_id": "A1", "event_id": f"Ev{i:09d}",
        "event_time": 1700000000, "event": event,
    }  # fmt: skip
    body = json.dumps(payload).encode()
    mac = hmac.new(SECRETS["TEAM_SECRET"].encode(), b"v0:" + now.encode() + b":" + body, hashlib.sha256).hexdigest()
    signed = {"x-slack-request-timestamp": now, "x-slack-signature": f"v0={mac}"}
    return Message("/hooks/team", {"content-type": "application/json", **signed}, body)


def whatsapp_message(i: int) -> Message:
    """https://developers.facebook.com/docs/graph-api/webhooks/getting-started"""
    who = f"3460{i:07d}"
    message = {
        "from": who,
        "id": f"wamid.TEST{i}",
        "timestamp": "1700000000",
        "type": "text",
        "text": {"body": f"wa {i}"},
    }
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "15550783881", "phone_number_id": "106540352242922"},
        "contacts": [{"profile": {"name": "Ana"}, "wa_id": who}],
        "messages": [message],
    }
    change = {"id": "102290129340398", "changes": [{"field": "messages", "value": value}]}
    body = json.dumps({"object": "whatsapp_business_account", "entry": [change]}).encode()
    mac = hmac.new(SECRETS["CHAT_SECRET"].encode(), body, hashlib.sha256).hexdigest()
    return Message("/hooks/chat", {"content-type": "application/json", "x-hub-signature-256": f"sha256={mac}"}, body)


def twilio_message(i: int) -> Message:
    """https://www.twilio.com/docs/usage/security#validating-requests"""
    target = f"/hooks/line?step={i}%20a"
    form = {
        "MessageSid": f"SM{i:032x}", "AccountSid": "AC" + "0" * 32, "From": f"+3461{i:07d}", "To": "+34910000000",
        "Body": f"sms {i}", "NumMedia": "0", "NumSegments": "1", "ApiVersion": "2010-04-01",
    }  # fmt: skip
    signed = PUBLIC_URL + target + "".join(name + form[name] for name in sorted(form))
    mac = hmac.new(SECRETS["LINE_TOKEN"].encode(), signed.encode(), hashlib.sha1).digest()
    headers = {
        "content-type": "application/x-www-form-urlencoded",
        "x-twilio-signature": base64.b64encode(mac).decode(),
        "i-twilio-idempotency-token": f"00000000-0000-4000-8000-{i:012d}",
    }
    return Message(target, headers, urlencode(form).encode())


def make_message(i: int) -> Message:
    """Message number i, of one provider after the other."""
    return (slack_message, whatsapp_message, twilio_message)[i % 3](i)


class Line:
    """One connection to the server, used again and again."""

    def __init__(self, port: int) -> None:
        self.port = port

    async def __aenter__(self) -> "Line":
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)
        return self

    async def __aexit__(self, *exc: object) -> None:
        self.writer.close()
        with suppress(OSError):
            await self.writer.wait_closed()

    async def post(self, message: Message) -> int:
        """The status of the answer.

        Raises:
            OSError, EOFError: there was none.
        """
        self.writer.write(message.render())
        await self.writer.drain()
        return await self.read_status()

    async def read_status(self) -> int:
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode().lower()
        length = int(head.partition("content-length: ")[2].partition("\r\n")[0] or 0)
        await self.reader.readexactly(length)
        return int(head.split(" ", 2)[1])


@dataclass
class Server:
    """`omnilink serve` in a folder; it can be killed and started again at the same port."""

    folder: Path
    settings: str = SETTINGS
    port: int = 0
    process: subprocess.Popen[str] | None = field(default=None, repr=False)

    @property
    def db(self) -> Path:
        return self.folder / "town.db"

    def start(self) -> None:
        (self.folder / "omnilink.toml").write_text(self.settings)
        command = [Path(sysconfig.get_path("scripts")) / "omnilink", "--db", str(self.db), "serve", "--hooks-only"]
        with (self.folder / "errors.txt").open("a") as errors:
            self.process = subprocess.Popen(
                [*command, "--port", str(self.port)],
                cwd=self.folder,
                env={**os.environ, **SECRETS},
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert "listening" in line, self.errors()
        self.port = int(line.rpartition(":")[2])

    def kill(self) -> None:
        """As a power cut would, but for the disk's own cache."""
        self._end(signal.SIGKILL)

    def stop(self) -> int:
        """As an operator would."""
        return self._end(signal.SIGTERM)

    def _end(self, how: signal.Signals) -> int:
        process, self.process = self.process, None
        assert process is not None
        process.send_signal(how)
        process.communicate(timeout=START_S)
        return process.returncode

    def memory_kb(self) -> int:
        """The highest resident memory so far."""
        assert self.process is not None
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.partition("VmHWM:")[2].split()[0])

    def errors(self) -> str:
        return (self.folder / "errors.txt").read_text()

    def audit(self) -> Ledger:
        """Once it has ended: finishes what is pending, checks the whole database and gives its books."""

        async def work() -> Ledger:
            async with Hub.open(self.db, parse_settings(self.settings)) as hub:
                await hub.process()
                assert await hub.store.check() == []
                return await hub.ledger()

        return asyncio.run(work())


@pytest.fixture
def settings() -> str:
    """The configuration; a module that needs another one has its own."""
    return SETTINGS


@pytest.fixture
def server(tmp_path: Path, settings: str) -> Iterator[Server]:
    """A running server with three accounts: `team` (Slack), `chat` (WhatsApp), `line` (Twilio)."""
    made = Server(tmp_path, settings)
    try:
        made.start()
        yield made
    finally:
        if made.process is not None:
            made.kill()


@pytest.fixture
def call(server: Server) -> type[Line]:
    """`async with call(port) as line: await line.post(message)`."""
    return Line


@pytest.fixture
def messages() -> list[Message]:
    """500 different, validly signed messages."""
    return [make_message(i) for i in range(500)]
