"""Answers find their place by a signed token, or by a server's id for our mail; nothing forged leads anywhere."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from omnilink.errors import ConfigError
from omnilink.hub import Hub
from omnilink.model import OutboxState
from omnilink.plugin import ConnectorSettings
from omnilink.plugin.registry import Registry
from omnilink.plugin.settings import parse_settings
from omnilink.store.memory import MemoryStore
from omnilink.store.sqlite import SqliteStore
from omnilink_email.connector import EmailConnector
from omnilink_email.rewriting import rewritten_ids

pytestmark = pytest.mark.anyio
START = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
SETTINGS = """
[accounts.mail]
connector = "email"
own_handles = ["mailto:desk@town.example", "mailto:help@town.example"]
smtp_host = "HOST"
imap_host = "imap.town.example"
imap_username = "desk"
imap_password = "env:MAIL_PASSWORD"
reply_address = "help@town.example"
reply_keys = ["env:REPLY_NEW", "env:REPLY_OLD"]
"""
ANA = "mailto:ana@example.org"


@pytest.fixture
def anyio_backend():
    """The SMTP library is asyncio's."""
    return "asyncio"


class Desk:
    """A hub, the server its mail leaves by and the folder its mail comes to."""

    def __init__(self, store, server, inbox, host="smtp.town.example"):
        self.server, self.inbox, self.store, self.now = server, inbox, store, START

        class Connector(EmailConnector):
            dial = staticmethod(server)
            open_folder = staticmethod(inbox.open)

        registry = Registry()
        registry.add(Connector)
        settings = parse_settings(SETTINGS.replace("HOST", host))
        self.hub = Hub(store, settings, registry=registry, clock=lambda: self.now)

    async def send(self, text="Which street is it?", **fields):
        item = await self.hub.outbox.send(ANA, text, subject="Your lamp", **fields)
        await self.hub.outbox.deliver([item.id])
        item = await self.hub.outbox.item(item.id)
        assert item.state is OutboxState.ACCEPTED
        return item

    def field(self, name: str) -> str:
        head = self.server.mails[-1].partition(b"\r\n\r\n")[0].decode().replace("\r\n ", " ")
        found = re.search(rf"(?im)^{name}: (.*)$", head)
        return found[1].strip() if found else ""

    async def arrive(self, to: str, *fields: str, who="ana@example.org", text="Harbour Road"):
        number = len(self.inbox.mails) + 1
        head = [f"From: {who}", f"To: {to}", "Subject: hello", f"Message-ID: <in{number}@example.org>", *fields]
        self.inbox.mails[number] = "\r\n".join([*head, "", text]).encode()
        await self.hub.poller.poll("mail", lots=1)
        await self.hub.process()
        return (await self.store.read_latest(self.hub.scope, "mail", limit=1))[0]

    async def assignment(self, interaction):
        found = await self.store.read_assignments(self.hub.scope, conversations=[interaction.conversation])
        return next(a for a in found if a.in_force)


@pytest.fixture(params=["memory", "sqlite"])
async def desk(request, tmp_path, monkeypatch, make_server, make_inbox) -> AsyncIterator[Desk]:
    monkeypatch.setenv("MAIL_PASSWORD", "correct horse")
    monkeypatch.setenv("REPLY_NEW", "the newest key, long enough")
    monkeypatch.setenv("REPLY_OLD", "the key before that, too")
    store = MemoryStore() if request.param == "memory" else await SqliteStore.open(tmp_path / "mail.db")
    yield Desk(store, make_server(), make_inbox())
    assert await store.check() == []
    await store.aclose()


async def test_an_answer_without_any_header_is_under_the_case_its_token_names(desk):
    await desk.send()
    answer = await desk.arrive(desk.field("Reply-To"))
    (case,) = await desk.hub.cases.list()
    assert case.interactions == 2
    why = await desk.assignment(answer)
    assert (why.rung, why.confidence, why.needs_review) == ("R2", 0.99, False)
    assert [p.own for p in answer.participants] == [False, True]
    assert len(await desk.hub.contacts()) == 1


async def test_who_was_forwarded_a_mail_is_only_suggested(desk):
    await desk.send()
    stranger = await desk.arrive(desk.field("Reply-To"), who="eve@example.net")
    assert len(await desk.hub.cases.list()) == 2
    (suggestion,) = await desk.hub.cases.suggestions()
    assert (suggestion.interaction, suggestion.option.rung) == (stranger.id, "R2")
    assert suggestion.option.needs_review


async def test_a_forged_token_changes_nothing_and_the_reason_is_kept(desk):
    await desk.send()
    token = re.search(r"\+([a-z2-7]{50})@", desk.field("Reply-To"))[1]
    forged = token[:-16] + ("a" * 16 if token[-16:] != "a" * 16 else "b" * 16)
    answer = await desk.arrive(f"help+{forged}@town.example", who="eve@example.net")
    why = await desk.assignment(answer)
    assert why.decision == "new"
    assert [e.kind for e in why.evidence] in (["token_forged"], ["token_malformed"])
    assert await desk.hub.cases.suggestions() == []


async def test_an_expired_token_is_a_suggestion_to_who_takes_part(desk):
    await desk.send()
    address = desk.field("Reply-To")
    desk.now += timedelta(days=401)
    await desk.arrive(address)
    assert {s.option.evidence[0].kind for s in await desk.hub.cases.suggestions()} == {"expired_token_of_participant"}


async def test_a_replaced_key_is_read_as_long_as_it_is_there(desk, monkeypatch):
    await desk.send()
    address = desk.field("Reply-To")
    monkeypatch.setenv("REPLY_OLD", "the newest key, long enough")
    monkeypatch.setenv("REPLY_NEW", "an even newer key than that")
    assert (await desk.assignment(await desk.arrive(address))).rung == "R2"
    monkeypatch.setenv("REPLY_OLD", "gone, nobody knows it now")
    late = await desk.assignment(await desk.arrive(address, who="eve@example.net"))
    assert (late.decision, [e.kind for e in late.evidence]) == ("new", ["token_unknown_key"])


async def test_a_bounce_comes_back_to_the_address_its_mail_left_from(desk):
    await desk.send()
    sender = desk.server.commands[0].split()[1]
    assert re.fullmatch(r"help\+[a-z2-7]{50}@town\.example", sender)
    assert sender != desk.field("Reply-To")
    bounced = await desk.arrive(sender, "Auto-Submitted: auto-replied", who="mailer-daemon@mx.example.org")
    assert bounced.automated == "bounce"
    assert bounced.participants[1].own


async def test_an_automatic_answer_leaves_with_the_null_path(desk):
    asked = await desk.arrive("desk@town.example")
    item = await desk.hub.outbox.reply(asked.id, "We have it.", automated=True)
    await desk.hub.outbox.deliver([item.id])
    assert desk.server.commands[0].startswith("MAIL  ")
    assert (desk.field("Auto-Submitted"), desk.field("X-Loop")) == ("auto-replied", "omnilink")


async def test_every_attempt_sends_the_same_bytes_although_the_key_was_replaced(desk, monkeypatch):
    item = await desk.hub.outbox.send(ANA, "Which street is it?")
    monkeypatch.setenv("REPLY_NEW", "an even newer key than that")
    await desk.hub.outbox.deliver([item.id])
    (seen,) = (await desk.hub.timeline(ANA)).items
    assert desk.field("Message-ID") == f"<{seen.interaction.message_key.removeprefix('mail:')}>"


async def test_an_answer_that_cites_a_servers_own_id_finds_our_mail(tmp_path, monkeypatch, make_server, make_inbox):
    for name in ("MAIL_PASSWORD", "REPLY_NEW", "REPLY_OLD"):
        monkeypatch.setenv(name, "correct horse" if name == "MAIL_PASSWORD" else "a key that is long enough")
    given = "0100018e5f1b2c3d-1a2b3c4d-5e6f-7a8b-9c0d-112233445566-000000"
    server = make_server(end=(250, f"Ok {given}"))
    desk = Desk(MemoryStore(), server, make_inbox(), host="email-smtp.eu-west-1.amazonaws.com")
    await desk.send()
    assert desk.field("References") == desk.field("Message-ID")
    answer = await desk.arrive("desk@town.example", f"In-Reply-To: <{given}@eu-west-1.amazonses.com>")
    (thread,) = await desk.hub.conversations()
    assert thread.interactions == 2
    assert answer.in_reply_to == f"mail:{given}@eu-west-1.amazonses.com"


def test_only_a_server_that_is_known_to_rewrite_is_believed_to():
    given = "0100018e5f1b2c3d-1a2b3c4d-5e6f-7a8b-9c0d-112233445566-000000"
    assert rewritten_ids("smtp.town.example", f"Ok {given}") == ()
    assert rewritten_ids("email-smtp.eu-west-1.amazonaws.com.evil.example", f"Ok {given}") == ()
    assert rewritten_ids("email-smtp.us-east-1.amazonaws.com", f"Ok {given}")[-1] == f"{given}@email.amazonses.com"


@pytest.mark.parametrize("address", ["help", "help+x@town.example", "a-very-long-mailbox-name@town.example", "<h@t>"])
def test_an_address_that_cannot_carry_a_token_is_refused_at_once(address):
    with pytest.raises(ConfigError):
        EmailConnector(ConnectorSettings(account="mail", options={"reply_address": address}))
