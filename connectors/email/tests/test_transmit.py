"""SMTP: who has the mail at every moment, and what a server's reply means."""

from datetime import UTC, datetime

import anyio
import pytest

from omnilink.errors import SecretMissing
from omnilink.model import Handle, Outgoing, Text
from omnilink.plugin import (
    Accepted,
    ConnectorSettings,
    Declined,
    HttpAnswer,
    NotDispatched,
    Secret,
    SendContext,
    Throttled,
    TransportFailed,
    Unknown,
)
from omnilink_email.connector import EmailConnector

CONTEXT = SendContext(
    item="01item", account="mail", recipient=Handle.of("mailto", "ana@example.org"),
    sender=Handle.of("mailto", "desk@town.example"), now=datetime(2026, 3, 1, 8, 0, tzinfo=UTC),
)  # fmt: skip
SECRETS = {"smtp_password": (Secret("correct horse"), Secret("old horse"))}


def make(server, **options):
    class Connector(EmailConnector):
        dial = staticmethod(server)

    options = {"smtp_host": "smtp.town.example", "smtp_username": "desk", **options}
    return Connector(ConnectorSettings("mail", options=options))


def send(server, text="Hello\n\n.\n..two", context=CONTEXT, secrets=SECRETS, backend="asyncio", **options):
    connector = make(server, **options)
    plan = connector.render(Outgoing(parts=(Text(text=text, format="plain"),)), context)
    (step,) = plan.steps

    async def work():
        return await connector.transmit(step.make({}), secrets, None)

    answer = anyio.run(work, backend=backend)
    return connector.outcome(step, answer), answer, step.make({})


def test_a_mail_is_handed_over_whole(make_server):
    server = make_server()
    outcome, _, request = send(server)
    assert outcome == Accepted(("mail:01item@town.example",))
    assert server.mails == [request.content]
    assert b"\r\n..\r\n" in server.written
    assert server.commands == [
        f"MAIL desk@town.example SIZE={len(request.content)} RET=HDRS ENVID=01item@town.example",
        "RCPT ana@example.org NOTIFY=FAILURE,DELAY",
    ]
    assert (server.login_with, server.is_open) == (("desk", "correct horse"), False)


def test_a_server_that_offers_nothing_is_asked_for_nothing(make_server):
    server = make_server()
    server.extensions = set()
    send(server)
    assert server.commands == ["MAIL desk@town.example", "RCPT ana@example.org"]


def test_a_big_mail_is_written_piece_by_piece(make_server):
    server = make_server()
    _, _, request = send(server, "x" * 2_000_000)
    assert server.mails == [request.content]


def test_starttls_is_the_default_and_a_server_without_it_gets_nothing(make_server):
    server = make_server(connect=ConnectionError("no STARTTLS"))
    outcome, _, _ = send(server)
    assert (server.server.security, server.server.port) == ("starttls", 587)
    assert (outcome, server.login_with, server.commands) == (NotDispatched("ConnectionError"), None, [])


def test_the_real_client_insists_on_what_is_configured():
    from omnilink_email.servers import Server as Place
    from omnilink_email.transmit import dial_smtp

    async def flags(security):
        client = dial_smtp(Place("smtp.town.example", 25, security))
        return client.use_tls, client._start_tls_on_connect, client.validate_certs

    assert anyio.run(flags, "starttls") == (False, True, True)
    assert anyio.run(flags, "tls") == (True, False, True)
    assert anyio.run(flags, "none") == (False, False, True)


# --- what a reply means -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stage", "code", "text", "expected"),
    [
        ("connect", 421, "4.3.2 busy", NotDispatched("smtp-421")),
        ("connect", 554, "no service", Declined("not-authorised", "554")),
        ("auth", 535, "5.7.8 bad credentials", Declined("not-authorised", "5.7.8")),
        ("auth", 454, "4.7.0 later", NotDispatched("smtp-454")),
        ("mail", 530, "5.7.0 log in first", Declined("not-authorised", "5.7.0")),
        ("mail", 552, "5.3.4 too big", Declined("too-large", "5.3.4")),
        ("mail", 452, "4.3.1 disk full", Throttled(error_code="4.3.1")),
        ("mail", 553, "5.7.1 not your address", Declined("not-authorised", "5.7.1")),
        ("rcpt", 450, "4.2.0 greylisted", Throttled(error_code="4.2.0")),
        ("rcpt", 450, "come back", Throttled(error_code="450")),
        ("rcpt", 421, "4.7.0 too many", Throttled(error_code="4.7.0")),
        ("rcpt", 550, "5.1.1 no such user", Declined("unreachable", "5.1.1")),
        ("rcpt", 550, "no such user", Declined("unreachable", "550")),
        ("rcpt", 556, "5.1.10 null MX", Declined("unreachable", "5.1.10")),
        ("rcpt", 554, "5.7.1 blocked", Declined("policy", "5.7.1")),
        ("rcpt", 552, "5.2.2 mailbox full", Declined("unreachable", "5.2.2")),
        ("rcpt", 501, "5.1.3 bad syntax", Declined("unreachable", "5.1.3")),
        ("data", 451, "4.3.0 later", Throttled(error_code="4.3.0")),
        ("data", 554, "5.5.1 no valid recipients", Declined("bad-request", "5.5.1")),
        ("end", 250, "queued", Accepted(("mail:01item@town.example",))),
        ("end", 451, "4.7.1 later", Throttled(error_code="4.7.1")),
        ("end", 550, "spam", Declined("policy", "550")),
        ("end", 552, "too big", Declined("too-large", "552")),
        ("end", 554, "5.6.0 bad content", Declined("bad-request", "5.6.0")),
        ("end", 354, "what?", Unknown("smtp-354")),
    ],
)
def test_what_a_reply_means(make_server, stage, code, text, expected):
    assert send(make_server(**{stage: (code, text)}))[0] == expected


@pytest.mark.parametrize("stage", ["connect", "auth", "mail", "rcpt", "data"])
def test_a_line_lost_before_the_mails_end_may_be_tried_again(make_server, stage):
    server = make_server(**{stage: ConnectionResetError()})
    outcome, answer, _ = send(server)
    assert (outcome, server.mails) == (NotDispatched("ConnectionResetError"), [])
    assert answer == TransportFailed("ConnectionResetError", dispatched=False)


def test_a_line_lost_within_the_content_may_be_tried_again(make_server):
    server = make_server()
    server.lost_after = 300_000
    assert send(server, "x" * 2_000_000)[0] == NotDispatched("ConnectionResetError")


@pytest.mark.parametrize("error", [ConnectionResetError(), TimeoutError(), EOFError(), ValueError()])
def test_after_the_mails_end_no_answer_is_unknown(make_server, error):
    outcome, answer, _ = send(make_server(end=error))
    assert outcome == Unknown(type(error).__name__)
    assert answer.dispatched


def test_a_lost_goodbye_changes_nothing(make_server):
    assert isinstance(send(make_server(quit=ConnectionResetError()))[0], Accepted)


def test_a_server_that_knows_no_other_letters_is_not_asked(make_server):
    server = make_server()
    server.extensions.discard("smtputf8")
    context = SendContext("01item", "mail", Handle.of("mailto", "añá@example.org"), CONTEXT.sender, CONTEXT.now)
    assert send(server, context=context)[0] == Declined("not-supported", "5.6.7")
    assert server.commands == []
    server = make_server()
    send(server, context=context)
    assert "SMTPUTF8 BODY=8BITMIME" in server.commands[0]


def test_on_another_event_loop_nothing_leaves(make_server):
    server = make_server()
    assert send(server, backend="trio")[0] == NotDispatched("needs-asyncio")
    assert not server.commands
    assert EmailConnector.manifest.backends == {"asyncio"}


def test_without_a_password_nothing_is_dialled(make_server):
    server = make_server()
    with pytest.raises(SecretMissing):
        send(server, secrets={})
    assert not server.is_open
    assert server.login_with is None


@pytest.mark.parametrize("status", [*range(0, 700, 7), -1, 10**9])
def test_every_answer_means_something(make_server, status):
    connector = make(make_server())
    (step,) = connector.render(Outgoing(parts=(Text(text="x"),)), CONTEXT).steps
    for headers in ({}, {"stage": "end"}, {"stage": "end", "enhanced": "5.999.999"}):
        assert connector.outcome(step, HttpAnswer(status, headers)) is not None
