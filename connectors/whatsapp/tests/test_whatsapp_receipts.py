"""Receipts, calls, and the account's own news."""

import pytest

from omnilink.model import Authenticity, Direction, Role


def only(events):
    assert len(events) == 1
    return events[0]


@pytest.mark.parametrize("word", ["sent", "delivered", "read", "played"])
def test_a_receipt_keeps_the_vendors_word(read, word):
    event = only(read(f"status_{word}"))
    assert (event.type, event.status, event.target_key) == ("delivery_updated", word, "wa:wamid.ours")
    assert event.recipient.raw == "34600111222"
    assert event.event_key == f"status:wamid.ours:{word}"


def test_a_failure_has_its_code(read):
    assert only(read("status_failed")).error_code == "131026"


def test_in_a_group_each_reader_has_a_receipt(read):
    first, second = read("status_group")
    assert first.event_key != second.event_key
    assert (first.recipient.raw, second.recipient.raw) == ("34600111222", "34600555666")
    assert first.refs.recipient_id == "1203634@g.us"


def test_a_receipt_may_know_only_the_user_id(read):
    event = only(read("status_user_id"))
    assert event.recipient.raw == "34600111222"  # completed from contacts[]
    assert event.refs.recipient_id == "ES.1122334455"


def test_a_call_to_us_begins_and_ends(read):
    begin, end = read("call_in", "call_in_over")
    assert begin.message_key == end.message_key == "wa:wacid.1"
    assert begin.event_key != end.event_key
    assert (begin.direction, begin.call.status, end.call.status, end.call.duration_s) == (
        Direction.INBOUND, "connect", "completed", 120,
    )  # fmt: skip
    caller, callee = begin.participants
    assert (caller.role, caller.handle.raw, caller.own) == (Role.CALLER, "34600111222", False)
    assert (callee.role, callee.own) == (Role.CALLEE, True)
    assert "wa:500100200300/34600111222" in begin.conversation_keys


def test_a_call_of_ours_has_the_citizen_as_callee(read):
    ringing, connected = read("call_status", "call_out")
    assert {ringing.direction, connected.direction} == {Direction.OUTBOUND}
    assert ringing.call.status == "ringing"
    for event in (ringing, connected):
        assert [(p.role, p.own) for p in event.participants] == [(Role.CALLER, True), (Role.CALLEE, False)]
        assert event.participants[1].handle.raw == "34600111222"


@pytest.mark.parametrize(
    "name", ["state_sync", "template_status", "account_update", "phone_quality", "group_lifecycle", "history_declined",
             "value_errors"],
)  # fmt: skip
def test_the_accounts_own_news_are_quiet(read, name):
    event = only(read(name))
    assert (event.type, event.what) == ("ignored", "account")


@pytest.mark.parametrize(("name", "opted_in"), [("stop_marketing", False), ("resume_marketing", True)])
def test_a_marketing_preference_is_consent(read, name, opted_in):
    consent, quiet = read(name)
    assert (consent.type, consent.opted_in, consent.handle.raw) == ("opt_out_received", opted_in, "34600111222")
    assert consent.sender.raw == "34910000001"
    assert quiet.what == "account"


def learned(events):
    return [(e.handles[0].raw, e.handles[1].raw, e.replaced) for e in events if e.type == "handle_learned"]


def test_number_and_user_id_of_a_contact_are_learned_once(read):
    events = read("text", "image", keep_learned=True)
    assert learned(events) == [("34600111222", "ES.1122334455", False)]
    assert (
        next(e for e in events if e.type == "handle_learned").event_key
        == "learned:wa:34600111222:wa_bsuid:700800900/ES.1122334455"
    )


def test_a_parent_user_id_is_learned(read):
    event = next(e for e in read("user_id_only", keep_learned=True) if e.type == "handle_learned")
    assert [(h.raw, h.scope) for h in event.handles] == [("ES.5544332211", "700800900"), ("ES.ENT.778899", "parent")]


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("number_changed", "34600111222", "34600333444"),
        ("user_id_changed", "ES.1122334455", "ES.9988776655"),
        ("user_id_update", "ES.1122334455", "ES.9988776655"),
    ],
)
def test_a_changed_number_or_user_id_replaces_the_old_one(read, name, old, new):
    events = read(name, keep_learned=True)
    assert (old, new, True) in learned(events)
    assert any(e.type == "ignored" for e in events)


def test_a_name_that_looks_like_a_change_replaces_nobody(parse, payload_of, samples):
    system = samples["user_id_changed"]["messages"][0]["system"]
    system["body"] = "User x changed from ES.VICTIM to ES.9988776655 changed from ES.1122334455 to ES.9988776655"
    assert ("ES.1122334455", "ES.9988776655", True) in learned(parse(payload_of(samples["user_id_changed"])))
    system["body"] = "User x changed from ES.VICTIM to ES.ATTACKER changed their user id"
    assert all(not replaced for _, _, replaced in learned(parse(payload_of(samples["user_id_changed"]))))


def test_an_unsigned_envelope_teaches_nothing(parse, payload_of, samples):
    for name in ("text", "number_changed", "user_id_update", "group_participants"):
        assert learned(parse(payload_of(samples[name]), Authenticity.UNSIGNED)) == []


def test_other_system_messages_are_quiet(read):
    event = only(read("identity_changed"))
    assert (event.what, event.reason, event.refs.sender_id) == ("system", "customer_identity_changed", "34600111222")
