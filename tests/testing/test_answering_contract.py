"""The contract on answering has teeth: a line that answers rightly passes, and each fault of it is found."""

import hmac
import json
from dataclasses import replace
from itertools import count
from typing import ClassVar

import pytest

from omnilink.model import Call, CallUpdated, ConversationKind, Handle, Participant, Role, Unparsed
from omnilink.plugin import Capabilities, Level, Manifest, Rejected, Setting, Verified, WebhookResponse
from omnilink.plugin.answering import Directive, Gather, HangUp, Say, Turn
from omnilink.testing import ConnectorSuite, Sample, run_suite


class Line:
    """A telephone line that speaks JSON: a list of [verb, fields ...]."""

    manifest: ClassVar = Manifest(
        name="line", title="A line", channels=("voice",), version="1", schemes=("tel",), reply="synchronous",
        reply_deadline_s=5.0, settings=(Setting("key", "Signs.", secret=True, required=True),),
    )  # fmt: skip
    capabilities: ClassVar = Capabilities(receive={"call": Level.FULL})
    fallback = Directive((HangUp(),))

    def __init__(self, settings):
        self.settings = settings

    def handshake(self, request, secrets, now):
        return None

    def verify(self, request, secrets, now, keys):
        given = (request.header("x-sig") or "").encode("utf-8", "replace")
        signed = request.url.encode("utf-8", "replace") + request.body
        for secret in secrets.get("key", ()):
            if secret.reveal().strip() and hmac.compare_digest(sign(secret.reveal(), signed).encode(), given):
                turn = self.find_turn(request)
                return Verified(turn.key if turn is not None else f"sig:{given.decode()}", kept_body=self.mask(request))
        return Rejected("wrong")

    def mask(self, request):
        try:
            told = json.loads(request.body)
            return json.dumps({**told, "digits": "••••"}).encode() if told.get("pin") else None
        except (ValueError, TypeError, AttributeError, RecursionError):
            return None

    def parse(self, envelope):
        try:
            told = json.loads(envelope.body)
            who = Participant(role=Role.CALLER, handle=Handle.of("tel", told["from"]))
            return [
                CallUpdated(
                    event_key=f"{told['call']}/{told.get('step')}/{told.get('status')}", lane_key=told["call"],
                    message_key=told["call"], conversation_keys=(told["call"],), participants=(who,),
                    conversation_kind=ConversationKind.CALL,
                    call=Call(status=told.get("status"), digits=told.get("digits")),
                )
            ]  # fmt: skip
        except (ValueError, TypeError, KeyError, RecursionError):
            return [Unparsed(event_key=f"u:{envelope.sha256}", lane_key="u", reason="unreadable")]

    def find_turn(self, request):
        try:
            told = json.loads(request.body)
            if not isinstance(told["step"], int):
                return None
            return Turn(f"{told['call']}:{told['step']}", told["call"], told["step"], digits=told["digits"])
        except (ValueError, TypeError, KeyError, RecursionError):
            return None

    def render_directive(self, directive, turn):
        said = [self.write(step) for step in directive.steps]
        return WebhookResponse(200, json.dumps(said).encode(), "application/json")

    def write(self, step):
        if isinstance(step, Say):
            return {"verb": "say", "words": clean(step.text)}
        if isinstance(step, Gather):
            labels = [clean(o.label) for o in step.offer.options] if step.offer else []
            return {"verb": "gather", "prompt": [self.write(inner) for inner in step.prompt], "labels": labels}
        return {"verb": type(step).__name__.lower()}


def clean(text):
    return text.encode("utf-8", "replace").decode()


def sign(secret, signed):
    return hmac.new(secret.encode(), signed, "sha256").hexdigest()


class LineSuite(ConnectorSuite):
    connector = Line
    echoes = False

    def samples(self):
        call = {"call": "C1", "from": "+12025550134"}
        yield Sample.json("turn", {**call, "step": 0, "digits": "1", "status": "ringing"})
        yield Sample.json("secret", {**call, "step": 1, "digits": "471193", "pin": True, "status": "in-progress"})
        yield Sample.json("over", {**call, "status": "completed"})

    def sign(self, request, secret, now):
        return replace(request, headers={**request.headers, "x-sig": sign(secret, request.url.encode() + request.body)})


def result(**changed):
    """What the kit says of a line with some methods changed."""
    line = type("Faulty", (Line,), {"__module__": Line.__module__, **changed})
    suite = type("FaultySuite", (LineSuite,), {"connector": line, "__module__": LineSuite.__module__})
    (found,) = run_suite(suite, contracts=["answering"]).results
    return found


def turn_with(**changed):
    def find_turn(self, request):
        turn = Line.find_turn(self, request)
        return turn and replace(turn, **{name: make(turn) for name, make in changed.items()})

    return find_turn


def test_a_line_that_answers_rightly_passes():
    found = result()
    assert (found.outcome, found.detail) == ("passed", "")
    assert run_suite(LineSuite, contracts=["manifest", "signature"]).passed


numbers = count()


def raises_on_noise(self, request):
    json.loads(request.body)
    return Line.find_turn(self, request)


def write_with(say):
    """A line that says things its own way."""
    return {"write": lambda self, step: say(step) if isinstance(step, Say) else Line.write(self, step)}


def paste(self, directive, turn):
    """Texts put between quotes, as they are."""
    words = [step.text for step in directive.steps if isinstance(step, Say)]
    return WebhookResponse(200, f'["{" ".join(words)}"]'.encode("utf-8", "replace"), "application/json")


@pytest.mark.parametrize(
    ("said", "changed"),
    [
        ("another key than its delivery", {"verify": lambda self, *more: Verified("another")}),
        ("it is another turn each time", {"find_turn": turn_with(state=lambda turn: str(next(numbers)))}),
        ("find_turn raised", {"find_turn": raises_on_noise}),
        ("what is kept holds the secret", {"mask": lambda self, request: request.body}),
        ("a turn whose secret is masked", {"mask": lambda self, request: None}),
        ("rendered otherwise", {"write": lambda self, step: next(numbers)}),
        ("render_directive raised", {"write": lambda self, step: {"words": step.text}}),
        ("no answer with content", {"render_directive": lambda self, directive, turn: WebhookResponse(200)}),
        ("become a part", write_with(lambda say: {"words": clean(say.text), str("Dial" in say.text): 1})),
        ("are not said", write_with(lambda say: {"words": say.text.encode("ascii", "replace").decode()})),
        ("the answer is no application/json", {"render_directive": paste}),
        ("the fallback is no directive", {"fallback": None}),
    ],
)  # fmt: skip
def test_each_fault_is_found(said, changed):
    found = result(**changed)
    assert found.outcome == "failed"
    assert said in found.detail


def test_a_suite_without_a_turn_proves_nothing():
    class Silent(LineSuite):
        def samples(self):
            yield Sample.json("over", {"call": "C1", "from": "+12025550134", "status": "completed"})

    (found,) = run_suite(Silent, contracts=["answering"]).results
    assert (found.outcome, "waits for its answer" in found.detail) == ("failed", True)


def test_a_manifest_that_does_not_say_that_it_answers_is_found():
    silent = replace(Line.manifest, reply="ack")
    assert "does not say that it answers" in result(manifest=silent).detail
