"""A visitor of a web chat: no provider, so what is played is the browser. It says its words over `Hub.visitors`."""

import json
from collections import deque
from typing import Any, ClassVar

from omnilink.hub import Hub
from omnilink.plugin.sending import HttpRequest
from omnilink.plugin.visitors import Visitor
from omnilink.plugin.webhook import Rejected, WebhookResponse
from omnilink.testing.fakes.provider import FakeProvider, TakesWebhooks

FRESH = "visitor-of-a-test"
"""What the visitor's id is made of; `a.` before it is the feed."""


class FakeVisitor(FakeProvider):
    """Says what is queued, fetches what is there, and tells that it was delivered and read.

    Attributes:
        shown: every entry the visitor was told, oldest first.
    """

    hosts: ClassVar[frozenset[str]] = frozenset()

    def __init__(self) -> None:
        super().__init__()
        self.shown: list[dict[str, Any]] = []
        self._queued: deque[dict[str, Any]] = deque()
        self._said = 0
        self._visitor: Visitor | None = None

    @property
    def feed(self) -> str:
        """The visitor's feed."""
        return f"a.{FRESH}"

    def say(self, text: str) -> None:
        """Queues a message."""
        self._queue({"t": "say", "text": text, "files": []})

    def choose(self, label: str) -> None:
        """Queues a choice of the newest offer.

        Raises:
            LookupError: nothing of that label is offered.
        """
        offers = ((entry, part) for entry in reversed(self.shown) for part in entry.get("parts", ()))
        for entry, part in offers:
            for option in part.get("options", ()):
                if option["label"] == label:
                    self._queue({"t": "choose", "of": entry["id"], "value": option["value"], "label": label})
                    return
        raise LookupError(label)

    def _queue(self, frame: dict[str, Any]) -> None:
        self._said += 1
        self._queued.append({"id": f"frame-{self._said:06d}", **frame})

    async def deliver(self, hub: TakesWebhooks, account: str) -> list[WebhookResponse]:
        """One visit: opens the chat if need be, says what is queued, fetches and acknowledges what is new.

        Returns:
            Nothing: there are no webhooks.

        Raises:
            ValueError: a frame is refused.
        """
        assert isinstance(hub, Hub)  # noqa: S101 - visitors are on its lines
        if self._visitor is None:
            hub.visitors.fresh = lambda: FRESH
            admitted = await hub.visitors.admit(account, b"{}")
            if isinstance(admitted, Rejected):
                raise ValueError(admitted.reason)
            self._visitor = admitted.visitor
        while self._queued:
            heard = await hub.visitors.hear(account, self._visitor, json.dumps(self._queued.popleft()).encode())
            if isinstance(heard, Rejected):
                raise ValueError(heard.reason)
        last = self.shown[-1]["n"] if self.shown else 0
        new = [json.loads(shown) for _, shown in await hub.visitors.read(account, self._visitor, after=last)]
        self.shown += new
        ours = [entry["id"] for entry in new if entry.get("from") == "agency"]
        for ident in ours:
            self.requests.append(HttpRequest("FETCHED", f"entry of {account}", body=json.dumps(ident).encode()))
        if ours:
            self._queue({"t": "seen", "delivered": ours, "read": ours})
            await self.deliver(hub, account)
        return []
