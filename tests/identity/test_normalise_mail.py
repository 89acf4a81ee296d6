"""Mail addresses. Sources: RFC 5321, 5322, 6068, 6531; UTS 46; the providers' help pages named in data/mail.toml."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnilink.identity.normalise import is_role_address, normalise
from omnilink.model.handle import Handle


def mail(raw):
    return normalise(Handle.of("mailto", raw))


WRITTEN = [
    ("ana@example.org", "ana@example.org"),
    ("Ana@Example.ORG", "ana@example.org"),
    (" <ana@example.org> ", "ana@example.org"),
    ("Ana García <ana@example.org>", "ana@example.org"),
    ('"García, Ana" <Ana@example.org>', "ana@example.org"),
    ("mailto:ana@example.org", "ana@example.org"),
    ("MAILTO:ana@example.org?subject=Hola%20a", "ana@example.org"),  # RFC 6068
    ("<mailto:ana@example.org>", "ana@example.org"),
    ("mailto:ana%2Bcitas@example.org", "ana+citas@example.org"),
    ("ana@example.org?subject=Hola", "ana@example.org"),
    ("ana@example.org.", "ana@example.org"),
    ("ana @ example . org", "ana@example.org"),  # RFC 5322: white space around dots and @
    ("ana(de viaje)@example.org", "ana@example.org"),
    ("ana@example.org (Ana (la de siempre))", "ana@example.org"),
    ("<@relay.example,@other.example:ana@example.org>", "ana@example.org"),  # RFC 5322 §4.4
    ('"ana"@example.org', "ana@example.org"),  # quotes nothing needs
    ('"ana.g"@example.org', "ana.g@example.org"),
    ('"ana\\.g"@example.org', "ana.g@example.org"),
    ('"ana garcia"@example.org', '"ana garcia"@example.org'),
    ('"ana@home"@example.org', '"ana@home"@example.org'),
    ("ana\u200b@example.org", "ana@example.org"),
    ("\u202aana@example.org\u202c", "ana@example.org"),
    ("ana@münchen.example", "ana@xn--mnchen-3ya.example"),
    ("ana@MÜNCHEN.example", "ana@xn--mnchen-3ya.example"),
    ("ana@mu\u0308nchen.example", "ana@xn--mnchen-3ya.example"),
    ("ana@XN--MNCHEN-3YA.example", "ana@xn--mnchen-3ya.example"),
    ("ana@例え。テスト", "ana@xn--r8jz45g.xn--zckzah"),  # the ideographic full stop is a dot
    ("ana@faß.example", "ana@xn--fa-hia.example"),  # IDNA 2008 keeps ß
    ("jose\u0301@example.org", "josé@example.org"),
    ("JOSÉ@example.org", "josé@example.org"),  # RFC 6531
    ("ana@foo_bar.example", "ana@foo_bar.example"),  # no valid domain: as it is, lower case
    ("ana@XN--A.example", "ana@xn--a.example"),
    ("ana@localhost", "ana@localhost"),
    ("ana@[192.0.2.1]", "ana@[192.0.2.1]"),
    ("ana..b.@example.org", "ana..b.@example.org"),  # against RFC 5322, and in use at Japanese carriers
    ("o'hara+x=y@example.org", "o'hara+x=y@example.org"),
]


@pytest.mark.parametrize(("raw", "value"), WRITTEN)
def test_address_gets_one_spelling(raw, value):
    handle = mail(raw)
    assert (handle.value, handle.match_keys, handle.raw) == (value, (f"mailto:{value}",), raw)
    assert normalise(handle) == handle


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "ana",
        "ana@",
        "@example.org",
        "ana garcia@example.org",
        "ana@exa mple.org",
        "a@b, c@d",
        "<>",
        "undisclosed:;",
        '""@example.org',
        "mailto:",
        "(ana)@example.org",
        "ana@example.org>",
        "x" * 600 + "@example.org",
    ],
)
def test_what_is_no_address_has_no_match_key(raw):
    handle = mail(raw)
    assert (handle.value, handle.match_keys) == (raw, ())


ONE_MAILBOX = [
    ("a.n.a+citas@googlemail.com", "mailto:ana@gmail.com"),
    ("ANA@gmail.com", "mailto:ana@gmail.com"),
    ("ana+x+y@outlook.com", "mailto:ana@outlook.com"),
    ("a.na+x@hotmail.es", "mailto:a.na@hotmail.es"),
    ("ana+x@icloud.com", "mailto:ana@icloud.com"),
    ("ana+x@fastmail.com", "mailto:ana@fastmail.com"),
    ("ana+x@proton.me", "mailto:ana@proton.me"),
    ("ana-x@yahoo.com", "mailto:ana-x@yahoo.com"),  # Yahoo's base name is no address of its own
    ("a.na+x@example.org", "mailto:a.na+x@example.org"),  # whose rules nobody published
    ("+x@gmail.com", "mailto:+x@gmail.com"),  # nothing would be left
    ('"a b+c"@gmail.com', 'mailto:"a b+c"@gmail.com'),
]


@pytest.mark.parametrize(("raw", "key"), ONE_MAILBOX)
def test_match_key_leaves_out_what_the_provider_ignores(raw, key):
    handle = mail(raw)
    assert handle.match_keys == (key,)
    assert handle.value == raw.lower()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("weiß@example.org", "weiss@example.org"),
        ("ana@me.com", "ana@icloud.com"),  # often one, not known to be
        ("ana@hotmail.com", "ana@outlook.com"),
        ("a.na@outlook.com", "ana@outlook.com"),
        ("ana+x@example.org", "ana@example.org"),
        ("ana@gmail.com", "ana@gmail.com.example"),
        ("аna@example.org", "ana@example.org"),  # a Cyrillic a
    ],
)
def test_two_mailboxes_never_share_a_match_key(one, other):
    assert set(mail(one).match_keys).isdisjoint(mail(other).match_keys)


@pytest.mark.parametrize(
    "raw",
    [
        "info@example.org",
        "INFO@example.org",
        "noreply@example.org",
        "no-reply-citas@example.org",
        "postmaster@example.org",
        "mailer-daemon@example.org",
        "atención@example.org",
        "informacion@example.org",
        "support+123@example.org",
    ],
)
def test_role_addresses_are_known_and_keep_their_key(raw):
    assert is_role_address(Handle.of("mailto", raw))
    assert mail(raw).match_keys


@pytest.mark.parametrize("raw", ["ana@example.org", "informatica.ana@example.org", "info", ""])
def test_people_are_no_role(raw):
    assert not is_role_address(Handle.of("mailto", raw))
    assert not is_role_address(Handle.of("slack", "info@example.org"))


LOCALS = st.from_regex(r"[a-z0-9]{1,8}([._-][a-z0-9]{1,8})?", fullmatch=True)


@given(LOCALS, st.sampled_from(["example.org", "gmail.com", "xn--mnchen-3ya.example"]))
def test_every_spelling_of_an_address_shares_its_key(local, domain):
    spellings = [
        f"{local}@{domain}",
        f"{local.upper()}@{domain.upper()}",
        f"<{local}@{domain}>",
        f"A <{local}@{domain}.>",
        f"mailto:{local}@{domain}?subject=x",
        f'"{local}"@{domain}',
        f"{local}(c)@{domain}",
    ]
    assert len({mail(s).key for s in spellings}) == 1
    assert len({mail(s).match_keys for s in spellings}) == 1


@given(LOCALS, LOCALS)
def test_different_addresses_of_an_unknown_domain_never_share_a_key(one, other):
    keys = {mail(f"{one}@example.org").match_keys, mail(f"{other}@example.org").match_keys}
    assert len(keys) == (1 if one == other else 2)
