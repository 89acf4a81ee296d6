"""Media: files are named so that they can be fetched later, apart from the message that brought them."""

from omnilink.model.event import Event
from omnilink.model.part import Media
from omnilink.plugin.capabilities import Level
from omnilink.testing.payloads import dump, node_at, places, read_json, replaced
from omnilink.testing.samples import Sample
from omnilink.testing.trial import Trial


def check(trial: Trial) -> None:
    """Every file of every sample."""
    found = 0
    for sample in trial.facts.samples:
        events = trial.facts.events[sample.name]
        for event in events:
            for part in list_media(event):
                found += 1
                trial.check(part.ref is None or part.ref.strip(), f"{sample.name} has a file with a blank reference")
                trial.check(
                    part.ref or part.filename or part.mime_type or part.kind != "other",
                    f"{sample.name} has a file of which nothing is known",
                )
                trial.check(part.size is None or part.size >= 0, f"{sample.name} has a file of a negative size")
        _check_new_address(trial, sample, events)
    level = trial.suite.connector.capabilities.receive.get("media", Level.NONE)
    if level >= Level.PARTIAL:
        trial.needs(found, "sample with a file")
    if level is Level.FULL:
        refs = [p.ref for events in trial.facts.events.values() for e in events for p in list_media(e)]
        trial.check(any(refs), "it receives media fully and no file can be fetched: none has a reference")


def list_media(event: Event) -> list[Media]:
    """The files an event brings."""
    return [part for part in getattr(event, "parts", ()) if isinstance(part, Media)]


def _check_new_address(trial: Trial, sample: Sample, events: list[Event]) -> None:
    """Addresses of files expire and are told anew with a redelivery: the message is the same one."""
    value = read_json(sample.body)
    refs = {p.ref for event in events for p in list_media(event) if p.ref and p.ref.startswith("http")}
    if value is None or not refs:
        return
    for path in places(value):
        node = node_at(value, path)
        if isinstance(node, str) and node in refs:
            value = replaced(value, path, f"{node}?again=1")
    again = trial.facts.parse(dump(value), sample.headers)
    trial.check(
        {e.event_key for e in again} == {e.event_key for e in events},
        f"{sample.name}: with a new address of its file it is a new event",
    )
