"""Signature, handshake, settings: closed on any doubt."""

import hashlib
import hmac
import string
from datetime import UTC, datetime

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
from omnilink_whatsapp import omnilink_connector
from omnilink_whatsapp.connector import WhatsAppConnector
from omnilink_whatsapp.signature import compute_signature

NOW = datetime(2026, 1, 1, tzinfo=UTC)
URL = "https://hooks.town.example/hooks/wa"
BODY = b'{"object":"whatsapp_business_account","note":"caf\\u00e9"}'
SECRETS = {"app_secret": (Secret("new-app-secret"), Secret("old-app-secret")), "verify_token": (Secret("word-1"),)}
HEADER = "sha256=" + hmac.new(b"new-app-secret", BODY, hashlib.sha256).hexdigest()


def verify(connect, *, header=HEADER, body=BODY, secrets=SECRETS, name="X-Hub-Signature-256", method="POST", **more):
    headers = {} if header is None else {name: header}
    request = RawRequest.of(method, URL, {"content-type": "application/json", **headers}, body)
    if more:
        request = RawRequest(request.method, request.url, request.headers, request.body, **more)
    return connect().verify(request, secrets, NOW, {})


def test_the_connector_is_all_it_says():
    assert omnilink_connector() is WhatsAppConnector
    connector = WhatsAppConnector(ConnectorSettings("town"))
    assert isinstance(connector, Connector)
    assert isinstance(connector, Parses)
    assert isinstance(connector, ReceivesWebhooks)
    assert connector.manifest.secret_names == {"app_secret", "verify_token", "access_token"}


def test_a_signed_request_is_verified_and_named_by_its_signature(connect):
    verdict = verify(connect)
    digest = hashlib.sha256(bytes.fromhex(HEADER[7:])).hexdigest()
    assert verdict == Verified(f"sig:{digest}")


def test_a_rotated_secret_is_still_accepted(connect):
    assert isinstance(verify(connect, header=compute_signature("old-app-secret", BODY)), Verified)


def test_any_other_character_of_the_signature_is_refused(connect):
    for n, char in enumerate(HEADER):
        for other in {*string.printable, "é", "\ud800", ""} - {char}:
            assert isinstance(verify(connect, header=HEADER[:n] + other + HEADER[n + 1 :]), Rejected)


@pytest.mark.parametrize(
    "header",
    [None, "", " ", "sha256=", HEADER.upper(), HEADER.replace("sha256=", "SHA256="), HEADER[7:], " " + HEADER,
     HEADER + " ", HEADER + "\n", HEADER + "," + HEADER,
     "sha1=" + hmac.new(b"new-app-secret", BODY, "sha1").hexdigest()],
)  # fmt: skip
def test_every_other_spelling_is_refused(connect, header):
    assert isinstance(verify(connect, header=header), Rejected)


def test_any_changed_byte_of_the_body_is_refused(connect):
    for n in range(len(BODY)):
        assert isinstance(verify(connect, body=BODY[:n] + bytes([BODY[n] ^ 1]) + BODY[n + 1 :]), Rejected)
        assert isinstance(verify(connect, body=BODY[:n] + BODY[n + 1 :]), Rejected)


def test_the_old_sha1_header_alone_is_refused(connect):
    header = "sha1=" + hmac.new(b"new-app-secret", BODY, "sha1").hexdigest()
    assert verify(connect, header=header, name="X-Hub-Signature") == Rejected("signature_sha1_only")


def test_a_repeated_header_is_no_signature(connect):
    assert isinstance(verify(connect, repeated=frozenset({"x-hub-signature-256"})), Rejected)


@pytest.mark.parametrize("secrets", [{}, {"app_secret": ()}, {"verify_token": (Secret("new-app-secret"),)}])
def test_without_a_secret_nothing_is_accepted(connect, secrets):
    assert verify(connect, secrets=secrets) == Rejected("no_secret")
    empty = "sha256=" + hmac.new(b"", BODY, hashlib.sha256).hexdigest()
    assert isinstance(verify(connect, secrets=secrets, header=empty), Rejected)


def test_only_post_brings_events(connect):
    assert verify(connect, method="GET") == Rejected("method", 405)


def ask(connect, query, secrets=SECRETS, method="GET"):
    return connect().handshake(RawRequest.of(method, f"{URL}?{query}"), secrets, NOW)


def test_the_set_up_question_is_answered_with_its_challenge(connect):
    answer = ask(connect, "hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=word-1")
    assert (answer.status, answer.body) == (200, b"1158201444")
    assert answer.content_type.startswith("text/plain")


@pytest.mark.parametrize(
    "query",
    [
        "hub.mode=subscribe&hub.challenge=1&hub.verify_token=word-2",
        "hub.mode=subscribe&hub.challenge=1&hub.verify_token=",
        "hub.mode=subscribe&hub.challenge=1",
        "hub.mode=unsubscribe&hub.challenge=1&hub.verify_token=word-1",
        "hub.challenge=1&hub.verify_token=word-1",
        "hub.mode=subscribe&hub.challenge=%3Cscript%3E&hub.verify_token=word-1",
        "hub.mode=subscribe&hub.challenge=" + "1" * 257 + "&hub.verify_token=word-1",
        "hub.mode=subscribe&hub.challenge=1%0A&hub.verify_token=word-1",
        "hub.mode=subscribe&hub.challenge=&hub.verify_token=word-1",
        "hub.mode=subscribe&hub.challenge=1&hub.challenge=2&hub.verify_token=word-1",
        "hub.mode=subscribe&hub.challenge=1&hub.verify_token=%ED%A0%80",
        "&".join(f"hub.x{n}=1" for n in range(1500)),
    ],
)
def test_every_doubtful_set_up_question_gets_403_and_nothing_back(connect, query):
    answer = ask(connect, query)
    assert (answer.status, answer.body) == (403, b"")


def test_without_a_verify_token_no_question_is_answered(connect):
    query = "hub.mode=subscribe&hub.challenge=1&hub.verify_token="
    assert ask(connect, query, secrets={}).status == 403


def test_other_requests_are_no_handshake(connect):
    assert ask(connect, "a=1") is None
    assert ask(connect, "hub.mode=subscribe", method="POST") is None


def test_an_account_restricted_to_a_number_keeps_the_others_aside(connect, envelope_of, payload_of, samples):
    envelope = envelope_of(payload_of(samples["text"]))
    assert connect(phone_number_id=500100200300, waba_id="700800900").parse(envelope)[0].type == "message_received"
    for options in ({"phone_number_id": "1"}, {"waba_id": "1"}):
        (event,) = connect(**options).parse(envelope)
        assert (event.type, event.reason) == ("unparsed", "other_number")


@pytest.mark.parametrize("value", [["1"], None, True, {}])
def test_an_id_of_another_type_is_refused(connect, value):
    with pytest.raises(ConfigError, match="phone_number_id"):
        connect(phone_number_id=value)
