"""Receipts and calls: `statuses[]` and `calls[]`.

https://developers.facebook.com/docs/whatsapp/cloud-api/webhooks/components#statuses-object and .../calling/reference
"""

from collections.abc import Iterator

from omnilink.model import Call, CallUpdated, DeliveryUpdated, Direction, Event, Participant, Role, Unparsed
from omnilink_whatsapp.fields import digest, items, moment, text, whole
from omnilink_whatsapp.people import Person, find_person, our_participant, same_number
from omnilink_whatsapp.place import Place


def parse_status(place: Place, item: object) -> Iterator[Event]:
    """One member of `statuses[]`: a receipt for a message of ours, or the state of a call of ours."""
    message_id, status = text(item, "id"), text(item, "status")
    if message_id is None or status is None:
        yield Unparsed(
            event_key=f"status:{digest(place.number_id, item)}", lane_key="unparsed", reason="status_without_id"
        )
        return
    if text(item, "type") == "call" or (place.field == "calls" and text(item, "type") is None):
        yield _read_call_status(place, item, message_id, status)
        return
    to, person = text(item, "recipient_id"), _find_reader(place, item)
    # In a group every participant has receipts of their own for the one message.
    reader = person.ids[0] if person.ids else ""
    who = f":{reader}" if text(item, "recipient_type") == "group" else ""
    error = next((text(e, "code") for e in items(item, "errors")), None)
    yield DeliveryUpdated(
        event_key=f"status:{message_id}:{status}{who}",
        lane_key=place.thread(to or reader or message_id),
        occurred_at=moment(item, "timestamp"),
        refs=place.refs(message_id=message_id, recipient_id=to or text(item, "recipient_user_id")),
        target_key=f"wa:{message_id}",
        status=status,
        recipient=person.handle(place),
        error_code=error,
    )


def _find_reader(place: Place, item: object) -> Person:
    if text(item, "recipient_type") == "group":
        number, user_id = text(item, "recipient_participant_id"), text(item, "recipient_participant_user_id")
        return find_person(place, number, user_id) if number or user_id else Person()
    return find_person(place, text(item, "recipient_id"), text(item, "recipient_user_id"))


def _read_call_status(place: Place, item: object, call_id: str, status: str) -> Event:
    """The state of a call the agency makes (`RINGING`, `ACCEPTED`, `REJECTED`)."""
    callee = find_person(place, text(item, "recipient_id"), text(item, "recipient_user_id"))
    return CallUpdated(
        event_key=f"call:{call_id}:status:{status}",
        lane_key=_call_threads(place, callee, call_id)[0],
        occurred_at=moment(item, "timestamp"),
        refs=place.refs(message_id=call_id, call_id=call_id, recipient_id=text(item, "recipient_id")),
        message_key=f"wa:{call_id}",
        conversation_keys=_call_threads(place, callee, call_id),
        direction=Direction.OUTBOUND,
        participants=(our_participant(place, Role.CALLER), callee.take_part(place, Role.CALLEE)),
        call=Call(status=status.lower(), at=moment(item, "timestamp")),
    )


def _call_threads(place: Place, person: Person, call_id: str) -> tuple[str, ...]:
    """A call belongs to the chat with the person, as WhatsApp itself shows it."""
    return tuple(place.thread(i) for i in person.ids) or (place.thread(call_id),)


def parse_call(place: Place, item: object) -> Iterator[Event]:
    """One member of `calls[]`: a call begins (`connect`) or ends (`terminate`)."""
    call_id = text(item, "id")
    if call_id is None:
        yield Unparsed(event_key=f"call:{digest(place.number_id, item)}", lane_key="unparsed", reason="call_without_id")
        return
    event, status = text(item, "event"), text(item, "status")
    outbound = text(item, "direction") == "BUSINESS_INITIATED"
    participants, person = _find_parties(place, item, outbound)
    threads = _call_threads(place, person, call_id)
    at = moment(item, "timestamp")
    yield CallUpdated(
        event_key=f"call:{call_id}:{event or ''}:{status or ''}",
        lane_key=threads[0],
        occurred_at=at,
        refs=place.refs(
            message_id=call_id,
            call_id=call_id,
            sender_id=text(item, "from") or text(item, "from_user_id"),
            recipient_id=text(item, "to") or text(item, "to_user_id"),
        ),
        message_key=f"wa:{call_id}",
        conversation_keys=threads,
        direction=Direction.OUTBOUND if outbound else Direction.INBOUND,
        participants=participants,
        call=Call(status=_call_state(event, status), at=at, duration_s=whole(item, "duration")),
    )


def _call_state(event: str | None, status: str | None) -> str | None:
    """The vendor's word in lower case; an end without a word is `ended`."""
    word = status or ("ended" if event == "terminate" else event)
    return word.lower() if word else None


def _find_parties(place: Place, item: object, outbound: bool) -> tuple[tuple[Participant, ...], Person]:
    """Caller and callee, and which of them is the citizen."""
    caller, callee = text(item, "from"), text(item, "to")
    # The number itself tells best which side is ours; the direction where it tells nothing.
    ours_calls = outbound
    if same_number(caller, place.number) != same_number(callee, place.number):
        ours_calls = same_number(caller, place.number)
    if ours_calls:
        person = find_person(place, callee, text(item, "to_user_id"))
        return (our_participant(place, Role.CALLER, caller), person.take_part(place, Role.CALLEE)), person
    person = find_person(place, caller, text(item, "from_user_id"))
    return (person.take_part(place, Role.CALLER), our_participant(place, Role.CALLEE, callee)), person
