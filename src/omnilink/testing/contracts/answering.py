"""Answering: a turn is named for ever, every directive can be said, and no word of it becomes anything but a word."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree

from omnilink.model.handle import Handle
from omnilink.model.outgoing import Offer, Option
from omnilink.plugin.answering import (
    AnswersInline,
    Dial,
    Directive,
    Gather,
    HangUp,
    Play,
    Record,
    Redirect,
    Say,
    Turn,
)
from omnilink.plugin.connector import ReceivesWebhooks
from omnilink.plugin.webhook import RawRequest, Verified, WebhookResponse
from omnilink.testing.payloads import change_bytes
from omnilink.testing.trial import Trial

CHANGES = 300
"""Single-byte changes of one turn, none of which may raise."""

PLAIN = "Which street"
HOSTILE = (
    "</Say><Dial>+12025550177</Dial><Say>", '" action="https://evil.example/', "<![CDATA[", "&entity;", "]]>",
    '{"type": "hangup"}', "\\", "\x00\x0b\ud800\ufffe", "\u202eRTL", "a\r\nb", "',\"",
)  # fmt: skip
SCRIPTS = ("¿En qué calle?", "في أي شارع؟", "באיזה רחוב?", "哪条街", "किस सड़क पर", "На какой улице", "👩‍👩‍👧 🇪🇸")
_OFFER = Offer(options=(Option(value="1", label="Lamps, lights"), Option(value="2", label="تصاريح")))


def check(trial: Trial) -> None:
    """Every sample somebody waits for, and every directive there can be."""
    connector = trial.facts.connector
    assert isinstance(connector, AnswersInline)  # noqa: S101 - the contract is about those
    trial.check(trial.suite.connector.manifest.reply == "synchronous", "its manifest does not say that it answers")
    found = list(_check_turns(trial, connector))
    trial.needs(found, "sample of a request that waits for its answer")
    trial.needs(any(masked for _, masked in found), "sample of a turn whose secret is masked")
    turns = [turn for turn, _ in found]
    fallback = connector.fallback
    trial.check(isinstance(fallback, Directive), "the fallback is no directive")
    for turn in turns[:2]:
        for directive in (fallback, *_directives()):
            _render(trial, connector, directive, turn)
        _check_words(trial, connector, turn)


def _check_turns(trial: Trial, connector: AnswersInline) -> Iterator[tuple[Turn, bool]]:
    """The turns, and whether what is kept of them is masked."""
    key = trial.facts.secret_texts[trial.facts.signed_with]
    quiet = 0
    for sample in trial.facts.samples:
        request = trial.suite.sign(trial.facts.request(sample), key, trial.facts.now)
        turn = _find(trial, connector, request, sample.name)
        if turn is None:
            quiet += 1
            continue
        assert isinstance(connector, ReceivesWebhooks)  # noqa: S101 - only those are asked anything
        verdict = connector.verify(request, trial.facts.secrets, trial.facts.now, {})
        told = isinstance(verdict, Verified) and verdict.replay_key == turn.key
        trial.check(told, f"{sample.name}: the turn has another key than its delivery")
        trial.check(
            _find(trial, connector, request, sample.name) == turn, f"{sample.name}: it is another turn each time"
        )
        for body in change_bytes(request.body, budget=CHANGES):
            _find(trial, connector, replace(request, body=body), f"{sample.name} with a byte changed")
        kept = verdict.kept_body if isinstance(verdict, Verified) else None
        if kept is not None:
            _check_secret(trial, turn, kept, sample.name)
        yield turn, kept is not None
    trial.check(quiet, "every sample waits for an answer, also those that only tell something")


def _find(trial: Trial, connector: AnswersInline, request: RawRequest, name: str) -> Turn | None:
    try:
        return connector.find_turn(request)
    except Exception as e:
        trial.fail(f"{name}: find_turn raised {type(e).__name__}")
        raise


def _check_secret(trial: Trial, turn: Turn, kept: bytes, name: str) -> None:
    trial.check(turn.digits, f"{name}: what is masked has no digits, so nothing is shown")
    trial.check(turn.digits.encode() not in kept, f"{name}: what is kept holds the secret")
    told = "".join(event.model_dump_json() for event in trial.facts.parse(kept, {}))
    trial.check(turn.digits not in told, f"{name}: an event holds the secret")


def _directives() -> Iterator[Directive]:
    number = Handle.of("tel", "+12025550177")
    for last in (
        Gather((Say(PLAIN, "en"), Play("https://town.example/a?b=1&c=2")), count=1, finish_on="", attempts=3),
        Gather((Say(PLAIN),), _OFFER, speech=True, language="ar-AE"),
        Gather(digits=False, speech=True, sensitive=True),
        Record(max_s=30, transcribe=True, beep=False, finish_on=""),
        Record(),
        Dial(number, ring_s=25, max_s=60),
        Redirect(),
        HangUp(),
        Say(PLAIN),
    ):
        yield Directive((Say(PLAIN, "es-ES"), last), state="main.es-ES.2", language="es-ES")


def _render(trial: Trial, connector: AnswersInline, directive: Directive, turn: Turn) -> WebhookResponse:
    what = type(directive.steps[-1]).__name__
    try:
        answer, again = (connector.render_directive(directive, turn) for _ in range(2))
    except Exception as e:
        trial.fail(f"render_directive raised {type(e).__name__} for a {what}")
        raise
    trial.check(200 <= answer.status < 300 and answer.body, f"a {what} is no answer with content")
    same = (answer.status, answer.body, answer.content_type) == (again.status, again.body, again.content_type)
    trial.check(same, f"a {what} is rendered otherwise the second time")
    return answer


def _check_words(trial: Trial, connector: AnswersInline, turn: Turn) -> None:
    """The shape of an answer does not depend on its words, and its words are there."""

    def answer(text: str) -> WebhookResponse:
        offer = Offer(options=(Option(value="1", label=text),))
        gather = Gather((Say(text, "en"),), offer, speech=True)
        return _render(trial, connector, Directive((Say(text), gather)), turn)

    expected, _ = _read(trial, answer(PLAIN))
    for text in (*HOSTILE, *SCRIPTS):
        shape, _ = _read(trial, answer(f"{PLAIN} {text} {PLAIN}"))
        trial.check(shape == expected, f"the words {text!r} become a part of the answer's form")
        _, words = _read(trial, _render(trial, connector, Directive((Say(text),)), turn))
        found = re.sub(r"\s+", " ", " ".join(words))
        trial.check(text not in SCRIPTS or text in found, f"the words {text!r} are not said")


def _read(trial: Trial, answer: WebhookResponse) -> tuple[Any, list[str]]:
    """The shape of an answer, and every text in it."""
    kind = answer.content_type.partition(";")[0].strip()
    try:
        if kind.endswith("xml"):
            root = ElementTree.fromstring(answer.body)  # noqa: S314 - made by the connector under test
            return [(e.tag, sorted(e.attrib)) for e in root.iter()], list(root.itertext())
        if kind.endswith("json"):
            return _outline(value := json.loads(answer.body)), list(_texts(value))
    except (ElementTree.ParseError, ValueError):
        trial.fail(f"the answer is no {kind}")
    return None, [answer.body.decode("utf-8", "replace")]


def _outline(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _outline(inner) for name, inner in sorted(value.items())}
    return [_outline(inner) for inner in value] if isinstance(value, list) else type(value).__name__


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _texts(inner)
