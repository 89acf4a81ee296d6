"""Signature and settings: closed on any doubt."""

import base64
import hashlib
import string
from datetime import UTC, datetime
from urllib.parse import quote, urlencode

import pytest

from omnilink.errors import ConfigError
from omnilink.plugin import (
    Connector,
    ConnectorSettings,
    Parses,
    RawRequest,
    ReceivesWebhooks,
    Rejected,
    Secret,
    Verified,
)
from omnilink_twilio import omnilink_connector
from omnilink_twilio.connector import TwilioConnector

NOW = datetime(2026, 1, 1, tzinfo=UTC)
URL = "https://hooks.town.example/hooks/helpline?lang=es"
TOKEN, OLD = "new-auth-token", "old-auth-token"
SECRETS = {"auth_token": (Secret(TOKEN), Secret(OLD))}
FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def verify(connect, sign):
    """Verifies a form request; whatever is not given is right."""

    def make(fields, *, header=..., url=URL, signed_url=None, token=TOKEN, body=None, kind=FORM, secrets=SECRETS,
             method="POST", **headers):  # fmt: skip
        header = sign(token, signed_url or url, fields) if header is ... else header
        body = urlencode(fields or {}, doseq=True).encode() if body is None else body
        told = {"content-type": kind, **{n.replace("_", "-"): v for n, v in headers.items()}}
        if header is not None:
            told["X-Twilio-Signature"] = header
        if kind is None:
            del told["content-type"]
        return connect().verify(RawRequest.of(method, url, told, body), secrets, NOW, {})

    return make


@pytest.fixture
def fields(samples):
    return samples["sms"] | {"Body": "Año & más + 100 %"}


def accepted(verdict):
    assert isinstance(verdict, Verified | Rejected)
    return isinstance(verdict, Verified)


def test_the_connector_is_all_it_says():
    assert omnilink_connector() is TwilioConnector
    connector = TwilioConnector(ConnectorSettings("helpline"))
    assert isinstance(connector, Connector)
    assert isinstance(connector, Parses)
    assert isinstance(connector, ReceivesWebhooks)
    assert connector.manifest.secret_names == {"auth_token"}
    assert connector.handshake(RawRequest.of("GET", URL), SECRETS, NOW) is None


def test_every_sample_is_accepted_when_signed(verify, samples):
    for sample in samples.values():
        assert accepted(verify(sample))


def test_a_rotated_token_is_still_accepted(verify, fields):
    assert accepted(verify(fields, token=OLD))
    assert not accepted(verify(fields, token="another-token"))


def test_any_other_character_of_the_signature_is_refused(verify, sign, fields):
    header = sign(TOKEN, URL, fields)
    for n, char in enumerate(header):
        for other in {*string.printable, "é", "\ud800", ""} - {char}:
            assert not accepted(verify(fields, header=header[:n] + other + header[n + 1 :]))


def test_every_other_spelling_of_the_signature_is_refused(verify, sign, fields):
    header = sign(TOKEN, URL, fields)
    raw = base64.b64decode(header)
    spare = header[:-2] + string.ascii_letters[(string.ascii_letters.index("a") + 1)] + "="
    for other in (None, "", " ", header.rstrip("="), header + "=", header + "\n", " " + header, raw.hex(), header * 2,
                  spare, base64.urlsafe_b64encode(raw).decode() + " ", "sha1=" + header):  # fmt: skip
        assert not accepted(verify(fields, header=other))


def test_any_changed_character_of_url_or_fields_is_refused(verify, sign, fields):
    header = sign(TOKEN, URL, fields)
    for n in range(len(URL)):
        for other in (URL[:n] + "~" + URL[n + 1 :], URL[:n] + URL[n + 1 :], URL[:n] + URL[n].swapcase() + URL[n + 1 :]):
            if other != URL:
                assert not accepted(verify(fields, header=header, url=other))
    for name, value in fields.items():
        for n in range(len(value) + 1):
            assert not accepted(verify({**fields, name: value[:n] + "~" + value[n:]}, header=header))
            if n < len(value):
                assert not accepted(verify({**fields, name: value[:n] + value[n + 1 :]}, header=header))
    assert not accepted(verify({**fields, "Extra": ""}, header=header))


def test_values_of_a_name_are_sorted_and_counted_once(verify):
    fields = {"AccountSid": "AC1", "Tag": ["b", "a", "b"]}
    assert accepted(verify(fields))


@pytest.mark.parametrize(
    ("called", "signed"),
    [
        ("https://a.example/x", "https://a.example:443/x"),
        ("https://a.example:443//x?y=1", "https://a.example//x?y=1"),
        ("http://a.example/x", "http://a.example:80/x"),
        ("https://a.example:8443/x", "https://a.example:8443/x"),
        ("https://a.example?y=1", "https://a.example:443?y=1"),
        ("https://a.example/" + quote("Año") + "?q=" + quote("niño"), "https://a.example/Año?q=niño"),
        ("https://a.example/Año", "https://a.example/Año"),
    ],
)
def test_the_spellings_twilio_uses_of_one_url_are_one(verify, fields, called, signed):
    assert accepted(verify(fields, url=called, signed_url=signed))


@pytest.mark.parametrize(
    ("called", "signed"),
    [
        ("https://a.example:8443/x", "https://a.example/x"),
        ("https://a.example:444/x", "https://a.example:443/x"),
        ("https://a.example:80/x", "https://a.example/x"),
        ("https://a.example/x#", "https://a.example/x"),
        ("https://a.example/x?", "https://a.example/x"),
        ("https://a.example/%c3%B1", "https://a.example/ñ"),
        ("https://a.example/a%2Fb", "https://a.example/a/b"),
        ("https://a.example/%2B", "https://a.example/%2b"),
    ],
)
def test_other_spellings_are_other_urls(verify, fields, called, signed):
    assert not accepted(verify(fields, url=called, signed_url=signed))


BODY = b'{"MessageSid":"SM1","From":"+34600111222","To":"+34910000000","Body":"&MessageSid=SM2"}'
HASH = hashlib.sha256(BODY).hexdigest()


def test_a_json_body_is_covered_by_its_hash_in_the_query(verify):
    assert accepted(verify(None, url=f"{URL}&bodySHA256={HASH}", body=BODY, kind="application/json"))
    assert accepted(verify(None, url=f"{URL}&bodySHA256={HASH}", body=BODY, kind=None))


@pytest.mark.parametrize(
    ("query", "body"),
    [
        ("", BODY),
        (f"&bodySHA256={HASH}", BODY + b" "),
        (f"&bodySHA256={HASH}", b""),
        (f"&bodySHA256={HASH.upper()}", BODY),
        (f"&bodySHA256={HASH}&bodySHA256={HASH}", BODY),
        ("&bodySHA256=", BODY),
        (f"&bodysha256={HASH}", BODY),
        ("".join(f"&a{n}=1" for n in range(1500)), BODY),
    ],
)
def test_a_body_that_is_not_covered_is_refused(verify, query, body):
    assert not accepted(verify(None, url=URL + query, body=body, kind="application/json"))


def test_a_signed_json_request_admits_no_form(verify, sign):
    url = f"{URL}&bodySHA256={HASH}"
    header = sign(TOKEN, url)
    for body in (b"", BODY, b"MessageSid=SM1&Body=forged"):
        assert not accepted(verify(None, url=url, header=header, body=body))


def test_a_form_with_a_hash_must_fit_it_too(verify, fields):
    body = urlencode(fields).encode()
    right, wrong = hashlib.sha256(body).hexdigest(), "0" * 64
    assert accepted(verify(fields, url=f"{URL}&bodySHA256={right}"))
    assert not accepted(verify(fields, url=f"{URL}&bodySHA256={wrong}"))


@pytest.mark.parametrize("kind", ["text/plain", "multipart/form-data; boundary=x", "", None])
def test_a_body_of_another_type_needs_the_hash(verify, fields, kind):
    assert not accepted(verify(fields, kind=kind))


def test_a_charset_does_not_matter(verify, fields):
    assert accepted(verify(fields, kind="application/x-www-form-urlencoded; charset=UTF-8"))


def test_empty_fields_and_floods_of_fields_are_refused(verify, fields):
    body = urlencode(fields).encode()
    for other in (body + b"&", b"&" + body, body.replace(b"&", b"&&", 1), body + b"&a=1" * 3000):
        assert not accepted(verify(fields, body=other))


def test_broken_text_is_not_mistaken_for_other_broken_text(verify, sign):
    header = sign(TOKEN, URL, {"AccountSid": "AC1", "Body": "\ufffd"})
    for body in (b"AccountSid=AC1&Body=%FF", b"AccountSid=AC1&Body=%FE"):
        assert not accepted(verify(None, header=header, body=body))


def test_a_sid_that_swallowed_its_neighbour_is_refused(verify, sign):
    """Twilio signs names and values without saying where one ends."""
    fields = {"CallSid": "CA1", "CallStatus": "ringing", "From": "+34600111222"}
    glued = {"CallSid": "CA1CallStatusringing", "From": "+34600111222"}
    header = sign(TOKEN, URL, fields)
    assert header == sign(TOKEN, URL, glued)
    assert accepted(verify(fields, header=header))
    assert verify(glued, header=header) == Rejected("fields_ambiguous")


@pytest.mark.parametrize(
    "moved",
    [
        {"AccountSid": "AC2ApiVersion2010-04-01", "ApiVersion": None},
        {"Digits": "1Directioninbound", "Direction": None},
        {"From": None, "Fro": "m+34600111222"},
        {"From": "+34600111222T", "To": None, "o": "+34910000000"},
    ],
)
def test_a_border_between_fields_that_was_moved_is_refused(verify, sign, moved):
    fields = {
        "AccountSid": "AC2", "ApiVersion": "2010-04-01", "CallSid": "CA1", "Digits": "1", "Direction": "inbound",
        "From": "+34600111222", "To": "+34910000000",
    }  # fmt: skip
    header = sign(TOKEN, URL, fields)
    changed = {name: value for name, value in (fields | moved).items() if value is not None}
    assert accepted(verify(fields, header=header))
    assert not accepted(verify(changed, header=header))


@pytest.mark.parametrize("secrets", [{}, {"auth_token": ()}, {"app_secret": (Secret(TOKEN),)}])
def test_without_a_token_nothing_is_accepted(verify, sign, fields, secrets):
    assert verify(fields, secrets=secrets) == Rejected("no_secret")
    assert not accepted(verify(fields, secrets=secrets, header=sign("", URL, fields)))


def test_a_repeated_header_is_no_signature(connect, sign, fields):
    headers = {"x-twilio-signature": sign(TOKEN, URL, fields), "content-type": FORM}
    body = urlencode(fields).encode()
    request = RawRequest("POST", URL, headers, body, repeated=frozenset({"x-twilio-signature"}))
    assert connect().verify(request, SECRETS, NOW, {}) == Rejected("signature_missing")


def test_only_post_brings_events(verify, fields):
    assert verify(fields, method="GET") == Rejected("method", 405)


def test_a_message_is_named_by_its_signature_whatever_the_unsigned_header_says(verify, sign, fields):
    digest = hashlib.sha256(base64.b64decode(sign(TOKEN, URL, fields))).hexdigest()
    assert verify(fields).replay_key == f"sig:{digest}"
    assert verify(fields, I_Twilio_Idempotency_Token="another").replay_key == f"sig:{digest}"


def test_a_callback_is_named_by_the_idempotency_token_and_its_signature(verify, sign, samples):
    digits = samples["call_digits"]
    digest = hashlib.sha256(base64.b64decode(sign(TOKEN, URL, digits))).hexdigest()
    assert verify(digits, I_Twilio_Idempotency_Token="t-1").replay_key == f"idem:t-1:{digest}"
    other = verify(samples["call_speech"], I_Twilio_Idempotency_Token="t-1")
    assert other.replay_key != f"idem:t-1:{digest}"


@pytest.mark.parametrize("token", ["", "é", "a" * 201, "a\nb"])
def test_a_repeated_digit_without_a_token_is_left_to_the_event_keys(verify, samples, token):
    assert verify(samples["call_digits"], I_Twilio_Idempotency_Token=token).replay_key is None


@pytest.mark.parametrize("table", ["name", ["a"], {"StatedName": 1}, {"": "name"}, {"StatedName": ""}])
def test_claims_from_must_be_a_table_of_texts(connect, table):
    with pytest.raises(ConfigError, match="claims_from"):
        connect(claims_from=table)
