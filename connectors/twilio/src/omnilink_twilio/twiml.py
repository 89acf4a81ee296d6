"""TwiML: a directive as Twilio reads it. Pure; the same directive always gives the same bytes.

Verbs and attributes: https://www.twilio.com/docs/voice/twiml (say, play, gather, record, dial, number, hangup,
redirect). What citizens, officials and data say is text between tags and nothing else, in every script.
"""

import re
from collections.abc import Iterator, Mapping

from omnilink.plugin.answering import (
    Dial,
    Directive,
    DirectiveStep,
    Gather,
    HangUp,
    Play,
    Record,
    Redirect,
    Say,
    Turn,
)
from omnilink.plugin.formatting import split_text
from omnilink.plugin.webhook import WebhookResponse
from omnilink_twilio.settings import TwilioSettings
from omnilink_twilio.turns import Place, make_query

CONTENT_TYPE = "text/xml; charset=utf-8"
SAY_CHARS = 4000
"""https://www.twilio.com/docs/voice/twiml/say: at most 4,096 characters."""
HINT_CHARS, MOST_HINTS = 100, 100
"""https://www.twilio.com/docs/voice/twiml/gather#hints"""

# XML 1.0 §2.2: all other characters are in no XML document, not even escaped.
_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_TAG = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8}){0,3}")
_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\r": "&#13;"})
_ATTRIBUTE_ESCAPES = str.maketrans({"\t": "&#9;", "\n": "&#10;"})

Value = str | int | bool | None


def render_twiml(directive: Directive, turn: Turn, settings: TwilioSettings) -> WebhookResponse:
    """The answer to a turn.

    Args:
        directive: what is to happen.
        turn: what it answers: the next one follows its step.
        settings: the account's voices and address.
    """
    page = _Page(directive, turn, settings)
    steps = "".join(verb for step in directive.steps for verb in page.verbs(step))
    body = f'<?xml version="1.0" encoding="UTF-8"?>{_element("Response", {}, steps)}'
    return WebhookResponse(200, body.encode("utf-8"), CONTENT_TYPE)


class _Page:
    """One directive on its way to TwiML."""

    def __init__(self, directive: Directive, turn: Turn, settings: TwilioSettings) -> None:
        self._directive, self._turn, self._settings = directive, turn, settings

    def _next(self, *, secret: bool = False) -> str:
        """Where the following turn is asked for. Without a public address, relative to the one that was called."""
        query = make_query(Place(self._turn.step + 1, self._directive.state, secret))
        return f"{self._settings.public_url or ''}?{query}"

    def verbs(self, step: DirectiveStep) -> Iterator[str]:
        match step:
            case Say():
                yield from self._say(step)
            case Play():
                yield _element("Play", {}, _escape(step.url))
            case Gather():
                yield from self._gather(step)
            case Record():
                yield from self._record(step)
            case Dial():
                number = _element("Number", {}, _escape(step.to.value))
                limits = {"timeout": step.ring_s, "timeLimit": step.max_s}
                yield _element("Dial", {"action": self._next(), "method": "POST", **limits}, number)
            case HangUp():
                yield _element("Hangup", {})
            case Redirect():
                yield self._redirect()

    def _redirect(self) -> str:
        return _element("Redirect", {"method": "POST"}, _escape(self._next()))

    def _say(self, step: Say) -> Iterator[str]:
        language = _tag(step.language or self._directive.language)
        attributes = {"language": language, "voice": self._settings.voices.get(language or "")}
        for piece in split_text(step.text, SAY_CHARS) if step.text.strip() else ():
            yield _element("Say", attributes, _escape(piece))

    def _gather(self, step: Gather) -> Iterator[str]:
        prompt = "".join(verb for said in step.prompt for verb in self.verbs(said))
        labels = [o.label.replace(",", " ")[:HINT_CHARS] for o in step.offer.options] if step.offer else []
        heard = [name for name, listens in (("dtmf", step.digits), ("speech", step.speech)) if listens]
        for attempt in range(step.attempts):
            last = attempt == step.attempts - 1
            attributes: dict[str, Value] = {
                "input": " ".join(heard),
                "action": self._next(secret=step.sensitive),
                "method": "POST",
                "timeout": step.timeout_s,
                "numDigits": step.count if step.digits else None,
                "finishOnKey": step.finish_on if step.digits else None,
                "speechTimeout": "auto" if step.speech else None,
                "language": _tag(step.language or self._directive.language) if step.speech else None,
                "hints": ", ".join(filter(None, labels[:MOST_HINTS])) or None if step.speech else None,
                # Nothing at all is an answer as well, the last time: or the call would end without a word.
                "actionOnEmptyResult": True if last else None,
            }
            yield _element("Gather", attributes, prompt)

    def _record(self, step: Record) -> Iterator[str]:
        told = self._settings.public_url
        attributes: dict[str, Value] = {
            "action": self._next(),
            "method": "POST",
            "maxLength": step.max_s,
            "timeout": step.silence_s,
            "finishOnKey": step.finish_on or None,
            "playBeep": step.beep,
            "transcribe": step.transcribe or None,
            "transcribeCallback": told if step.transcribe else None,
            "recordingStatusCallback": told,
            "recordingStatusCallbackMethod": "POST" if told else None,
        }
        yield _element("Record", attributes)
        # Of mere silence Twilio makes no recording and asks for no action: it goes on here.
        yield self._redirect()


def _element(name: str, attributes: Mapping[str, Value], *inner: str) -> str:
    told = "".join(f' {key}="{_attribute(value)}"' for key, value in attributes.items() if value is not None)
    content = "".join(inner)
    return f"<{name}{told}>{content}</{name}>" if content else f"<{name}{told}/>"


def _attribute(value: str | int | bool) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return _escape(str(value)).translate(_ATTRIBUTE_ESCAPES)


def _escape(text: str) -> str:
    return _NO_XML.sub("", text).translate(_ESCAPES)


def _tag(language: str | None) -> str | None:
    """A language as an attribute; what is no BCP 47 tag is not said, and Twilio takes its default."""
    return language if language is not None and _TAG.fullmatch(language) else None
