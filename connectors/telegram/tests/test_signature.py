"""The secret token: only Telegram's requests are accepted."""

from datetime import UTC, datetime

import pytest

from omnilink.plugin import RawRequest, Rejected, Secret, Verified
from omnilink_telegram import signature

SECRET = "Lamp_post-0123456789"
BODY = b'{"update_id": 5, "message": {}}'
NOW = datetime(2026, 1, 1, tzinfo=UTC)
URL = "https://hooks.example.org/hooks/town"
SECRETS = {"secret_token": (Secret(SECRET),)}


def request(token=SECRET, body=BODY, method="POST"):
    headers = {"X-Telegram-Bot-Api-Secret-Token": token} if token is not None else {}
    return RawRequest.of(method, URL, headers, body)


@pytest.fixture
def verify(connector):
    return lambda request, secrets=SECRETS: connector.verify(request, secrets, NOW, {})


def test_the_right_token_is_accepted(verify):
    assert isinstance(verify(request()), Verified)


@pytest.mark.parametrize("replacement", ["0", "A", "a", "_", "-", " ", "\x00", "\n", "é", "=", "\ud800", "٣"])
def test_after_any_single_change_of_the_token_it_is_refused(verify, replacement):
    for place in range(len(SECRET) + 1):
        for wrong in (
            SECRET[:place] + replacement + SECRET[place + 1 :],
            SECRET[:place] + replacement + SECRET[place:],
            SECRET[:place] + SECRET[place + 1 :],
        ):
            if wrong != SECRET:
                assert isinstance(verify(request(wrong)), Rejected), wrong


def test_another_spelling_of_the_token_is_refused(verify):
    for wrong in (SECRET.upper(), SECRET.lower(), f" {SECRET}", f"{SECRET}\n", f"{SECRET}, {SECRET}", SECRET * 2, ""):
        assert isinstance(verify(request(wrong)), Rejected)


def test_a_missing_or_repeated_header_is_refused(verify):
    assert isinstance(verify(request(None)), Rejected)
    good = request()
    repeated = RawRequest(good.method, good.url, good.headers, good.body, frozenset({signature.HEADER}))
    assert isinstance(verify(repeated), Rejected)


@pytest.mark.parametrize("secrets", [{}, {"secret_token": ()}, {"other": (Secret(SECRET),)}])
def test_without_a_secret_nothing_is_accepted(verify, secrets):
    for token in (SECRET, "", None):
        assert isinstance(verify(request(token), secrets), Rejected)


@pytest.mark.parametrize("unusable", ["", "   ", "has space", "x" * 257, "naïve", "a.b.c"])
def test_a_secret_telegram_would_not_take_is_none(unusable):
    assert signature.refusal(unusable, [unusable]) in ("secret_malformed", "no_secret")
    assert signature.refusal("x", [unusable]) == "no_secret"


def test_lengths_from_1_to_256_are_tokens():
    for length in (1, 256):
        assert signature.refusal("x" * length, ["x" * length]) is None


def test_every_secret_in_force_is_accepted_and_a_retired_one_is_not(verify):
    old, new = Secret("the-old-one"), Secret(SECRET)
    assert isinstance(verify(request("the-old-one"), {"secret_token": (new, old)}), Verified)
    assert isinstance(verify(request(), {"secret_token": (old, new)}), Verified)
    assert isinstance(verify(request("the-old-one"), {"secret_token": (new,)}), Rejected)


def test_only_a_post_is_a_delivery(verify):
    assert isinstance(verify(request(method="GET")), Rejected)


def test_the_replay_key_is_the_update_s_id(verify):
    assert verify(request()).replay_key == "update:5"
    assert verify(request(body=b'{"update_id":5}')).replay_key == "update:5"


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'{"update_id": []}', b'[{"update_id":1},{"update_id":2}]', b"\xff"]
)
def test_a_body_without_one_id_has_no_replay_key(verify, body):
    assert verify(request(body=body)) == Verified(None)


def test_there_is_no_handshake(connector):
    assert connector.handshake(request(), SECRETS, NOW) is None


def test_no_secret_or_body_shows_in_a_repr(connector, verify):
    shown = repr(request()) + repr(SECRETS) + repr(verify(request())) + repr(verify(request("wrong"))) + repr(connector)
    assert SECRET not in shown
    assert "update_id" not in shown
