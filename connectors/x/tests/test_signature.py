"""Signature and challenge: only X's requests are accepted, and no answer of ours can be used as one."""

import json
import string
from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnilink.plugin import RawRequest, Rejected, Secret, Verified
from omnilink_x import signature

SECRET = "0123456789abcdefghijABCDEFGHIJ"
BODY = b'{"for_user_id":"1111","tweet_create_events":[{"text":"\xc3\xa1"}]}'
NOW = datetime(2026, 1, 1, tzinfo=UTC)
URL = "https://hooks.example.org/hooks/town"
SECRETS = {"consumer_secret": (Secret(SECRET),)}
TOKEN = "MzY1ZGYyN2EtYWEyOS00YmQyLTk5MzQ="


def request(body=BODY, sig=None, method="POST"):
    made = signature.sign(SECRET, body) if sig is None else sig
    return RawRequest.of(method, URL, {"x-twitter-webhooks-signature": made}, body)


def challenge(*tokens, method="GET", **more):
    pairs = [*(("crc_token", token) for token in tokens), *more.items()]
    return RawRequest.of(method, f"{URL}?{urlencode(pairs, errors='surrogatepass')}")


@pytest.fixture
def verify(connector):
    return lambda request, secrets=SECRETS: connector.verify(request, secrets, NOW, {})


def test_the_right_signature_is_accepted(verify):
    assert isinstance(verify(request()), Verified)


def test_the_signature_is_hmac_sha256_in_base64():
    # RFC 4231, test case 2.
    made = signature.decode(signature.sign("Jefe", b"what do ya want for nothing?"))
    assert made.hex() == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"


def test_only_one_spelling_of_the_same_bytes_is_decoded():
    right = signature.sign(SECRET, BODY)
    letters = string.ascii_uppercase + string.ascii_lowercase + string.digits + "+/"
    # The last letter before the padding has two bits that a lax decoder drops.
    twins = [f"{right[:-2]}{letters[letters.index(right[-2]) ^ bits]}=" for bits in (1, 2, 3)]
    assert signature.decode(right) is not None
    assert [signature.decode(twin) for twin in twins] == [None] * 3


@pytest.mark.parametrize("replacement", [*string.ascii_letters, *"0159+/-_= \x00\n", "é", "\ud800", "٣"])
def test_after_any_single_change_of_the_signature_it_is_refused(verify, replacement):
    right = signature.sign(SECRET, BODY)
    for place in range(len(right) + 1):
        for wrong in (
            right[:place] + replacement + right[place + 1 :],
            right[:place] + replacement + right[place:],
            right[:place] + right[place + 1 :],
        ):
            if wrong != right:
                assert isinstance(verify(request(sig=wrong)), Rejected), wrong


def test_another_spelling_of_the_signature_is_refused(verify):
    right = signature.sign(SECRET, BODY)
    value = right.removeprefix("sha256=")
    raw = signature.decode(right)
    for wrong in (
        right.upper(), value, f"SHA256={value}", f"sha1={value}", f"{right}\n", f" {right}", f"{right}, {right}",
        right.rstrip("="), f"{right}=", "sha256=", f"sha256={raw.hex()}", f"{right} ",
    ):  # fmt: skip
        assert isinstance(verify(request(sig=wrong)), Rejected), wrong


def test_after_any_change_of_a_byte_of_the_body_it_is_refused(verify):
    right = signature.sign(SECRET, BODY)
    for place in range(len(BODY)):
        wrong = bytearray(BODY)
        wrong[place] ^= 1
        assert isinstance(verify(request(body=bytes(wrong), sig=right)), Rejected)
    for body in (b"", BODY + b" ", BODY[:-1], b" " + BODY):
        assert isinstance(verify(request(body=body, sig=right)), Rejected)


def test_a_missing_blank_or_repeated_header_is_refused(verify):
    good = request()
    for headers, repeated in (
        ({}, frozenset()),
        ({signature.HEADER: ""}, frozenset()),
        (good.headers, frozenset({signature.HEADER})),
    ):
        assert isinstance(verify(RawRequest("POST", URL, headers, BODY, repeated)), Rejected)


@pytest.mark.parametrize("secrets", [{}, {"consumer_secret": ()}, {"other": (Secret(SECRET),)}])
def test_without_a_secret_nothing_is_accepted_and_nothing_answered(connector, verify, secrets):
    assert isinstance(verify(request(), secrets), Rejected)
    assert isinstance(verify(request(sig=signature.sign("", BODY)), secrets), Rejected)
    assert connector.handshake(challenge(TOKEN), secrets, NOW) is None


@pytest.mark.parametrize("blank", ["", "   ", "\n"])
def test_a_blank_secret_accepts_and_answers_nothing(blank):
    assert signature.refusal(BODY, signature.sign(blank, BODY), [blank]) == "no_secret"
    assert signature.answer_challenge(TOKEN, [blank]) is None


def test_every_secret_in_force_is_accepted_and_a_retired_one_is_not(verify):
    old, new = Secret("the-old-one"), Secret(SECRET)
    signed_with_old = request(sig=signature.sign("the-old-one", BODY))
    assert isinstance(verify(signed_with_old, {"consumer_secret": (new, old)}), Verified)
    assert isinstance(verify(request(), {"consumer_secret": (old, new)}), Verified)
    assert isinstance(verify(signed_with_old, {"consumer_secret": (new,)}), Rejected)


def test_the_replay_key_names_the_delivery(verify):
    assert verify(request()).replay_key == verify(request()).replay_key
    assert verify(request(body=b"{}")).replay_key != verify(request()).replay_key


def test_only_a_post_is_a_delivery(verify):
    for method in ("GET", "PUT", "HEAD"):
        assert isinstance(verify(request(method=method)), Rejected)


def test_a_challenge_is_answered_with_the_token_s_signature(connector):
    answer = connector.handshake(challenge(TOKEN, nonce="abc"), SECRETS, NOW)
    assert (answer.status, answer.content_type) == (200, "application/json")
    assert json.loads(answer.body) == {"response_token": signature.sign(SECRET, TOKEN.encode())}


def test_a_challenge_is_answered_with_the_newest_secret(connector):
    secrets = {"consumer_secret": (Secret(SECRET), Secret("the-old-one"))}
    answer = connector.handshake(challenge(TOKEN), secrets, NOW)
    assert json.loads(answer.body)["response_token"] == signature.sign(SECRET, TOKEN.encode())


@pytest.mark.parametrize(
    "token",
    [
        "", " ", '{"for_user_id":"1"}', "{}", "[]", "{", '"a"', "a b", "a\n", "a\x00", "é", "\ud800", "<script>", "a&b",
        "x" * 257, "a:b", "a,b", "a%7B", "a\t", "a.b",
    ],
)  # fmt: skip
def test_a_token_that_is_no_short_opaque_text_is_not_signed(connector, token):
    assert connector.handshake(challenge(token), SECRETS, NOW) is None
    assert isinstance(connector.verify(challenge(token), SECRETS, NOW, {}), Rejected)


def test_a_challenge_with_several_or_too_many_parameters_is_not_answered(connector):
    for bad in (
        challenge(),
        challenge(TOKEN, "other"),
        challenge(TOKEN, **{f"a{n}": "" for n in range(1001)}),
        challenge(TOKEN, padding="x" * 5000),
        challenge(TOKEN, method="POST"),
        RawRequest.of("GET", URL + "?" + "&" * 3000 + "crc_token=a"),
    ):
        assert connector.handshake(bad, SECRETS, NOW) is None


@given(st.text(string.ascii_letters + string.digits + "+/=_-", min_size=1, max_size=256), st.binary(max_size=4))
def test_no_answer_to_a_challenge_is_the_signature_of_an_accepted_body(token, around):
    answer = json.loads(signature.answer_challenge(token, [SECRET]))["response_token"]
    for body in (token.encode(), around + token.encode(), token.encode() + around, around):
        assert signature.refusal(body, answer, [SECRET]) is not None


@given(st.text(max_size=300))
def test_whatever_is_signed_as_a_token_is_refused_as_a_body(text):
    answer = signature.answer_challenge(text, [SECRET])
    if answer is not None:
        signed = json.loads(answer)["response_token"]
        assert signature.refusal(text.encode(), signed, [SECRET]) == "not_an_object"


@pytest.mark.parametrize("body", [b"12345", b"null", b"true", b"", b" ", b"[]", b"[{}]", b'"{"', b"abc"])
def test_a_signed_body_that_is_no_object_is_refused(verify, body):
    assert isinstance(verify(request(body=body)), Rejected)


def test_no_secret_or_body_shows_in_a_repr(connector, verify):
    shown = repr(request()) + repr(SECRETS) + repr(verify(request())) + repr(connector)
    assert SECRET not in shown
    assert "for_user_id" not in shown
