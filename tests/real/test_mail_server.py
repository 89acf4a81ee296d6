"""Mail through Postfix and Dovecot: out, answered, bounced, and every word of it in the history."""

import asyncio
import json
import os
import smtplib
import subprocess
import sys
import tempfile
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

import pytest

from omnilink.errors import ConfigError, OmnilinkError, TransientError
from omnilink.hub import Hub
from omnilink.model import Media, OutboxState
from omnilink.plugin.settings import parse_settings

pytestmark = pytest.mark.real

SCRIPT = Path(__file__).parent / "servers" / "mail.py"
DESK, ANA, NOBODY = "desk@town.example", "ana@citizens.example", "nobody@citizens.example"
SOON_S = 20.0


@dataclass(frozen=True)
class Ports:
    certificate: str
    smtp: int
    smtps: int
    lmtp: int
    imap: int
    imaps: int
    auth: int


@pytest.fixture(scope="module")
def ports() -> Iterator[Ports]:
    """A running server. Where nobody may install one it is missing, which only a developer's machine may."""
    if os.geteuid() != 0 and not os.environ.get("CI"):
        pytest.skip("a mail server needs root")
    folder = tempfile.mkdtemp(prefix="omnilink-mail-")
    try:
        started = subprocess.run(
            [sys.executable, str(SCRIPT), "start", folder], stdout=subprocess.PIPE, timeout=900, check=True
        )
        yield Ports(certificate=f"{folder}/cert.pem", **json.loads(started.stdout))
    finally:
        subprocess.run([sys.executable, str(SCRIPT), "stop", folder], timeout=120, check=False)


def settings(ports: Ports, who: str) -> str:
    return f"""
tenant = "town"
[accounts.mail]
connector = "email"
own_handles = ["mailto:{who}"]
smtp_host = "127.0.0.1"
smtp_port = {ports.smtp}
smtp_tls = "none"
imap_host = "127.0.0.1"
imap_port = {ports.imap}
imap_tls = "none"
imap_username = "{who}"
imap_password = "env:MAIL_PASSWORD"
imap_idle_s = 5
from_name = "Town Hall, Désk"
"""


@asynccontextmanager
async def desk(ports: Ports, path: Path, who: str = DESK) -> AsyncIterator[Hub]:
    """A hub that fetches and processes all the time."""
    async with Hub.open(path, parse_settings(settings(ports, who))) as hub:
        tasks = [asyncio.create_task(hub.poller.poll("mail")), asyncio.create_task(hub.run_processing(idle_s=0.1))]
        try:
            yield hub
        finally:
            for task in tasks:
                task.cancel()
            ended = await asyncio.gather(*tasks, return_exceptions=True)
            assert all(isinstance(end, asyncio.CancelledError) for end in ended), ended


async def until(look: Callable[[], Awaitable[object]]) -> None:
    async with asyncio.timeout(SOON_S):
        while not await look():  # noqa: ASYNC110 - the store is all there is to look at
            await asyncio.sleep(0.05)


@pytest.fixture(autouse=True)
def password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAIL_PASSWORD", "correct horse")


async def history(hub: Hub, who: str) -> list:
    conversations = await hub.conversations()
    everything = [i for c in conversations for i in await hub.conversation(c.id)]
    return [i for i in everything if any(p.handle and p.handle.value == who for p in i.participants)]


async def states(hub: Hub, who: str) -> list[str | None]:
    return [item.state for item in (await hub.timeline(f"mailto:{who}")).items]


def answer(ports: Ports, message_id: str, text: str) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = f"Ana García <{ANA}>", DESK, "Re: Señal"
    mail["Message-ID"], mail["In-Reply-To"] = f"<{uuid.uuid4().hex}@citizens.example>", f"<{message_id}>"
    mail.set_content(text)
    with smtplib.SMTP("127.0.0.1", ports.smtp, timeout=10) as line:
        line.send_message(mail)


def test_a_mail_arrives_whole_and_its_answer_is_pushed_into_the_same_conversation(ports, tmp_path):
    async def work():
        async with desk(ports, tmp_path / "desk.db") as hub, desk(ports, tmp_path / "ana.db", ANA) as hers:
            photo = tmp_path / "lámpara.png"
            photo.write_bytes(bytes(range(256)) * 40)
            item = await hub.outbox.send(
                f"mailto:{ANA}", "The **light** is *mended*: ñ € 🎉\n\n.\nFrom here on.", subject="Señal 🚦",
                files=[photo],
            )  # fmt: skip
            await hub.outbox.deliver([item.id])
            sent = await hub.outbox.item(item.id)
            assert sent.state is OutboxState.ACCEPTED, sent.reason

            await until(lambda: _has_arrived(hers))
            seen = next(i for i in await history(hers, DESK) if i.subject == "Señal 🚦")
            assert seen.subject == "Señal 🚦"
            assert "light is mended: ñ € 🎉\n\n.\nFrom here on." in seen.parts[0].text.replace("\r", "")
            (media,) = [part for part in seen.parts if isinstance(part, Media)]
            assert (media.filename, media.size) == ("lámpara.png", 256 * 40)
            assert media.sha256 == next(p for p in item.message.parts if isinstance(p, Media)).sha256
            assert seen.message_key == sent.delivered[0]

            began = asyncio.get_running_loop().time()
            await asyncio.to_thread(answer, ports, sent.delivered[0].removeprefix("mail:"), "¡Gracias!")
            await until(lambda: _is_answered(hub, item.interaction))
            # Pushed (IDLE), not found at the next look five seconds later.
            assert asyncio.get_running_loop().time() - began < 4
            # By the mail's own clock, of whole seconds, the answer may seem older.
            theirs, ours = sorted(await _thread(hub, item.interaction), key=lambda i: i.direction)
            assert (theirs.direction, ours.direction) == ("inbound", "outbound")
            assert ours.conversation == theirs.conversation
            assert theirs.in_reply_to == ours.message_key
            assert await hub.store.check() == []

    async def _has_arrived(hers):
        return any(i.subject == "Señal 🚦" for i in await history(hers, DESK))

    async def _thread(hub, interaction):
        (ours,) = await hub.store.read_interactions(hub.scope, [interaction])
        return await hub.conversation(ours.conversation)

    async def _is_answered(hub, interaction):
        return len(await _thread(hub, interaction)) == 2

    asyncio.run(work())


def test_a_mail_to_nobody_comes_back_and_is_failed(ports, tmp_path):
    async def work():
        async with desk(ports, tmp_path / "desk.db") as hub:
            item = await hub.outbox.send(f"mailto:{NOBODY}", "Hello?", subject="Anybody?")
            await hub.outbox.deliver([item.id])
            assert (await hub.outbox.item(item.id)).state is OutboxState.ACCEPTED

            async def is_failed():
                return "failed" in await states(hub, NOBODY)

            await until(is_failed)
            assert (await hub.ledger()).balanced

    asyncio.run(work())


def test_mails_that_were_there_before_are_read_once_and_stay_unseen(ports, tmp_path):
    async def work():
        for _ in range(2):
            async with Hub.open(tmp_path / "desk.db", parse_settings(settings(ports, DESK))) as hub:
                first = await hub.poller.poll("mail", lots=1)
                await hub.process()
        assert first == 0

    answer(ports, "unknown@town.example", "A word before you looked")
    asyncio.run(work())
    import imaplib

    with imaplib.IMAP4("127.0.0.1", ports.imap) as line:
        line.login(DESK, "correct horse")
        line.select("INBOX", readonly=True)
        assert line.search(None, "SEEN")[1] == [b""]


def secured(ports: Ports, security: str) -> str:
    return f"""
tenant = "town"
[accounts.mail]
connector = "email"
own_handles = ["mailto:{DESK}"]
smtp_host = "127.0.0.1"
smtp_port = {ports.smtp if security == "starttls" else ports.smtps}
smtp_tls = "{security}"
smtp_username = "{DESK}"
smtp_password = "env:MAIL_PASSWORD"
imap_host = "127.0.0.1"
imap_port = {ports.imap if security == "starttls" else ports.imaps}
imap_tls = "{security}"
imap_username = "{DESK}"
imap_password = "env:MAIL_PASSWORD"
"""


@pytest.mark.parametrize("security", ["starttls", "tls"])
@pytest.mark.parametrize("wrong", [None, "certificate", "password"])
def test_passwords_go_only_to_a_server_whose_certificate_is_good(ports, tmp_path, monkeypatch, security, wrong):
    if wrong != "certificate":
        monkeypatch.setenv("SSL_CERT_FILE", ports.certificate)
    if wrong == "password":
        monkeypatch.setenv("MAIL_PASSWORD", "wrong horse")

    async def work():
        async with Hub.open(tmp_path / "desk.db", parse_settings(secured(ports, security))) as hub:
            item = await hub.outbox.send(f"mailto:{ANA}", "Sealed", subject="Sealed")
            await hub.outbox.deliver([item.id])
            sent = await hub.outbox.item(item.id)
            try:
                await hub.poller.poll("mail", lots=1)
            except OmnilinkError as e:
                return sent.state, sent.reason, type(e)
            return sent.state, sent.reason, None

    state, reason, error = asyncio.run(work())
    if wrong is None:
        assert (state, error) == (OutboxState.ACCEPTED, None)
    elif wrong == "password":
        assert (state, reason, error) == (OutboxState.FAILED, "not-authorised", ConfigError)
    else:
        assert (state, error) == (OutboxState.QUEUED, TransientError)
