"""Logging in with an access token: asked for once, said to the mail server only, given up when it is refused."""

import base64
import imaplib
import json
from contextlib import aclosing
from types import SimpleNamespace

import anyio
import pytest

from omnilink.errors import ConfigError, SecretMissing, TransientError
from omnilink.model import Outgoing, Text
from omnilink.plugin import Accepted, ConnectorSettings, Declined, Secret
from omnilink_email import imap
from omnilink_email.connector import EmailConnector
from omnilink_email.imap import open_folder
from omnilink_email.sasl import choose_login
from omnilink_email.servers import Server

IMAP = Server("imap.town.example", 993, "tls", "desk@town.example", by_token=True)
SECRETS = {"oauth_client_secret": (Secret("client-secret"),), "oauth_refresh_token": (Secret("refresh-token"),)}
OAUTH = {"oauth_token_url": "https://login.example/token", "oauth_client_id": "app-1"}


class Tokens:
    """A token end point."""

    def __init__(self):
        self.asked = []

    async def request(self, method, url, *, content=None, headers=None):
        self.asked.append((method, url, content))
        told = {"access_token": f"token-{len(self.asked)}", "expires_in": 3600}
        return SimpleNamespace(status_code=200, headers={}, content=json.dumps(told).encode())


def connector(server=None, folder=None, **options):
    class Connector(EmailConnector):
        dial = staticmethod(server)
        open_folder = staticmethod(folder)

    places = {"smtp_host": "smtp.town.example", "smtp_username": "desk@town.example",
              "imap_host": "imap.town.example", "imap_username": "desk@town.example"}  # fmt: skip
    return Connector(ConnectorSettings("mail", options={**places, **OAUTH, **options}))


def send(made, context, http, secrets=SECRETS):
    plan = made.render(Outgoing(parts=(Text(text="Hello"),)), context)

    async def work():
        return await made.transmit(plan.steps[0].make({}), secrets, http)

    return made.outcome(plan.steps[0], anyio.run(work))


@pytest.fixture
def context():
    from datetime import UTC, datetime

    from omnilink.model import Handle
    from omnilink.plugin import SendContext

    ana, desk = (Handle.of("mailto", f"{name}@town.example") for name in ("ana", "desk"))
    return SendContext(item="1", account="mail", recipient=ana, sender=desk, now=datetime(2026, 3, 1, tzinfo=UTC))


def said(line):
    return base64.b64decode(line.split()[-1])


@pytest.mark.parametrize(
    ("offered", "mechanism", "first", "after"),
    [
        (["plain", "XOAUTH2", "OAUTHBEARER"], "XOAUTH2", b"user=desk@town.example\x01auth=Bearer t\x01\x01", b""),
        (
            ["oauthbearer"],
            "OAUTHBEARER",
            b"n,a=desk@town.example,\x01host=imap.town.example\x01port=993\x01auth=Bearer t\x01\x01",
            b"\x01",
        ),
    ],
)
def test_the_first_mechanism_offered_is_taken(offered, mechanism, first, after):
    login = choose_login(IMAP, "t", offered)
    assert (login.mechanism, login.first, login.after_refusal) == (mechanism, first, after)


def test_nothing_else_can_be_said_within_a_login():
    assert choose_login(IMAP, "t", ["PLAIN"]) is None
    for token in ("t\x01auth=Bearer other", "t\r\nA1 LOGOUT", "tökn"):
        assert choose_login(IMAP, token, ["XOAUTH2"]) is None
    odd = Server("imap.town.example", 993, "tls", "a,b=c@town.example", by_token=True)
    assert b"a=a=2Cb=3Dc@town.example," in choose_login(odd, "t", ["OAUTHBEARER"]).first


def test_a_mail_is_sent_with_a_token_which_is_asked_for_once(make_server, context):
    server, http = make_server(), Tokens()
    made = connector(server)
    assert send(made, context, http) == Accepted(("mail:1@town.example",))
    assert said(server.commands[1]) == b"user=desk@town.example\x01auth=Bearer token-1\x01\x01"
    assert server.login_with is None
    send(made, context, http)
    ((method, url, form),) = http.asked
    assert (method, url) == ("POST", "https://login.example/token")
    assert form == b"grant_type=refresh_token&client_id=app-1&client_secret=client-secret&refresh_token=refresh-token"


@pytest.mark.parametrize("reply", [(535, "5.7.8 expired"), (334, "eyJzdGF0dXMiOiI0MDAifQ==")])
def test_a_refused_token_is_forgotten(make_server, context, reply):
    server, http = make_server(token=reply), Tokens()
    made = connector(server)
    outcome = send(made, context, http)
    assert isinstance(outcome, Declined)
    assert outcome.reason == "not-authorised"
    assert server.mails == []
    send(made, context, http)
    assert len(http.asked) == 2


def test_a_server_that_takes_no_tokens_gets_none(make_server, context):
    server = make_server()
    server.server_auth_methods = ("plain", "login")
    assert isinstance(send(connector(server), context, Tokens()), Declined)
    assert server.commands == ["EHLO"]


def test_without_a_refresh_token_the_application_itself_is_meant(make_server, context):
    http = Tokens()
    made = connector(make_server(), oauth_scope="https://outlook.office365.com/.default")
    send(made, context, http, {"oauth_client_secret": (Secret("client-secret"),)})
    assert http.asked[0][2] == (
        b"grant_type=client_credentials&client_id=app-1&client_secret=client-secret"
        b"&scope=https%3A%2F%2Foutlook.office365.com%2F.default"
    )
    with pytest.raises(SecretMissing):
        send(connector(make_server()), context, http, {})


class Box:
    """An IMAP connection that asks as it is told."""

    def __init__(self, capabilities, error=None):
        self.client, self.folder = self, self
        self.capabilities, self.error, self.heard = capabilities, error, []

    def authenticate(self, mechanism, answer):
        self.heard += [mechanism, answer(b""), answer(b'{"status":"400"}')]
        if self.error is not None:
            raise self.error

    def set(self, name, readonly): ...

    def response(self, name):
        return name, [b"7"]

    def shutdown(self): ...


def test_a_folder_is_opened_with_a_token(monkeypatch):
    box = Box(("IMAP4REV1", "AUTH=XOAUTH2", "IDLE"))
    monkeypatch.setattr(imap, "_connect", lambda server: box)
    assert open_folder(IMAP, "t", "INBOX").validity == 7
    assert box.heard == ["XOAUTH2", b"user=desk@town.example\x01auth=Bearer t\x01\x01", b""]


@pytest.mark.parametrize(
    ("capabilities", "error", "expected"),
    [
        (("AUTH=XOAUTH2",), imaplib.IMAP4.error("[AUTHENTICATIONFAILED] Invalid credentials"), ConfigError),
        (("AUTH=XOAUTH2",), imaplib.IMAP4.error("[UNAVAILABLE] later"), TransientError),
        (("AUTH=XOAUTH2",), imaplib.IMAP4.abort("gone"), TransientError),
        (("AUTH=PLAIN",), None, ConfigError),
    ],
)
def test_a_refused_login_says_whether_to_try_again(monkeypatch, capabilities, error, expected):
    monkeypatch.setattr(imap, "_connect", lambda server: Box(capabilities, error))
    with pytest.raises(expected) as raised:
        open_folder(IMAP, "secret-token", "INBOX")
    assert "secret-token" not in f"{raised.value!r}{raised.value}"


@pytest.mark.anyio
async def test_polling_asks_for_a_new_token_after_a_refusal():
    http, seen = Tokens(), []

    def refuse(server, password, name):
        seen.append(password)
        raise ConfigError("refused")

    made = connector(folder=refuse)
    for _ in range(2):
        async with aclosing(made.poll(None, SECRETS, http)) as lots:
            with pytest.raises(ConfigError):
                await anext(lots)
    assert seen == ["token-1", "token-2"]


@pytest.mark.parametrize(
    "options",
    [
        {"oauth_client_id": None},
        {"oauth_token_url": None},
        {"oauth_token_url": "http://login.example/token"},
        {"oauth_token_url": "https://user@login.example/token"},
    ],
)
def test_settings_that_do_not_fit_are_told(options):
    with pytest.raises(ConfigError):
        connector(**options)
