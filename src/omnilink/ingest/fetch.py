"""Fetch: the desk of files that interactions point to. A file's way is its own: no message waits for it.

Each try is claimed on disk before its first byte is asked for, and its end is written with the bytes in one commit. So
a worker that dies leaves a file that is due again, and never half a file; and a file that kills its worker is given up.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol

from omnilink.errors import BadInput, Conflict, FetchRefused, NotFound, OmnilinkError, TransientError
from omnilink.ingest.accounts import Accounts
from omnilink.ingest.loop import Loop
from omnilink.ingest.media import MOST_ATTEMPTS, claim, decide_failed, decide_fetched
from omnilink.model.media import MediaItem, MediaState
from omnilink.model.scope import Scope
from omnilink.plugin.fetch_policy import Credential, Fetched, FetchPolicy
from omnilink.plugin.media import MOST_STEPS, MOST_TOLD_BYTES, FetchesMedia, HoldsMedia
from omnilink.plugin.sending import MediaFile
from omnilink.plugin.settings import MediaSettings
from omnilink.plugin.sniffing import sniff_type
from omnilink.store.base import Change, DecisionStore, EnvelopeStore
from omnilink.store.media import MediaStore, MediaUpdate
from omnilink.store.outbox import OutboxStore

AT_ONCE = 4
"""Files fetched at the same time: each may be `max_bytes` large, and one slow host must not hold up the others."""

ROUND = 16
"""Files tried by a server before it looks again what is due: a new address may live for minutes only."""

LOOSE_ENDS_S = 60.0
"""Beyond its deadlines, how long a try may take until it is believed dead."""


class MediaDeskStore(MediaStore, EnvelopeStore, DecisionStore, OutboxStore, Protocol):
    """What the desk needs of a store."""


class Fetcher(Protocol):
    """What fetches (`SafeFetcher` is one)."""

    async def fetch(self, url: str, policy: FetchPolicy, credential: Credential | None = None) -> Fetched: ...


@dataclass(frozen=True, slots=True)
class MediaRound:
    """What one round came to: files by the state they are in now. A file tried in vain is still pending."""

    states: dict[MediaState, int] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """Files tried."""
        return sum(self.states.values())


@dataclass(frozen=True, slots=True)
class MediaDesk:
    """Fetches, lists and hands out files.

    Args:
        store, scope, accounts: where and whose.
        settings: what may be fetched.
        clock: injected.
        fetcher: makes what fetches on first use; a `SafeFetcher` if not given.
    """

    store: MediaDeskStore
    scope: Scope
    accounts: Accounts
    settings: MediaSettings
    clock: Callable[[], datetime]
    fetcher: Callable[[], Fetcher] | None = None

    # --- what is known ----------------------------------------------------------------------------------------------

    async def items(self, *states: MediaState, interactions: Sequence[str] = (), limit: int = 100) -> list[MediaItem]:
        """Files of interactions or in these states, oldest first; those that are not here yet if none is given."""
        if interactions:
            return await self.store.read_media(self.scope, interactions=interactions)
        wanted = states or tuple(state for state in MediaState if state is not MediaState.FETCHED)
        return await self.store.read_media(self.scope, states=wanted, limit=limit)

    async def item(self, item: str) -> MediaItem:
        """One file.

        Raises:
            NotFound: there is none of that id.
        """
        found = await self.store.read_media(self.scope, ids=[item])
        if not found:
            raise NotFound("no such file", hint="`omnilink media list` and `omnilink timeline --json` show their ids")
        return found[0]

    async def read(self, item: str) -> MediaFile:
        """The bytes of a file that is here, and what they are by themselves.

        Raises:
            NotFound: there is none of that id.
            BadInput: its bytes are not here.
        """
        found = await self.item(item)
        content = await self._content(found)
        if content is None:
            raise BadInput(f"that file is {found.state.value}", hint="`omnilink media fetch` and `retry` try to get it")
        mime_type = sniff_type(content, found.declared_type)
        return MediaFile(content, mime_type, found.filename or "file")

    async def export(self, item: str, path: str | Path) -> MediaFile:
        """Writes a file to a path where nothing is yet; what its sender called it plays no part.

        Raises:
            NotFound, BadInput: as of `read`; or something is at that path, or it cannot be written.
        """
        from anyio import to_thread

        file, target = await self.read(item), Path(path)

        def write() -> None:
            try:
                with target.open("xb") as out:
                    out.write(file.content)
            except OSError:
                raise BadInput(
                    "the file cannot be written there", hint="name a new file in a folder of yours"
                ) from None

        await to_thread.run_sync(write)
        return file

    # --- fetching ---------------------------------------------------------------------------------------------------

    async def fetch(self, ids: Sequence[str] = (), *, limit: int = 100) -> MediaRound:
        """Tries every file that is due, or these if they are pending, once.

        Raises:
            StoreBusy: the store could not write; those files are due again later.
        """
        from anyio import CapacityLimiter, create_task_group

        if ids:
            named = await self.store.read_media(self.scope, ids=ids)
            due = [item for item in named if item.state is MediaState.PENDING]
        else:
            due = await self.store.read_due_media(self.scope, now=self.clock(), limit=limit)
        round_, errors, limiter = MediaRound(), list[TransientError](), CapacityLimiter(AT_ONCE)

        async def one(item: MediaItem) -> None:
            async with limiter:
                try:
                    state = await self._try(item)
                except Conflict:  # another worker's, or a newer address came meanwhile
                    return
                except TransientError as e:
                    errors.append(e)
                else:
                    round_.states[state] = round_.states.get(state, 0) + 1

        async with create_task_group() as tasks:
            for item in due:
                tasks.start_soon(one, item)
        if errors:
            raise errors[0]
        return round_

    async def run(
        self, *, idle_s: float = 1.0, report: Callable[[Exception | None], object] = lambda error: None
    ) -> None:
        """Fetches for ever what is due; see `Loop.run`."""

        async def work() -> None:
            while (await self.fetch(limit=ROUND)).count:
                pass

        await Loop(work).run(idle_s=idle_s, report=report)

    async def retry(self, ids: Sequence[str] = (), *, limit: int = 1000) -> list[MediaItem]:
        """A person's word that files which failed, were refused or expired are tried again; those that failed if
        none is named.

        Raises:
            BadInput: one is pending or here.
        """
        named = await self.store.read_media(
            self.scope, ids=ids, states=() if ids else (MediaState.FAILED,), limit=limit
        )  # fmt: skip
        if any(item.state in (MediaState.PENDING, MediaState.FETCHED) for item in named):
            raise BadInput("that file has not failed", hint="`omnilink media list` shows where each stands")
        now = self.clock()
        updates = [
            MediaUpdate(item.id, (item.state, item.attempts), MediaState.PENDING, 0, now, reason="retried")
            for item in named
        ]
        if updates:
            await self.store.commit_change(self.scope, Change(media_updates=updates))
        return await self.store.read_media(self.scope, ids=[item.id for item in named])

    # --- within -----------------------------------------------------------------------------------------------------

    async def _try(self, item: MediaItem) -> MediaState:
        if item.attempts >= MOST_ATTEMPTS:  # no try ever came to an end
            lost = decide_failed(item, TransientError("a worker was lost"), self.clock())
            await self.store.commit_change(self.scope, Change(media_updates=[lost]))
            return lost.state
        claimed = claim(item, self.clock(), busy_s=MOST_STEPS * self.settings.timeout_s + LOOSE_ENDS_S)
        await self.store.commit_change(self.scope, Change(media_updates=[claimed]))
        item = item.model_copy(update={"attempts": claimed.attempts, "not_before": claimed.not_before})
        blobs: Mapping[str, bytes] = {}
        try:
            update, blobs = decide_fetched(item, await self._fetch(item))
        except OmnilinkError as e:
            update = decide_failed(item, e, self.clock())
        except Exception as e:  # a connector's bug must not hold up everybody else's files
            failed = FetchRefused("a connector failed", reason=f"failed:{type(e).__name__}")
            update = decide_failed(item, failed, self.clock())
        await self.store.commit_change(self.scope, Change(media_updates=[update], blobs=blobs))
        return update.state

    async def _fetch(self, item: MediaItem) -> Fetched:
        connector = self.accounts.connector(item.account)
        if not isinstance(connector, FetchesMedia):
            raise FetchRefused("that account's connector fetches no files", reason="no-way")
        fetcher, secrets = self._fetcher(), self.accounts.secrets(item.account)
        told: bytes | None = None
        for _ in range(MOST_STEPS):
            step = connector.find_media(item.address, told, secrets)
            most = self.settings.max_bytes if step.is_file else min(MOST_TOLD_BYTES, self.settings.max_bytes)
            found = await fetcher.fetch(step.url, self.settings.policy(step.hosts, most), step.credential)
            if step.is_file:
                return found
            told = found.content
        raise FetchRefused("a file is behind too many requests", reason="redirects")

    def _fetcher(self) -> Fetcher:
        if self.fetcher is not None:
            return self.fetcher()
        from omnilink.plugin.fetcher import SafeFetcher  # not loaded by who only reads a history

        return SafeFetcher()

    async def _content(self, item: MediaItem) -> bytes | None:
        if item.held == "store" and item.sha256:
            return (await self.store.read_blobs(self.scope, [item.sha256])).get(item.sha256)
        if item.held != "envelope":
            return None
        envelopes = await self.store.read_envelopes(self.scope, ids=[item.envelope])
        for envelope in envelopes:
            connector: object = self.accounts.reader(item.account, envelope.connector).parser
            if isinstance(connector, HoldsMedia):
                return connector.read_media(envelope, item.address)
        return None
