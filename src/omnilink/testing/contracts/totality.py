"""Totality: whatever the bytes are, at least one event comes out that can be stored, and nothing is raised."""

import time
from collections.abc import Iterable
from typing import Any

from pydantic import TypeAdapter

from omnilink.model.envelope import Authenticity
from omnilink.model.event import Event, HandleLearned, OptOutReceived
from omnilink.testing.payloads import HOSTILE, REMOVED, WRONG, dump, mutate, node_at, places, read_json, replaced
from omnilink.testing.samples import Sample
from omnilink.testing.trial import Trial

EVENT: TypeAdapter[Any] = TypeAdapter(Event)
LONG_SAMPLES = 5
LONG_S = 5.0
"""A body of a megabyte is read within this; what grows with the square takes minutes."""


def check(trial: Trial) -> None:
    """Every sample made wrong in every place, and bytes that are nothing at all."""
    trial.needs(trial.facts.samples, "samples")
    tried: dict[object, int] = {}
    for n, sample in enumerate(trial.facts.samples):
        for what, body in mutate(sample.body, tried=tried):
            check_events(trial, sample, body, f"{sample.name}, {what}")
        _check_neighbours(trial, sample)
        if n < LONG_SAMPLES:
            _check_long(trial, sample)
        for authenticity in Authenticity:
            check_events(trial, sample, sample.body, f"{sample.name}, {authenticity}", authenticity=authenticity)
    for body in HOSTILE:
        check_events(trial, trial.facts.samples[0], body, f"the body {body[:20]!r}")


def check_events(trial: Trial, sample: Sample, body: bytes, what: str, **more: Any) -> list[Event]:
    """The events of a body, after checking that they can be stored.

    Args:
        sample: whose headers come with it.
        what: for the message.
        more: other fields of the envelope.
    """
    try:
        events = trial.facts.parse(body, sample.headers, **more)
    except Exception as e:
        trial.fail(f"parse raised {type(e).__name__} for {what}")
        raise
    trial.check(events, f"parse gave no event for {what}")
    for event in events:
        try:
            same = EVENT.validate_json(EVENT.dump_json(event)) == event
        except ValueError as e:
            trial.fail(f"an event cannot be stored ({type(e).__name__}) for {what}")
            raise
        trial.check(
            same and event.event_key and event.lane_key,
            f"an event is another when read again, or has no key, for {what}",
        )
    return events


def _check_long(trial: Trial, sample: Sample) -> None:
    """Text that invites a reading in quadratic time."""
    for piece in (b"<@", b"&", b"%25", b'\\"', b"\n", b"> ", b"=\n", b"*"):
        started_s = time.perf_counter()
        check_events(trial, sample, sample.body + piece * 200_000, f"{sample.name} and a long tail of {piece!r}")
        trial.check(
            time.perf_counter() - started_s < LONG_S, f"a long tail of {piece!r} behind {sample.name} takes too long"
        )


def _check_neighbours(trial: Trial, sample: Sample) -> None:
    """One bad item of a batch costs neither itself without a word, nor its neighbours."""
    value = read_json(sample.body)
    whole = _contents(trial.facts.events[sample.name])
    if value is None or len(whole) < 2:
        return
    for path in [(), *places(value)]:
        node = node_at(value, path)
        if not isinstance(node, list) or len(node) < 2:
            continue
        for i, item in enumerate(node):
            others = _contents(trial.facts.parse(dump(replaced(value, [*path, i], REMOVED)), sample.headers))
            if not others < whole:
                continue  # not an item that makes events of its own
            for inner in places(item):
                for wrong in WRONG[::3]:  # each node alone has had all of them
                    where = [*path, i, *inner]
                    events = trial.facts.parse(dump(replaced(value, where, wrong)), sample.headers)
                    what = f"{sample.name}, {'/'.join(map(str, where))}"
                    trial.check(others <= _contents(events), f"a bad item cost its neighbours: {what}")
                    trial.check(len(events) > len(others), f"a bad item vanished without a word: {what}")


def content_of(event: Event) -> str:
    """An event without its key: what tells events apart where keys are what is tested."""
    return event.model_copy(update={"event_key": ""}).model_dump_json()


def _contents(events: Iterable[Event]) -> set[str]:
    return {content_of(event) for event in events if not isinstance(event, HandleLearned | OptOutReceived)}
