"""Mail out and in again through a hub: one history, whatever the servers do."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from omnilink.errors import SendRefused
from omnilink.hub import Hub
from omnilink.model import OutboxState
from omnilink.plugin.registry import Registry
from omnilink.plugin.settings import parse_settings
from omnilink.store.memory import MemoryStore
from omnilink.store.sqlite import SqliteStore
from omnilink_email.connector import EmailConnector

START = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
SETTINGS = """
tenant = "town"
[accounts.mail]
connector = "email"
own_handles = ["mailto:desk@town.example"]
authserv_id = "mx.town.example"
smtp_host = "smtp.town.example"
imap_host = "imap.town.example"
imap_username = "desk"
imap_password = "env:MAIL_PASSWORD"
imap_idle_s = 1
"""
ANA = "mailto:ana@example.org"


@pytest.fixture
def anyio_backend():
    """The SMTP library is asyncio's."""
    return "asyncio"


class Desk:
    """A hub, the server its mail leaves by and the folder its mail comes to."""

    def __init__(self, store, server, inbox):
        self.server, self.inbox, self.now = server, inbox, START

        class Connector(EmailConnector):
            dial = staticmethod(server)
            open_folder = staticmethod(inbox.open)

        registry = Registry()
        registry.add(Connector)
        self.hub = Hub(store, parse_settings(SETTINGS), registry=registry, clock=lambda: self.now)

    async def send(self, text="Your **permit** is ready", **fields):
        item = await self.hub.outbox.send(ANA, text, subject="Permit", **fields)
        return await self.deliver(item)

    async def deliver(self, item):
        await self.hub.outbox.deliver([item.id])
        return await self.hub.outbox.item(item.id)

    async def arrive(self, *mails):
        for mail in mails:
            self.inbox.mails[len(self.inbox.mails) + 1] = mail
        await self.fetch()

    async def fetch(self):
        await self.hub.poller.poll("mail", lots=1)
        await self.hub.process()

    async def timeline(self):
        return (await self.hub.timeline(ANA)).items

    @property
    def sent_id(self):
        return re.search(rb"Message-ID: <([^>]+)>", self.server.mails[-1])[1]


@pytest.fixture(params=["memory", "sqlite"])
async def desk(request, tmp_path, monkeypatch, make_server, make_inbox) -> AsyncIterator[Desk]:
    monkeypatch.setenv("MAIL_PASSWORD", "correct horse")
    if request.param == "memory":
        yield Desk(MemoryStore(), make_server(), make_inbox())
        return
    store = await SqliteStore.open(tmp_path / "mail.db")
    desk = Desk(store, make_server(), make_inbox())
    yield desk
    assert await store.check() == []
    await store.aclose()


def bounce(returned, action=b"failed", status=b"5.1.1"):
    return b"""\
From: MAILER-DAEMON@mx.example.org
To: desk@town.example
Subject: Undelivered
Date: Sun, 1 Mar 2026 09:00:00 +0000
Message-ID: <report-%b@mx.example.org>
Auto-Submitted: auto-replied
Content-Type: multipart/report; report-type=delivery-status; boundary="r"

--r
Content-Type: text/plain

No.
--r
Content-Type: message/delivery-status

%b
Final-Recipient: rfc822; ana@example.org
Action: %b
Status: %b

--r--
""" % (action, returned, action, status)


pytestmark = pytest.mark.anyio


async def test_a_mail_that_was_accepted_is_in_the_history_once(desk):
    item = await desk.send(idempotency_key="k")
    assert item.state is OutboxState.ACCEPTED
    assert (await desk.send(idempotency_key="k")).id == item.id
    (seen,) = await desk.timeline()
    assert (seen.direction, seen.interaction.message_key) == ("outbound", f"mail:{item.id}@town.example")
    assert len(desk.server.mails) == 1


async def test_our_own_copies_are_the_same_interaction(desk):
    await desk.send()
    (mail,) = desk.server.mails
    trace = (
        b"Authentication-Results: mx.town.example; dmarc=pass header.from=town.example\r\n"
        b"Received: from a by mx.town.example; Sun, 1 Mar 2026 08:00:01 +0000\r\n"
    )
    await desk.arrive(mail, trace + mail)
    (seen,) = await desk.timeline()
    assert [bool(arrival.envelope) for arrival in seen.interaction.arrivals] == [False, True]
    # Somebody else's mail under our id is another one.
    await desk.arrive(mail.replace(b"Permit", b"Fraud", 1).replace(b"desk@town.example", b"x@evil.example", 1))
    assert {item.interaction.subject for item in await desk.timeline()} == {"Permit", "Fraud"}


async def test_copy_whose_id_the_provider_wrote_anew_is_the_same_interaction_and_its_answers_find_it(desk):
    await desk.send()
    (mail,) = desk.server.mails
    anew = mail.replace(desk.sent_id, b"0102018f-000000@relay.example")
    await desk.arrive(anew)
    await desk.arrive(anew + b"\n")  # once more, from another folder
    (seen,) = await desk.timeline()
    assert [bool(arrival.envelope) for arrival in seen.interaction.arrivals] == [False, True]
    await desk.arrive(
        b"From: Ana <ana@example.org>\nTo: desk@town.example\nSubject: Re: Permit\nMessage-ID: <a1@example.org>\n"
        b"Date: Sun, 1 Mar 2026 09:00:00 +0000\nIn-Reply-To: <0102018f-000000@relay.example>\n\nThank you\n"
    )
    assert len({item.conversation for item in await desk.timeline()}) == 1


async def test_copy_of_the_same_words_to_somebody_else_is_not_the_first_ones(desk):
    await desk.send("The office is closed")
    first = await desk.timeline()
    await desk.deliver(await desk.hub.outbox.send("mailto:bo@example.org", "The office is closed", subject="Permit"))
    for mail in list(desk.server.mails):
        await desk.arrive(mail.replace(b"@town.example>", b".anew@relay.example>", 1))
    assert [item.interaction.id for item in await desk.timeline()][-1] == first[0].interaction.id
    for who in ("mailto:ana@example.org", "mailto:bo@example.org"):
        people = {p.handle.key for item in (await desk.hub.timeline(who)).items for p in item.interaction.participants}
        assert people == {"mailto:desk@town.example", who}


async def test_a_citizens_answer_is_in_the_same_conversation(desk):
    await desk.send()
    await desk.arrive(
        b"From: Ana <ana@example.org>\nTo: desk@town.example\nSubject: Re: Permit\nMessage-ID: <a1@example.org>\n"
        b"Date: Sun, 1 Mar 2026 09:00:00 +0000\nIn-Reply-To: <%b>\n\nThank you\n" % desk.sent_id
    )
    answer, ours = await desk.timeline()
    assert answer.conversation == ours.conversation
    assert answer.interaction.in_reply_to == ours.interaction.message_key

    reply = await desk.hub.outbox.reply(answer.interaction.id, "You are welcome")
    await desk.deliver(reply)
    mail = desk.server.mails[-1]
    assert b"\r\nSubject: Re: Permit\r\n" in mail
    assert b"\r\nIn-Reply-To: <a1@example.org>\r\n" in mail
    assert {item.conversation for item in await desk.timeline()} == {ours.conversation}


@pytest.mark.parametrize(
    "named",
    [b"Reporting-MTA: dns; mx\nOriginal-Envelope-Id: %b\n", b"Reporting-MTA: dns; mx\nOriginal-Message-ID: <%b>\n"],
)
async def test_a_bounce_is_a_receipt_of_what_was_sent(desk, named):
    await desk.send()
    await desk.arrive(bounce(named % desk.sent_id, b"delayed", b"4.4.1"))
    assert "failed" not in [item.state for item in await desk.timeline()]
    await desk.arrive(bounce(named % desk.sent_id))
    assert "failed" in [item.state for item in await desk.timeline()]


async def test_a_greylisted_mail_is_sent_later_as_the_same_bytes(desk):
    desk.server.replies["rcpt"] = (450, "4.2.0 later")
    item = await desk.send()
    assert (item.state, item.reason, item.error_code) == (OutboxState.QUEUED, "throttled", "4.2.0")
    first = desk.server.commands[0]
    del desk.server.replies["rcpt"]
    desk.now += timedelta(hours=1)
    assert (await desk.deliver(item)).state is OutboxState.ACCEPTED
    assert desk.server.commands[-2] == first
    assert len(desk.server.mails) == 1
    assert b"Date: Sun, 01 Mar 2026 08:00:00 +0000" in desk.server.mails[0]


async def test_a_mail_nobody_answered_for_is_not_sent_again(desk):
    desk.server.replies["end"] = TimeoutError()
    item = await desk.send()
    assert item.state is OutboxState.UNKNOWN
    desk.server.replies.clear()
    desk.now += timedelta(days=1)
    await desk.hub.outbox.deliver()
    assert desk.server.mails == []


async def test_a_refused_recipient_fails_with_the_servers_code(desk):
    desk.server.replies["rcpt"] = (550, "5.1.1 no such user")
    item = await desk.send()
    assert (item.state, item.reason, item.error_code) == (OutboxState.FAILED, "unreachable", "5.1.1")


async def test_a_folder_numbered_anew_doubles_nothing(desk):
    await desk.arrive(*(b"From: ana@example.org\nMessage-ID: <%d@example.org>\n\nx\n" % n for n in range(5)))
    assert len(await desk.timeline()) == 5
    desk.inbox.validity = 8
    await desk.fetch()
    assert len(await desk.timeline()) == 5
    assert await desk.hub.store.read_cursor(desk.hub.scope, "mail") == "8/5"
    assert (await desk.hub.ledger()).balanced


async def test_a_dry_run_says_what_would_be_lost_and_sends_nothing(desk):
    check = await desk.hub.outbox.can_send(ANA, "x", subject="ñ" * 300)
    assert check.allowed
    assert [loss.what for loss in check.losses] == ["subject"]
    assert check.steps[0].startswith("SMTP MAIL")
    with pytest.raises(SendRefused):
        await desk.hub.outbox.send(ANA, "x", subject="a\r\nBcc: evil@example.org")
    assert desk.server.commands == []
