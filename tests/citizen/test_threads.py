"""A person takes a conversation apart: what answers goes along, cases are decided anew, and it can be undone."""

import random

import pytest
from tests.ingest.conftest import person
from tests.ingest.matters import ANA_MAIL, ANA_PHONE, LAMP, Desk, desk, mail, ring, text

from omnilink.errors import BadInput, NotFound, ScopeDenied
from omnilink.model.case import SuggestionState
from omnilink.model.conversation import ConversationSplit
from omnilink.model.scope import Scope
from omnilink.store.base import Change
from omnilink.store.memory import MemoryStore
from omnilink.store.sqlite import SqliteStore

__all__ = ["desk"]
pytestmark = pytest.mark.anyio

WASTE = "The bins in Mill Lane have not been emptied since the holiday"


@pytest.fixture
def anyio_backend() -> str:
    """Once is enough: the stores are tested on both event loops elsewhere."""
    return "asyncio"


def letter(key: str, *cited: str, days: float = 0.0, words: str = LAMP, **more):
    """A mail that cites others, the nearest last."""
    sent = mail(key, text=words, days=days, **more)
    named = [f"mail:{key}", *([f"mail:{cited[-1]}"] if cited else []), *(f"mail:{each}" for each in cited[:-1])]
    answers = f"mail:{cited[-1]}" if cited else None
    update = {"message_key": f"mail:{key}", "conversation_keys": tuple(named), "reply_to_key": answers}
    return sent.model_copy(update=update)


async def ids(desk: Desk) -> dict[str, str]:
    """Message → its interaction id."""
    found = await desk.store.read_latest(desk.hub.scope, "desk", limit=1000)
    return {item.message_key.removeprefix("mail:"): item.id for item in found}


async def threads(desk: Desk) -> set[frozenset[str]]:
    """Which messages are one conversation; every way of asking says the same."""
    found = set()
    names = {id_: name for name, id_ in (await ids(desk)).items()}
    for thread in await desk.hub.conversations(limit=1000):
        items = await desk.hub.conversation(thread.id)
        assert thread.interactions == len(items)
        assert (thread.first_at, thread.last_at) == (items[0].occurred_at, items[-1].occurred_at)
        for item in items:
            (of_item,) = await desk.store.read_conversations(desk.hub.scope, ids=[item.conversation])
            assert of_item.id == thread.id
        found.add(frozenset(names[item.id] for item in items))
    assert await desk.store.check() == []
    return found


async def cases_of(desk: Desk, *names: str) -> list[str]:
    return await desk.case_of(*(f"mail:{name}" for name in names))


def apart(*groups: str) -> set[frozenset[str]]:
    return {frozenset(group.split()) for group in groups}


async def split(desk: Desk, *names: str, **more):
    known = await ids(desk)
    return await desk.hub.threads.split([known[name] for name in names], by="clerk", **more)


async def test_an_old_mail_used_for_a_new_matter_begins_a_conversation_and_its_answers_go_along(desk):
    await desk.hear(
        letter("m1"), letter("m2", "m1", days=1), letter("m3", "m1", "m2", days=90, words=WASTE, subject="Bins"),
        letter("m4", "m1", "m2", "m3", days=91, words=WASTE, subject="Bins"),
    )  # fmt: skip
    (before,) = await desk.hub.conversations()
    done = await split(desk, "m3", reason="bins, not lamps")
    assert await threads(desk) == apart("m1 m2", "m3 m4")
    assert (done.split.by, done.split.reason, done.split.conversation) == ("clerk", "bins, not lamps", before.id)
    assert (done.conversation.subject, done.conversation.interactions) == ("Bins", 2)
    assert (await desk.hub.conversation(before.id))[0].message_key == "mail:m1"
    # What comes later, and cites everything, is where it belongs.
    await desk.hear(letter("m5", "m1", "m2", "m3", "m4", days=92), letter("m6", "m1", days=93))
    assert await threads(desk) == apart("m1 m2 m6", "m3 m4 m5")


async def test_it_is_undone_exactly_and_made_again_it_is_the_same_conversation(desk):
    await desk.hear(letter("m1"), letter("m2", "m1", days=1), letter("m3", "m2", days=2))
    (before,) = await desk.hub.conversations()
    digest = await desk.store.read_digest(desk.hub.scope)
    done = await split(desk, "m2")
    assert await desk.store.read_digest(desk.hub.scope) != digest
    undone = await desk.hub.threads.undo(done.split.id, by="chief", reason="it was the lamp")
    assert undone.conversation == before
    assert (undone.split.undone.by, undone.split.undone.reason) == ("chief", "it was the lamp")
    assert await threads(desk) == apart("m1 m2 m3")
    # The id that the new one had leads to what it is part of again.
    (led,) = await desk.store.read_conversations(desk.hub.scope, ids=[done.conversation.id])
    assert led.id == before.id
    again = await split(desk, "m2")
    assert again.conversation.id == done.conversation.id
    assert again.split.id != done.split.id
    assert [each.undone is None for each in (await desk.hub.threads.show(before.id)).splits] == [False, True]


async def test_a_late_mail_decides_on_which_side_others_are(desk):
    # m4 cites only m3, which comes late: until then nothing says that it is below m2.
    await desk.hear(letter("m1"), letter("m2", "m1", days=1), letter("m4", "m1", "m3", days=3))
    await split(desk, "m2")
    assert await threads(desk) == apart("m1 m4", "m2")
    await desk.hear(letter("m3", "m1", "m2", days=2))
    assert await threads(desk) == apart("m1", "m2 m3 m4")


async def test_an_answer_in_the_wrong_thread_is_taken_out_and_the_two_threads_get_their_ids_back(desk):
    await desk.hear(letter("a1"), letter("a2", "a1", days=1), letter("x1", days=1, subject="Bins", words=WASTE))
    first, second = sorted(await desk.hub.conversations(), key=lambda each: each.id)
    await desk.hear(letter("both", "x1", "a2", days=2))
    assert await threads(desk) == apart("a1 a2 x1 both")
    await split(desk, "both")
    assert await threads(desk) == apart("a1 a2", "x1", "both")
    ids_now = {each.id: each.interactions for each in await desk.hub.conversations()}
    assert (ids_now[first.id], ids_now[second.id]) == (2, 1)


async def test_nothing_is_joined_again_by_a_message_that_cites_both_sides(desk):
    await desk.hear(letter("m1"), letter("m2", "m1", days=1))
    await split(desk, "m2")
    for number in range(3):
        await desk.hear(letter(f"n{number}", "m1", "m2", days=2 + number))
    assert await threads(desk) == apart("m1", "m2 n0 n1 n2")


async def test_messages_of_a_chat_are_taken_out_of_its_thread_and_what_follows_stays(desk):
    await desk.hear(text("t1"), text("t2", days=1, words=WASTE), text("t3", days=2))
    await split(desk, "t2")
    assert await threads(desk) == apart("t1 t3", "t2")
    await desk.hear(text("t4", days=3))
    assert await threads(desk) == apart("t1 t3 t4", "t2")


# --- cases ----------------------------------------------------------------------------------------------------------


async def test_the_new_conversation_is_decided_about_and_never_put_under_the_old_case_by_a_rule(desk):
    await desk.hear(letter("m1"), letter("m2", "m1", days=1), letter("m3", "m2", days=2))
    (old,) = await desk.hub.cases.list()
    await split(desk, "m2")
    first, second, third = await cases_of(desk, "m1", "m2", "m3")
    assert first == old.id
    assert second == third != old.id
    assert (await desk.hub.cases.show(old.id)).case.interactions == 1
    # The same person rings about the same lamp: a rule may join that to either, but m2 stays out of the old case.
    await desk.hear(ring("c1", text=LAMP, days=2.1), letter("m4", "m1", "m2", "m3", days=3))
    await desk.hub.link(ANA_MAIL, ANA_PHONE, by="clerk")
    first, second, fourth = await cases_of(desk, "m1", "m2", "m4")
    assert first == old.id != second == fourth


async def test_undone_the_case_is_what_it_was_and_that_of_the_split_is_empty(desk):
    await desk.hear(letter("m1"), letter("m2", "m1", days=1), letter("m3", "m2", days=2))
    (old,) = await desk.hub.cases.list()
    done = await split(desk, "m2")
    other = (await cases_of(desk, "m2"))[0]
    await desk.hub.threads.undo(done.split.id, by="clerk")
    assert await cases_of(desk, "m1", "m2", "m3") == [old.id] * 3
    assert await desk.hub.cases.list() == [old]
    page = await desk.hub.cases.show(other)
    assert page.items == ()
    # Nothing is left that would keep the two apart.
    await desk.hear(letter("m4", "m3", days=3))
    assert (await cases_of(desk, "m4"))[0] == old.id


async def test_a_case_forgets_people_and_numbers_that_went_away(desk):
    other = person("mailto:bo@example.org")
    await desk.hear(letter("m1"), letter("m2", "m1", days=1, sender=other))
    (old,) = await desk.hub.cases.list()
    assert len((await desk.hub.cases.show(old.id)).case.contacts) == 2
    done = await split(desk, "m2")
    assert len((await desk.hub.cases.show(old.id)).case.contacts) == 1
    await desk.hub.threads.undo(done.split.id, by="clerk")
    assert len((await desk.hub.cases.show(old.id)).case.contacts) == 2


async def test_what_had_a_case_of_its_own_keeps_it_and_its_answers_follow(desk):
    await desk.hear(letter("m1"), letter("m2", "m1", days=1))
    known = await ids(desk)
    await desk.hub.cases.split(known["m2"], by="clerk")
    own = (await cases_of(desk, "m2"))[0]
    await split(desk, "m2")
    assert (await cases_of(desk, "m2"))[0] == own
    await desk.hear(letter("m3", "m1", "m2", days=2))
    assert await threads(desk) == apart("m1", "m2 m3")
    assert (await cases_of(desk, "m3"))[0] == own


async def test_a_suggestion_to_part_is_shown_and_settled_by_the_split(desk):
    await desk.hear(letter("m1"), letter("m2", "m1", days=60, subject="Bins", words=WASTE))
    (thread,) = await desk.hub.conversations()
    (told,) = (await desk.hub.threads.show(thread.id)).suggestions
    assert (told.kind, told.interaction) == ("split", (await ids(desk))["m2"])
    done = await split(desk, "m2")
    assert (await desk.hub.threads.show(thread.id)).suggestions == ()
    assert [s.state for s in await desk.hub.cases.suggestions()] == []
    await desk.hub.threads.undo(done.split.id, by="clerk")
    (again,) = (await desk.hub.threads.show(thread.id)).suggestions
    assert (again.id, again.state) == (told.id, SuggestionState.PENDING)


# --- reasons and refusals -------------------------------------------------------------------------------------------


async def test_why_everything_is_in_a_conversation_is_told(desk):
    await desk.hear(
        letter("m1"), letter("m2", "m1", days=1), letter("m3", "m2", days=2), letter("m4", "gone", "m1", days=3)
    )
    done = await split(desk, "m2")
    known = await ids(desk)
    page = await desk.hub.threads.show(done.conversation.id)
    assert [(item.interaction, item.because, item.other) for item in page.items] == [
        (known["m2"], "split", done.split.id), (known["m3"], "answers", known["m2"]),
    ]  # fmt: skip
    assert page.apart == (done.split.conversation,)
    page = await desk.hub.threads.show(done.split.conversation)
    assert [(item.because, item.other) for item in page.items] == [("begins", None), ("answers", known["m1"])]
    assert [each.id for each in page.splits] == [done.split.id]


async def test_what_cannot_be_taken_apart_is_refused_and_nothing_is_written(desk):
    await desk.hear(letter("m1"), letter("m2", "m1", days=1), letter("x1", subject="Bins", words=WASTE))
    known = await ids(desk)
    digest = await desk.store.read_digest(desk.hub.scope)
    for named, error in (
        ([], BadInput), ([known["m1"]], BadInput), ([known["x1"]], BadInput), ([known["m2"], known["x1"]], BadInput),
        (["01a20f51-b3b2-7056-8000-fffffffffffa"], NotFound), (["", known["m2"]], NotFound),
    ):  # fmt: skip
        with pytest.raises(error):
            await desk.hub.threads.split(named, by="clerk")
    with pytest.raises(BadInput):
        await desk.hub.threads.split([known["m2"]], by=" ")
    with pytest.raises(NotFound):
        await desk.hub.threads.undo("nothing", by="clerk")
    with pytest.raises(NotFound):
        await desk.hub.threads.show("nothing")
    assert await desk.store.read_digest(desk.hub.scope) == digest

    done = await split(desk, "m2", "m2")
    assert done.split.messages == (known["m2"],)
    with pytest.raises(BadInput):
        await split(desk, "m2")
    await desk.hub.threads.undo(done.split.id, by="clerk")
    with pytest.raises(BadInput):
        await desk.hub.threads.undo(done.split.id, by="clerk")


async def test_who_sees_only_some_accounts_takes_nothing_apart_and_other_tenants_see_nothing(desk):
    await desk.hear(letter("m1"), letter("m2", "m1", days=1))
    done = await split(desk, "m2")
    threads_of = desk.hub.threads
    for scope in (Scope(desk.hub.scope.tenant, frozenset({"desk"})), Scope(desk.hub.scope.tenant, frozenset())):
        limited = type(threads_of)(desk.store, scope, threads_of.catch_up, threads_of.new_id, threads_of.clock)
        with pytest.raises(ScopeDenied):
            await limited.split([(await ids(desk))["m2"]], by="clerk")
        with pytest.raises(ScopeDenied):
            await limited.undo(done.split.id, by="clerk")
    other = type(threads_of)(desk.store, Scope("other"), threads_of.catch_up, threads_of.new_id, threads_of.clock)
    with pytest.raises(NotFound):
        await other.show(done.conversation.id)
    with pytest.raises(NotFound):
        await other.undo(done.split.id, by="clerk")
    assert await desk.store.read_splits(Scope("other"), ids=[done.split.id]) == []


# --- any order, any history -----------------------------------------------------------------------------------------


def town_of_letters(rng: random.Random, number: int) -> list:
    """Mails that cite what came before, what nobody saw, and each other in circles."""
    letters = []
    for place in range(number):
        pool = [f"m{n}" for n in range(number) if n != place] if rng.random() < 0.2 else [f"m{n}" for n in range(place)]
        cited = rng.sample([*pool, "g1", "g2"], k=min(rng.choice([0, 1, 1, 2, 3]), len(pool) + 2))
        letters.append(letter(f"m{place}", *cited, days=float(place)))
    return letters


@pytest.mark.parametrize("kind", ["memory", "sqlite"])
@pytest.mark.parametrize("seed", range(12))
async def test_the_conversations_follow_from_messages_and_splits_in_force_alone(kind, seed, tmp_path):
    rng = random.Random(seed)
    letters = town_of_letters(rng, rng.randint(3, 9))
    plans, outcomes = [], []
    for order in range(3):
        store = MemoryStore() if kind == "memory" else await SqliteStore.open(tmp_path / f"{order}.db")
        desk = Desk(store)
        if order == 0:
            plans = await live(desk, letters, rng)
        else:
            await replay(desk, rng.sample(letters, len(letters)), plans, at_once=order == 1)
        outcomes.append(await threads(desk))
        await store.aclose()
    assert outcomes[0] == outcomes[1] == outcomes[2]


async def live(desk: Desk, letters: list, rng: random.Random) -> list[frozenset[str]]:
    """Mails come, are parted and put together again; returns what is parted at the end."""
    made: dict[str, frozenset[str]] = {}
    for each in letters:
        await desk.hear(each)
        known = await ids(desk)
        if rng.random() < 0.5:
            names = frozenset(rng.sample(sorted(known), k=1))
            try:
                done = await split(desk, *names)
            except BadInput:
                continue
            made[done.split.id] = names
        if made and rng.random() < 0.3:
            gone = rng.choice(sorted(made))
            await desk.hub.threads.undo(gone, by="clerk")
            del made[gone]
        assert await desk.store.check() == []
    return list(made.values())


async def replay(desk: Desk, letters: list, plans: list[frozenset[str]], *, at_once: bool) -> None:
    """The same mails in another order, with only those splits; written to the store where the desk sees no need yet."""
    if at_once:
        await desk.hear(*letters)
    else:
        for each in letters:
            await desk.hear(each)
    for names in plans:
        await force_split(desk, names)
    await desk.hub.process()


async def force_split(desk: Desk, names: frozenset[str]) -> None:
    known = await ids(desk)
    found = await desk.store.read_interactions(desk.hub.scope, [known[name] for name in names])
    made = ConversationSplit(
        id=desk.hub._new_id(), conversation=found[0].conversation, messages=tuple(item.id for item in found),
        by="clerk", at=desk.tick(),
    )  # fmt: skip
    await desk.store.commit_change(desk.hub.scope, Change(splits=[made]))


async def test_both_stores_say_the_same(tmp_path):
    digests = set()
    for store in (MemoryStore(), await SqliteStore.open(tmp_path / "town.db")):
        desk = Desk(store)
        rng = random.Random(99)
        await live(desk, town_of_letters(rng, 9), rng)
        digests.add(await store.read_digest(desk.hub.scope))
        await store.aclose()
    assert len(digests) == 1
