"""From an envelope's bytes to events: which of X's forms a payload has."""

from omnilink.model import Envelope, Event, Unparsed
from omnilink.plugin.fields import digest
from omnilink_x.account_activity import is_account_activity, parse_account_activity
from omnilink_x.body import read_json
from omnilink_x.origin import Origin, origin_of
from omnilink_x.rest import parse_item, parse_rest
from omnilink_x.settings import XSettings


def parse_envelope(envelope: Envelope, settings: XSettings) -> list[Event]:
    """All events of an envelope.

    Args:
        envelope: any bytes: an Activity or Account Activity event, or an answer of a REST API.
        settings: the account's.

    Returns:
        At least one event.
    """
    origin = origin_of(envelope, settings)
    value = read_json(envelope.body)
    if isinstance(value, list):
        return [event for item in value for event in _read(item, origin, alone=False)] or [_nothing(envelope, origin)]
    if isinstance(value, dict) and value:
        return _read(value, origin, alone=True)
    return [_nothing(envelope, origin)]


def _read(value: object, origin: Origin, *, alone: bool) -> list[Event]:
    try:
        if isinstance(value, dict) and is_account_activity(value):
            return parse_account_activity(value, origin)
        if isinstance(value, dict) and (alone or "data" in value):
            return parse_rest(value, origin)
        return parse_item(value, {}, origin)
    except (ValueError, TypeError, RecursionError, OverflowError):
        # Reached by no known payload; an odd one must not hold up the next.
        return [Unparsed(event_key=f"unparsed:{digest(value)}", lane_key=origin.lane, reason="unreadable")]


def _nothing(envelope: Envelope, origin: Origin) -> Unparsed:
    return Unparsed(event_key=f"unparsed:{envelope.sha256}", lane_key=origin.lane, reason="not_an_x_payload")
