"""Weigh: what a keyword means after what went before. One small read for each, and they are rare."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

from omnilink.ingest.prepare import Prepared, PreparedEnvelope
from omnilink.model.consent import KEYWORD, Consent
from omnilink.model.event import Direction, Ignored, OptOutReceived
from omnilink.model.outgoing import Offer
from omnilink.model.part import Native
from omnilink.model.scope import Scope
from omnilink.policy.optout import match_keyword, same_words
from omnilink.store.base import HistoryStore, PeopleStore, TimelineRow

ANSWER_WITHIN = timedelta(days=7)
"""How long a question of ours may wait for its answer."""

LAST_ITEMS = 20


class KeywordStore(PeopleStore, HistoryStore, Protocol):
    """What weighing a keyword reads."""


async def weigh_keywords(
    batch: Sequence[PreparedEnvelope], store: KeywordStore, scope: Scope
) -> list[PreparedEnvelope]:
    """The batch, where a word that answers a question of ours, or starts what was never stopped, has no effect.

    Such a word stays as an ignored event, so that it has none either when it is delivered again.
    """
    stopped: set[str] = set()
    weighed = []
    for item in batch:
        events = []
        for prepared in item.events:
            event = prepared.event
            if isinstance(event, OptOutReceived) and event.event_key.startswith(KEYWORD):
                at = event.occurred_at or item.envelope.received_at
                why = await _why_not(event, prepared, item.account.name, stopped, at, store, scope)
                prepared = Prepared(_ignored(event, why)) if why else prepared
            if isinstance(prepared.event, OptOutReceived) and not prepared.event.opted_in:
                stopped.add(prepared.event.handle.key)
            events.append(prepared)
        weighed.append(replace(item, events=tuple(events)) if events != list(item.events) else item)
    return weighed


async def _why_not(
    event: OptOutReceived, prepared: Prepared, account: str, stopped: set[str], at: datetime, store: KeywordStore,
    scope: Scope,
) -> str | None:  # fmt: skip
    keyword = match_keyword(event.keyword or "")
    if keyword is None:
        return None
    keys = [seat.participant.handle.key for seat in prepared.seats if seat.participant.handle is not None]
    holders = [persona.id for persona in await store.read_personas(scope, handle_keys=keys)]
    rows = await store.read_timeline(Scope(scope.tenant, frozenset({account})), holders, limit=LAST_ITEMS)
    if answers_question(event.keyword or "", rows, at, is_answer=keyword.is_answer):
        return "answers-a-question"
    if event.opted_in and keyword.is_answer and event.handle.key not in stopped:
        return None if is_stopped(await store.read_consents(scope, holders)) else "nothing-to-start"
    return None


def answers_question(text: str, rows: Iterable[TimelineRow], at: datetime, *, is_answer: bool) -> bool:
    """Whether a word answers a question of ours that offers choices and waits for its answer.

    Args:
        text: the word.
        rows: the person's last items there, newest first.
        at: when it was said.
        is_answer: the word is a common answer; any other must be one of the choices.
    """
    for row in rows:
        said = row.interaction
        if said.occurred_at > at:
            continue
        if said.direction is Direction.INBOUND or at - said.occurred_at > ANSWER_WITHIN:
            return False
        offers = [Offer.model_validate(p.data) for p in said.parts if isinstance(p, Native) and p.name == "offer"]
        for offer in offers:
            choices = [word for option in offer.options for word in (option.label, option.value)]
            return is_answer or any(same_words(text, choice) for choice in choices)
    return False


def is_stopped(consents: Iterable[Consent]) -> bool:
    """Whether anything was stopped and not started again."""
    newest = {(c.persona, c.purpose, c.sender): c.state for c in sorted(consents, key=lambda c: c.at)}
    return any(state != "granted" for state in newest.values())


def _ignored(event: OptOutReceived, why: str) -> Ignored:
    return Ignored(
        event_key=event.event_key, lane_key=event.lane_key, occurred_at=event.occurred_at, refs=event.refs, reason=why
    )
