"""A desk that is fed by scripts of mails, calls and texts, and tells which of them are one matter."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from tests.ingest.conftest import EVENTS, START, Scripted, call, message, person

from omnilink.hub import Hub
from omnilink.ingest.accept import accept
from omnilink.model import ConversationKind, Received, Role
from omnilink.model.ids import IdSource
from omnilink.plugin.registry import Registry
from omnilink.plugin.settings import Settings
from omnilink.store.memory import MemoryStore
from omnilink.store.sqlite import SqliteStore

LAMP = "The street lamp in front of 14 Harbour Road has been dark for nine days"
NEWS = "Hello, is there any news about the dark lamp in Harbour Road?"
ANA_MAIL, ANA_PHONE, HOME = "mailto:ana@example.org", "tel:+12025550134", "tel:+12025550199"


class Desk:
    """A hub fed by scripts."""

    def __init__(self, store, *case_numbers: str) -> None:
        self.now = START
        registry = Registry()
        registry.add(Scripted)
        seed = iter(range(1, 1_000_000))
        self.store = store
        new_id = IdSource(self.tick, random_bits=lambda _: next(seed))
        settings = Settings(case_numbers=case_numbers)
        self.hub = Hub(store, settings, registry=registry, clock=self.tick, new_id=new_id)
        self.hub.accounts.ensure("desk", "scripted")

    def tick(self):
        self.now += timedelta(milliseconds=1)
        return self.now

    async def hear(self, *events, process=True) -> None:
        received = [Received(body=EVENTS.dump_json([event])) for event in events]
        await accept(
            self.store, self.hub.scope, received, account="desk", connector="scripted", new_id=self.hub._new_id,
            clock=self.tick,
        )  # fmt: skip
        if process:
            await self.hub.process()

    async def case_of(self, *message_keys: str) -> list[str]:
        """The case each message is under now."""
        found = {}
        for case in await self.hub.cases.list(limit=1000):
            for item in (await self.hub.cases.show(case.id)).items:
                assert item.message_key not in found, "one interaction, one case"
                found[item.message_key] = case.id
        return [found[key] for key in message_keys]

    async def why(self, message_key: str):
        """The assignment that put a message's conversation where it is."""
        (case,) = await self.case_of(message_key)
        page = await self.hub.cases.show(case)
        item = next(item for item in page.items if item.message_key == message_key)
        in_force = [a for a in page.assignments if a.in_force]
        own = [a for a in in_force if a.interaction == item.id]
        return (own or [a for a in in_force if a.cause == item.id] or in_force)[0]


@pytest.fixture(params=["memory", "sqlite"])
async def desk(request, tmp_path: Path) -> AsyncIterator[Desk]:
    store = MemoryStore() if request.param == "memory" else await SqliteStore.open(tmp_path / "town.db")
    yield Desk(store)
    assert await store.check() == []
    await store.aclose()


def mail(key, who=ANA_MAIL, *, text=LAMP, days=0.0, channel="email", answers=None, subject="Street lamp", **more):
    sender = more.pop("sender", person(who))
    return message(
        key, sender, person("mailto:help@city.example", role=Role.TO, own=True), text=text,
        keys=[f"mail:{key}", *([f"mail:{answers}"] if answers else [])],
    ).model_copy(
        update={
            "channel": channel, "subject": subject, "conversation_kind": ConversationKind.MAIL,
            "reply_to_key": answers, "occurred_at": START + timedelta(days=days), **more,
        }
    )  # fmt: skip


def ring(key, who=ANA_PHONE, *, name=None, text=None, days=0.0):
    return call(key, person(who, name=name, role=Role.CALLER), status="completed", transcript=text).model_copy(
        update={
            "channel": "voice", "conversation_kind": ConversationKind.CALL, "occurred_at": START + timedelta(days=days),
        }
    )  # fmt: skip


def text(key, who=ANA_PHONE, *, words=NEWS, days=0.0, thread=None):
    return message(key, person(who), text=words, keys=[thread or f"sms:{who}"]).model_copy(
        update={"channel": "sms", "occurred_at": START + timedelta(days=days)}
    )
