"""A worker that is killed between lease and outcome leaves its item as it was leased: nobody sends it unasked."""

import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from tests.store.town import START, Town

from omnilink.errors import Conflict
from omnilink.model import OutboxState
from omnilink.store.base import Change
from omnilink.store.outbox import OutboxUpdate
from omnilink.store.sqlite import SqliteStore

pytestmark = pytest.mark.anyio
ROOT = Path(__file__).parents[2]
NOW = START + timedelta(days=1)
WORKER = """
import sys, anyio
from datetime import timedelta
from omnilink.model import OutboxState
from omnilink.store.sqlite import SqliteStore
from tests.store.desk import Desk, NOW
from tests.store.town import Town

async def main():
    desk = Desk(Town(seed=7), await SqliteStore.open(sys.argv[1]))
    for n in range(10_000):
        await desk.queue(f"out:{n}", lane=str(n % 3), idempotency_key=str(n))
        print("queued", flush=True)
        for item in await desk.store.read_due(desk.town.scope, now=NOW):
            leased = await desk.move(item, OutboxState.SENDING, lease_until=NOW + timedelta(seconds=60))
            print("leased", item.id, flush=True)
            # Here the bytes leave.
            await desk.move(leased, OutboxState.ACCEPTED, done={"text": (f"p:{n}",)})
            print("sent", item.id, flush=True)

anyio.run(main, backend=sys.argv[2])
"""


@pytest.mark.parametrize("stop_at", [1, 12])
async def test_killed_between_lease_and_outcome(tmp_path, anyio_backend_name, stop_at):
    path = tmp_path / "town.db"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "src")])}
    lines: list[str] = []
    with subprocess.Popen(  # noqa: ASYNC220
        [sys.executable, "-c", WORKER, str(path), anyio_backend_name], stdout=subprocess.PIPE, text=True,
        env=environment,
    ) as worker:  # fmt: skip
        for line in worker.stdout:
            lines.append(line)
            if sum(each.startswith("leased") for each in lines) == stop_at:
                worker.send_signal(signal.SIGKILL)
                break
        lines += [line for line in worker.stdout if line.endswith("\n")]
    told = {word: [line.split()[1] for line in lines if line.startswith(word)] for word in ("leased", "sent")}
    town = Town()
    store = await SqliteStore.open(path)
    assert await store.check() == []
    leased = {item.id: item for item in await store.read_outbox(town.scope, ids=told["leased"])}
    # What was acknowledged is on disk: the lease before the bytes, the outcome after them.
    assert set(leased) == set(told["leased"])
    for name, item in leased.items():
        assert (item.state, item.attempts) in ((OutboxState.SENDING, 1), (OutboxState.ACCEPTED, 1))
        assert item.state is OutboxState.ACCEPTED or name not in told["sent"]
        assert item.done or item.state is OutboxState.SENDING
    (abandoned,) = [*await store.read_outbox(town.scope, states=[OutboxState.SENDING])] or [None]
    # Killed before the line was read, the worker may have been quicker with its last outcome.
    if abandoned is not None:
        before = [item.id for item in await store.read_due(town.scope, now=NOW)]
        assert abandoned.id not in before
        after = await store.read_due(town.scope, now=NOW + timedelta(seconds=61))
        assert [item for item in after if item.state is OutboxState.SENDING] == [abandoned]
        unknown = OutboxUpdate(abandoned.id, (OutboxState.SENDING, 1), OutboxState.UNKNOWN, 1, reason="worker-lost")
        await store.commit_change(town.scope, Change(outbox_updates=[unknown]))
        with pytest.raises(Conflict):
            await store.commit_change(town.scope, Change(outbox_updates=[unknown]))
        assert abandoned.id not in [i.id for i in await store.read_due(town.scope, now=NOW + timedelta(days=9))]
    assert await store.check() == []
    await store.aclose()


async def test_lease_that_was_not_ended_is_there_after_reopening(tmp_path, town):
    """The same without any race: the process ends with the lease on disk and nothing else."""
    path = tmp_path / "town.db"
    script = WORKER.replace("# Here the bytes leave.", "import os; os.kill(os.getpid(), 9)")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "src")])}
    done = subprocess.run(  # noqa: ASYNC221
        [sys.executable, "-c", script, str(path), "asyncio"], capture_output=True, text=True, env=environment,
        check=False,
    )  # fmt: skip
    assert done.returncode == -signal.SIGKILL
    name = done.stdout.split()[-1]
    store = await SqliteStore.open(path)
    (item,) = await store.read_outbox(town.scope, states=[OutboxState.SENDING])
    assert (item.id, item.attempts) == (name, 1)
    assert await store.read_due(town.scope, now=NOW) == []
    assert await store.read_due(town.scope, now=NOW + timedelta(seconds=61)) == [item]
    assert await store.check() == []
    await store.aclose()
