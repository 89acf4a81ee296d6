"""Messages and receipts arrive as what they are."""

import json
from datetime import UTC, datetime

import pytest

from omnilink.model import Attestation, Authenticity, ConversationKind, Direction, Role

ANA, OURS = "+34600111222", "+34910000000"


def only(events):
    assert len(events) == 1
    return events[0]


def test_an_sms_is_a_message_of_its_sender(read):
    event = only(read("sms"))
    assert (event.type, event.direction) == ("message_received", Direction.INBOUND)
    assert event.parts[0].text == "The street lamp is out"
    sid = "SM" + "1".rjust(32, "0")
    assert (event.event_key, event.message_key) == (f"msg:{sid}", f"twilio:{sid}")
    assert event.conversation_keys == (f"sms:{ANA}/{OURS}",)
    assert (event.refs.message_id, event.refs.sender_id, event.refs.recipient_id) == (sid, ANA, OURS)
    author, own = event.participants
    assert (author.role, author.handle.scheme, author.handle.raw) == (Role.AUTHOR, "tel", ANA)
    assert author.attestation is Attestation.NONE  # anybody may set a sender's number
    assert (own.role, own.own, own.handle.raw) == (Role.TO, True, OURS)


def test_an_empty_message_is_a_message(read):
    assert only(read("sms_empty")).parts == ()


def test_media_are_media(read):
    event = only(read("mms"))
    assert [p.type for p in event.parts] == ["text", "media", "media", "media"]
    assert [p.kind for p in event.parts[1:]] == ["image", "document", "video"]
    assert event.parts[1].ref == "https://api.twilio.com/m/0"


@pytest.mark.parametrize(("told", "count"), [("2", 2), ("", 1), ("x", 1), ("0", 1), ("999999", 100)])
def test_no_file_is_lost_by_a_wrong_count(read, told, count):
    event = only(read("sms", NumMedia=told, MediaUrl0="https://api.twilio.com/m/0"))
    assert sum(p.type == "media" for p in event.parts) == count


def test_the_medium_is_named_for_every_interaction(read, samples):
    media = {"sms": "sms", "rcs": "sms", "whatsapp": "whatsapp", "messenger": "messenger", "call_ringing": "voice",
             "conv_added": "sms", "conv_chat": "chat"}  # fmt: skip
    for name, medium in media.items():
        assert read(name)[0].channel == medium


def test_a_group_message_is_one_conversation_of_all(read):
    event = only(read("group_mms"))
    assert event.conversation_kind is ConversationKind.GROUP
    assert event.conversation_keys == (f"sms-group:{ANA}/+34600333444/+34600555666/{OURS}",)
    assert len(event.participants) == 4


@pytest.mark.parametrize(("name", "opted_in"), [("stop", False), ("start", True)])
def test_a_stop_word_is_a_message_and_consent(read, name, opted_in):
    message, consent = read(name)
    assert message.type == "message_received"
    assert (consent.type, consent.opted_in, consent.handle.raw, consent.sender.raw) == (
        "opt_out_received", opted_in, ANA, OURS,
    )  # fmt: skip


def test_help_decides_nothing(read):
    assert only(read("help")).type == "message_received"


def test_a_short_code_is_a_number_and_a_sender_name_is_none(read):
    code = only(read("short_code")).participants[0].handle
    assert (code.raw, code.scope) == ("27676", "ES")
    named = only(read("alphanumeric")).participants[0]
    assert (named.handle, named.stated("display_name")) == (None, "ACME SHOP")


def test_rcs_reaches_the_telephone_and_messenger_its_own_ids(read):
    assert only(read("rcs")).participants[0].handle.key == f"tel:{ANA}"
    handle = only(read("messenger")).participants[0].handle
    assert (handle.scheme, handle.raw) == ("messenger", "1234567")


def test_a_whatsapp_message_is_attested_by_the_platform(read, parse, samples):
    event = only(read("whatsapp"))
    author = event.participants[0]
    assert (author.handle.scheme, author.handle.raw) == ("wa", ANA)
    assert author.stated("display_name") == author.handle.display == "Ana Ruiz"
    assert author.attestation is Attestation.SIGNATURE
    assert event.conversation_keys == (f"wa:{ANA}/{OURS}",)
    assert event.refs.sender_id == f"whatsapp:{ANA}"
    unsigned = parse(samples["whatsapp"], Authenticity.UNSIGNED)[0]
    assert unsigned.participants[0].attestation is Attestation.NONE


def test_a_whatsapp_user_id_is_no_number(read):
    assert only(read("whatsapp_user_id")).participants[0].handle.scheme == "wa_bsuid"


def test_a_blank_profile_name_is_no_name(read):
    assert only(read("whatsapp", ProfileName=" ")).participants[0].claims == ()


def test_a_reply_names_what_it_answers(read):
    assert only(read("whatsapp_reply")).reply_to_key == "twilio:SM" + "99".rjust(32, "0")


def test_choices_are_messages_with_a_choice(read):
    button, row, flow = (only(read(f"whatsapp_{n}")) for n in ("button", "list", "flow"))
    assert {e.type for e in (button, row, flow)} == {"message_received"}
    assert (button.parts[1].value, button.parts[1].label) == ("yes-1", "Yes")
    assert (row.parts[1].action_id, row.parts[1].label) == ("row-2", "Waste")
    assert flow.parts[1].answers == {"street": "Calle Mayor", "number": "7"}


def test_places_stickers_ads_and_forwards_are_kept(read):
    place = only(read("whatsapp_location")).parts[0]
    assert (place.latitude, place.longitude, place.name, place.address) == (40.4168, -3.7038, "Sol", "Puerta del Sol")
    assert only(read("whatsapp_sticker")).parts[0].kind == "sticker"
    assert only(read("whatsapp_ad")).parts[1].data["ReferralHeadline"] == "Swim"
    assert only(read("whatsapp_forwarded")).parts[1].data == {"frequently": False}
    assert only(read("whatsapp_order")).parts[0].name == "order"


@pytest.mark.parametrize("bad", ["91", "north", "nan", "inf", ""])
def test_an_impossible_place_is_kept_as_data(read, bad):
    assert only(read("whatsapp_location", Latitude=bad)).parts[0].type == "native"


@pytest.mark.parametrize("word", ["queued", "sent", "delivered", "read", "undelivered"])
def test_a_receipt_keeps_the_vendors_word(read, word):
    event = only(read(f"status_{word}"))
    sid = "SM" + "50".rjust(32, "0")
    assert (event.type, event.status, event.target_key) == ("delivery_updated", word, f"twilio:{sid}")
    assert event.event_key == f"status:{sid}:{word}"
    assert event.recipient.raw == ANA
    assert event.lane_key == f"sms:{ANA}/{OURS}"
    assert event.error_code == ("30003" if word == "undelivered" else None)


def test_other_forms_of_receipts_are_receipts(read):
    assert only(read("status_whatsapp")).recipient.scheme == "wa"
    assert only(read("status_old")).status == "sent"


def test_a_receipt_that_carries_a_text_loses_neither(read):
    receipt, message = read("sms", MessageStatus="received")
    assert (receipt.type, message.parts[0].text) == ("delivery_updated", "The street lamp is out")


def test_a_message_sent_within_a_call_is_a_message(read):
    assert only(read("sms", CallSid="CA1", CallStatus="in-progress")).type == "message_received"


def test_our_own_number_writing_is_an_echo(connect, envelope_of, samples):
    fields = samples["sms"] | {"From": OURS, "To": ANA, "SmsStatus": "sent"}
    event = connect(own=(f"tel:{OURS}",)).parse(envelope_of(fields))[0]
    assert event.direction is Direction.ECHO
    assert [p.own for p in event.participants] == [True, False]


def test_who_arrives_with_our_own_number_is_not_us(connect, envelope_of, samples):
    connector = connect(own=(f"tel:{OURS}",))
    message = connector.parse(envelope_of(samples["sms"] | {"From": OURS, "To": "+34910000009"}))[0]
    call = connector.parse(envelope_of(samples["call_ringing"] | {"From": OURS, "Caller": OURS, "To": OURS}))[0]
    for event in (message, call):
        assert event.direction is Direction.INBOUND
        assert not event.participants[0].own


def test_what_somebody_stated_to_a_flow_is_a_claim(connect, envelope_of, samples):
    connector = connect(claims_from={"StatedName": "name", "StatedBirth": "born"})
    for name in ("sms", "call_ringing", "call_recording"):
        fields = samples[name] | {"StatedName": "Ana Ruiz", "StatedBirth": ""}
        author = connector.parse(envelope_of(fields))[0].participants[0]
        assert (author.stated("name"), author.stated("born")) == ("Ana Ruiz", None)


def test_a_json_body_is_read_like_a_form(connect, envelope_of, samples):
    body = json.dumps(samples["sms"] | {"NumMedia": 0}).encode()
    for content_type in ("application/json", "application/x-www-form-urlencoded", ""):
        event = connect().parse(envelope_of(body, content_type=content_type))[0]
        assert event.parts[0].text == "The street lamp is out"


def test_event_streams_are_read_one_by_one(connect, envelope_of):
    def cloud(name, kind, **data):
        return {"specversion": "1.0", "id": name, "type": f"com.twilio.messaging.{kind}", "source": "/x",
                "time": "2025-11-18T09:00:00.000Z", "data": {"accountSid": "AC1", **data}}  # fmt: skip

    batch = [
        cloud("EZ1", "inbound-message.received", messageSid="SM1", body="Hi", numMedia=0, **{"from": ANA, "to": OURS}),
        None,
        cloud("EZ2", "message.delivered", messageSid="SM2", messageStatus="DELIVERED", **{"from": OURS, "to": ANA}),
    ]
    message, receipt, spoilt = connect().parse(envelope_of(json.dumps(batch).encode()))
    assert (message.type, message.occurred_at) == ("message_received", datetime(2025, 11, 18, 9, tzinfo=UTC))
    assert (receipt.type, receipt.status, receipt.refs.event_id) == ("delivery_updated", "DELIVERED", "EZ2")
    assert spoilt.type == "unparsed"


def test_conversations_have_messages_edits_deletes_and_receipts(read):
    added, ours, chat = (only(read(f"conv_{n}")) for n in ("added", "ours", "chat"))
    assert (added.direction, added.participants[0].handle.raw) == (Direction.INBOUND, ANA)
    assert [p.type for p in added.parts] == ["text", "media"]
    assert added.conversation_keys == ("twilio:CH" + "1".rjust(32, "0"),)
    assert (ours.direction, ours.participants[0].own) == (Direction.ECHO, True)
    assert (chat.direction, chat.participants[0].handle.scheme) == (Direction.INBOUND, "ext")
    edited, removed, receipt = (only(read(f"conv_{n}")) for n in ("updated", "removed", "delivery"))
    assert (edited.type, edited.target_key, edited.parts[0].text) == ("message_edited", added.message_key, "Hello!")
    assert (removed.type, removed.target_key) == ("message_deleted", added.message_key)
    assert (receipt.type, receipt.status) == ("delivery_updated", "read")


def test_a_pre_action_webhook_is_seen_and_not_recorded_twice(read):
    assert only(read("conv_pre_action")).reason == "pre_action_webhook"
    assert only(read("conv_participant")).type == "ignored"
