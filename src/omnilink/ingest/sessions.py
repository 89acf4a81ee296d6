"""Sessions: accounts that hold a line open. What a line hands over is on disk before it is acknowledged (law 2).

A line that its provider is about to close is read to its end while the next one is already open, so nothing falls
into the gap; what was handed over twice is known by its delivery key or its event keys.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from omnilink.errors import ConfigError, OmnilinkError, TransientError
from omnilink.ingest.accept import accept
from omnilink.ingest.accounts import Accounts
from omnilink.model.scope import Scope
from omnilink.plugin.http import HttpClient
from omnilink.plugin.sending import Answer, TransportFailed
from omnilink.plugin.session import Handed, HoldsSession, Session
from omnilink.store.base import EnvelopeStore

if TYPE_CHECKING:
    import anyio

FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 300.0
LONGEST_COMMIT_PAUSE_S = 5.0
DRAIN_S = 60.0
"""How long a line that was said to end is still read."""
CLOSE_S = 2.0

Report = Callable[[str, Exception | None], object]


@dataclass(slots=True)
class _Line:
    """One open line and how it goes."""

    session: Session
    leaving: "anyio.Event"
    handed_over: bool = False
    error: Exception | None = None


@dataclass(frozen=True, slots=True)
class Sessions:
    """Holds the accounts' lines open.

    Args:
        store, scope, accounts: where and whose.
        new_id, clock: injected.
        stored: called after something new was committed.
        http: makes the client on first use.
    """

    store: EnvelopeStore
    scope: Scope
    accounts: Accounts
    new_id: Callable[[], str]
    clock: Callable[[], datetime]
    stored: Callable[[], None]
    http: Callable[[], HttpClient]
    _open: dict[str, list[Session]] = field(default_factory=dict)

    def open_lines(self, account: str) -> int:
        """How many lines of an account are open now in this process."""
        return len(self._open.get(account, ()))

    async def send(self, account: str, request: Any) -> Answer:
        """Says something over the account's newest open line.

        Returns:
            What came back; without an open line, that nothing left.
        """
        lines = self._open.get(account)
        if not lines:
            return TransportFailed("no-open-line", dispatched=False)
        return await lines[-1].send(request)

    async def run(self, *, report: Report) -> None:
        """Holds every account's lines for ever; one that is down is opened again, later each time.

        Args:
            report: told (account, its error or None) whenever a line opens, fails or cannot be opened.
        """
        import anyio  # not loaded by who only reads a history

        async with anyio.create_task_group() as tasks:
            for name in self.accounts.configured:
                try:
                    connector = self.accounts.connector(name)
                    lines = connector.lines if isinstance(connector, HoldsSession) else 0
                except Exception as e:  # a broken plugin must not silence the other accounts
                    report(name, e)
                    continue
                for _ in range(lines):
                    tasks.start_soon(self.hold, name, report)

    async def hold(self, account: str, report: Report) -> None:
        """Holds one line of an account open for ever.

        Raises:
            ConfigError: the account holds none.
        """
        import anyio

        connector = self.accounts.connector(account)
        if not isinstance(connector, HoldsSession):
            raise ConfigError("that account holds no line: its provider calls us", connector=connector.manifest.name)
        pause_s = FIRST_PAUSE_S
        async with anyio.create_task_group() as tasks:
            while True:
                opened_at, told_s = anyio.current_time(), None
                try:
                    session = await connector.open_session(self.accounts.secrets(account), self.http())
                except Exception as e:  # also a bug of a connector's must not silence the other accounts
                    report(account, e)
                    told_s = e.retry_after_s if isinstance(e, OmnilinkError) else None
                else:
                    report(account, None)
                    line = _Line(session, anyio.Event())
                    tasks.start_soon(self._read, account, connector.manifest.name, line, report)
                    await line.leaving.wait()
                    if line.error is not None and not session.ending:
                        report(account, line.error)
                    if line.handed_over or session.ending:
                        pause_s = FIRST_PAUSE_S
                    if session.ending:  # the next line at once, unless this one had only just been opened
                        await anyio.sleep(max(0.0, opened_at + FIRST_PAUSE_S - anyio.current_time()))
                        continue
                await anyio.sleep(told_s or pause_s)
                pause_s = min(pause_s * 2, LONGEST_PAUSE_S)

    async def _read(self, account: str, connector: str, line: _Line, report: Report) -> None:
        """Reads a line to its end, and says when the next one should be opened."""
        import anyio

        session = line.session
        lines = self._open.setdefault(account, [])
        lines.append(session)
        try:
            with anyio.CancelScope() as scope:
                while True:
                    handed = await session.receive()
                    if session.ending and not line.leaving.is_set():
                        scope.deadline = anyio.current_time() + DRAIN_S
                        line.leaving.set()
                    if handed:
                        line.handed_over = True
                        await self._store(account, connector, handed, report)
                        if tickets := [one.ticket for one in handed if one.ticket is not None]:
                            await session.acknowledge(tickets)
        except Exception as e:
            line.error = e
        finally:
            lines.remove(session)
            line.leaving.set()
            with anyio.move_on_after(CLOSE_S, shield=True):
                try:
                    await session.aclose()
                except Exception as e:  # it has ended all the same
                    line.error = line.error or e

    async def _store(self, account: str, connector: str, handed: Sequence[Handed], report: Report) -> None:
        """Commits what was handed over. A store that is busy now holds the line up, and nothing is acknowledged."""
        import anyio

        pause_s = 0.1
        while True:
            try:
                await accept(
                    self.store, self.scope, [one.received for one in handed], account=account, connector=connector,
                    new_id=self.new_id, clock=self.clock,
                )  # fmt: skip
            except TransientError as e:
                report(account, e)
                await anyio.sleep(pause_s)
                pause_s = min(pause_s * 2, LONGEST_COMMIT_PAUSE_S)
            else:
                self.stored()
                return
