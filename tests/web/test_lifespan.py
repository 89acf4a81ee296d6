"""What was acknowledged is processed while the server runs, survives failures, and waits where it stops."""

import anyio
import pytest

from omnilink.errors import Conflict, StoreBusy
from omnilink.ingest import loop
from omnilink.web import webhooks

pytestmark = pytest.mark.anyio


async def wait_for_ledger(post, predicate):
    with anyio.fail_after(5):
        while not predicate(await post.hub.ledger()):  # noqa: ASYNC110 - nothing tells when an envelope is done
            await anyio.sleep(0.005)


async def wait_for_health(post, status, body):
    with anyio.fail_after(5):
        while True:
            answer = await post("/healthz", b"", method="GET")
            if (answer.status, answer.body) == (status, body):
                return
            await anyio.sleep(0.005)


async def test_what_arrives_is_processed(post, run_app):
    async with run_app(post.app):
        await post()
        await wait_for_ledger(post, lambda ledger: ledger.processed == 1)
    assert len((await post.hub.timeline("tel:+34600111222")).items) == 1


async def test_what_was_pending_at_the_stop_is_processed_at_the_next_start(post, run_app):
    async with run_app(post.app):
        pass
    await post()
    assert (await post.hub.ledger()).pending == 1
    async with run_app(post.app):
        await wait_for_ledger(post, lambda ledger: ledger.processed == 1)


async def test_processing_outlives_a_bug_and_health_shows_it_meanwhile(post, run_app, monkeypatch, caplog):
    monkeypatch.setattr(webhooks, "RESTART_S", 0.01)
    real, mended = post.hub.run_processing, anyio.Event()

    async def flaky(**options):
        if not mended.is_set():
            raise RuntimeError("ana@example.org")
        await real(**options)

    monkeypatch.setattr(post.hub, "run_processing", flaky)
    async with run_app(post.app):
        await post()
        await wait_for_health(post, 503, b'{"status":"processing-fails"}')
        mended.set()
        await wait_for_ledger(post, lambda ledger: ledger.processed == 1)
        await wait_for_health(post, 200, b'{"status":"ok"}')
    assert "ana@example.org" not in caplog.text
    assert "it will be tried again: RuntimeError" in caplog.text


async def test_processing_goes_on_after_a_busy_store(post, run_app, monkeypatch, caplog):
    monkeypatch.setattr(loop, "FIRST_PAUSE_S", 0.001)
    real, tries = post.hub.process, []

    async def busy():
        tries.append(1)
        if len(tries) < 4:
            raise (StoreBusy, Conflict)[len(tries) % 2]("not now")
        return await real()

    monkeypatch.setattr(post.hub, "process", busy)
    async with run_app(post.app):
        await post()
        await wait_for_ledger(post, lambda ledger: ledger.processed == 1)
        await wait_for_health(post, 200, b'{"status":"ok"}')
    assert len(caplog.records) == 3


async def test_refusals_reach_the_ledger_while_the_server_runs(post, run_app):
    async with run_app(post.app):
        assert (await post(key="guess")).status == 401
        await post()  # wakes the processing; without it the next look does
        with anyio.fail_after(5):
            while not (await post.store.read_ledger(post.hub.scope)).refused:  # noqa: ASYNC110
                await anyio.sleep(0.005)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_health_is_told_to_anybody_and_names_nobody(post, method):
    answer = await post("/healthz", b"", method=method, key=None)
    assert (answer.status, answer.body) == (200, b'{"status":"ok"}')


async def test_health_takes_no_posts(post):
    assert (await post("/healthz")).status == 405
