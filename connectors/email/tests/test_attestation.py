import pytest

from omnilink.model import Attestation, Direction

AR = b"Authentication-Results: "
RECEIVED = b"Received: from x by mx.town.example; Tue, 5 Mar 2024 10:00:00 +0000\n"
MAIL = b"From: Ana <ana@Example.org>\nSubject: x\n\nhi\n"
OURS = frozenset({"mx.town.example"})


def author_of(message):
    return message.participants[0]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (b"mx.town.example; dmarc=pass header.from=example.org", Attestation.DMARC),
        (b"MX.town.example 1; spf=pass; dmarc=pass (p=none) header.from=EXAMPLE.org", Attestation.DMARC),
        (b'mx.town.example; dmarc = pass header . from = "example.org"', Attestation.DMARC),
        (b"mx.town.example; dmarc=pass header.from=evil.example", Attestation.FAILED),
        (b"mx.town.example; dmarc=pass header.from=mail.example.org", Attestation.NONE),
        (b"mx.town.example; dmarc=pass", Attestation.NONE),
        (b"mx.town.example; dmarc=pass (header.from=example.org)", Attestation.NONE),
        (b"mx.town.example; (dmarc=pass header.from=example.org) none", Attestation.NONE),
        (b"mx.town.example; dmarc=bestguesspass header.from=example.org", Attestation.NONE),
        (b"mx.town.example; dmarc=fail header.from=example.org; spf=pass", Attestation.FAILED),
        (b"mx.town.example; dmarc=pass header.from=example.org; dmarc=fail", Attestation.FAILED),
        (b"mx.town.example; spf=fail; dkim=fail", Attestation.FAILED),
        (b"mx.town.example; spf=fail; dkim=fail; dkim=pass", Attestation.NONE),
        (b"mx.town.example; spf=fail; dkim=none", Attestation.FAILED),
        (b"mx.town.example; spf=fail; dkim=pass", Attestation.NONE),
        (b"mx.town.example; spf=softfail; dkim=fail", Attestation.NONE),
        (b"mx.town.example; none", Attestation.NONE),
        (b"mx.evil.example; dmarc=pass header.from=example.org", Attestation.NONE),
        (b"mx.town.example.evil.example; dmarc=pass header.from=example.org", Attestation.NONE),
        (b"(mx.town.example); dmarc=pass header.from=example.org", Attestation.NONE),
        # What stands in quotation marks, or in a comment that copied some, is the sender's word.
        (b'mx.town.example; spf=pass smtp.mailfrom="x; dmarc=pass header.from=example.org"@evil', Attestation.NONE),
        (b'mx.town.example; spf=pass smtp.mailfrom="x\\"; dmarc=pass header.from=example.org', Attestation.NONE),
        (b'mx.town.example; spf=pass smtp.mailfrom="x; dmarc=pass header.from=example.org\\', Attestation.NONE),
        (b'mx.town.example; spf=pass (of "a); dmarc=pass header.from=example.org ("@evil)', Attestation.NONE),
        (b'mx.town.example; spf=pass (of "a"@evil); dmarc=fail header.from=example.org', Attestation.FAILED),
        (b'mx.town.example; dmarc=pass policy.x="a header.from=example.org" header.from=evil', Attestation.FAILED),
        (b'mx.town.example; dkim=pass header.b="a/=="; dmarc=pass header.from=example.org', Attestation.DMARC),
        (b"", Attestation.NONE),
        (b";;;==;", Attestation.NONE),
    ],
)
def test_our_own_servers_verdict_counts(read, value, expected):
    message = read(AR + value + b"\n" + RECEIVED + MAIL, authserv_ids=OURS)
    assert author_of(message).attestation is expected


def test_without_the_setting_nothing_is_believed(read):
    message = read(AR + b"mx.town.example; dmarc=pass header.from=example.org\n" + RECEIVED + MAIL)
    assert author_of(message).attestation is Attestation.NONE


def test_a_forged_verdict_below_our_received_does_not_count(read):
    forged = AR + b"mx.town.example; dmarc=pass header.from=example.org\n"
    message = read(RECEIVED + forged + MAIL, authserv_ids=OURS)
    assert author_of(message).attestation is Attestation.NONE


def test_an_ambiguous_author_is_never_attested(read):
    mail = b"From: ana@example.org, bob@example.org\n\nhi\n"
    message = read(AR + b"mx.town.example; dmarc=pass header.from=example.org\n" + RECEIVED + mail, authserv_ids=OURS)
    assert author_of(message).attestation is Attestation.NONE
    assert author_of(message).handle is None


def test_a_forged_own_address_is_neither_own_nor_outbound(read):
    own = frozenset({"ana@example.org"})
    forged = read(AR + b"mx.town.example; dmarc=fail\n" + RECEIVED + MAIL, authserv_ids=OURS, own=own)
    assert (forged.direction, author_of(forged).own) == (Direction.INBOUND, False)
    unproven = read(RECEIVED + MAIL, authserv_ids=OURS, own=own)
    assert (unproven.direction, author_of(unproven).attestation) == (Direction.INBOUND, Attestation.FAILED)


def test_an_own_address_is_ours_with_proof_without_transport_or_by_our_word(read):
    own = frozenset({"ana@example.org"})
    passed = AR + b"mx.town.example; dmarc=pass header.from=example.org\n"
    for ours in (
        read(passed + RECEIVED + MAIL, authserv_ids=OURS, own=own),
        read(MAIL, own=own),  # the copy in a Sent folder
        read(RECEIVED + MAIL, own=own, trust_own_from=True),
    ):
        assert (ours.direction, author_of(ours).own) == (Direction.OUTBOUND, True)


def test_a_domain_is_not_taken_for_the_one_older_rules_spell_alike(read):
    mail = MAIL.replace(b"ana@example.org", "ana@straße.example".encode())
    verdict = read(
        AR + b"mx.town.example; dmarc=pass header.from=strasse.example\n" + RECEIVED + mail, authserv_ids=OURS
    )
    assert author_of(verdict).attestation is not Attestation.DMARC
