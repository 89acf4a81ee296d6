"""Process: pending envelopes become history. A thin shell: read, parse, read context, decide, commit."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from omnilink.errors import Conflict, OmnilinkError, ScopeDenied, StoreUnusable, TransientError
from omnilink.ingest.decide import Decided, decide_batch
from omnilink.ingest.prepare import (
    AccountFacts,
    PreparedEnvelope,
    as_failed,
    collect_lookup,
    prepare_envelope,
    unreadable,
)
from omnilink.ingest.weigh import weigh_keywords
from omnilink.model.envelope import Envelope
from omnilink.model.interaction import Interaction
from omnilink.model.scope import Scope
from omnilink.plugin.connector import Parses
from omnilink.resolution.turns import Resolution, ResolvingStore, in_thread
from omnilink.store.base import Change, DecisionStore, EnvelopeStore, HistoryStore, PeopleStore, Reply, ReplyStore

BATCH = 250
CONFLICTS = 50
"""Tries before a batch is given up; each is a decision somebody else made in between."""

NOT_ITS_FAULT = (TransientError, StoreUnusable, ScopeDenied)
"""Errors no envelope causes. After any other, the one that does goes to the quarantine, or it would stop all others."""


class IngestStore(EnvelopeStore, ResolvingStore, PeopleStore, HistoryStore, ReplyStore, Protocol):
    """What processing needs of a store."""


@dataclass(frozen=True, slots=True)
class Reader:
    """How the envelopes of one account are read."""

    parser: Parses
    facts: AccountFacts


@dataclass(frozen=True, slots=True)
class Processed:
    """What one batch came to."""

    envelopes: int = 0
    interactions: int = 0
    quarantined: int = 0

    def __add__(self, other: "Processed") -> "Processed":
        return Processed(
            self.envelopes + other.envelopes,
            self.interactions + other.interactions,
            self.quarantined + other.quarantined,
        )


class Processor:
    """Turns pending envelopes into history, batch by batch.

    Args:
        store: where they are.
        scope: whose.
        reader_of: account and connector name → how to read it.
        resolution: says who is who.
        new_id, clock: injected.
        then: called when nothing is pending any more (cases follow the history).
        recorded: told of what was just recorded.
    """

    def __init__(
        self,
        store: IngestStore,
        scope: Scope,
        reader_of: Callable[[str, str], Reader],
        resolution: Resolution,
        *,
        new_id: Callable[[], str],
        clock: Callable[[], datetime],
        then: Callable[[], Awaitable[object]] | None = None,
        recorded: Callable[[Sequence[Interaction]], None] = lambda interactions: None,
    ) -> None:
        self._then, self._recorded = then, recorded
        self._store, self._scope, self._reader_of = store, scope, reader_of
        self._resolution, self._new_id, self._clock = resolution, new_id, clock

    async def process_batch(self, limit: int = BATCH) -> Processed | None:
        """Processes the oldest pending envelopes.

        Returns:
            What was done; None when nothing was pending.

        Raises:
            Conflict: other processes kept changing what was decided upon.
            StoreBusy: the store could not write; the envelopes stay pending.
        """
        for _ in range(CONFLICTS):
            pending = await self._store.read_pending(self._scope, limit=limit)
            if not pending:
                return None
            prepared = await in_thread(lambda batch: [self.prepare(e) for e in batch], pending)
            try:
                return await self._decide(prepared)
            except Conflict:
                continue
            except NOT_ITS_FAULT:
                raise
            except Exception:  # one bad envelope must not hold up its neighbours
                return await self._one_by_one(prepared)
        raise Conflict("a batch lost every race for the store", hint="fewer processes should ingest at once")

    async def run_until_empty(self, limit: int = BATCH) -> Processed:
        """Processes until nothing is pending."""
        total = Processed()
        while (done := await self.process_batch(limit)) is not None:
            total += done
        if self._then is not None:
            await self._then()
        return total

    def prepare(self, envelope: Envelope) -> PreparedEnvelope:
        """Reads one envelope; what cannot be read becomes an event that waits in quarantine."""
        try:
            reader = self._reader_of(envelope.account, envelope.connector)
        except OmnilinkError:  # its plugin is gone: kept for later, and not in anybody's way
            return unreadable(envelope, "no-reader")
        except Exception as e:  # a plugin that cannot even be made
            return unreadable(envelope, f"failed:{type(e).__name__}")
        try:
            return prepare_envelope(envelope, reader.parser, reader.facts)
        except Exception as e:  # what it read cannot be used: a bug, its own or ours
            return unreadable(envelope, f"failed:{type(e).__name__}")

    async def _decide(self, batch: Sequence[PreparedEnvelope]) -> Processed:
        batch = await weigh_keywords(batch, self._store, self._scope)
        context = await self._store.read_context(self._scope, collect_lookup(batch))
        decided = await in_thread(decide_batch, batch, context, self._new_id, self._clock())
        change = await self.record(decided, ())
        self._recorded(change.interactions)
        quarantined = sum(e.reason is not None for e in change.envelopes)
        return Processed(len(batch), decided.interactions, quarantined)

    async def record(self, decided: Decided, replies: Sequence[Reply]) -> Change:
        """Says who the people of a decision are, and writes it; see `commit_decided`."""
        return await commit_decided(self._store, self._scope, self._resolution, decided, replies)

    async def _one_by_one(self, batch: Sequence[PreparedEnvelope]) -> Processed:
        total = Processed()
        for item in batch:
            try:
                done = await self._decide([item])
            except NOT_ITS_FAULT:
                raise
            except Exception as e:  # a bug of ours: the envelope becomes a dead letter, replayable after the mend
                done = await self._decide([as_failed(item, f"failed:{type(e).__name__}")])
            total += done
        return total


async def commit_decided(
    store: DecisionStore, scope: Scope, resolution: Resolution, decided: Decided, replies: Sequence[Reply] = ()
) -> Change:
    """Says who the people of a decision are, and writes it.

    Args:
        store, scope: where.
        resolution: says who is who.
        decided: all but that.
        replies: what a request is told, in the same change.

    Raises:
        Conflict: another process changed what it was decided from; nothing was written.
    """
    async with resolution.turn(decided.seq) as turn:
        await turn.enter([*(seen.known for seen in decided.seen), *decided.told], decided.handles)
        settled = await turn.settle(personas=decided.personas)
        change, attributed = await in_thread(decided.change, settled)
        change = replace(change, replies=replies)
        turn.keep(await store.commit_change(scope, change), attributed)
    return change
