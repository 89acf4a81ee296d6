"""Outcome: every answer is one of five. What may have left is never repeated; what cannot help is given up."""

import random
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

from omnilink.errors import SendRefused
from omnilink.model.outgoing import Outgoing
from omnilink.model.part import Text
from omnilink.plugin.sending import (
    Accepted,
    Answer,
    CallsHttp,
    Declined,
    NotDispatched,
    Outcome,
    RenderPlan,
    Sends,
    Step,
    Throttled,
    Unknown,
)
from omnilink.testing.drafts import list_send_samples
from omnilink.testing.faults import CONNECT_REFUSED, CONNECT_TIMEOUT, CONNECTION_LOST, GARBAGE, READ_TIMEOUT, http
from omnilink.testing.samples import VendorAnswer
from omnilink.testing.trial import Trial

OUTCOMES = (Accepted, Declined, Throttled, NotDispatched, Unknown)
TABLE: tuple[tuple[int, tuple[type[Any], ...]], ...] = (
    (400, (Declined,)), (401, (Declined,)), (403, (Declined,)), (404, (Declined,)), (408, (Unknown,)),
    (410, (Declined,)), (413, (Declined,)), (422, (Declined,)), (429, (Throttled,)), (500, (Unknown,)),
    (502, (Unknown,)), (503, (Unknown, Throttled)), (504, (Unknown,)),
)  # fmt: skip
"""Statuses without a body of the vendor's → what they may mean (RFC 9110 §15, RFC 6585 §4)."""

NOISE = 300


def check(trial: Trial) -> None:
    """The network's faults, HTTP's statuses, the vendor's own answers, and noise."""
    plan = trial.try_render(Outgoing(parts=(Text(text="The lamp is mended"),)))
    if isinstance(plan, SendRefused):
        trial.fail(f"a plain text is refused ({plan.reason}), so no answer can be read")
        return
    step = _delivering(plan)
    _check_network(trial, step)
    if isinstance(trial.facts.connector, CallsHttp):
        _check_statuses(trial, step)
        _check_garbage(trial, plan, step)
    rows = list(trial.suite.answers())
    trial.needs([r for r in rows if isinstance(r.expect, Accepted)], "answer of the vendor that is `Accepted`")
    for row in rows:
        _check_row(trial, row, step)
    chance = random.Random(1)  # noqa: S311 - the same noise in every run
    for _ in range(NOISE):
        headers = {"retry-after": chance.choice(("", "soon", "-1", "nan", "1e999", "9" * 40, "Tue", "\x00"))}
        answer = http(chance.randrange(0, 1000), chance.randbytes(chance.randrange(0, 60)), **headers)
        _read(trial, step, answer, f"noise with status {answer.status}")


def _delivering(plan: RenderPlan) -> Step:
    return [step for step in plan.steps if step.delivers][-1]


def _read(trial: Trial, step: Step, answer: Answer, what: str) -> Outcome:
    connector = trial.facts.connector
    assert isinstance(connector, Sends)  # noqa: S101 - the contract is about those
    try:
        found = connector.outcome(step, answer)
    except Exception as e:
        trial.fail(f"outcome raised {type(e).__name__} for {what}")
        raise
    trial.check(isinstance(found, OUTCOMES), f"{what} is read as {type(found).__name__}, which is no outcome")
    return found


def _check_network(trial: Trial, step: Step) -> None:
    for fault in (CONNECT_TIMEOUT, CONNECT_REFUSED):
        found = _read(trial, step, fault, fault.reason)
        trial.check(
            isinstance(found, NotDispatched), f"{fault.reason} is {_name(found)}: nothing left, so NotDispatched"
        )
    for fault in (READ_TIMEOUT, CONNECTION_LOST):
        found = _read(trial, step, fault, fault.reason)
        trial.check(isinstance(found, Unknown), f"{fault.reason} is {_name(found)}: it may have been sent, so Unknown")


def _check_statuses(trial: Trial, step: Step) -> None:
    for status, allowed in TABLE:
        # With an idempotency key a failure of the provider's may be tried again.
        may = (*allowed, NotDispatched) if step.repeatable and status >= 500 else allowed
        for body in (b"", b"<html>no</html>", b"{}", b"null"):
            found = _read(trial, step, http(status, body), f"status {status}")
            names = " or ".join(kind.__name__ for kind in may)
            trial.check(isinstance(found, may), f"status {status} is {_name(found)}, not {names}")
    told = _read(trial, step, http(429, retry_after="7"), "429 with Retry-After")
    trial.check(
        isinstance(told, Throttled) and told.retry_after_s == 7, "429 with `Retry-After: 7` is not Throttled for 7 s"
    )
    later = datetime.now(UTC) + timedelta(seconds=90)
    dated = _read(trial, step, http(429, retry_after=format_datetime(later, usegmt=True)), "429 with a date")
    wait_s = dated.retry_after_s if isinstance(dated, Throttled) else None
    trial.check(wait_s is not None and 60 <= wait_s <= 90, "429 with a date in `Retry-After` does not wait until then")


def _check_garbage(trial: Trial, plan: RenderPlan, step: Step) -> None:
    """A 2xx that says nothing: the provider took something, so it must never be sent again by itself."""
    for status in (200, 201, 202):
        for body in GARBAGE:
            found = _read(trial, step, http(status, body), f"status {status} with {body[:16]!r}")
            named = isinstance(found, Accepted) and bool(found.ids or plan.message_key)
            trial.check(
                isinstance(found, Unknown) or named,
                f"status {status} with the body {body[:16]!r} is {_name(found)}: it may have been sent, so Unknown",
            )


def _check_row(trial: Trial, row: VendorAnswer, step: Step) -> None:
    if row.step:
        found = _find_step(trial, row.step)
        if found is None:
            trial.fail(f"the answer {row.name} is for a step {row.step}, which no message has")
            return
        step = found
    read, expected = _read(trial, step, row.answer, f"the answer {row.name}"), row.expect
    trial.check(type(read) is type(expected), f"the answer {row.name} is {_name(read)}, not {_name(expected)}")
    for field in ("ids", "conversation_keys", "reason", "error_code", "retry_after_s", "learned_handle"):
        wanted = getattr(expected, field, None)
        if wanted and wanted not in ("unknown", "not-dispatched"):
            trial.check(
                getattr(read, field) == wanted, f"the answer {row.name} has another {field}: {getattr(read, field)!r}"
            )
    if isinstance(read, Accepted) and step.delivers:
        trial.check(
            read.ids, f"the answer {row.name} is accepted and names no message: its receipts would find nothing"
        )


def _find_step(trial: Trial, prefix: str) -> Step | None:
    for sample in list_send_samples(trial.facts):
        plan = trial.try_render(sample.outgoing, sample.media)
        if isinstance(plan, RenderPlan):
            for step in plan.steps:
                if step.name.startswith(prefix):
                    return step
    return None


def _name(outcome: Outcome) -> str:
    return type(outcome).__name__
