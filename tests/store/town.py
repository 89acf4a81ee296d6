"""A small town for the store's tests: records in a few words, and the smallest ingest there can be."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from omnilink.model import (
    Arrival,
    Attribution,
    Claim,
    Conversation,
    ConversationKind,
    Direction,
    Envelope,
    EnvelopeState,
    Evidence,
    Handle,
    Interaction,
    InteractionKind,
    Link,
    Method,
    Participant,
    Persona,
    Revision,
    RevisionAction,
    Role,
    Text,
    Verdict,
)
from omnilink.model.ids import IdSource
from omnilink.model.scope import Scope
from omnilink.store.base import (
    Accepted,
    Change,
    Context,
    EventState,
    Lookup,
    MessageRef,
    Parked,
    SettledEnvelope,
    SettledEvent,
    Store,
)

START = datetime(2026, 1, 1, 8, tzinfo=UTC)
Parser = Callable[[list[dict[str, Any]]], list[dict[str, Any]]]


def say(
    key: str, who: str = "tel:+34600000001", *, thread: str = "", at: int | None = None, **more: Any
) -> dict[str, Any]:
    """An event that becomes an interaction; `at` in seconds, None = no time of the vendor's."""
    return {"say": key, "who": who, "thread": thread or f"dm:{who}", "at": at, **more}


def about(key: str, target: str) -> dict[str, Any]:
    """An event about the message `target`."""
    return {"about": key, "target": target}


def same(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The parser that reads what was written."""
    return events


@dataclass
class Town:
    """Makes records with ids of its own clock, and settles what is pending."""

    tenant: str = "town"
    seed: int = 0
    ids: Callable[[], str] = field(init=False)

    def __post_init__(self) -> None:
        self._clock = START
        self.ids = IdSource(lambda: self._clock, random.Random(self.seed).getrandbits)

    @property
    def scope(self) -> Scope:
        return Scope(self.tenant)

    def now(self) -> datetime:
        self._clock += timedelta(seconds=1)
        return self._clock

    # --- records ------------------------------------------------------------------------------------------------

    def envelope(
        self,
        *events: dict[str, Any],
        account: str = "sms",
        key: str | None = None,
        body: bytes | None = None,
        **more: Any,
    ) -> Envelope:
        body = json.dumps(events).encode() if body is None else body
        sha256 = hashlib.sha256(body).hexdigest()
        return Envelope(
            id=self.ids(), account=account, connector="paper", received_at=self.now(), body=body, sha256=sha256,
            headers={"x-odd": "ünï"}, delivery_key=key, **more,
        )  # fmt: skip

    def persona(self, who: str = "tel:+34600000001", name: str | None = None) -> Persona:
        handle = Handle.of(*who.split(":", 1)).model_copy(update={"match_keys": (who,)})
        key = f"{handle.key}#{name}" if name else handle.key
        return Persona(
            id=self.ids(), key=key, handle=handle, match_keys=(who,), name=name, born_at=self.now(),
        )  # fmt: skip

    def conversation(self, account: str = "sms") -> Conversation:
        return Conversation(id=self.ids(), account=account, channel="sms", kind=ConversationKind.DM, subject="s")

    def interaction(
        self, key: str, conversation: str, *, account: str = "sms", envelope: str = "", who: str = "tel:+34600000001",
        at: datetime | None = None, content: str | None = None, text: str = "héllo",
    ) -> Interaction:  # fmt: skip
        handle = Handle.of(*who.split(":", 1))
        now = self.now()
        return Interaction(
            id=self.ids(), kind=InteractionKind.MESSAGE, direction=Direction.INBOUND, channel="sms", account=account,
            message_key=key, content_key=content, conversation=conversation,
            arrivals=(Arrival(account=account, envelope=envelope, event_key=key),),
            participants=(Participant(role=Role.AUTHOR, handle=handle), Participant(role=Role.TO, own=True)),
            occurred_at=at or now, received_at=now, parts=(Text(text=text),),
        )  # fmt: skip

    def attribution(
        self,
        interaction: str,
        persona: str,
        ordinal: int = 0,
        *,
        method: Method = Method.EXACT_KEY,
        role: Role = Role.AUTHOR,
    ) -> Attribution:
        return Attribution(
            interaction=interaction, ordinal=ordinal, role=role, persona=persona, method=method, score=1.5,
            evidence=(Evidence(kind="key", refs=("x",), weight_bits=3.25),), asserted_by="rule:key", at=self.now(),
        )  # fmt: skip

    def link(self, a: Persona, b: Persona, verdict: Verdict = Verdict.SAME, basis: str = "human:1") -> Link:
        a, b = sorted((a, b), key=lambda p: p.key)
        return Link(
            id=self.ids(), a=a.id, b=b.id, key_a=a.key, key_b=b.key, verdict=verdict, method=Method.DECLARED,
            basis=basis, evidence=(Evidence(kind="said"),), depends_on=("band:x=rare",), asserted_by="ana",
            at=self.now(),
        )  # fmt: skip

    # --- the smallest ingest ------------------------------------------------------------------------------------

    async def deliver(
        self, store: Store, *events: dict[str, Any], account: str = "sms", key: str | None = None
    ) -> Accepted:
        """One envelope with these events."""
        return (await store.commit_envelopes(self.scope, [self.envelope(*events, account=account, key=key)]))[0]

    async def settle(self, store: Store, *, limit: int = 100, parser: Parser = same, version: str = "1") -> int:
        """Decides the oldest pending envelopes; returns how many there were."""
        pending = await store.read_pending(self.scope, limit=limit)
        if pending:
            parsed = [(envelope, parser(json.loads(envelope.body))) for envelope in pending]
            context = await store.read_context(self.scope, lookup_of(parsed))
            await store.commit_change(self.scope, Decision(self, context, version).decide(parsed))
        return len(pending)

    async def settle_all(self, store: Store, *, limit: int = 100, parser: Parser = same, version: str = "1") -> None:
        while await self.settle(store, limit=limit, parser=parser, version=version):
            pass


Batch = Sequence[tuple[Envelope, list[dict[str, Any]]]]


def event_key(event: dict[str, Any]) -> str:
    return str(next(event[kind] for kind in ("say", "about", "ignore", "bad") if kind in event))


def lookup_of(batch: Batch) -> Lookup:
    events = [(envelope, event) for envelope, parsed in batch for event in parsed]
    return Lookup(
        events=frozenset((envelope.account, event_key(event)) for envelope, event in events),
        messages=frozenset(event.get("target") or event.get("message") or event_key(event) for _, event in events),
        personas=frozenset(event["who"] for _, event in events if "who" in event),
        conversation_keys=frozenset(event["thread"] for _, event in events if "thread" in event),
    )


class Decision:
    """Decides a batch serially over its own changes."""

    def __init__(self, town: Town, context: Context, version: str) -> None:
        self.town, self.context, self.version = town, context, version
        self.known = dict(context.events)
        self.messages = {key: list(refs) for key, refs in context.messages.items()}
        self.parked = {key: list(waiting) for key, waiting in context.parked.items()}
        self.people = {key: ref.id for key, ref in context.personas.items()}
        self.threads = dict(context.conversations)
        self.out: dict[str, list[Any]] = {}
        self.memberships: dict[str, str] = {}
        self.new_threads: dict[str, str] = {}

    def put(self, kind: str, value: Any) -> None:
        self.out.setdefault(kind, []).append(value)

    def decide(self, batch: Batch) -> Change:
        for envelope, events in batch:
            states = [self.event(envelope, ordinal, event) for ordinal, event in enumerate(events)]
            bad = EventState.UNPARSED in states
            state = EnvelopeState.QUARANTINED if bad else EnvelopeState.PROCESSED
            self.put(
                "envelopes", SettledEnvelope(envelope.id, state, len(events), self.version, "bad" if bad else None)
            )
        return Change(
            seq=self.context.seq, versions=self.context.versions, memberships=self.memberships,
            conversation_keys=self.new_threads, **self.out,
        )  # fmt: skip

    def event(self, envelope: Envelope, ordinal: int, event: dict[str, Any]) -> EventState:
        key = event_key(event)
        mark = (envelope.account, key)
        interaction = target = body = None
        if "bad" in event:
            state = EventState.UNPARSED
        elif mark in self.known:
            state = EventState.DUPLICATE
        elif "ignore" in event:
            state, self.known[mark] = EventState.IGNORED, ""
        elif "about" in event:
            target = event["target"]
            refs = self.messages.get(target)
            state = EventState.RECORDED if refs else EventState.PARKED
            if refs:
                interaction, target = refs[-1].id, None
                self.revise(envelope.account, key, interaction)
            else:
                body = json.dumps(event)
                self.parked.setdefault(target, []).append(Parked(envelope.id, ordinal, envelope.account, body))
            self.known[mark] = interaction or ""
        else:
            state = EventState.RECORDED
            interaction = self.known[mark] = self.record(envelope, key, event)
        self.put("events", SettledEvent(
            envelope.id, ordinal, envelope.account, key, next(iter(event)), state,
            interaction=interaction, target_key=target, event=body,
        ))  # fmt: skip
        return state

    def record(self, envelope: Envelope, key: str, event: dict[str, Any]) -> str:
        arrival = Arrival(account=envelope.account, envelope=envelope.id, event_key=key)
        message_key = event.get("message", key)
        twin = next(iter(self.messages.get(message_key, ())), None)
        if twin is not None:
            self.put("arrivals", (twin.id, arrival))
            return twin.id
        who, thread = event["who"], event["thread"]
        if thread not in self.threads:
            conversation = self.town.conversation(envelope.account)
            self.put("conversations", conversation)
            self.threads[thread] = self.new_threads[thread] = conversation.id
        at = envelope.received_at if event["at"] is None else START + timedelta(seconds=event["at"])
        interaction = self.town.interaction(message_key, self.threads[thread], account=envelope.account, who=who, at=at)
        update = {"arrivals": (arrival,), "received_at": envelope.received_at}
        interaction = interaction.model_copy(update=update)
        self.put("interactions", interaction)
        if who not in self.people:
            persona = self.town.persona(who)
            self.put("personas", persona)
            self.people[who] = self.memberships[persona.id] = persona.id
            self.put("claims", (persona.id, Claim(field="name", value=who, source="sms", at=at)))
        self.put("attributions", self.town.attribution(interaction.id, self.people[who]))
        self.messages[message_key] = [MessageRef(interaction.id, message_key, None, envelope.account, "message")]
        for waiting in self.parked.pop(message_key, ()):
            parked = json.loads(waiting.event)
            self.revise(waiting.account, event_key(parked), interaction.id)
            self.put("settled", SettledEvent(
                waiting.envelope, waiting.ordinal, waiting.account, event_key(parked), "about", EventState.RECORDED,
                interaction=interaction.id,
            ))  # fmt: skip
        return interaction.id

    def revise(self, account: str, key: str, interaction: str) -> None:
        self.put("revisions", Revision(
            id=self.town.ids(), interaction=interaction, action=RevisionAction.RECEIPT, account=account,
            event_key=key, at=self.town.now(), status="read",
        ))  # fmt: skip
