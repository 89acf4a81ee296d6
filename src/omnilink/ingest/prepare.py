"""Prepare: parsed events with normalised handles and the personas they will be attributed to. Pure.

What comes out names every key the decision will look up, so that one read answers a whole batch.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from omnilink.conversation.keys import copy_key
from omnilink.conversation.reply_routes import without_token
from omnilink.identity.normalise import normalise
from omnilink.identity.online.observation import NAMED
from omnilink.identity.resolve import PersonaSeed, seed_persona
from omnilink.ingest.keywords import is_told, read_keyword
from omnilink.ingest.machines import judge_machine
from omnilink.model.envelope import Envelope
from omnilink.model.event import (
    About,
    Direction,
    Event,
    HandleLearned,
    MessageReceived,
    OptOutReceived,
    Spoken,
    Unparsed,
)
from omnilink.model.handle import Handle
from omnilink.model.participant import Attestation, Participant, Role
from omnilink.plugin.connector import Parses
from omnilink.store.base import Lookup

SPEAKING = (Role.AUTHOR, Role.CALLER)
FORWARDED = "forwarded_from"
"""The claim of who forwards a mail that names its first writer's address."""


@dataclass(frozen=True, slots=True, repr=False)
class AccountFacts:
    """What ingest knows of an account.

    Attributes:
        channel: the medium where an event does not name one.
        own_keys: canonical keys of the agency's own handles.
        keyword_channels: channels on which a message can be a stop word.
        holds_media: where the files of its messages are when they arrive: in their envelopes, in the store already
            (uploads of visitors), or with the provider (None).
    """

    name: str
    connector: str
    channel: str
    parser_version: str
    own_keys: frozenset[str] = frozenset()
    default_region: str | None = None
    keyword_channels: tuple[str, ...] = ()
    holds_media: Literal["envelope", "store"] | None = None


@dataclass(frozen=True, slots=True, repr=False)
class Seat:
    """One participant with the persona it belongs to; None for the agency's own side."""

    participant: Participant
    seed: PersonaSeed | None


@dataclass(frozen=True, slots=True, repr=False)
class Prepared:
    """One event, ready to be decided."""

    event: Event
    seats: tuple[Seat, ...] = ()


@dataclass(frozen=True, slots=True, repr=False)
class PreparedEnvelope:
    """One envelope with everything that was read out of it."""

    envelope: Envelope
    account: AccountFacts
    events: tuple[Prepared, ...]


@lru_cache(maxsize=20_000)
def _normalised(handle: Handle, region: str | None) -> Handle:
    return normalise(handle, default_region=region)


def parse_envelope(parser: Parses, envelope: Envelope) -> list[Event]:
    """All events of an envelope. A parser that breaks its promise of totality costs its own envelope only."""
    try:
        events = parser.parse(envelope)
    except Exception as e:  # the contract says never; the next message must not pay for a bug
        return [_unparsed(envelope, f"parser-raised:{type(e).__name__}")]
    return events or [_unparsed(envelope, "parser-returned-nothing")]


def _unparsed(envelope: Envelope, reason: str) -> Unparsed:
    key = f"unparsed:{envelope.sha256}"
    return Unparsed(event_key=key, lane_key=key, reason=reason)


def unreadable(envelope: Envelope, reason: str) -> PreparedEnvelope:
    """An envelope nobody here can read: one `Unparsed` event, so that it waits in quarantine."""
    facts = AccountFacts(envelope.account, envelope.connector, channel="", parser_version="")
    return PreparedEnvelope(envelope, facts, (Prepared(_unparsed(envelope, reason)),))


def _plain_key(handle: Handle) -> str:
    """The handle's key without a reply token of ours in it."""
    return handle.key if handle.scheme != "mailto" else f"mailto:{without_token(handle.value)}"


def _seat(participant: Participant, place: str, account: AccountFacts) -> Seat:
    handle = participant.handle
    if handle is not None:
        handle = _normalised(handle, account.default_region)
        # Anybody can write our address as the sender's: that it is us who speaks, the connector must have found.
        speaks = participant.role in SPEAKING
        genuine = participant.attestation is not Attestation.FAILED
        own = genuine and (participant.own or (_plain_key(handle) in account.own_keys and not speaks))
        participant = participant.model_copy(update={"handle": handle, "own": own})
    if participant.own:
        return Seat(participant, None)
    return Seat(participant, seed_persona(participant, place=place))


def _spoken_seats(event: Spoken, account: AccountFacts) -> tuple[Seat, ...]:
    # The message, not the delivery, names who has no other name: its other arrivals and callbacks mean the same one.
    place = f"{event.message_key}|{event.content_key or ''}"
    seats = [_seat(p, f"{place}/{i}", account) for i, p in enumerate(_with_first_writers(event.participants))]
    writers = {key for seat in seats if seat.participant.role in SPEAKING for key in _keys(seat.participant)}
    seats = [_beside(seat, f"{place}/{i}", writers) for i, seat in enumerate(seats)]
    forged = {
        seat.participant.handle.key
        for seat in seats
        if seat.participant.handle is not None and seat.participant.attestation is Attestation.FAILED
    }
    if not forged:
        return tuple(seats)
    # Who forges somebody's address can copy them in as well; that must not bring the forgery into their history.
    return tuple(_doubt(seat, f"{place}/{i}", forged) for i, seat in enumerate(seats))


def _with_first_writers(people: Sequence[Participant]) -> Sequence[Participant]:
    """Who forwards a mail wrote it; whose it was at first, and what is stated of them, is whom it is about."""
    found = [_parted(p) for p in people]
    return (*(p for p, _ in found), *(first for _, first in found if first is not None))


def _parted(participant: Participant) -> tuple[Participant, Participant | None]:
    address = participant.stated(FORWARDED) if participant.role in SPEAKING else None
    if address is None or not normalise(first := Handle.of("mailto", address)).match_keys:
        return participant, None
    shown = tuple(claim for claim in participant.claims if claim.field == "display_name")  # beside the forwarder's own
    stated = tuple(claim for claim in participant.claims if claim.field not in (FORWARDED, "display_name"))
    forwarder = participant.model_copy(update={"claims": shown})
    return forwarder, Participant(role=Role.SUBJECT, handle=first, claims=stated)


def _keys(participant: Participant) -> tuple[str, ...]:
    return (participant.handle.match_keys or (participant.handle.key,)) if participant.handle is not None else ()


def _beside(seat: Seat, place: str, writers: set[str]) -> Seat:
    """Whom a message is about does not hold the address of who writes it, though it be given as theirs."""
    told = seat.participant.role in NAMED and seat.participant.attestation is Attestation.NONE
    if seat.seed is None or not told or writers.isdisjoint(_keys(seat.participant)):
        return seat
    return Seat(seat.participant, seed_persona(seat.participant.model_copy(update={"handle": None}), place=place))


def _doubt(seat: Seat, place: str, forged: set[str]) -> Seat:
    handle = seat.participant.handle
    if seat.seed is None or handle is None or handle.key not in forged:
        return seat
    doubtful = seat.participant.model_copy(update={"attestation": Attestation.FAILED})
    return Seat(seat.participant, seed_persona(doubtful, place=place))


def _about_handle(handle: Handle, event: Event, ordinal: int, account: AccountFacts) -> Seat:
    # The platform tells of its own accounts: nobody else's word for them.
    told = Participant(role=Role.SUBJECT, handle=handle, attestation=Attestation.SIGNATURE)
    return _seat(told, f"{account.name}/{event.event_key}/{ordinal}", account)


def prepare_event(event: Event, account: AccountFacts) -> Prepared:
    """Normalises everybody an event names, says which personas they are, and what wrote a message."""
    if isinstance(event, MessageReceived):
        event = judge_machine(event)
    if isinstance(event, Spoken):
        seats = _spoken_seats(event, account)
    elif isinstance(event, HandleLearned):
        seats = tuple(_about_handle(h, event, i, account) for i, h in enumerate(event.handles))
    elif isinstance(event, OptOutReceived):
        seats = (_about_handle(event.handle, event, 0, account),)
    elif isinstance(event, About) and event.actor is not None and event.actor.handle is not None:
        actor = event.actor
        handle = _normalised(event.actor.handle, account.default_region)
        seats = (Seat(actor.model_copy(update={"handle": handle}), None),)
    else:
        seats = ()
    return Prepared(event, seats)


def prepare_envelope(envelope: Envelope, parser: Parses, account: AccountFacts) -> PreparedEnvelope:
    """Parses an envelope and prepares its events."""
    parsed = parse_envelope(parser, envelope)
    events: list[Prepared] = []
    for event in parsed:
        events.append(prepare_event(event, account))
        if (getattr(event, "channel", None) or account.channel) in account.keyword_channels:
            word = read_keyword(event, [seat.participant for seat in events[-1].seats])
            if word is not None and not is_told(word, parsed):
                events.append(prepare_event(word, account))
    return PreparedEnvelope(envelope, account, tuple(events))


def collect_lookup(batch: Iterable[PreparedEnvelope]) -> Lookup:
    """Every key a batch will ask for, before anybody asks who the people are."""
    events: set[tuple[str, str]] = set()
    messages: set[str] = set()
    threads: set[str] = set()
    for item in batch:
        for prepared in item.events:
            event = prepared.event
            events.add((item.envelope.account, event.event_key))
            if isinstance(event, Spoken):
                messages.update((event.message_key, *event.also_keys))
                threads.update(event.conversation_keys or (event.message_key,))
                if event.content_key is not None and event.direction is Direction.OUTBOUND:
                    messages.add(copy_key(event.content_key))
                    threads.add(copy_key(event.content_key))
            elif isinstance(event, About):
                messages.add(event.target_key)
    return Lookup(events=frozenset(events), messages=frozenset(messages), conversation_keys=frozenset(threads))


def as_failed(item: PreparedEnvelope, reason: str) -> PreparedEnvelope:
    """The same envelope with every event replaced by one that says deciding it failed."""
    events = tuple(
        Prepared(Unparsed(event_key=p.event.event_key, lane_key=p.event.lane_key, reason=reason)) for p in item.events
    )
    return replace(item, events=events)
