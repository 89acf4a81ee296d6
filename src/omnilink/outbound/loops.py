"""Loops: an automatic answer that must not go out, because a machine would answer it. Read, decide, refuse.

An official's own words always may.
"""

from datetime import datetime
from typing import Protocol

from omnilink.conversation.automation import Automation, AutomationKind
from omnilink.conversation.loop_breaker import LoopLimits, decide_automatic_answer, text_mark
from omnilink.errors import SendRefused
from omnilink.model.event import Direction
from omnilink.model.interaction import Interaction
from omnilink.model.part import Text
from omnilink.model.scope import Scope
from omnilink.store.base import HistoryStore

MOST_LATEST = 200
"""Contact moments of an account that are looked at for a text that comes again and again."""
MOST_ANSWERS = 100
_REASONS = {
    "automated": ("machine", "a machine wrote that message"),
    "unwanted": ("unwanted", "the sender asks for no automatic answer"),
    "same_text_again": ("loop", "the same text came too often within minutes: two machines answer each other"),
    "answered_lately": ("answered-lately", "that person got an automatic answer there lately"),
}


class LoopStore(HistoryStore, Protocol):
    """What is read."""


async def refuse_loops(
    store: LoopStore, scope: Scope, answered: Interaction | None, personas: list[str], now: datetime,
    limits: LoopLimits | None = None,
) -> None:  # fmt: skip
    """Stops an automatic message that would start, or keep up, a conversation of two machines.

    Args:
        answered: what it answers; None = it tells something by itself, which starts no loop.
        personas: everybody whose word counts on the recipient's address.
        now: the moment.

    Raises:
        SendRefused: `machine`, `unwanted`, `answered-lately` or `loop`.
    """
    if answered is None:
        return
    limits = limits or LoopLimits()
    rows = await store.read_timeline(scope, personas, limit=MOST_ANSWERS) if personas else []
    conversation = next((row.conversation for row in rows if row.interaction.id == answered.id), answered.conversation)
    answers = [
        row.interaction.received_at
        for row in rows
        if row.conversation == conversation and _is_automatic_answer(row.interaction)
    ]
    mark = _mark(answered)
    latest = await store.read_latest(scope, answered.account, limit=MOST_LATEST) if mark else []
    same = [i.received_at for i in latest if i.direction is Direction.INBOUND and _mark(i) == mark]
    verdict = decide_automatic_answer(
        _automation(answered), answered_at=answers, same_text_at=same, now=now, limits=limits
    )
    if not verdict.allowed:
        reason, words = _REASONS[verdict.reason]
        raise SendRefused(words, reason=reason, hint="an official can still write, without automated")


def _automation(interaction: Interaction) -> Automation:
    known = {kind.value: kind for kind in AutomationKind}
    kind = known.get(interaction.automated or "", AutomationKind.AUTO_GENERATED) if interaction.automated else None
    return Automation(kind, not interaction.silent, kind is None)


def _is_automatic_answer(interaction: Interaction) -> bool:
    return interaction.direction is not Direction.INBOUND and interaction.automated is not None


def _mark(interaction: Interaction) -> str | None:
    text = "\n".join(part.text for part in interaction.parts if isinstance(part, Text))
    return text_mark(text) if text.strip() else None
