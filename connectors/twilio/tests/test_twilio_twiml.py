"""TwiML: what the twilio package makes of the same, in every script, and nothing that data says becomes markup."""

import inspect
import re
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.twiml.voice_response import VoiceResponse

from omnilink.errors import BadInput
from omnilink.model import Handle, Offer, Option
from omnilink.plugin import ConnectorSettings
from omnilink.plugin.answering import Dial, Directive, Gather, HangUp, Play, Record, Redirect, Say, Turn
from omnilink.testing.fakes.twiml import read_twiml
from omnilink_twilio.connector import TwilioConnector

URL = "https://hooks.town.example/hooks/line"
TURN = Turn("turn:CA1:4", "twilio:CA1", 4)
OFFER = Offer(options=(Option(value="1", label="Lamps, lights"), Option(value="2", label="تصاريح")))
DIRECTIVES = [
    Directive((Say("Hello"), HangUp())),
    Directive(
        (Say("مرحبا بكم في البلدية", "ar-AE"), Play("https://town.example/a?b=1&c=2"), Redirect()), state="main.ar.0"
    ),
    Directive((Gather((Say("Press 1"), Play("https://town.example/x")), count=1, finish_on="", timeout_s=7),)),
    Directive((Gather((Say("Say it"),), OFFER, speech=True, language="en-GB", attempts=3),), language="es-ES"),
    Directive((Gather(count=4, sensitive=True),), state="pin"),
    Directive((Say("Now"), Record(max_s=90, transcribe=True, beep=False, finish_on=""))),
    Directive((Dial(Handle.of("tel", "+34910000001"), ring_s=25, max_s=600),)),
]


def connect(public_url=URL, **options):
    return TwilioConnector(ConnectorSettings(account="line", public_url=public_url, options=options))


def rebuild(parent, element):
    """The same verb, made by Twilio's own package."""
    fields = {re.sub("[A-Z]", lambda m: f"_{m[0].lower()}", name): value for name, value in element.attrib.items()}
    method = getattr(parent, element.tag.lower())
    assert set(fields) <= set(inspect.signature(method).parameters), element.tag
    if element.tag == "Number":
        return method(element.text, **fields)
    made = method(element.text, **fields) if element.text else method(**fields)
    for inner in element:
        rebuild(made, inner)
    return made


@pytest.mark.parametrize("directive", DIRECTIVES)
def test_twilios_package_makes_the_same_document(directive):
    answer = connect().render_directive(directive, TURN)
    theirs = VoiceResponse()
    for element in read_twiml(answer):
        rebuild(theirs, element)
    assert ElementTree.canonicalize(str(theirs)) == ElementTree.canonicalize(answer.body.decode())


@pytest.mark.parametrize("directive", DIRECTIVES)
def test_the_same_directive_is_the_same_bytes(directive):
    assert connect().render_directive(directive, TURN).body == connect().render_directive(directive, TURN).body


@given(st.text(), st.text())
def test_no_text_becomes_markup_and_every_letter_that_xml_has_is_said(said, label):
    offer = Offer(options=(Option(value="1", label=label),))
    answer = connect().render_directive(Directive((Gather((Say(said),), offer, speech=True),)), TURN)
    (gather,) = read_twiml(answer)
    assert {inner.tag for inner in gather} <= {"Say"}
    legal = re.sub("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "", said)
    heard = "".join(inner.text or "" for inner in gather)
    assert "".join(heard.split()) == "".join(legal.split())


@pytest.mark.parametrize(
    "hostile",
    ["</Say><Dial>+15550100</Dial><Say>", "<![CDATA[x]]>", "&lol;", '" onload="x', "<!--", "]]>", "\x00\x0b<"],
)
def test_a_name_cannot_dial(hostile):
    (say,) = read_twiml(connect().render_directive(Directive((Say(f"Hello {hostile}"),)), TURN))
    assert say.tag == "Say"
    assert list(say) == []


def test_a_long_text_is_said_in_pieces():
    says = read_twiml(connect().render_directive(Directive((Say("word " * 3000),)), TURN))
    assert len(says) > 2
    assert " ".join(say.text for say in says).split() == ["word"] * 3000


def test_a_blank_text_is_not_said():
    assert read_twiml(connect().render_directive(Directive((Say("  "), HangUp())), TURN))[0].tag == "Hangup"


def test_what_is_no_language_is_not_an_attribute():
    says = read_twiml(
        connect().render_directive(Directive((Say("a", 'en" loop="9'), Say("b", "pt-BR"), Say("c"))), TURN)
    )
    assert [say.attrib for say in says] == [{}, {"language": "pt-BR"}, {}]


def test_a_language_is_spoken_by_its_voice():
    line = connect(voices={"ca-ES": "Google.ca-ES-Standard-A"})
    (say,) = read_twiml(line.render_directive(Directive((Say("Hola", "ca-ES"),)), TURN))
    assert say.get("voice") == "Google.ca-ES-Standard-A"


def test_the_next_turn_is_asked_for_at_our_address_or_at_the_one_that_was_called():
    directive = Directive((Gather(sensitive=True),), state="pin")
    for public_url, expected in ((URL, URL), (None, "")):
        (gather,) = read_twiml(connect(public_url).render_directive(directive, TURN))
        assert gather.get("action") == f"{expected}?state=pin&secret=1&step=5"


def test_silence_leads_on():
    *first, last = read_twiml(connect().render_directive(Directive((Gather(attempts=3),)), TURN))
    assert [g.get("actionOnEmptyResult") for g in first] == [None, None]
    assert last.get("actionOnEmptyResult") == "true"
    record, redirect = read_twiml(connect().render_directive(Directive((Record(),)), TURN))
    assert redirect.text == record.get("action")


@pytest.mark.parametrize(
    "make",
    [
        lambda: Directive(()),
        lambda: Directive((HangUp(), Say("never heard"))),
        lambda: Directive((Gather(), Say("never heard"))),
        lambda: Directive((Say("x"),), state="a b"),
        lambda: Directive((Say("x"),), state="x" * 201),
        lambda: Gather(digits=False),
        lambda: Gather(count=0),
        lambda: Gather(finish_on="x"),
        lambda: Gather(timeout_s=0),
        lambda: Record(max_s=3601),
        lambda: Dial(Handle.of("tel", "112")),
        lambda: Dial(Handle.of("mailto", "ana@example.org")),
        lambda: Dial(Handle.of("tel", "+34910000001"), max_s=0),
    ],
)
def test_what_cannot_be_meant_cannot_be_made(make):
    with pytest.raises(BadInput):
        make()
