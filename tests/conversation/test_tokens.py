"""Reply tokens: they route within their time and place, and nothing forged passes."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnilink.conversation.tokens import (
    LONGEST_LOCAL_PART,
    Purpose,
    RefusedToken,
    Route,
    TokenKey,
    address_with,
    find_tokens,
    make_token,
    message_id_with,
    read_token,
)
from omnilink.errors import BadInput, ConfigError
from omnilink.plugin.settings import Secret

NOW = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)
OLD, NEW = TokenKey(1, Secret("the old key, of last year")), TokenKey(2, Secret("the new key, of this year"))
CASE = "0195a0b0-0000-7000-8000-000000000001"


def token(key=NEW, purpose=Purpose.REPLY_TO, **more):
    return make_token(key, CASE, purpose, now=NOW, **more)


@given(st.uuids(), st.sampled_from(Purpose), st.integers(1, 20_000))
def test_a_token_routes_to_its_conversation(identity, purpose, hours):
    made = make_token(NEW, str(identity), purpose, now=NOW, valid_for=timedelta(hours=hours))
    route = read_token([NEW, OLD], made, purpose, now=NOW)
    assert isinstance(route, Route)
    assert UUID(route.conversation) == identity
    assert NOW + timedelta(hours=hours) <= route.expires_at < NOW + timedelta(hours=hours + 1)


def test_every_changed_character_is_refused():
    made = token()
    for position, right in enumerate(made):
        for other in "abcdefghijklmnopqrstuvwxyz234567":
            if other != right:
                found = read_token(
                    [NEW, OLD], made[:position] + other + made[position + 1 :], Purpose.REPLY_TO, now=NOW
                )
                assert isinstance(found, RefusedToken)
                assert found.conversation is None


def test_case_does_not_matter_since_servers_fold_it():
    assert isinstance(read_token([NEW], token().upper(), Purpose.REPLY_TO, now=NOW), Route)


def test_a_former_key_is_believed_while_it_is_kept_and_says_so():
    found = read_token([NEW, OLD], token(OLD), Purpose.REPLY_TO, now=NOW)
    assert isinstance(found, Route)
    assert found.key == OLD.number
    assert read_token([NEW], token(OLD), Purpose.REPLY_TO, now=NOW) == RefusedToken("unknown_key")


def test_a_key_with_a_known_number_and_another_secret_is_a_forgery():
    forger = TokenKey(NEW.number, Secret("guessed guessed guessed"))
    assert read_token([NEW], token(forger), Purpose.REPLY_TO, now=NOW) == RefusedToken("forged")


def test_an_expired_token_is_refused_and_tells_where_it_led():
    late = NOW + timedelta(days=401)
    assert read_token([NEW], token(), Purpose.REPLY_TO, now=late) == RefusedToken("expired", CASE)


def test_a_forged_token_is_never_told_expired():
    late = NOW + timedelta(days=4000)
    forger = TokenKey(NEW.number, Secret("guessed guessed guessed"))
    assert read_token([NEW], token(forger), Purpose.REPLY_TO, now=late) == RefusedToken("forged")


def test_a_token_of_another_place_is_refused():
    bounce = token(purpose=Purpose.ENVELOPE_SENDER)
    assert read_token([NEW], bounce, Purpose.REPLY_TO, now=NOW) == RefusedToken("other_place")


@pytest.mark.parametrize("text", ["", "x", "a" * 49, "a" * 51, "1" * 50, "ä" * 50, "a" * 49 + "\n"])
def test_what_has_not_the_shape_is_malformed(text):
    assert read_token([NEW], text, Purpose.REPLY_TO, now=NOW) == RefusedToken("malformed")


def test_an_address_with_a_token_keeps_within_the_limit_and_is_found_again():
    address = address_with(token(), "help@city.example")
    local, _, domain = address.partition("@")
    assert len(local) <= LONGEST_LOCAL_PART
    assert domain == "city.example"
    assert local == local.lower()
    assert find_tokens([f"Help <{address.upper()}>"]) == (token(),)


def test_a_mailbox_too_long_for_a_token_is_refused():
    with pytest.raises(BadInput, match="13"):
        address_with(token(), "a-very-long-name-of-a-department@city.example")
    with pytest.raises(BadInput):
        address_with(token(), "nobody")


def test_a_message_id_carries_a_token():
    made = token(purpose=Purpose.MESSAGE_ID)
    assert find_tokens([message_id_with(made, "0195-1", "city.example")]) == (made,)
    with pytest.raises(BadInput):
        message_id_with(made, "a b>", "city.example")


def test_tokens_are_for_conversations_only():
    with pytest.raises(BadInput):
        make_token(NEW, "case 7", Purpose.REPLY_TO, now=NOW)


def test_a_short_secret_or_a_number_past_a_byte_is_no_key():
    with pytest.raises(ConfigError):
        TokenKey(1, Secret("short"))
    with pytest.raises(ConfigError):
        TokenKey(256, Secret("x" * 32))


def test_no_secret_shows():
    assert "key, of" not in repr(NEW)
