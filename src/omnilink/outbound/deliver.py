"""Deliver: lease an item, send its steps, write down what is known after each of them.

What is on disk decides what may happen next: a finished step is not sent again, a step whose answer was lost ends as
`unknown`, and an item whose worker died with a lease is `unknown` as well, since its request may have left.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from omnilink.errors import BudgetSpent, Conflict, OmnilinkError, SendRefused, StoreBusy
from omnilink.model.feed import FeedEntry
from omnilink.model.outgoing import PREPARES, Action, OutboxItem, OutboxState
from omnilink.model.part import Media
from omnilink.model.scope import Scope
from omnilink.outbound.accounts import SendingAccounts
from omnilink.outbound.charging import Meters, is_billed
from omnilink.outbound.outcome import LEASE_S, Progress, decide_outcome, mark_of, outcome_lookup
from omnilink.outbound.people import whose_word_counts
from omnilink.outbound.refusals import refuse_without_consent
from omnilink.outbound.transport import send_step
from omnilink.plugin.http import HttpClient
from omnilink.plugin.sending import (
    BLOB,
    Accepted,
    Answer,
    Declined,
    HttpAnswer,
    Keep,
    MediaFile,
    NotDispatched,
    Outcome,
    RenderPlan,
    SendContext,
    Sends,
    Step,
    Unknown,
    digest_of,
)
from omnilink.plugin.webhook import Secrets
from omnilink.store.base import Context, DecisionStore, PeopleStore
from omnilink.store.outbox import OutboxStore

TRIES = 20


class DeliveringStore(DecisionStore, PeopleStore, OutboxStore, Protocol):
    """What delivering needs of a store."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """What one round came to: items by the state they ended in."""

    states: Mapping[OutboxState, int]

    @property
    def count(self) -> int:
        """Items touched."""
        return sum(self.states.values())


@dataclass(frozen=True, slots=True)
class Deliverer:
    """Sends what is owed.

    Args:
        store, scope, accounts: where, whose, from where.
        http: makes the client on first use.
        new_id, clock: injected.
        meter: counts what is billed.
    """

    store: DeliveringStore
    scope: Scope
    accounts: SendingAccounts
    http: Callable[[], HttpClient]
    new_id: Callable[[], str]
    clock: Callable[[], datetime]
    meter: Meters

    async def deliver_due(self, *, limit: int = 100) -> Delivered:
        """Tries every item whose time has come, once.

        Returns:
            What became of them. Items another worker took meanwhile are not counted.
        """
        states: dict[OutboxState, int] = {}
        for item in await self.store.read_due(self.scope, now=self.clock(), limit=limit):
            try:
                done = await self.deliver(item)
            except Conflict:
                continue
            states[done.state] = states.get(done.state, 0) + 1
        return Delivered(states)

    async def deliver(self, item: OutboxItem) -> OutboxItem:
        """Tries one item now.

        Returns:
            The item as it stands afterwards.

        Raises:
            Conflict: another worker has it.
            StoreBusy: the store could not write; before the first byte left, or the outcome is unknown.
        """
        now = self.clock()
        if item.state is OutboxState.SENDING:
            # Its lease has run out: the worker is gone, and nobody knows what it sent.
            return await self.write(item, Progress(OutboxState.UNKNOWN, reason="worker-lost"))
        if item.deadline is not None and item.deadline <= now:
            return await self.write(item, Progress(OutboxState.EXPIRED, reason="deadline"))
        try:
            connector = self.accounts.connector(item.account)
            if not isinstance(connector, Sends):
                raise SendRefused("the account's connector sends nothing", reason="no-account")
            if item.message.action is not Action.DELETE:
                await self._check_consent(item)
            secrets = self.accounts.secrets(item.account)
            self.http()  # what it needs is missing now rather than after the lease
            plan = connector.render(item.message, await self._context(item))
        except StoreBusy:
            raise
        except OmnilinkError as e:
            reason = e.reason if isinstance(e, SendRefused) else type(e).__name__
            return await self.write(item, Progress(OutboxState.FAILED, reason=reason))
        except Exception as e:  # a connector's bug must not hold up everybody else's messages
            return await self.write(item, Progress(OutboxState.FAILED, reason=f"failed:{type(e).__name__}"))
        item = await self.write(
            item,
            Progress(OutboxState.SENDING, attempts=item.attempts + 1, lease_until=now + timedelta(seconds=LEASE_S)),
        )
        return await self._send(item, connector, plan, secrets)

    async def _send(self, item: OutboxItem, connector: Sends, plan: RenderPlan, secrets: Secrets) -> OutboxItem:
        from anyio import CancelScope  # not loaded by who only reads a history

        steps = [step for step in plan.steps if mark_of(step) not in item.done]
        for n, step in enumerate(steps):
            with CancelScope(shield=True):  # what has left is written down, also when the process is asked to stop
                outcome, kept = await self._step(item, connector, step, secrets)
                progress = decide_outcome(item, step, outcome, last=n == len(steps) - 1, now=self.clock())
                if isinstance(outcome, Accepted):
                    progress = replace(progress, kept=kept)
                item = await self.write(item, progress)
            if item.state is not OutboxState.SENDING:
                return item
        if not steps:  # everything had been sent before the worker died
            item = await self.write(item, Progress(OutboxState.ACCEPTED))
        return item

    async def _step(
        self, item: OutboxItem, connector: Sends, step: Step, secrets: Secrets
    ) -> tuple[Outcome, tuple[FeedEntry, ...]]:
        """What became of a step, and what is kept with its outcome for who comes and fetches it."""
        known = {name.removeprefix(PREPARES): ids[0] for name, ids in item.done.items() if ids}
        try:
            request = step.make(known)
        except Exception as e:  # a bug of the connector's: nothing has left
            return NotDispatched(f"not-rendered:{type(e).__name__}"), ()
        if isinstance(request, Keep):  # nothing leaves: it is written down together with its outcome
            entry = FeedEntry(
                account=item.account, feed=request.feed, key=request.key, body=request.body, at=self.clock()
            )
            return _read(connector, step, HttpAnswer(201)), (entry,)
        try:
            await self.meter.spend(item.account, step.charges)
        except BudgetSpent:
            return Declined("budget"), ()
        except StoreBusy:
            return NotDispatched("store-busy"), ()
        answer = await send_step(connector, request, secrets, self.http(), self.clock())  # type: ignore[arg-type]
        outcome = _read(connector, step, answer)
        if not is_billed(outcome):
            with suppress(StoreBusy):  # then too much is counted, which errs on the side of the budget
                await self.meter.count(item.account, step.charges, back=True)
        return outcome, ()

    async def _check_consent(self, item: OutboxItem) -> None:
        """Somebody may have said stop since it was queued.

        Raises:
            SendRefused: they did.
        """
        if item.recipient is None:
            return
        counts = await whose_word_counts(self.store, self.scope, item.recipient)
        consents = await self.store.read_consents(self.scope, sorted(counts))
        own = self.accounts.own_handles(self.accounts.configured[item.account])
        refuse_without_consent(consents, item.purpose, frozenset(handle.key for handle in own))

    async def _context(self, item: OutboxItem) -> SendContext:
        refs = [p.ref for p in item.message.parts if isinstance(p, Media) and p.ref and p.ref.startswith(BLOB)]
        found = await self.store.read_blobs(self.scope, [digest_of(ref) for ref in refs])
        media = {ref: _file(item, ref, found[digest_of(ref)]) for ref in refs if digest_of(ref) in found}
        return SendContext(
            item=item.id,
            account=item.account,
            recipient=item.recipient,
            sender=item.sender,
            now=item.created_at,
            media=media,
        )

    async def _sent_by_us(self, item: OutboxItem, progress: Progress, context: Context) -> frozenset[str]:
        """Which interactions of the names the provider gave are other messages of ours: it has used a name twice."""
        named = {ref.id for key in progress.message_keys for ref in context.messages.get(key, ())} - {item.interaction}
        found = await self.store.read_outbox(self.scope, interactions=sorted(named)) if named else []
        return frozenset(other.interaction for other in found)

    async def write(self, item: OutboxItem, progress: Progress) -> OutboxItem:
        """Writes where an item stands. Receipts that came before its ids were known are settled with it.

        Raises:
            Conflict: another worker changed it.
        """
        for _ in range(TRIES):
            context = await self.store.read_context(self.scope, outcome_lookup(item, progress))
            others = await self._sent_by_us(item, progress, context)
            changed, change = progress.decide(item, context, self.new_id, self.clock(), others=others)
            try:
                await self.store.commit_change(self.scope, change)
            except Conflict:
                now = await self.store.read_outbox(self.scope, ids=[item.id])
                if not now or (now[0].state, now[0].attempts) != (item.state, item.attempts):
                    raise
                continue
            return changed
        raise Conflict("an outbox item lost every race for the store", hint="fewer processes should write at once")


def _read(connector: Sends, step: Step, answer: Answer) -> Outcome:
    try:
        return connector.outcome(step, answer)
    except Exception:  # an answer nobody can read says nothing about what was done
        return Unknown("answer-unreadable")


def _file(item: OutboxItem, ref: str, content: bytes) -> MediaFile:
    part = next(p for p in item.message.parts if isinstance(p, Media) and p.ref == ref)
    file = MediaFile(content)
    return replace(file, mime_type=part.mime_type or file.mime_type, filename=part.filename or file.filename)
