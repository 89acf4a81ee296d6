"""Deciding again about a conversation needs what began it in full, and of the rest only when and in whose part."""

import random
from dataclasses import replace

import anyio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.ingest.matters import ANA_MAIL, ANA_PHONE, HOME, LAMP, NEWS, Desk, desk, mail, ring, text

from omnilink.errors import OmnilinkError
from omnilink.model import Role
from omnilink.store.memory import MemoryStore

__all__ = ["desk"]

OMAR_MAIL = "mailto:omar@example.org"
WORDS = (LAMP, NEWS, "The noise at night in EXP/26/0007 goes on", "Where is my permit EXP/26/0012?", "Thank you")


def bare(moment):
    """All that a store may leave out, left out."""
    silent = {"arrivals": (), "participants": (), "parts": ()}
    return replace(moment, interaction=moment.interaction.model_copy(update=silent))


class Noted(MemoryStore):
    """Keeps what was decided about cases; may hand out no more than it must.

    Attributes:
        cut: how many moments were handed out bare.
    """

    def __init__(self, is_bare, *, spares_cause=True):
        super().__init__()
        self.is_bare, self.spares_cause = is_bare, spares_cause
        self.decided, self.cut = [], 0

    async def read_case_backlog(self, scope, **asked):
        backlog = await super().read_case_backlog(scope, **asked)
        return replace(backlog, rechecks=tuple(map(self._handed_out, backlog.rechecks))) if self.is_bare else backlog

    def _handed_out(self, recheck):
        kept = {recheck.cause} if self.spares_cause else set()
        self.cut += sum(moment.interaction.id not in kept for moment in recheck.moments)
        return replace(recheck, moments=tuple(m if m.interaction.id in kept else bare(m) for m in recheck.moments))

    async def commit_cases(self, scope, change):
        seq = await super().commit_cases(scope, change)
        self.decided.append(change)
        return seq


async def play(desk, seed, steps):
    """A random history of two people, their shared telephone, and a clerk who links and thinks again."""
    rng = random.Random(seed)
    mails, links = [], []
    for step in range(steps):
        key, days, words = f"k{step}", step * 0.4, rng.choice(WORDS)
        what = rng.random()
        if what < 0.3:
            answers = rng.choice([None, None, *mails[-3:]])
            await desk.hear(mail(key, rng.choice([ANA_MAIL, OMAR_MAIL]), text=words, days=days, answers=answers))
            mails.append(key)
        elif what < 0.6:
            await desk.hear(text(key, rng.choice([ANA_PHONE, HOME]), words=words, days=days))
        elif what < 0.8:
            name = rng.choice([None, "Ana Garcia", "Omar Garcia"])
            await desk.hear(ring(key, rng.choice([ANA_PHONE, HOME]), name=name, text=words, days=days))
        elif links and what < 0.9:
            await desk.hub.revoke_link(links.pop(rng.randrange(len(links))), by="clerk", reason="two people")
            await desk.hub.process()
        else:
            pair = rng.sample([ANA_MAIL, OMAR_MAIL, ANA_PHONE], 2)
            try:
                links.append((await desk.hub.link(*pair, by="clerk")).id)
            except OmnilinkError:  # one of them has never written
                continue
            await desk.hub.process()


def decisions(seed, steps, store):
    desk = Desk(store, "EXP/##/####")
    anyio.run(play, desk, seed, steps)
    return store.decided


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32), st.sampled_from([8, 20, 40]))
def test_the_decision_is_the_same_whether_all_of_the_conversation_was_read_or_only_the_cause(seed, steps):
    assert decisions(seed, steps, Noted(is_bare=True)) == decisions(seed, steps, Noted(is_bare=False))


def test_such_histories_decide_again_about_conversations_of_several_and_need_the_cause_in_full():
    differ = cut = 0
    for seed in range(6):
        whole, one, none = Noted(is_bare=False), Noted(is_bare=True), Noted(is_bare=True, spares_cause=False)
        assert decisions(seed, 40, one) == decisions(seed, 40, whole)
        differ += decisions(seed, 40, none) != whole.decided
        cut += one.cut
    assert cut > 30
    assert differ > 0


@pytest.mark.anyio
async def test_of_the_others_a_store_tells_when_and_in_whose_part(desk):
    for number, words in enumerate(WORDS):
        await desk.hear(text(f"t{number}", words=words, days=number))
    await desk.hear(mail("m1"))
    link = await desk.hub.link(ANA_MAIL, ANA_PHONE, by="clerk")
    await desk.hub.process()
    await desk.hub.revoke_link(link.id, by="clerk", reason="two people")
    rechecks = []

    async def keep(scope, **asked):
        backlog = await read(scope, **asked)
        rechecks.extend(backlog.rechecks)
        return backlog

    read, desk.store.read_case_backlog = desk.store.read_case_backlog, keep
    await desk.hub.process()
    assert max(len(recheck.moments) for recheck in rechecks) == len(WORDS)
    for recheck in rechecks:
        ids = [moment.interaction.id for moment in recheck.moments]
        whole = {m.interaction.id: m for m in await desk.store.read_moments(desk.hub.scope, interactions=ids)}
        for moment in recheck.moments:
            full = whole[moment.interaction.id]
            assert bare(moment) == bare(full)
            if moment.interaction.id == recheck.cause:
                assert moment == full
                assert moment.seats[0].role is Role.AUTHOR
