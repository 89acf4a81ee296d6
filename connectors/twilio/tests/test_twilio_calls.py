"""Every callback of a call adds to one call."""

from datetime import UTC, datetime

import pytest

from omnilink.model import Attestation, Authenticity, ConversationKind, Direction, Role

ANA, OURS = "+34600111222", "+34910000000"
CALL = "CA" + "1".rjust(32, "0")


def only(events):
    assert len(events) == 1
    return events[0]


def test_a_ringing_call_has_its_caller(read):
    event = only(read("call_ringing"))
    assert (event.type, event.direction, event.call.status) == ("call_updated", Direction.INBOUND, "ringing")
    assert (event.message_key, event.conversation_keys) == (f"twilio:{CALL}", (f"call:{CALL}",))
    assert event.conversation_kind is ConversationKind.CALL
    caller, callee = event.participants
    assert (caller.role, caller.handle.raw, caller.own) == (Role.CALLER, ANA, False)
    assert (callee.role, callee.handle.raw, callee.own) == (Role.CALLEE, OURS, True)
    assert caller.stated("caller_name") == "RUIZ ANA"
    assert caller.handle.display is None  # a directory's name is not the account's


@pytest.mark.parametrize(
    ("word", "attestation"),
    [
        ("TN-Validation-Passed-A", Attestation.STIR_SHAKEN),
        ("TN-Validation-Passed-B", Attestation.NONE),
        ("TN-Validation-Passed-C", Attestation.NONE),
        ("TN-Validation-Failed-A", Attestation.FAILED),
        ("TN-Validation-Failed", Attestation.FAILED),
        ("No-TN-Validation", Attestation.NONE),
        ("", Attestation.NONE),
    ],
)
def test_the_carriers_check_is_the_attestation(read, word, attestation):
    assert only(read("call_ringing", StirVerstat=word)).participants[0].attestation is attestation


def test_an_unsigned_request_attests_nothing(parse, samples):
    event = only(parse(samples["call_ringing"], Authenticity.UNSIGNED))
    assert event.participants[0].attestation is Attestation.NONE


def test_digits_speech_and_the_end_are_told(read):
    assert only(read("call_digits")).call.digits == "2"
    assert only(read("call_speech")).call.speech == "I want to report a leak"
    assert only(read("call_partial_speech")).call.speech is None
    end = only(read("call_completed"))
    assert (end.call.status, end.call.duration_s, end.call.sequence) == ("completed", 65, 3)
    assert end.call.at == end.occurred_at == datetime(2025, 11, 18, 9, 30, tzinfo=UTC)
    assert end.event_key == f"call:{CALL}:completed:3"


def test_a_recording_is_kept_once_it_is_there(read):
    assert only(read("call_recording")).call.recording_ref == "https://api.twilio.com/r/1"
    assert only(read("call_recording_started")).call.recording_ref is None


def test_what_was_said_is_kept_when_it_is_final(read):
    assert only(read("call_transcription")).call.transcript == "Please call me back"
    citizen, agent, partial = (only(read(f"call_live_{n}")).call for n in ("citizen", "agent", "partial"))
    assert (citizen.speech, citizen.transcript, citizen.sequence) == ("It is my kitchen", None, 4)
    assert (agent.speech, agent.transcript) == (None, "We send somebody")
    assert (partial.speech, partial.transcript) == (None, None)


def test_a_call_of_ours_has_the_citizen_as_callee(read):
    event = only(read("call_outbound"))
    assert event.direction is Direction.OUTBOUND
    assert [(p.role, p.own, p.handle.raw) for p in event.participants] == [
        (Role.CALLER, True, OURS), (Role.CALLEE, False, ANA),
    ]  # fmt: skip


def test_an_agents_own_telephone_is_no_citizen(connect, envelope_of, samples):
    event = connect(own=("tel:+34699000111",)).parse(envelope_of(samples["call_leg"] | {"From": ANA}))[0]
    assert [(p.own, p.handle.raw) for p in event.participants] == [(False, ANA), (True, "+34699000111")]


def test_legs_and_conference_are_one_conversation(read):
    leg = "CA" + "3".rjust(32, "0")
    assert only(read("call_leg")).conversation_keys == (f"call:{leg}", f"call:{CALL}")
    assert only(read("call_dialled")).conversation_keys == (f"call:{CALL}", f"call:{leg}")
    assert only(read("call_conference")).conversation_keys == (f"call:{CALL}", "conference:CF" + "1".rjust(32, "0"))


@pytest.mark.parametrize(
    "number",
    ["anonymous", "Anonymous", "+266696687", "266696687", "+7378742833", "+2562533", "+8656696", "+86282452253",
     "sip:anonymous@anonymous.invalid"],
)  # fmt: skip
def test_a_hidden_caller_has_no_handle(read, number):
    caller = only(read("call_hidden", From=number, Caller=number)).participants[0]
    assert (caller.handle, caller.claims, caller.attestation) == (None, (), Attestation.NONE)


def test_sip_and_app_callers_have_handles_of_their_own(read):
    assert only(read("call_sip")).participants[0].handle.key == "tel:sip:ana@phones.example.org"
    client = only(read("call_client")).participants[0]
    assert (client.handle.scheme, client.handle.raw) == ("ext", "ana")


def test_callbacks_that_differ_have_keys_that_differ(read, samples):
    names = [name for name in samples if name.startswith("call_")]
    keys = [only(read(name)).event_key for name in names]
    assert len(set(keys)) == len(keys)
    assert keys == [only(read(name)).event_key for name in names]


def test_the_fallback_url_hears_of_the_same_event(read):
    assert (
        only(read("call_digits", ErrorCode="11200", ErrorUrl="https://x")).event_key
        == only(read("call_digits")).event_key
    )


def test_what_is_no_contact_is_quiet(read):
    for name in ("conference_end", "debugger"):
        assert (only(read(name)).type, only(read(name)).what) == ("ignored", "system")
