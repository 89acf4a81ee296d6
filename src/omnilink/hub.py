"""Hub: the facade that wires everything; the only place that knows all parts.

async with Hub.open("citizens.db") as hub:
    await hub.import_path("inbox.mbox", connector="email")
    page = await hub.timeline("mailto:ana@example.org")
"""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from omnilink.citizen.cases import CaseDesk
from omnilink.citizen.decisions import PeopleDesk
from omnilink.citizen.find import Finder
from omnilink.citizen.links import LinkDesk
from omnilink.citizen.relations import RelationDesk
from omnilink.citizen.review import Review
from omnilink.citizen.threads import ThreadDesk
from omnilink.citizen.view import CitizenView
from omnilink.conversation.references import ReferencePicture
from omnilink.ingest.accounts import Accounts
from omnilink.ingest.cases import CaseKeeper
from omnilink.ingest.fetch import MediaDesk
from omnilink.ingest.imports import Imported, Importer
from omnilink.ingest.loop import Loop
from omnilink.ingest.meter import Meter
from omnilink.ingest.poll import Poller
from omnilink.ingest.process import Processed, Processor
from omnilink.ingest.receive import Receiver
from omnilink.ingest.reply_tokens import TokenReader
from omnilink.ingest.sessions import Sessions
from omnilink.ingest.visitors import Visitors
from omnilink.model.envelope import Envelope, EnvelopeState
from omnilink.model.ids import Clock, IdSource, system_clock
from omnilink.model.scope import Scope
from omnilink.model.view import Ledger
from omnilink.outbound.outbox import Outbox
from omnilink.plugin.answering import AnswerHook
from omnilink.plugin.http import HttpClient, make_client, quiet_logs
from omnilink.plugin.registry import Registry
from omnilink.plugin.settings import Settings
from omnilink.plugin.webhook import RawRequest, WebhookResponse
from omnilink.resolution.turns import Resolution
from omnilink.store.base import Store


class Hub(CitizenView):
    """One agency's history of its citizens. Make it with `Hub.open`.

    Args:
        store: an open store.
        settings: the configuration.
        scope: what the caller may see; the whole tenant if not given.
        registry: where connectors come from; any installed one if no account is configured, else only those.
        clock: the time; `new_id` makes public ids.
        http: the HTTP client to use (httpx or httpx2); made on first use if not given.
        answer: what callers are told; the configured plugins' `omnilink_answer` if not given.

    Attributes:
        registry: connectors and plugins, each loaded when it is needed.
        outbox: where messages are sent from; `poller` fetches from accounts that are asked, not called, `sessions`
            holds the lines of those that keep one open; `visitors` are people on lines of our own; `media` has the
            files that messages point to; `meter` knows what accounts are billed for.
        cases: matters across conversations, and people's decisions about them; `threads`: why messages are one
            conversation, and taking it apart; `relations`: what people are to each other.
    """

    def __init__(
        self,
        store: Store,
        settings: Settings | None = None,
        *,
        scope: Scope | None = None,
        registry: Registry | None = None,
        clock: Clock = system_clock,
        new_id: Callable[[], str] | None = None,
        http: HttpClient | None = None,
        answer: AnswerHook | None = None,
    ) -> None:
        self.settings = settings or Settings()
        self.store, self.scope = store, scope or Scope(self.settings.tenant)
        names = {a.connector for a in self.settings.accounts.values()}
        self.registry = registry or Registry(names or None)
        self.registry.use(self.settings.plugins)
        self.accounts = Accounts(self.settings, self.registry)
        self._clock, self._new_id = clock, new_id or IdSource(clock)
        self._loop = Loop(self._work)
        self._resolution = Resolution(store, self.scope)
        tokens = TokenReader(self.accounts.reply_keys)
        numbers = tuple(map(ReferencePicture, self.settings.case_numbers))
        self._cases = CaseKeeper(store, self.scope, self._new_id, clock, numbers, tokens.read)
        self._processor = Processor(
            store,
            self.scope,
            self.accounts.reader,
            self._resolution,
            new_id=self._new_id,
            clock=clock,
            then=self._cases.catch_up,
            recorded=self._cases.saw,
        )
        self.meter = Meter(store, self.scope, self.accounts, clock)
        self._receiver = Receiver(
            store, self.scope, self.accounts, self._new_id, clock, self._loop.wake, self._processor.prepare,
            self._processor.record, answer or self.registry.answer, self.meter,
        )  # fmt: skip
        self._importer = Importer(store, self.scope, self.accounts, self._processor, self._new_id, clock)
        self.poller = Poller(
            store, self.scope, self.accounts, self._new_id, clock, self._loop.wake, self._client, self.meter
        )
        self.sessions = Sessions(store, self.scope, self.accounts, self._new_id, clock, self._loop.wake, self._client)
        self.visitors = Visitors(store, self.scope, self.accounts, self._new_id, clock, self._loop.wake)
        self._finder = Finder(store, self.scope, self.settings.default_region)
        self.people = PeopleDesk(store, self.scope, self._resolution, self._finder.find, self._new_id, clock)
        self.review = Review(store, self.scope, self._resolution)
        self.relations = RelationDesk(store, self.scope, self._finder.find, self._new_id, clock)
        self._links = LinkDesk(store, self.scope, self.people, self._new_id, clock)
        self.cases = CaseDesk(store, self.scope, self._finder.find, self._cases.catch_up, self._new_id, clock, numbers)
        self.threads = ThreadDesk(store, self.scope, self._cases.catch_up, self._new_id, clock)
        if http is not None:
            quiet_logs()
        self._http, self._delivery = http, Loop(self._deliver)
        self.media = MediaDesk(store, self.scope, self.accounts, self.settings.media, clock)
        self.outbox = Outbox.of(
            store, self.scope, self.accounts, find=self._finder.find, http=self._client, new_id=self._new_id,
            clock=clock, queued=self._delivery.wake, meter=self.meter, default_region=self.settings.default_region,
        )  # fmt: skip

    async def _work(self) -> None:
        await self._receiver.flush()
        await self.process()

    async def _deliver(self) -> None:
        while (await self.outbox.deliver()).count:
            pass

    def _client(self) -> HttpClient:
        if self._http is None:
            self._http = make_client()
        return self._http

    @classmethod
    @asynccontextmanager
    async def open(
        cls, path: str | Path | None = None, settings: Settings | None = None, **options: object
    ) -> "AsyncIterator[Hub]":
        """Opens (or creates) the database file and closes it again at the end.

        Args:
            path: the file; the configuration's if not given.
            settings: the configuration.
            options: as of `Hub`.

        Raises:
            StoreUnusable: the file is damaged, of another program or version.
        """
        from omnilink.store.sqlite import SqliteStore

        settings = settings or Settings()
        store = await SqliteStore.open(path or settings.store)
        hub = cls(store, settings, **options)  # type: ignore[arg-type]
        try:
            yield hub
        finally:
            await hub._receiver.flush()
            if hub._http is not None:
                await hub._http.aclose()
            await store.aclose()

    # --- in -------------------------------------------------------------------------------------------------------

    async def receive(self, account: str, request: RawRequest) -> WebhookResponse:
        """Answers one webhook request: verified, on disk, then acknowledged. See `Receiver.receive`."""
        return await self._receiver.receive(account, request)

    async def refuse(self, account: str, reason: str) -> None:
        """Counts a request that was refused before it was read."""
        await self._receiver.refuse(account, reason)

    async def process(self) -> Processed:
        """Turns everything pending into history, and puts it under cases."""
        return await self._processor.run_until_empty()

    async def run_processing(
        self, *, idle_s: float = 1.0, report: Callable[[Exception | None], object] = lambda error: None
    ) -> None:
        """Processes for ever; a busy store makes it pause, not end. See `Loop.run`."""
        await self._loop.run(idle_s=idle_s, report=report)

    async def run_delivery(
        self, *, idle_s: float = 1.0, report: Callable[[Exception | None], object] = lambda error: None
    ) -> None:
        """Sends for ever what is owed; see `Loop.run`."""
        await self._delivery.run(idle_s=idle_s, report=report)

    async def import_path(
        self,
        path: str | Path,
        *,
        connector: str,
        account: str | None = None,
        progress: Callable[[Imported], None] | None = None,
    ) -> Imported:
        """Reads a mailbox, file or folder into the history. Running it again changes only what was counted.

        Args:
            path: what to read.
            connector: who can read it.
            account: where it belongs; the connector's name if not given.
            progress: called after each batch.

        Raises:
            UnreadableFile: there is nothing to read.
            UnknownConnector: no such plugin.
        """
        return await self._importer.run(
            Path(path), connector=connector, account=account or connector, progress=progress
        )

    async def replay(self, ids: Sequence[str] = ()) -> Processed:
        """Reads quarantined envelopes again (after an upgrade, or a mend); all of them if none is named."""
        await self.store.commit_replay(self.scope, list(ids) or None)
        return await self.process()

    # --- the books --------------------------------------------------------------------------------------------------

    async def ledger(self, account: str | None = None) -> Ledger:
        """Both ledgers, of everything or of one account."""
        await self._receiver.flush()
        return await self.store.read_ledger(self.scope, account=account)

    async def quarantine(self, *, limit: int = 100) -> list[Envelope]:
        """Envelopes that could not be read or decided, oldest first, each with its reason."""
        return await self.store.read_envelopes(self.scope, state=EnvelopeState.QUARANTINED, limit=limit)
