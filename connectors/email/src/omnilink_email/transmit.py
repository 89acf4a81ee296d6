"""Transmit: one mail over SMTP (RFC 5321), knowing at every moment whether the server may have it.

A server takes a mail at the dot that ends it (RFC 5321 §4.1.1.4). Until then a lost line means that nothing was sent;
after it, without an answer, nobody knows.
"""

import asyncio
import re
from base64 import b64encode
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Protocol

from omnilink.plugin import Answer, HttpAnswer, TransportFailed
from omnilink_email.sasl import choose_login
from omnilink_email.servers import Server

# Shorter than the time the core believes a delivery alive (two minutes).
WHOLE_S = 100.0
ANSWER_S = 60.0
_QUIT_S = 2.0
_CHUNK_BYTES = 256 * 1024
_LINE_DOT = re.compile(rb"^\.", re.MULTILINE)
_ENHANCED = re.compile(r"\s*([245]\.\d{1,3}\.\d{1,3})(?:\s|$)")


@dataclass(frozen=True, slots=True, repr=False)
class MailRequest:
    """One mail for one recipient.

    Attributes:
        sender, recipient: of the envelope; bare addresses ("" is the null path).
        message_id: without brackets; also the envelope's id, so that a bounce without our header names it.
        is_international: an address needs SMTPUTF8.
    """

    sender: str
    recipient: str
    content: bytes
    message_id: str
    is_international: bool = False

    def describe(self) -> str:
        """For a dry run: without the recipient."""
        return f"SMTP MAIL ({len(self.content)} bytes)"


class Reply(Protocol):
    """A server's reply."""

    @property
    def code(self) -> int: ...
    @property
    def message(self) -> str: ...


class SmtpClient(Protocol):
    """What is asked of a connection; `aiosmtplib.SMTP` has it."""

    transport: Any

    async def connect(self) -> Any: ...
    async def ehlo(self) -> Any: ...
    @property
    def server_auth_methods(self) -> list[str]: ...
    async def login(self, username: str, password: str, /) -> Any: ...
    def supports_extension(self, extension: str, /) -> bool: ...
    async def mail(self, sender: str, /, *, options: Iterable[str] | None = None, encoding: str = "ascii") -> Any: ...
    async def rcpt(
        self, recipient: str, /, *, options: Iterable[str] | None = None, encoding: str = "ascii"
    ) -> Any: ...
    async def execute_command(self, *args: bytes) -> Reply: ...
    async def quit(self) -> Any: ...
    def close(self) -> None: ...


Dial = Callable[[Server], SmtpClient]


def dial_smtp(server: Server) -> SmtpClient:
    """A connection not yet opened. With `starttls` a server that offers none is not talked to."""
    from aiosmtplib import SMTP

    return SMTP(
        hostname=server.host, port=server.port, use_tls=server.security == "tls",
        start_tls=server.security == "starttls", timeout=ANSWER_S,
    )  # fmt: skip


async def transmit_mail(request: MailRequest, server: Server, password: str | None, dial: Dial = dial_smtp) -> Answer:
    """Sends one mail. Never raises for what the server or the line does.

    Args:
        request: the mail.
        server: with a username only if there is a password.
        password: or the access token, where the server says so.
        dial: makes the connection.

    Returns:
        The server's last reply with `stage` (`connect`, `auth`, `mail`, `rcpt`, `data`, `end`), `host` and, if it
        gave one, `enhanced` (RFC 3463) among its headers; or that there was none.
    """
    try:
        asyncio.get_running_loop()
    except RuntimeError:  # aiosmtplib knows no other event loop
        return TransportFailed("needs-asyncio", dispatched=False)
    exchange = _Exchange(dial(server), server, password)
    try:
        async with asyncio.timeout(WHOLE_S):
            return await exchange.run(request)
    except Exception as e:
        code = getattr(e, "code", None)
        if isinstance(code, int):
            return exchange.answer(code, str(getattr(e, "message", "")))
        return TransportFailed(type(e).__name__, dispatched=exchange.is_dispatched)
    finally:
        exchange.client.close()


@dataclass(slots=True, repr=False)
class _Exchange:
    client: SmtpClient
    server: Server
    password: str | None
    stage: str = "connect"
    is_dispatched: bool = False

    def answer(self, code: int, text: str) -> HttpAnswer:
        headers = {"stage": self.stage, "host": self.server.host}
        if (enhanced := _ENHANCED.match(text)) is not None:
            headers["enhanced"] = enhanced[1]
        return HttpAnswer(code, headers, text.encode("utf-8", "replace"))

    async def run(self, request: MailRequest) -> Answer:
        client = self.client
        await client.connect()
        if self.server.username and self.password is not None:
            self.stage = "auth"
            if self.server.by_token:
                if (refusal := await self._log_in_by_token(self.password)) is not None:
                    return refusal
            else:
                await client.login(self.server.username, self.password)
        self.stage = "mail"
        if request.is_international and not client.supports_extension("smtputf8"):
            # RFC 6531 §3.5's own reply, before it is asked.
            return self.answer(550, "5.6.7 SMTPUTF8 is not offered")
        encoding = "utf-8" if request.is_international else "ascii"
        await client.mail(request.sender, options=self._mail_options(request), encoding=encoding)
        self.stage = "rcpt"
        # RFC 3461 §4.1: tell us of failures and delays, not of success.
        notify = ["NOTIFY=FAILURE,DELAY"] if client.supports_extension("dsn") else []
        await client.rcpt(request.recipient, options=notify, encoding=encoding)
        self.stage = "data"
        ready = await client.execute_command(b"DATA")
        if ready.code != 354:
            return self.answer(ready.code, ready.message)
        await self._write(_LINE_DOT.sub(b"..", request.content))
        self.stage, self.is_dispatched = "end", True
        taken = await client.execute_command(b".")
        with suppress(Exception):
            async with asyncio.timeout(_QUIT_S):
                await client.quit()
        return self.answer(taken.code, taken.message)

    async def _log_in_by_token(self, token: str) -> Answer | None:
        """Logs in by SASL (RFC 4954); the server's refusal, if it refuses."""
        await self.client.ehlo()
        login = choose_login(self.server, token, self.client.server_auth_methods)
        if login is None:
            return self.answer(504, "5.5.4 no mechanism that takes a token is offered")
        said = await self.client.execute_command(b"AUTH", login.mechanism.encode(), b64encode(login.first))
        if said.code == 334:  # why not; it wants an answer before it says no
            said = await self.client.execute_command(b64encode(login.after_refusal))
        return None if said.code == 235 else self.answer(said.code, said.message)

    def _mail_options(self, request: MailRequest) -> list[str]:
        options = []
        if self.client.supports_extension("size"):  # RFC 1870
            options.append(f"SIZE={len(request.content)}")
        if request.is_international:  # RFC 6531 §3.6
            options += ["SMTPUTF8", "BODY=8BITMIME"]
        if self.client.supports_extension("dsn"):
            options.append("RET=HDRS")
            # RFC 3461 §4.4: at most 100 characters, those of xtext as they are.
            if len(request.message_id) <= 100 and re.fullmatch(r"[!-*,-<>-~]+", request.message_id):
                options.append(f"ENVID={request.message_id}")
        return options

    async def _write(self, content: bytes) -> None:
        """Writes all of the mail but its end, and waits until it has left this process.

        Raises:
            ConnectionError: the line was lost on the way.
        """
        transport = self.client.transport
        for start in range(0, len(content), _CHUNK_BYTES):
            if transport is not None and not transport.is_closing():
                transport.write(content[start : start + _CHUNK_BYTES])
            while True:
                if transport is None or transport.is_closing():
                    raise ConnectionResetError
                if transport.get_write_buffer_size() == 0:
                    break
                await asyncio.sleep(0.005)
