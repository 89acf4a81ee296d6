"""A webhook request from its bytes to its answer: verified, stored once, acknowledged; or refused and counted."""

import logging

import pytest

pytestmark = pytest.mark.anyio


async def test_verified_request_is_stored_before_it_is_acknowledged(post):
    answer = await post(headers={"content-type": "text/plain"})
    assert (answer.status, answer.body) == (200, b"")
    assert await post.stored() == 1


async def test_same_replay_key_is_acknowledged_again_and_stored_once(post):
    for _ in range(2):
        assert (await post(headers={"x-pigeon-id": "p1"})).status == 200
    ledger = await post.hub.ledger()
    assert (ledger.received, ledger.duplicate, ledger.pending) == (2, 1, 1)


async def test_unverified_request_is_refused_counted_and_not_stored(post):
    assert (await post(key="guess")).status == 401
    assert (await post(key=None)).status == 401
    assert await post.stored() == 0
    assert await post.refused() == {"key-wrong": 2}


async def test_repeated_header_is_no_header_for_a_signature(post):
    answer = await post(headers=[("X-Pigeon-Key", "coo-coo-1")])
    assert answer.status == 401
    assert await post.stored() == 0


async def test_rotated_secret_counts_from_the_next_request_on(post, monkeypatch):
    assert (await post(key="coo-coo-0")).status == 200
    monkeypatch.setenv("PIGEON_OLD_KEY", "coo-coo-2")
    assert (await post(key="coo-coo-0")).status == 401
    assert (await post(key="coo-coo-2")).status == 200


async def test_blank_secret_accepts_nothing_until_it_is_set(post, monkeypatch):
    monkeypatch.setenv("PIGEON_KEY", " ")
    answer = await post("/hooks/attic", key=" ")
    assert (answer.status, answer.headers["retry-after"]) == (503, "5")
    assert await post.refused() == {"not-configured": 1}
    monkeypatch.setenv("PIGEON_KEY", "coo-coo-9")
    assert (await post("/hooks/attic", key="coo-coo-9")).status == 200


async def test_handshake_is_answered_and_not_stored(post):
    answer = await post("/hooks/loft?challenge=a1%20b", b"", method="GET", key=None)
    assert (answer.status, answer.body) == (200, b"a1 b")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert await post.stored() == 0


async def test_busy_store_is_503_and_nothing_is_stored(post):
    post.store.busy = True
    answer = await post()
    assert (answer.status, answer.headers["retry-after"]) == (503, "5")
    post.store.busy = False
    assert await post.stored() == 0
    assert (await post()).status == 200


async def test_connector_that_raises_accepts_nothing_and_tells_nobody_why(post, caplog):
    answer = await post(body=b"ana@example.org", headers={"x-pigeon-fault": "1"})
    assert (answer.status, answer.body) == (500, b"")
    assert await post.stored() == 0
    assert await post.refused() == {"failed": 1}
    [record] = caplog.records
    assert record.getMessage() == f"request {answer.headers['x-request-id']} failed: ValueError"
    assert record.exc_info is None


async def test_answer_with_a_header_of_two_lines_is_a_failure_not_a_split_response(post):
    answer = await post("/hooks/loft?header=1&challenge=a%0d%0aset-cookie:%20x", b"", method="GET")
    assert answer.status == 500
    assert "x-echo" not in answer.headers


async def test_failing_count_of_refusals_is_a_plain_500(post, monkeypatch):
    async def fail(account, reason):
        raise RuntimeError("ana@example.org")

    monkeypatch.setattr(post.hub, "refuse", fail)
    answer = await post(method="PUT")
    assert (answer.status, answer.body) == (500, b"")


async def test_nothing_is_logged_of_what_is_refused(post, caplog):
    caplog.set_level(logging.DEBUG)
    await post(body=b"ana@example.org", key="guess")
    await post("/hooks/ana", body=b"ana@example.org")
    await post(body=b"x" * 2_000_000)
    await post(method="DELETE")
    assert [r for r in caplog.records if r.name.startswith("omnilink")] == []


async def test_client_that_has_gone_costs_no_error(post, caplog):
    async def receive():
        return {"type": "http.request", "body": b"x", "more_body": False}

    async def send(message):
        raise OSError

    scope = {"type": "http", "method": "POST", "path": "/hooks/loft", "headers": [], "query_string": b""}
    await post.app(scope, receive, send)
    assert caplog.records == []


@pytest.mark.parametrize(
    "path", ["/hooks/nobody", "/hooks/-", "/hooks/loft/", "/hooks/l%6Fft", "/hooks/", "/", "*", ""]
)
async def test_unknown_path_is_404_whatever_is_wrong_with_it(post, path):
    answer = await post(path)
    assert (answer.status, answer.body) == (404, b"")
    assert await post.stored() == 0


async def test_unknown_account_is_answered_as_any_other_path(post):
    unknown = await post("/hooks/nobody", key="guess")
    known = await post("/hooks/loft", key="guess")
    assert set(unknown.headers) == set(known.headers)
    assert post.reads == 2  # both were read to the end


async def test_web_sockets_are_closed(post):
    sent = []

    async def send(message):
        sent.append(message)

    await post.app({"type": "websocket", "path": "/hooks/loft", "headers": []}, None, send)
    assert sent == [{"type": "websocket.close", "code": 1000}]
