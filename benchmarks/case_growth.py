"""What putting one contact moment under a case costs, when so many are stored.

    python benchmarks/case_growth.py [--sizes 10000,100000] [--sample 2000]

Fills a store with mails, calls and texts of citizens (several a person, one in ten without usable headers), written as
ingest writes them, then times `CaseKeeper` on the next ones. `decide` is the ladder alone; the rest is the store's:
reading what is new, reading what the ladder asks for, writing, each of a batch of 250 and told per moment. CPU time,
because the machine may do other things.
"""

import argparse
import statistics
import tempfile
import time
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import anyio

from omnilink.conversation.case_book import CaseBook
from omnilink.hub import Hub
from omnilink.ingest import cases as keeper
from omnilink.model import (
    Arrival,
    Attribution,
    Conversation,
    ConversationKind,
    Direction,
    Handle,
    Interaction,
    InteractionKind,
    Method,
    Participant,
    Persona,
    Role,
    Text,
)
from omnilink.model.ids import IdSource
from omnilink.store.base import Change
from omnilink.store.sqlite import SqliteStore, case_context, case_reading, cases

START = datetime(2024, 1, 1, tzinfo=UTC)
BATCH = 250
WORDS = ("lamp", "harbour", "road", "music", "school", "permit", "noise", "water", "bench", "tree", "taxes", "market")


class Town:
    """Makes what ingest would have written: eight moments a thread, five threads a person."""

    def __init__(self) -> None:
        self.new_id = IdSource()
        self.personas: dict[int, Persona] = {}
        self.threads: dict[int, Conversation] = {}

    def change(self, start: int, count: int) -> Change:
        """One batch of moments."""
        out: dict[str, list[Any]] = defaultdict(list)
        keys: dict[str, str] = {}
        for n in range(start, start + count):
            thread, person = n // 8, n // 40
            if person not in self.personas:
                handle = Handle.of("mailto", f"citizen{person}@example.org")
                made = Persona(id=self.new_id(), key=handle.key, handle=handle, match_keys=(), born_at=START)
                self.personas[person] = made
                out["personas"].append(made)
            if thread not in self.threads or n % 80 == 45:
                made_thread = Conversation(
                    id=self.new_id(), account="mail", channel="email", kind=ConversationKind.MAIL, subject="s"
                )
                self.threads[thread] = made_thread
                out["conversations"].append(made_thread)
                keys[f"mail:{n}"] = made_thread.id
            at = START + timedelta(minutes=n)
            words = " ".join(WORDS[(thread + k) % len(WORDS)] + str(thread % 97) for k in range(4))
            prefix = "Re: " if n % 8 else ""
            interaction = Interaction(
                id=self.new_id(), kind=InteractionKind.MESSAGE, direction=Direction.INBOUND, channel="email",
                account="mail", message_key=f"mail:{n}", content_key="c", conversation=self.threads[thread].id,
                arrivals=(Arrival(account="mail", envelope="", event_key=str(n)),),
                participants=(Participant(role=Role.AUTHOR, handle=self.personas[person].handle),),
                occurred_at=at, received_at=at, subject=f"{prefix}Matter of {words}",
                parts=(Text(text=f"About the {words}.\nWhat will be done about it, and when?\n" * 4),),
            )  # fmt: skip
            out["interactions"].append(interaction)
            out["attributions"].append(
                Attribution(
                    interaction=interaction.id, ordinal=0, role=Role.AUTHOR, persona=self.personas[person].id,
                    method=Method.EXACT_KEY, asserted_by="rule:bench", at=at,
                )
            )  # fmt: skip
        memberships = {p.id: p.id for p in out["personas"]}
        return Change(memberships=memberships, conversation_keys=keys, **out)


class Clocks:
    """CPU time of named pieces of work."""

    def __init__(self) -> None:
        self.spent: dict[str, list[float]] = defaultdict(list)

    def watch(self, owner: Any, name: str, label: str) -> None:
        """Times every call from now on."""
        work = getattr(owner, name)

        def timed(*args: Any, **kwargs: Any) -> Any:
            start = time.thread_time()
            try:
                return work(*args, **kwargs)
            finally:
                self.spent[label].append(time.thread_time() - start)

        setattr(owner, name, timed)


async def run(sizes: list[int], sample: int) -> None:
    """Fills and measures."""
    clocks = Clocks()
    clocks.watch(CaseBook, "take", "decide")
    clocks.watch(case_reading, "read_backlog", "read what is new")
    clocks.watch(case_context, "read_case_context", "read what is asked")
    clocks.watch(cases, "commit_cases", "write")
    clocks.watch(keeper, "find_hints", "compare mails")
    with tempfile.TemporaryDirectory() as folder:
        store = await SqliteStore.open(Path(folder) / "growth.db")
        hub, town, done = Hub(store), Town(), 0
        print("In µs of CPU a moment")
        print("| stored | decide p50 | p99 | decide | compare | read new | read asked | write | sum |")
        print("|---|---|---|---|---|---|---|---|---|")
        for size in sizes:
            while done < size:
                await store.commit_change(hub.scope, town.change(done, BATCH))
                done += BATCH
                if done % 5_000 == 0:
                    await hub._cases.catch_up()
            await hub._cases.catch_up()
            clocks.spent.clear()
            for _ in range(sample // BATCH):
                change = town.change(done, BATCH)
                await store.commit_change(hub.scope, change)
                done += BATCH
                hub._cases.saw(list(change.interactions))
                await hub._cases.catch_up()
            decide = sorted(clocks.spent["decide"])
            parts = {label: 1e6 * sum(spent) / len(decide) for label, spent in clocks.spent.items()}
            names = ("decide", "compare mails", "read what is new", "read what is asked", "write")
            told = " | ".join(f"{parts.get(name, 0.0):.0f}" for name in names)
            total = sum(parts.get(name, 0.0) for name in names)
            p99 = decide[int(len(decide) * 0.99)]
            middle = statistics.median(decide)
            print(f"| {size:,} | {1e6 * middle:.0f} | {1e6 * p99:.0f} | {told} | {total:.0f} |", flush=True)
        await store.aclose()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--sizes", default="10000,100000")
    parser.add_argument("--sample", type=int, default=2_000)
    options = parser.parse_args()
    anyio.run(run, [int(size) for size in options.sizes.split(",")], options.sample)
