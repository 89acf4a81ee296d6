"""Who is who: WhatsApp numbers and business-scoped user ids (BSUID) as handles and participants.

A user is named by a number (`from`, `wa_id`), by a BSUID (`from_user_id`, `user_id`), or by both; users with a
username may show no number. https://developers.facebook.com/documentation/business-messaging/whatsapp/business-scoped-user-ids
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from omnilink.model import Attestation, Handle, HandleLearned, Participant, Role, StatedClaim
from omnilink_whatsapp.fields import Json, moment, record, text
from omnilink_whatsapp.place import Place

PARENT_SCOPE = "parent"
"""Scope of parent user ids: one per person over all portfolios that are linked to one parent business."""
_LONGEST_ID = 200
_CHANGED = re.compile(r".*changed from (\S+) to (\S+)", re.DOTALL)


@dataclass(frozen=True, slots=True, repr=False)
class Person:
    """One WhatsApp user as an item names them.

    Attributes:
        number: the telephone number (`wa_id`), if told.
        user_id: the business-scoped user id, if told.
        name: the profile's name, if told.
        username: the user's handle name, if told.
    """

    number: str | None = None
    user_id: str | None = None
    name: str | None = None
    username: str | None = None

    @property
    def ids(self) -> tuple[str, ...]:
        """Its ids, the number first."""
        return tuple(i for i in (self.number, self.user_id) if i)

    def handle(self, place: Place) -> Handle | None:
        """Its address: the number where there is one, since that is what other channels know too."""
        shown = self.name or self.username
        if self.number and len(self.number) <= _LONGEST_ID:
            return Handle.of("wa", self.number, display=shown)
        if self.user_id and len(self.user_id) <= _LONGEST_ID:
            return Handle.of("wa_bsuid", self.user_id, scope=place.scope, display=shown)
        return None

    def take_part(self, place: Place, role: Role) -> Participant:
        """It as a participant, with the names its account shows."""
        handle = self.handle(place)
        claims = [("display_name", self.name), ("username", self.username)]
        return Participant(
            role=role,
            handle=handle,
            claims=tuple(StatedClaim(field=field, value=value) for field, value in claims if value),
            attestation=place.attestation if handle else Attestation.NONE,
        )


def same_number(a: str | None, b: str | None) -> bool:
    """Do two spellings mean one number (`+1 555-078-3881`, `15550783881`)?"""
    digits = [re.sub(r"\D", "", n or "") for n in (a, b)]
    return digits[0] == digits[1] != ""


def our_participant(place: Place, role: Role, number: str | None = None) -> Participant:
    """The agency's own number as a participant."""
    raw = number or place.number
    handle = Handle.of("wa", raw) if raw and len(raw) <= _LONGEST_ID else next(iter(place.settings.own), None)
    return Participant(
        role=role, handle=handle, own=True, attestation=place.attestation if handle else Attestation.NONE
    )


def find_person(place: Place, number: str | None, user_id: str | None) -> Person:
    """The user with that number or user id, completed from the `contacts[]` entry that is about them.

    Args:
        place: where the item stands.
        number: as the item names them.
        user_id: likewise; with neither, the only entry of `contacts[]` is taken.
    """
    entry = place.contact(number, user_id)
    if entry is None:
        return Person(number, user_id)
    profile = record(entry, "profile")
    username = text(profile, "username") or text(entry, "username")
    return Person(number or text(entry, "wa_id"), user_id or text(entry, "user_id"), text(profile, "name"), username)


def find_sender(place: Place, item: object) -> Person:
    """Who wrote a message."""
    return find_person(place, text(item, "from"), text(item, "from_user_id"))


def find_addressee(place: Place, item: object) -> Person:
    """To whom a message of ours went."""
    return find_person(place, text(item, "to"), text(item, "to_user_id"))


def _learned(first: Handle, second: Handle) -> HandleLearned:
    return HandleLearned(
        event_key=f"learned:{first.key}:{second.key}", lane_key=f"handle:{first.value}", handles=(first, second)
    )


def _replaced(first: Handle, second: Handle, item: object) -> HandleLearned:
    # With the time, since somebody may change to and fro.
    return HandleLearned(
        event_key=f"replaced:{first.key}:{second.key}:{text(item, 'timestamp') or ''}",
        lane_key=f"handle:{first.value}",
        occurred_at=moment(item, "timestamp"),
        handles=(first, second),
        replaced=True,
    )


def _handle(place: Place, raw: str | None, scheme: str) -> Handle | None:
    if not raw or len(raw) > _LONGEST_ID:
        return None
    return Handle.of(scheme, raw, scope=place.scope if scheme == "wa_bsuid" else "")


def learn_from_contacts(place: Place, entries: Iterator[object]) -> Iterator[HandleLearned]:
    """What WhatsApp itself says to be one account: number and user id, user id and parent user id."""
    for entry in entries:
        number = _handle(place, text(entry, "wa_id"), "wa")
        user = _handle(place, text(entry, "user_id"), "wa_bsuid")
        parent_id = text(entry, "parent_user_id")
        parent = None
        if parent_id and len(parent_id) <= _LONGEST_ID:
            parent = Handle.of("wa_bsuid", parent_id, scope=PARENT_SCOPE)
        for first, second in ((number, user), (user or number, parent)):
            if first and second:
                yield _learned(first, second)


def learn_from_system(place: Place, item: object) -> Iterator[HandleLearned]:
    """A changed number or user id (`user_changed_number`, `user_changed_user_id`): the second replaces the first."""
    system = record(item, "system")
    new_number = text(system, "wa_id") or text(system, "new_wa_id")
    new_user = text(system, "user_id")
    old_number = text(system, "customer") or text(item, "from")
    old_user = text(item, "from_user_id")
    # Meta names the old user id nowhere but at the end of its own sentence; what stands before is the user's name.
    said = _CHANGED.fullmatch((text(system, "body") or "").rstrip(" .")[-3 * _LONGEST_ID :])
    if old_user is None and said is not None and said[2] == new_user:
        old_user = said[1]
    for old, new, scheme in ((old_number, new_number, "wa"), (old_user, new_user, "wa_bsuid")):
        first, second = _handle(place, old, scheme), _handle(place, new, scheme)
        if first and second and old != new:
            yield _replaced(first, second, item)


def learn_from_update(place: Place, item: Json) -> Iterator[HandleLearned]:
    """An entry of `user_id_update[]`: the user id before and now."""
    old = _handle(place, text(item, "user_id", "previous"), "wa_bsuid")
    new = _handle(place, text(item, "user_id", "current"), "wa_bsuid")
    if old and new and old != new:
        yield _replaced(old, new, item)
