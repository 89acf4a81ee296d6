import hashlib
from datetime import UTC, datetime

import pytest

from omnilink.errors import ConfigError
from omnilink.model import ConversationKind, Direction, Envelope, Handle, Media, Native, Role, Text, Unparsed
from omnilink.plugin import Connector, ConnectorSettings, Parses, ReadsFiles
from omnilink_email import omnilink_connector
from omnilink_email.inbound import parse_mail


def natives(message, name):
    return [p.data for p in message.parts if isinstance(p, Native) and p.name == name]


def test_the_class_is_what_it_says_it_is():
    connector = omnilink_connector()(ConnectorSettings("mail"))
    assert isinstance(connector, Connector)
    assert isinstance(connector, Parses)
    assert isinstance(connector, ReadsFiles)
    assert connector.manifest.name == "email"


def test_the_class_parses_with_its_settings(mails):
    settings = ConnectorSettings(
        "mail",
        own_handles=(Handle.of("mailto", "ANA.garcia@example.org"),),
        options={"authserv_id": "mx.town.example", "trust_own_from": True},
    )
    raw = mails["plain"]
    envelope = Envelope(
        id="e", account="mail", connector="email", received_at=datetime.now(UTC), body=raw,
        sha256=hashlib.sha256(raw).hexdigest(),
    )  # fmt: skip
    (message,) = omnilink_connector()(settings).parse(envelope)
    assert message.direction is Direction.OUTBOUND


@pytest.mark.parametrize("value", [3, [3], {"a": "b"}, True])
def test_a_setting_of_the_wrong_kind_is_refused(value):
    with pytest.raises(ConfigError):
        omnilink_connector()(ConnectorSettings("mail", options={"authserv_id": value}))


def test_a_forged_copy_that_comes_first_does_not_take_the_real_mails_place(mails, read):
    real = mails["plain"]
    forged = read(
        b"Authentication-Results: mx.town.example; dmarc=fail\n" + real, authserv_ids=frozenset({"mx.town.example"})
    )
    retyped = read(b"Content-Type: application/octet-stream\n" + real)
    assert len({m.event_key for m in (forged, retyped, read(real))}) == 3
    assert forged.message_key == read(real).message_key


def test_a_mail_is_one_message_with_all_its_facts(mails, read):
    message = read(mails["plain"], own=frozenset({"help@town.example"}))
    assert message.message_key == "mail:m2@example.org"
    assert message.event_key == f"mail:m2@example.org|{message.content_key}"
    assert message.conversation_keys == ("mail:m2@example.org", "mail:m1@town.example", "mail:m0@town.example")
    assert message.conversation_kind is ConversationKind.MAIL
    assert message.lane_key == "mail:m0@town.example"
    assert message.reply_to_key == "mail:m1@town.example"
    assert message.refs.message_id == "m2@example.org"
    assert message.refs.reply_to == "m1@town.example"
    assert message.refs.sender_id == "Ana.Garcia@example.org"
    assert message.subject == "Street light in C/ Mayor ñ"
    assert message.occurred_at == datetime(2024, 3, 5, 9, tzinfo=UTC)
    assert message.direction is Direction.INBOUND
    assert message.automated is None
    assert [(p.role, p.handle.value, p.stated("display_name"), p.own) for p in message.participants] == [
        (Role.AUTHOR, "Ana.Garcia@example.org", "Ana García", False),
        (Role.TO, "help@town.example", "Town Hall", True),
        (Role.TO, "jorn@example.net", "Jørn", False),
        (Role.CC, "third@example.net", None, False),
    ]
    assert message.parts[0] == Text(text="The light is broken.\nGracias, señor €\n\n")
    assert natives(message, "mail_headers") == [{"reply_to": ["ana.private@example.org"]}]


def test_body_text_and_files_are_told_apart(mails, read):
    message = read(mails["mixed"])
    assert [(p.format, p.text) for p in message.parts if isinstance(p, Text)] == [
        ("plain", "See the photo"),
        ("html", "<p>See the photo</p>"),
    ]
    image, enclosed = (p for p in message.parts if isinstance(p, Media))
    assert (image.kind, image.filename, image.inline, image.size) == ("image", "lámpara.png", True, 5)
    assert image.sha256 == hashlib.sha256(b"hello").hexdigest()
    assert (enclosed.kind, enclosed.mime_type) == ("message", "message/rfc822")
    assert message.refs.message_id == "photo@example.org"


def test_the_same_mail_by_two_ways_has_one_event_key(mails, read):
    raw = mails["plain"]
    other_way = (
        b"Received: by another.example; Wed, 06 Mar 2024 00:00:00 +0000\r\n"
        + raw.replace(b"\r\n", b"\n").replace(b"broken.\n", b"broken. \t\n").replace(b"Subject: ", b"Subject:\n  ")
        + b"\n\n"
    )
    assert read(other_way).event_key == read(raw).event_key
    assert read(raw.replace(b"broken", b"dark")).event_key != read(raw).event_key
    assert read(b"From MAILER Tue Mar  5 10:00:00 2024\n" + raw).event_key == read(raw).event_key


def test_two_mails_with_one_id_stay_two(mails, read):
    one, other = read(mails["plain"]), read(mails["plain"].replace(b"The light", b"The lamp"))
    assert one.message_key == other.message_key
    assert one.event_key != other.event_key


def test_a_mail_without_an_id_is_named_after_its_bytes(mails, read):
    message = read(mails["bare"])
    assert message.message_key == f"mail-sha:{hashlib.sha256(mails['bare']).hexdigest()}"
    assert message.conversation_keys == (message.message_key,)
    assert message.refs.message_id is None
    assert message.occurred_at is None


@pytest.mark.parametrize(
    ("fields", "keys"),
    [
        (b"Message-ID: <a@x>\nMessage-ID: <b@x>", ("mail:a@x", "mail:b@x")),
        (b"Message-ID: < a@\n x >", ("mail:a@x",)),
        (b"Message-ID: a@x", ("mail:a@x",)),
        (b"Message-ID: <a@x>\nIn-Reply-To: <a@x>\nReferences: <a@x> <b@x> <a@x>", ("mail:a@x", "mail:b@x")),
        (b"Message-ID: <a@x>\nIn-Reply-To: Message from Ana <ana@example.org> of Monday", ("mail:a@x",)),
        (b"Message-ID: <a@x>\nIn-Reply-To: message of ana@example.org of Monday", ("mail:a@x",)),
        (b'Message-ID: <a@x>\nIn-Reply-To: Your message of "Mon" <b@x>', ("mail:a@x", "mail:b@x")),
        (b"Message-ID: <a@x>\nReferences: <>,<b@x>\n\t<c@x", ("mail:a@x", "mail:b@x")),
        (b"Message-ID: <" + b"a" * 999 + b"@x>\nReferences: <b@x>", ("mail:b@x",)),
    ],
)
def test_thread_keys_are_all_ids_own_and_cited(read, fields, keys):
    message = read(b"From: ana@example.org\n" + fields + b"\n\nhi\n")
    own = () if message.refs.message_id else (message.message_key,)
    assert message.conversation_keys == own + keys


def test_of_too_many_references_the_first_and_the_last_stay(read):
    references = b" ".join(b"<r%d@x>" % n for n in range(1000))
    keys = read(b"From: a@b.example\nMessage-ID: <m@x>\nReferences: " + references + b"\n\nhi\n").conversation_keys
    assert len(keys) == 100
    assert {"mail:m@x", "mail:r0@x", "mail:r1@x", "mail:r999@x"} <= set(keys)


@pytest.mark.parametrize(
    ("fields", "sender", "display"),
    [
        (b"From: Ana <ana@example.org>", "ana@example.org", "Ana"),
        (b"From: Garcia, Ana <ana@example.org>", "ana@example.org", "Garcia, Ana"),
        (b"From: a@example.org, b@example.org", None, None),
        (b"From: a@example.org, b@example.org\nSender: B <b@example.org>", "b@example.org", None),
        (b"From: a@example.org, b@example.org\nSender: c@example.org", None, None),
        (b"From: a@example.org\nFrom: b@example.org", None, None),
        (b"From: a@example.org\nFrom: a@example.org", None, None),
        (b"From: alice@example.org <bob@evil.example>", None, "alice@example.org"),
        (b"From: Ana", None, "Ana"),
        (b"From:", None, None),
        (b"From: \xe1na <ana@example.org>", "ana@example.org", "ána"),
        ("From: Añá <añá@example.org>".encode(), "añá@example.org", "Añá"),
        (b"Resent-From: x@example.org\nFrom: ana@example.org", "ana@example.org", None),
    ],
)
def test_the_author_is_who_the_mail_says_without_contradiction(read, fields, sender, display):
    message = read(fields + b"\n\nhi\n")
    author = message.participants[0]
    assert author.role is Role.AUTHOR
    assert message.refs.sender_id == sender
    assert (author.handle.value if author.handle else None) == sender
    assert author.stated("display_name") == display


def test_a_header_that_forgot_its_empty_line_ends_where_fields_end(read):
    message = read(b"From: ana@example.org\nSubject: x\nThe light is broken\nsince: Monday\n\nBye\n")
    assert message.parts[0].text == "The light is broken\nsince: Monday\n\nBye\n"
    message = read(b"From: ana@example.org\njunk line\nSubject: x\n\nhi\n")
    assert (message.subject, message.parts[0].text) == ("x", "hi\n")


@pytest.mark.parametrize(
    "prefix",
    [b"", b"\xef\xbb\xbf", b"\n\r\n\n", b"From ana@example.org Tue Mar  5 10:00:00 2024\n", b">From x\n"],
    ids=["none", "bom", "empty lines", "mbox line", "quoted mbox line"],
)
def test_what_stands_before_the_header_is_skipped(read, prefix):
    assert read(prefix + b"Subject: x\nFrom: ana@example.org\n\nhi\n").subject == "x"


def test_old_line_ends_are_read(read):
    message = read(b"From: ana@example.org\rSubject: x\r\rhi\r")
    assert (message.subject, message.parts[0].text) == ("x", "hi\n")


@pytest.mark.parametrize(
    ("fields", "automated"),
    [
        (b"Auto-Submitted: no", None),
        (b"Auto-Submitted: no; owner=x (comment)", None),
        (b"Auto-Submitted: Auto-Replied; owner-email=x@example.org", "auto-replied"),
        (b"Auto-Submitted: auto-generated (vacation)", "auto-generated"),
        (b"Auto-Submitted: ???", "auto-generated"),
        (b"List-Unsubscribe: <mailto:x@example.org>", "list"),
        (b"Auto-Submitted: no\nList-Id: <x.example.org>", "list"),
        (b"Precedence: BULK", "bulk"),
        (b"Precedence: junk", "bulk"),
        (b"Precedence: auto_reply", "auto-replied"),
        (b"Precedence: first-class", None),
        (b"Return-Path: <>", None),
        (b"X-Auto-Response-Suppress: All", None),
        (b"Content-Type: multipart/report; report-type=disposition-notification; boundary=x", "receipt"),
    ],
)
def test_machines_are_told_from_people(read, fields, automated):
    assert read(b"From: a@example.org\n" + fields + b"\n\nhi\n").automated == automated


def test_the_time_falls_back_to_our_servers(read):
    message = read(b"Received: by mx; Tue, 5 Mar 2024 10:00:00 +0000\nFrom: a@example.org\nDate: soon\n\nhi\n")
    assert message.occurred_at == datetime(2024, 3, 5, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("raw", "reason"),
    [(b"", "empty"), (b" \r\n\n", "empty"), (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "no_headers")],
)
def test_what_is_no_mail_is_unparsed(raw, reason):
    (event,) = parse_mail(raw)
    assert isinstance(event, Unparsed)
    assert event.reason == reason


def test_text_that_lost_its_header_is_kept(read):
    assert read("Buenos días,\nno hay luz.\n".encode()).parts == (Text(text="Buenos días,\nno hay luz.\n"),)


def test_language_and_list_are_told(read):
    message = read(b"From: a@example.org\nContent-Language: es-ES, en\nList-Id: N <n.example.org>\n\nhola\n")
    assert message.language == "es-ES"
    assert natives(message, "mail_headers") == [{"list_id": "N <n.example.org>"}]
