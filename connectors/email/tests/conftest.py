"""Mails of our own making; every kind the connector tells apart has one here."""

import re
import threading
from collections.abc import Callable

import pytest

from omnilink.errors import TransientError
from omnilink.model import Event, MessageReceived
from omnilink_email.inbound import parse_mail
from omnilink_email.settings import EmailSettings

PLAIN = b"""\
Return-Path: <ana@example.org>
Received: from mail.example.org (mail.example.org [192.0.2.1])
\tby mx.town.example (Postfix) with ESMTPS id 4Abc; Tue, 05 Mar 2024 10:00:02 +0100 (CET)
From: =?utf-8?Q?Ana_Garc=C3=ADa?= <Ana.Garcia@example.org>
To: "Town Hall" <help@town.example>, =?iso-8859-1?Q?J=F8rn?= <jorn@example.net>
Cc: third@example.net
Reply-To: ana.private@example.org
Subject: =?UTF-8?B?U3RyZWV0IGxpZ2h0IGluIEMv?= =?UTF-8?B?IE1heW9yIMOx?=
Date: Tue, 5 Mar 2024 10:00:00 +0100
Message-ID: <m2@example.org>
In-Reply-To: <m1@town.example>
References: <m0@town.example>
\t<m1@town.example>
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: quoted-printable

The light is broken.
Gracias, se=C3=B1or =E2=82=AC

""".replace(b"\n", b"\r\n")

MIXED = b"""\
From: "Garcia, Ana" <ana@example.org>
To: help@town.example
Subject: Photo
Date: Wed, 6 Mar 2024 08:00:00 GMT
Message-ID: <photo@example.org>
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="outer"

preamble
--outer
Content-Type: multipart/alternative; boundary="inner"

--inner
Content-Type: text/html; charset="utf-8"

<p>See the photo</p>
--inner
Content-Type: text/plain; charset="utf-8"

See the photo
--inner--
--outer
Content-Type: image/png; name="a.png"
Content-Disposition: inline; filename*=utf-8''l%C3%A1mpara.png
Content-Transfer-Encoding: base64
Content-ID: <img1@example.org>

aGVs
bG8=
--outer
Content-Type: message/rfc822

From: somebody@example.com
Subject: enclosed
Message-ID: <enclosed@example.com>
Content-Type: multipart/mixed; boundary="deep"

--deep
Content-Type: application/pdf

x
--deep--
--outer--
epilogue
"""

BOUNCE = b"""\
Return-Path: <>
From: Mail Delivery System <MAILER-DAEMON@mx.example.com>
To: help@town.example
Subject: Undelivered Mail Returned to Sender
Date: Thu, 7 Mar 2024 09:00:00 +0000
Message-ID: <report1@mx.example.com>
Auto-Submitted: auto-replied
Content-Type: multipart/report; report-type=delivery-status; boundary="r"

--r
Content-Type: text/plain

I could not deliver it.
--r
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.com
Arrival-Date: Thu, 7 Mar 2024 08:59:00 +0000

Final-Recipient: rfc822; gone@example.org
Action: failed
Status: 5.1.1 (no such user)
Diagnostic-Code: smtp; 550 5.1.1 no

Final-Recipient: RFC822;slow@example.org
Action: delayed
Status: 4.4.1

--r
Content-Type: message/rfc822

From: help@town.example
To: gone@example.org
Message-ID: <ours1@town.example>
Subject: Your form

Dear citizen
--r--
"""

LIST = b"""\
From: news@example.org
To: help@town.example
List-Id: News <news.example.org>
Subject: News
Message-ID: <list1@example.org>

News.
"""

BARE = b"From: ana@example.org\n\nno id, no date\n"

FIXTURES = {"plain": PLAIN, "mixed": MIXED, "bounce": BOUNCE, "list": LIST, "bare": BARE}


@pytest.fixture(params=sorted(FIXTURES))
def fixture_mail(request: pytest.FixtureRequest) -> bytes:
    return FIXTURES[request.param]


@pytest.fixture
def mails() -> dict[str, bytes]:
    return dict(FIXTURES)


@pytest.fixture
def read() -> Callable[..., MessageReceived]:
    """Parses bytes that must be a message; keyword arguments are those of `EmailSettings`."""

    def parse_one(raw: bytes, **settings: frozenset[str]) -> MessageReceived:
        events: list[Event] = parse_mail(raw, EmailSettings(**settings))
        first = events[0]
        assert isinstance(first, MessageReceived), first
        return first

    return parse_one


# --- servers --------------------------------------------------------------------------------------------------------


class Refusal(Exception):
    """As aiosmtplib's: a code and a text."""

    def __init__(self, code, message):
        super().__init__(message)
        self.code, self.message = code, message


class Reply:
    def __init__(self, code, message=""):
        self.code, self.message = code, message


class SmtpServer:
    """A server as far as one mail goes; `replies` says what it answers at a stage: (code, text) or an exception."""

    def __init__(self, **replies):
        self.replies, self.extensions = replies, {"size", "dsn", "smtputf8", "8bitmime"}
        self.commands, self.mails, self.written = [], [], b""
        self.login_with = None
        self.is_open = False
        self.lost_after = None

    # --- the connection

    transport = property(lambda self: self)

    def __call__(self, server):
        self.server = server
        return self

    def is_closing(self):
        return self.lost_after is not None and len(self.written) >= self.lost_after

    def get_write_buffer_size(self):
        return 0

    def write(self, content):
        self.written += content

    def close(self):
        self.is_open = False

    # --- the commands

    def _reply(self, stage, default):
        told = self.replies.get(stage, (default, ""))
        if isinstance(told, Exception):
            raise told
        reply = Reply(*told)
        if reply.code >= 400 and stage not in ("data", "end"):
            raise Refusal(reply.code, reply.message)
        return reply

    async def connect(self):
        self.is_open = True
        return self._reply("connect", 220)

    server_auth_methods = ("plain", "xoauth2")

    async def ehlo(self):
        self.commands.append("EHLO")

    async def login(self, username, password):
        self.login_with = (username, password)
        return self._reply("auth", 235)

    def supports_extension(self, name):
        return name in self.extensions

    async def mail(self, sender, *, options=None, encoding="ascii"):
        sender.encode(encoding)
        self.commands.append(f"MAIL {sender} {' '.join(options)}".strip())
        return self._reply("mail", 250)

    async def rcpt(self, recipient, *, options=None, encoding="ascii"):
        recipient.encode(encoding)
        self.commands.append(f"RCPT {recipient} {' '.join(options)}".strip())
        return self._reply("rcpt", 250)

    async def execute_command(self, *words):
        if words[0] == b"AUTH" or self.challenged:
            return self._authenticate(words)
        if words == (b"DATA",):
            return self._reply("data", 354)
        assert words == (b".",)
        reply = self._reply("end", 250)
        if reply.code == 250:
            assert self.written.endswith(b"\r\n")
            self.mails.append(re.sub(rb"(?m)^\.\.", b".", self.written))
        return reply

    challenged = False

    def _authenticate(self, words):
        self.commands.append(" ".join(word.decode() for word in words))
        if self.challenged:
            self.challenged = False
            return Reply(535, "5.7.3 no")
        code, text = self.replies.get("token", (235, ""))
        self.challenged = code == 334
        return Reply(code, text)

    async def quit(self):
        if isinstance(self.replies.get("quit"), Exception):
            raise self.replies["quit"]


class Inbox:
    """A folder of ours: UID → mail."""

    def __init__(self, count=0, validity=7):
        self.validity = validity
        self.mails = {uid: b"From: ana@example.org\n\n%d\n" % uid for uid in range(1, count + 1)}
        self.news = threading.Event()
        self.fetched, self.opened, self.closed = [], 0, 0
        self.is_down = False

    def add(self, uid, body=b"x"):
        self.mails[uid] = body
        self.news.set()

    def open(self, server, password, name):
        assert (server.username, password, name) == ("desk", "correct horse", "INBOX")
        self.opened += 1
        return self

    def uids_after(self, uid):
        if self.is_down:
            raise TransientError("the line is down")
        return sorted(number for number in self.mails if number > uid)

    def sizes(self, uids):
        return {uid: len(self.mails[uid]) for uid in uids if uid in self.mails}

    def fetch(self, uids):
        self.fetched.append(list(uids))
        return {uid: self.mails[uid] for uid in uids if uid in self.mails}

    def wait(self, timeout_s):
        self.news.wait(timeout_s)
        self.news.clear()

    def close(self):
        self.closed += 1
        self.news.set()


@pytest.fixture
def make_server() -> type[SmtpServer]:
    return SmtpServer


@pytest.fixture
def make_inbox() -> type[Inbox]:
    return Inbox
