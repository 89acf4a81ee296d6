"""Email under every contract of the kit. Sending and fetching are shown against Postfix and Dovecot (`real`)."""

from typing import ClassVar

from omnilink.plugin import Accepted, Declined, NotDispatched, Throttled
from omnilink.testing import ConnectorSuite, Sample, VendorAnswer, http
from omnilink_email.connector import EmailConnector

FROM_ANA = b"""\
Return-Path: <ana@example.org>
Authentication-Results: mx.town.example; dmarc=pass header.from=example.org
From: =?utf-8?Q?Ana_Garc=C3=ADa?= <ana@example.org>
To: "Town Hall" <help@town.example>
Subject: =?UTF-8?B?U3RyZWV0IGxpZ2h0?=
Date: Tue, 5 Mar 2024 10:00:00 +0100
Message-ID: <%b@example.org>
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: quoted-printable

The light is broken. Gracias, se=C3=B1or
"""
ANSWER = FROM_ANA.replace(
    b"Content-Type", b"In-Reply-To: <m0@town.example>\nReferences: <m0@town.example>\nContent-Type"
)
WITH_FILE = b"""\
From: ana@example.org
To: help@town.example
Subject: Photo
Date: Wed, 6 Mar 2024 08:00:00 GMT
Message-ID: <photo@example.org>
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="outer"

--outer
Content-Type: text/html; charset="utf-8"

<p>See the photo</p>
--outer
Content-Type: image/png; name="lamp.png"
Content-Disposition: attachment; filename="lamp.png"
Content-Transfer-Encoding: base64

aGVsbG8=
--outer--
"""
OURS = b"""\
Authentication-Results: mx.town.example; dmarc=pass header.from=town.example
From: Town Hall <help@town.example>
To: ana@example.org
Subject: Your lamp
Date: Thu, 7 Mar 2024 08:00:00 GMT
Message-ID: <ours1@town.example>

It is mended.
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

Final-Recipient: rfc822; gone@example.org
Action: failed
Status: 5.1.1

--r
Content-Type: message/rfc822

From: help@town.example
To: gone@example.org
Message-ID: <ours1@town.example>

Dear citizen
--r--
"""


def reply(status, enhanced="", stage="end"):
    return http(status, enhanced=enhanced, stage=stage)


class TestEmail(ConnectorSuite):
    connector = EmailConnector
    own = ("mailto:help@town.example",)
    options: ClassVar = {"authserv_id": "mx.town.example", "smtp_host": "smtp.town.example"}
    uses = frozenset({"idna"})
    real = (
        "tests/real/test_mail_server.py::test_a_mail_arrives_whole_and_its_answer_is_pushed_into_the_same_conversation"
    )
    recordings = ("email_raw",)

    def samples(self):
        first = {"expect": ("message_received",), "says": ("The light is broken. Gracias, señor", "Street light")}
        yield Sample("plain", FROM_ANA % b"m1", webhook=False, **first)
        yield Sample("answer", ANSWER % b"m2", webhook=False)
        yield Sample("file", WITH_FILE, says=("See the photo", "lamp.png"), webhook=False)
        yield Sample("ours", OURS, echo=True, webhook=False)
        yield Sample("bounce", BOUNCE, webhook=False)

    def answers(self):
        yield VendorAnswer("taken", reply(250, "2.0.0"), Accepted())
        yield VendorAnswer("nobody", reply(550, "5.1.1", "rcpt"), Declined("unreachable", "5.1.1"))
        yield VendorAnswer("too large", reply(552, "5.3.4"), Declined("too-large", "5.3.4"))
        yield VendorAnswer("policy", reply(554, "5.7.1"), Declined("policy", "5.7.1"))
        yield VendorAnswer("password", reply(535, "5.7.8", "auth"), Declined("not-authorised", "5.7.8"))
        yield VendorAnswer("greylisted", reply(451, "4.7.1", "rcpt"), Throttled(error_code="4.7.1"))
        yield VendorAnswer("busy", reply(421, "4.3.2", "connect"), NotDispatched("smtp-421"))
