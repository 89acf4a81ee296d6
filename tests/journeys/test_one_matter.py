"""A citizen mails, waits, rings and texts about one matter; her brother asks the same on the family telephone.

The real connectors read what came: raw mail, and what Twilio posts for a call and for a text.
"""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from itertools import permutations
from pathlib import Path
from typing import ClassVar
from urllib.parse import urlencode

import pytest

from omnilink.hub import Hub
from omnilink.ingest.accept import accept
from omnilink.model import (
    Call,
    CallUpdated,
    ConversationKind,
    Envelope,
    Event,
    Handle,
    Participant,
    Received,
    Role,
    StatedClaim,
)
from omnilink.model.case import Rung
from omnilink.plugin import Capabilities, ConnectorSettings, Manifest
from omnilink.plugin.registry import Registry
from omnilink.plugin.settings import parse_settings
from omnilink.store.memory import MemoryStore
from omnilink.store.sqlite import SqliteStore

pytestmark = pytest.mark.anyio

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
MAIL, MOBILE, HOME, OFFICE = "ana@example.org", "+12025550134", "+12025550199", "+12025550100"
LAMP = "The street lamp in front of 14 Harbour Road has been dark for nine days"
SETTINGS = f"""
[accounts.mail]
connector = "email"
own_handles = ["mailto:help@city.example"]
[accounts.phone]
connector = "twilio"
account_sid = "AC{"a" * 32}"
auth_token = "env:CITY_TWILIO_TOKEN"
own_handles = ["tel:{OFFICE}"]
[accounts.centre]
connector = "call-centre"
"""


class CallCentre:
    """What a call centre writes down of a call: the number, the name the caller gave, and what was said."""

    manifest: ClassVar = Manifest(name="call-centre", title="Call centre", channels=("voice",), version="1")
    capabilities: ClassVar = Capabilities()

    def __init__(self, settings: ConnectorSettings) -> None:
        self.settings = settings

    def parse(self, envelope: Envelope) -> list[Event]:
        note = json.loads(envelope.body)
        name = StatedClaim(field="name", value=note["name"])
        caller = Participant(role=Role.CALLER, handle=Handle.of("tel", note["from"]), claims=(name,))
        key = f"centre:{note['name']}:{note['at']}"
        return [
            CallUpdated(
                event_key=key, lane_key=key, message_key=key, conversation_keys=(key,), participants=(caller,),
                conversation_kind=ConversationKind.CALL, call=Call(status="completed", transcript=note["words"]),
                occurred_at=datetime.fromisoformat(note["at"]),
            )
        ]  # fmt: skip


class City:
    """A hub, and what comes in."""

    def __init__(self, store) -> None:
        self.now, self.store = MONDAY, store
        registry = Registry({"email", "twilio"})
        registry.add(CallCentre)
        self.hub = Hub(store, parse_settings(SETTINGS), registry=registry, clock=self.tick)

    def tick(self) -> datetime:
        self.now += timedelta(milliseconds=1)
        return self.now

    async def _in(self, account: str, body: bytes, at: datetime, **headers: str) -> None:
        connector = {"mail": "email", "phone": "twilio", "centre": "call-centre"}[account]
        received = Received(body=body, headers=headers, received_at=at)
        await accept(
            self.store, self.hub.scope, [received], account=account, connector=connector, new_id=self.hub._new_id,
            clock=self.tick,
        )  # fmt: skip
        await self.hub.process()

    async def mail(self, day: float, text: str = LAMP) -> None:
        mail = EmailMessage()
        mail["From"], mail["To"] = f"Ana Garcia <{MAIL}>", "help@city.example"
        mail["Subject"], mail["Message-ID"] = "Street lamp", "<lamp@example.org>"
        mail["Date"] = format_datetime(MONDAY + timedelta(days=day))
        mail.set_content(text)
        await self._in("mail", mail.as_bytes(), MONDAY + timedelta(days=day))

    async def _twilio(self, day: float, fields: dict[str, str]) -> None:
        body = urlencode({"AccountSid": "AC" + "a" * 32, "To": OFFICE, **fields}).encode()
        await self._in(
            "phone", body, MONDAY + timedelta(days=day), **{"content-type": "application/x-www-form-urlencoded"}
        )

    async def call(self, name: str, day: float, words: str) -> None:
        """Somebody rings on the family telephone and says their name."""
        note = {"from": HOME, "name": name, "words": words, "at": (MONDAY + timedelta(days=day)).isoformat()}
        await self._in("centre", json.dumps(note).encode(), MONDAY + timedelta(days=day))

    async def text(self, day: float, words: str) -> None:
        await self._twilio(day, {"MessageSid": "SM" + "2" * 32, "From": MOBILE, "Body": words, "SmsStatus": "received"})

    async def one_person(self) -> list[str]:
        """A clerk knows Ana: her mail, her mobile, and her on the family telephone. Returns the links' ids."""
        by = {"by": "clerk", "reason": "she showed her card"}
        first = await self.hub.link(MAIL, MOBILE, **by)
        return [first.id, (await self.hub.link(MAIL, HOME, name_b="Ana Garcia", **by)).id]

    async def matters(self) -> dict[str, str]:
        """Mail, Ana's call, text, Omar's call → the case it is under."""
        found = {}
        for case in await self.hub.cases.list():
            for item in (await self.hub.cases.show(case.id)).items:
                found[item.participants[0].stated("name") or item.channel] = case.id
        return found

    async def happens(self, step: str) -> None:
        """One of the four."""
        if step == "email":
            await self.mail(0)
        elif step == "Ana Garcia":
            await self.call(step, 4, "I wrote about the dark street lamp in Harbour Road and nobody answered")
        elif step == "sms":
            await self.text(5, "Hello, is there any news about the lamp in Harbour Road?")
        else:
            await self.call(step, 6, LAMP)


STEPS = ("email", "Ana Garcia", "sms", "Omar Garcia")


@pytest.fixture(params=["memory", "sqlite"])
async def city(request, tmp_path: Path, monkeypatch) -> AsyncIterator[City]:
    monkeypatch.setenv("CITY_TWILIO_TOKEN", "the token that signs")
    store = MemoryStore() if request.param == "memory" else await SqliteStore.open(tmp_path / "city.db")
    yield City(store)
    assert await store.check() == []
    await store.aclose()


async def test_her_four_weeks_are_one_case_and_his_call_is_another_with_reasons(city):
    for step in STEPS:
        await city.happens(step)
    await city.one_person()
    matters = await city.matters()
    assert matters["email"] == matters["Ana Garcia"] == matters["sms"] != matters["Omar Garcia"]

    page = await city.hub.cases.show(matters["email"])
    assert not page.case.mixed_people
    assert [item.channel for item in page.items] == ["email", "voice", "sms"]
    joined = [a for a in page.assignments if a.in_force and a.decision == "join"]
    assert {a.rung for a in joined} == {Rung.SAME_MATTER}
    for assignment in joined:
        assert assignment.confidence >= 0.85
        assert {"identity", "topic", "recency"} <= {evidence.kind for evidence in assignment.evidence}

    his = await city.hub.cases.show(matters["Omar Garcia"])
    (why,) = [a for a in his.assignments if a.in_force]
    assert why.decision == "new"
    assert "another_person_on_the_same_address" in {apart.reason for apart in why.apart}


ORDERS = [
    pytest.param(order, id="-".join(step[0] for step in order), marks=() if number % 5 == 0 else pytest.mark.long)
    for number, order in enumerate(permutations(STEPS))
]


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("anyio_backend", ["asyncio"], indirect=True)
async def test_in_whatever_order_it_comes(order, monkeypatch):
    monkeypatch.setenv("CITY_TWILIO_TOKEN", "the token that signs")
    city = City(MemoryStore())
    for step in order:
        await city.happens(step)
    await city.one_person()
    matters = await city.matters()
    assert matters["email"] == matters["Ana Garcia"] == matters["sms"] != matters["Omar Garcia"]


async def test_when_two_were_taken_for_one_the_case_comes_apart_with_them(city):
    for step in STEPS[:3]:
        await city.happens(step)
    links = await city.one_person()
    await city.happens("Omar Garcia")
    together = await city.matters()
    assert together["email"] == together["Ana Garcia"] == together["sms"]

    await city.hub.revoke_link(links[1], by="clerk", reason="it was her cousin of the same name")
    apart = await city.matters()
    assert apart["email"] == apart["sms"] != apart["Ana Garcia"] != apart["Omar Garcia"]
    page = await city.hub.cases.show(apart["email"])
    assert not page.case.mixed_people
    assert "a link of people was revoked" in {a.revoked_reason for a in page.assignments}
