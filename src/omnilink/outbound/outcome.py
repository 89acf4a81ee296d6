"""Outcome: what an answer changes about an item and about the history, as one `Change`. Pure."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import TypeAdapter

from omnilink.conversation.causes import ThreadCause
from omnilink.conversation.keys import join_conversation
from omnilink.conversation.revisions import make_revision
from omnilink.identity.people import People
from omnilink.identity.resolve import PersonaSeed, seed_persona
from omnilink.model.consent import Consent
from omnilink.model.delivery import RESENT
from omnilink.model.event import About, Direction, Event
from omnilink.model.feed import FeedEntry
from omnilink.model.interaction import Revision
from omnilink.model.outgoing import PREPARES, Action, OutboxItem, OutboxState
from omnilink.model.participant import Participant, Role
from omnilink.outbound.record import own_key, receipt, revision_of
from omnilink.plugin.sending import Accepted, Declined, NotDispatched, Outcome, Step, Throttled
from omnilink.store.base import Change, Context, EventState, Lookup, SettledEvent
from omnilink.store.outbox import OutboxUpdate

MOST_ATTEMPTS = 8
FIRST_PAUSE_S = 5.0
LONGEST_PAUSE_S = 3600.0
LONGEST_WAIT_S = 24 * 3600.0
LEASE_S = 120.0
OPTED_OUT = "opted-out"

_EVENT: TypeAdapter[Event] = TypeAdapter(Event)
_RECEIPTS = {
    OutboxState.ACCEPTED: "accepted", OutboxState.UNKNOWN: "unknown", OutboxState.FAILED: "failed",
    OutboxState.EXPIRED: "expired", OutboxState.CANCELLED: "canceled",
}  # fmt: skip


def pause_s(attempts: int) -> float:
    """How long to wait after this many attempts where the provider says nothing."""
    return min(FIRST_PAUSE_S * 2.0 ** min(max(attempts - 1, 0), 20), LONGEST_PAUSE_S)


@dataclass(frozen=True, slots=True, repr=False)
class Progress:
    """Where an item goes next.

    Attributes:
        finished: (mark of the step in `OutboxItem.done`, ids the provider gave).
        conversation_keys: native keys of the thread it turned out to be in.
        kept: what is written with it for who comes and fetches it.
    """

    state: OutboxState
    attempts: int | None = None
    finished: tuple[str, tuple[str, ...]] | None = None
    conversation_keys: tuple[str, ...] = ()
    kept: tuple[FeedEntry, ...] = ()
    not_before: datetime | None = None
    lease_until: datetime | None = None
    reason: str | None = None
    error_code: str | None = None

    @property
    def message_keys(self) -> tuple[str, ...]:
        """The names the provider gave to what the citizen sees."""
        return self.finished[1] if self.finished and not self.finished[0].startswith(PREPARES) else ()

    def decide(
        self,
        item: OutboxItem,
        context: Context,
        new_id: Callable[[], str],
        now: datetime,
        *,
        others: frozenset[str] = frozenset(),
    ) -> tuple[OutboxItem, Change]:
        """The item as it then stands, and everything that is written with it.

        Args:
            others: interactions that other outbox items sent: no echoes of this one, whatever the provider calls them.
        """
        attempts = item.attempts if self.attempts is None else self.attempts
        done = {**item.done, self.finished[0]: self.finished[1]} if self.finished else item.done
        fields = {
            "state": self.state, "attempts": attempts, "done": done, "lease_until": self.lease_until,
            "not_before": self.not_before or item.not_before, "reason": self.reason, "error_code": self.error_code,
        }  # fmt: skip
        changed = item.model_copy(update=fields)
        update = OutboxUpdate(id=item.id, expected=(item.state, item.attempts), **fields)  # type: ignore[arg-type]
        revisions, settled = self._settle_parked(item, context, new_id, now)
        revisions += self._receipts(changed, now, new_id)
        people = People(
            personas=context.personas, holders=context.holders, members=context.members, links=context.links,
            new_id=new_id, now=now,
        )  # fmt: skip
        consents = self._consents(item, people, now)
        named = [(key, ref) for key in self.message_keys for ref in context.messages.get(key, ())]
        shadowed = {ref.id for _, ref in named if ref.direction != Direction.INBOUND} - {item.interaction} - others
        # A key that another message has stays that message's, whatever a provider says.
        kept = {item.interaction, *others}
        known = {key for key, ref in named if ref.id in kept or ref.direction == Direction.INBOUND}
        thread = self._thread(item, context)
        join = join_conversation(thread, context.conversations)
        conversation = join.conversation
        return changed, Change(
            seq=context.seq,
            versions=context.versions,
            settled=settled,
            revisions=revisions,
            personas=people.personas,
            links=people.links(),
            revoked=people.revocations(),
            memberships=people.memberships(),
            consents=consents,
            conversation_keys=dict.fromkeys(join.new_keys, conversation) if conversation else {},
            merges=[(loser, conversation) for loser in join.merged] if conversation else (),
            causes=[self._cause(item, thread)] if thread else (),
            message_keys={key: item.interaction for key in self.message_keys if key not in known},
            shadowed=[(echo, item.interaction) for echo in sorted(shadowed)],
            outbox_updates=[update],
            feed=self.kept,
        )

    def _thread(self, item: OutboxItem, context: Context) -> tuple[str, ...]:
        """Keys of the conversation it is in, the one it was queued with among them."""
        if not self.message_keys:
            return ()
        own = [key for key in (own_key(item.id),) if key in context.conversations]
        return tuple(dict.fromkeys([*own, *self.conversation_keys, *self.message_keys]))

    def _cause(self, item: OutboxItem, thread: Sequence[str]) -> ThreadCause:
        """The names the provider gave are the message's own; what else it told is where it shows it."""
        own = {own_key(item.id), *self.message_keys}
        mine, rest = (tuple(key for key in thread if (key in own) is is_own) for is_own in (True, False))
        return ThreadCause(item.interaction, mine, rest)

    def _settle_parked(
        self, item: OutboxItem, context: Context, new_id: Callable[[], str], now: datetime
    ) -> tuple[list[Revision], list[SettledEvent]]:
        """Receipts that were quicker than our own commit."""
        revisions, settled = [], []
        for key in self.message_keys:
            for parked in context.parked.get(key, ()):
                event = _EVENT.validate_json(parked.event)
                if not isinstance(event, About):
                    continue
                revisions.append(
                    make_revision(
                        event, id_=new_id(), interaction=item.interaction, account=parked.account,
                        actor=event.actor, at=now,
                    )
                )  # fmt: skip
                settled.append(
                    SettledEvent(
                        envelope=parked.envelope, ordinal=parked.ordinal, account=parked.account,
                        event_key=event.event_key, type=event.type, state=EventState.RECORDED,
                        interaction=item.interaction,
                    )
                )  # fmt: skip
        return revisions, settled

    def _receipts(self, changed: OutboxItem, now: datetime, new_id: Callable[[], str]) -> list[Revision]:
        word = RESENT if self.state is OutboxState.QUEUED and self.reason == RESENT else _RECEIPTS.get(self.state)
        if word is None:
            return []
        done = revision_of(changed, now, new_id)
        if done is not None:  # an edit, deletion or reaction is no delivery of its target
            return [done] if self.state is OutboxState.ACCEPTED else []
        return [receipt(changed, word, now, new_id, self.error_code)]

    def _consents(self, item: OutboxItem, people: People, now: datetime) -> list[Consent]:
        """The provider knows of a stop that we did not hear."""
        seed = _recipient_seed(item)
        if self.reason != OPTED_OUT or self.state is not OutboxState.FAILED or seed is None or not item.attempts:
            return []
        return [
            Consent(
                persona=people.persona(seed, now).id,
                sender=item.sender.key if item.sender else "",
                state="withdrawn",
                evidence=f"outbox:{item.id}",
                at=now,
            )
        ]


def _recipient_seed(item: OutboxItem) -> PersonaSeed | None:
    if item.recipient is None:
        return None
    return seed_persona(Participant(role=Role.SUBJECT, handle=item.recipient), place=f"outbox:{item.id}")


def outcome_lookup(item: OutboxItem, progress: Progress) -> Lookup:
    """Every key that writing the progress will ask for."""
    personas: set[str] = set()
    match_keys: set[str] = set()
    if progress.reason == OPTED_OUT and (seed := _recipient_seed(item)) is not None:
        personas, match_keys = {seed.key}, set(seed.match_keys)
    threads = {own_key(item.id), *progress.conversation_keys, *progress.message_keys} if progress.message_keys else ()
    return Lookup(
        messages=frozenset(progress.message_keys),
        personas=frozenset(personas),
        match_keys=frozenset(match_keys),
        conversation_keys=frozenset(threads),
    )


def mark_of(step: Step) -> str:
    """How a finished step is named in `OutboxItem.done`."""
    return step.name if step.delivers else PREPARES + step.name


def decide_outcome(item: OutboxItem, step: Step, outcome: Outcome, *, last: bool, now: datetime) -> Progress:
    """Where an item goes after one step's outcome.

    Args:
        item: while it is being sent.
        last: no further step follows.
    """
    if isinstance(outcome, Accepted):
        state = OutboxState.ACCEPTED if last else OutboxState.SENDING
        lease = None if last else now + timedelta(seconds=LEASE_S)
        # What a provider calls an edit or a reaction is no name of the message it was made to.
        ids = outcome.ids if item.message.action is Action.SEND or not step.delivers else ()
        return Progress(
            state, finished=(mark_of(step), ids), conversation_keys=outcome.conversation_keys, lease_until=lease
        )
    if isinstance(outcome, Declined):
        return Progress(OutboxState.FAILED, reason=outcome.reason, error_code=outcome.error_code)
    if isinstance(outcome, Throttled):
        told_s = outcome.retry_after_s
        usable = told_s is not None and math.isfinite(told_s)
        wait_s = min(max(told_s, 0.0), LONGEST_WAIT_S) if told_s is not None and usable else pause_s(item.attempts)
        later = now + timedelta(seconds=wait_s)
        return Progress(OutboxState.QUEUED, not_before=later, reason="throttled", error_code=outcome.error_code)
    again = isinstance(outcome, NotDispatched) or step.repeatable
    if again and item.attempts < MOST_ATTEMPTS:
        later = now + timedelta(seconds=pause_s(item.attempts))
        return Progress(OutboxState.QUEUED, not_before=later, reason=outcome.reason)
    if again:
        return Progress(OutboxState.FAILED, reason=f"gave-up:{outcome.reason}")
    return Progress(OutboxState.UNKNOWN, reason=outcome.reason)
