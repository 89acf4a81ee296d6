"""Samples: each payload is read as what it is, and nothing a citizen said is left out."""

from omnilink.model.event import Event, Ignored, Unparsed
from omnilink.testing.contracts.totality import check_events
from omnilink.testing.trial import Trial


def check(trial: Trial) -> None:
    """The suite's samples and, where there are any, recorded payloads."""
    trial.needs(trial.facts.samples, "samples")
    names = [sample.name for sample in trial.facts.samples]
    trial.check(len(names) == len(set(names)), "two samples have one name")
    for sample in trial.facts.samples:
        events = trial.facts.events[sample.name]
        types = tuple(event.type for event in events)
        if sample.expect:
            trial.check(types == sample.expect, f"{sample.name} is read as {types}, not as {sample.expect}")
        else:
            trial.check(types and "unparsed" not in types, f"{sample.name} is not understood: {_reasons(events)}")
        said = "\n".join(event.model_dump_json() for event in events if not isinstance(event, Ignored | Unparsed))
        for words in sample.says:
            trial.check(_json_text(words) in said, f"{sample.name}: something it says is in none of its events")
    read = 0
    anybody = trial.facts.make(own=(), options={})  # they were recorded at other accounts
    for sample in trial.suite.recorded():
        events = check_events(trial, sample, sample.body, sample.name, by=anybody)
        unread = [e for e in events if isinstance(e, Unparsed)]
        trial.check(not unread, f"the recorded payload {sample.name} is not understood: {_reasons(events)}")
        read += 1
    if read:
        trial.notes.append(f"{read} recorded payloads read")


def _reasons(events: list[Event]) -> list[str]:
    return [event.reason for event in events if isinstance(event, Unparsed)]


def _json_text(words: str) -> str:
    import json

    return json.dumps(words, ensure_ascii=False)[1:-1]
