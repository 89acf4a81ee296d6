import pytest

from omnilink.model import DeliveryUpdated, Media, MessageReceived
from omnilink_email.inbound import parse_mail


def test_a_bounce_is_automated_and_tells_of_each_recipient(mails):
    message, failed, delayed = parse_mail(mails["bounce"])
    assert isinstance(message, MessageReceived)
    assert message.automated == "bounce"
    assert "mail:ours1@town.example" in message.conversation_keys
    assert message.reply_to_key == "mail:ours1@town.example"
    assert len([p for p in message.parts if isinstance(p, Media)]) == 2
    for update, status, code, recipient in (
        (failed, "failed", "5.1.1", "gone@example.org"),
        (delayed, "delayed", "4.4.1", "slow@example.org"),
    ):
        assert isinstance(update, DeliveryUpdated)
        assert (update.status, update.error_code) == (status, code)
        assert update.recipient is not None
        assert update.recipient.key == f"mailto:{recipient}"
        assert update.target_key == "mail:ours1@town.example"
        assert update.lane_key == message.lane_key


def test_keys_of_a_report_are_unique_and_stable(mails):
    keys = [e.event_key for e in parse_mail(mails["bounce"])]
    assert len(set(keys)) == 3
    assert keys == [e.event_key for e in parse_mail(b"Received: x\n" + mails["bounce"])]


def test_a_repeated_recipient_block_is_told_once(mails):
    block = b"Final-Recipient: rfc822; gone@example.org\nAction: failed\nStatus: 5.1.1\n\n"
    raw = mails["bounce"].replace(b"Final-Recipient: RFC822;slow", block + b"Final-Recipient: RFC822;slow")
    assert len(parse_mail(raw)) == 3


@pytest.mark.parametrize(
    ("old", "new", "updates"),
    [
        (b"; report-type=delivery-status", b"", 2),
        (b"message/delivery-status", b"message/global-delivery-status", 2),
        (b"message/rfc822", b"text/rfc822-headers", 2),
        (b"Message-ID: <ours1@town.example>", b"X-Other: y", 0),
        (b"rfc822; gone@example.org", b"x400; whatever", 2),
        (b"Action: failed", b"Action:", 1),
    ],
)
def test_reports_of_other_servers_are_read(mails, old, new, updates):
    events = parse_mail(mails["bounce"].replace(old, new))
    assert events[0].automated == "bounce"
    assert [type(e) for e in events[1:]] == [DeliveryUpdated] * updates


def test_the_original_may_be_named_by_a_field(mails):
    raw = mails["bounce"].replace(b"Message-ID: <ours1@town.example>", b"X-Other: y")
    named = raw.replace(b"Reporting-MTA:", b"X-Original-Message-ID: <o2@town.example>\nReporting-MTA:")
    assert {e.target_key for e in parse_mail(named)[1:]} == {"mail:o2@town.example"}
    answered = raw.replace(b"Auto-Submitted", b"In-Reply-To: <o3@town.example>\nAuto-Submitted")
    assert {e.target_key for e in parse_mail(answered)[1:]} == {"mail:o3@town.example"}


def test_a_report_about_something_else_is_no_bounce():
    raw = b"From: a@example.org\nReturn-Path: <>\nContent-Type: multipart/report; boundary=b\n\n--b\n\nhi\n--b--\n"
    (message,) = parse_mail(raw)
    assert message.automated is None
