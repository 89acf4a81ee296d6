"""What was acknowledged is processed while the server runs, survives failures, and waits where it stops."""

import anyio
import pytest

from omnilink.web import webhooks

pytestmark = pytest.mark.anyio


async def wait_for_ledger(post, predicate):
    with anyio.fail_after(5):
        while not predicate(await post.hub.ledger()):  # noqa: ASYNC110 - nothing tells when an envelope is done
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


async def test_processing_outlives_a_failure_and_health_shows_it(post, run_app, monkeypatch, caplog):
    monkeypatch.setattr(webhooks, "RESTART_PROCESSING_S", 0.01)
    real, tries = post.hub.run_processing, []

    async def flaky():
        tries.append(1)
        if len(tries) == 1:
            raise RuntimeError("ana@example.org")
        await real()

    monkeypatch.setattr(post.hub, "run_processing", flaky)
    async with run_app(post.app):
        await post()
        await wait_for_ledger(post, lambda ledger: ledger.processed == 1)
        answer = await post("/healthz", b"", method="GET")
        assert (answer.status, answer.body) == (503, b'{"status":"processing-fails"}')
        monkeypatch.setattr(webhooks, "UNWELL_S", 0.0)
        assert (await post("/healthz", b"", method="GET")).status == 200
    assert "ana@example.org" not in caplog.text
    assert "processing failed: RuntimeError" in caplog.text


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_health_is_told_to_anybody_and_names_nobody(post, method):
    answer = await post("/healthz", b"", method=method, key=None)
    assert (answer.status, answer.body) == (200, b'{"status":"ok"}')


async def test_health_takes_no_posts(post):
    assert (await post("/healthz")).status == 405
