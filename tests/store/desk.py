"""What the town sends: messages with their outbox items, and where those go."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from tests.store.town import START, Town

from omnilink.model import Direction, Handle, Interaction, OutboxItem, OutboxState, Outgoing, Participant, Role, Text
from omnilink.store.base import Change, Context, Lookup, Store
from omnilink.store.outbox import OutboxUpdate

ANA = "tel:+34600000001"
NOW = START + timedelta(days=1)


def at(minutes: float) -> datetime:
    return NOW + timedelta(minutes=minutes)


@dataclass
class Desk:
    """Writes to Ana, from one account or another."""

    town: Town
    store: Store
    threads: dict[str, str] = field(default_factory=dict)
    ana: str = ""

    async def thread(self, name: str = "t", account: str = "sms") -> str:
        """A conversation of that name, and Ana."""
        if not self.ana:
            person = self.town.persona(ANA)
            await self.commit(personas=[person], memberships={person.id: person.id})
            self.ana = person.id
        if name not in self.threads:
            conversation = self.town.conversation(account)
            await self.commit(conversations=[conversation], conversation_keys={name: conversation.id})
            self.threads[name] = conversation.id
        return self.threads[name]

    def outbound(self, key: str, conversation: str, *, account: str = "sms", **more: Any) -> Interaction:
        """What we say to Ana: it has not arrived anywhere."""
        update = {
            "direction": Direction.OUTBOUND,
            "arrivals": (),
            "participants": (
                Participant(role=Role.AUTHOR, own=True),
                Participant(role=Role.TO, handle=Handle.of(*ANA.split(":", 1))),
            ),
        }
        return self.town.interaction(key, conversation, account=account, **more).model_copy(update=update)

    def item(self, interaction: str, **more: Any) -> OutboxItem:
        fields: dict[str, Any] = {"account": "sms", "lane": "lane", "created_at": self.town.now()} | more
        return OutboxItem(
            id=self.town.ids(), interaction=interaction, recipient=Handle.of(*ANA.split(":", 1)),
            message=Outgoing(parts=(Text(text="héllo"),)), **fields,
        )  # fmt: skip

    async def say(
        self, key: str, *, account: str = "sms", thread: str = "t", content: str | None = None
    ) -> Interaction:
        """A message of ours, in the history and in nobody's outbox."""
        interaction = self.outbound(key, await self.thread(thread, account), account=account, content=content)
        attribution = self.town.attribution(interaction.id, self.ana, 1, role=Role.TO)
        await self.commit(interactions=[interaction], attributions=[attribution])
        return interaction

    async def queue(self, key: str, *, account: str = "sms", **more: Any) -> OutboxItem:
        """A message of ours, owed."""
        item = self.item((await self.say(key, account=account)).id, account=account, **more)
        await self.commit(outbox=[item])
        return item

    async def commit(self, **fields: Any) -> int:
        return await self.store.commit_change(self.town.scope, Change(**fields))

    async def move(self, item: OutboxItem, state: OutboxState, **fields: Any) -> OutboxItem:
        """An item somewhere else."""
        attempts = item.attempts + (state is OutboxState.SENDING)
        fields = {"done": item.done, **fields}
        update = OutboxUpdate(item.id, (item.state, item.attempts), state, attempts, **fields)
        await self.commit(outbox_updates=[update])
        (now,) = await self.store.read_outbox(self.town.scope, ids=[item.id])
        return now

    async def due(self, minutes: float = 0, **more: Any) -> list[str]:
        return [item.id for item in await self.store.read_due(self.town.scope, now=at(minutes), **more)]

    async def context(self, *messages: str) -> Context:
        return await self.store.read_context(self.town.scope, Lookup(messages=frozenset(messages)))
