"""Receive: one webhook request from its bytes to its answer. Verified, committed, and only then acknowledged."""

from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

from omnilink.errors import ConfigError, OmnilinkError, TransientError
from omnilink.ingest.accept import accept
from omnilink.ingest.accounts import Accounts
from omnilink.ingest.answer import UNAVAILABLE, Answerer
from omnilink.ingest.decide import Decided
from omnilink.ingest.meter import Meter
from omnilink.ingest.prepare import PreparedEnvelope
from omnilink.model.envelope import Authenticity, Envelope, Received
from omnilink.model.scope import Scope
from omnilink.plugin.answering import AnswerHook, AnswersInline
from omnilink.plugin.connector import ReceivesWebhooks
from omnilink.plugin.webhook import RawRequest, Rejected, Verified, WebhookResponse
from omnilink.store.base import Change, Reply, Store

KEPT_HEADERS = ("content-type", "content-encoding", "i-twilio-idempotency-token", "user-agent")
"""Headers kept with an envelope: what parsing may need. Signatures and authorisations are not."""

NOT_FOUND = WebhookResponse(404)
REFUSED = WebhookResponse(401)
FLUSH_EVERY = 100


@dataclass(slots=True)
class Receiver:
    """Takes webhook requests for all accounts.

    Args:
        store, scope, accounts: where and whose.
        new_id, clock: injected.
        stored: called after something new was committed (wakes the processor).
        meter: counts what is billed for being told.
        prepare, record, ask: as of `Answerer`, which answers the requests that wait for content.
    """

    store: Store
    scope: Scope
    accounts: Accounts
    new_id: Callable[[], str]
    clock: Callable[[], datetime]
    stored: Callable[[], None]
    prepare: Callable[[Envelope], PreparedEnvelope]
    record: Callable[[Decided, Sequence[Reply]], Awaitable[Change]]
    ask: AnswerHook
    meter: Meter
    _refused: Counter[tuple[str, str]] = field(default_factory=Counter)
    _answerer: Answerer = field(init=False)

    def __post_init__(self) -> None:
        self._answerer = Answerer(
            self.store, self.scope, self.prepare, self.record, self.ask, self.new_id, self.clock, self.stored
        )

    async def receive(self, account: str, request: RawRequest) -> WebhookResponse:
        """Answers one request. Never raises for what a request holds: refusals are answers.

        Returns:
            200 after the envelope is on disk (a duplicate is acknowledged too), with content where somebody waits for
            it; 401 where authenticity is in any
            doubt; 404 for an unknown account; 503 when the store is busy or the account's secrets are unreadable.
        """
        if account not in self.accounts.configured:
            return NOT_FOUND
        try:
            connector, secrets = self.accounts.connector(account), self.accounts.secrets(account)
        except ConfigError:
            return await self._refuse(account, "not-configured", UNAVAILABLE)
        if not isinstance(connector, ReceivesWebhooks):
            return NOT_FOUND
        now = self.clock()
        if (answer := connector.handshake(request, secrets, now)) is not None:
            return answer
        verdict = connector.verify(request, secrets, now, {})
        if not isinstance(verdict, Verified):
            rejected = verdict if isinstance(verdict, Rejected) else Rejected("keys-unavailable", 503)
            return await self._refuse(account, rejected.reason, WebhookResponse(rejected.status))
        turn = connector.find_turn(request) if isinstance(connector, AnswersInline) else None
        received = Received(
            body=request.body if verdict.kept_body is None else verdict.kept_body,
            headers={name: request.headers[name] for name in KEPT_HEADERS if name in request.headers},
            authenticity=Authenticity.VERIFIED,
            delivery_key=verdict.replay_key,
        )
        try:
            if turn is not None and isinstance(connector, AnswersInline):
                return await self._answerer.answer(account, connector, received, turn)
            await accept(
                self.store,
                self.scope,
                [received],
                account=account,
                connector=connector.manifest.name,
                new_id=self.new_id,
                clock=self.clock,
            )
        except TransientError:
            return UNAVAILABLE
        self.stored()
        with suppress(TransientError):  # it is on disk, whatever becomes of counting it
            await self.meter.count_read(account, connector, [received])
        return WebhookResponse(200)

    async def _refuse(self, account: str, reason: str, answer: WebhookResponse) -> WebhookResponse:
        """Counts a refusal. A flood of them must not become a flood of commits, so they are written in lots."""
        self._refused[account, reason] += 1
        if self._refused.total() >= FLUSH_EVERY:
            await self.flush()
        return answer

    async def refuse(self, account: str, reason: str) -> None:
        """Counts a request that the web layer refused (too large, too slow)."""
        known = account if account in self.accounts.configured else "-"
        await self._refuse(known, reason, REFUSED)

    async def flush(self) -> None:
        """Writes the refusals counted so far."""
        waiting, self._refused = self._refused, Counter()
        for (account, reason), count in waiting.items():
            try:
                await self.store.commit_refusal(self.scope, account, reason, count)
            except OmnilinkError:
                self._refused[account, reason] += count
