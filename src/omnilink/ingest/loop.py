"""Loop: processing for ever, as soon as something is stored; a store that is busy now is no reason to end."""

from collections.abc import Awaitable, Callable

from omnilink.errors import TransientError

FIRST_PAUSE_S = 0.1
LONGEST_PAUSE_S = 5.0


class Loop:
    """Does a piece of work again and again.

    Args:
        work: does all there is to do now.
    """

    def __init__(self, work: Callable[[], Awaitable[object]]) -> None:
        self._work = work
        self._wake: Callable[[], object] = lambda: None

    def wake(self) -> None:
        """There is something to do."""
        self._wake()

    async def run(self, *, idle_s: float, report: Callable[[Exception | None], object]) -> None:
        """Works when woken, and every `idle_s` seconds for what other processes stored.

        After a transient error it pauses, longer each time in a row, and goes on; any other error ends it.

        Args:
            idle_s: between two looks.
            report: told after each round how it went: its transient error, or None.
        """
        import anyio  # not loaded by who only reads a history

        pause_s = FIRST_PAUSE_S
        while True:
            # Before the work: what arrives while it is done is seen by the next round.
            woken = anyio.Event()
            self._wake = woken.set
            try:
                await self._work()
            except TransientError as e:
                report(e)
                await anyio.sleep(min(e.retry_after_s or pause_s, LONGEST_PAUSE_S))
                pause_s = min(pause_s * 2, LONGEST_PAUSE_S)
            else:
                report(None)
                pause_s = FIRST_PAUSE_S
                with anyio.move_on_after(idle_s):
                    await woken.wait()
