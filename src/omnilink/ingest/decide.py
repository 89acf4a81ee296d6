"""Decide: what a batch of prepared envelopes changes. Pure: a context and who the people are in, one `Change` out.

The batch decides serially over its own changes, so that where batches begin and end makes no difference.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from pydantic import TypeAdapter

from omnilink.identity.online.neighbourhood import Known
from omnilink.identity.people import People
from omnilink.ingest.history import History
from omnilink.ingest.prepare import AccountFacts, Prepared, PreparedEnvelope, Seat
from omnilink.model.consent import Consent
from omnilink.model.envelope import Envelope, EnvelopeState
from omnilink.model.event import About, Event, HandleLearned, Ignored, OptOutReceived, Spoken, Unparsed
from omnilink.resolution.seen import Seen, told
from omnilink.resolution.settled import Settled
from omnilink.store.base import (
    Change,
    Context,
    EventState,
    Parked,
    SettledEnvelope,
    SettledEvent,
)

_EVENT: TypeAdapter[Event] = TypeAdapter(Event)


def decide_batch(
    batch: Iterable[PreparedEnvelope], context: Context, new_id: Callable[[], str], now: datetime
) -> "Decided":
    """Decides a batch, all but who the people are.

    Args:
        batch: in the order the envelopes arrived.
        context: the answer to `collect_lookup(batch)`.
        new_id: makes public ids.
        now: the time of the decision.
    """
    decision = Decided(context, new_id, now)
    for item in batch:
        decision.envelope(item)
    return decision


def decide_turn(
    heard: PreparedEnvelope,
    said: Iterable[Prepared],
    context: Context,
    new_id: Callable[[], str],
    now: datetime,
    *,
    settles: bool,
) -> "Decided":
    """Decides one request that waits for its answer, with what it is told.

    Args:
        heard: the request.
        said: our own side of it, and what the request was understood as: no events of the envelope.
        context: the answer to a lookup of all of that.
        new_id: makes public ids.
        now: the time of the decision.
        settles: the envelope is pending still; False where somebody else has settled it meanwhile.
    """
    decision = Decided(context, new_id, now)
    if settles:
        decision.envelope(heard)
    for prepared in said:
        decision.add(prepared, heard)
    return decision


@dataclass(frozen=True, slots=True, repr=False)
class _Told:
    """What was said of a handle outside of any interaction: who has it, and what they agree to."""

    seat: Seat
    at: datetime
    source: str
    consent: Mapping[str, str] | None = None


class Decided:
    """One batch on its way to a `Change`.

    Attributes:
        told: what platforms told of handles, for the resolver.
    """

    def __init__(self, context: Context, new_id: Callable[[], str], now: datetime) -> None:
        self._context, self._new_id, self._now = context, new_id, now
        self._events = dict(context.events)
        self._history = History(context, new_id, now)
        self._parked = {key: list(parked) for key, parked in context.parked.items()}
        self._envelopes: list[SettledEnvelope] = []
        self._settled: list[SettledEvent] = []
        self._unparked: list[SettledEvent] = []
        self._said: list[_Told] = []
        self.told: list[Known] = []

    @property
    def seen(self) -> Sequence[Seen]:
        """The participants of what is being recorded."""
        return self._history.seen

    @property
    def personas(self) -> frozenset[str]:
        """Keys of the personas the change will need beside those the resolver names."""
        return frozenset([s.seed.key for s in self.seen] + [t.seat.seed.key for t in self._said if t.seat.seed])

    @property
    def handles(self) -> frozenset[str]:
        """Handles on which personas are made that nobody showed, or of several accounts only the first."""
        said = [t.seat.seed for t in self._said if t.seat.seed is not None]
        accounts = [s.seed for s in self.seen if s.rank]
        return frozenset(key for seed in (*said, *accounts) for key in seed.match_keys)

    @property
    def seq(self) -> int:
        """Number of the change it was decided after."""
        return self._context.seq

    @property
    def interactions(self) -> int:
        """How many interactions are new."""
        return len(self._history.interactions)

    def envelope(self, item: PreparedEnvelope) -> None:
        """Settles every event of one envelope, then the envelope."""
        reason = None
        for ordinal, prepared in enumerate(item.events):
            state, interaction, why = self._settle(prepared, item.envelope, item.account, ordinal)
            event = prepared.event
            if state in (EventState.UNPARSED, EventState.FAILED):
                reason = reason or why
            waits_for = event.target_key if state is EventState.PARKED and isinstance(event, About) else None
            self._settled.append(
                SettledEvent(
                    envelope=item.envelope.id,
                    ordinal=ordinal,
                    account=item.account.name,
                    event_key=event.event_key,
                    type=event.type,
                    state=state,
                    reason=why,
                    interaction=interaction,
                    target_key=waits_for,
                    event=self._parked[waits_for][-1].event if waits_for is not None else None,
                )
            )
        state_after = EnvelopeState.QUARANTINED if reason else EnvelopeState.PROCESSED
        self._envelopes.append(
            SettledEnvelope(item.envelope.id, state_after, len(item.events), item.account.parser_version, reason)
        )

    def add(self, prepared: Prepared, heard: PreparedEnvelope) -> None:
        """Records what is said beside an envelope: it is in no event ledger."""
        if isinstance(prepared.event, Spoken):
            self._history.record(prepared.event, prepared.seats, heard.envelope, heard.account)

    def _settle(
        self, prepared: Prepared, envelope: Envelope, account: AccountFacts, ordinal: int
    ) -> tuple[EventState, str | None, str | None]:
        event = prepared.event
        if isinstance(event, Unparsed):
            failed = event.reason.startswith("failed:")
            return EventState.FAILED if failed else EventState.UNPARSED, None, event.reason
        mark = (account.name, event.event_key)
        if mark in self._events:
            if isinstance(event, Spoken):
                self._history.join_seats(event, prepared.seats, envelope, account)
            known = self._events[mark]
            self._history.tell_media(event, known, envelope.id, account.name, holds=account.holds_media)
            return EventState.DUPLICATE, known or None, None
        interaction: str | None = None
        if isinstance(event, Ignored):
            self._events[mark] = ""
            return EventState.IGNORED, None, event.reason
        if isinstance(event, Spoken):
            interaction = self._history.record(event, prepared.seats, envelope, account)
            self._unpark(event.message_key, interaction)
        elif isinstance(event, HandleLearned):
            self._learned(event, prepared.seats, envelope, account)
        elif isinstance(event, OptOutReceived):
            self._opted(event, prepared.seats, envelope, account)
        else:
            interaction = self._history.find(event)
            if interaction is None:
                waiting = Parked(envelope.id, ordinal, account.name, _whole(prepared, envelope))
                self._parked.setdefault(event.target_key, []).append(waiting)
                self._events[mark] = ""
                return EventState.PARKED, None, None
            actor = prepared.seats[0].participant if prepared.seats else event.actor
            self._history.revise(event, interaction, account.name, actor, event.occurred_at or envelope.received_at)
            self._history.tell_media(event, interaction, envelope.id, account.name, holds=account.holds_media)
        self._events[mark] = interaction or ""
        return EventState.RECORDED, interaction, None

    # --- events about earlier interactions ------------------------------------------------------------------------

    def _unpark(self, message_key: str, interaction: str) -> None:
        for parked in self._parked.pop(message_key, ()):
            event = _EVENT.validate_json(parked.event)
            if not isinstance(event, About) or self._history.find(event) is None:
                self._parked.setdefault(message_key, []).append(parked)  # a receipt waits for what we sent
                continue
            self._history.revise(event, interaction, parked.account, event.actor, event.occurred_at or self._now)
            self._events[parked.account, event.event_key] = interaction
            self._history.tell_media(event, interaction, parked.envelope, parked.account)
            self._unparked.append(
                SettledEvent(
                    envelope=parked.envelope,
                    ordinal=parked.ordinal,
                    account=parked.account,
                    event_key=event.event_key,
                    type=event.type,
                    state=EventState.RECORDED,
                    interaction=interaction,
                )
            )

    # --- people ---------------------------------------------------------------------------------------------------

    def _learned(self, event: HandleLearned, seats: Sequence[Seat], envelope: Envelope, account: AccountFacts) -> None:
        at = event.occurred_at or envelope.received_at
        self._said += [_Told(seat, at, account.name) for seat in seats]
        keys = tuple(key for seat in seats if seat.seed is not None for key in seat.seed.shown.keys)
        # A replaced number will be somebody else's one day, and would bring a stranger into this history. What still
        # joins the two is an id of the account that both were seen with.
        if keys and not event.replaced:
            self.told.append(told(account.name, event.event_key, keys, at))

    def _opted(self, event: OptOutReceived, seats: Sequence[Seat], envelope: Envelope, account: AccountFacts) -> None:
        at = event.occurred_at or envelope.received_at
        consent = {
            "purpose": event.purpose,
            "sender": event.sender.key if event.sender else "",
            "state": "granted" if event.opted_in else "withdrawn",
            "evidence": event.event_key,
        }
        self._said += [_Told(seat, at, account.name, consent) for seat in seats]

    def _write_said(self, people: People) -> list[Consent]:
        consents = []
        for each in self._said:
            if each.seat.seed is None:
                continue
            ref = people.ref(each.seat.seed.key)
            if ref is None:
                ref = people.persona(each.seat.seed, each.at)
            if each.consent is None:
                people.claim(ref, each.seat.participant, each.at, each.source)
            else:
                consents.append(Consent(persona=ref.id, at=each.at, **each.consent))  # type: ignore[arg-type]
        return consents

    def change(self, settled: Settled) -> tuple[Change, dict[str, tuple[str, str]]]:
        """Everything that was decided.

        Args:
            settled: who the people are.

        Returns:
            The change; and observation id → key of the persona it is attributed to now, and the rule.
        """
        history, people = self._history, settled.people(self._new_id, self._now)
        consents = self._write_said(people)
        attributed = settled.write(people, self.seen)
        change = Change(
            seq=min(self._context.seq, settled.context.seq),
            versions={**self._context.versions, **settled.versions},
            envelopes=self._envelopes,
            events=self._settle_within_batch(),
            settled=self._unparked,
            interactions=history.interactions,
            arrivals=history.arrivals,
            revisions=history.revisions,
            media=history.media,
            personas=people.personas,
            claims=people.claims,
            attributions=people.attributions,
            links=people.links(),
            revoked=people.revocations(),
            reinstated=people.reinstated,
            memberships=people.memberships(),
            observations=settled.observations,
            conversations=history.conversations,
            conversation_keys=history.conversation_keys,
            merges=history.merges,
            causes=history.causes,
            message_keys=history.message_keys,
            consents=consents,
        )
        return change, attributed

    def _settle_within_batch(self) -> list[SettledEvent]:
        """Events parked and unparked within the batch are written as recorded at once."""
        places = {(e.envelope, e.ordinal): n for n, e in enumerate(self._settled)}
        events, later = list(self._settled), []
        for done in self._unparked:
            place = places.get((done.envelope, done.ordinal))
            if place is None:
                later.append(done)
            else:
                events[place] = done
        self._unparked = later
        return events


def _whole(prepared: Prepared, envelope: Envelope) -> str:
    """The JSON of an event that has to wait: with its time and its normalised actor, so nothing is looked up later."""
    event = prepared.event
    fields: dict[str, object] = {"occurred_at": event.occurred_at or envelope.received_at}
    if prepared.seats:
        fields["actor"] = prepared.seats[0].participant
    return _EVENT.dump_json(event.model_copy(update=fields)).decode()
