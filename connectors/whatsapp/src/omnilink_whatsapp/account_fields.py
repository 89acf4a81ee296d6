"""Everything that is no message, receipt or call: the account's own news, and what users set about themselves."""

from collections.abc import Iterator

from omnilink.model import Event, Ignored, OptOutReceived, Role
from omnilink_whatsapp.fields import code, digest, items, keep, moment, record, text
from omnilink_whatsapp.people import find_person, learn_from_contacts, learn_from_update, our_participant
from omnilink_whatsapp.place import Place

_OPT_OUT = {"stop": False, "resume": True, "signup": True}


def parse_account_field(place: Place, entry: object) -> Iterator[Event]:
    """A change that holds no message: quiet, save what it teaches of handles and consent."""
    value = place.value
    for preference in items(value, "user_preferences"):
        yield from _read_preference(place, preference)
    if place.trusted:
        for update in items(value, "user_id_update"):
            yield from learn_from_update(place, record(update))
        for group in items(value, "groups"):
            for name in ("added_participants", "removed_participants"):
                yield from learn_from_contacts(place, items(group, name))
            yield from learn_from_contacts(place, iter((group,)))
    first = _first_item(place)
    yield Ignored(
        event_key=f"account:{digest(place.field, place.business, keep(value), text(entry, 'time'))}",
        lane_key=f"account:{place.field}",
        occurred_at=moment(first, "timestamp") or moment(value, "timestamp") or moment(entry, "time"),
        refs=place.refs(
            conversation_id=text(first, "group_id"), sender_id=text(first, "wa_id"), event_id=text(first, "request_id")
        ),
        reason=code(place.field, "account"),
        what="account",
    )


def _first_item(place: Place) -> object:
    for name in ("user_preferences", "user_id_update", "groups", "state_sync"):
        for item in items(place.value, name):
            return item
    return {}


def _read_preference(place: Place, item: object) -> Iterator[Event]:
    """A user stops or resumes marketing messages: consent, in WhatsApp's own words.

    https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/user_preferences
    """
    word = (text(item, "value") or "").lower()
    handle = find_person(place, text(item, "wa_id"), text(item, "user_id")).handle(place)
    if handle is None or word not in _OPT_OUT:
        return
    stamp = text(item, "timestamp") or digest(keep(item))
    yield OptOutReceived(
        event_key=f"optout:{handle.value}:{text(item, 'category') or ''}:{word}:{stamp}",
        lane_key=place.thread(handle.value),
        occurred_at=moment(item, "timestamp"),
        refs=place.refs(sender_id=text(item, "wa_id") or text(item, "user_id")),
        handle=handle,
        sender=our_participant(place, Role.TO).handle,
        purpose="marketing" if "marketing" in (text(item, "category") or "") else "any",
        opted_in=_OPT_OUT[word],
        keyword=word,
    )
