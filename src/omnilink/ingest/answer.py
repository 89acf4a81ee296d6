"""Answer: a request somebody waits on the line for. One decision, on disk before it is heard, the same for ever.

The envelope is stored, processed inline, the hook is asked, and one commit holds the events, what was said and the
answer's bytes under the request's delivery key. Whoever comes second (a repetition, the same request at once, a crash
before the answer left) reads those bytes.
"""

import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Protocol, TypeVar

from omnilink.errors import Conflict
from omnilink.ingest.accept import accept
from omnilink.ingest.decide import Decided, decide_turn
from omnilink.ingest.prepare import PreparedEnvelope, collect_lookup
from omnilink.ingest.process import CONFLICTS, NOT_ITS_FAULT, IngestStore
from omnilink.ingest.said import make_said
from omnilink.model.envelope import Envelope, EnvelopeState, Received
from omnilink.model.scope import Scope
from omnilink.plugin.answering import AnswerHook, AnswersInline, Directive, HangUp, Turn
from omnilink.plugin.connector import Connector
from omnilink.plugin.webhook import WebhookResponse
from omnilink.store.base import Change, Reply

T = TypeVar("T")

UNAVAILABLE = WebhookResponse(503, headers={"retry-after": "5"})
DEADLINE_S = 8.0
"""Where a manifest names none."""
GRACE_S = 2.0
"""For the fallback to be written, past the deadline: nothing is said that is not on disk."""
MOST_TURNS = 200
"""Of one call: then it is ended, whatever the hook thinks of it."""
ASKED_AT_ONCE = 16
"""Hooks that are waited for at once: some that hang must not keep the store's own threads from working."""

logger = logging.getLogger("omnilink.ingest")


class InlineConnector(Connector, AnswersInline, Protocol):
    """A connector that answers inline."""


@dataclass(slots=True)
class Answerer:
    """Answers turns.

    Args:
        store, scope: where and whose.
        prepare: reads an envelope.
        record: says who the people of a decision are, and writes it with what the request is told.
        ask: the hook.
        new_id, clock: injected.
        stored: called after something was left to be processed.
    """

    store: IngestStore
    scope: Scope
    prepare: Callable[[Envelope], PreparedEnvelope]
    record: Callable[[Decided, Sequence[Reply]], Awaitable[Change]]
    ask: AnswerHook
    new_id: Callable[[], str]
    clock: Callable[[], datetime]
    stored: Callable[[], None]
    _limiter: Any = field(default=None, repr=False)

    async def answer(self, account: str, connector: InlineConnector, received: Received, turn: Turn) -> WebhookResponse:
        """Answers one turn within the connector's deadline.

        Returns:
            What it was told before, if it was; what the hook says; the connector's fallback where the hook is late,
            fails, or leaves a call that has begun without a word; 200 without content where nobody answers here.

        Raises:
            TransientError: nothing could be written in time; the provider has to ask again.
        """
        import anyio  # not loaded by who only reads a history

        received = received.model_copy(update={"delivery_key": turn.key})
        await accept(
            self.store, self.scope, [received],
            account=account, connector=connector.manifest.name, new_id=self.new_id, clock=self.clock,
        )  # fmt: skip
        with anyio.move_on_after(connector.manifest.reply_deadline_s or DEADLINE_S):
            return await self._answer(account, connector, turn)
        logger.warning("an answer was late: the fallback is said")
        with anyio.move_on_after(GRACE_S):
            return await self._settle(account, connector, turn, connector.fallback)
        self.stored()
        return UNAVAILABLE

    async def _answer(self, account: str, connector: InlineConnector, turn: Turn) -> WebhookResponse:
        told = (await self.store.read_asked(self.scope, account, turn.key)).reply
        if told is not None:
            return _response(told)
        try:
            directive = await self._hear(turn)
        except Exception as e:  # somebody is on the line: a bug of a plugin must not leave them without a word
            logger.error("the answer hook failed: %s", type(e).__name__)
            directive = connector.fallback
        if directive is None and turn.step == 0:
            self.stored()
            return WebhookResponse(200)
        return await self._settle(account, connector, turn, directive or connector.fallback)

    async def _hear(self, turn: Turn) -> Directive | None:
        from anyio import CapacityLimiter, to_thread

        if turn.step >= MOST_TURNS:
            return Directive((HangUp(),))
        self._limiter = self._limiter or CapacityLimiter(ASKED_AT_ONCE)
        said = await to_thread.run_sync(self.ask, turn, abandon_on_cancel=True, limiter=self._limiter)
        if said is not None and not isinstance(said, Directive):
            raise TypeError("no directive")
        return said

    async def _settle(
        self, account: str, connector: InlineConnector, turn: Turn, directive: Directive
    ) -> WebhookResponse:
        """Writes the answer with everything that belongs to it, or finds the one that somebody else wrote first."""
        try:
            response = connector.render_directive(directive, turn)
        except Exception as e:  # what the hook said cannot be said on this channel
            logger.error("a directive could not be rendered: %s", type(e).__name__)
            directive = connector.fallback
            response = connector.render_directive(directive, turn)
        bare = False
        for _ in range(CONFLICTS):
            asked = await self.store.read_asked(self.scope, account, turn.key)
            if asked.reply is not None:
                return _response(asked.reply)
            reply = Reply(account, turn.key, response.status, response.content_type, response.body, self.clock())
            try:
                decided = None if bare else await self._decide(asked.envelope, directive, turn)
                if decided is None:
                    await self.store.commit_change(self.scope, Change(replies=[reply]))
                else:
                    await self.record(decided, [reply])
            except Conflict:
                continue
            except NOT_ITS_FAULT:
                raise
            except Exception as e:  # a bug of ours costs the record of this turn (quarantine), not the call
                if bare:
                    raise
                logger.error("a turn could not be recorded: %s", type(e).__name__)
                bare = True
                self.stored()
                continue
            self.stored()  # cases follow the history, and this envelope has not gone through the loop
            return response
        raise Conflict("a turn lost every race for the store", hint="fewer processes should ingest at once")

    async def _decide(self, envelope: Envelope | None, directive: Directive, turn: Turn) -> Decided | None:
        if envelope is None:
            return None
        heard = await _beside(lambda: self.prepare(envelope))
        said = make_said(directive, turn, heard)
        lookup = collect_lookup([replace(heard, events=(*heard.events, *said))])
        context = await self.store.read_context(self.scope, lookup)
        now, settles = self.clock(), envelope.state is EnvelopeState.PENDING
        return await _beside(lambda: decide_turn(heard, said, context, self.new_id, now, settles=settles))


def _response(reply: Reply) -> WebhookResponse:
    return WebhookResponse(reply.status, reply.body, reply.content_type)


async def _beside(work: Callable[[], T]) -> T:
    """Pure work beside the event loop; past the deadline nobody waits for its end."""
    from anyio import to_thread

    return await to_thread.run_sync(work, abandon_on_cancel=True)
