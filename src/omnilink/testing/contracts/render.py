"""Render: every message fits the channel's limits, and is the same when it is rendered again."""

from typing import Any

from omnilink.errors import SendRefused
from omnilink.model.outgoing import Action, Outgoing
from omnilink.model.part import Text
from omnilink.plugin.capabilities import Level
from omnilink.plugin.sending import HttpRequest, RenderPlan
from omnilink.testing.drafts import SCRIPTS, list_send_samples, text_of_length
from omnilink.testing.trial import Trial, make_requests

NO_LIMIT_CHARS = 3000
"""How long a long text is where the channel names no limit."""


def check(trial: Trial) -> None:
    """All messages, and texts up to three times as long as the channel takes."""
    limit = trial.suite.connector.capabilities.limits.get("text_chars")
    for sample in list_send_samples(trial.facts):
        plan = trial.try_render(sample.outgoing, sample.media)
        says = sample.outgoing.action is Action.SEND and any(isinstance(p, Text) for p in sample.outgoing.parts)
        _check_plan(trial, plan, sample.name, says=says)
        if isinstance(plan, RenderPlan):
            again = trial.try_render(sample.outgoing, sample.media, by=trial.facts.make())
            trial.check(
                isinstance(again, RenderPlan) and _bytes(trial, again) == _bytes(trial, plan),
                f"{sample.name} rendered twice is not the same",
            )
    full = int(limit or NO_LIMIT_CHARS)
    for script in SCRIPTS:
        for chars in (1, 2, full - 1, full, full + 1, 2 * full, 3 * full):
            text = Text(text=text_of_length(script, max(1, chars)))
            for format_ in ("plain", "markdown"):
                plan = trial.try_render(Outgoing(parts=(text.model_copy(update={"format": format_}),)))
                what = f"a {format_} text of {chars} characters ({script})"
                _check_plan(trial, plan, what)
                if isinstance(plan, RenderPlan) and limit is not None:
                    _check_limit(trial, plan, limit, what)
                if chars <= 2 and trial.suite.connector.capabilities.send.get("text", Level.NONE) >= Level.PARTIAL:
                    trial.check(isinstance(plan, RenderPlan), f"{what} is refused")
    for empty in (Outgoing(), Outgoing(parts=(Text(text=""),)), Outgoing(parts=(Text(text=" \n"),))):
        _check_plan(trial, trial.try_render(empty), "a message without content")


def _check_plan(trial: Trial, plan: RenderPlan | SendRefused, what: str, *, says: bool = True) -> None:
    if isinstance(plan, SendRefused):
        trial.check(plan.reason, f"{what} is refused without a reason")
        return
    names = [step.name for step in plan.steps]
    # What is no text, and no new message, may have no id that later events could name.
    delivers = any(step.delivers for step in plan.steps) or not says
    trial.check(names and delivers, f"{what}: the plan delivers nothing; refuse it instead")
    trial.check(len(names) == len(set(names)), f"{what}: two steps of the plan have one name")
    for step, request in make_requests(plan, trial.suite):
        trial.check(
            callable(getattr(request, "describe", None)), f"{what}: the request of {step.name} cannot be described"
        )
        if isinstance(request, HttpRequest):
            trial.check(request.url.startswith("https://"), f"{what}: {step.name} does not go to https")


def _check_limit(trial: Trial, plan: RenderPlan, limit: float, what: str) -> None:
    for step, request in make_requests(plan, trial.suite):
        if step.delivers:
            longest = max((trial.suite.measure(text) for text in trial.suite.wire_texts(request)), default=0)
            trial.check(longest <= limit, f"{what}: {step.name} says {longest:.0f} of at most {limit:.0f}")


def _bytes(trial: Trial, plan: RenderPlan) -> list[Any]:
    """Everything of a plan that must be the same when it is rendered again."""
    shown: list[Any] = [plan.message_key, plan.conversation_keys, plan.losses]
    for step, request in make_requests(plan, trial.suite):
        content = (
            (request.method, request.url, sorted(request.headers.items()), request.body)
            if isinstance(request, HttpRequest)
            else _plain(request)
        )
        shown.append((step.name, step.delivers, step.repeatable, content))
    return shown


def _plain(request: Any) -> Any:
    from dataclasses import fields, is_dataclass

    if is_dataclass(request):
        return [_plain(getattr(request, field.name)) for field in fields(request)]
    return request.as_bytes() if hasattr(request, "as_bytes") else request
