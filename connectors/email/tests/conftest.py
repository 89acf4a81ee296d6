"""Mails of our own making; every kind the connector tells apart has one here."""

from collections.abc import Callable

import pytest

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
