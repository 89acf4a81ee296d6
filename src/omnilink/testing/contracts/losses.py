"""Losses: what the wire does not say, the loss report does; what it does say, the report does not deny."""

import re
from collections.abc import Collection, Iterable, Mapping

from omnilink.errors import SendRefused
from omnilink.model.outgoing import Loss, Outgoing
from omnilink.model.part import Text
from omnilink.plugin.capabilities import Level
from omnilink.plugin.sending import RenderPlan
from omnilink.testing.drafts import SCRIPTS, list_send_samples, text_of_length
from omnilink.testing.samples import SendSample
from omnilink.testing.trial import Trial, make_requests
from omnilink.testing.wire import read_bytes

SAID_BY: Mapping[str, tuple[str, ...]] = {
    "text": ("text",),
    "link": ("link", "text"),
    "subject": ("subject",),
    "media": ("media",),
    "caption": ("caption", "text", "media"),
    "location": ("location",),
    "contact_card": ("contact_card",),
    "offer": ("offer",),
    "template": ("template",),
    "reply": ("reply",),
    "reaction": ("reaction",),
    "edit": ("edit",),
    "delete": ("delete",),
}
"""What is missing → the words a loss report may name it by."""

SHORT = 5

LOOKS = frozenset(
    {"bold", "italic", "strike", "code", "code_block", "heading", "list", "quote", "link", "rule", "formatting"}
)


def check(trial: Trial) -> None:
    """All messages, and long texts."""
    can = trial.suite.connector.capabilities
    said: dict[str, list[bool]] = {}
    whole: dict[str, list[bool]] = {}
    for sample in list_send_samples(trial.facts):
        plan = trial.try_render(sample.outgoing, sample.media)
        level = can.send.get(sample.proves, Level.NONE)
        rendered = isinstance(plan, RenderPlan)
        missing = _missing(trial, sample, plan) if isinstance(plan, RenderPlan) else {}
        denied = isinstance(plan, RenderPlan) and _denied(sample, plan.losses)
        lost = len(missing.get(sample.proves, ())) == len(sample.needs.get(sample.proves, (None,)))
        said.setdefault(sample.proves, []).append(rendered and not lost)
        whole.setdefault(sample.proves, []).append(rendered and not denied)
        if isinstance(plan, RenderPlan):
            _check_needs(trial, sample, plan, missing)
            if sample.proves and level <= Level.NONE:
                trial.check(
                    denied or not missing,
                    f"{sample.name}: {sample.proves} is not claimed, and neither refused nor reported as lost",
                )
    for name, level in can.send.items():
        if name not in said:
            continue  # that nothing shows it is another contract
        if level >= Level.PARTIAL:
            trial.check(any(said[name]), f"it sends {name}, and no message of that kind is on the wire")
        if level is Level.FULL:
            trial.check(any(whole[name]), f"it sends {name} fully, and every message of that kind has a loss")
        if level < Level.NONE:
            trial.check(not any(said[name]), f"it says that {name} is rejected or dropped, and sends it")
    _check_long(trial)


def _check_needs(trial: Trial, sample: SendSample, plan: RenderPlan, missing: Mapping[str, list[str]]) -> None:
    for what in sample.needs:
        reported = [loss for loss in plan.losses if loss.what in SAID_BY.get(what, (what,))]
        dropped = [loss for loss in reported if loss.how in ("dropped", "shortened")]
        if what in missing:
            trial.check(
                reported, f"{sample.name}: {missing[what][0]!r} ({what}) is not on the wire, and no loss says so"
            )
        else:
            named = [loss for loss in dropped if loss.what == what]
            trial.check(not named, f"{sample.name}: a loss says that {what} is not said, and it is on the wire")
    for loss in plan.losses:
        trial.check(loss.what and loss.count > 0, f"{sample.name}: a loss of nothing")
        about = {*sample.needs, *LOOKS, *(word for what in sample.needs for word in SAID_BY.get(what, ()))}
        trial.check(
            loss.what in about or _has_looks(sample.outgoing),
            f"{sample.name}: a loss of {loss.what}, of which the message has none",
        )
        if loss.what in LOOKS and loss.what not in sample.needs:
            trial.check(
                _has_looks(sample.outgoing), f"{sample.name}: a loss of {loss.what}, of which the message has none"
            )


def _missing(trial: Trial, sample: SendSample, plan: RenderPlan) -> dict[str, list[str]]:
    """What is needed and not on the wire: kind → the texts of it."""
    texts, binary = read_plan(trial, plan)
    found: dict[str, list[str]] = {}
    for what, needed in sample.needs.items():
        for any_of in needed:
            options = any_of if isinstance(any_of, tuple) else (any_of,)
            if not any(_is_said(option, texts, binary) for option in options):
                found.setdefault(what, []).append("its bytes" if isinstance(options[0], bytes) else options[0])
    return found


def _is_said(needed: str | bytes, texts: Collection[str], binary: Iterable[bytes]) -> bool:
    if isinstance(needed, bytes):
        return any(needed in one for one in binary)
    if (
        len(needed) < SHORT and needed.isdigit()
    ):  # a number such as 7 is in many texts by accident: it must be a value of its own
        return needed in texts
    return any(needed in text for text in texts)


def _denied(sample: SendSample, losses: Iterable[Loss]) -> bool:
    """Whether the report says that what the sample is about is lost in any way."""
    if sample.proves in ("formatting", ""):
        return any(loss.how != "split" for loss in losses)
    words = SAID_BY.get(sample.proves, (sample.proves,))
    return any(loss.what in words and loss.how != "split" for loss in losses)


def _has_looks(outgoing: Outgoing) -> bool:
    return any(isinstance(part, Text) and part.format == "markdown" for part in outgoing.parts)


def read_plan(trial: Trial, plan: RenderPlan) -> tuple[list[str], list[bytes]]:
    """Every text and all bytes of a plan's requests."""
    texts: list[str] = []
    binary: list[bytes] = []
    for _, request in make_requests(plan, trial.suite):
        texts += trial.suite.wire_texts(request)
        binary += read_bytes(request)
    return texts, binary


def _check_long(trial: Trial) -> None:
    """Long texts arrive whole, or the report says that they are shortened; several messages are reported as such."""
    limit = int(trial.suite.connector.capabilities.limits.get("text_chars", 0))
    if not limit:
        return
    for script in SCRIPTS:
        for chars in (limit // 4, limit + 1, 3 * limit):
            text = text_of_length(script, max(1, chars))
            plan = trial.try_render(Outgoing(parts=(Text(text=text),)))
            what = f"a text of {chars} characters ({script})"
            if isinstance(plan, SendRefused):
                trial.check(chars > limit // 4, f"{what} is refused ({plan.reason}): the limit is {limit}")
                continue
            said = set(re.findall(rf"{re.escape(script)}\d+", "\n".join(read_plan(trial, plan)[0])))
            meant = set(re.findall(rf"{re.escape(script)}\d+", text))
            how = {loss.how for loss in plan.losses if loss.what == "text"}
            trial.check(
                meant <= said or how & {"dropped", "shortened"},
                f"{what}: {len(meant - said)} words are not on the wire, and no loss says so",
            )
            trial.check(
                not (meant <= said and how & {"dropped", "shortened"}),
                f"{what}: a loss says that it is shortened, and all of it is there",
            )
            several = sum(step.delivers for step in plan.steps) > 1
            trial.check(
                several == ("split" in how),
                f"{what}: {'several messages, and no' if several else 'one message, and a'} loss says split",
            )
