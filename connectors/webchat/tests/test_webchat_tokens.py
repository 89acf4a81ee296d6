"""Tokens and identities: only what was sealed, for this purpose, until its end."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnilink_webchat.identity import Identity, feed_of, read_identity
from omnilink_webchat.tokens import seal, unseal

NOW = datetime(2026, 3, 2, tzinfo=UTC)
SOON = NOW.timestamp() + 600
KEY = "a-secret-of-the-agency-0123456789"
SITE = "shared-with-the-site-0123456789abcdef"
GOOD = {"sub": "4711", "nonce": "nonce-0001", "exp": SOON}


def test_a_token_is_good_for_its_purpose_account_and_time_alone():
    token = seal({"f": "a.1", "exp": SOON}, "session", "web", KEY)
    assert unseal(token, "session", "web", ["other", KEY], NOW) == ({"f": "a.1", "exp": SOON}, None)
    assert unseal(token, "file", "web", [KEY], NOW) == (None, "token-wrong")
    assert unseal(token, "session", "other", [KEY], NOW) == (None, "token-wrong")
    assert unseal(token, "session", "web", ["other"], NOW) == (None, "token-wrong")
    assert unseal(token, "session", "web", [], NOW) == (None, "token-wrong")
    assert unseal(token, "session", "web", [KEY], datetime(2027, 1, 1, tzinfo=UTC)) == (None, "token-expired")


def test_no_token_with_one_character_changed_or_missing_is_accepted():
    token = seal({"f": "a.1", "exp": SOON}, "session", "web", KEY)
    for place in range(len(token)):
        for other in (token[:place] + token[place + 1 :], token[:place] + "A" + token[place + 1 :], token + "="):
            assert other == token or unseal(other, "session", "web", [KEY], NOW)[0] is None


def test_no_identity_with_one_character_changed_is_accepted(sign):
    token = sign(GOOD)
    assert isinstance(read_identity(token, "web", [SITE], NOW), Identity)
    for place in range(len(token)):
        other = token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :]
        assert isinstance(read_identity(other, "web", [SITE], NOW), str)


@pytest.mark.parametrize("head", [{"alg": "none"}, {"alg": "RS256"}, {"alg": "hs256"}, {"crit": ["exp"]}])
def test_the_algorithm_is_ours_to_say(sign, head):
    assert read_identity(sign(GOOD, **head), "web", [SITE], NOW) == "identity-algorithm"


@pytest.mark.parametrize("end", [None, "soon", True, float("inf"), -1, [], 1e300])
def test_an_identity_without_a_sensible_end_is_none(sign, end):
    assert isinstance(read_identity(sign(GOOD | {"exp": end}), "web", [SITE], NOW), str)


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.text(max_size=5), lambda x: st.lists(x, max_size=3)))
def test_whatever_a_site_signs_is_an_identity_or_a_reason(value):
    import base64
    import hashlib
    import hmac
    import json

    def b64(data: bytes) -> str:
        return base64.urlsafe_b64encode(data).rstrip(b"=").decode()

    for claims in (value, GOOD | dict.fromkeys(("name", "aud", "nbf", "email"), value), GOOD | {"sub": value}):
        signed = f"{b64(b'{}')}.{b64(json.dumps(claims).encode('utf-8', 'surrogatepass'))}"
        signed = signed.replace(b64(b"{}"), b64(b'{"alg":"HS256"}'), 1)
        token = f"{signed}.{b64(hmac.digest(SITE.encode(), signed.encode(), hashlib.sha256))}"
        assert isinstance(read_identity(token, "web", [SITE], NOW), str | Identity)


@given(st.text(min_size=1, max_size=200))
def test_two_subjects_never_share_a_feed_and_a_feed_can_stand_in_an_address(subject):
    feed = feed_of(subject)
    assert feed_of(subject + "x") != feed
    assert "/" not in feed
    assert feed.isascii()
    assert feed == feed.strip()
