"""Sizes, deadlines and numbers are checked before anything is believed."""

import anyio
import pytest

pytestmark = pytest.mark.anyio


async def test_told_length_over_the_cap_is_refused_unread(post):
    answer = await post(headers={"content-length": "4000001"})
    assert (answer.status, answer.body, answer.headers["connection"]) == (413, b"", "close")
    assert post.reads == 0
    assert await post.refused() == {"body-too-large": 1}


@pytest.mark.parametrize("told", ["-1", "+5", "5, 5", "٣", "9" * 5000, "0x5", ""])
async def test_length_that_is_no_number_is_refused_unread(post, told):
    headers = {"content-length": told} if told.isascii() else [("content-length", told.encode().decode("latin-1"))]
    assert (await post(headers=headers)).status == 413
    assert post.reads == 0


async def test_untold_length_is_counted_and_reading_ends_at_the_cap(make_post):
    post = make_post(max_body_bytes=1000)
    answer = await post(body=(b"x" * 100 for _ in range(1_000_000)))
    assert (answer.status, answer.headers["connection"]) == (413, "close")
    assert post.reads == 11
    assert await post.stored() == 0


async def test_body_of_exactly_the_cap_is_taken(make_post):
    post = make_post(max_body_bytes=1000)
    assert (await post(body=[b"x" * 400, b"x" * 600])).status == 200
    assert (await post(body=b"x" * 1001)).status == 413


async def test_account_may_have_a_cap_of_its_own(make_post):
    post = make_post(max_body_bytes=1000, account_max_body_bytes={"attic": 10})
    assert (await post("/hooks/loft", b"x" * 11)).status == 200
    assert (await post("/hooks/attic", b"x" * 11)).status == 413


async def test_body_that_drips_is_given_up_at_the_deadline(make_post):
    post = make_post(body_deadline_s=0.05)

    async def drip():
        await anyio.sleep(0.01)
        return b"x"

    with anyio.fail_after(5):
        answer = await post(body=drip)
    assert (answer.status, answer.body, answer.headers["connection"]) == (408, b"", "close")
    assert await post.refused() == {"body-too-slow": 1}


async def test_client_that_leaves_before_its_body_is_whole_leaves_nothing(post):
    async def receive():
        return {"type": "http.disconnect"}

    sent = []

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": "/hooks/loft", "headers": [], "query_string": b""}
    await post.app(scope, receive, send)
    assert sent[0]["status"] == 400
    assert await post.stored() == 0
    assert await post.refused() == {"body-cut-off": 1}


async def test_one_too_many_at_once_is_told_to_come_back(make_post):
    post = make_post(max_in_flight=2)
    go_on = anyio.Event()

    async def slow():
        await go_on.wait()
        return b""

    statuses = []

    async def send_slow():
        statuses.append((await post(body=slow)).status)

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(send_slow)
        tasks.start_soon(send_slow)
        await anyio.wait_all_tasks_blocked()
        answer = await post()
        assert (answer.status, answer.headers["retry-after"]) == (503, "5")
        go_on.set()
    assert statuses == [200, 200]
    assert (await post()).status == 200
    assert await post.refused() == {"too-many-at-once": 1}


async def test_bodies_together_have_a_cap_and_give_it_back(make_post):
    post = make_post(max_held_bytes=1000)
    go_on = anyio.Event()

    async def hold():
        if post.reads == 1:
            return b"x" * 900
        await go_on.wait()
        return b""

    statuses = []

    async def send_slow():
        statuses.append((await post(body=hold)).status)

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(send_slow)
        await anyio.wait_all_tasks_blocked()
        answer = await post(body=b"x" * 200)
        assert (answer.status, answer.headers["retry-after"]) == (503, "5")
        assert (await post(body=b"x" * 100)).status == 200
        go_on.set()
    assert statuses == [200]
    assert (await post(body=b"x" * 1000)).status == 200
    assert await post.refused() == {"too-much-at-once": 1}


@pytest.mark.parametrize("fault", [{}, {"x-pigeon-fault": "1"}, {"x-pigeon-key": "guess"}])
async def test_refused_and_failed_bodies_are_given_back_too(make_post, fault):
    post = make_post(max_held_bytes=1000, max_body_bytes=900)
    for _ in range(3):
        await post(headers=fault, body=[b"x" * 800, b"x" * 101 if not fault else b""])
    assert (await post(body=b"x" * 900)).status == 200


async def test_too_many_refusals_do_not_use_up_the_places(make_post):
    post = make_post(max_in_flight=1)
    for _ in range(3):
        await post(method="PUT")
        await post(headers={"x-pigeon-fault": "1"})
        await post(body=b"x" * 4_000_001)
    assert (await post()).status == 200


@pytest.mark.parametrize("method", ["HEAD", "PUT", "DELETE", "OPTIONS", "TRACE", "CONNECT", "get", "PROPFIND"])
async def test_other_methods_are_405_unread(post, method):
    answer = await post(method=method)
    assert (answer.status, answer.headers["allow"]) == (405, "GET, POST")
    assert post.reads == 0
    assert await post.refused() == {"method": 1}


@pytest.mark.parametrize(
    "headers",
    [[(f"x-{n}", "1") for n in range(100)], [("x-long", "1" * 32_768)], [("x" * 32_768, "1")]],
    ids=["many", "long value", "long name"],
)
async def test_too_much_of_headers_is_431_unread(post, headers):
    assert (await post(headers=headers)).status == 431
    assert post.reads == 0


async def test_refusals_of_unknown_accounts_are_counted_under_no_name(post):
    await post("/hooks/nobody", body=b"x" * 4_000_001)
    assert await post.refused() == {"body-too-large": 1}
    assert (await post.hub.ledger("nobody")).refused == {}


async def test_http2_has_no_connection_header(post):
    post.http_version = "2"
    answer = await post(headers={"content-length": "4000001"})
    assert answer.status == 413
    assert "connection" not in answer.headers
