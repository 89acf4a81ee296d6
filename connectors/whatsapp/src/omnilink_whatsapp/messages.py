"""Messages, replies, edits, reactions: the members of `messages[]`, `message_echoes[]` and `history[]`."""

from collections.abc import Iterator
from datetime import datetime
from typing import TypedDict

from omnilink.model import (
    ChoiceMade,
    ConversationKind,
    Direction,
    Event,
    Ignored,
    MessageDeleted,
    MessageEdited,
    MessageReceived,
    NativeRefs,
    Participant,
    ReactionChanged,
    Role,
    Unparsed,
)
from omnilink.model.part import Native, Part
from omnilink_whatsapp.content import CHOICES, find_type, read_parts
from omnilink_whatsapp.fields import Json, code, digest, items, moment, record, text
from omnilink_whatsapp.people import (
    Person,
    find_addressee,
    find_person,
    find_sender,
    learn_from_system,
    our_participant,
    same_number,
)
from omnilink_whatsapp.place import Place

_QUIET = {"system": "system", "request_welcome": "system", "unsupported": "unsupported", "unknown": "unsupported"}


def parse_message(place: Place, item: object) -> Iterator[Event]:
    """One member of `messages[]`: what a citizen wrote or did."""
    if not isinstance(item, dict):
        yield Unparsed(event_key=f"message:{digest(place.number_id, item)}", lane_key="unparsed", reason="no_object")
        return
    kind = find_type(item)
    person = find_sender(place, item)
    if kind == "system" and place.trusted:
        yield from learn_from_system(place, item)
    yield _Item(place, item, kind, person, ours=False).parse()


def parse_echo(place: Place, item: object) -> Iterator[Event]:
    """One member of `message_echoes[]`: what our own side wrote in the WhatsApp Business app."""
    if not isinstance(item, dict):
        yield Unparsed(event_key=f"echo:{digest(place.number_id, item)}", lane_key="unparsed", reason="no_object")
        return
    yield from _read_echo(_Item(place, item, find_type(item), find_addressee(place, item), ours=True))


def _read_echo(ours: "_Item") -> Iterator[Event]:
    kind = ours.kind
    if kind in ("edit", "revoke", "reaction"):
        # The change itself, and that our side made it: an echo, whatever it was.
        yield ours.parse()
        yield ours.spoken(parts=(Native(name=kind, data={}),))
    elif kind in _QUIET:
        yield ours.spoken(parts=(Native(name=kind, data={}),))
    else:
        yield ours.spoken(parts=read_parts(kind, ours.item))


def parse_history(place: Place, chunk: object) -> Iterator[Event]:
    """One member of `history[]`: earlier messages of both sides, a thread a user.

    https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/history
    """
    for thread in items(chunk, "threads"):
        context = record(thread, "context")
        number = text(thread, "id") or text(context, "wa_id")
        user = find_person(place, number, text(context, "user_id"))
        for item in items(thread, "messages"):
            if not isinstance(item, dict):
                yield from parse_message(place, item)
                continue
            author = text(item, "from")
            ours = same_number(author, place.number) or ("to" in item and author != number)
            read = _Item(place, item, find_type(item), user, ours=ours)
            if ours:
                yield from _read_echo(read)
            else:
                yield read.parse()


def parse_history_media(place: Place, item: object) -> Iterator[Event]:
    """A member of `messages[]` under `history`: the media of a message whose text came before as a placeholder."""
    if not isinstance(item, dict) or text(item, "id") is None:
        yield from parse_message(place, item)
        return
    ours = same_number(text(item, "from"), place.number)
    person = find_addressee(place, item) if ours else find_sender(place, item)
    read = _Item(place, item, find_type(item), person, ours=ours)
    yield read.edited(target=read.id, content=item, event="media")


class _Base(TypedDict):
    event_key: str
    lane_key: str
    occurred_at: datetime | None
    refs: NativeRefs


class _Thread(TypedDict):
    message_key: str
    conversation_keys: tuple[str, ...]
    conversation_kind: ConversationKind
    reply_to_key: str | None
    direction: Direction
    participants: tuple[Participant, ...]


class _Item:
    """A message-like object with what is read of it in every case.

    Args:
        place: where it stands.
        item: the object.
        kind: its type.
        person: the citizen: who wrote it, or whom our side wrote to.
        ours: our own side wrote it.
    """

    def __init__(self, place: Place, item: Json, kind: str, person: Person, *, ours: bool) -> None:
        self.place = place
        self.item = item
        self.kind = kind
        self.person = person
        self.ours = ours
        self.id = text(item, "id")
        self.name = self.id or digest(place.number_id, item)
        self.group = text(item, "group_id")
        self.at = moment(item, "timestamp")
        others = (self.group,) if self.group else person.ids
        self.threads = tuple(place.thread(o) for o in others if o) or (place.thread(self.name),)

    def parse(self) -> Event:
        """The event it is, by its type."""
        if self.kind in CHOICES:
            return self.chosen()
        if self.kind == "reaction":
            return self.reacted()
        if self.kind == "edit":
            edit = record(self.item, "edit")
            content = record(edit, "message") or edit
            return self.edited(target=text(edit, "original_message_id"), content=content, event="edit")
        if self.kind == "revoke":
            return self.revoked()
        if (what := _QUIET.get(self.kind)) is not None:
            return Ignored(
                **self._base(self.kind),
                reason=code(text(self.item, "system", "type") or text(self.item, "unsupported", "type"), self.kind),
                what="system" if what == "system" else "unsupported",
            )
        return self.spoken(parts=read_parts(self.kind, self.item))

    def spoken(self, *, parts: tuple[Part, ...]) -> Event:
        """It as a message."""
        return MessageReceived(**self._base("echo" if self.ours else "message"), **self._thread(), parts=parts)

    def chosen(self) -> Event:
        """It as a choice."""
        return ChoiceMade(**self._base("choice"), **self._thread(), parts=read_parts(self.kind, self.item))

    def edited(self, *, target: str | None, content: object, event: str) -> Event:
        """It as a change of an earlier message."""
        if not target:
            return self._lost("target_missing")
        return MessageEdited(
            **self._base(event, target=target),
            target_key=f"wa:{target}",
            actor=self._author(),
            parts=read_parts(find_type(content), content),
        )

    def revoked(self) -> Event:
        """It as the withdrawal of an earlier message."""
        target = text(self.item, "revoke", "original_message_id")
        if not target:
            return self._lost("target_missing")
        return MessageDeleted(**self._base("revoke", target=target), target_key=f"wa:{target}", actor=self._author())

    def reacted(self) -> Event:
        """It as a reaction; an absent or empty emoji takes the reaction back."""
        target = text(self.item, "reaction", "message_id")
        if not target:
            return self._lost("target_missing")
        emoji = text(self.item, "reaction", "emoji")
        return ReactionChanged(
            **self._base("reaction", target=target),
            target_key=f"wa:{target}",
            actor=self._author(),
            added=(emoji,) if emoji else (),
        )

    def _lost(self, reason: str) -> Event:
        return Unparsed(**self._base(f"unparsed-{self.kind}"), reason=reason)

    def _author(self) -> Participant:
        if self.ours:
            return our_participant(self.place, Role.AUTHOR, text(self.item, "from"))
        return self.person.take_part(self.place, Role.AUTHOR)

    def _base(self, event: str, target: str | None = None) -> _Base:
        return {
            "event_key": f"{event}:{self.name}",
            "lane_key": self.threads[0],
            "occurred_at": self.at,
            "refs": self._refs(target),
        }

    def _refs(self, target: str | None) -> NativeRefs:
        return self.place.refs(
            message_id=self.id,
            target_message_id=target,
            reply_to=text(self.item, "context", "id"),
            conversation_id=self.group,
            sender_id=text(self.item, "from") or text(self.item, "from_user_id"),
            recipient_id=text(self.item, "to") or text(self.item, "to_user_id"),
        )

    def _thread(self) -> _Thread:
        cited = text(self.item, "context", "id")
        if self.ours:
            people = (self._author(), self.person.take_part(self.place, Role.TO))
        else:
            people = (self._author(), our_participant(self.place, Role.TO))
        return {
            "message_key": f"wa:{self.name}",
            "conversation_keys": self.threads,
            "conversation_kind": ConversationKind.GROUP if self.group else ConversationKind.DM,
            "reply_to_key": f"wa:{cited}" if cited else None,
            "direction": Direction.ECHO if self.ours else Direction.INBOUND,
            "participants": people,
        }
