"""Which requests wait for TwiML, how they are named, and that nobody can move a caller to another place in a call."""

from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlencode

import pytest

from omnilink.model import Call, Envelope, Handle, Media
from omnilink.plugin import ConnectorSettings, RawRequest, Rejected, Secret, Verified
from omnilink.plugin.answering import Dial, HangUp, Say
from omnilink_twilio.connector import TwilioConnector
from omnilink_twilio.turns import Place, make_query, parse_place

URL = "https://hooks.town.example/hooks/line"
ACCOUNT, CALL = "AC" + "a" * 32, "CA" + "b" * 32
TOKEN = "the-token"
NOW = datetime(2026, 1, 1, tzinfo=UTC)
RING = {"AccountSid": ACCOUNT, "CallSid": CALL, "CallStatus": "ringing", "Direction": "inbound",
        "From": "+34600111222", "To": "+34910000000"}  # fmt: skip
GOES_ON = {**RING, "CallStatus": "in-progress"}


@pytest.fixture
def connector():
    return TwilioConnector(
        ConnectorSettings(account="line", public_url=URL, own_handles=(Handle.parse("tel:+34910000000"),))
    )


@pytest.fixture
def make(sign):
    def request(fields, query="", url=URL, **headers):
        whole = f"{url}?{query}" if query else url
        told = {"x-twilio-signature": sign(TOKEN, whole, fields), "content-type": "application/x-www-form-urlencoded"}
        return RawRequest.of("POST", whole, {**told, **headers}, urlencode(fields).encode())

    return request


@pytest.fixture
def verify(connector):
    return lambda request: connector.verify(request, {"auth_token": (Secret(TOKEN),)}, NOW, {})


def test_a_ring_is_the_first_turn(connector, make, verify):
    request = make(RING)
    turn = connector.find_turn(request)
    assert turn is not None
    assert (turn.step, turn.state, turn.account, turn.call) == (0, "", "line", f"twilio:{CALL}")
    assert turn.caller == Handle.of("tel", "+34600111222")
    assert verify(request) == Verified(turn.key)


@pytest.mark.parametrize(
    "told",
    [
        {"CallStatus": "completed", "CallbackSource": "call-progress-events", "SequenceNumber": "0"},
        {"CallStatus": "completed"},
        {"Direction": "outbound-api"},
        {"ParentCallSid": "CA" + "c" * 32},
        {"RecordingSid": "RE1", "RecordingUrl": "https://api.twilio.com/x", "RecordingStatus": "completed"},
        {"TranscriptionSid": "TR1", "TranscriptionText": "hello"},
        {"MessageSid": "SM1", "Body": "hello"},
        {"CallSid": "CA1"},
    ],
)
def test_what_only_tells_something_waits_for_nothing(connector, make, told):
    assert connector.find_turn(make({**RING, **told})) is None


def test_a_turn_has_what_was_keyed_in_and_said(connector, make, verify):
    request = make(
        {**GOES_ON, "Digits": "12*", "SpeechResult": "la farola", "Confidence": "0.71"}, "state=main.es.0&step=3"
    )
    turn = connector.find_turn(request)
    assert turn is not None
    assert (turn.step, turn.state, turn.digits, turn.speech, turn.confidence) == (
        3,
        "main.es.0",
        "12*",
        "la farola",
        0.71,
    )
    assert verify(request).kept_body is None


def test_the_key_that_ended_a_recording_is_no_answer(connector, make):
    told = {**GOES_ON, "RecordingUrl": "https://api.twilio.com/r", "RecordingDuration": "12", "Digits": "hangup"}
    turn = connector.find_turn(make(told, "step=2"))
    assert turn is not None
    assert (turn.digits, turn.recording_ref, turn.recording_s) == ("", "https://api.twilio.com/r", 12)


def test_a_step_names_its_request_whatever_is_pressed_and_under_whatever_token(make, verify):
    keys = {
        verify(make({**GOES_ON, "Digits": digits}, "step=2", **{"i-twilio-idempotency-token": token}))
        for digits, token in (("1", "a"), ("1", "b"), ("2", "a"))
    }
    assert keys == {Verified(f"turn:{CALL}:2")}
    assert verify(make({**GOES_ON, "Digits": "1"}, "step=3")) == Verified(f"turn:{CALL}:3")


def test_the_fallback_address_repeats_the_turn_that_failed(connector, make, verify):
    failed = {**GOES_ON, "Digits": "1", "ErrorCode": "11200", "ErrorUrl": f"{URL}?state=main&step=4"}
    turn = connector.find_turn(make(failed))
    assert turn is not None
    assert (turn.step, turn.state) == (4, "main")
    assert verify(make(failed)) == Verified(turn.key)
    for elsewhere in ("https://evil.example/?step=4", f"{URL}?state=main&step=4x", f"{URL}x?step=4"):
        assert connector.find_turn(make({**failed, "ErrorUrl": elsewhere})) is None


@pytest.mark.parametrize(
    "query",
    ["step=", "step=x", "step=12345", "step=-1", "step=1&step=2", "step=1&state=a", "state=&step=1", "step",
     "state=a b&step=1", "state=a%20&step=1", "step=1&x=2", "x=2&step=1", "secret=2&step=1", "step=١"],
)  # fmt: skip
def test_an_address_we_never_gave_is_refused(connector, make, verify, query):
    request = make(GOES_ON, query)
    assert verify(request) == Rejected("step")
    assert connector.find_turn(request) is None


@pytest.mark.parametrize("query", ["team=5", "state=closed", "steps=3", "x=step"])
def test_an_address_with_a_query_of_ones_own_is_no_turn(connector, make, verify, query):
    request = make({**GOES_ON, "Digits": "1"}, query)
    assert isinstance(verify(request), Verified)
    assert connector.find_turn(request) is None


def test_a_text_message_may_have_any_query(connector, make, verify):
    message = {"AccountSid": ACCOUNT, "MessageSid": "SM" + "c" * 32, "From": "+34600111222", "Body": "hello"}
    for fields in (message, {**message, "CallSid": CALL}):
        request = make(fields, "step=3%20a")
        assert isinstance(verify(request), Verified)
        assert connector.find_turn(request) is None


@pytest.mark.parametrize("query", ["state=main.es.0&step=12", "step=12", "team=5"])
def test_no_part_of_the_address_can_become_a_part_of_a_field(connector, make, verify, query):
    """Twilio signs `?step=12` + `AccountSidAC...` and `?step=1` + `2AccountSidAC...` alike."""
    right = make({**GOES_ON, "Digits": "1"}, query)
    assert isinstance(verify(right), Verified)
    fields = dict(parse_qsl(right.body.decode()))
    account = fields.pop("AccountSid")
    for cut in range(1, len(query) + 2):
        moved = {f"{right.url[-cut:]}AccountSid": account, **fields}
        shorter = RawRequest.of("POST", right.url[:-cut], right.headers, urlencode(moved).encode())
        assert isinstance(verify(shorter), Rejected)


def test_no_field_can_become_a_part_of_the_address(make, verify):
    right = make({**GOES_ON, "Digits": "1"}, "step=12")
    fields = dict(parse_qsl(right.body.decode()))
    longer = f"{right.url}AccountSid{fields.pop('AccountSid')}"
    assert isinstance(verify(RawRequest.of("POST", longer, right.headers, urlencode(fields).encode())), Rejected)
    assert isinstance(verify(make({n: v for n, v in GOES_ON.items() if n != "AccountSid"}, "step=1")), Rejected)


def test_a_secret_is_not_in_what_is_kept(connector, make, verify):
    request = make({**GOES_ON, "Digits": "4711", "SpeechResult": "four seven"}, "state=pin&secret=1&step=3")
    turn = connector.find_turn(request)
    assert turn is not None
    assert turn.digits == "4711"
    kept = dict(parse_qsl(verify(request).kept_body.decode()))
    assert kept == {**GOES_ON, "Digits": "••••", "SpeechResult": "•••"}


@pytest.mark.parametrize("query", ["", "team=5"])
def test_keys_of_somebody_elses_menu_are_kept_unless_their_answer_failed(make, verify, query):
    pressed = {**GOES_ON, "Digits": "4711"}
    assert verify(make(pressed, query)).kept_body is None
    kept = verify(make({**pressed, "ErrorCode": "11200"}, query)).kept_body
    assert dict(parse_qsl(kept.decode())) == {**pressed, "Digits": "••••", "ErrorCode": "11200"}
    assert verify(make({**GOES_ON, "ErrorCode": "11200"}, query)).kept_body is None


def test_places_come_back_as_they_were_written():
    for place in (Place(0), Place(7, "main.es-ES.2"), Place(9999, "pin", secret=True), Place(1, "", secret=True)):
        assert parse_place(make_query(place)) == place
    assert parse_place("") is None
    assert parse_place("bodySHA256=abc") is None


def envelope(connector, fields, step=None):
    body = urlencode(fields).encode()
    key = None if step is None else f"turn:{CALL}:{step}"
    return connector.parse(
        Envelope(
            id="e", account="line", connector="twilio", received_at=NOW, body=body, sha256="0" * 64, delivery_key=key
        )
    )[0]


def test_one_turn_is_one_event_and_two_turns_are_two(connector):
    pressed = {**GOES_ON, "Digits": "1"}
    first, again = envelope(connector, pressed, 1), envelope(connector, {**pressed, "ErrorCode": "11200"}, 1)
    second = envelope(connector, pressed, 2)
    assert first.event_key == again.event_key != second.event_key
    assert (first.call.sequence, second.call.sequence) == (1, 2)
    assert envelope(connector, pressed).event_key != first.event_key


def test_a_delivery_key_of_another_call_says_nothing(connector):
    other = {**GOES_ON, "CallSid": "CA" + "d" * 32}
    assert envelope(connector, other, 1).event_key == envelope(connector, other).event_key


def test_a_recording_is_a_file_of_the_call(connector):
    told = {**GOES_ON, "RecordingUrl": "https://api.twilio.com/r", "Digits": "hangup"}
    event = envelope(connector, told, 4)
    assert event.parts == (Media(kind="voice", ref="https://api.twilio.com/r"),)
    assert event.call == Call(status="in-progress", sequence=4, recording_ref="https://api.twilio.com/r")


def make_with(**options):
    return TwilioConnector(ConnectorSettings(account="line", public_url=URL, options=options))


def test_the_fallback_is_the_accounts_words_and_telephone():
    steps = make_with(language="ca-ES", fallback_text="Torneu-hi.", fallback_dial="+34910000009").fallback.steps
    assert steps == (Say("Torneu-hi.", "ca-ES"), Dial(Handle.of("tel", "+34910000009")))


def test_without_words_the_fallback_is_said_in_the_accounts_language():
    said, last = make_with(language="ar-AE").fallback.steps
    assert isinstance(said, Say)
    assert said.language == "ar-AE"
    assert last == HangUp()
    assert make_with(language="tlh").fallback.steps == make_with().fallback.steps
