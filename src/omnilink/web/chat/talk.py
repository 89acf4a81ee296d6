"""Talk: what goes over a line, whichever kind it is: entries down in their order, words up and their acknowledgements.

down   {"t": "welcome", "last": 12}      after hello
       {..., "n": 13}                    an entry of the feed, as the connector writes it
       {"t": "typing", "on": true}       a signal, stored nowhere
       {"t": "ack", "id": "…"}           stored, on disk
       {"t": "nak", "id": "…", "reason": "busy", "retry_after_s": 2}     not stored: say it again later
       {"t": "nak", "id": "…", "reason": "too-long"}                     never will be
"""

import json
from collections.abc import AsyncGenerator
from dataclasses import dataclass

from omnilink.errors import OmnilinkError, TransientError
from omnilink.hub import Hub
from omnilink.plugin.visitors import Visitor, VisitorSite
from omnilink.plugin.webhook import Rejected
from omnilink.web.chat.lines import Lines
from omnilink.web.chat.rates import Rates

NEWEST = 2**60
LOOK_S = 10.0
"""A line looks for itself at least so often, and shows by it that it is alive."""

BUSY_S = 2.0


@dataclass(frozen=True, slots=True)
class Talk:
    """Talks with visitors.

    Args:
        hub: whose visitors.
        lines, rates: of this process.
    """

    hub: Hub
    lines: Lines
    rates: Rates

    async def take(self, account: str, visitor: Visitor, address: str, said: bytes) -> tuple[int, dict[str, object]]:
        """One frame of a client's.

        Returns:
            What HTTP would call the outcome, and the answer; {} where none is due.
        """
        ident = _id_of(said)
        site = self.hub.visitors.site(account)
        if site is None:
            return 404, _nak(ident, "not-found")
        if wait_s := self.wait_s(account, visitor, address, site):
            return 429, _nak(ident, "too-fast", wait_s)
        try:
            heard = await self.hub.visitors.hear(account, visitor, said)
        except TransientError as e:
            return 503, _nak(ident, "busy", e.retry_after_s or BUSY_S)
        if isinstance(heard, Rejected):
            await self.hub.refuse(account, heard.reason)
            return heard.status, _nak(ident, heard.reason)
        if heard.entry is not None:
            self.lines.wake(account, visitor.feed)
        return 200, {"t": "ack", "id": heard.id} if heard.id else {}

    def wait_s(self, account: str, visitor: Visitor, address: str, site: VisitorSite, cost: float = 1.0) -> float:
        """How long the visitor, or everybody at the address together, has to wait; 0.0 = not at all."""
        each, factor = site.messages_per_minute, site.address_factor
        # The address first: who has spent its rate must not spend the visitor's.
        return self.rates.take(
            (account, address), per_minute=each * factor, burst=site.burst * factor, cost=cost
        ) or self.rates.take((account, visitor.feed), per_minute=each, burst=site.burst, cost=cost)

    async def entries(self, account: str, visitor: Visitor, after: int | None) -> AsyncGenerator[tuple[int, str]]:
        """What the visitor is told, until the process stops.

        Args:
            after: the last number the client has; None = it has nothing, and gets the newest ones.

        Returns:
            Entries with their numbers; signals with number 0; (0, "") where nothing has come for a while.
        """
        visitors = self.hub.visitors
        with self.lines.open(account, visitor.feed) as line:
            if after is None:
                lot = await visitors.read(account, visitor, before=NEWEST)
                last = lot[-1][0] if lot else 0
            else:
                lot, last = [], after
            while not self.lines.ending:
                for n, shown in lot:
                    last = n
                    yield n, shown
                try:
                    lot = await visitors.read(account, visitor, after=last)
                except TransientError:
                    lot = []
                if lot:
                    continue
                while line.signals:
                    yield 0, line.signals.popleft()
                await line.wait(LOOK_S)
                yield 0, ""

    async def last(self, account: str, visitor: Visitor) -> int:
        """The number of the visitor's newest entry."""
        newest = await self.hub.visitors.read(account, visitor, before=NEWEST, limit=1)
        return newest[-1][0] if newest else 0

    def recognise(self, account: str, token: str) -> Visitor | Rejected:
        """Who holds a token; a configuration in need of repair admits nobody."""
        try:
            return self.hub.visitors.recognise(account, token)
        except OmnilinkError:
            return Rejected("not-configured", 503)


def _nak(ident: str, reason: str, retry_after_s: float | None = None) -> dict[str, object]:
    later = {} if retry_after_s is None else {"retry_after_s": round(retry_after_s, 1)}
    return {"t": "nak", "id": ident, "reason": reason, **later}


def _id_of(said: bytes) -> str:
    """The client's id of its frame, for the answer."""
    try:
        ident = json.loads(said).get("id")
    except (ValueError, RecursionError, AttributeError):
        return ""
    return ident[:64] if isinstance(ident, str) else ""
