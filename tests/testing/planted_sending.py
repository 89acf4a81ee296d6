"""Faults of claims, of connectors that send, and of secrecy."""

import logging
from dataclasses import replace

from tests.testing.planted import fault

from omnilink.model import (
    Action,
)
from omnilink.plugin import (
    Accepted,
    Declined,
    HttpAnswer,
    Level,
    NotDispatched,
    Throttled,
    TransportFailed,
    Unknown,
)
from omnilink.testing import VendorAnswer, http

# --- what is claimed --------------------------------------------------------------------------------------------


@fault("claims")
def a_capability_of_receiving_is_claimed_and_not_done(suite, connector):
    claim(connector, receive={"reaction": Level.FULL})


@fault("losses")
def a_capability_of_sending_is_claimed_and_not_done(suite, connector):
    claim(connector, send={"location": Level.FULL})


@fault("claims")
def a_capability_of_sending_has_no_message_that_shows_it(suite, connector):
    claim(connector, send={"edit": Level.PARTIAL})
    suite.answers = lambda self: [
        VendorAnswer("taken", http(201, b'{"id": "m7"}'), Accepted()),
        VendorAnswer("said stop", http(403, b'{"error": "stopped"}'), Declined("opted-out", "stopped")),
    ]


@fault("manifest", "claims")
def a_capability_has_a_name_nobody_knows(suite, connector):
    claim(connector, receive={"telepathy": Level.FULL})


def claim(connector, receive=(), send=()):
    can = connector.capabilities
    connector.capabilities = can.model_copy(
        update={"receive": {**can.receive, **dict(receive)}, "send": {**can.send, **dict(send)}}
    )


# --- what goes out ----------------------------------------------------------------------------------------------


@fault("losses")
def the_loss_report_is_empty(suite, connector):
    right = connector.render
    connector.render = lambda self, m, c: replace(right(self, m, c), losses=())


@fault("losses")
def the_text_is_cut_without_a_word(suite, connector):
    right = connector.render

    def render(self, message, context):
        plan = right(self, message, context)
        return replace(plan, steps=plan.steps[:1], losses=tuple(x for x in plan.losses if x.how != "split"))

    connector.render = render


@fault("render")
def the_same_message_is_rendered_otherwise(suite, connector):
    right, times = connector.render, []

    def render(self, message, context):
        times.append(1)
        plan = right(self, message, context)
        return replace(plan, message_key=f"out:{len(times)}")

    connector.render = render


@fault("render")
def a_message_is_longer_than_the_channel_takes(suite, connector):
    can = connector.capabilities
    connector.capabilities = can.model_copy(update={"limits": {"text_chars": 1599}})


@fault("render")
def what_cannot_be_said_is_no_refusal_but_an_accident(suite, connector):
    right = connector.render

    def render(self, message, context):
        if not message.parts and message.action is Action.SEND:
            raise IndexError("no parts")
        return right(self, message, context)

    connector.render = render


def reread(connector, read):
    right = connector.outcome
    connector.outcome = lambda self, step, answer: read(answer) or right(self, step, answer)


@fault("outcome")
def a_429_is_treated_as_permanent(suite, connector):
    reread(connector, lambda a: Declined("refused", "429") if isinstance(a, HttpAnswer) and a.status == 429 else None)


@fault("outcome")
def retry_after_is_not_read(suite, connector):
    reread(connector, lambda a: Throttled(None, "429") if isinstance(a, HttpAnswer) and a.status == 429 else None)


@fault("outcome")
def a_time_out_after_dispatch_is_repeated(suite, connector):
    reread(connector, lambda a: NotDispatched() if isinstance(a, TransportFailed) else None)


@fault("outcome")
def a_200_that_says_nothing_is_sent_again(suite, connector):
    def read(answer):
        if isinstance(answer, HttpAnswer) and answer.status < 300 and b"m7" not in answer.body:
            return NotDispatched()
        return None

    reread(connector, read)


@fault("outcome")
def a_401_is_tried_for_ever(suite, connector):
    reread(connector, lambda a: Unknown() if isinstance(a, HttpAnswer) and a.status == 401 else None)


# --- secrecy ----------------------------------------------------------------------------------------------------


@fault("secrecy")
def a_secret_is_in_an_exception(suite, connector):
    right = connector.authorise

    def authorise(self, request, secrets, now):
        if not request.url.startswith("https://api.townsms.example/"):
            raise ValueError(f"not with {secrets['key'][0].reveal()}")
        return right(self, request, secrets, now)

    connector.authorise = authorise


@fault("secrecy")
def credentials_go_to_any_host(suite, connector):
    def authorise(self, request, secrets, now):
        return replace(request, headers={**request.headers, "authorization": secrets["key"][0].reveal()})

    connector.authorise = authorise


@fault("secrecy")
def credentials_go_to_a_host_that_begins_alike(suite, connector):
    def authorise(self, request, secrets, now):
        if not request.url.startswith("https://api.townsms.example"):
            raise ValueError("not there")
        return replace(request, headers={**request.headers, "authorization": secrets["key"][0].reveal()})

    connector.authorise = authorise


@fault("secrecy")
def a_body_is_logged(suite, connector):
    right = connector.parse

    def parse(self, envelope):
        logging.getLogger("townsms").debug("got %s", envelope.body)
        return right(self, envelope)

    connector.parse = parse


@fault("secrecy")
def a_reason_tells_what_was_said(suite, connector):
    right = connector.parse

    def parse(self, envelope):
        found = right(self, envelope)
        return [
            e.model_copy(update={"reason": envelope.body.decode("utf-8", "replace")}) if e.type == "ignored" else e
            for e in found
        ]

    connector.parse = parse


@fault("secrecy")
def an_outcome_tells_what_the_answer_said(suite, connector):
    right = connector.outcome

    def outcome(self, step, answer):
        found = right(self, step, answer)
        if isinstance(found, Declined) and found.reason == "bad-request":
            return Declined("bad-request", answer.body.decode("utf-8", "replace"))
        return found

    connector.outcome = outcome


@fault("secrecy")
def a_message_goes_to_another_host(suite, connector):
    right = connector.render

    def render(self, message, context):
        plan = right(self, message, context)
        step = replace(
            plan.steps[0], make=lambda _, first=plan.steps[0].make: replace(first(_), url="https://mirror.example/")
        )
        return replace(plan, steps=(step, *plan.steps[1:]))

    connector.render = render


@fault("imports")
def importing_it_loads_an_sdk(suite, connector):
    connector.__module__ = "httpx"
