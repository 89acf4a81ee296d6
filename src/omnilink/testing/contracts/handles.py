"""Handles: every address a connector makes is of a scheme it names, kept as written, and reads back as itself."""

from collections.abc import Iterator

from omnilink.errors import BadHandle
from omnilink.identity.normalise import normalise, parse_handle
from omnilink.model.event import About, DeliveryUpdated, Event, HandleLearned, OptOutReceived, Spoken
from omnilink.model.handle import Handle
from omnilink.testing.trial import Trial


def check(trial: Trial) -> None:
    """All handles of all samples."""
    schemes = set(trial.suite.connector.manifest.schemes)
    found = 0
    for name, events in trial.facts.events.items():
        for handle in (h for event in events for h in list_handles(event)):
            found += 1
            trial.check(
                handle.scheme in schemes,
                f"{name} has a handle of scheme {handle.scheme}, which the manifest does not name",
            )
            once = normalise(handle)
            trial.check(normalise(once) == once, f"{name}: a handle normalised twice is another")
            trial.check(once.raw == handle.raw, f"{name}: normalising changed the address as written")
            trial.check(handle.raw.strip(), f"{name} has a blank handle; nobody's address is None")
            try:
                again = parse_handle(once.key)
            except BadHandle:
                # A withheld or short number identifies nobody and cannot be typed; it must not be matched either.
                trial.check(not once.match_keys, f"{name}: a handle that finds people cannot be read back from its key")
                continue
            trial.check(again.key == once.key, f"{name}: a handle's key read back is another handle")
    trial.needs(found, "sample with a handle")


def list_handles(event: Event) -> Iterator[Handle]:
    """Every handle an event names."""
    if isinstance(event, Spoken):
        yield from (seat.handle for seat in event.participants if seat.handle is not None)
    if isinstance(event, About) and event.actor is not None and event.actor.handle is not None:
        yield event.actor.handle
    if isinstance(event, DeliveryUpdated) and event.recipient is not None:
        yield event.recipient
    if isinstance(event, HandleLearned):
        yield from event.handles
    if isinstance(event, OptOutReceived):
        yield event.handle
        if event.sender is not None:
            yield event.sender
