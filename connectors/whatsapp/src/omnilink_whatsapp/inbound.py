"""From the bytes of a webhook to events: finds the items and gives each to its reader, each on its own."""

import json
from collections.abc import Callable, Iterator

from omnilink.model import Envelope, Event, Ignored, Unparsed
from omnilink_whatsapp.account_fields import parse_account_field
from omnilink_whatsapp.fields import digest, items, record, text
from omnilink_whatsapp.messages import parse_echo, parse_history, parse_history_media, parse_message
from omnilink_whatsapp.people import learn_from_contacts
from omnilink_whatsapp.place import Place, find_place
from omnilink_whatsapp.receipts import parse_call, parse_status
from omnilink_whatsapp.settings import WhatsAppSettings

_OBJECT = "whatsapp_business_account"
_READERS: tuple[tuple[str, Callable[[Place, object], Iterator[Event]]], ...] = (
    ("messages", parse_message),
    ("message_echoes", parse_echo),
    ("statuses", parse_status),
    ("calls", parse_call),
    ("history", parse_history),
)
"""Arrays that carry events, whatever the change's `field` is called."""


def parse_envelope(envelope: Envelope, settings: WhatsAppSettings) -> list[Event]:
    """All events of a webhook's body. Total: any bytes give at least one event.

    Args:
        envelope: the stored arrival.
        settings: the account's own settings.
    """
    try:
        payload = json.loads(envelope.body)
    except (ValueError, RecursionError):
        return [_unread(envelope, "not_json")]
    try:
        events = list(_parse_payload(envelope, settings, payload))
    except RecursionError:
        return [_unread(envelope, "too_deep")]
    return _without_repeats(events) or [_quiet(envelope, "empty")]


def _unread(envelope: Envelope, reason: str) -> Unparsed:
    return Unparsed(event_key=f"body:{envelope.sha256}", lane_key="unparsed", reason=reason)


def _quiet(envelope: Envelope, reason: str) -> Ignored:
    return Ignored(event_key=f"body:{envelope.sha256}", lane_key="account:", reason=reason, what="account")


def _without_repeats(events: list[Event]) -> list[Event]:
    """One webhook may name the same contact with each of its messages: that is learned once."""
    learned: set[str] = set()
    kept = []
    for event in events:
        if event.type == "handle_learned":
            if event.event_key in learned:
                continue
            learned.add(event.event_key)
        kept.append(event)
    return kept


def _parse_payload(envelope: Envelope, settings: WhatsAppSettings, payload: object) -> Iterator[Event]:
    if isinstance(payload, list):
        for member in payload:
            yield from _parse_payload(envelope, settings, member)
        return
    if not isinstance(payload, dict):
        yield _unread(envelope, "not_an_object")
        return
    told = text(payload, "object")
    if told is not None and told != _OBJECT:
        yield Ignored(
            event_key=f"body:{envelope.sha256}", lane_key="account:", reason="other_object", what="unsupported"
        )
        return
    if "entry" in payload:
        for entry in items(payload, "entry"):
            for change in items(entry, "changes"):
                yield from _parse_change(envelope, settings, entry, change)
    elif "value" in payload:  # the sample of Meta's "Test" button
        yield from _parse_change(envelope, settings, {}, payload)
    elif any(name in payload for name, _ in _READERS):  # the value alone, as some business providers pass it on
        yield from _parse_change(envelope, settings, {}, {"field": "messages", "value": payload})
    else:
        yield _unread(envelope, "no_webhook")


def _parse_change(envelope: Envelope, settings: WhatsAppSettings, entry: object, change: object) -> Iterator[Event]:
    place = find_place(envelope, settings, entry, change)
    if not isinstance(change, dict) or not isinstance(change.get("value"), dict):
        yield Unparsed(event_key=f"change:{digest(place.business, change)}", lane_key="unparsed", reason="no_value")
        return
    if place.elsewhere:
        # Kept, not dropped: it was said to somebody, and the account can be opened to it and the envelope replayed.
        yield Unparsed(event_key=f"change:{digest(place.business, change)}", lane_key="unparsed", reason="other_number")
        return
    found = False
    for name, reader in _READERS:
        if name == "messages" and place.field == "history":
            reader = parse_history_media
        for item in items(place.value, name):
            for event in _read_safely(place, reader, item):
                found = True
                yield event
    if place.trusted:
        yield from learn_from_contacts(place, items(place.value, "contacts"))
    if not found:
        yield from parse_account_field(place, record(entry))


def _read_safely(place: Place, reader: Callable[[Place, object], Iterator[Event]], item: object) -> list[Event]:
    """A bad item is `Unparsed`; its neighbours are read all the same."""
    try:
        return list(reader(place, item))
    except (ValueError, TypeError, RecursionError):  # pydantic's ValidationError is a ValueError
        return [
            Unparsed(event_key=f"item:{digest(place.number_id, item)}", lane_key="unparsed", reason="item_unreadable")
        ]
