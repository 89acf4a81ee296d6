"""Claims: whatever a connector says that it can is shown by something, or it is not said."""

import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from omnilink.model.event import (
    CallUpdated,
    ChoiceMade,
    DeliveryUpdated,
    Event,
    MessageDeleted,
    MessageEdited,
    OptOutReceived,
    ReactionChanged,
)
from omnilink.model.part import Choices, ContactCard, FormAnswers, Location, Media, Text
from omnilink.plugin.capabilities import Level
from omnilink.plugin.connector import Parses, Polls, ReceivesWebhooks
from omnilink.plugin.sending import Accepted, CallsHttp, Sends, Transmits
from omnilink.plugin.visitors import ServesVisitors
from omnilink.testing.drafts import list_send_samples
from omnilink.testing.real import is_test_there
from omnilink.testing.trial import Facts, Trial


def _has(kind: type) -> Callable[[Event], bool]:
    return lambda event: any(isinstance(part, kind) for part in getattr(event, "parts", ()))


def _is(kind: type) -> Callable[[Event], bool]:
    return lambda event: isinstance(event, kind)


SHOWN_BY: Mapping[str, Callable[[Event], bool]] = {
    "text": _has(Text),
    "media": _has(Media),
    "location": _has(Location),
    "contact_card": _has(ContactCard),
    "choice": lambda event: isinstance(event, ChoiceMade) or _has(Choices)(event) or _has(FormAnswers)(event),
    "edit": _is(MessageEdited),
    "delete": _is(MessageDeleted),
    "reaction": _is(ReactionChanged),
    "receipt": _is(DeliveryUpdated),
    "call": _is(CallUpdated),
}
"""Capability of receiving → what an event is that shows it."""


def check(trial: Trial) -> None:
    """Each capability and each ability has its proof."""
    connector = trial.facts.connector
    events = _events(trial.facts)
    if isinstance(connector, ReceivesWebhooks):
        trial.needs([s for s in trial.facts.samples if s.webhook], "sample that comes as a webhook")
        trial.check(any(event.type != "ignored" for event in events), "no sample says anything")
    _check_sending(trial)
    if (node := trial.suite.real) is not None and not is_test_there(type(trial.suite), node):
        # A wheel does not bring the tests it was proved by; then nobody here can say that it was.
        trial.notes.append(f"{node} is not here, so it proves nothing here")
        trial.check(not _is_checkout(type(trial.suite)), f"the test of a real server {node} does not exist")
    if isinstance(connector, Polls):
        trial.needs(
            trial.suite.polled() is not None or trial.suite.real, "provider to poll from, and no test of a real server"
        )
    if isinstance(connector, Transmits) and not isinstance(connector, CallsHttp):
        trial.needs(trial.suite.fake() is not None or trial.suite.real, "fake to send to, and no test of a real server")
    for name, level in trial.suite.connector.capabilities.receive.items():
        quiet = level >= Level.PARTIAL or name not in SHOWN_BY or not any(SHOWN_BY[name](e) for e in events)
        trial.check(quiet, f"a sample shows that it receives {name}, which it does not claim")
    unproven = find_unproven(trial.facts)
    trial.check(not unproven, f"claimed and not proved by any sample or message: {', '.join(unproven)}")


def find_unproven(facts: Facts) -> tuple[str, ...]:
    """The capabilities nothing shows: `receive media`, `send edit`."""
    can, events = facts.suite.connector.capabilities, _events(facts)
    found = [
        f"receive {name}"
        for name, level in can.receive.items()
        if level >= Level.PARTIAL and not (name in SHOWN_BY and any(SHOWN_BY[name](event) for event in events))
    ]
    if can.opt_out_keywords and not any(isinstance(event, OptOutReceived) for event in events):
        found.append("receive stop words")
    shown = {sample.proves for sample in list_send_samples(facts)} if isinstance(facts.connector, Sends) else set()
    found += [f"send {name}" for name, level in can.send.items() if level >= Level.PARTIAL and name not in shown]
    return tuple(found)


def _events(facts: Facts) -> list[Event]:
    if not isinstance(facts.connector, Parses):
        return []
    return [event for found in facts.events.values() for event in found]


def _is_checkout(suite: type) -> bool:
    file = getattr(sys.modules.get(suite.__module__), "__file__", None)
    parents = Path(file).resolve().parents if file else ()
    return "site-packages" not in str(file) and any((folder / "pyproject.toml").is_file() for folder in parents)


def _check_sending(trial: Trial) -> None:
    connector, can = trial.facts.connector, trial.suite.connector.capabilities
    sends = isinstance(connector, Sends)
    trial.check(sends == bool(can.reaches), "it reaches somebody if and only if it is a sender (`Sends`)")
    if not sends:
        return
    trial.check(
        isinstance(connector, CallsHttp | Transmits | ServesVisitors),
        "a sender calls HTTP (`CallsHttp`), transmits (`Transmits`) or is fetched from (`ServesVisitors`)",
    )
    trial.needs(trial.facts.recipient, "sample of a message whose writer can be answered, and no `recipient`")
    trial.needs(
        [row for row in trial.suite.answers() if isinstance(row.expect, Accepted)],
        "answer of the vendor that is `Accepted`",
    )
