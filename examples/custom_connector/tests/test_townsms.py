"""What every connector should show: only signed requests pass, anything at all can be parsed."""

import hashlib
import hmac
import json
from datetime import UTC, datetime

import pytest
from omnilink_townsms.connector import TownSms

from omnilink.model import Envelope
from omnilink.plugin import ConnectorSettings, RawRequest, Rejected, Secret, Verified

NOW = datetime(2026, 5, 4, 10, 0, tzinfo=UTC)
SECRETS = {"key": (Secret("the new key"), Secret("the old key"))}
TEXT = {
    "type": "text",
    "id": "m1",
    "from": "+12025550134",
    "to": "+12025550100",
    "at": "2026-05-04T09:59:58Z",
    "text": "The lamp is dark",
}
townsms = TownSms(ConnectorSettings(account="sms"))


def post(body: bytes, key: str, signature: str | None = None) -> RawRequest:
    sent_at = str(int(NOW.timestamp()))
    right = hmac.new(key.encode(), f"{sent_at}.".encode() + body, hashlib.sha256).hexdigest()
    headers = {"X-TownSms-Timestamp": sent_at, "X-TownSms-Signature": right if signature is None else signature}
    return RawRequest.of("POST", "https://hooks.town.example/hooks/sms", headers, body)


def parse(body: bytes) -> list:
    sha256 = hashlib.sha256(body).hexdigest()
    return townsms.parse(
        Envelope(id="e1", account="sms", connector="townsms", received_at=NOW, body=body, sha256=sha256)
    )


@pytest.mark.parametrize("key", ["the new key", "the old key"])
def test_a_request_signed_with_any_secret_in_force_is_accepted(key):
    assert isinstance(townsms.verify(post(b"{}", key), SECRETS, NOW, {}), Verified)


@pytest.mark.parametrize("place", range(64))
def test_any_changed_character_of_the_signature_is_refused(place):
    right = post(b"{}", "the new key").headers["x-townsms-signature"]
    wrong = right[:place] + ("0" if right[place] != "0" else "1") + right[place + 1 :]
    assert isinstance(townsms.verify(post(b"{}", "", signature=wrong), SECRETS, NOW, {}), Rejected)


def test_a_text_becomes_a_message_from_a_telephone():
    (event,) = parse(json.dumps(TEXT).encode())
    assert event.type == "message_received"
    assert event.participants[0].handle.key == "tel:+12025550134"
    assert event.parts[0].text == "The lamp is dark"


@pytest.mark.parametrize("field", TEXT)
@pytest.mark.parametrize("value", [None, 7, [], {}, "\ud800"])
def test_a_field_of_the_wrong_kind_never_raises(field, value):
    assert parse(json.dumps({**TEXT, field: value}).encode())


@pytest.mark.parametrize("body", [b"", b"\xff", b"null", b"[]", b"[" * 100_000, b'{"type": "text"}'])
def test_any_bytes_give_at_least_one_event(body):
    assert [event.type for event in parse(body)] == ["unparsed"]
