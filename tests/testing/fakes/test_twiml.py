"""The fake's table of TwiML is Twilio's: it knows no verb, attribute or nesting that their package does not."""

import inspect
import re
import tomllib
from pathlib import Path

import pytest
from twilio.twiml import voice_response
from twilio.twiml.voice_response import VoiceResponse

import omnilink.testing.fakes as fakes
from omnilink.plugin import WebhookResponse
from omnilink.testing.fakes import Violation
from omnilink.testing.fakes.twiml import read_twiml

TABLE = tomllib.loads((Path(fakes.__file__).parent / "data" / "twiml.toml").read_text(encoding="utf-8"))


def snake(name: str) -> str:
    return re.sub("[A-Z]", lambda m: f"_{m[0].lower()}", name)


def method_of(parent: str, verb: str):
    made = VoiceResponse if parent == "Response" else getattr(voice_response, parent)
    return getattr(made, verb.lower(), None)


@pytest.mark.parametrize(("parent", "verb"), [(p, v) for p, known in TABLE.items() for v in known.get("inside", ())])
def test_every_nesting_and_attribute_is_known_to_the_package(parent, verb):
    method = method_of(parent, verb)
    assert method is not None
    # recordingTrack of <Record> is in Twilio's pages and not yet in the package.
    attributes = {snake(name) for name in TABLE.get(verb, {}).get("attributes", ())} - {"recording_track"}
    if verb in TABLE:
        assert attributes <= set(inspect.signature(method).parameters)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("<Response><Say>hello", "12100"),
        ("<Page/>", "12200"),
        ("<Response>words</Response>", "12200"),
        ("<Response><Shout>x</Shout></Response>", "12200"),
        ('<Response><Gather colour="red"/></Response>', "12200"),
        ('<Response><Gather input="smell"/></Response>', "12200"),
        ('<Response><Record maxLength="long"/></Response>', "12200"),
        ("<Response><Gather><Record/></Gather></Response>", "12200"),
        (f"<Response><Say>{'x' * 4097}</Say></Response>", "12200"),
    ],
)
def test_what_twilio_would_refuse_is_refused(body, code):
    with pytest.raises(Violation, match=code):
        read_twiml(WebhookResponse(200, body.encode(), "text/xml"))


def test_an_answer_of_another_kind_or_status_is_refused():
    for answer, code in ((WebhookResponse(503), "11200"), (WebhookResponse(200, b"<Response/>"), "12300")):
        with pytest.raises(Violation, match=code):
            read_twiml(answer)


def test_an_empty_response_says_nothing():
    assert read_twiml(WebhookResponse(200, b"<Response/>", "text/xml; charset=utf-8")) == []
