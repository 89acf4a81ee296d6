"""Signature v0: what is accepted, and that nothing else is."""

from datetime import UTC, datetime, timedelta

import pytest

from omnilink.plugin import RawRequest, Rejected, Secret, Verified, WebhookResponse
from omnilink_slack import signature

SECRET = "0123456789abcdef0123456789abcdef"
BODY = b'{"type":"event_callback","event":{"type":"message","text":"\xc3\xa1"}}'
TS = 1_700_000_000
NOW = datetime.fromtimestamp(TS, UTC)
URL = "https://hooks.example.org/hooks/town"
SECRETS = {"signing_secret": (Secret(SECRET),)}


def request(body=BODY, ts=str(TS), sig=None, **more):
    headers = {"x-slack-request-timestamp": ts, "x-slack-signature": sig or signature.sign(SECRET, ts, body), **more}
    return RawRequest.of("POST", URL, {name: value for name, value in headers.items() if value is not None}, body)


@pytest.fixture
def verify(connector):
    def verify(request, secrets=SECRETS, now=NOW):
        return connector.verify(request, secrets, now, {})

    return verify


def test_a_fresh_signature_is_accepted_until_the_window_ends(verify):
    verdict = verify(request())
    assert isinstance(verdict, Verified)
    assert verdict.expires_at == NOW + timedelta(seconds=300)


def test_slack_s_own_verifier_agrees(verify):
    oracle = pytest.importorskip("slack_sdk.signature")
    made = oracle.SignatureVerifier(SECRET).generate_signature(timestamp=str(TS), body=BODY)
    assert made == signature.sign(SECRET, str(TS), BODY)
    assert isinstance(verify(request(sig=made)), Verified)


@pytest.mark.parametrize("replacement", ["0", "f", "A", "F", "g", " ", "\x00", "é", "=", "\ud800", "٣"])
def test_after_any_single_change_of_the_signature_it_is_refused(verify, replacement):
    right = signature.sign(SECRET, str(TS), BODY)
    for place in range(len(right)):
        for wrong in (
            right[:place] + replacement + right[place + 1 :],
            right[:place] + replacement + right[place:],
            right[:place] + right[place + 1 :],
        ):
            if wrong != right:
                assert isinstance(verify(request(sig=wrong)), Rejected), wrong


def test_another_spelling_of_the_signature_is_refused(verify):
    right = signature.sign(SECRET, str(TS), BODY)
    for wrong in (right.upper(), right[3:], "v1=" + right[3:], right + "\n", " " + right, right + ", " + right, "v0="):
        assert isinstance(verify(request(sig=wrong)), Rejected), wrong


def test_after_any_change_of_a_byte_of_the_body_it_is_refused(verify):
    right = signature.sign(SECRET, str(TS), BODY)
    for place in range(len(BODY)):
        wrong = bytearray(BODY)
        wrong[place] ^= 1
        assert isinstance(verify(request(body=bytes(wrong), sig=right)), Rejected)
    for body in (b"", BODY + b" ", BODY[:-1], BODY + b"\n"):
        assert isinstance(verify(request(body=body, sig=right)), Rejected)


def test_after_any_change_of_a_digit_of_the_timestamp_it_is_refused(verify):
    right, ts = signature.sign(SECRET, str(TS), BODY), str(TS)
    for place in range(len(ts)):
        for digit in "0123456789":
            wrong = ts[:place] + digit + ts[place + 1 :]
            if wrong != ts:
                assert isinstance(verify(request(ts=wrong, sig=right)), Rejected)


@pytest.mark.parametrize(
    "ts",
    [
        "", "abc", "+1700000000", "-1700000000", " 1700000000", "1700000000 ", "1700000000\n", "01700000000",
        "1_700_000_000", "1700000000.0", "1.7e9", "0x6553f100", "١٧٠٠٠٠٠٠٠٠", "１７００００００００", "NaN", "inf",
        "9" * 11, "9" * 30, "9" * 5000, "0", "170000000\ud800",
    ],
)  # fmt: skip
def test_a_timestamp_slack_does_not_write_is_refused_even_when_signed(verify, ts):
    assert isinstance(verify(request(ts=ts, sig=signature.sign(SECRET, ts, BODY))), Rejected)


@pytest.mark.parametrize(("offset_s", "accepted"), [(-301, False), (-300, True), (0, True), (300, True), (301, False)])
def test_the_window_is_five_minutes_either_way(verify, offset_s, accepted):
    verdict = verify(request(), now=NOW + timedelta(seconds=offset_s))
    assert isinstance(verdict, Verified) is accepted


@pytest.mark.parametrize("missing", ["x-slack-signature", "x-slack-request-timestamp"])
def test_a_missing_blank_or_repeated_header_is_refused(verify, missing):
    good = request()
    without = {name: value for name, value in good.headers.items() if name != missing}
    for headers, repeated in (
        (without, frozenset()),
        ({**without, missing: ""}, frozenset()),
        (good.headers, frozenset({missing})),
    ):
        assert isinstance(verify(RawRequest("POST", URL, headers, BODY, repeated)), Rejected)


@pytest.mark.parametrize("secrets", [{}, {"signing_secret": ()}, {"other": (Secret(SECRET),)}])
def test_without_a_secret_nothing_is_accepted(verify, secrets):
    assert isinstance(verify(request(), secrets), Rejected)
    assert isinstance(verify(request(sig=signature.sign("", str(TS), BODY)), secrets), Rejected)


@pytest.mark.parametrize("blank", ["", "   ", "\n"])
def test_a_blank_secret_accepts_nothing(blank):
    made = signature.sign(blank, str(TS), BODY)
    assert signature.refusal(BODY, str(TS), made, [blank], TS) == "no_secret"


def test_every_secret_in_force_is_accepted_and_a_retired_one_is_not(verify):
    old, new = Secret("the-old-one"), Secret(SECRET)
    signed_with_old = request(sig=signature.sign("the-old-one", str(TS), BODY))
    assert isinstance(verify(signed_with_old, {"signing_secret": (new, old)}), Verified)
    assert isinstance(verify(request(), {"signing_secret": (old, new)}), Verified)
    assert isinstance(verify(signed_with_old, {"signing_secret": (new,)}), Rejected)


def test_the_replay_key_names_the_delivery(verify):
    first, again = verify(request()), verify(request())
    assert first.replay_key == again.replay_key
    assert first.replay_key.startswith("sig:")
    assert verify(request(body=b"{}")).replay_key != first.replay_key


def test_retry_headers_change_nothing(verify):
    retried = request(**{"x-slack-retry-num": "1", "x-slack-retry-reason": "http_timeout"})
    assert verify(retried) == verify(request())


def challenge(value="3eZbrw1aBm2rZgRNFdxV2595E9CY3g", kind="url_verification"):
    return f'{{"token":"x","challenge":"{value}","type":"{kind}"}}'.encode()


def test_a_signed_url_verification_is_answered_with_its_challenge(connector):
    answer = connector.handshake(request(challenge()), SECRETS, NOW)
    assert answer == WebhookResponse(200, b"3eZbrw1aBm2rZgRNFdxV2595E9CY3g", "text/plain; charset=utf-8")


def test_an_unsigned_forged_or_stale_url_verification_is_not_answered(connector):
    body = challenge()
    for bad, secrets, now in (
        (RawRequest.of("POST", URL, {}, body), SECRETS, NOW),
        (request(body, sig="v0=" + "0" * 64), SECRETS, NOW),
        (request(body), SECRETS, NOW + timedelta(seconds=301)),
        (request(body), {}, NOW),
    ):
        assert connector.handshake(bad, secrets, now) is None
        assert isinstance(connector.verify(bad, secrets, now, {}), Rejected)


@pytest.mark.parametrize("value", ["", "<script>", "a b", "a\\nb", "{}", "é", "x" * 201, "\\u0000"])
def test_a_challenge_that_is_no_short_opaque_text_is_not_sent_back(connector, value):
    assert connector.handshake(request(challenge(value)), SECRETS, NOW) is None


def test_other_requests_are_no_handshake(connector):
    for body in (
        BODY,
        b"",
        b"url_verification",
        challenge(kind="event_callback"),
        b'{"type":"event_callback","event":{"text":"url_verification"},"challenge":"abc"}',
        challenge() + b" " * 5000,
    ):
        assert connector.handshake(request(body), SECRETS, NOW) is None


def test_no_secret_or_body_shows_in_a_repr(connector):
    shown = repr(request()) + repr(SECRETS) + repr(connector.verify(request(), SECRETS, NOW, {})) + repr(connector)
    assert SECRET not in shown
    assert "text" not in shown
