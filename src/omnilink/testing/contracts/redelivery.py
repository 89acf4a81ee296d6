"""Redelivery: what is delivered again is the same event, however it is wrapped and wherever it stands."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any

from omnilink.model.event import Event, HandleLearned, Spoken
from omnilink.testing.contracts.totality import content_of
from omnilink.testing.payloads import REMOVED, dump, node_at, places, read_form, read_json, replaced
from omnilink.testing.samples import FORM, Sample
from omnilink.testing.trial import Trial


def check(trial: Trial) -> None:
    """Keys of the same event twice, in other words, in another place, and of different events."""
    trial.needs(trial.facts.samples, "samples")
    for sample in trial.facts.samples:
        first = trial.facts.events[sample.name]
        trial.check(len(_keys(first)) == len(first), f"two events of {sample.name} have one key")
        _check_again(trial, sample, first)
        for what, body in _rewritten(sample):
            again = trial.facts.parse(body, sample.headers)
            trial.check(_keys(again) == _keys(first), f"{sample.name}, {what}: other event keys")
        _check_places(trial, sample)
    _check_apart(trial)


def _check_again(trial: Trial, sample: Sample, first: list[Event]) -> None:
    trial.check(
        trial.facts.parse(sample.body, sample.headers) == first, f"{sample.name} is read otherwise the second time"
    )
    later = trial.facts.parse(
        sample.body,
        sample.headers,
        id="e2",
        received_at=trial.facts.now + timedelta(days=2),
        delivery_key="other",
        by=trial.facts.make(),
    )
    trial.check(
        [e.event_key for e in later] == [e.event_key for e in first],
        f"the event keys of {sample.name} change with the envelope: made of its id, its time or a counter",
    )


def _rewritten(sample: Sample) -> Iterator[tuple[str, bytes]]:
    """The same content in other bytes."""
    value = read_json(sample.body)
    if value is not None:
        yield "with other white space", json.dumps(value, indent=1).encode()
        yield "with its keys in another order", json.dumps(_turned(value)).encode()
        yield "with its letters not escaped", json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")
    elif sample.headers.get("content-type") == FORM and (pairs := read_form(sample.body)):
        names = [name for name, _ in pairs]
        if len(set(names)) == len(names):
            from urllib.parse import urlencode

            yield "with its fields in another order", urlencode(list(reversed(pairs))).encode()


def _turned(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _turned(value[key]) for key in reversed(value)}
    return [_turned(item) for item in value] if isinstance(value, list) else value


def _check_places(trial: Trial, sample: Sample) -> None:
    """An item keeps its key when others go or change places: keys are never made of positions."""
    value = read_json(sample.body)
    first = trial.facts.events[sample.name]
    if value is None or len(first) < 2:
        return
    known = {content_of(event): event.event_key for event in first}
    for path in [(), *places(value)]:
        node = node_at(value, path)
        if not isinstance(node, list) or len(node) < 2:
            continue
        without = [replaced(value, [*path, i], REMOVED) for i in range(len(node))]
        for changed in (*without, replaced(value, path, list(reversed(node)))):
            for event in trial.facts.parse(dump(changed), sample.headers):
                same = known.get(content_of(event), event.event_key)
                trial.check(event.event_key == same, f"an event key of {sample.name} is made of a position")


def _check_apart(trial: Trial) -> None:
    """Different samples are different events; twins are one."""
    twins = {s.name: s.same_as for s in trial.facts.samples if s.same_as}
    found: Counter[str] = Counter()
    for name, events in trial.facts.events.items():
        if name in twins:
            same = _spoken_keys(events) == _spoken_keys(trial.facts.events[str(twins[name])])
            trial.check(same, f"{name} and {twins[name]} tell of one event and have different keys")
        else:
            found.update(_keys(e for e in events if not isinstance(e, HandleLearned)))
    shared = [
        name
        for name, events in trial.facts.events.items()
        if name not in twins and any(found[k] > 1 for k in _keys(events))
    ]
    trial.check(not shared, f"different samples have one event key: {', '.join(shared)}")


def _keys(events: Iterable[Event]) -> set[str]:
    return {event.event_key for event in events}


def _spoken_keys(events: list[Event]) -> set[str]:
    return _keys(e for e in events if isinstance(e, Spoken)) or _keys(events)
