"""Verdicts of Gmail and Microsoft 365: theirs are believed, and nothing that a sender could have written."""

import pytest

from omnilink.errors import ConfigError
from omnilink.model import Attestation
from omnilink.plugin import ConnectorSettings
from omnilink_email.border import read_border
from omnilink_email.connector import EmailConnector

MAIL = "From: Ana <ana@example.org>\nSubject: x\n\nhi\n"
HOP = "Received: by 2002:a05:6102:22c6:0:0:0:0 with SMTP id a6csp126141vsh; Tue, 28 Sep 2026 20:57:32 -0700 (PDT)\n"
BORDER = (
    "Received: from mx.example.org (mx.example.org. [192.0.2.1])\n        by mx.google.com with ESMTPS id z12si for "
    "<desk@town.example>\n        (version=TLS1_3); Tue, 28 Sep 2026 20:57:31 -0700 (PDT)\n"
)
PASS = "i=1; mx.google.com;\n       dkim=pass header.i=@example.org; dmarc=pass (p=REJECT) header.from=example.org\n"
FAIL = PASS.replace("dmarc=pass", "dmarc=fail")
ARC, AR = "ARC-Authentication-Results: ", "Authentication-Results: "
SEAL = "ARC-Seal: i=1; a=rsa-sha256; d=google.com\n"
OURS = "Delivered-To: desk@town.example\n" + HOP + SEAL + ARC

MS_HOPS = (
    "Received: from AM0PR01MB1.eurprd01.prod.outlook.com (2603:10a6::1) by\n DB8PR01MB2.eurprd01.prod.outlook.com with "
    "HTTPS; Tue, 28 Sep 2026 08:00:02 +0000\n"
    "Received: from DB5EUR01FT001.eop-EUR01.prod.protection.outlook.com (2603:10a6::2) by\n "
    "AM0PR01CA3.outlook.office365.com (2603:10a6::3) with Microsoft SMTP Server; Tue, 28 Sep 2026 08:00:01 +0000\n"
)
MS_BORDER = (
    "Received: from mx.example.org (192.0.2.1) by\n DB5EUR01FT001.mail.protection.outlook.com (10.152.4.1) with "
    "Microsoft SMTP Server; Tue, 28 Sep 2026 08:00:00 +0000\n"
)
MS_STAMPS = (
    "X-MS-Exchange-Organization-AuthSource: DB5EUR01FT001.eop-EUR01.prod.protection.outlook.com\n"
    "X-MS-Exchange-Organization-AuthAs: Anonymous\n"
)
MS_PASS = (
    "spf=pass (sender IP is 192.0.2.1)\n smtp.mailfrom=example.org; dkim=pass header.d=example.org;dmarc=pass "
    "action=none\n header.from=example.org;compauth=pass reason=100\n"
)


@pytest.fixture
def attest(read):
    def attest(raw, mailbox="gmail"):
        return read((raw + MAIL).encode(), border=read_border(mailbox, setting="x")).participants[0].attestation

    return attest


def test_what_the_provider_wrote_is_believed(attest):
    assert attest(OURS + PASS + BORDER) is Attestation.DMARC
    assert attest(OURS + FAIL + BORDER) is Attestation.FAILED
    assert attest(MS_HOPS + AR + MS_PASS + MS_BORDER + MS_STAMPS, "microsoft365") is Attestation.DMARC
    failed = MS_PASS.replace("dmarc=pass action=none", "dmarc=fail action=quarantine")
    assert attest(MS_HOPS + AR + failed + MS_BORDER + MS_STAMPS, "microsoft365") is Attestation.FAILED


def test_without_the_setting_nothing_of_it_is_believed(read):
    for raw in (OURS + PASS + BORDER, MS_HOPS + AR + MS_PASS + MS_BORDER + MS_STAMPS):
        message = read((raw + MAIL).encode(), authserv_ids=frozenset({"mx.google.com"}))
        assert message.participants[0].attestation is Attestation.NONE


NOTHING = "i=1; mx.google.com; spf=neutral\n"
FORGERIES = {
    "the field below the border": HOP + BORDER + ARC + PASS,
    "its plain form directly below the border": HOP + BORDER + AR + PASS.removeprefix("i=1; "),
    "a second border below the border": OURS + NOTHING + BORDER + ARC + PASS + BORDER,
    "a whole set of hops below the border": OURS + NOTHING + BORDER + HOP + SEAL + ARC + PASS + BORDER,
    "blanks in HELO": OURS + NOTHING + BORDER.replace("from mx.example.org", "from x by 2002:x") + ARC + PASS + BORDER,
    "a quoted sender": OURS
    + 'i=1; mx.google.com; spf=pass smtp.mailfrom="x; dmarc=pass header.from=example.org"@e\n'
    + BORDER,
    "a quoted sender in a comment": OURS
    + 'i=1; mx.google.com; spf=pass (domain of "x); dmarc=pass header.from=example.org ("@evil.example) x=y\n'
    + BORDER,
    "no border of the provider's": HOP
    + ARC
    + PASS
    + "Received: from x by mx.example.org; Tue, 28 Sep 2026 08:00 +0000\n",
    "a stranger's hop above a forged border": "Received: by mx.town.example; x\n" + ARC + PASS + BORDER,
    "no Received at all": ARC + PASS,
    "the border's name as HELO": HOP + ARC + PASS + "Received: from mx.google.com by mx.example.org; x\n",
    "the border in a comment": HOP + ARC + PASS + "Received: from x (by mx.google.com) by mx.example.org; x\n",
    "the border after the host": HOP + ARC + PASS + "Received: from x by mx.example.org by mx.google.com; x\n",
    "a by as HELO": HOP + ARC + PASS + "Received: from by mx.google.com by mx.example.org; x\n",
    "a longer name": HOP + ARC + PASS + BORDER.replace("by mx.google.com", "by mx.google.com.evil.example"),
    "a name that ends alike": HOP + ARC + PASS + BORDER.replace("by mx.google.com", "by evilmx.google.com.example"),
    "another authserv-id": OURS + PASS.replace("mx.google.com", "mx.evil.example") + BORDER,
    "the id in a comment": OURS + PASS.replace("mx.google.com", "(mx.google.com) x") + BORDER,
    "no instance": OURS + PASS.removeprefix("i=1; ") + BORDER,
    "the plain field above the border": HOP + AR + PASS.removeprefix("i=1; ") + BORDER,
    "a verdict in a comment": OURS + "i=1; mx.google.com; (dmarc=pass header.from=example.org) spf=none\n" + BORDER,
    "another domain's pass": OURS + PASS.replace("header.from=example.org", "header.from=evil.example") + BORDER,
}
MS_FORGED = AR + MS_PASS + MS_BORDER
MS_INSIDE = (
    "X-MS-Exchange-Organization-AuthSource: DB8PR01MB2.eurprd01.prod.outlook.com\n"
    "X-MS-Exchange-Organization-AuthAs: Internal\n"
)
MS_LOGIN = (
    "Received: from DB5EUR01FT001.eop-EUR01.prod.protection.outlook.com (192.0.2.66) by\n "
    "AM0PR01CA3.eurprd01.prod.outlook.com (2603:10a6::3) with Microsoft SMTP Server; Tue, 28 Sep 2026 08:00:01 +0000\n"
)
MS_FORGERIES = {
    "the field below the border": MS_HOPS + MS_BORDER + AR + MS_PASS + MS_STAMPS,
    "a second border": MS_HOPS + AR + "spf=none\n" + MS_BORDER + AR + MS_PASS + MS_BORDER + MS_STAMPS,
    "no border": MS_HOPS + AR + MS_PASS + "Received: from x by mx.example.org; x\n" + MS_STAMPS,
    "a stranger's hop": "Received: from a by mx.town.example; x\n" + AR + MS_PASS + MS_BORDER + MS_STAMPS,
    "a name that ends alike": MS_HOPS + AR + MS_PASS + MS_BORDER.replace("FT001.mail", "FT001.evilmail") + MS_STAMPS,
    "an id of somebody's": MS_HOPS + AR + "mx.evil.example; " + MS_PASS + MS_BORDER + MS_STAMPS,
    "what the provider renamed": MS_HOPS + "Authentication-Results-Original: " + MS_PASS + MS_BORDER + MS_STAMPS,
    # Mails that never came in from outside: the border and the verdict above it are their sender's.
    "a colleague's mail": MS_HOPS + MS_FORGED + MS_INSIDE,
    "a login that calls itself the border": MS_LOGIN + MS_FORGED + MS_INSIDE,
    "its stamps forged as well": MS_LOGIN + MS_FORGED + MS_STAMPS + MS_INSIDE,
    "forged stamps first": MS_LOGIN + MS_STAMPS + MS_FORGED + MS_INSIDE,
    "a stamp twice, and alike": MS_HOPS + MS_FORGED + MS_STAMPS + MS_STAMPS,
    "no stamps": MS_HOPS + MS_FORGED,
    "no stamp of who judged": MS_HOPS + MS_FORGED + MS_STAMPS.partition("\n")[2],
    "another server judged": MS_HOPS + MS_FORGED + MS_STAMPS.replace("FT001", "FT002"),
    "a server elsewhere judged": MS_HOPS + MS_FORGED + MS_STAMPS.replace("outlook.com", "outlook.com.evil.example"),
    "no hop from the border": MS_HOPS.partition("\nReceived: from DB5")[0] + "\n" + MS_FORGED + MS_STAMPS,
    "no hop at all": MS_FORGED + MS_STAMPS,
    "a hop from another server": MS_HOPS.replace("FT001", "FT002") + MS_FORGED + MS_STAMPS,
}


@pytest.mark.parametrize("name", sorted(FORGERIES))
def test_nothing_a_sender_could_write_is_believed_at_gmail(attest, name):
    assert attest(FORGERIES[name]) is not Attestation.DMARC


@pytest.mark.parametrize("name", sorted(MS_FORGERIES))
def test_nothing_a_sender_could_write_is_believed_at_microsoft(attest, name):
    assert attest(MS_FORGERIES[name], "microsoft365") is not Attestation.DMARC


def test_a_forged_own_address_is_found_out(read):
    own = frozenset({"ana@example.org"})
    border = read_border("gmail", setting="x")
    forged = read((OURS + FAIL + BORDER + ARC + PASS + BORDER + MAIL).encode(), border=border, own=own)
    assert (forged.direction, forged.participants[0].own) == ("inbound", False)
    ours = read((OURS + PASS + BORDER + MAIL).encode(), border=border, own=own)
    assert (ours.direction, ours.participants[0].own) == ("outbound", True)


def test_only_known_providers_can_be_named():
    with pytest.raises(ConfigError) as told:
        EmailConnector(ConnectorSettings("mail", options={"mailbox_at": "yahoo"}))
    assert told.value.hint == "known: gmail, microsoft365"
    assert EmailConnector(ConnectorSettings("mail", options={"mailbox_at": "gmail"}))
