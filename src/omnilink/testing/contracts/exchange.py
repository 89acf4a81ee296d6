"""Exchange: what is sent fits the vendor's own description, and its receipts find the message again."""

from typing import Any

import anyio

from omnilink.model.event import DeliveryUpdated, Unparsed
from omnilink.plugin.connector import ReceivesWebhooks
from omnilink.plugin.sending import (
    Accepted,
    Answer,
    CallsHttp,
    HttpAnswer,
    HttpRequest,
    RenderPlan,
    Sends,
    Transmits,
)
from omnilink.plugin.webhook import Verified
from omnilink.testing.drafts import list_send_samples
from omnilink.testing.fakes.descriptions import Violation
from omnilink.testing.fakes.provider import FakeProvider
from omnilink.testing.real import BY_SERVER, is_test_there
from omnilink.testing.trial import Trial

CHECKED = "every request and answer was checked against the vendor's description"


def check(trial: Trial) -> None:
    """Every message the connector can say, to the fake and back; or a real server shows it. Else payloads are all."""
    if trial.suite.fake() is None:
        node = trial.suite.real
        if node is not None and is_test_there(type(trial.suite), node):
            trial.check(node, "")
            trial.notes.append(BY_SERVER)
        return
    anyio.run(_exchange, trial)


async def _exchange(trial: Trial) -> None:
    checked = sent = 0
    for sample in list_send_samples(trial.facts):
        plan = trial.try_render(sample.outgoing, sample.media)
        if not isinstance(plan, RenderPlan):
            continue
        fake = trial.suite.fake()
        assert fake is not None  # noqa: S101 - asked before
        ids: list[str] = []
        known: dict[str, str] = {}
        for step in plan.steps:
            answer = await _send(trial, step.make(known), fake, f"{sample.name}, {step.name}")
            connector = trial.facts.connector
            assert isinstance(connector, Sends)  # noqa: S101 - the contract is about those
            outcome = connector.outcome(step, answer)
            trial.check(
                isinstance(outcome, Accepted),
                f"{sample.name}, {step.name}: {type(outcome).__name__} {getattr(outcome, 'reason', '')}",
            )
            if isinstance(outcome, Accepted) and outcome.ids:
                known[step.name] = outcome.ids[0]
                ids += outcome.ids if step.delivers else ()
        trial.check(not fake.violations, f"{sample.name}: {'; '.join(map(str, fake.violations))}")
        sent += 1
        checked += fake.is_checking
        _check_receipts(trial, fake, sample.name, {*ids, *([plan.message_key] if plan.message_key else [])})
    trial.needs(sent, "message that can be sent to the fake")
    if checked == sent:
        trial.notes.append(CHECKED)


async def _send(trial: Trial, request: Any, fake: FakeProvider, what: str) -> Answer:
    connector, secrets = trial.facts.connector, trial.facts.secrets
    try:
        if isinstance(connector, CallsHttp) and isinstance(request, HttpRequest):
            made = connector.authorise(request, secrets, trial.facts.now)
            response = await fake.request(made.method, made.url, content=made.body, headers=made.headers)
            return HttpAnswer.of(response)
        assert isinstance(connector, Transmits)  # noqa: S101 - `claims` says that it is one of the two
        return await connector.transmit(request, secrets, fake)
    except Violation as e:
        trial.fail(f"{what}: {e}")
        raise


def _check_receipts(trial: Trial, fake: FakeProvider, what: str, ids: set[str]) -> None:
    connector = trial.facts.connector
    for webhook in fake.webhooks:
        assert isinstance(connector, ReceivesWebhooks)  # noqa: S101 - a fake that tells webhooks is of one
        verdict = connector.verify(webhook, trial.facts.secrets, fake.clock(), {})
        trial.check(isinstance(verdict, Verified), f"{what}: the fake's webhook is refused")
        for event in trial.facts.parse(webhook.body, webhook.headers):
            trial.check(not isinstance(event, Unparsed), f"{what}: the fake's webhook is not understood")
            if isinstance(event, DeliveryUpdated):
                trial.check(event.target_key in ids, f"{what}: its receipt is about another message than was accepted")
