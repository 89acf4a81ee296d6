"""Rendering: one message, one mail, the same bytes every time, and nothing in it that was not meant."""

from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnilink.errors import ConfigError, SendRefused
from omnilink.model import (
    Action,
    ContactCard,
    Handle,
    Location,
    Media,
    MessageReceived,
    Offer,
    Option,
    Outgoing,
    Quoted,
    Template,
    Text,
)
from omnilink.plugin import ConnectorSettings, MediaFile, SendContext
from omnilink_email.connector import EmailConnector
from omnilink_email.inbound import parse_mail
from omnilink_email.limits import MAX_SENT_BYTES
from omnilink_email.settings import EmailSettings

NOW = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
CONTEXT = SendContext(
    item="01item", account="mail", recipient=Handle.of("mailto", "ana@example.org"),
    sender=Handle.of("mailto", "desk@town.example"), now=NOW,
)  # fmt: skip
QUOTED = Quoted(
    message_keys=("mail:q2@example.org",),
    conversation_keys=("mail:q0@town.example", "mail:q1@town.example", "mail:q2@example.org", "mail:q3@example.org"),
    in_reply_to="mail:q1@town.example",
    subject="Street light",
)


def render(message, context=CONTEXT, **options):
    connector = EmailConnector(ConnectorSettings("mail", options={"smtp_host": "smtp.town.example", **options}))
    plan = connector.render(message, context)
    raw = plan.steps[0].make({}).content
    return plan, raw, message_from_bytes(raw.replace(b"\r\n", b"\n"), policy=policy.default)


def say(text="Hello", **fields):
    return Outgoing(parts=(Text(text=text, format="markdown"),), **fields)


def read(raw, own="desk@town.example"):
    event = parse_mail(raw, EmailSettings(own=frozenset({own})))[0]
    assert isinstance(event, MessageReceived)
    return event


# --- what is said -----------------------------------------------------------------------------------------------


def test_markdown_becomes_plain_text_and_html_that_say_the_same():
    _, _, mail = render(say("# Permit\n\nIt is **ready**: [here](https://town.example/p?a=1&b=2)\n\n- one\n- two"))
    assert mail.get_content_type() == "multipart/alternative"
    text, html = (part.get_content() for part in mail.iter_parts())
    assert text == "Permit\n\nIt is ready: here (https://town.example/p?a=1&b=2)\n\n• one\n• two\n"
    assert "<h1>Permit</h1>" in html
    assert 'It is <strong>ready</strong>: <a href="https://town.example/p?a=1&amp;b=2">here</a>' in html
    assert "<ul>\n<li>one</li>\n<li>two</li>\n</ul>" in html


def test_plain_text_alone_has_no_html():
    _, _, mail = render(Outgoing(parts=(Text(text="a *b* <c>", format="plain"),)))
    assert (mail.get_content_type(), mail.get_content()) == ("text/plain", "a *b* <c>\n")


@pytest.mark.parametrize(
    "text",
    ["<script>alert(1)</script>", '<img src="https://evil.example/p.png">', "![p](https://evil.example/p.png)",
     "[x](javascript:alert(1))", '**"><img src=x onerror=y>**', "`</code><script>`"],
)  # fmt: skip
def test_nothing_in_the_html_is_run_or_fetched(text):
    _, _, mail = render(say(text))
    html = mail.get_body(("html",)).get_content().lower()
    assert not any(tag in html for tag in ("<script", "<img", 'href="javascript', "<iframe", "<link", "<style"))


def test_the_same_plan_is_the_same_bytes():
    message = say("**x** ñ", subject="ñ", quoted=QUOTED)
    context = replace(CONTEXT, media={"blob:1": MediaFile(b"x", "image/png", "a.png")})
    message = message.model_copy(update={"parts": (*message.parts, Media(ref="blob:1"))})
    assert render(message, context)[1] == render(message, context)[1]


def test_every_line_fits_every_server():
    raw = render(say("ñ" * 5000 + "\n" + "x" * 5000 + "\n.\nFrom me", subject="ñandú " * 30, quoted=QUOTED))[1]
    assert raw.isascii()
    assert raw.replace(b"\r\n", b"").count(b"\n") == raw.replace(b"\r\n", b"").count(b"\r") == 0
    assert max(map(len, raw.split(b"\r\n"))) <= 78


# --- its name and thread ----------------------------------------------------------------------------------------


def test_the_message_id_is_the_items_at_our_domain_and_is_what_receiving_calls_it():
    plan, raw, mail = render(say())
    assert mail["message-id"] == "<01item@town.example>"
    assert plan.message_key == read(raw).message_key == "mail:01item@town.example"


def test_a_copy_that_comes_back_has_the_same_content_key():
    plan, raw, _ = render(say("**x**\n\nFrom ñ  \n.", subject="Señal 🚦", quoted=QUOTED), from_name="Désk")
    assert read(raw).content_key == plan.content_key
    assert read(raw.replace(b"\r\n", b"\n")).content_key == plan.content_key
    # A blind copy to ourselves, over our own server, that says so.
    trace = (
        b"Authentication-Results: mx.town.example; dmarc=pass header.from=town.example\r\n"
        b"Received: from a by mx.town.example; Sun, 1 Mar 2026 08:00:01 +0000\r\n"
    )
    own = EmailSettings(own=frozenset({"desk@town.example"}), authserv_ids=frozenset({"mx.town.example"}))
    travelled = parse_mail(trace + raw, own)[0]
    assert (travelled.content_key, travelled.direction) == (plan.content_key, "outbound")


def test_a_reply_cites_the_thread_and_is_in_it():
    plan, raw, mail = render(say(quoted=QUOTED))
    assert mail["in-reply-to"] == "<q2@example.org>"
    assert mail["references"].split()[-2:] == ["<q1@town.example>", "<q2@example.org>"]
    assert mail["subject"] == "Re: Street light"
    assert set(read(raw).conversation_keys) == set(plan.conversation_keys)


def test_a_reply_to_a_reply_says_re_once():
    quoted = QUOTED.model_copy(update={"subject": "RE: Street\r\n light"})
    assert render(say(quoted=quoted))[2]["subject"] == "RE: Street light"
    assert render(say(quoted=quoted, subject="Other"))[2]["subject"] == "Other"


def test_long_ids_are_cited_whole_and_many_are_capped():
    ids = [f"mail:{'x' * 150}{n}@example.org" for n in range(200)]
    quoted = Quoted(message_keys=(ids[-1],), conversation_keys=tuple(ids), in_reply_to=ids[-2])
    _, raw, _ = render(say(quoted=quoted))
    references = read(raw).conversation_keys[1:]
    assert len(references) == 20
    assert {ids[0], ids[-1], ids[-2]} <= set(references)


def test_a_mail_without_an_id_cannot_be_cited_and_stays_in_the_history_of_its_thread():
    plan, _, mail = render(say(quoted=Quoted(message_keys=("mail-sha:ab",), conversation_keys=("mail-sha:ab",))))
    assert "in-reply-to" not in mail
    assert "mail-sha:ab" in plan.conversation_keys
    assert [(loss.what, loss.how) for loss in plan.losses] == [("reply", "dropped")]


# --- fields -----------------------------------------------------------------------------------------------------


def test_date_is_the_plans_time():
    assert render(say())[2]["date"] == "Sun, 01 Mar 2026 08:00:00 +0000"


def test_a_machines_mail_says_so():
    assert "auto-submitted" not in render(say())[2]
    assert render(say(automated=True))[2]["auto-submitted"] == "auto-generated"
    assert render(say(automated=True, quoted=QUOTED))[2]["auto-submitted"] == "auto-replied"


def test_what_the_account_says_of_itself_is_in_every_mail():
    options = {"from_name": 'Town "Hall", Désk', "reply_to": "answers@town.example", "list_id": "news.town.example",
               "list_unsubscribe": "https://town.example/u"}  # fmt: skip
    mail = render(say(), **options)[2]
    assert mail["from"].addresses[0].display_name == 'Town "Hall", Désk'
    assert mail["from"].addresses[0].addr_spec == "desk@town.example"
    assert mail["reply-to"] == "answers@town.example"
    assert (mail["list-id"], mail["list-unsubscribe"]) == ("<news.town.example>", "<https://town.example/u>")
    assert not any(name.startswith("List-") for name in render(say())[2])


@pytest.mark.parametrize(
    "bad", ["a\r\nBcc: evil@example.org", "a\nb", "a\rb", "a\x00b", "a\x0bb", "a\u2028b", "a\x85b"]
)
def test_nothing_ends_a_header_early(bad):
    with pytest.raises(SendRefused) as refused:
        render(say(subject=bad))
    assert refused.value.reason == "not-supported"
    for name in ("from_name", "reply_to", "list_id", "list_unsubscribe", "smtp_host", "smtp_username"):
        with pytest.raises(ConfigError):
            render(say(), **{name: bad})
    for role in ("recipient", "sender"):
        with pytest.raises(SendRefused):
            render(say(), replace(CONTEXT, **{role: Handle(scheme="mailto", value="a", raw=f"a{bad}@example.org")}))
    context = replace(CONTEXT, media={"blob:1": MediaFile(b"x", f"image/{bad}", f"{bad}.png")})
    raw = render(Outgoing(parts=(Media(ref="blob:1"),)), context)[1]
    assert b"\r\nBcc:" not in raw
    assert (
        render(say(quoted=QUOTED.model_copy(update={"subject": bad, "in_reply_to": f"mail:{bad}"})))[2]["bcc"] is None
    )


@given(st.text(alphabet=st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=240))
def test_any_subject_arrives_as_it_was_written(subject):
    expected = " ".join(subject.split())
    _, raw, _ = render(say(subject=subject))
    assert " ".join((read(raw).subject or "").split()) == expected


def test_a_subject_that_is_too_long_is_shortened_and_that_is_told():
    plan, raw, _ = render(say(subject="ñ" * 300))
    assert read(raw).subject == "ñ" * 249 + "…"
    assert [(loss.what, loss.how) for loss in plan.losses] == [("subject", "shortened")]


def test_a_subject_that_looks_encoded_is_shown_as_it_is_written():
    raw = render(say(subject="=?utf-8?q?Paid?="))[1]
    assert b"Subject: =?utf-8?q?Paid?=" not in raw
    assert read(raw).subject == "=?utf-8?q?Paid?="


# --- addresses --------------------------------------------------------------------------------------------------


def test_a_domain_of_other_letters_is_written_in_ascii():
    plan, _, mail = render(say(), replace(CONTEXT, recipient=Handle.of("mailto", "ana@straße.example")))
    assert mail["to"] == "ana@xn--strae-oqa.example"
    assert not plan.steps[0].make({}).is_international


def test_a_local_part_of_other_letters_needs_a_server_that_knows_them():
    context = replace(CONTEXT, recipient=Handle.of("mailto", "añá@example.org"))
    plan, raw, _ = render(say(), context)
    assert plan.steps[0].make({}).is_international
    assert "To: añá@example.org\r\n".encode() in raw
    assert read(raw).content_key == plan.content_key


@pytest.mark.parametrize(
    "address",
    ["", "ana", "ana@", "@example.org", "ana@example.org, bob@example.org", "Ana <ana@example.org>", "a b@example.org",
     "ana@exam ple.org", '"a, b"@example.org', "a" * 65 + "@example.org", "a@" + "x" * 64 + "." + "y" * 250, "<>"],
)  # fmt: skip
def test_what_is_not_one_address_is_refused(address):
    with pytest.raises(SendRefused) as refused:
        render(say(), replace(CONTEXT, recipient=Handle.of("mailto", address)))
    assert refused.value.reason == "bad-address"


# --- files and the rest -----------------------------------------------------------------------------------------


def test_files_are_attached_as_they_are_under_their_names():
    files = {"blob:1": MediaFile(bytes(range(256)), "image/png", "lámpara de la calle ñandú.png"),
             "blob:2": MediaFile(b"From: x\n\ny", "message/rfc822", "../../etc/passwd"),
             "blob:3": MediaFile("ñ\n".encode(), "text/plain; charset=utf-8", "")}  # fmt: skip
    parts = (Text(text="See", format="plain"), *(Media(ref=ref) for ref in files))
    plan, _, mail = render(Outgoing(parts=parts), replace(CONTEXT, media=files))
    found = list(mail.iter_attachments())
    assert [part.get_filename() for part in found] == ["lámpara de la calle ñandú.png", "passwd", "file"]
    assert [part.get_content_type() for part in found] == ["image/png", "application/octet-stream", "text/plain"]
    assert [part.get_payload(decode=True) for part in found] == [file.content for file in files.values()]
    assert plan.losses == ()


def test_what_mail_has_no_form_for_is_said_otherwise_and_that_is_told():
    parts = (
        Location(latitude=40.4, longitude=-3.7, name="Town hall"),
        Offer(title="When?", options=(Option(value="a", label="Monday"), Option(value="b", label="Friday"))),
        Media(ref="https://town.example/map.pdf", filename="map.pdf"),
    )
    plan, _, mail = render(Outgoing(parts=parts))
    assert mail.get_content() == (
        "Town hall\ngeo:40.400000,-3.700000\n\nWhen?\n1. Monday\n2. Friday\n\nmap.pdf: https://town.example/map.pdf\n"
    )
    assert [(loss.what, loss.how) for loss in plan.losses] == [
        ("location", "degraded"), ("offer", "degraded"), ("media", "degraded"),
    ]  # fmt: skip


def test_a_contact_card_is_a_file_for_address_books():
    card = ContactCard(name="Town; Hall\r\nX:1", phones=("+34910000000",), emails=("desk@town.example",))
    (file,) = render(Outgoing(parts=(card,)))[2].iter_attachments()
    assert file.get_content().splitlines() == [
        "BEGIN:VCARD", "VERSION:3.0", "FN:Town\\; Hall X:1", "N:Town\\; Hall X:1;;;;", "TEL:+34910000000",
        "EMAIL:desk@town.example", "END:VCARD",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        (Outgoing(parts=(Template(name="t"),)), "not-supported"),
        (Outgoing(parts=(Text(text="<b>x</b>", format="html"),)), "not-supported"),
        (Outgoing(parts=(Text(text="a\x00b", format="plain"),)), "not-supported"),
        (Outgoing(parts=(Media(ref="part:1"),)), "not-supported"),
        (Outgoing(action=Action.EDIT, target=QUOTED), "not-supported"),
        (Outgoing(action=Action.REACT, target=QUOTED, reaction="👍"), "not-supported"),
        (Outgoing(parts=(Text(text=" \n", format="plain"),)), "empty"),
    ],
)
def test_what_cannot_be_said_is_refused(message, reason):
    with pytest.raises(SendRefused) as refused:
        render(message)
    assert refused.value.reason == reason


def test_a_mail_no_server_takes_is_refused_before_any_network():
    context = replace(CONTEXT, media={"blob:1": MediaFile(b"x" * MAX_SENT_BYTES)})
    with pytest.raises(SendRefused) as refused:
        render(Outgoing(parts=(Media(ref="blob:1"),)), context)
    assert refused.value.reason == "too-large"


def test_an_account_without_a_server_or_an_address_sends_nothing():
    connector = EmailConnector(ConnectorSettings("mail"))
    with pytest.raises(SendRefused) as refused:
        connector.render(say(), CONTEXT)
    assert refused.value.reason == "no-account"
    with pytest.raises(SendRefused) as refused:
        render(say(), replace(CONTEXT, sender=None))
    assert refused.value.reason == "no-account"


def test_a_dry_run_shows_no_recipient():
    assert "ana" not in render(say())[0].steps[0].make({}).describe()
    assert "ana" not in repr(render(say())[0].steps[0].make({}))


@pytest.mark.parametrize(
    "options",
    [{"smtp_port": 0}, {"smtp_port": "25"}, {"smtp_port": True}, {"smtp_tls": "ssl"}, {"imap_idle_s": 0},
     {"smtp_tls": "none", "smtp_username": "x"}, {"imap_host": "imap.town.example", "imap_tls": "none",
     "imap_username": "x"}, {"from_name": 3},
     {"list_id": "a b"}, {"list_unsubscribe": "<https://town.example/u>"}],
)  # fmt: skip
def test_settings_of_the_wrong_kind_are_told(options):
    with pytest.raises(ConfigError):
        render(say(), **options)
